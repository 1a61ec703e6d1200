/* SPDX-License-Identifier: ISC */
/* rogue SOCKET CASE : does to a head what no honest peer does, and tells on one
 * line what came of it: "refused CODE", "exported", "attached", "dropped" (the
 * head closed without a word), or "open" (it still listens after 300 ms). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "page.h"
#include "client.h"
#include "wire.h"

static int sock;
static int master, slave;

static void fail(char const *what)
{
	perror(what);
	exit(111);
}

/* Sends with any number of descriptors, unlike the library. */
static void put(void const *data, size_t len, int const *fds, size_t nfds)
{
	static _Alignas(struct cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))];
	struct iovec iov = { (void *)(uintptr_t)data, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	if (nfds > 0) {
		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		struct cmsghdr *const h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(h), fds, nfds * sizeof(int));
	}
	if (sendmsg(sock, &m, MSG_NOSIGNAL) != (ssize_t)len) fail("sendmsg");
}

static void tell(void)
{
	uint8_t buf[4096];
	struct pollfd p = { .fd = sock, .events = POLLIN };
	struct wire_header h;
	struct wire_refused no;
	if (poll(&p, 1, 300) == 0) {
		puts("open");
		return;
	}
	ssize_t const n = recv(sock, buf, sizeof buf, 0);
	if (n <= 0) puts("dropped");
	else if (wire_header_decode(buf, (size_t)n, &h) != 0) puts("garbage");
	else if (h.type == WIRE_REFUSED)
		printf("refused %d\n", wire_get_refused(buf + WIRE_HEADER, (size_t)n - WIRE_HEADER, &no) < 0 ? -1 : no.code);
	else if (h.type == WIRE_EXPORTED) puts("exported");
	else if (h.type == WIRE_ATTACHED) puts("attached");
	else printf("type %u\n", h.type);
	fflush(stdout);
}

static size_t export_frame(uint8_t *frame, size_t room, char const *name)
{
	struct wire_export const e = { .flags = WIRE_EXPORT_UNATTENDED,
		.terminal = { (uint8_t const *)name, strlen(name) }, .command = { (uint8_t const *)"rogue", 6 } };
	return wire_put_export(frame, room, &e);
}

static void export_with(int const *fds, size_t nfds)
{
	uint8_t frame[WIRE_FRAME_MAX];
	put(frame, export_frame(frame, sizeof frame, "rogue"), fds, nfds);
	tell();
}

static void view(bool watch, char const *name, int page)
{
	uint8_t frame[WIRE_FRAME_MAX];
	struct wire_attach const a = { .terminal = { (uint8_t const *)name, strlen(name) } };
	put(frame, wire_put_attach(frame, sizeof frame, watch, &a), &page, page >= 0);
	tell();
}

static int good_page(void)
{
	struct page *p;
	int fd;
	if (page_create(&p, &fd) < 0) fail("page_create");
	return fd;
}

static int own_pidfd(void) { return (int)syscall(SYS_pidfd_open, getpid(), 0); }

