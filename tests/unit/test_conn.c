/* SPDX-License-Identifier: ISC */
/* The framed connection against everything a peer can do to it. */
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "conn.h"
#include "unit.h"

static int peer;
static struct conn conn;

static void set_up(void)
{
	int sv[2];
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == 0);
	peer = sv[0];
	conn_init(&conn, sv[1]);
}

static void tear_down(void)
{
	if (peer >= 0) close(peer);
	conn_deinit(&conn);
}

/* Sends by hand, so that the test does not trust what it tests. */
static void raw_send(void const *data, size_t len, int const *fds, size_t nfds)
{
	static _Alignas(struct cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))];
	struct iovec iov = {(void *)(uintptr_t)data, len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	if (nfds) {
		memset(control, 0, sizeof control);
		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		struct cmsghdr *const h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(h), fds, nfds * sizeof(int));
	}
	CHECK_EQ(sendmsg(peer, &m, MSG_NOSIGNAL), len);
}

static size_t raw_recv(void *buf, size_t len, int *fds, size_t *nfds)
{
	static _Alignas(struct cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))];
	struct iovec iov = {buf, len};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
	                   .msg_controllen = sizeof control};
	ssize_t const n = recvmsg(peer, &m, MSG_CMSG_CLOEXEC);
	CHECK(n >= 0);
	*nfds = 0;
	struct cmsghdr *const h = CMSG_FIRSTHDR(&m);
	if (h) {
		*nfds = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(h), *nfds * sizeof(int));
	}
	return (size_t)n;
}

static size_t frame_of(uint8_t *buf, size_t payload, uint8_t fill)
{
	buf[0] = WIRE_MAGIC;
	buf[1] = WIRE_VERSION;
	buf[2] = 0;
	buf[3] = WIRE_INPUT;
	buf[4] = (uint8_t)(payload >> 24);
	buf[5] = (uint8_t)(payload >> 16);
	buf[6] = (uint8_t)(payload >> 8);
	buf[7] = (uint8_t)payload;
	memset(buf + WIRE_HEADER, fill, payload);
	return WIRE_HEADER + payload;
}

TEST(nothing_yet)
{
	struct conn_frame f;
	set_up();
	CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
	CHECK_EQ(conn_fill(&conn), CONN_AGAIN);
	CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
	CHECK(!conn_pending(&conn));
	tear_down();
}

TEST(a_frame_byte_by_byte)
{
	uint8_t buf[64];
	struct conn_frame f;
	set_up();
	size_t const len = frame_of(buf, 20, 'q');
	for (size_t i = 0; i < len; i++) {
		CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
		raw_send(buf + i, 1, NULL, 0);
		CHECK_EQ(conn_fill(&conn), CONN_OK);
	}
	CHECK_EQ(conn_frame(&conn, &f), CONN_OK);
	CHECK_EQ(f.header.type, WIRE_INPUT);
	CHECK_EQ(f.header.length, 20);
	CHECK(memcmp(f.payload, "qqqqqqqqqqqqqqqqqqqq", 20) == 0);
	CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
	tear_down();
}

TEST(several_frames_in_one_read)
{
	uint8_t buf[512];
	size_t len = 0;
	struct conn_frame f;
	set_up();
	for (unsigned i = 0; i < 5; i++) len += frame_of(buf + len, i, (uint8_t)('a' + i));
	raw_send(buf, len - 1, NULL, 0);
	CHECK_EQ(conn_fill(&conn), CONN_OK);
	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQ(conn_frame(&conn, &f), CONN_OK);
		CHECK_EQ(f.header.length, i);
		for (unsigned j = 0; j < i; j++) CHECK_EQ(f.payload[j], 'a' + i);
	}
	CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
	raw_send(buf + len - 1, 1, NULL, 0);
	CHECK_EQ(conn_fill(&conn), CONN_OK);
	CHECK_EQ(conn_frame(&conn, &f), CONN_OK);
	CHECK_EQ(f.header.length, 4);
	CHECK(memcmp(f.payload, "eeee", 4) == 0);
	tear_down();
}

