/* SPDX-License-Identifier: ISC */
/* A hostile peer: the input is what it sends, in pieces whose lengths the input
 * says too. What the connection gives out must be what a plain walk over the
 * bytes finds; what a decoder takes must come back the same from the encoder. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"
#include "wire.h"

static void check_inside(struct wire_bytes b, uint8_t const *p, size_t len)
{
	if (b.data < p || (size_t)(b.data - p) > len || b.len > len - (size_t)(b.data - p)) abort();
}

static void check_same(uint8_t const *frame, size_t n, uint8_t const *payload, size_t len)
{
	if (n < WIRE_HEADER || n > WIRE_PEER_FRAME || n - WIRE_HEADER > len) abort();
	if (memcmp(frame + WIRE_HEADER, payload, n - WIRE_HEADER) != 0) abort();
}

/* A frame that has grown: one of before is as if the new fields were zeros. */
static void check_grown(uint8_t const *frame, size_t n, uint8_t const *payload, size_t len)
{
	if (n < WIRE_HEADER || n > WIRE_PEER_FRAME) abort();
	for (size_t i = 0; i < n - WIRE_HEADER; i++)
		if (frame[WIRE_HEADER + i] != (i < len ? payload[i] : 0)) abort();
}

/* Every decoder sees every payload, whatever its type. */
static void decode(uint8_t const *payload, size_t len)
{
	uint8_t buf[WIRE_PEER_FRAME];
	struct wire_export e;
	struct wire_attach a;
	struct wire_size s;
	struct wire_exported ed;
	struct wire_attached ad;
	struct wire_refused r;
	struct wire_list l;
	struct wire_listed ls;
	struct wire_entry en;
	struct wire_send sd;
	struct wire_taken tk;

	if (wire_get_export(payload, len, &e) == 0) {
		check_inside(e.terminal, payload, len);
		check_inside(e.command, payload, len);
		check_same(buf, wire_put_export(buf, sizeof buf, &e), payload, len);
		wire_terminal_ok(e.terminal.data, e.terminal.len);
	}
	if (wire_get_attach(payload, len, &a) == 0) {
		check_inside(a.terminal, payload, len);
		check_same(buf, wire_put_attach(buf, sizeof buf, false, &a), payload, len);
	}
	if (wire_get_resize(payload, len, &s) == 0)
		check_same(buf, wire_put_resize(buf, sizeof buf, s), payload, len);
	if (wire_get_exported(payload, len, &ed) == 0)
		check_same(buf, wire_put_exported(buf, sizeof buf, &ed), payload, len);
	if (wire_get_attached(payload, len, &ad) == 0)
		check_same(buf, wire_put_attached(buf, sizeof buf, &ad), payload, len);
	if (wire_get_refused(payload, len, &r) == 0) check_inside(r.text, payload, len);
	if (wire_get_list(payload, len, &l) == 0)
		check_same(buf, wire_put_list(buf, sizeof buf, &l), payload, len);
	if (wire_get_send(payload, len, &sd) == 0)
		check_same(buf, wire_put_send(buf, sizeof buf, sd.serial, sd.data.data, sd.data.len), payload, len);
	if (wire_get_taken(payload, len, &tk) == 0)
		check_grown(buf, wire_put_taken(buf, sizeof buf, &tk), payload, len);
	if (wire_get_listed(payload, len, &ls) == 0)
		while (wire_listed_next(&ls, &en) == 0) {
			check_inside(en.terminal, payload, len);
			check_inside(en.command, payload, len);
		}
}

/* Takes out what is there, comparing with the bytes from *at to `had`, which
 * the connection has read so far. */
static enum conn_result take(struct conn *c, uint8_t const *data, size_t had, size_t *at)
{
	struct conn_frame f;
	struct wire_header h;
	for (;;) {
		enum conn_result const r = conn_frame(c, &f);
		int const want = wire_header_decode(data + *at, had - *at, &h);
		if (r == CONN_GARBAGE) {
			if (want != -1) abort();
			return r;
		}
		bool const whole = want == 0 && had - *at >= WIRE_HEADER + h.length;
		if (r == CONN_AGAIN) {
			if (want == -1 || whole) abort();
			return r;
		}
		if (r != CONN_OK || !whole) abort();
		if (f.header.version != h.version || f.header.type != h.type ||
		    f.header.length != h.length) abort();
		if (memcmp(f.payload, data + *at + WIRE_HEADER, h.length) != 0) abort();
		decode(f.payload, h.length);
		*at += WIRE_HEADER + h.length;
	}
}

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size);
int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size)
{
	int sv[2];
	struct conn c;
	size_t sent = 0, at = 0;

	decode(data, size);
	if (size < 2) return 0;
	uint8_t seed = *data++;
	size--;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0) return 0;
	conn_init(&c, sv[1]);
	while (sent < size) {
		/* the piece's length: from 1 byte to everything */
		size_t n = seed < 64 ? 1u : seed < 192 ? seed : size;
		seed = (uint8_t)(seed * 5 + data[sent]);
		if (n > size - sent) n = size - sent;
		ssize_t const w = send(sv[0], data + sent, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (w <= 0) break;
		sent += (size_t)w;
		enum conn_result r;
		while ((r = conn_fill(&c)) == CONN_OK || r == CONN_FULL)
			if (take(&c, data, at + c.in_len, &at) == CONN_GARBAGE) goto out;
		if (r != CONN_AGAIN || c.in_cap > WIRE_FRAME_MAX) abort();
	}
out:
	close(sv[0]);
	conn_deinit(&c);
	return 0;
}
