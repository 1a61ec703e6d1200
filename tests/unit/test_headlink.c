/* SPDX-License-Identifier: ISC */
/* A viewer's connection to its head: what becomes of it when a call fails. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"
#include "headlink.h"
#include "unit.h"

/* poll(2) reports nothing of a send that fails with ENOBUFS, as here with EPIPE: the
 * connection is given up at once, and what was typed is kept for the next one. */
TEST(a_send_that_fails_ends_the_connection_and_loses_nothing)
{
	static struct headlink l;
	int pair[2], tape = -1;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	CHECK_EQ(headlink_none(&l), 0);
	conn_init(l.conn, pair[0]);
	l.state = HEADLINK_UP;
	CHECK_EQ(headlink_timeout(&l, 0), -1);
	CHECK(shutdown(pair[0], SHUT_WR) == 0);
	headlink_input(&l, (uint8_t const *)"typed", 5);
	CHECK_EQ(headlink_timeout(&l, 0), 0);
	CHECK_EQ(headlink_run(&l, 0, 1000, &tape), HEADLINK_LEFT);
	CHECK_EQ(l.state, HEADLINK_AWAY);
	CHECK_EQ(l.in_len, 5);
	CHECK(headlink_timeout(&l, 1000) > 0);
	headlink_close(&l);
	close(pair[1]);
}

TEST_MAIN