TEST(the_longest_frame_and_the_memory_it_takes)
{
	static uint8_t buf[WIRE_FRAME_MAX];
	struct conn_frame f;
	set_up();
	size_t const len = frame_of(buf, WIRE_PAYLOAD_MAX, 'z');
	CHECK_EQ(len, WIRE_FRAME_MAX);

	/* The announcement alone buys nothing. */
	raw_send(buf, WIRE_HEADER, NULL, 0);
	CHECK_EQ(conn_fill(&conn), CONN_OK);
	CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
	CHECK(conn.in_cap <= 512);

	raw_send(buf + WIRE_HEADER, len - WIRE_HEADER, NULL, 0);
	int fills = 0;
	while (conn_frame(&conn, &f) == CONN_AGAIN) {
		CHECK_EQ(conn_fill(&conn), CONN_OK);
		CHECK(conn.in_cap <= WIRE_FRAME_MAX);
		CHECK(++fills < 64);
	}
	CHECK_EQ(f.header.length, WIRE_PAYLOAD_MAX);
	CHECK_EQ(f.payload[WIRE_PAYLOAD_MAX - 1], 'z');
	CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
	CHECK_EQ(conn.in_cap, 0); /* and it is given back */
	tear_down();
}

/* What an idle viewer costs: nothing but the struct. */
static void check_holds_nothing(void)
{
	CHECK(!conn.in && conn.in_cap == 0);
	CHECK(!conn.out && conn.out_cap == 0);
}

TEST(between_frames_a_connection_holds_no_buffer)
{
	uint8_t buf[300];
	struct conn_frame f;
	set_up();
	check_holds_nothing();
	for (unsigned n = 0; n < 200; n += 7) {
		size_t const len = frame_of(buf, n, 'x');
		raw_send(buf, len, NULL, 0);
		CHECK_EQ(conn_fill(&conn), CONN_OK);
		CHECK_EQ(conn_frame(&conn, &f), CONN_OK);
		CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
		CHECK_EQ(conn_send(&conn, buf, len, NULL, 0), CONN_OK);
		check_holds_nothing();
	}
	tear_down();
}

TEST(within_a_frame_it_holds_what_came)
{
	static uint8_t buf[20000];
	struct conn_frame f;
	set_up();
	size_t const whole = frame_of(buf, 9000, 'x');
	size_t const len = whole + frame_of(buf + whole, 9000, 'y');
	raw_send(buf, whole + 20, NULL, 0);
	size_t got = 0;
	while (got < whole + 20) {
		CHECK_EQ(conn_fill(&conn), CONN_OK);
		got = conn.in_len;
		CHECK(conn.in_cap < got + 128);
	}
	CHECK_EQ(conn_frame(&conn, &f), CONN_OK);
	CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
	CHECK_EQ(conn.in_len, 20);
	CHECK(conn.in_cap < 128); /* the first frame's room is given back */
	raw_send(buf + whole + 20, len - whole - 20, NULL, 0);
	while (conn_frame(&conn, &f) == CONN_AGAIN) CHECK_EQ(conn_fill(&conn), CONN_OK);
	CHECK_EQ(f.header.length, 9000);
	CHECK_EQ(f.payload[8999], 'y');
	tear_down();
}

TEST(a_frame_longer_than_the_peer_may_send)
{
	static uint8_t buf[1000];
	struct conn_frame f;
	set_up();
	conn_limit(&conn, 100);
	/* The longest is taken; several of them in a row, too. */
	for (int i = 0; i < 3; i++) raw_send(buf, frame_of(buf, 100 - WIRE_HEADER, 'x'), NULL, 0);
	for (int i = 0; i < 3; i++) {
		while (conn_frame(&conn, &f) == CONN_AGAIN) {
			CHECK_EQ(conn_fill(&conn), CONN_OK);
			CHECK(conn.in_len <= 100);
		}
		CHECK_EQ(f.header.length, 100 - WIRE_HEADER);
	}
	/* One byte more is refused by its header. */
	frame_of(buf, 101 - WIRE_HEADER, 'y');
	raw_send(buf, WIRE_HEADER, NULL, 0);
	CHECK_EQ(conn_frame(&conn, &f), CONN_AGAIN);
	CHECK_EQ(conn_fill(&conn), CONN_OK);
	CHECK_EQ(conn_frame(&conn, &f), CONN_FULL);
	CHECK_EQ(f.header.length, 101 - WIRE_HEADER);
	CHECK_EQ(conn_frame(&conn, &f), CONN_FULL);
	tear_down();
}

