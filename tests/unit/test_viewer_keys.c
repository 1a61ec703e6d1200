/* The detach key: every form of it, split everywhere, and all that is not it. */
#include "keys.h"

#include "unit.h"

struct row {
	char const *spec; /* NULL: the default */
	char const *in;
	char const *out; /* what the program gets; bytes behind the key are dropped */
	bool found;
};

#define P "\x1b[200~"
#define Q "\x1b[201~"

static struct row const rows[] = {
	{ NULL, "\x1c", "", true },
	{ NULL, "abc\x1c" "def", "abc", true },
	{ NULL, "abc", "abc", false },
	{ NULL, "\x1b[A\x1b[1;5C", "\x1b[A\x1b[1;5C", false },
	{ NULL, "\x1b\x1c", "\x1b", true },
	{ NULL, "\x1b\x1b\x1b[A", "\x1b\x1b\x1b[A", false },
	/* the middle of a sequence is no shelter */
	{ NULL, "\x1b[9\x1c", "\x1b[9", true },
	{ NULL, "\x1b[?1\x1c", "\x1b[?1", true },
	/* kitty's protocol */
	{ NULL, "x\x1b[92;5uy", "x", true },
	{ NULL, "\x1b[92;5:1u", "", true },
	{ NULL, "\x1b[92;5:2u", "", true },
	{ NULL, "\x1b[92;5:3u", "\x1b[92;5:3u", false },
	{ NULL, "\x1b[92;69u", "", true },  /* caps lock */
	{ NULL, "\x1b[92;133u", "", true }, /* num lock */
	{ NULL, "\x1b[92:124;5u", "", true },
	{ NULL, "\x1b[92:124:92;5:1;28u", "", true },
	{ NULL, "\x1b[1098::92;5u", "", true },
	{ NULL, "\x1b[223:92;6u", "", true },
	{ NULL, "\x1b[92;6u", "\x1b[92;6u", false },
	{ NULL, "\x1b[92;7u", "\x1b[92;7u", false },
	{ NULL, "\x1b[92u", "\x1b[92u", false },
	{ NULL, "\x1b[93;5u", "\x1b[93;5u", false },
	{ NULL, "\x1b[92;5v", "\x1b[92;5v", false },
	{ NULL, "\x1b[;5u", "\x1b[;5u", false },
	{ NULL, "\x1b[u", "\x1b[u", false },
	{ NULL, "\x1b[99999999999999999999999;5u", "\x1b[99999999999999999999999;5u", false },
	/* modifyOtherKeys */
	{ NULL, "\x1b[27;5;92~z", "", true },
	{ NULL, "\x1b[27;6;92~", "\x1b[27;6;92~", false },
	{ NULL, "\x1b[27;5;93~", "\x1b[27;5;93~", false },
	{ NULL, "\x1b[27;5~", "\x1b[27;5~", false },
	{ NULL, "\x1b[26;5;92~", "\x1b[26;5;92~", false },
	/* pastes */
	{ NULL, P "a\x1c" "b" Q "c", P "a\x1c" "b" Q "c", false },
	{ NULL, P "a\x1c" "b" Q "c\x1c" "d", P "a\x1c" "b" Q "c", true },
	{ NULL, P "\x1b[92;5u" Q, P "\x1b[92;5u" Q, false },
	{ NULL, P "\x1b[20\x1c" "1~\x1b\x1b[201~\x1c", P "\x1b[20\x1c" "1~\x1b\x1b[201~", true },
	{ NULL, P P "\x1c" Q "\x1c", P P "\x1c" Q, true },
	{ NULL, "\x1b[2000~\x1c", "\x1b[2000~", true },
	{ NULL, "\x1b[0200~\x1c", "\x1b[0200~", true },
	/* a sequence too long to be a key */
	{ NULL, "\x1b[1111111111111111111111111111111111111111111111111111;5u",
	  "\x1b[1111111111111111111111111111111111111111111111111111;5u", false },
	/* other keys */
	{ "^]", "a\x1d", "a", true },
	{ "^]", "\x1c\x1b[93;5u", "\x1c", true },
	{ "C-a", "\x01", "", true },
	{ "^A", "\x1b[97;5u", "", true },
	{ "^a", "\x1b[27;5;97~", "", true },
	{ "^a", "\x1b[97;6u", "\x1b[97;6u", false },
	{ "^?", "\x7f", "", true },
	{ "q", "aq", "a", true },
	{ "q", "\x1b[113u", "", true },
	{ "q", "\x1b[113;5u", "\x1b[113;5u", false },
	{ "q", "\x1bq", "\x1bq", false },
	{ "A", "\x1b[A\x1bOA", "\x1b[A\x1bOA", false },
	{ "A", "\x1b[MAAAA", "\x1b[MAAA", true },
	{ "none", "\x1c\x1b[92;5u", "\x1c\x1b[92;5u", false },
};
#define ROWS (sizeof rows / sizeof *rows)

static void fail(struct row const *r, size_t a, size_t b)
{
	printf("# row %d (spec %s) split at %zu and %zu\n", (int)(r - rows),
	       r->spec ? r->spec : "default", a, b);
}

