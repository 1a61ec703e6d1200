/* SPDX-License-Identifier: ISC */
/* Output as text, for terminals without escape sequences: whole, and byte by byte. */
#include "strip.h"
#include "unit.h"

static struct { char const *in, *out; } const cases[] = {
	{ "plain\ttext\r\n", "plain\ttext\r\n" },
	{ "\033[1;31mred\033[m", "red" },
	{ "\033]0;title\007a\033]8;;http://x\033\\b", "ab" },
	{ "\033(0x\033=y\033 Fz", "xyz" },
	{ "\033Pq#0~\033\\a\033_Gx\033\\b\033^p\033\\c", "abc" },
	{ "a\033[1\033[2mb", "ab" },
	{ "a\033[1\030b\033]x\032c", "abc" },
	{ "\033[3\r\nmx", "\r\nx" },
	{ "ä世😀\xc2\xa9", "ä世😀\xc2\xa9" },
	{ "a\xc2\x9b" "1mb", "ab" },
	{ "\016a\017\005\177\ab\b", "a\ab\b" },
};

TEST(sequences_are_left_out)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct strip s = { 0 };
		uint8_t text[64];
		size_t const len = strlen(cases[i].in);
		memcpy(text, cases[i].in, len);
		text[strip(&s, text, len)] = 0;
		CHECK_STR((char *)text, cases[i].out);
		CHECK_EQ(s.state, 0);
	}
}

TEST(a_sequence_in_pieces)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct strip s = { 0 };
		uint8_t text[64];
		size_t n = 0;
		if (strstr(cases[i].in, "\x9b")) continue; /* the head gives whole characters */
		for (char const *p = cases[i].in; *p; p++) {
			text[n] = (uint8_t)*p;
			n += strip(&s, text + n, 1);
		}
		text[n] = 0;
		CHECK_STR((char *)text, cases[i].out);
	}
}

TEST_MAIN
