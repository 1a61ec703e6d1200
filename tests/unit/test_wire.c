/* SPDX-License-Identifier: ISC */
/* The codec: every frame there and back, every shorter payload refused, every
 * limit from both sides. */
#include "unit.h"
#include "wire.h"

static uint8_t buf[WIRE_FRAME_MAX];

static struct wire_bytes bytes(char const *s)
{
	return (struct wire_bytes){(uint8_t const *)s, strlen(s)};
}

static void check_bytes(struct wire_bytes b, char const *s)
{
	CHECK_EQ(b.len, strlen(s));
	CHECK(memcmp(b.data, s, b.len) == 0);
}

/* A frame's header says what was written. */
static void check_header(size_t len, enum wire_type type)
{
	struct wire_header h;
	CHECK_EQ(wire_header_decode(buf, len, &h), 0);
	CHECK_EQ(h.version, WIRE_VERSION);
	CHECK_EQ(h.type, type);
	CHECK_EQ(h.length, len - WIRE_HEADER);
}

static struct wire_export const sample_export = {
	.flags = WIRE_EXPORT_SIZED,
	.size = {24, 80, 640, 384},
	.tty = {0x1122334455667788u, 0x99aabbccddeeff00u},
	.terminal = {(uint8_t const *)"main", 4},
	.command = {(uint8_t const *)"top\0-d\0", 7},
};

static struct wire_attach const sample_attach = {
	.flags = WIRE_ATTACH_LOSSLESS,
	.size = {50, 132, 0, 0},
	.tty = {1, UINT64_MAX},
	.terminal = {(uint8_t const *)"a@b+c-d_e.f", 11},
};

/* Every strictly shorter payload must fail, and read nothing behind its end:
 * the copy is of exactly the length (the sanitizer watches). */
#define CHECK_PREFIXES(get, type, total)                                       \
	for (size_t n = 0; n < (total) - WIRE_HEADER; n++) {                   \
		type ret;                                                      \
		uint8_t *const copy = malloc(n + !n);                          \
		CHECK(copy);                                                   \
		memcpy(copy, buf + WIRE_HEADER, n);                            \
		CHECK_EQ(get(copy, n, &ret), -1);                              \
		free(copy);                                                    \
	}

TEST(the_bytes_of_a_header)
{
	uint8_t const want[] = {0xF5, 1, 0, 67, 0, 0, 0, 0};
	CHECK_EQ(wire_put_empty(buf, sizeof buf, WIRE_WAKE), WIRE_HEADER);
	CHECK(memcmp(buf, want, sizeof want) == 0);
}

TEST(the_bytes_of_an_export)
{
	uint8_t const want[] = {
		0xF5, 1, 0, 1, 0, 0, 0, 43,
		0, 0, 0, 2,
		0, 24, 0, 80, 2, 0x80, 1, 0x80,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
		0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00,
		0, 4, 'm', 'a', 'i', 'n',
		0, 7, 't', 'o', 'p', 0, '-', 'd', 0,
	};
	CHECK_EQ(wire_put_export(buf, sizeof buf, &sample_export), sizeof want);
	CHECK(memcmp(buf, want, sizeof want) == 0);
}

TEST(export_there_and_back)
{
	struct wire_export f;
	size_t const len = wire_put_export(buf, sizeof buf, &sample_export);
	check_header(len, WIRE_EXPORT);
	CHECK_EQ(wire_get_export(buf + WIRE_HEADER, len - WIRE_HEADER, &f), 0);
	CHECK_EQ(f.flags, WIRE_EXPORT_SIZED);
	CHECK_EQ(f.size.rows, 24);
	CHECK_EQ(f.size.cols, 80);
	CHECK_EQ(f.size.xpixel, 640);
	CHECK_EQ(f.size.ypixel, 384);
	CHECK_EQ(f.tty.dev, 0x1122334455667788u);
	CHECK_EQ(f.tty.rdev, 0x99aabbccddeeff00u);
	check_bytes(f.terminal, "main");
	CHECK_EQ(f.command.len, 7);
	CHECK(memcmp(f.command.data, "top\0-d\0", 7) == 0);
	CHECK_PREFIXES(wire_get_export, struct wire_export, len);
}