TEST(what_waits_to_be_sent_is_bounded_by_what_it_is)
{
	static uint8_t buf[WIRE_FRAME_MAX];
	uint8_t in[4096];
	set_up();
	while (send(conn.fd, buf, sizeof buf, MSG_DONTWAIT) > 0) continue;
	while (send(conn.fd, buf, 1, MSG_DONTWAIT) > 0) continue;
	CHECK_EQ(conn_send(&conn, buf, 10, NULL, 0), CONN_OK);
	CHECK(conn.out_cap < 128);
	CHECK_EQ(conn_send(&conn, buf, 5000, NULL, 0), CONN_OK);
	CHECK(conn.out_cap < 5010 + 128);
	while (conn_pending(&conn)) {
		CHECK(recv(peer, in, sizeof in, 0) > 0);
		enum conn_result const r = conn_flush(&conn);
		CHECK(r == CONN_OK || r == CONN_AGAIN);
	}
	check_holds_nothing();
	tear_down();
}

TEST(a_frame_that_did_not_fit_its_buffer_is_not_sent)
{
	uint8_t small[WIRE_TAKEN_FRAME - 1];
	struct wire_taken const t = {.serial = 1};
	set_up();
	CHECK_EQ(conn_send(&conn, small, wire_put_taken(small, sizeof small, &t), NULL, 0), CONN_FULL);
	CHECK(!conn_pending(&conn));
	CHECK_EQ(recv(peer, small, sizeof small, MSG_DONTWAIT), -1);
	tear_down();
}

TEST(a_caller_that_does_not_take_frames_out_is_told)
{
	static uint8_t buf[WIRE_FRAME_MAX];
	struct conn_frame f;
	set_up();
	size_t const len = frame_of(buf, WIRE_PAYLOAD_MAX, 'z');
	raw_send(buf, len, NULL, 0);
	enum conn_result r;
	do r = conn_fill(&conn);
	while (r == CONN_OK);
	CHECK_EQ(r, CONN_FULL);
	CHECK_EQ(conn_frame(&conn, &f), CONN_OK);
	CHECK_EQ(conn_fill(&conn), CONN_AGAIN);
	tear_down();
}

TEST(garbage_stays_in_place)
{
	static struct {
		char const *bytes;
		size_t len;
	} const cases[] = {
		{"m", 1},
		{"\0", 1},
		{"/dev/pts/ptmx", 13},
		{"\xF5\1\0\1\0\0\xff\xf9", 8},
		{"\xF5\1\0\1\xff\xff\xff\xff", 8},
		{"GET / HTTP/1.0\r\n\r\n", 18},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conn_frame f;
		set_up();
		raw_send(cases[i].bytes, cases[i].len, NULL, 0);
		CHECK_EQ(conn_fill(&conn), CONN_OK);
		CHECK_EQ(conn_frame(&conn, &f), CONN_GARBAGE);
		CHECK_EQ(conn_frame(&conn, &f), CONN_GARBAGE);
		CHECK_EQ(conn.in_len, cases[i].len);
		CHECK(memcmp(conn.in, cases[i].bytes, cases[i].len) == 0);
		tear_down();
	}
}

TEST(eof_between_and_inside_frames)
{
	uint8_t buf[64];
	struct conn_frame f;
	size_t const len = frame_of(buf, 3, 'x');
	for (size_t cut = 0; cut <= len; cut++) {
		set_up();
		if (cut) raw_send(buf, cut, NULL, 0);
		close(peer);
		peer = -1;
		if (cut) CHECK_EQ(conn_fill(&conn), CONN_OK);
		CHECK_EQ(conn_frame(&conn, &f), cut == len ? CONN_OK : CONN_AGAIN);
		errno = 0;
		CHECK_EQ(conn_fill(&conn), cut == 0 || cut == len ? CONN_EOF : CONN_BROKEN);
		CHECK_EQ(errno, cut == 0 || cut == len ? 0 : EPROTO);
		tear_down();
	}
}

TEST(a_reset_is_broken)
{
	set_up();
	CHECK_EQ(conn_send(&conn, "12345678", 8, NULL, 0), CONN_OK);
	close(peer); /* with our bytes unread: ECONNRESET */
	peer = -1;
	CHECK_EQ(conn_fill(&conn), CONN_BROKEN);
	CHECK_EQ(errno, ECONNRESET);
	tear_down();
}

