#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Write color_table.h: X11's colour names, and the screen that Xlib assumes.

usage: DISPLAY=:n color_gen.py RGB.TXT > color_table.h

The names are those of rgb.txt (Debian's x11-common: /usr/share/X11/rgb.txt), in lower
case, without their spaces. The screen is the one that XParseColor(3) computes for
rgbi:, CIE and TekHVC specifications when none is described by the root window: asked
of Xlib, by any X server of 8 bits a colour (Xvfb has none described).
"""
import ctypes
import os
import sys

names = {}
with open(sys.argv[1], encoding="latin-1") as f:
    for line in f:
        if not line.strip() or line[0] in "!#":
            continue
        r, g, b, name = line.split(None, 3)
        key = name.strip().lower().replace(" ", "")
        rgb = int(r) << 16 | int(g) << 8 | int(b)
        assert names.setdefault(key, rgb) == rgb, key

x = ctypes.CDLL("libX11.so.6")


class XColor(ctypes.Structure):
    _fields_ = [("pixel", ctypes.c_ulong), ("red", ctypes.c_ushort), ("green", ctypes.c_ushort),
                ("blue", ctypes.c_ushort), ("flags", ctypes.c_char), ("pad", ctypes.c_char)]


class XcmsColor(ctypes.Structure):
    _fields_ = [("spec", ctypes.c_double * 4), ("pixel", ctypes.c_ulong), ("format", ctypes.c_ulong)]


x.XOpenDisplay.restype = x.XcmsCCCOfColormap.restype = ctypes.c_void_p
x.XDefaultColormap.restype = ctypes.c_ulong
dpy = ctypes.c_void_p(x.XOpenDisplay(None))
if not dpy:
    sys.exit("color_gen.py: no display %s" % os.environ.get("DISPLAY", ""))
cmap = ctypes.c_ulong(x.XDefaultColormap(dpy, x.XDefaultScreen(dpy)))
ccc = ctypes.c_void_p(x.XcmsCCCOfColormap(dpy, cmap))
RGBI, CIEXYZ = 0x80000001, 0x00000001


def parse(spec):
    c = XColor()
    if not x.XParseColor(dpy, cmap, spec.encode(), ctypes.byref(c)):
        return None
    return c.red >> 8, c.green >> 8, c.blue >> 8


def column(i):
    c = XcmsColor(format=RGBI)
    c.spec[i] = 1.0
    assert x.XcmsConvertColors(ccc, ctypes.byref(c), 1, CIEXYZ, None)
    return list(c.spec)[:3]


SCALE = 1 << 24


def thresholds(channel):
    """For each value, the least intensity (of SCALE) that gives it or more."""
    out = []
    for v in range(256):
        lo, hi = -1, SCALE
        while hi - lo > 1:
            mid = (lo + hi) // 2
            if parse("rgbi:%.10f/%.10f/%.10f" % ((mid / SCALE,) * 3))[channel] >= v:
                hi = mid
            else:
                lo = mid
        out.append(hi)
    return out


def dump(values, per):
    for i in range(0, len(values), per):
        print("\t" + ", ".join(values[i:i + per]) + ",")


print("/* SPDX-License-Identifier: ISC */")
print("/* Made by color_gen.py from X11's rgb.txt and Xlib. Do not edit. */")
print("#define COLOR_NAME_MAX %u" % max(map(len, names)))
print("static struct {\n\tchar name[COLOR_NAME_MAX + 1];\n\tuint32_t rgb;\n} const color_names[] = {")
dump(['{ "%s", 0x%06x }' % (n, names[n]) for n in sorted(names)], 4)
print("};")
m = [column(i) for i in range(3)]
print("/* CIE X, Y and Z of each primary. */")
print("static double const color_xyz[3][3] = {")
for row in range(3):
    print("\t{ " + ", ".join("%.17g" % m[col][row] for col in range(3)) + " },")
print("};")
print("/* For each value, the least intensity (1 is 0x%x) that gives it or more. */" % SCALE)
print("static uint32_t const color_intensity[3][256] = {")
for channel in range(3):
    print("\t{")
    dump(["%d" % t for t in thresholds(channel)], 12)
    print("\t},")
print("};")
