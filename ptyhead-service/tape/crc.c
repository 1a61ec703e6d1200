/* SPDX-License-Identifier: ISC */
#include "crc.h"

/* Four bytes at a time (slicing), since in a flood a thousand checkpoints a second are
 * summed. The CRC of a byte is the XOR of the CRCs of its bits, so each table lists one
 * entry for each bit: T0 for the last of the four bytes, T1 for the one before it, and
 * so on. */
#define BIT_(n, b, v) ((n) >> (b) & 1 ? (v) : 0u)
#define T0(n) \
	(BIT_(n, 0, 0x77073096u) ^ BIT_(n, 1, 0xEE0E612Cu) ^ BIT_(n, 2, 0x076DC419u) ^ BIT_(n, 3, 0x0EDB8832u) ^ \
	 BIT_(n, 4, 0x1DB71064u) ^ BIT_(n, 5, 0x3B6E20C8u) ^ BIT_(n, 6, 0x76DC4190u) ^ BIT_(n, 7, 0xEDB88320u))
#define T1(n) \
	(BIT_(n, 0, 0x191B3141u) ^ BIT_(n, 1, 0x32366282u) ^ BIT_(n, 2, 0x646CC504u) ^ BIT_(n, 3, 0xC8D98A08u) ^ \
	 BIT_(n, 4, 0x4AC21251u) ^ BIT_(n, 5, 0x958424A2u) ^ BIT_(n, 6, 0xF0794F05u) ^ BIT_(n, 7, 0x3B83984Bu))
#define T2(n) \
	(BIT_(n, 0, 0x01C26A37u) ^ BIT_(n, 1, 0x0384D46Eu) ^ BIT_(n, 2, 0x0709A8DCu) ^ BIT_(n, 3, 0x0E1351B8u) ^ \
	 BIT_(n, 4, 0x1C26A370u) ^ BIT_(n, 5, 0x384D46E0u) ^ BIT_(n, 6, 0x709A8DC0u) ^ BIT_(n, 7, 0xE1351B80u))
#define T3(n) \
	(BIT_(n, 0, 0xB8BC6765u) ^ BIT_(n, 1, 0xAA09C88Bu) ^ BIT_(n, 2, 0x8F629757u) ^ BIT_(n, 3, 0xC5B428EFu) ^ \
	 BIT_(n, 4, 0x5019579Fu) ^ BIT_(n, 5, 0xA032AF3Eu) ^ BIT_(n, 6, 0x9B14583Du) ^ BIT_(n, 7, 0xED59B63Bu))
#define ROW_4(t, n) t(n), t((n) + 1), t((n) + 2), t((n) + 3)
#define ROW_16(t, n) ROW_4(t, n), ROW_4(t, (n) + 4), ROW_4(t, (n) + 8), ROW_4(t, (n) + 12)
#define ROW_64(t, n) ROW_16(t, n), ROW_16(t, (n) + 16), ROW_16(t, (n) + 32), ROW_16(t, (n) + 48)
#define TABLE(t) { ROW_64(t, 0u), ROW_64(t, 64u), ROW_64(t, 128u), ROW_64(t, 192u) }

static uint32_t const crc_table[4][256] = { TABLE(T0), TABLE(T1), TABLE(T2), TABLE(T3) };

uint32_t tape_crc(void const *data, size_t len)
{
	uint8_t const *p = data;
	uint32_t c = 0xFFFFFFFFu;

	for (; len >= 4; len -= 4, p += 4) {
		/* NOLINTNEXTLINE(clang-analyzer-core.*): all len bytes are the caller's, and set */
		c ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		c = crc_table[3][c & 255] ^ crc_table[2][c >> 8 & 255] ^ crc_table[1][c >> 16 & 255] ^ crc_table[0][c >> 24];
	}
	for (; len; len--, p++) c = crc_table[0][(c ^ *p) & 255] ^ c >> 8;
	return ~c;
}

uint32_t tape_checkpoint_crc(struct tape_checkpoint const *c, void const *bytes)
{
	struct {
		uint64_t offset, mark;
		struct tape_state state;
		uint32_t length, bytes;
	} const all = { c->offset, c->mark, c->state, c->length, tape_crc(bytes, c->length) };
	_Static_assert(sizeof all == sizeof *c - sizeof c->serial, "nothing of it is padding, nothing is left out");
	return tape_crc(&all, sizeof all);
}