TEST(descriptors_up_to_the_limit_are_kept)
{
	for (size_t n = 0; n <= WIRE_FDS_MAX; n++) {
		int const fds[WIRE_FDS_MAX] = {0, 1};
		int got[WIRE_FDS_MAX];
		uint8_t buf[32];
		struct conn_frame f;
		set_up();
		raw_send(buf, frame_of(buf, 4, 'x'), fds, n);
		CHECK_EQ(conn_fill(&conn), CONN_OK);
		CHECK_EQ(conn_frame(&conn, &f), CONN_OK);
		CHECK_EQ(conn_take_fds(&conn, got), n);
		for (size_t i = 0; i < n; i++) {
			CHECK_EQ(fcntl(got[i], F_GETFD), FD_CLOEXEC);
			close(got[i]);
		}
		CHECK_EQ(conn_take_fds(&conn, got), 0);
		tear_down();
	}
}

TEST(descriptors_not_taken_are_closed) /* the runner counts them */
{
	int const fds[2] = {0, 1};
	set_up();
	raw_send("x", 1, fds, 2);
	CHECK_EQ(conn_fill(&conn), CONN_OK);
	CHECK_EQ(conn.nfds, 2);
	tear_down();
}

TEST(too_many_descriptors_are_all_closed)
{
	static size_t const counts[] = {3, 4, 16, 253};
	int fds[253];
	for (size_t i = 0; i < 253; i++) fds[i] = 0;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		set_up();
		int const before = unit_open_fds();
		raw_send("x", 1, fds, counts[i]);
		CHECK_EQ(conn_fill(&conn), CONN_FDS);
		CHECK_EQ(conn.nfds, 0);
		CHECK_EQ(unit_open_fds(), before);
		tear_down();
	}
}

TEST(descriptors_that_add_up_are_too_many)
{
	int const fds[2] = {0, 1};
	set_up();
	int const before = unit_open_fds();
	raw_send("\xF5", 1, fds, 2);
	raw_send("\1", 1, fds, 1);
	CHECK_EQ(conn_fill(&conn), CONN_OK);
	CHECK_EQ(conn_fill(&conn), CONN_FDS);
	CHECK_EQ(unit_open_fds(), before);
	tear_down();
}

TEST(a_control_message_cut_by_our_own_limit_is_not_taken_for_whole)
{
	/* No room in our table: the kernel installs one and says MSG_CTRUNC. */
	int const fds[2] = {0, 1};
	struct rlimit old, small;
	set_up();
	int const before = unit_open_fds();
	raw_send("x", 1, fds, 2);
	int const next = dup(0);
	CHECK(next >= 0);
	close(next);
	CHECK(getrlimit(RLIMIT_NOFILE, &old) == 0);
	small = old;
	small.rlim_cur = (rlim_t)next + 1;
	CHECK(setrlimit(RLIMIT_NOFILE, &small) == 0);
	enum conn_result const r = conn_fill(&conn);
	CHECK(setrlimit(RLIMIT_NOFILE, &old) == 0);
	CHECK_EQ(r, CONN_NOFDS);
	CHECK_EQ(unit_open_fds(), before);
	tear_down();
}

