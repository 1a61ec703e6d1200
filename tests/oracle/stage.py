# SPDX-License-Identifier: ISC
"""A head with a program that does what it is told, for checks with real terminals."""
import json
import os
import subprocess
import time


class Stage:
	def __init__(self, build, dir_, content):
		self.bin, self.dir = build + '/', dir_
		self.socket = dir_ + '/s.sock'
		self.started = []
		self.start('ptyhead', self.socket)
		self.wait(lambda: os.path.exists(self.socket))
		# What it is told by fifo it does: the line itself is echoed by nobody.
		os.mkfifo(dir_ + '/do')
		self.start('s6-ptyexec', self.socket, 'sh', '-c', 'stty -echo; while :; do while read -r l; do eval "$l"; done <"$0/do"; done', dir_)
		self.do(content)

	def start(self, name, *args):
		self.started.append(subprocess.Popen([self.bin + name, *args], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

	def do(self, what):
		with open(self.dir + '/do', 'w') as f:
			f.write(what + '; : >"$0/done"\n')
		self.wait(lambda: os.path.exists(self.dir + '/done'))
		os.unlink(self.dir + '/done')

	@staticmethod
	def wait(what, seconds=10):
		end = time.monotonic() + seconds
		while not what():
			if time.monotonic() > end:
				raise RuntimeError('waited in vain')
			time.sleep(0.01)

	def show(self, *args):
		return subprocess.run([self.bin + 'ptyhead-show', *args, self.socket], stdout=subprocess.PIPE, check=True).stdout.decode()

	def screen(self):
		return [row.rstrip() for row in self.show().split('\n')]

	def state(self):
		j = json.loads(self.show('--json'))
		return (j['rows'], j['columns']), (j['cursor']['row'], j['cursor']['column'])

	def all(self):
		return self.show('-H', '1000000')

	def close(self):
		for p in reversed(self.started):
			p.terminate()
			p.wait()