TEST(attach_and_watch_there_and_back)
{
	for (int watch = 0; watch < 2; watch++) {
		struct wire_attach f;
		size_t const len = wire_put_attach(buf, sizeof buf, watch, &sample_attach);
		check_header(len, watch ? WIRE_WATCH : WIRE_ATTACH);
		CHECK_EQ(wire_get_attach(buf + WIRE_HEADER, len - WIRE_HEADER, &f), 0);
		CHECK_EQ(f.flags, WIRE_ATTACH_LOSSLESS);
		CHECK_EQ(f.size.rows, 50);
		CHECK_EQ(f.size.cols, 132);
		CHECK_EQ(f.tty.dev, 1);
		CHECK(f.tty.rdev == UINT64_MAX);
		check_bytes(f.terminal, "a@b+c-d_e.f");
		CHECK_PREFIXES(wire_get_attach, struct wire_attach, len);
	}
}

TEST(the_small_frames_there_and_back)
{
	struct wire_size const size = {UINT16_MAX, 1, 2, UINT16_MAX};
	struct wire_size s;
	size_t len = wire_put_resize(buf, sizeof buf, size);
	CHECK_EQ(len, 16);
	check_header(len, WIRE_RESIZE);
	CHECK_EQ(wire_get_resize(buf + WIRE_HEADER, len - WIRE_HEADER, &s), 0);
	CHECK(memcmp(&s, &size, sizeof s) == 0);
	CHECK_PREFIXES(wire_get_resize, struct wire_size, len);

	struct wire_exported e;
	len = wire_put_exported(buf, sizeof buf, &(struct wire_exported){size, UINT64_MAX - 1});
	check_header(len, WIRE_EXPORTED);
	CHECK_EQ(wire_get_exported(buf + WIRE_HEADER, len - WIRE_HEADER, &e), 0);
	CHECK(memcmp(&e.size, &size, sizeof s) == 0);
	CHECK(e.run == UINT64_MAX - 1);
	CHECK_PREFIXES(wire_get_exported, struct wire_exported, len);

	struct wire_attached a;
	len = wire_put_attached(buf, sizeof buf, &(struct wire_attached){WIRE_ATTACH_LOSSLESS, 1ULL << 40});
	check_header(len, WIRE_ATTACHED);
	CHECK_EQ(wire_get_attached(buf + WIRE_HEADER, len - WIRE_HEADER, &a), 0);
	CHECK_EQ(a.flags, WIRE_ATTACH_LOSSLESS);
	CHECK(a.viewer == 1ULL << 40);
	CHECK_PREFIXES(wire_get_attached, struct wire_attached, len);

	struct wire_refused r;
	len = wire_put_refused(buf, sizeof buf, WIRE_R_BUSY, "still alive");
	check_header(len, WIRE_REFUSED);
	CHECK_EQ(wire_get_refused(buf + WIRE_HEADER, len - WIRE_HEADER, &r), 0);
	CHECK_EQ(r.code, WIRE_R_BUSY);
	check_bytes(r.text, "still alive");
	CHECK_PREFIXES(wire_get_refused, struct wire_refused, len);

	len = wire_put_input(buf, sizeof buf, "\033[A", 3);
	check_header(len, WIRE_INPUT);
	CHECK(memcmp(buf + WIRE_HEADER, "\033[A", 3) == 0);
	check_header(wire_put_input(buf, sizeof buf, NULL, 0), WIRE_INPUT);
}

