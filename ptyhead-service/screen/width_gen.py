#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Write width_table.h from the Unicode Character Database.

usage: width_gen.py UCD > width_table.h     (Debian's unicode-data: /usr/share/unicode)

A byte a code point, in blocks of 128 shared where equal: bits 0-1 columns
(0, 1, 2), bits 4-7 the grapheme cluster break class (enum gcb).
"""
import os
import re
import sys

ucd = sys.argv[1]
MAX = 0x110000
BLOCK = 128


def ranges(name, field=1):
    for root, _, files in os.walk(ucd):
        if name in files:
            path = os.path.join(root, name)
            break
    else:
        sys.exit(f"width_gen.py: no {name} under {ucd}")
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.split("#")[0].strip()
            if not line:
                continue
            parts = [p.strip() for p in line.split(";")]
            lo, _, hi = parts[0].partition("..")
            yield int(lo, 16), int(hi or lo, 16), parts[field]


with open(os.path.join(ucd, "EastAsianWidth.txt"), encoding="utf-8") as f:
    version = re.search(r"-(\d+\.\d+)", f.readline()).group(1)

# General categories, ranges expanded.
category = ["Cn"] * MAX
first = None
with open(os.path.join(ucd, "UnicodeData.txt"), encoding="utf-8") as f:
    for line in f:
        p = line.split(";")
        cp = int(p[0], 16)
        if p[1].endswith(", First>"):
            first = cp
        elif p[1].endswith(", Last>"):
            for c in range(first, cp + 1):
                category[c] = p[2]
        else:
            category[cp] = p[2]

width = [1] * MAX
for lo, hi, w in ranges("EastAsianWidth.txt"):
    if w in ("W", "F"):
        for c in range(lo, hi + 1):
            width[c] = 2
# Unassigned code points of these planes and blocks are W (EastAsianWidth.txt, head).
for lo, hi in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD)):
    for c in range(lo, hi + 1):
        width[c] = 2
for c in range(MAX):
    if category[c] in ("Mn", "Me", "Cf") and c != 0xAD:
        width[c] = 0
for c in range(0x1160, 0x1200):
    width[c] = 0  # Hangul medial vowels and finals join the syllable
for c in list(range(0x20)) + list(range(0x7F, 0xA0)):
    width[c] = 0
for c in range(0x600, 0x606):
    width[c] = 1  # Arabic signs that stand before a number
width[0x6DD] = width[0x70F] = width[0x8E2] = width[0x110BD] = width[0x110CD] = 1
for lo, hi in ((0xD7B0, 0xD7C6), (0xD7CB, 0xD7FB)):
    for c in range(lo, hi + 1):
        width[c] = 0

GCB = {"CR": 1, "LF": 1, "Control": 1, "Extend": 2, "ZWJ": 3, "Regional_Indicator": 4, "Prepend": 5,
       "SpacingMark": 6, "L": 7, "V": 8, "T": 9, "LV": 10, "LVT": 11}
gcb = [0] * MAX
for lo, hi, v in ranges("GraphemeBreakProperty.txt"):
    for c in range(lo, hi + 1):
        gcb[c] = GCB[v]
PICT = 12
for lo, hi, v in ranges("emoji-data.txt"):
    if v == "Extended_Pictographic":
        for c in range(lo, hi + 1):
            if gcb[c] == 0:
                gcb[c] = PICT

blocks, index = {}, []
for b in range(0, MAX, BLOCK):
    key = bytes(width[c] | gcb[c] << 4 for c in range(b, b + BLOCK))
    index.append(blocks.setdefault(key, len(blocks)))


def dump(values):
    for i in range(0, len(values), 24):
        print("\t" + ",".join(str(v) for v in values[i:i + 24]) + ",")


assert len(blocks) < 65536
print(f"/* Made by width_gen.py from Unicode {version}. Do not edit. */")
print(f"static uint16_t const width_index[{len(index)}] = {{" if len(blocks) > 255
      else f"static uint8_t const width_index[{len(index)}] = {{")
dump(index)
print("};")
print(f"static uint8_t const width_blocks[{len(blocks)}][{BLOCK}] = {{")
for key in blocks:
    print("{")
    dump(list(key))
    print("},")
print("};")
