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
		                            "\033[8;24;80t", "\033[3;7R", "\033[?3;7;1R", "\033[?5u", "\033[0n", "\033[>4;2m", "\033[?1;0;256S",
		                            "\033[2;1;1;128;128;1;0x", "\033[?1;10#Q", "\033[?13n", "\033[>1;10;0c", "\033P!|00000000\033\\",
		                            "\033[97;1:3u", "\033[97:65;2:3u", "\033[1;1:3P", "\033[1;1:3R", "\033[3;1:3~", "\033[65;30;97;0;0;1_", "\033[O\033[<35;1;1M\033[?997;2n", "" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reports const r = of(rows[i]);
		if (r.typed || r.button) printf("# row %zu\n", i);
		CHECK(!r.typed && !r.button);
	}
}

TEST(keys_are_typed)
{
	static char const *const rows[] = { "a", "\033", "\033[A", "\033OA", "\033[1;5A", "\033[97;5u", "\033[O\r", "\033[<35;10;5Ma", "\033[200~x\033[201~",
		                            "\033]11;rgb", "\033[1;2R", "\033[R", "\033[c", "\033[23$", "\033[97;1:2u", "\033[1;1:1A", "\033[97;5;3u", "\033[65;30;97;1;0;1_", "\033[3;7Ra", "\033[15~", "\033[", "\033[M", "\x80" };
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
