#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""peers.py SOCKET WATCH-SOCKET ACTS SEED : peers at random, of a head that runs.

Many connections at once say frames of every type, whole, cut, damaged and out of order,
with descriptors of every kind; programs behind them write what asks much of a terminal;
all come and go without a word. What the head does meanwhile is for the caller to look at.
The same SEED does the same, as far as the head's answers leave it the choice."""
import array
import fcntl
import os
import pty
import random
import socket
import struct
import subprocess
import sys
import termios

EXPORT, ATTACH, WATCH, LIST, INPUT, RESIZE, MOVED, SEND = 1, 2, 3, 4, 16, 17, 18, 19
CONNECTIONS, SLAVES = 300, 100
F_ADD_SEALS, F_SEAL_SHRINK, F_SEAL_GROW = 1033, 2, 4

NAMES = [b"", b"main", b"t1", b"t2", b"x" * 64, b"x" * 65, b"../e", b"\0", b"a:b"]
COMMANDS = [b"", b"prog\0arg\0", b"\x1b[31m\0" * 9, b"x" * 1024, b"x" * 1025]
OUTPUTS = [
    b"\x1b[c", b"\x1b[6n", b"\x05", b"\x1b[18t", b"\x1bP$qm\x1b\\", b"\x1b]4;1;?\x07",
    b"\x1b[1;1;1;1;24;80*y", b"\x1bc", b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[2J", b"\x1b[3J",
    b"\r\n" * 50, b"x" * 3000, b"\x1b[8;50;132t", b"\x1b[?3h", b"\x1b]0;t\x07", b"\x1b[20h\x1b[4h",
    b"\x1b[1;1;500;500;65$x", b"\x1b[1;1;9;9;1;2;2;1$v", b"\x1b[999999999C\x1b[b", b"\x1b[99999b",
    b"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", b"e\xcc\x81" * 30, b"\x1b_Gf=32;AAAA\x1b\\", b"\x1bPq#0~~\x1b\\",
]


def string(b):
    return struct.pack(">H", len(b)) + b


class Peers:
    def __init__(self, paths, seed):
        self.rnd = random.Random(seed)
        self.paths = paths
        self.conns = []
        self.slaves = []
        self.sleeper = None
        self.new_sleeper()

    def chance(self, p):
        return self.rnd.random() < p

    def new_sleeper(self):
        """A process whose pidfd goes with exports."""
        if self.sleeper:
            self.sleeper.kill()
            self.sleeper.wait()
        self.sleeper = subprocess.Popen(["sleep", "1000"])

    # ---- what goes into a frame

    def frame(self, kind, payload, version=1):
        return struct.pack(">BBHI", 0xF5, version, kind, len(payload)) + payload

    def flags(self):
        return struct.pack(">I", self.rnd.choice([0, 1, 2, 3, 7, 0xFFFFFFFF]))

    def name(self):
        return string(self.rnd.choice(NAMES if self.chance(0.3) else [b"main", b"a", b"b", b"c"]))

    def size(self):
        if self.chance(0.4):
            return struct.pack(">4H", *[self.rnd.choice([0, 1, 2, 24, 200, 1000, 1001, 65535]) for _ in range(4)])
        return struct.pack(">4H", self.rnd.randrange(1, 60), self.rnd.randrange(1, 140), 0, 0)

    def tty(self, fd=None):
        if fd is not None and self.chance(0.8):
            s = os.fstat(fd)
            return struct.pack(">QQ", s.st_dev, s.st_rdev)
        return struct.pack(">QQ", self.rnd.choice([0, 1, 2**63]), self.rnd.choice([0, 34816, 2**64 - 1]))

    # ---- descriptors

    def terminal(self):
        master, slave = pty.openpty()
        if self.chance(0.5):
            modes = termios.tcgetattr(slave)
            modes[0] = modes[1] = modes[3] = 0
            termios.tcsetattr(slave, termios.TCSANOW, modes)
        os.set_blocking(master, self.chance(0.1))
        os.set_blocking(slave, False)
        return master, slave

    def odd_fd(self):
        kind = self.rnd.randrange(8)
        if kind == 0:
            return os.open("/dev/null", os.O_RDWR)
        if kind == 1:
            end, other = os.pipe()
            os.close(other)
            return end
        if kind == 2:
            return os.memfd_create("odd")
        if kind == 3:
            return os.open("/", os.O_PATH)
        if kind == 4:
            end, other = socket.socketpair()
            other.close()
            return end.detach()
        if kind == 5:
            return os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)
        if kind == 6:
            return os.pidfd_open(os.getpid())
        master, slave = self.terminal()
        os.close(master)
        return slave

    def page(self):
        """A wake-up page, or nearly one."""
        if self.chance(0.2):
            return self.odd_fd()
        fd = os.memfd_create("page", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        os.ftruncate(fd, self.rnd.choice([4096, 4096, 4096, 0, 1, 8192]))
        if self.chance(0.5):
            os.pwrite(fd, self.rnd.randbytes(64), 0)
        if self.chance(0.8):
            fcntl.fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | (F_SEAL_GROW if self.chance(0.8) else 0))
        return fd

    def exported(self):
        master, slave = self.terminal()
        self.slaves.append(slave)
        if self.chance(0.3):
            os.close(master)
            return [self.odd_fd()]
        if self.chance(0.5):
            return [master, os.pidfd_open(self.sleeper.pid)]
        return [master]

    # ---- acts

    def connection(self):
        if self.conns and self.chance(0.8):
            return self.rnd.choice(self.conns)
        c = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        c.setblocking(False)
        try:
            c.connect(self.rnd.choice(self.paths))
        except OSError:
            c.close()
            return None
        self.conns.append(c)
        return c

    def send(self, c, data, fds=()):
        try:
            if fds:
                c.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])
            else:
                c.send(data)
        except OSError:
            pass  # it was dropped, or does not read

    def saying(self):
        """A frame and its descriptors."""
        n = self.rnd.random()
        if n < 0.14:
            fds = self.exported()
            return self.frame(EXPORT, self.flags() + self.size() + self.tty(self.slaves[-1]) + self.name()
                              + string(self.rnd.choice(COMMANDS))), fds
        if n < 0.36:
            tty = self.tty(self.rnd.choice(self.slaves) if self.slaves else None)
            return (self.frame(self.rnd.choice([ATTACH, WATCH]), self.flags() + self.size() + tty + self.name()),
                    [self.page()] if self.chance(0.9) else [])
        if n < 0.44:
            return self.frame(LIST, self.flags() + self.name() + self.name()), []
        if n < 0.6:
            return self.frame(INPUT, self.rnd.randbytes(self.rnd.choice([0, 1, 100, 4096, 4097]))
                              if self.chance(0.5) else b"y\r" * self.rnd.randrange(2000)), []
        if n < 0.72:
            return self.frame(RESIZE, self.size()) * self.rnd.choice([1, 1, 100]), []
        if n < 0.82:
            return self.frame(SEND, self.flags() + b"z\r" * self.rnd.randrange(4097)), []
        if n < 0.86:
            return self.frame(MOVED, b"") * self.rnd.choice([1, 300]), []
        if n < 0.92:
            return self.rnd.randbytes(self.rnd.randrange(1, 200)), []
        return (self.frame(self.rnd.randrange(80), self.rnd.randbytes(self.rnd.randrange(300)), self.rnd.choice([1, 1, 0, 2])),
                [self.odd_fd() for _ in range(self.rnd.randrange(4))] if self.chance(0.5) else [])

    def say(self, c):
        data, fds = self.saying()
        how = self.rnd.random()
        if how < 0.15 and len(data) > 1:
            cut = self.rnd.randrange(1, len(data))
            self.send(c, data[:cut], fds)
            if self.chance(0.7):
                self.send(c, data[cut:])
        elif how < 0.25:
            damaged = bytearray(data)
            damaged[self.rnd.randrange(len(damaged))] ^= 1 << self.rnd.randrange(8)
            self.send(c, bytes(damaged), fds)
        else:
            self.send(c, data, fds)
        for fd in fds:
            os.close(fd)

    def read(self, c):
        try:
            c.recvmsg(65536, socket.CMSG_SPACE(16) if self.chance(0.5) else 0)
        except OSError:
            pass

    def leave(self, c):
        self.conns.remove(c)
        if self.chance(0.3):
            try:
                c.shutdown(self.rnd.choice([socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_RDWR]))
            except OSError:
                pass
        c.close()

    def program(self):
        """What is behind an exported terminal acts."""
        if not self.slaves:
            return
        slave = self.rnd.choice(self.slaves)
        n = self.rnd.random()
        try:
            if n < 0.15:
                self.slaves.remove(slave)
                os.close(slave)
            elif n < 0.3:
                os.read(slave, 65536)
            elif n < 0.35:
                fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", self.rnd.randrange(300), self.rnd.randrange(300), 0, 0))
            else:
                os.write(slave, b"".join(self.rnd.choice(OUTPUTS) for _ in range(self.rnd.randrange(1, 60))))
        except OSError:
            pass  # its master is gone, or takes no more

    def act(self):
        n = self.rnd.random()
        if n < 0.1:
            self.program()
            return
        c = self.connection()
        if c is None:
            return
        if n < 0.16:
            self.read(c)
        elif n < 0.22:
            self.leave(c)
        else:
            self.say(c)

    def run(self, acts):
        for i in range(acts):
            self.act()
            if len(self.conns) > CONNECTIONS:
                self.leave(self.rnd.choice(self.conns))
            if len(self.slaves) > SLAVES:
                os.close(self.slaves.pop(0))
            if i % 3000 == 2999:
                self.new_sleeper()
        self.sleeper.kill()
        self.sleeper.wait()


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__.split(" :")[0])
    Peers(sys.argv[1:3], int(sys.argv[4])).run(int(sys.argv[3]))


main()
