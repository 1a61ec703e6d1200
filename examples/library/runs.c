/* SPDX-License-Identifier: ISC */
/* Tells when programs start and end, in a loop of libevent: `runs ADDRESS...`
 *   cc runs.c $(pkg-config --cflags --libs ptyhead libevent_core) -o runs */
#include <event2/event.h>
#include <ptyhead.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

struct watched {
	char const *name;
	struct ptyhead_viewer *viewer;
	struct event *event;
};

static void on_begin(void *arg, struct ptyhead_run const *run, struct ptyhead_size size, void const *bytes, size_t len, uint64_t missed)
{
	struct watched const *const w = arg;
	(void)size, (void)bytes, (void)len, (void)missed;
	if (run->alive) printf("%s: run %llu, pid %d\n", w->name, (unsigned long long)run->number, run->pid);
	else printf("%s: no program\n", w->name);
}

static void on_started(void *arg, uint64_t offset, struct ptyhead_run const *run, struct ptyhead_size size)
{
	struct watched const *const w = arg;
	(void)offset, (void)size;
	printf("%s: run %llu started, pid %d\n", w->name, (unsigned long long)run->number, run->pid);
}

static void on_ended(void *arg, uint64_t offset, struct ptyhead_run const *run)
{
	struct watched const *const w = arg;
	(void)offset;
	printf("%s: run %llu ended", w->name, (unsigned long long)run->number);
	if (run->status_known && WIFEXITED(run->status)) printf(", exit code %d", WEXITSTATUS(run->status));
	if (run->status_known && WIFSIGNALED(run->status)) printf(", signal %d", WTERMSIG(run->status));
	puts("");
}

static void ready(evutil_socket_t fd, short what, void *arg)
{
	struct watched *const w = arg;
	(void)fd, (void)what;
	int const r = ptyhead_viewer_process(w->viewer);
	if (r == 0) return;
	printf("%s: %s\n", w->name, ptyhead_viewer_reply(w->viewer)->code ? ptyhead_viewer_reply(w->viewer)->text : strerror(-r));
	event_del(w->event);
}

int main(int argc, char **argv)
{
	static struct watched all[64];
	struct event_base *const base = event_base_new();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc && i <= 64; i++) {
		struct watched *const w = &all[i - 1];
		struct ptyhead_address a;
		char const *why;
		w->name = argv[i];
		if (ptyhead_address_parse(argv[i], &a, &why) < 0) return fprintf(stderr, "%s: %s\n", argv[i], why), 100;
		struct ptyhead_view const view = {
			.address = &a,
			.flags = PTYHEAD_WATCH_ONLY | PTYHEAD_NO_OUTPUT,
			.calls = { .arg = w, .begin = on_begin, .started = on_started, .ended = on_ended },
		};
		int const r = ptyhead_viewer_new(&w->viewer, &view);
		if (r < 0) return fprintf(stderr, "%s: %s\n", argv[i], strerror(-r)), 111;
		w->event = event_new(base, ptyhead_viewer_fd(w->viewer), EV_READ | EV_PERSIST, ready, w);
		event_add(w->event, NULL);
	}
	return event_base_dispatch(base) < 0 ? 111 : 0;
}
