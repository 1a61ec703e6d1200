# SPDX-License-Identifier: ISC
"""Real terminals that run a command, are resized, and say what they hold.

Each class has: a constructor (rows, cols, argv), pump(seconds), resize(rows,
cols), types(bytes), lines() (all that it holds, scrollback and main screen, a
list with one string for each line, which may have been wrapped), screen() (the
rows of the screen that is shown), cursor() (row and column from 0), close().
"""
import base64
import ctypes
import ctypes.util
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def joined(rows):
	"""Rows as (text, is a continuation) as lines without trailing blanks."""
	out = []
	for text, more in rows:
		if more and out:
			out[-1] += text
		else:
			out.append(text)
	out = [line.rstrip() for line in out]
	while out and not out[-1]:
		out.pop()
	return out


class OnPty:
	"""The command runs on a pty of ours; what it writes is fed to an emulator."""

	def __init__(self, rows, cols, argv):
		self.rows, self.cols, self.log = rows, cols, b''
		self.closed = False
		self.pid, self.master = pty.fork()
		if self.pid == 0:
			try:
				fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0))
				os.environ['TERM'] = 'xterm-256color'
				os.execvp(argv[0], argv)
			finally:
				os._exit(127)

	def pump(self, seconds=0.0):
		end = time.monotonic() + seconds
		while True:
			self.emulate()
			left = end - time.monotonic()
			ready = not self.closed and select.select([self.master] + self.sources(), [], [], max(0, min(left, 0.02)))[0]
			if ready and self.master in ready:
				try:
					data = os.read(self.master, 65536)
				except OSError:
					data = b''
				if not data:
					self.closed = True
				self.log += data
				self.feed(data)
			if self.closed and left > 0:
				time.sleep(0.005)
			if left <= 0:
				return

	def sources(self):
		return []

	def emulate(self):
		pass

	def types(self, data):
		while data:
			data = data[os.write(self.master, data):]

	def resize(self, rows, cols):
		self.rows, self.cols = rows, cols
		self.emulator_resize(rows, cols)
		fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, cols, 0, 0))

	def close(self):
		try:
			os.kill(self.pid, signal.SIGKILL)
		except ProcessLookupError:
			pass
		os.close(self.master)
		os.waitpid(self.pid, 0)