/* In three reads, that end at `a` and at `b`. */
static void check(struct row const *r, size_t a, size_t b)
{
	struct keys k;
	uint8_t out[512];
	size_t n = 0;
	size_t const len = strlen(r->in);
	size_t const cut[4] = { 0, a, b, len };
	bool found = false;
	CHECK(keys_init(&k, r->spec));
	for (int i = 0; i < 3 && !found; i++)
		n += keys_feed(&k, (uint8_t const *)r->in + cut[i], cut[i + 1] - cut[i], out + n, &found);
	if (!found) n += keys_flush(&k, out + n);
	if (found != r->found || n != strlen(r->out) || memcmp(out, r->out, n) != 0) fail(r, a, b);
	CHECK_EQ(found, r->found);
	CHECK_EQ(n, strlen(r->out));
	CHECK(memcmp(out, r->out, n) == 0);
	CHECK(!keys_holding(&k) || found);
}

TEST(every_form_at_every_split)
{
	for (size_t i = 0; i < ROWS; i++) {
		size_t const len = strlen(rows[i].in);
		for (size_t a = 0; a <= len; a++)
			for (size_t b = a; b <= len; b++) check(&rows[i], a, b);
	}
}

TEST(a_byte_at_a_time)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct keys k;
		uint8_t out[512];
		size_t n = 0;
		bool found = false;
		CHECK(keys_init(&k, rows[i].spec));
		for (char const *p = rows[i].in; *p && !found; p++)
			n += keys_feed(&k, (uint8_t const *)p, 1, out + n, &found);
		if (!found) n += keys_flush(&k, out + n);
		if (n != strlen(rows[i].out)) fail(&rows[i], 0, 0);
		CHECK_EQ(found, rows[i].found);
		CHECK_EQ(n, strlen(rows[i].out));
		CHECK(memcmp(out, rows[i].out, n) == 0);
	}
}

/* What was given out late is not given out twice, and the rest still counts. */
TEST(a_flush_at_every_byte_changes_nothing_but_what_was_held)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct row const *const r = &rows[i];
		struct keys k;
		uint8_t out[512];
		size_t n = 0;
		bool found = false;
		/* Alt and a plain key are told apart by time alone. */
		if (r->spec && strlen(r->spec) == 1) continue;
		CHECK(keys_init(&k, r->spec));
		for (char const *p = r->in; *p && !found; p++) {
			n += keys_feed(&k, (uint8_t const *)p, 1, out + n, &found);
			if (!found) n += keys_flush(&k, out + n);
			CHECK(found || !keys_holding(&k));
		}
		CHECK_EQ(found, r->found);
		/* With the key found, what began it may have gone; never its end. */
		CHECK(n >= strlen(r->out));
		if (!found) CHECK_EQ(n, strlen(r->out));
		CHECK(memcmp(out, r->out, strlen(r->out)) == 0);
	}
}

TEST(an_escape_is_held_and_given_out_once)
{
	struct keys k;
	uint8_t out[64];
	bool found;
	CHECK(keys_init(&k, NULL));
	CHECK_EQ(keys_feed(&k, (uint8_t const *)"\x1b", 1, out, &found), 0);
	CHECK(keys_holding(&k));
	CHECK_EQ(keys_flush(&k, out), 1);
	CHECK_EQ(out[0], 0x1b);
	CHECK(!keys_holding(&k));
	CHECK_EQ(keys_flush(&k, out), 0);
	CHECK_EQ(keys_feed(&k, (uint8_t const *)"x", 1, out, &found), 1);
	CHECK_EQ(out[0], 'x');
}

TEST(specs)
{
	static char const *const bad[] = { "", "^[", "C-[", "ab", "C-", "^ab", "C-ab",
		                           "\xc3\xa4", "\xe4", "nonesuch", "\x1b", "^\x01" };
	static struct { char const *spec; int key; char const *name; } const good[] = {
		{ "^\\", 0x1c, "^\\" }, { "C-\\", 0x1c, "^\\" }, { "^@", 0, "^@" },
		{ "^a", 1, "^A" }, { "^A", 1, "^A" }, { "C-z", 26, "^Z" }, { "^_", 0x1f, "^_" },
		{ "x", 'x', "x" }, { "\x1d", 0x1d, "^]" }, { "^?", 0x7f, "^?" }, { "none", -1, "none" },
	};
	struct keys k;
	char buf[4];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (keys_init(&k, bad[i])) printf("# taken: %s\n", bad[i]);
		CHECK(!keys_init(&k, bad[i]));
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CHECK(keys_init(&k, good[i].spec));
		CHECK_EQ(k.key, good[i].key);
		CHECK_STR(keys_name(&k, buf), good[i].name);
	}
}

TEST(random_input_is_passed_whole)
{
	uint32_t seed = 7;
	struct keys k;
	uint8_t in[64], out[64 + KEYS_HELD_MAX];
	size_t total_in = 0, total_out = 0;
	CHECK(keys_init(&k, "^]"));
	for (int round = 0; round < 100000; round++) {
		static uint8_t const few[] = "\x1b\x1b[[[200~201;5:9u~M ab\xff";
		size_t const len = 1 + (seed >> 9) % sizeof in;
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525u + 1013904223u;
			in[i] = few[(seed >> 16) % (sizeof few - 1)];
		}
		bool found;
		size_t const n = keys_feed(&k, in, len, out, &found);
		CHECK(n <= len + KEYS_HELD_MAX);
		CHECK(!found);
		total_in += len;
		total_out += n;
	}
	total_out += keys_flush(&k, out);
	CHECK_EQ(total_in, total_out);
}

TEST_MAIN