TEST(a_longer_payload_is_taken_and_the_rest_ignored)
{
	struct wire_export e;
	struct wire_size s;
	struct wire_refused r;
	size_t len = wire_put_export(buf, sizeof buf, &sample_export);
	memset(buf + len, 0xff, 100);
	CHECK_EQ(wire_get_export(buf + WIRE_HEADER, len - WIRE_HEADER + 100, &e), 0);
	CHECK_EQ(e.command.len, 7);
	len = wire_put_resize(buf, sizeof buf, (struct wire_size){1, 2, 3, 4});
	memset(buf + len, 0xff, 100);
	CHECK_EQ(wire_get_resize(buf + WIRE_HEADER, len - WIRE_HEADER + 100, &s), 0);
	CHECK_EQ(s.ypixel, 4);
	len = wire_put_refused(buf, sizeof buf, WIRE_R_ROLE, "");
	memset(buf + len, 0xff, 100);
	CHECK_EQ(wire_get_refused(buf + WIRE_HEADER, len - WIRE_HEADER + 100, &r), 0);
	CHECK_EQ(r.text.len, 0);
}

TEST(strings_are_cut_when_put_and_refused_when_longer)
{
	static char longer[WIRE_COMMAND_MAX + WIRE_INPUT_MAX + 2];
	memset(longer, 'x', sizeof longer - 1);
	struct wire_export e = sample_export;
	e.terminal = bytes(longer);
	e.command = bytes(longer);
	size_t len = wire_put_export(buf, sizeof buf, &e);
	CHECK_EQ(len, WIRE_EXPORT_FRAME);
	CHECK_EQ(wire_get_export(buf + WIRE_HEADER, len - WIRE_HEADER, &e), 0);
	CHECK_EQ(e.terminal.len, WIRE_TERMINAL_MAX);
	CHECK_EQ(e.command.len, WIRE_COMMAND_MAX);

	/* One byte above the limit, all of it there. */
	uint8_t *const at = buf + WIRE_HEADER + 28;
	at[0] = 0;
	at[1] = WIRE_TERMINAL_MAX + 1;
	CHECK_EQ(wire_get_export(buf + WIRE_HEADER, len - WIRE_HEADER, &e), -1);
	struct wire_attach a;
	CHECK_EQ(wire_get_attach(buf + WIRE_HEADER, len - WIRE_HEADER, &a), -1);
	at[1] = WIRE_TERMINAL_MAX;
	CHECK_EQ(wire_get_attach(buf + WIRE_HEADER, len - WIRE_HEADER, &a), 0);

	len = wire_put_refused(buf, sizeof buf, WIRE_R_FAILED, longer);
	CHECK_EQ(len, WIRE_HEADER + 4 + WIRE_TEXT_MAX);
	struct wire_refused r;
	CHECK_EQ(wire_get_refused(buf + WIRE_HEADER, len - WIRE_HEADER, &r), 0);
	buf[WIRE_HEADER + 2] = (WIRE_TEXT_MAX + 1) >> 8;
	buf[WIRE_HEADER + 3] = (WIRE_TEXT_MAX + 1) & 0xff;
	CHECK_EQ(wire_get_refused(buf + WIRE_HEADER, len - WIRE_HEADER + 1, &r), -1);

	CHECK_EQ(wire_put_input(buf, sizeof buf, longer, sizeof longer), WIRE_HEADER + WIRE_INPUT_MAX);
	CHECK_EQ(wire_put_input(buf, sizeof buf, longer, WIRE_INPUT_MAX), WIRE_HEADER + WIRE_INPUT_MAX);
}

