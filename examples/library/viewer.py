#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""viewer.py ADDRESS: a terminal on this one, by libptyhead and ctypes. ^] leaves."""
import ctypes as c
import os
import select
import shutil
import sys
import termios
import tty

lib = c.CDLL("libptyhead.so.0")


class Address(c.Structure):
    _fields_ = [("path", c.c_char * 4096), ("terminal", c.c_char * 65), ("name", c.c_char * 256)]


class Size(c.Structure):
    _fields_ = [(n, c.c_uint16) for n in ("rows", "cols", "xpixel", "ypixel")]


BEGIN = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p, Size, c.c_void_p, c.c_size_t, c.c_uint64)
OUTPUT = c.CFUNCTYPE(None, c.c_void_p, c.c_uint64, c.c_void_p, c.c_size_t)
ENDED = c.CFUNCTYPE(None, c.c_void_p, c.c_uint64, c.c_void_p)


class Calls(c.Structure):
    _fields_ = [("arg", c.c_void_p), ("begin", BEGIN), ("output", OUTPUT), ("started", c.c_void_p), ("ended", ENDED),
                ("resized", c.c_void_p), ("taken", c.c_void_p), ("away", c.c_void_p), ("back", c.c_void_p),
                ("reserved", c.c_void_p * 4)]


class View(c.Structure):
    _fields_ = [("address", c.POINTER(Address)), ("flags", c.c_uint), ("size", Size), ("on_tty", c.c_bool),
                ("tty_fd", c.c_int), ("calls", Calls), ("reserved", c.c_uint64 * 4)]


over = False


def begin(_arg, _run, _size, data, length, _missed):
    os.write(1, b"\033c" + (c.string_at(data, length) if length else b""))


def output(_arg, _offset, data, length):
    os.write(1, c.string_at(data, length))


def ended(_arg, _offset, _run):
    globals()["over"] = True


address, why, viewer = Address(), c.c_char_p(), c.c_void_p()
if lib.ptyhead_address_parse(sys.argv[1].encode(), c.byref(address), c.byref(why)) < 0:
    sys.exit(f"not an address: {why.value.decode()}")
cols, rows = shutil.get_terminal_size()
calls = Calls(begin=BEGIN(begin), output=OUTPUT(output), ended=ENDED(ended))
view = View(address=c.pointer(address), size=Size(rows, cols), on_tty=os.isatty(0), calls=calls)
if (r := lib.ptyhead_viewer_new(c.byref(viewer), c.byref(view))) < 0:
    sys.exit(os.strerror(-r))
before = termios.tcgetattr(0) if os.isatty(0) else None
if before:
    tty.setraw(0)
watched = [lib.ptyhead_viewer_fd(viewer), 0]
while not over and r == 0:
    ready = select.select(watched, [], [])[0]
    if watched[0] in ready:
        r = lib.ptyhead_viewer_process(viewer)
    keys = os.read(0, 512) if 0 in ready else None
    if keys == b"" or b"\x1d" in (keys or b""):
        break
    if keys:
        lib.ptyhead_viewer_input(viewer, keys, c.c_size_t(len(keys)))
if before:
    termios.tcsetattr(0, termios.TCSANOW, before)
lib.ptyhead_viewer_free(viewer)
sys.exit(f"{sys.argv[1]}: {os.strerror(-r)}" if r < 0 else 0)
