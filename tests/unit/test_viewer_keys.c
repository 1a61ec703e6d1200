/* SPDX-License-Identifier: ISC */
/* The keys that detach: every form of them, split everywhere, and all that is not them;
 * what a terminal sends, taken apart. */
#include "keys.h"
#include "tokens.h"

#include "unit.h"

/* Tokens, and keys among them. */
struct rig {
	struct tokens t;
	struct keys k;
};

static bool rig_init(struct rig *r, char const *spec)
{
	memset(r, 0, sizeof *r);
	r->t.mouse = true;
	return keys_init(&r->k, spec ? spec : KEYS_DETACH);
}

static size_t feed(struct rig *r, uint8_t const *in, size_t len, uint8_t *out, bool *ret_found)
{
	struct token t;
	size_t n = 0;
	*ret_found = false;
	tokens_feed(&r->t, in, len);
	while (!*ret_found && tokens_next(&r->t, &t)) n += keys_take(&r->k, &t, out + n, ret_found);
	return n;
}

/* As time gives it out. */
static size_t flush(struct rig *r, uint8_t *out)
{
	struct token t;
	bool found;
	return tokens_flush(&r->t, &t) ? keys_take(&r->k, &t, out, &found) : 0;
}

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
	{ NULL, NULL, NULL, false },
	/* pressed twice it is typed */
	{ NULL, "a\x1c\x1c" "b", "a\x1c" "b", false },
	{ NULL, "\x1c\x1c\x1c" "b", "\x1c", true },
	{ NULL, "\x1b[92;5u\x1b[92;5:3ux\x1b[92;5u", "\x1b[92;5:3u", true },
	{ NULL, "\x1b[92;5u\x1b[92;5:3u\x1b[92;5u", "\x1b[92;5:3u\x1b[92;5u", false },
	/* mode 9001: also what it sends of Ctrl itself, and of releases */
	{ NULL, "\x1b[17;29;0;1;8;1_\x1b[220;43;28;1;8;1_\x1b[220;43;28;0;8;1_x", "\x1b[17;29;0;1;8;1_\x1b[220;43;28;0;8;1_", true },
	{ NULL, "\x1b[220;43;28;0;8;1_", "\x1b[220;43;28;0;8;1_", false },
	{ "q", "\x1b[81;16;113;1;0;1_", "", true },
	/* sequences */
	{ "^P^Q", "a\x10\x11" "b", "a", true },
	{ "^P^Q", "a\x10" "b\x11", "a\x10" "b\x11", false },
	{ "^P^Q", "\x10\x10\x10\x11", "\x10\x10", true },
	{ "^P^Q", "\x10\x1b[A", "\x10\x1b[A", false },
	{ "^P^Q", "\x1b[112;5u\x1b[112;5:3u\x1b[113;5u", "\x1b[112;5:3u", true },
	{ "^P^Q", "\x1b[17;29;0;1;8;1_\x1b[80;25;16;1;8;1_\x1b[80;25;16;0;8;1_\x1b[81;16;17;1;8;1_",
	  "\x1b[17;29;0;1;8;1_\x1b[80;25;16;0;8;1_", true },
	{ "~.", "~.", "", true },
	{ "~.", "a~.", "a~.", false },
	{ "~.", "a\r~.", "a\r", true },
	{ "~.", "a\x1b[13u~.", "a\x1b[13u", true },
	{ "~.", "\r~~.", "\r~.", false },
	{ "~.", "\r~x~.", "\r~x~.", false },
	{ "~.", "\r~\r~.", "\r~\r", true },
	{ "~.", P "\r~." Q, P "\r~." Q, false },
	/* answers and reports are no keys */
	{ "^P^Q", "\x10\x1b[I\x1b]11;rgb:0/0/0\x1b\\\x11", "\x1b[I\x1b]11;rgb:0/0/0\x1b\\", true },
	{ "q", "\x1b]11;qq\aq", "\x1b]11;qq\a", true },
	/* what a string hides is found when a control ends it */
	{ NULL, "\x1b]11\x1c", "\x1b]11", true },
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
	struct rig k;
	uint8_t out[1024];
	size_t n = 0;
	size_t const len = strlen(r->in);
	size_t const cut[4] = { 0, a, b, len };
	bool found = false;
	CHECK(rig_init(&k, r->spec));
	for (int i = 0; i < 3 && !found; i++)
		n += feed(&k, (uint8_t const *)r->in + cut[i], cut[i + 1] - cut[i], out + n, &found);
	if (!found) n += flush(&k, out + n);
	found |= keys_pressed(&k.k);
	if (found != r->found || n != strlen(r->out) || memcmp(out, r->out, n) != 0) fail(r, a, b);
	CHECK_EQ(found, r->found);
	CHECK_EQ(n, strlen(r->out));
	CHECK(memcmp(out, r->out, n) == 0);
	CHECK(!tokens_holding(&k.t) || found);
}

TEST(every_form_at_every_split)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (!rows[i].in) continue;
		size_t const len = strlen(rows[i].in);
		for (size_t a = 0; a <= len; a++)
			for (size_t b = a; b <= len; b++) check(&rows[i], a, b);
	}
}

