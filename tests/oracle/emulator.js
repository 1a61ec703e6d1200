// @xterm/headless as an oracle: a screen that takes bytes and says what it
// shows in the format of README.md. Shared by make-expected and check-restore.
'use strict';
const { Terminal } = require('@xterm/headless');
const { Unicode11Addon } = require('@xterm/addon-unicode11');

class Emulator {
	constructor(cols, rows) {
		this.term = new Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000, convertEol: false, logLevel: 'off' });
		this.term.loadAddon(new Unicode11Addon());
		this.term.unicode.activeVersion = '11';
		this.title = '';
		this.term.onTitleChange((t) => { this.title = t; });
	}

	feed(bytes) {
		return new Promise((done) => this.term.write(bytes, done));
	}

	resize(cols, rows) {
		this.term.resize(cols, rows);
	}

	dispose() {
		this.term.dispose();
	}

	static colour(word, mode, value) {
		if (mode === 0) return '';
		if (mode === 0x3000000) return ` ${word}=#${(value & 0xffffff).toString(16).padStart(6, '0')}`;
		return ` ${word}=${value & 0xff}`;
	}

	style(cell) {
		let s = '';
		if (cell.isBold()) s += ' bold';
		if (cell.isDim()) s += ' dim';
		if (cell.isItalic()) s += ' it';
		// Not cell.isUnderline(), which says that every link is.
		const kind = cell.hasExtendedAttrs() ? (cell.extended._ext >> 26) & 7 : 0;
		if (kind > 1) s += ` ul${kind}`;
		else if (kind === 1 || cell.fg & 0x10000000) s += ' ul';
		if (cell.isBlink()) s += ' blink';
		if (cell.isInverse()) s += ' inv';
		if (cell.isInvisible()) s += ' hid';
		if (cell.isStrikethrough()) s += ' strike';
		if (cell.isOverline()) s += ' over';
		if (cell.isProtected()) s += ' prot';
		s += Emulator.colour('fg', cell.getFgColorMode(), cell.getFgColor());
		s += Emulator.colour('bg', cell.getBgColorMode(), cell.getBgColor());
		if (cell.hasExtendedAttrs()) {
			const ul = cell.extended.underlineColor;
			// No colour is kept as white is.
			if ((ul & 0x3ffffff) !== 0x3ffffff) s += Emulator.colour('ulc', ul & 0x3000000, ul);
			const url = cell.extended.urlId;
			if (url) s += ` link=${encodeURI(this.term._core._oscLinkService.getLinkData(url).uri)}`;
		}
		return s;
	}

	// A row's text without trailing spaces, and its cells that are not plain; of
	// the columns from `left` on, where there are any.
	row(buffer, y, left = 0, cols = this.term.cols) {
		const line = y < this.term.rows ? buffer.getLine(buffer.baseY + y) : undefined;
		const blank = this.blank();
		const at = (x) => (line && left + x < this.term.cols ? line.getCell(left + x) : blank);
		let text = '';
		const runs = [];
		for (let x = 0; x < cols; x++) {
			const cell = at(x);
			let s = this.style(cell);
			let width = cell === blank ? 1 : cell.getWidth();
			let chars = cell.getChars();
			// A character that the part's edge cuts is a space there.
			if ((width === 0 && x === 0 && left > 0) || (width === 2 && x + 1 === cols)) [width, chars] = [1, ' '];
			if (width === 0) {
				const before = x > 0 ? at(x - 1).getWidth() : 1;
				s += before === 2 ? ' W' : ' orphan';
				if (before !== 2) text += ' ';
			} else {
				text += chars === '' ? ' ' : chars;
				const more = [...chars].length - 1;
				if (width === 2) s += ' W';
				if (more > 0) s += ` +${more}`;
			}
			const last = runs[runs.length - 1];
			// A head and its tail are one run; so are neighbours of one look.
			const look = width === 0 && last && last.end === x - 1 ? last.look : s;
			if (last && last.end === x - 1 && last.look === look && (width === 0 || look === s)) last.end = x;
			else if (s) runs.push({ start: x, end: x, look: s });
		}
		const style = runs.map((r) => `${r.start}${r.end > r.start ? `-${r.end}` : ''}${r.look}`).join('; ');
		return [text.replace(/ +$/, ''), style];
	}

	blank() {
		return new (this.term.buffer.active.getNullCell().constructor)();
	}

	modes() {
		const m = this.term.modes;
		const core = this.term._core;
		const d = core.coreService.decPrivateModes;
		const on = [];
		if (m.insertMode) on.push('irm');
		if (core.optionsService.rawOptions.convertEol) on.push('lnm');
		if (m.applicationCursorKeysMode) on.push('ckm');
		if (m.originMode) on.push('om');
		if (!m.wraparoundMode) on.push('noawm');
		if (m.reverseWraparoundMode) on.push('rw');
		if (m.applicationKeypadMode) on.push('kpam');
		if (m.bracketedPasteMode) on.push('paste');
		if (m.sendFocusMode) on.push('focus');
		if (core.coreService.isCursorHidden) on.push('nocursor');
		if (m.mouseTrackingMode !== 'none') on.push(`mouse=${m.mouseTrackingMode}`);
		const enc = core.coreMouseService.activeEncoding;
		if (enc !== 'DEFAULT') on.push(`enc=${enc.toLowerCase()}`);
		if (d.cursorStyle) on.push(`shape=${d.cursorStyle}${d.cursorBlink ? '-blink' : ''}`);
		return on.join(' ');
	}

	rows(top = 0, left = 0, rows = this.term.rows, cols = this.term.cols) {
		const all = [];
		for (let y = 0; y < rows; y++) {
			const [text, style] = this.row(this.term.buffer.active, top + y, left, cols);
			all.push(`${String(y).padStart(2, '0')}|${text}${style ? `\n  :${style}` : ''}`);
		}
		return all;
	}

	// All lines of a dump: first the head, then one entry a row.
	dump() {
		const term = this.term;
		const b = term.buffer.active;
		const core = term._core;
		const wrap = b.cursorX >= term.cols;
		const head = [];
		head.push(`cursor ${Math.min(b.cursorX, term.cols - 1)} ${b.cursorY}${wrap ? ' wrap' : ''}${b.type === 'alternate' ? ' alt' : ''}`);
		head.push(`modes ${this.modes()}`.trimEnd());
		const pen = this.blank();
		const cur = core._inputHandler._curAttrData;
		pen.fg = cur.fg; pen.bg = cur.bg; pen.extended = cur.extended;
		head.push(`pen${this.style(pen)}`);
		head.push(`title ${JSON.stringify(this.title)}`);
		return { head, rows: this.rows() };
	}
}

// A file of dumps: a row that is as in the dump before, of the same size, is left out.
class Writer {
	constructor() {
		this.out = '';
		this.before = null;
	}

	add(name, size, dump) {
		this.out += `== ${name} ${size}\n${dump.head.join('\n')}\n`;
		const blank = (y) => `${String(y).padStart(2, '0')}|`;
		const before = this.before && this.before.size === size ? this.before.rows : dump.rows.map((_, y) => blank(y));
		dump.rows.forEach((r, y) => { if (r !== before[y]) this.out += `${r}\n`; });
		this.before = { size, rows: dump.rows };
	}

	fresh() {
		this.before = null;
	}
}

// Where a stream is cut: seven places that its name chooses, and its end.
function cuts(name, length) {
	let seed = 2166136261;
	for (const c of Buffer.from(name)) seed = Math.imul(seed ^ c, 16777619) >>> 0;
	const at = new Set([length]);
	for (let i = 0; i < 7; i++) {
		seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
		at.add(Math.floor((length * (i + seed / 4294967296)) / 7));
	}
	return [...at].sort((a, b) => a - b);
}

module.exports = { Emulator, Writer, cuts };
