/* SPDX-License-Identifier: ISC */
/* The bound of every encoder, and peers of other versions: frames recorded from
 * 0.1.0, and frames of a later version that appended fields. */
#include "codec.h"
#include "unit.h"
#include "wire.h"

/* ---- bounds --------------------------------------------------------------- */

/* Writes the frame `write` into each room that is too small, and into the room
 * that its table computes. The sanitizer watches the end of each buffer. */
#define CHECK_BOUND(longest, write)                                            \
	for (size_t room = 0; room <= (longest); room++) {                     \
		uint8_t *const buf = malloc(room + !room);                     \
		CHECK(buf);                                                    \
		CHECK_EQ((write), room < (longest) ? 0 : (longest));           \
		free(buf);                                                     \
	}

static uint8_t many[WIRE_FRAME_MAX];
static struct wire_bytes const longest = {many, sizeof many};

TEST(a_frame_at_its_longest_fits_what_its_table_says_and_nothing_smaller)
{
	struct wire_export const e = {.terminal = longest, .command = longest};
	struct wire_attach const a = {.terminal = longest};
	struct wire_list const l = {.after = longest, .terminal = longest};
	char text[WIRE_TEXT_MAX + 9];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';

	CHECK_BOUND(WIRE_EXPORT_FRAME, wire_put_export(buf, room, &e));
	CHECK_BOUND(WIRE_ATTACH_FRAME, wire_put_attach(buf, room, false, &a));
	CHECK_BOUND(WIRE_LIST_FRAME, wire_put_list(buf, room, &l));
	CHECK_BOUND(WIRE_INPUT_FRAME, wire_put_input(buf, room, many, sizeof many));
	CHECK_BOUND(WIRE_RESIZE_FRAME, wire_put_resize(buf, room, (struct wire_size){1, 2, 3, 4}));
	CHECK_BOUND(WIRE_SEND_FRAME, wire_put_send(buf, room, 1, many, sizeof many));
	CHECK_BOUND(WIRE_EXPORTED_FRAME, wire_put_exported(buf, room, &(struct wire_exported){.run = 1}));
	CHECK_BOUND(WIRE_ATTACHED_FRAME, wire_put_attached(buf, room, &(struct wire_attached){.viewer = 1}));
	CHECK_BOUND(WIRE_REFUSED_FRAME, wire_put_refused(buf, room, WIRE_R_BUSY, text));
	CHECK_BOUND(WIRE_TAKEN_FRAME, wire_put_taken(buf, room, &(struct wire_taken){.serial = 1}));
	CHECK_BOUND(WIRE_EMPTY_FRAME, wire_put_empty(buf, room, WIRE_WAKE));
}

TEST(no_frame_of_a_peer_is_longer_than_the_head_takes)
{
	size_t const frames[] = {WIRE_EXPORT_FRAME, WIRE_ATTACH_FRAME, WIRE_LIST_FRAME,
	                         WIRE_INPUT_FRAME, WIRE_RESIZE_FRAME, WIRE_SEND_FRAME};
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) CHECK(frames[i] <= WIRE_PEER_FRAME);
}

/* A listing in `room` bytes; how many entries fit. */
static int list_in(size_t room, struct wire_entry const *e, size_t *ret_len)
{
	uint8_t *const buf = malloc(room + !room);
	struct wire_listing l;
	int n = 0;
	CHECK(buf);
	wire_listed_begin(&l, buf, room);
	while (wire_listed_add(&l, e)) n++;
	*ret_len = wire_listed_end(&l, 0);
	free(buf);
	return n;
}

TEST(entries_are_added_while_they_fit)
{
	struct wire_entry const e = {.terminal = longest, .command = longest};
	size_t const empty = WIRE_LISTED_FRAME - WIRE_ENTRIES_MAX;
	size_t const entry = 2 + WIRE_ENTRY_LONGEST;
	size_t len;
	for (size_t room = 0; room < empty + 2 * entry + 9; room++) {
		int const want = room < empty ? 0 : (int)((room - empty) / entry);
		CHECK_EQ(list_in(room, &e, &len), want);
		CHECK_EQ(len, room < empty ? 0 : empty + (size_t)want * entry);
	}
	CHECK_EQ(list_in(WIRE_LISTED_FRAME, &e, &len), WIRE_ENTRIES_MAX / entry);
	CHECK(len <= WIRE_LISTED_FRAME);
}