class XtermJs(OnPty):
	name = 'xterm.js'
	widths = []

	def __init__(self, rows, cols, argv):
		self.node = subprocess.Popen(['node', HERE + '/terminal.js', str(cols), str(rows), *self.widths], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
		os.set_blocking(self.node.stdout.fileno(), False)
		self.came, self.looks = b'', None
		super().__init__(rows, cols, argv)

	def order(self, what):
		self.node.stdin.write(json.dumps(what).encode() + b'\n')
		self.node.stdin.flush()

	def sources(self):
		return [self.node.stdout.fileno()]

	def emulate(self):
		try:
			self.came += os.read(self.node.stdout.fileno(), 1 << 20)
		except BlockingIOError:
			return
		*lines, self.came = self.came.split(b'\n')
		for line in map(json.loads, lines):
			if 'types' in line and not self.closed:
				self.types(base64.b64decode(line['types']))
			elif 'looks' in line:
				self.looks = line['looks']

	def feed(self, data):
		self.order({'feed': base64.b64encode(data).decode()})

	def emulator_resize(self, rows, cols):
		self.order({'resize': [cols, rows]})

	def look(self):
		self.looks = None
		self.order({'look': 1})
		while self.looks is None:
			select.select(self.sources(), [], [], 1)
			self.emulate()
		return self.looks

	def lines(self):
		return joined(self.look()['lines'])

	def screen(self):
		return [row.rstrip() for row in self.look()['screen']]

	def cursor(self):
		return tuple(self.look()['cursor'])

	def at(self, y, x):
		return self.look()['cells'][y][x]

	def modes(self, numbers):
		"""What it answers to DECRQM, and for its colours, as pairs. Nobody else may ask meanwhile."""
		self.asked, types = b'', self.types
		self.types = lambda data: setattr(self, 'asked', self.asked + data)
		self.feed(b''.join(b'\033[?%d$p' % n for n in numbers) + b'\033]4;1;?\033\\\033]10;?\033\\\033]11;?\033\\\033]12;?\033\\')
		self.look()
		self.types = types
		return re.findall(rb'\033[][P][^\033]*', self.asked)

	def close(self):
		super().close()
		self.node.stdin.close()
		self.node.wait()
		self.node.stdout.close()


class XtermJsClusters(XtermJs):
	"""Where a grapheme cluster is one character, whatever mode 2027 is."""
	name = 'xterm.js-clusters'
	widths = ['clusters']


class Vte(OnPty):
	name = 'VTE'

	def __init__(self, rows, cols, argv):
		import gi
		gi.require_version('Vte', '2.91')
		gi.require_version('Gtk', '3.0')
		from gi.repository import GLib, Gtk, Vte as V
		if not Gtk.init_check([])[0]:
			raise RuntimeError("VTE finds no display")
		self.context = GLib.MainContext.default()
		self.term = V.Terminal()
		self.term.set_scrollback_lines(20000)
		self.term.set_size(cols, rows)
		self.window = Gtk.OffscreenWindow()
		self.window.add(self.term)
		self.window.show_all()
		self.term.connect('commit', lambda t, text, size: self.types(text.encode('utf-8', 'surrogateescape')))
		super().__init__(rows, cols, argv)
		self.settle_size(rows, cols)

	def settle_size(self, rows, cols):
		self.term.set_size(cols, rows)
		pad = self.term.get_style_context().get_padding(self.term.get_state_flags())
		self.term.set_size_request(cols * self.term.get_char_width() + pad.left + pad.right,
		                           rows * self.term.get_char_height() + pad.top + pad.bottom)
		self.window.resize(1, 1)
		end = time.monotonic() + 5
		while (self.term.get_row_count(), self.term.get_column_count()) != (rows, cols) or self.context.pending():
			self.context.iteration(False)
			if time.monotonic() > end:
				raise RuntimeError('VTE does not become %dx%d, is %dx%d' % (rows, cols, self.term.get_row_count(), self.term.get_column_count()))

	def emulate(self):
		while self.context.pending():
			self.context.iteration(False)

	def feed(self, data):
		self.term.feed(data)

	def emulator_resize(self, rows, cols):
		self.flush()
		self.settle_size(rows, cols)

	def flush(self):
		end = time.monotonic() + 0.15
		while time.monotonic() < end:
			self.context.iteration(False)
			time.sleep(0.002)

	def top(self):
		return int(self.term.get_vadjustment().get_upper()) - self.rows

	def lines(self):
		self.flush()
		adj = self.term.get_vadjustment()
		text, _ = self.term.get_text_range(int(adj.get_lower()), 0, int(adj.get_upper()) - 1, self.cols - 1, None)
		return joined((line, False) for line in text.split('\n'))

	def screen(self):
		self.flush()
		top = self.top()
		out = []
		for y in range(self.rows):
			text, _ = self.term.get_text_range(top + y, 0, top + y, self.cols, None)
			out.append(text.rstrip('\n').rstrip())
		return out

	def at(self, y, x):
		self.flush()
		text, _ = self.term.get_text_range(self.top() + y, x, self.top() + y, x + 1, None)
		return text.rstrip('\n')

	def cursor(self):
		self.flush()
		x, y = self.term.get_cursor_position()
		return (y - self.top(), min(x, self.cols - 1))

	def close(self):
		super().close()
		self.window.destroy()
		self.emulate()


class Tmux:
	name = 'tmux'

	def __init__(self, rows, cols, argv):
		self.dir = tempfile.TemporaryDirectory()
		self.rows, self.cols = rows, cols
		conf = self.dir.name + '/conf'
		open(conf, 'w').write('set -g status off\nset -g default-terminal tmux-256color\nset -g remain-on-exit on\n'
		                      'set -sg escape-time 0\nset -g history-limit 20000\n')
		env = {k: v for k, v in os.environ.items() if k != 'TMUX'}
		subprocess.run(['tmux', '-S', self.dir.name + '/s', '-f', conf, 'new-session', '-d', '-x', str(cols), '-y', str(rows), '--'] + argv,
		               env=env, stdin=subprocess.DEVNULL, check=True)

	def tm(self, *args):
		return subprocess.run(['tmux', '-S', self.dir.name + '/s'] + list(args), stdout=subprocess.PIPE, check=True).stdout.decode()

	def pump(self, seconds=0.0):
		time.sleep(seconds)

	def types(self, data):
		self.tm('send-keys', '-H', *['%02x' % b for b in data])

	def resize(self, rows, cols):
		self.rows, self.cols = rows, cols
		self.tm('resize-window', '-x', str(cols), '-y', str(rows))

	def lines(self):
		return joined((line, False) for line in self.tm('capture-pane', '-p', '-J', '-S', '-', '-E', '-').split('\n'))

	def screen(self):
		return [line.rstrip() for line in self.tm('capture-pane', '-p', '-N').split('\n')[:self.rows]]

	def cursor(self):
		return tuple(int(n) for n in self.tm('display-message', '-p', '#{cursor_y} #{cursor_x}').split())

	def close(self):
		self.tm('kill-server')
		self.dir.cleanup()


class Xterm:
	name = 'xterm'
	options = []
	once = True  # who looks at it stops what runs there
	stopped = None

	def __init__(self, rows, cols, argv):
		self.dir = tempfile.TemporaryDirectory()
		self.rows, self.cols = rows, cols
		d = self.dir.name
		# What it prints of itself goes to a file; a line that was wrapped is printed as rows.
		self.xterm = subprocess.Popen(
			['xterm', '-u8', '-fn', 'fixed', '-b', '0', '-bw', '0', '+sb', '-sl', '20000', '-geometry', '%dx%d' % (cols, rows), *self.options,
			 '-xrm', '*printerCommand: cat >%s/print; mv %s/print %s/out' % (d, d, d),
			 '-xrm', '*printAttributes: 0', '-xrm', '*printerAutoClose: true', '-xrm', '*printOptsXHtml: 0',
			 '-e', 'sh', '-c', 'echo "$WINDOWID" >%s/window; tty >%s/t; mv %s/t %s/tty; exec "$@"' % (d, d, d, d), 'sh'] + argv,
			env=dict(os.environ, LANG="C.UTF-8"))
		self.wait(lambda: os.path.exists(d + '/tty'), 'starts')
		self.tty = open(d + '/tty').read().strip()
		self.slave = os.open(self.tty, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
		self.x11 = ctypes.CDLL(ctypes.util.find_library('X11'))
		self.x11.XOpenDisplay.restype = ctypes.c_void_p
		self.display = ctypes.c_void_p(self.x11.XOpenDisplay(None))
		self.window = int(open(d + '/window').read())
		self.shell = self.parent(self.window)

	def parent(self, window):
		root, up, kids, n = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p(), ctypes.c_uint()
		self.x11.XQueryTree(self.display, ctypes.c_ulong(window), ctypes.byref(root), ctypes.byref(up), ctypes.byref(kids), ctypes.byref(n))
		return window if up.value == root.value else self.parent(up.value)

	@staticmethod
	def wait(what, why, seconds=10):
		end = time.monotonic() + seconds
		while not what():
			if time.monotonic() > end:
				raise RuntimeError('xterm: ' + why + ': waited in vain')
			time.sleep(0.01)

	def size(self):
		return struct.unpack('HHHH', fcntl.ioctl(self.slave, termios.TIOCGWINSZ, b'\0' * 8))[:2]

	def pump(self, seconds=0.0):
		time.sleep(seconds)

	def resize(self, rows, cols):
		self.rows, self.cols = rows, cols
		self.x11.XResizeWindow(self.display, ctypes.c_ulong(self.shell), ctypes.c_uint(6 * cols + 4), ctypes.c_uint(13 * rows + 4))
		self.x11.XFlush(self.display)
		self.wait(lambda: self.size() == (rows, cols), 'takes %dx%d' % (rows, cols))

	def types(self, data):
		# As if it had been typed: into the line's input.
		for b in data:
			fcntl.ioctl(self.slave, termios.TIOCSTI, bytes([b]))

	def still(self):
		"""Stop whoever reads its answers, for questions of our own. It stays so: who is
		stopped and continued paints again, since others may have been there meanwhile."""
		if self.stopped:
			return
		pid = int(open('/proc/%d/task/%d/children' % (self.xterm.pid, self.xterm.pid)).read().split()[0])
		os.kill(pid, signal.SIGSTOP)
		self.wait(lambda: '\nState:\tT' in open('/proc/%d/status' % pid).read(), 'stops its reader')
		self.stopped = pid

	def ask(self, question, answer):
		self.still()
		raw = termios.tcgetattr(self.slave)
		raw[3] &= ~(termios.ICANON | termios.ECHO)
		termios.tcsetattr(self.slave, termios.TCSANOW, raw)
		os.write(self.slave, question)
		got, end = b'', time.monotonic() + 5
		while not re.search(answer, got):
			if time.monotonic() > end:
				raise RuntimeError('xterm does not answer %r: %r' % (question, got))
			if select.select([self.slave], [], [], 0.05)[0]:
				try:
					got += os.read(self.slave, 4096)
				except BlockingIOError:
					pass
		return re.search(answer, got)

	def printed(self):
		"""All rows. It prints but once: what came after that is not in it."""
		out = self.dir.name + '/out'
		self.still()
		if not os.path.exists(out):
			os.write(self.slave, b'\x1b[?11i')
		self.wait(lambda: os.path.exists(out), 'prints')
		text = open(out, 'rb').read().decode('utf-8', 'replace')
		rows = [re.sub('\x1b(#.|\\[[0-9;:-]*m)|\uffff', '', r.rstrip('\r')) for r in text.split('\n')]
		return rows[:-1] if rows and not rows[-1] else rows

	def lines(self):
		return joined((row, False) for row in self.printed())

	def screen(self):
		return [row.rstrip() for row in self.printed()][-self.rows:]

	def cursor(self):
		m = self.ask(b'\x1b[6n', rb'\x1b\[(\d+);(\d+)R')
		return (int(m[1]) - 1, int(m[2]) - 1)

	def close(self):
		os.close(self.slave)
		if self.stopped:
			os.kill(self.stopped, signal.SIGCONT)
		self.xterm.terminate()
		try:
			self.xterm.wait(3)
		except subprocess.TimeoutExpired:
			self.xterm.kill()
			self.xterm.wait()
		self.x11.XCloseDisplay(self.display)
		self.dir.cleanup()


ALL = {c.name: c for c in (XtermJs, Tmux, Vte, Xterm)}


class Xvfb:
	def __enter__(self):
		r, w = os.pipe()
		self.server = subprocess.Popen(['Xvfb', '-displayfd', str(w), '-screen', '0', '1600x1200x24', '-nolisten', 'tcp', '-noreset'], pass_fds=[w],
		                               stderr=subprocess.DEVNULL)
		os.close(w)
		with os.fdopen(r) as told:
			os.environ['DISPLAY'] = ':' + told.readline().strip()
		return self

	def __exit__(self, *_):
		self.server.terminate()
		self.server.wait()
