#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""adopt.py ADDRESS: talk on a terminal of our own for a while, then give it back."""
import ctypes
import os
import sys

lib = ctypes.CDLL("libptyhead.so.0")


class Address(ctypes.Structure):
    _fields_ = [("path", ctypes.c_char * 4096), ("terminal", ctypes.c_char * 65), ("name", ctypes.c_char * 256)]


class Adoption(ctypes.Structure):
    _fields_ = [("address", ctypes.POINTER(Address)), ("flags", ctypes.c_uint), ("timeout_ms", ctypes.c_int),
                ("size", ctypes.c_uint16 * 4), ("argv", ctypes.c_void_p), ("reserved", ctypes.c_uint64 * 4)]


address, why, terminal = Address(), ctypes.c_char_p(), ctypes.c_void_p()
if lib.ptyhead_address_parse(sys.argv[1].encode(), ctypes.byref(address), ctypes.byref(why)) < 0:
    sys.exit(f"not an address: {why.value.decode()}")
r = lib.ptyhead_adopt(ctypes.byref(terminal), ctypes.byref(Adoption(address=ctypes.pointer(address))), None)
if r < 0:
    sys.exit(f"no terminal: {os.strerror(-r)}")
name = input("What is your name? ")
print(f"Hello {name}, this terminal is given back now.", flush=True)
lib.ptyhead_give_back(terminal)
print(f"{name} was here.")