TEST(after_a_field_that_does_not_fit_nothing_is_written)
{
	uint8_t buf[8];
	struct wire_writer w = {.buf = buf, .room = 5};
	memset(buf, 'x', sizeof buf);
	wire_write_u32(&w, 1);
	wire_write_u16(&w, 2);
	CHECK(w.full);
	wire_write_u8(&w, 3); /* this one would fit */
	CHECK_EQ(w.len, 4);
	CHECK(memcmp(buf + 4, "xxxx", 4) == 0);
}

/* ---- frames of 0.1.0 -------------------------------------------------------- */

#define RECORDED(frame, hex) static char const old_##frame[] = hex;
#include "frames_0_1_0.h"
#undef RECORDED

static uint8_t frame[WIRE_FRAME_MAX + 64];
static size_t frame_len;
static uint8_t const *const payload = frame + WIRE_HEADER;
static size_t payload_len;

static void load(char const *hex, enum wire_type type)
{
	struct wire_header h;
	frame_len = strlen(hex) / 2;
	for (size_t i = 0; i < frame_len; i++) {
		unsigned byte;
		CHECK_EQ(sscanf(hex + 2 * i, "%2x", &byte), 1);
		frame[i] = (uint8_t)byte;
	}
	CHECK_EQ(wire_header_decode(frame, frame_len, &h), 0);
	CHECK_EQ(h.version, 1);
	CHECK_EQ(h.type, type);
	CHECK_EQ(h.length, frame_len - WIRE_HEADER);
	payload_len = h.length;
}

/* What a later version has appended. */
static void append(size_t n)
{
	memset(frame + frame_len, 0xAA, n);
	frame_len += n;
	payload_len += n;
}

static bool is(struct wire_bytes b, void const *want, size_t len)
{
	return b.len == len && memcmp(b.data, want, len) == 0;
}

/* What today's encoder writes begins with the recorded fields, byte by byte. */
#define CHECK_SAME(put, ...)                                                         \
	do {                                                                         \
		static uint8_t again[WIRE_FRAME_MAX];                                \
		CHECK(put(again, sizeof again, __VA_ARGS__) >= frame_len);           \
		CHECK(memcmp(again, frame, 4) == 0); /* and the header but its length */ \
		CHECK(memcmp(again + WIRE_HEADER, payload, payload_len) == 0);       \
	} while (0)

TEST(first_frames_of_0_1_0)
{
	struct wire_export e;
	struct wire_attach a;
	struct wire_list l;

	load(old_export, WIRE_EXPORT);
	CHECK_EQ(wire_get_export(payload, payload_len, &e), 0);
	CHECK_EQ(e.flags, WIRE_EXPORT_SIZED);
	CHECK_EQ(e.size.rows, 33);
	CHECK_EQ(e.size.cols, 99);
	CHECK_EQ(e.tty.dev, 0x19);
	CHECK_EQ(e.tty.rdev, 0x8801);
	CHECK(is(e.terminal, "main", 4) && is(e.command, "cat", 4));
	CHECK_SAME(wire_put_export, &e);
	append(11);
	CHECK_EQ(wire_get_export(payload, payload_len, &e), 0);
	CHECK(is(e.terminal, "main", 4) && is(e.command, "cat", 4));

	load(old_attach, WIRE_ATTACH);
	CHECK_EQ(wire_get_attach(payload, payload_len, &a), 0);
	CHECK_EQ(a.flags, 0);
	CHECK_EQ(a.size.rows, 30);
	CHECK_EQ(a.size.cols, 90);
	CHECK_EQ(a.tty.rdev, 0x8806);
	CHECK(is(a.terminal, "main", 4));
	CHECK_SAME(wire_put_attach, false, &a);
	append(1);
	CHECK_EQ(wire_get_attach(payload, payload_len, &a), 0);
	CHECK(is(a.terminal, "main", 4));
	load(old_attach_lossless, WIRE_ATTACH);
	CHECK_EQ(wire_get_attach(payload, payload_len, &a), 0);
	CHECK_EQ(a.flags, WIRE_ATTACH_LOSSLESS);
	CHECK(is(a.terminal, "big", 3));
	load(old_watch, WIRE_WATCH);
	CHECK_EQ(wire_get_attach(payload, payload_len, &a), 0);
	CHECK_SAME(wire_put_attach, true, &a);

	load(old_list, WIRE_LIST);
	CHECK_EQ(wire_get_list(payload, payload_len, &l), 0);
	CHECK_EQ(l.after.len + l.terminal.len, 0);
	CHECK_SAME(wire_put_list, &l);
	load(old_list_one, WIRE_LIST);
	append(30);
	CHECK_EQ(wire_get_list(payload, payload_len, &l), 0);
	CHECK(l.after.len == 0 && is(l.terminal, "main", 4));
}

