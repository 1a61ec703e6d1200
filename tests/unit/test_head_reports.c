/* SPDX-License-Identifier: ISC */
/* What a terminal says by itself is told from what somebody types. */
#include "reports.h"

#include <string.h>

#include "unit.h"

static struct reports of(char const *text)
{
	return reports_read((uint8_t const *)text, strlen(text));
}

TEST(what_a_terminal_says_by_itself_is_not_typed)
{
	static char const *const rows[] = { "\033[O", "\033[I", "\033[?997;1n", "\033[<35;10;5M", "\033[<39;10;5M", "\033[MC!!", "\033[67;4;5M",
		                            "\033]11;rgb:0000/0000/0000\033\\", "\033]52;c;YQ==\a", "\033P1$r0m\033\\", "\033[?62;4c", "\033[?2026;2$y",
		                            "\033[8;24;80t", "\033[O\033[<35;1;1M\033[?997;2n", "" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reports const r = of(rows[i]);
		if (r.typed || r.button) printf("# row %zu\n", i);
		CHECK(!r.typed && !r.button);
	}
}

TEST(keys_are_typed)
{
	static char const *const rows[] = { "a", "\033", "\033[A", "\033OA", "\033[1;5A", "\033[97;5u", "\033[O\r", "\033[<35;10;5Ma", "\033[200~x\033[201~",
		                            "\033]11;rgb", "\033[1;2R", "\033[15~", "\033[", "\033[M", "\x80" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!of(rows[i]).typed) printf("# row %zu\n", i);
		CHECK(of(rows[i]).typed);
	}
}

TEST(buttons_and_the_wheel_are_told_from_motion)
{
	static char const *const rows[] = { "\033[<0;10;5M", "\033[<0;10;5m", "\033[<32;10;5M", "\033[<64;1;1M", "\033[<65;1;1M", "\033[M !!", "\033[M#!!",
		                            "\033[32;4;5M", "\033[64;4;5M", "\033[96;4;5M" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reports const r = of(rows[i]);
		if (r.typed || !r.button) printf("# row %zu\n", i);
		CHECK(!r.typed && r.button);
	}
}

TEST(what_they_say)
{
	CHECK_EQ(of("\033[I\033[O").focus, 'O');
	CHECK_EQ(of("\033[O\033[I").focus, 'I');
	CHECK_EQ(of("\033[?997;2n").scheme, 2);
	CHECK_EQ(of("\033[?997;3n").scheme, 0);
	CHECK_EQ(of("x").scheme, 0);
}

TEST_MAIN