TEST(a_byte_at_a_time)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (!rows[i].in) continue;
		struct rig k;
		uint8_t out[1024];
		size_t n = 0;
		bool found = false;
		CHECK(rig_init(&k, rows[i].spec));
		for (char const *p = rows[i].in; *p && !found; p++)
			n += feed(&k, (uint8_t const *)p, 1, out + n, &found);
		if (!found) n += flush(&k, out + n);
		found |= keys_pressed(&k.k);
		if (n != strlen(rows[i].out)) fail(&rows[i], 0, 0);
		CHECK_EQ(found, rows[i].found);
		CHECK_EQ(n, strlen(rows[i].out));
		CHECK(memcmp(out, rows[i].out, n) == 0);
	}
}

/* What was given out late is not given out twice, and the rest still counts. */
TEST(a_flush_at_every_byte_changes_nothing_but_what_was_held)
{
	/* Of keys that are held back by themselves pieces would go out. */
	for (size_t i = 0; rows[i].in; i++) {
		struct row const *const r = &rows[i];
		struct rig k;
		uint8_t out[1024];
		size_t n = 0;
		bool found = false;
		/* Alt and a plain key are told apart by time alone. */
		if (r->spec && strlen(r->spec) == 1) continue;
		CHECK(rig_init(&k, r->spec));
		for (char const *p = r->in; *p && !found; p++) {
			n += feed(&k, (uint8_t const *)p, 1, out + n, &found);
			if (!found) n += flush(&k, out + n);
			CHECK(found || !tokens_holding(&k.t));
		}
		found |= keys_pressed(&k.k);
		CHECK_EQ(found, r->found);
		/* With the key found, what began it may have gone; never its end. */
		CHECK(n >= strlen(r->out));
		if (!found) CHECK_EQ(n, strlen(r->out));
		CHECK(memcmp(out, r->out, strlen(r->out)) == 0);
	}
}

TEST(an_escape_is_held_and_given_out_once)
{
	struct rig k;
	uint8_t out[512];
	bool found;
	CHECK(rig_init(&k, NULL));
	CHECK_EQ(feed(&k, (uint8_t const *)"\x1b", 1, out, &found), 0);
	CHECK(tokens_holding(&k.t));
	CHECK_EQ(flush(&k, out), 1);
	CHECK_EQ(out[0], 0x1b);
	CHECK(!tokens_holding(&k.t));
	CHECK_EQ(flush(&k, out), 0);
	CHECK_EQ(feed(&k, (uint8_t const *)"x", 1, out, &found), 1);
	CHECK_EQ(out[0], 'x');
}

TEST(specs)
{
	static char const *const bad[] = { "", "^", "^[", "C-[", "a^[", "\xc3\xa4", "\xe4", "nonesuch", "\x1b", "^\x01",
		                           "^A^B^C^D^E" };
	static struct { char const *spec; int key; unsigned n; char const *name; } const good[] = {
		{ "^\\", 0x1c, 1, "^\\" }, { "C-\\", 0x1c, 1, "^\\" }, { "^@", 0, 1, "^@" }, { KEYS_DETACH, 0x1c, 1, "^\\" },
		{ "^a", 1, 1, "^A" }, { "^A", 1, 1, "^A" }, { "C-z", 26, 1, "^Z" }, { "^_", 0x1f, 1, "^_" },
		{ "x", 'x', 1, "x" }, { "\x1d", 0x1d, 1, "^]" }, { "^?", 0x7f, 1, "^?" }, { "none", 0, 0, "none" },
		{ "^P^Q", 16, 2, "^P^Q" }, { "C-pC-q", 16, 2, "^P^Q" }, { "~.", '~', 2, "~." }, { "C-", 'C', 2, "C-" },
		{ "^Ad", 1, 2, "^Ad" },
	};
	struct keys k;
	char buf[KEYS_NAME_MAX];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (keys_init(&k, bad[i])) printf("# taken: %s\n", bad[i]);
		CHECK(!keys_init(&k, bad[i]));
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CHECK(keys_init(&k, good[i].spec));
		CHECK_EQ(k.n, good[i].n);
		CHECK_EQ(k.step[0], good[i].key);
		CHECK_STR(keys_name(&k, buf), good[i].name);
	}
}

TEST(random_input_is_passed_whole)
{
	uint32_t seed = 7;
	struct rig k;
	uint8_t in[64], out[2 * TOKENS_HELD_MAX];
	size_t total_in = 0, total_out = 0;
	CHECK(rig_init(&k, "^]"));
	for (int round = 0; round < 100000; round++) {
		static uint8_t const few[] = "\x1b\x1b[[[200~201;5:9u~M ab\xff\x1b]11;P\\\a";
		size_t const len = 1 + (seed >> 9) % sizeof in;
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525u + 1013904223u;
			in[i] = few[(seed >> 16) % (sizeof few - 1)];
		}
		bool found;
		size_t const n = feed(&k, in, len, out, &found);
		CHECK(n <= len + TOKENS_HELD_MAX);
		CHECK(!found);
		total_in += len;
		total_out += n;
	}
	total_out += flush(&k, out);
	CHECK_EQ(total_in, total_out);
}

TEST_MAIN