TEST(credentials_beside_descriptors_do_no_harm)
{
	int const on = 1;
	int const fds[2] = {0, 1};
	set_up();
	CHECK(setsockopt(conn.fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0);
	raw_send("x", 1, fds, 2);
	CHECK_EQ(conn_fill(&conn), CONN_OK);
	CHECK_EQ(conn.nfds, 2);
	tear_down();
}

TEST(what_is_sent_arrives_with_its_descriptors)
{
	for (size_t n = 0; n <= WIRE_FDS_MAX; n++) {
		int const fds[WIRE_FDS_MAX] = {0, 1};
		int got[253];
		size_t ngot;
		uint8_t buf[64], in[64];
		set_up();
		size_t const len = frame_of(buf, 30, 'y');
		CHECK_EQ(conn_send(&conn, buf, len, fds, n), CONN_OK);
		CHECK(!conn_pending(&conn));
		CHECK_EQ(raw_recv(in, sizeof in, got, &ngot), len);
		CHECK(memcmp(in, buf, len) == 0);
		CHECK_EQ(ngot, n);
		for (size_t i = 0; i < ngot; i++) close(got[i]);
		tear_down();
	}
}

TEST(more_descriptors_than_a_frame_may_carry_are_not_sent)
{
	int const fds[3] = {0, 1, 2};
	set_up();
	CHECK_EQ(conn_send(&conn, "x", 1, fds, 3), CONN_FDS);
	CHECK_EQ(conn_fill(&conn), CONN_AGAIN);
	tear_down();
}

/* Fills the socket and then the queue; what arrives is every byte in order. */
TEST(a_peer_that_does_not_read)
{
	static uint8_t buf[WIRE_FRAME_MAX];
	uint8_t in[4096];
	size_t sent = 0;
	unsigned frames = 0;
	set_up();
	for (;;) {
		size_t const len = frame_of(buf, 10000, (uint8_t)frames);
		enum conn_result const r = conn_send(&conn, buf, len, NULL, 0);
		if (r == CONN_FULL) break;
		CHECK_EQ(r, CONN_OK);
		sent += len;
		CHECK(++frames < 1000);
	}
	CHECK(conn_pending(&conn));
	CHECK(conn.out_len <= CONN_OUT_MAX);
	CHECK_EQ(conn_flush(&conn), CONN_AGAIN);
	CHECK(!conn_nudge(&conn, "12345678", 8)); /* left out, not queued */
	CHECK_EQ(conn_send(&conn, "x", 1, (int[]){0}, 1), CONN_FULL);

	size_t at = 0;
	while (at < sent) {
		ssize_t const n = recv(peer, in, sizeof in, MSG_DONTWAIT);
		if (n < 0) {
			CHECK(errno == EAGAIN);
			enum conn_result const r = conn_flush(&conn);
			CHECK(r == CONN_OK || r == CONN_AGAIN);
			continue;
		}
		for (ssize_t i = 0; i < n; i++, at++) {
			size_t const k = at % 10008;
			if (k == 0) CHECK_EQ(in[i], WIRE_MAGIC);
			if (k >= 8) CHECK_EQ(in[i], (uint8_t)(at / 10008));
		}
	}
	CHECK(!conn_pending(&conn));
	CHECK_EQ(conn.out_cap, 0);
	CHECK(conn_nudge(&conn, "12345678", 8));
	CHECK_EQ(recv(peer, in, sizeof in, MSG_DONTWAIT), 8);
	tear_down();
}

TEST(descriptors_wait_with_their_frame)
{
	static uint8_t buf[WIRE_FRAME_MAX];
	int p[2];
	int got[253];
	size_t ngot = 0;
	set_up();
	/* The socket is full, our queue is empty. */
	memset(buf, 'f', sizeof buf);
	while (send(conn.fd, buf, sizeof buf, MSG_DONTWAIT) > 0) continue;
	while (send(conn.fd, buf, 1, MSG_DONTWAIT) > 0) continue;

	CHECK(pipe2(p, O_CLOEXEC) == 0);
	CHECK_EQ(conn_send(&conn, "frame", 5, &p[0], 1), CONN_OK);
	CHECK(conn_pending(&conn));
	close(p[0]); /* it keeps its own */
	CHECK_EQ(conn_send(&conn, "more", 4, NULL, 0), CONN_OK);

	size_t n = 0;
	while (conn_pending(&conn) || n == 0 || ngot == 0) {
		n = raw_recv(buf, sizeof buf, got, &ngot);
		CHECK(n > 0);
		enum conn_result const r = conn_flush(&conn);
		CHECK(r == CONN_OK || r == CONN_AGAIN);
	}
	CHECK_EQ(ngot, 1);
	CHECK(n >= 5 && memcmp(buf + n - (n >= 9 ? 9 : 5), "frame", 5) == 0);
	CHECK(write(p[1], "!", 1) == 1);
	char c;
	CHECK(read(got[0], &c, 1) == 1 && c == '!');
	close(got[0]);
	close(p[1]);
	tear_down();
}

TEST(sending_to_a_closed_peer_raises_no_signal)
{
	set_up();
	close(peer);
	peer = -1;
	CHECK_EQ(conn_send(&conn, "12345678", 8, NULL, 0), CONN_BROKEN);
	CHECK_EQ(errno, EPIPE);
	CHECK(!conn_nudge(&conn, "12345678", 8));
	tear_down();
}

TEST(the_sockets_own_flags_do_not_matter)
{
	set_up();
	CHECK(!(fcntl(conn.fd, F_GETFL) & O_NONBLOCK));
	alarm(5); /* a blocking call would end here */
	CHECK_EQ(conn_fill(&conn), CONN_AGAIN);
	static uint8_t buf[WIRE_FRAME_MAX];
	enum conn_result r;
	do r = conn_send(&conn, buf, sizeof buf, NULL, 0);
	while (r == CONN_OK);
	CHECK_EQ(r, CONN_FULL);
	tear_down();
}

TEST_MAIN