TEST(later_frames_of_0_1_0)
{
	struct wire_input in;
	struct wire_size size;
	struct wire_send s;

	load(old_input, WIRE_INPUT);
	CHECK_EQ(wire_get_input(payload, payload_len, &in), 0);
	CHECK(is(in.data, "\r", 1));
	CHECK_SAME(wire_put_input, in.data.data, in.data.len);
	load(old_resize, WIRE_RESIZE);
	CHECK_EQ(wire_get_resize(payload, payload_len, &size), 0);
	CHECK_EQ(size.rows, 40);
	CHECK_EQ(size.cols, 100);
	CHECK_SAME(wire_put_resize, size);
	append(4);
	CHECK_EQ(wire_get_resize(payload, payload_len, &size), 0);
	CHECK_EQ(size.rows, 40);
	load(old_send, WIRE_SEND);
	CHECK_EQ(wire_get_send(payload, payload_len, &s), 0);
	CHECK_EQ(s.serial, 1);
	CHECK(is(s.data, "hello\r", 6));
	CHECK_SAME(wire_put_send, s.serial, s.data.data, s.data.len);
}

TEST(answers_of_0_1_0)
{
	struct wire_exported e;
	struct wire_attached a;
	struct wire_refused r;
	struct wire_taken t;

	load(old_exported, WIRE_EXPORTED);
	CHECK_EQ(wire_get_exported(payload, payload_len, &e), 0);
	CHECK_EQ(e.size.rows, 33);
	CHECK_EQ(e.run, 1);
	CHECK_SAME(wire_put_exported, &e);
	load(old_attached, WIRE_ATTACHED);
	CHECK_EQ(wire_get_attached(payload, payload_len, &a), 0);
	CHECK_EQ(a.flags, 0);
	CHECK_EQ(a.viewer, 0x28413c3700eLL);
	CHECK_SAME(wire_put_attached, &a);
	load(old_attached_lossless, WIRE_ATTACHED);
	append(8);
	CHECK_EQ(wire_get_attached(payload, payload_len, &a), 0);
	CHECK_EQ(a.flags, WIRE_ATTACH_LOSSLESS);
	load(old_refused, WIRE_REFUSED);
	CHECK_EQ(wire_get_refused(payload, payload_len, &r), 0);
	CHECK_EQ(r.code, WIRE_R_TERMINAL);
	CHECK(is(r.text, "no such terminal on this head", 29));
	CHECK_SAME(wire_put_refused, (enum wire_refusal)r.code, "no such terminal on this head");
	load(old_taken, WIRE_TAKEN);
	CHECK_EQ(wire_get_taken(payload, payload_len, &t), 0);
	CHECK_EQ(t.serial, 1);
	CHECK_EQ(t.code, WIRE_T_TAKEN);
	CHECK_SAME(wire_put_taken, &t);
	load(old_wake, WIRE_WAKE);
	CHECK_SAME(wire_put_empty, WIRE_WAKE);
}

static void check_cat(struct wire_entry const *e)
{
	CHECK(is(e->terminal, "main", 4) && is(e->command, "cat", 4));
	CHECK_EQ(e->flags, WIRE_ENTRY_ALIVE);
	CHECK_EQ(e->pid, 0x7223);
	CHECK_EQ(e->run, 1);
	CHECK_EQ(e->since, 0x18eb26b6e67fd408LL);
	CHECK_EQ(e->ended, 0);
	CHECK_EQ(e->size.rows, 40);
	CHECK_EQ(e->bytes, 0x12);
}