int main(int argc, char **argv)
{
	static uint8_t big[WIRE_FRAME_MAX];
	if (argc != 3) return 100;
	char const *const c = argv[2];
	sock = ptyhead_connect(argv[1], 5000);
	if (sock < 0) fail("connect");
	if (openpty(&master, &slave, NULL, NULL, NULL) < 0) fail("openpty");
	int const null = open("/dev/null", O_RDWR);
	int const path = open("/dev/pts/ptmx", O_PATH);
	size_t len = export_frame(big, sizeof big, "rogue");

	if (!strcmp(c, "no-fd")) export_with(NULL, 0);
	else if (!strcmp(c, "file")) export_with(&null, 1);
	else if (!strcmp(c, "socket")) export_with(&sock, 1);
	else if (!strcmp(c, "slave")) export_with(&slave, 1);
	else if (!strcmp(c, "o-path")) export_with(&path, 1);
	else if (!strcmp(c, "two-masters")) export_with((int[]){ master, master }, 2);
	else if (!strcmp(c, "pidfd-file")) export_with((int[]){ master, null }, 2);
	else if (!strcmp(c, "three")) export_with((int[]){ master, null, null }, 3);
	else if (!strcmp(c, "253-fds")) {
		int fds[253];
		for (int i = 0; i < 253; i++) fds[i] = null;
		export_with(fds, 253);
	} else if (!strcmp(c, "bad-name")) {
		len = export_frame(big, sizeof big, "../etc/passwd");
		put(big, len, &master, 1);
		tell();
	} else if (!strcmp(c, "good")) export_with((int[]){ master, own_pidfd() }, 2);
	else if (!strcmp(c, "good-no-pidfd")) export_with(&master, 1);
	else if (!strcmp(c, "console")) { /* as runc, crun and podman */
		put("/dev/pts/0", 10, &master, 1);
		tell();
		(void)!write(slave, "from a container\n", 17);
		close(master);
		close(slave);
	} else if (!strcmp(c, "console-named")) {
		put("web", 4, &master, 1);
		tell();
	} else if (!strcmp(c, "console-file")) {
		put("x", 1, &null, 1);
		tell();
	} else if (!strcmp(c, "garbage")) {
		put("GET / HTTP/1.1\r\n\x1b[2J\r\n", 22, NULL, 0);
		tell();
	} else if (!strcmp(c, "version")) {
		big[1] = 9;
		put(big, len, &master, 1);
		tell();
	} else if (!strcmp(c, "short")) {
		put("\xF5\x01\0\1\0\0\0\4abcd", 12, &master, 1);
		tell();
	} else if (!strcmp(c, "huge")) {
		put("\xF5\x01\0\1\x7f\xff\xff\xff", 8, NULL, 0);
		tell();
	} else if (!strcmp(c, "half")) {
		put(big, len / 2, &master, 1);
		shutdown(sock, SHUT_WR);
		tell();
	} else if (!strcmp(c, "wrong-first")) {
		put("\xF5\x01\0\x10\0\0\0\1x", 9, NULL, 0);
		tell();
	} else if (!strcmp(c, "silent")) {
		struct pollfd p = { .fd = sock, .events = POLLIN };
		poll(&p, 1, 20000);
		tell();
	} else if (!strcmp(c, "no-page")) view(true, "main", -1);
	else if (!strcmp(c, "file-page")) view(true, "main", null);
	else if (!strcmp(c, "soft-page")) { /* not sealed: it could shrink under the head */
		int const fd = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		if (ftruncate(fd, 4096) < 0) fail("ftruncate");
		view(true, "main", fd);
	} else if (!strcmp(c, "no-terminal")) view(true, "nowhere", good_page());
	else if (!strcmp(c, "watch")) view(true, "main", good_page());
	else if (!strcmp(c, "attach")) view(false, "main", good_page());
	else if (!strcmp(c, "watch-types") || !strcmp(c, "watch-sizes")) {
		view(true, "main", good_page());
		size_t const n = c[6] == 't' ? wire_put_input(big, sizeof big, "rm -rf\r", 7)
		                             : wire_put_resize(big, sizeof big, (struct wire_size){ 1, 1, 0, 0 });
		put(big, n, NULL, 0);
		tell();
	} else if (!strcmp(c, "fd-later")) {
		view(false, "main", good_page());
		put(big, wire_put_input(big, sizeof big, "x", 1), &null, 1);
		tell();
	} else if (!strcmp(c, "size-wild")) { /* ignored, not fatal */
		view(false, "main", good_page());
		put(big, wire_put_resize(big, sizeof big, (struct wire_size){ 65535, 0, 0, 0 }), NULL, 0);
		tell();
	} else if (!strcmp(c, "page-lies")) { /* a position beyond all */
		struct page *p;
		int fd;
		if (page_create(&p, &fd) < 0) fail("page_create");
		atomic_store(&p->pos, UINT64_MAX);
		uint8_t frame[WIRE_FRAME_MAX];
		struct wire_attach const a = { .flags = WIRE_ATTACH_LOSSLESS, .terminal = { (uint8_t const *)"main", 4 } };
		put(frame, wire_put_attach(frame, sizeof frame, false, &a), &fd, 1);
		tell();
		atomic_store(&p->pos, 3); /* and back */
		pause();
	} else if (!strcmp(c, "never-moves") || !strcmp(c, "never-reads")) {
		struct page *p;
		int fd;
		if (page_create(&p, &fd) < 0) fail("page_create");
		atomic_store(&p->asleep, 1);
		uint8_t frame[WIRE_FRAME_MAX];
		struct wire_attach const a = { .flags = c[6] == 'm' ? WIRE_ATTACH_LOSSLESS : 0,
		                               .terminal = { (uint8_t const *)"main", 4 } };
		put(frame, wire_put_attach(frame, sizeof frame, false, &a), &fd, 1);
		tell();
		for (;;) { /* always asleep, never at its socket */
			atomic_store(&p->asleep, 1);
			usleep(100);
		}
	} else if (!strcmp(c, "blocking")) { /* keeps the master and clears O_NONBLOCK, again and again */
		len = export_frame(big, sizeof big, "block");
		put(big, len, (int[]){ master, own_pidfd() }, 2);
		tell();
		for (;;) {
			fcntl(master, F_SETFL, fcntl(master, F_GETFL) & ~O_NONBLOCK);
			(void)!write(slave, "x", 1);
			usleep(1000);
		}
	} else if (!strcmp(c, "hold")) { /* a live program that does nothing */
		export_with((int[]){ master, own_pidfd() }, 2);
		pause();
	} else return 100;
	return 0;
}
