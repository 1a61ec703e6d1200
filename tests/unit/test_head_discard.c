/* SPDX-License-Identifier: ISC */
#include "discard.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "headparts.h"

static struct discard d;

static bool open_still(int fd) { return fcntl(fd, F_GETFD) >= 0; }

static bool closed(int fd)
{
	for (unsigned i = 0; i < 2000 && open_still(fd); i++) usleep(1000);
	return !open_still(fd);
}

TEST(what_memory_is_behind_is_closed_at_once_without_a_thread)
{
	discard_init(&d);
	int const fd = memfd_create("page", MFD_CLOEXEC);
	discard_fd(&d, 1, fd);
	CHECK(!open_still(fd));
	CHECK(!d.queue);
	discard_deinit(&d);
}

TEST(anything_else_is_closed_soon_and_in_any_number)
{
	int fds[300];
	discard_init(&d);
	for (size_t i = 0; i < 300; i++) CHECK((fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0);
	for (size_t i = 0; i < 300; i++) discard_fd(&d, (uid_t)i % 3, fds[i]);
	for (size_t i = 0; i < 300; i++) CHECK(closed(fds[i]));
	for (unsigned i = 0; i < 2000 && discard_state(&d, 1) != DISCARD_FEW; i++) usleep(1000);
	CHECK_EQ(discard_state(&d, 1), DISCARD_FEW);
	discard_deinit(&d);
}

TEST(a_socket_does_not_linger)
{
	struct linger const minute = { .l_onoff = 1, .l_linger = 60 };
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof sa;
	static char const much[65536];

	discard_init(&d);
	int const sink = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int const fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(sink, (struct sockaddr *)&sa, sizeof sa) == 0 && listen(sink, 1) == 0);
	CHECK(getsockname(sink, (struct sockaddr *)&sa, &len) == 0 && connect(fd, (struct sockaddr *)&sa, len) == 0);
	while (send(fd, much, sizeof much, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) continue;
	CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &minute, sizeof minute) == 0);
	discard_fd(&d, 1, fd);
	CHECK(closed(fd));
	discard_deinit(&d);
	close(sink);
}

TEST(it_ends_with_something_in_its_queue)
{
	discard_init(&d);
	int const fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	discard_fd(&d, 1, fd);
	discard_deinit(&d);
	CHECK(closed(fd));
	discard_deinit(&d);
}

TEST_MAIN
