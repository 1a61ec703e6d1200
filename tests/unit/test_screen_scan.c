/* SPDX-License-Identifier: ISC */
/* The scanners of whole pieces, beside plain ones. */
#include "scan.h"
#include "unit.h"

/* What scan_pair says that it does, a byte at a time. */
static size_t plain_pair(unsigned char const p[8], unsigned ret[2])
{
	unsigned number = 0;
	unsigned digits = 0;

	ret[0] = ret[1] = 0;
	for (size_t i = 0; i < 8; i++) {
		unsigned char const c = p[i];
		if (c >= '0' && c <= '9' && ++digits <= 3) {
			ret[number] = ret[number] * 10 + (c - '0');
		} else if (c == ';' && digits >= 1 && digits <= 3 && number == 0) {
			number = 1;
			digits = 0;
		} else {
			return c >= 0x40 && c < 0x7f && digits >= 1 && digits <= 3 && number == 1 ? i + 1 : 0;
		}
	}
	return 0;
}

/* The same ones in every run. */
static unsigned next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*state >> 40);
}

TEST(a_pair_of_numbers)
{
	static char const bytes[] = "0123456789;;;HmK?:<@~\x7f\x80\xff\x1b \n";
	uint64_t state = 1;
	unsigned pairs = 0;

	for (unsigned long i = 0; i < 2000000; i++) {
		unsigned char p[8];
		unsigned want[2];
		uint16_t got[2] = { 0, 0 };
		for (unsigned k = 0; k < 8; k++) p[k] = (unsigned char)bytes[next(&state) % (sizeof bytes - 1)];
		size_t const n = plain_pair(p, want);
		CHECK_EQ(scan_pair(p, got), n);
		if (n == 0) continue;
		pairs++;
		CHECK_EQ(got[0], want[0]);
		CHECK_EQ(got[1], want[1]);
	}
	CHECK(pairs > 1000);
}

#ifdef SCAN_NUMBERS
/* What scan_numbers says that it does, a byte at a time. */
static size_t plain_numbers(unsigned char const *p, uint16_t *ret, unsigned max, uint32_t *ret_n)
{
	unsigned digits = 0;
	uint32_t n = 0;
	unsigned v = 0;

	for (size_t i = 0; i < SCAN_NUMBERS; i++) {
		if (p[i] >= '0' && p[i] <= '9') {
			v = v * 10 + (p[i] - '0');
			if (++digits > 3) return 0;
			continue;
		}
		if (digits == 0) return 0;
		ret[n++] = (uint16_t)v;
		if (p[i] >= 0x40 && p[i] < 0x7f) {
			*ret_n = n;
			return i + 1;
		}
		if (p[i] != ';' || n == max) return 0;
		v = digits = 0;
	}
	return 0;
}

TEST(numbers)
{
	static char const bytes[] = "012345678901234567890123456789;;;;;;;;;;;;mH:?<\x7f\x80\xff\x1b ";
	uint64_t state = 2;
	unsigned found[6] = { 0 };

	for (unsigned long i = 0; i < 2000000; i++) {
		unsigned char p[2 + SCAN_NUMBERS] = "\033[";
		uint16_t want[5];
		uint16_t got[5];
		uint32_t n_want = 0;
		uint32_t n_got = 0;
		for (unsigned k = 2; k < sizeof p; k++) p[k] = (unsigned char)bytes[next(&state) % (sizeof bytes - 1)];
		size_t const n = plain_numbers(p + 2, want, 5, &n_want);
		CHECK_EQ(scan_numbers(p + 2, got, 5, &n_got), n);
		if (n == 0) continue;
		CHECK_EQ(n_got, n_want);
		CHECK(!memcmp(got, want, n_want * sizeof *got));
		found[n_want]++;
	}
	for (unsigned i = 1; i < 6; i++) CHECK(found[i] > 100);
}
#endif

TEST_MAIN
