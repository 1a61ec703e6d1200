/* SPDX-License-Identifier: ISC */
/* many [-l] ADDRESS N : N viewers of libptyhead in one epoll, each of which sees the
 * terminal's next run end; says `ready` when all have begun, and at the end how many were
 * told of the same number of bytes. -l: one more is lossless, and is left alone once it
 * has begun. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "ptyhead.h"

struct one {
	struct ptyhead_viewer *v;
	uint64_t bytes;
	bool begun, ended;
};

static unsigned begun, ended;

static void on_begin(void *arg, struct ptyhead_run const *run, struct ptyhead_size size, void const *bytes, size_t len, uint64_t missed)
{
	struct one *const o = arg;
	(void)run, (void)size, (void)bytes, (void)len;
	o->bytes += missed;
	begun += !o->begun;
	o->begun = true;
}

static void on_output(void *arg, uint64_t offset, void const *data, size_t len)
{
	struct one *const o = arg;
	(void)offset, (void)data;
	o->bytes += len;
}

static void on_ended(void *arg, uint64_t offset, struct ptyhead_run const *run)
{
	struct one *const o = arg;
	(void)offset, (void)run;
	ended += !o->ended;
	o->ended = true;
}

int main(int argc, char **argv)
{
	static struct one all[512];
	struct ptyhead_address address;
	char const *why;
	bool const idle = argc > 1 && !strcmp(argv[1], "-l");
	argv += idle;
	if (argc != 3 + idle || ptyhead_address_parse(argv[1], &address, &why) < 0) return 100;
	unsigned const n = (unsigned)atoi(argv[2]);
	int const epoll = epoll_create1(EPOLL_CLOEXEC);
	bool ready = false;

	for (unsigned i = 0; i < n + idle && i < 512; i++) {
		struct ptyhead_view const view = {
			.address = &address,
			.flags = i == n ? PTYHEAD_LOSSLESS : PTYHEAD_WATCH_ONLY,
			.calls = { .arg = &all[i], .begin = on_begin, .output = on_output, .ended = on_ended },
		};
		struct epoll_event e = { .events = EPOLLIN, .data.u32 = i };
		if (ptyhead_viewer_new(&all[i].v, &view) < 0) return perror("many"), 111;
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, ptyhead_viewer_fd(all[i].v), &e) < 0) return perror("many"), 111;
	}
	while (ended < n) {
		struct epoll_event e;
		if (!ready && begun == n + idle) {
			puts("ready");
			fflush(stdout);
			ready = true;
		}
		if (epoll_wait(epoll, &e, 1, 30000) < 1)
			return fprintf(stderr, "many: nothing to do: %u begun, %u ended\n", begun, ended), 111;
		struct one *const o = &all[e.data.u32];
		int const r = ptyhead_viewer_process(o->v);
		if (r < 0) return fprintf(stderr, "many: %u: %s\n", e.data.u32, strerror(-r)), 111;
		if (e.data.u32 == n && o->begun) (void)epoll_ctl(epoll, EPOLL_CTL_DEL, ptyhead_viewer_fd(o->v), NULL);
	}
	unsigned same = 0;
	for (unsigned i = 0; i < n; i++) same += all[i].bytes == all[0].bytes;
	printf("%u told of %llu\n", same, (unsigned long long)all[0].bytes);
	for (unsigned i = 0; i < n + idle; i++) ptyhead_viewer_free(all[i].v);
	return 0;
}
