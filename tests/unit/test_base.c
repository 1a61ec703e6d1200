/* SPDX-License-Identifier: ISC */
/* Numbers, UTF-8 and printable text as every folder reads them. */
#include "number.h"
#include "printable.h"
#include "utf8.h"

#include "unit.h"

TEST(a_number_is_digits_alone_and_within_its_bound)
{
	static char const *const wrong[] = { "", " 1", "+1", "-1", "0x1", "1 ", "1a", "11", "99999999999999999999999" };
	uint64_t n = 7;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) CHECK(!number_parse(wrong[i], 10, &n));
	CHECK_EQ(n, 7u);
	CHECK(number_parse("10", 10, &n) && n == 10);
	CHECK(number_parse("0010", 10, &n) && n == 10);
	CHECK(number_parse("0", 0, &n) && n == 0);
	CHECK(number_parse("18446744073709551615", UINT64_MAX, &n) && n == UINT64_MAX);
	CHECK(!number_parse("18446744073709551616", UINT64_MAX, &n));
}

TEST(a_number_may_be_followed_by_something)
{
	uint64_t n = 7;
	char const *const size = "24x80";

	CHECK(number_read(size, 10, 1000, &n) == size + 2 && n == 24);
	CHECK(!number_read("x80", 10, 1000, &n));
	CHECK(number_read("0777", 8, 0777, &n) && n == 0777);
	CHECK(*number_read("18", 8, 0777, &n) == '8');
}

TEST(a_number_with_a_fraction_is_rounded_up)
{
	static struct { char const *text; uint64_t ms; } const right[] = {
		{ "0", 0 }, { "2", 2000 }, { "2.", 2000 }, { ".5", 500 }, { "0.25", 250 }, { "1.0000", 1000 }, { "0.0001", 1 },
		{ "0.0010000000000000000001", 2 }, { "0.9999999999999", 1000 }, { "1000000000.5", 1000000000500 },
	};
	static char const *const wrong[] = { "", ".", "-1", "1e3", "inf", "nan", "1,5", "1.5 ", "1.2.3", "1000000001", " 1" };
	uint64_t n = 7;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) CHECK(!number_scaled(wrong[i], 1000, 1000000000, &n));
	CHECK_EQ(n, 7u);
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		CHECK(number_scaled(right[i].text, 1000, 1000000000, &n));
		CHECK_EQ(n, right[i].ms);
	}
}

TEST(each_character_is_written_and_read_back)
{
	char buf[UTF8_MAX];

	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		uint32_t back;
		size_t const n = utf8_put(c, buf);
		size_t const m = utf8_get((uint8_t *)buf, n, &back);
		bool const surrogate = c >= 0xD800 && c < 0xE000;
		CHECK(surrogate ? back == UTF8_BAD : back == c && m == n);
		/* Cut, it is none. */
		if (n > 1) CHECK(utf8_get((uint8_t *)buf, n - 1, &back) > 0 && back == UTF8_BAD);
	}
}

/* The example of Unicode 15.0, section 3.9, table 3-8 and those before it. */
TEST(what_is_no_character_is_left_out_in_the_recommended_pieces)
{
	static struct { char const *bytes; char const *pieces; } const all[] = {
		{ "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", "11111111A" },
		{ "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", "11111111A" },
		{ "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "11111A11B" },
		{ "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "2132A" },
		{ "\xE4\xB8", "2" },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		uint8_t const *const p = (uint8_t const *)all[i].bytes;
		size_t const len = strlen(all[i].bytes);
		char const *want = all[i].pieces;
		uint32_t c;
		for (size_t at = 0; at < len; want++) {
			size_t const n = utf8_get(p + at, len - at, &c);
			CHECK(c == UTF8_BAD ? *want == (char)('0' + n) : (uint32_t)(uint8_t)*want == c && n == 1);
			at += n;
		}
		CHECK_EQ(*want, 0);
	}
}

/* Against Unicode's own list of Bidi_Control (PropList.txt 15.0). */
TEST(controls_breaks_and_directions_are_not_printable)
{
	static uint32_t const bidi[] = { 0x61C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069 };
	size_t hidden = 0;

	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		bool const control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
		CHECK_EQ(printable_control(c), control);
		if (control || (c >= 0xD800 && c < 0xE000)) CHECK(!printable(c));
		else hidden += !printable(c);
	}
	for (size_t i = 0; i < sizeof bidi / sizeof *bidi; i++) CHECK(!printable(bidi[i]));
	CHECK(!printable(0x2028) && !printable(0x2029));
	CHECK_EQ(hidden, sizeof bidi / sizeof *bidi + 2);
	CHECK(!printable(0x110000) && !printable(UTF8_BAD));
}

static char const *put(char const *text, size_t len)
{
	static char buf[64];
	size_t const n = printable_put(buf, sizeof buf, text, len);
	CHECK_EQ(n, strlen(buf));
	return buf;
}

TEST(what_is_not_printable_becomes_bytes_in_hexadecimal)
{
	CHECK_STR(put("", 0), "");
	CHECK_STR(put("a\\x1b z\xc3\xa9", 9), "a\\x1b z\xc3\xa9");
	CHECK_STR(put("\n\033[31m\0", 7), "\\x0a\\x1b[31m\\x00");
	CHECK_STR(put("\xc2\x9b|\xe2\x80\xae|\xff|\xe2\x82", 11), "\\xc2\\x9b|\\xe2\\x80\\xae|\\xff|\\xe2\\x82");
	CHECK_EQ(printable_span("a\xc3\xa9\xe2\x80\xae", 6), 3u);
	CHECK_EQ(printable_span("abc", 3), 3u);
}

TEST(what_does_not_fit_is_cut_between_characters)
{
	char buf[8];

	CHECK_EQ(printable_put(buf, 1, "abc", 3), 0u);
	CHECK_STR(buf, "");
	CHECK_EQ(printable_put(buf, 4, "ab\xc3\xa9", 4), 2u);
	CHECK_EQ(printable_put(buf, 5, "ab\xc3\xa9", 4), 4u);
	CHECK_EQ(printable_put(buf, 8, "abcd\n", 5), 4u);
	CHECK_EQ(printable_put(buf, 8, "abc\n", 4), 7u);
	CHECK_STR(buf, "abc\\x0a");
}

TEST_MAIN
