/* SPDX-License-Identifier: ISC */
/* The output: never blocks, never touches the flags of what it was given. */
#include "out.h"

#include <sys/socket.h>
#include <pty.h>
#include <termios.h>

#include "unit.h"

static struct out o;
static uint8_t const *data;
static size_t len;

static void put_many(size_t n)
{
	for (size_t room; n > 0 && (room = out_room(&o)) > 0;) {
		if (room > n) room = n;
		memset(out_tail(&o), 'x', room);
		out_added(&o, room);
		n -= room;
	}
}

/* Until nothing more goes; how much went. */
static size_t write_all(enum out_result *ret)
{
	size_t total = 0;
	do {
		*ret = out_flush(&o, &data, &len);
		total += len;
	} while (*ret == OUT_AGAIN && len > 0);
	return total;
}

TEST(a_full_pipe_does_not_block)
{
	int p[2];
	enum out_result r;
	size_t total = 0;
	CHECK_EQ(pipe2(p, O_CLOEXEC), 0);
	out_init(&o, p[1]);
	CHECK(o.fd != p[1]);
	CHECK_EQ(fcntl(p[1], F_GETFL) & O_NONBLOCK, 0);
	do {
		put_many(OUT_MAX);
		total += write_all(&r);
	} while (r == OUT_OK);
	CHECK_EQ(r, OUT_AGAIN);
	CHECK(total >= OUT_MAX / 2); /* of what a pipe holds */
	CHECK(out_pending(&o));
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_EQ(out_flush(&o, &data, &len), OUT_CLOSED);
	out_deinit(&o);
	close(p[1]);
}

TEST(a_full_terminal_does_not_block)
{
	int master, slave;
	enum out_result r;
	CHECK_EQ(openpty(&master, &slave, NULL, NULL, NULL), 0);
	out_init(&o, slave);
	CHECK_EQ(fcntl(slave, F_GETFL) & O_NONBLOCK, 0);
	do {
		put_many(OUT_MAX);
		write_all(&r);
	} while (r == OUT_OK);
	CHECK_EQ(r, OUT_AGAIN);
	out_deinit(&o);
	close(master);
	close(slave);
}

TEST(a_full_socket_does_not_block)
{
	int p[2];
	enum out_result r;
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p), 0);
	out_init(&o, p[1]);
	CHECK_EQ(o.fd, p[1]);
	do {
		put_many(OUT_MAX);
		write_all(&r);
	} while (r == OUT_OK);
	CHECK_EQ(r, OUT_AGAIN);
	CHECK_EQ(fcntl(p[1], F_GETFL) & O_NONBLOCK, 0);
	close(p[0]);
	CHECK_EQ(out_flush(&o, &data, &len), OUT_CLOSED); /* and no SIGPIPE */
	out_deinit(&o);
	close(p[1]);
}

/* Where it cannot be opened anew (another user's terminal, or pipe). */
static void shared(int fd)
{
	out_init(&o, fd);
	close(o.fd);
	o.fd = fd;
	o.kind = 3; /* SHARED */
}

TEST(without_a_description_of_its_own_a_full_pipe_does_not_block)
{
	int p[2];
	enum out_result r;
	struct sigaction before, after;
	CHECK_EQ(pipe2(p, O_CLOEXEC), 0);
	sigaction(SIGURG, NULL, &before);
	shared(p[1]);
	do {
		put_many(OUT_MAX);
		write_all(&r);
	} while (r == OUT_OK || out_room(&o) > 0);
	CHECK_EQ(out_flush(&o, &data, &len), OUT_AGAIN);
	CHECK_EQ(len, 0);
	CHECK_EQ(fcntl(p[1], F_GETFL) & O_NONBLOCK, 0);
	out_deinit(&o);
	CHECK(fcntl(p[1], F_GETFL) >= 0); /* still the caller's */
	sigaction(SIGURG, NULL, &after);
	CHECK(before.sa_handler == after.sa_handler);
	close(p[0]);
	close(p[1]);
}

/* poll(2) says that it takes more when it takes a byte; and what stands in front of
 * what it has room for is written. */
TEST(without_a_description_of_its_own_a_full_terminal_does_not_block)
{
	int master, slave;
	char buf[4096];
	enum out_result r;
	struct termios t;
	size_t taken = 0, given = 0;
	CHECK_EQ(openpty(&master, &slave, NULL, NULL, NULL), 0);
	CHECK_EQ(tcgetattr(slave, &t), 0);
	cfmakeraw(&t);
	CHECK_EQ(tcsetattr(slave, TCSANOW, &t), 0);
	shared(slave);
	do {
		put_many(OUT_MAX);
		given += write_all(&r);
	} while (r == OUT_OK || out_room(&o) > 0);
	CHECK_EQ(r, OUT_AGAIN);
	for (int i = 0; i < 10; i++) {
		ssize_t const n = read(master, buf, 100);
		CHECK(n > 0);
		taken += (size_t)n;
		out_flush(&o, &data, &len);
		given += len;
	}
	CHECK(given >= taken);
	out_deinit(&o);
	close(master);
	close(slave);
}

TEST(a_file_is_written_where_it_stands)
{
	char path[] = "/tmp/test_out.XXXXXX";
	int const fd = mkstemp(path);
	char buf[16] = "";
	CHECK(fd >= 0);
	unlink(path);
	CHECK_EQ(write(fd, "before ", 7), 7);
	CHECK_EQ(fcntl(fd, F_SETFL, O_APPEND), 0);
	out_init(&o, fd);
	CHECK(out_add(&o, "after", 5));
	CHECK_EQ(out_flush(&o, &data, &len), OUT_OK);
	CHECK_EQ(pread(fd, buf, sizeof buf, 0), 12);
	CHECK_STR(buf, "before after");
	out_deinit(&o);
	close(fd);
}

TEST(a_picture_goes_first_and_a_notice_has_its_place)
{
	int p[2];
	char buf[32] = "";
	CHECK_EQ(pipe2(p, O_CLOEXEC), 0);
	out_init(&o, p[1]);
	out_blob(&o, strdup("picture "), 8);
	CHECK(out_add(&o, "rest", 4));
	CHECK_EQ(out_flush(&o, &data, &len), OUT_AGAIN);
	CHECK_EQ(len, 8);
	CHECK_EQ(out_flush(&o, &data, &len), OUT_OK);
	CHECK_EQ(read(p[0], buf, sizeof buf), 12);
	CHECK_STR(buf, "picture rest");
	put_many(2 * OUT_MAX);
	CHECK_EQ(out_room(&o), 0);
	CHECK(out_add(&o, "notice", 6));
	CHECK(!out_add(&o, buf, sizeof buf) || o.len <= OUT_MAX);
	out_blob(&o, strdup("never"), 5);
	out_drop(&o);
	CHECK(!out_pending(&o));
	out_deinit(&o);
	close(p[0]);
	close(p[1]);
}

TEST_MAIN