TEST(headers)
{
	static struct {
		char const *what;
		size_t len;
		uint8_t bytes[8];
		int want;
	} const cases[] = {
		{"nothing", 0, {0}, 1},
		{"the magic alone", 1, {0xF5}, 1},
		{"a first byte of something else", 1, {'m'}, -1},
		{"a NUL, as runc may send", 1, {0}, -1},
		{"seven bytes", 7, {0xF5, 1, 0, 1, 0, 0, 0}, 1},
		{"seven bytes without the magic", 7, {0xF4, 1, 0, 1, 0, 0, 0}, -1},
		{"an empty payload", 8, {0xF5, 1, 0, 1, 0, 0, 0, 0}, 0},
		{"another version", 8, {0xF5, 2, 0, 1, 0, 0, 0, 0}, 0},
		{"version 0", 8, {0xF5, 0, 0, 1, 0, 0, 0, 0}, 0},
		{"the longest payload", 8, {0xF5, 1, 0, 1, 0, 0, 0xff, 0xf8}, 0},
		{"one byte more", 8, {0xF5, 1, 0, 1, 0, 0, 0xff, 0xf9}, -1},
		{"4 GiB", 8, {0xF5, 1, 0, 1, 0xff, 0xff, 0xff, 0xff}, -1},
		{"2 GiB, negative if it were signed", 8, {0xF5, 1, 0, 1, 0x80, 0, 0, 0}, -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wire_header h;
		uint8_t *const copy = malloc(cases[i].len + 1);
		CHECK(copy);
		memcpy(copy, cases[i].bytes, cases[i].len);
		int const got = wire_header_decode(copy, cases[i].len, &h);
		if (got != cases[i].want) printf("# %s\n", cases[i].what);
		CHECK_EQ(got, cases[i].want);
		free(copy);
	}
}

TEST(terminal_names)
{
	static struct {
		char const *name;
		bool ok;
	} const cases[] = {
		{"main", true}, {"a", true}, {"A-Z_0.9@x+y", true}, {"_", true}, {"@", true},
		{"9", true}, {"", false}, {".", false}, {"..", false}, {".hidden", false},
		{"-v", false}, {"a/b", false}, {"a:b", false}, {"a b", false}, {"a\nb", false},
		{"\033[2J", false}, {"caf\xc3\xa9", false}, {"a\\b", false}, {"a%n", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool const ok = wire_terminal_ok(cases[i].name, strlen(cases[i].name));
		if (ok != cases[i].ok) printf("# \"%s\"\n", cases[i].name);
		CHECK_EQ(ok, cases[i].ok);
	}
	char name[WIRE_TERMINAL_MAX + 1];
	memset(name, 'x', sizeof name);
	CHECK(wire_terminal_ok(name, WIRE_TERMINAL_MAX));
	CHECK(!wire_terminal_ok(name, WIRE_TERMINAL_MAX + 1));
	CHECK(!wire_terminal_ok("a\0b", 3));
}

TEST(sizes)
{
	CHECK(wire_size_ok((struct wire_size){1, 1, 0, 0}));
	CHECK(wire_size_ok((struct wire_size){WIRE_SIDE_MAX, WIRE_SIDE_MAX, 65535, 65535}));
	CHECK(!wire_size_ok((struct wire_size){0, 80, 0, 0}));
	CHECK(!wire_size_ok((struct wire_size){24, 0, 0, 0}));
	CHECK(!wire_size_ok((struct wire_size){WIRE_SIDE_MAX + 1, 80, 0, 0}));
	CHECK(!wire_size_ok((struct wire_size){24, WIRE_SIDE_MAX + 1, 0, 0}));
	CHECK(!wire_size_ok((struct wire_size){65535, 65535, 0, 0}));
}

static struct wire_entry const sample_entry = {
	.terminal = {(uint8_t const *)"main", 4},
	.flags = WIRE_ENTRY_ALIVE | WIRE_ENTRY_STATUS,
	.pid = 4711,
	.status = 0x2a00,
	.run = 7,
	.since = UINT64_MAX,
	.ended = 1,
	.size = {24, 80, 640, 384},
	.viewers = 3,
	.watchers = 4,
	.bytes = 1ULL << 40,
	.command = {(uint8_t const *)"top\0-d\0", 7},
};

static void check_entry(struct wire_entry const *e)
{
	check_bytes(e->terminal, "main");
	CHECK_EQ(e->flags, sample_entry.flags);
	CHECK_EQ(e->pid, 4711);
	CHECK_EQ(e->status, 0x2a00);
	CHECK_EQ(e->run, 7);
	CHECK(e->since == UINT64_MAX);
	CHECK_EQ(e->ended, 1);
	CHECK(memcmp(&e->size, &sample_entry.size, sizeof e->size) == 0);
	CHECK_EQ(e->viewers, 3);
	CHECK_EQ(e->watchers, 4);
	CHECK_EQ(e->bytes, 1LL << 40);
	CHECK_EQ(e->command.len, 7);
	CHECK(memcmp(e->command.data, "top\0-d", 7) == 0);
}

TEST(list_there_and_back)
{
	struct wire_list f;
	struct wire_list const l = {.flags = 5, .after = bytes("a"), .terminal = bytes("main")};
	size_t const len = wire_put_list(buf, sizeof buf, &l);
	check_header(len, WIRE_LIST);
	CHECK_EQ(wire_get_list(buf + WIRE_HEADER, len - WIRE_HEADER, &f), 0);
	CHECK_EQ(f.flags, 5);
	check_bytes(f.after, "a");
	check_bytes(f.terminal, "main");
	CHECK_PREFIXES(wire_get_list, struct wire_list, len);
}

TEST(listed_there_and_back)
{
	struct wire_listed f;
	struct wire_entry e;
	struct wire_listing l;
	wire_listed_begin(&l, buf, sizeof buf);
	for (int i = 0; i < 3; i++) CHECK(wire_listed_add(&l, &sample_entry));
	size_t const len = wire_listed_end(&l, WIRE_LISTED_MORE);
	check_header(len, WIRE_LISTED);
	CHECK_EQ(wire_get_listed(buf + WIRE_HEADER, len - WIRE_HEADER, &f), 0);
	CHECK_EQ(f.flags, WIRE_LISTED_MORE);
	CHECK_EQ(f.count, 3);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(wire_listed_next(&f, &e), 0);
		check_entry(&e);
	}
	CHECK_EQ(wire_listed_next(&f, &e), 1);
	/* Cut anywhere, an entry or the frame fails, and nothing behind is read. */
	for (size_t n = 0; n < len - WIRE_HEADER; n++) {
		uint8_t *const copy = malloc(n + !n);
		CHECK(copy);
		memcpy(copy, buf + WIRE_HEADER, n);
		int r = wire_get_listed(copy, n, &f);
		while (r == 0) r = wire_listed_next(&f, &e);
		CHECK_EQ(r, -1);
		free(copy);
	}
}

TEST(an_entry_may_be_longer)
{
	struct wire_listed f;
	struct wire_entry e;
	struct wire_listing l;
	wire_listed_begin(&l, buf, sizeof buf);
	size_t const at = l.len;
	CHECK(wire_listed_add(&l, &sample_entry));
	uint16_t const n = (uint16_t)(buf[at] << 8 | buf[at + 1]);
	buf[at] = (uint8_t)((n + 9) >> 8);
	buf[at + 1] = (uint8_t)(n + 9);
	memset(buf + l.len, 'x', 9); /* of a later version */
	l.len += 9;
	CHECK(wire_listed_add(&l, &sample_entry));
	size_t const len = wire_listed_end(&l, 0);
	CHECK_EQ(wire_get_listed(buf + WIRE_HEADER, len - WIRE_HEADER, &f), 0);
	CHECK_EQ(wire_listed_next(&f, &e), 0);
	check_entry(&e);
	CHECK_EQ(wire_listed_next(&f, &e), 0);
	check_entry(&e);
}

TEST(listed_is_bounded)
{
	static uint8_t command[WIRE_COMMAND_MAX + 9];
	struct wire_entry e = sample_entry;
	struct wire_listing l;
	unsigned count = 0;
	e.command = (struct wire_bytes){command, sizeof command};
	wire_listed_begin(&l, buf, sizeof buf);
	while (wire_listed_add(&l, &e)) count++;
	size_t const len = wire_listed_end(&l, 0);
	CHECK(len <= WIRE_FRAME_MAX && len > WIRE_FRAME_MAX - 1200);
	CHECK(count > 50);
	check_header(len, WIRE_LISTED);
}

TEST(send_and_taken_there_and_back)
{
	static uint8_t data[WIRE_SEND_MAX + 1];
	struct wire_send s;
	struct wire_taken t;
	struct wire_taken const w = {.serial = 99, .code = WIRE_T_LINE, .offset = 1ULL << 50, .flags = WIRE_TAKEN_SILENT};
	size_t len = wire_put_send(buf, sizeof buf, 77, data, sizeof data);
	check_header(len, WIRE_SEND);
	CHECK_EQ(len, WIRE_SEND_FRAME);
	CHECK_EQ(wire_get_send(buf + WIRE_HEADER, len - WIRE_HEADER, &s), 0);
	CHECK_EQ(s.serial, 77);
	CHECK_EQ(s.data.len, WIRE_SEND_MAX);
	CHECK_EQ(wire_get_send(buf + WIRE_HEADER, len - WIRE_HEADER + 1, &s), -1);
	CHECK_EQ(wire_get_send(buf + WIRE_HEADER, 3, &s), -1);
	CHECK_EQ(wire_get_send(buf + WIRE_HEADER, 4, &s), 0);
	CHECK_EQ(s.data.len, 0);
	len = wire_put_taken(buf, sizeof buf, &w);
	check_header(len, WIRE_TAKEN);
	CHECK_EQ(wire_get_taken(buf + WIRE_HEADER, len - WIRE_HEADER, &t), 0);
	CHECK_EQ(t.serial, 99);
	CHECK_EQ(t.code, WIRE_T_LINE);
	CHECK_EQ(t.offset, 1LL << 50);
	CHECK_EQ(t.flags, WIRE_TAKEN_SILENT);
	/* An older head tells no flags. */
	CHECK_EQ(wire_get_taken(buf + WIRE_HEADER, len - WIRE_HEADER - 2, &t), 0);
	CHECK_EQ(t.flags, 0);
	CHECK_PREFIXES(wire_get_taken, struct wire_taken, len - 2);
}

/* Random payloads under a fixed seed: no decoder reads outside them or gives
 * out a string that is not inside. */
TEST(noise)
{
	uint32_t x = 12345;
	for (int round = 0; round < 20000; round++) {
		uint8_t noise[96];
		x = x * 1664525u + 1013904223u;
		size_t const len = x >> 24 & 63;
		uint8_t *const p = malloc(len + 1);
		CHECK(p);
		for (size_t i = 0; i < len; i++) {
			x = x * 1664525u + 1013904223u;
			noise[i] = x >> 30 ? (uint8_t)(x >> 29) : (uint8_t)(x >> 16);
			p[i] = noise[i];
		}
		struct wire_export e;
		struct wire_attach a;
		struct wire_refused r;
		if (wire_get_export(p, len, &e) == 0) {
			CHECK(e.terminal.data >= p && e.terminal.data + e.terminal.len <= p + len);
			CHECK(e.command.data >= p && e.command.data + e.command.len <= p + len);
		}
		if (wire_get_attach(p, len, &a) == 0)
			CHECK(a.terminal.data >= p && a.terminal.data + a.terminal.len <= p + len);
		if (wire_get_refused(p, len, &r) == 0)
			CHECK(r.text.data >= p && r.text.data + r.text.len <= p + len);
		struct wire_listed l;
		struct wire_entry n;
		if (wire_get_listed(p, len, &l) == 0)
			while (wire_listed_next(&l, &n) == 0) {
				CHECK(n.terminal.data >= p && n.terminal.data + n.terminal.len <= p + len);
				CHECK(n.command.data >= p && n.command.data + n.command.len <= p + len);
			}
		free(p);
	}
}

TEST_MAIN