TEST(a_listing_of_0_1_0)
{
	static uint8_t again[WIRE_FRAME_MAX];
	static char const *const names[] = {"big", "done", "main"};
	struct wire_listed f;
	struct wire_listing l;
	struct wire_entry e;

	for (size_t more = 0; more < 9; more += 4) {
		load(old_listed, WIRE_LISTED);
		append(more);
		CHECK_EQ(wire_get_listed(payload, payload_len, &f), 0);
		CHECK_EQ(f.count, 3);
		for (size_t i = 0; i < 3; i++) {
			uint8_t const *const old = f.entries.data + 2;
			CHECK_EQ(wire_listed_next(&f, &e), 0);
			CHECK(is(e.terminal, names[i], strlen(names[i])));
			if (i == 1) CHECK_EQ(e.status, 3 << 8);
			wire_listed_begin(&l, again, sizeof again);
			size_t const at = l.len + 2;
			CHECK(wire_listed_add(&l, &e));
			CHECK(memcmp(again + at, old, (size_t)(f.entries.data - old)) == 0);
		}
		check_cat(&e);
		CHECK_EQ(wire_listed_next(&f, &e), 1);
	}
}

/* ---- a field that is appended ---------------------------------------------- */

#define LATER_ENTRY_FIELDS(F)                                                  \
	WIRE_ENTRY_FIELDS(F)                                                   \
	F(u64, later_number, 0, APPENDED)                                             \
	F(string, later_string, 32, APPENDED)                                         \
	F(size, later_size, 0, APPENDED)
_Static_assert(WIRE_LONGEST(LATER_ENTRY_FIELDS) == WIRE_ENTRY_LONGEST + 8 + 34 + 8, "");

struct later {
	LATER_ENTRY_FIELDS(WIRE_MEMBER)
};

static int read_later(uint8_t const *data, size_t len, struct later *ret)
{
	struct wire_reader r = {.at = data, .left = len};
	LATER_ENTRY_FIELDS(WIRE_READ)
	return r.bad ? -1 : 0;
}

TEST(a_new_reader_takes_what_an_old_writer_wrote)
{
	struct wire_listed f;
	struct later e;

	load(old_listed_one, WIRE_LISTED);
	CHECK_EQ(wire_get_listed(payload, payload_len, &f), 0);
	struct wire_reader r = {.at = f.entries.data, .left = f.entries.len};
	struct wire_bytes const entry = wire_read_string(&r, UINT16_MAX);
	memset(&e, 0xAA, sizeof e);
	CHECK_EQ(read_later(entry.data, entry.len, &e), 0);
	CHECK(is(e.terminal, "main", 4) && is(e.command, "cat", 4));
	CHECK_EQ(e.later_number, 0);
	CHECK(e.later_string.len == 0 && e.later_string.data);
	CHECK_EQ(e.later_size.rows, 0);
	CHECK_EQ(e.later_size.ypixel, 0);
	/* What is always there is still wanted. */
	for (size_t n = 0; n < entry.len; n++) CHECK_EQ(read_later(entry.data, n, &e), -1);
}

TEST(an_old_reader_takes_what_a_new_writer_wrote)
{
	struct later const later = {.terminal = {(uint8_t const *)"main", 4}, .pid = 4711, .later_number = 5,
	                            .later_string = {(uint8_t const *)"title", 5}, .later_size = {1, 2, 3, 4}};
	struct later const *const f = &later;
	static uint8_t buf[WIRE_LISTED_FRAME];
	struct wire_writer w = {.buf = buf, .room = sizeof buf};
	struct wire_entry e;
	struct later back;

	wire_write_u16(&w, 0);
	LATER_ENTRY_FIELDS(WIRE_WRITE)
	size_t const one = w.len - 2;
	struct wire_writer length = {.buf = buf, .room = 2};
	wire_write_u16(&length, (uint16_t)one);
	struct wire_listed l = {.count = 1, .entries = {buf, w.len}};
	CHECK_EQ(wire_listed_next(&l, &e), 0);
	CHECK(is(e.terminal, "main", 4));
	CHECK_EQ(e.pid, 4711);

	/* A payload may end before an appended field, not inside one. */
	size_t const ends[] = {one, one - 8, one - 8 - 7, one - 8 - 7 - 8};
	for (size_t n = ends[3]; n <= one; n++) {
		bool whole = false;
		for (size_t i = 0; i < 4; i++) whole = whole || n == ends[i];
		CHECK_EQ(read_later(buf + 2, n, &back), whole ? 0 : -1);
		if (!whole) continue;
		CHECK_EQ(back.later_number, n >= ends[2] ? 5 : 0);
		CHECK_EQ(back.later_string.len, n >= ends[1] ? 5 : 0);
		CHECK_EQ(back.later_size.cols, n >= ends[0] ? 2 : 0);
	}
}

TEST_MAIN
