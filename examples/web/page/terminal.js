// SPDX-License-Identifier: ISC
// The terminal of the page. It comes over a WebSocket: bytes are output; text is JSON, what
// happened. Back go the token and the size, then keys as bytes, and JSON: how many bytes are
// shown, another size.
'use strict';

const WRONG_TOKEN = 4003;
const RETRY_MS = [200, 500, 1000, 2000];
// What a program may have left switched on, off; the screen's content stays.
const UNDO = '\x18\x1b[?47l\x1b[!p\x1b[?9;1000;1002;1003;1004;1006;1016;2004;2026l\x1b[?7;25h\x1b>\x1b[0 q\x1b]104\x07\x1b]110\x07\x1b]111\x07\x1b]112\x07';

const at = id => document.getElementById(id);
const term = new Terminal({ scrollback: 10000, fontFamily: 'monospace', fontSize: 14, theme: { background: '#111' } });
const fit = new FitAddon.FitAddon();
const encoder = new TextEncoder();
let socket = null;
let tries = 0;
let looks = false;
let wanted = null; // the size that was asked for last

function say(text, trouble) {
  at('state').textContent = text;
  document.querySelector('footer').className = trouble ? 'trouble' : '';
}

function room() {
  const d = fit.proposeDimensions();
  return d && d.rows > 0 && d.cols > 0 ? [d.rows, d.cols] : [24, 80];
}

function order(o) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(o));
}

function keys(bytes) {
  if (!looks && socket && socket.readyState === WebSocket.OPEN) socket.send(bytes);
}

// After all that came before it is shown.
const then = f => term.write('', f);

function sized(m) {
  if (m.rows && m.cols) term.resize(m.cols, m.rows);
}

function ended(m) {
  if (m.run === 0) return 'no program yet';
  if (m.status === null) return 'the program has ended';
  return (m.status & 127) ? `the program was ended by signal ${m.status & 127}` : `the program has ended, exit code ${m.status >> 8}`;
}

const happened = {
  begin(m) {
    looks = m.looks;
    at('name').textContent = document.title = m.name;
    at('mode').textContent = looks ? 'read-only' : '';
    term.options.disableStdin = looks;
    tries = 0;
    then(() => { term.reset(); sized(m); });
    say(m.alive ? 'connected' : ended(m), !m.alive);
  },
  started(m) { term.write(UNDO, () => sized(m)); say('the program has started'); },
  ended(m) { say(ended(m), true); },
  resized(m) { then(() => sized(m)); },
  away() { say('the head is away: waiting for it', true); },
  back() { say('connected'); },
};

function connect(token) {
  sessionStorage.setItem('token', token);
  at('ask').hidden = true;
  wanted = room();
  socket = new WebSocket(`ws://${location.host}/socket`);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => socket.send(JSON.stringify({ token, size: wanted }));
  socket.onmessage = e => {
    if (typeof e.data === 'string') {
      const m = JSON.parse(e.data);
      happened[m.what](m);
    } else {
      const length = e.data.byteLength;
      const from = e.target;
      term.write(new Uint8Array(e.data), () => { if (from === socket) order({ shown: length }); });
    }
  };
  socket.onclose = e => {
    socket = null;
    if (e.code === WRONG_TOKEN) { ask(e.reason); return; }
    say(`no connection${e.reason ? ` (${e.reason})` : ''}: trying again`, true);
    setTimeout(connect, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)], token);
  };
}

function ask(why) {
  sessionStorage.removeItem('token');
  say('not connected', true);
  at('why').textContent = why;
  at('ask').hidden = false;
  at('token').value = '';
  at('token').focus();
}

at('ask').onsubmit = e => { e.preventDefault(); connect(at('token').value); term.focus(); };
at('name').textContent = location.host;
term.loadAddon(fit);
term.open(at('terminal'));
term.onData(s => keys(encoder.encode(s)));
term.onBinary(s => keys(Uint8Array.from(s, ch => ch.charCodeAt(0))));
term.onTitleChange(s => { document.title = s || at('name').textContent; });
new ResizeObserver(() => {
  const r = room();
  if (looks || !wanted || (r[0] === wanted[0] && r[1] === wanted[1])) return;
  wanted = r;
  order({ size: r });
}).observe(at('terminal'));

// The token stands behind the #, which browsers keep to themselves; then not even there.
const token = decodeURIComponent(location.hash.slice(1)) || sessionStorage.getItem('token');
history.replaceState(null, '', location.pathname);
if (token) connect(token); else ask('');
term.focus();
