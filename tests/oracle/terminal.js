// A terminal for terminals.py: @xterm/headless behind lines of JSON.
//   {"feed": BASE64}  {"resize": [COLS, ROWS]}  {"look": 1}
// and back: {"types": BASE64} for what it answers; {"looks": {...}}, after all
// that came before it was taken in.
'use strict';
const readline = require('readline');
const { Terminal } = require('@xterm/headless');

const [cols, rows] = process.argv.slice(2, 4).map(Number);
const clusters = process.argv[4] === 'clusters'; // else each code point has its width
const term = new Terminal({ cols, rows, allowProposedApi: true, scrollback: 20000, logLevel: 'off' });
if (clusters) term.loadAddon(new (require('@xterm/addon-unicode-graphemes').UnicodeGraphemesAddon)());
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
term.onData((text) => say({ types: Buffer.from(text, 'utf8').toString('base64') }));
term.onBinary((text) => say({ types: Buffer.from(text, 'binary').toString('base64') }));

function look() {
	const b = term.buffer.active;
	const lines = [];
	const all = b.type === 'normal' ? b : term.buffer.normal;
	for (let y = 0; y < all.length; y++) {
		const line = all.getLine(y);
		lines.push([line.translateToString(false), line.isWrapped]);
	}
	const screen = [];
	for (let y = 0; y < term.rows; y++) screen.push(b.getLine(b.baseY + y).translateToString(true));
	// Of each row of the screen: the characters by their columns.
	const cells = screen.map((_, y) => {
		const line = b.getLine(b.baseY + y);
		return Array.from({ length: term.cols }, (__, x) => line.getCell(x).getChars());
	});
	return { lines, screen, cells, cursor: [b.cursorY, Math.min(b.cursorX, term.cols - 1)], modes: term.modes, alt: b.type !== 'normal' };
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
	const order = JSON.parse(line);
	if (order.feed) term.write(Buffer.from(order.feed, 'base64'));
	if (order.resize) term.write('', () => term.resize(order.resize[0], order.resize[1]));
	if (order.look) term.write('', () => say({ looks: look() }));
}).on('close', () => process.exit(0));
