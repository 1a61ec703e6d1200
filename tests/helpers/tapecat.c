/* SPDX-License-Identifier: ISC */
/* tapecat [-w] [-L] [-n RUNS] [-o FILE] SOCKET [TERMINAL] : a viewer for tests. Prints a
 * line for each mark, and writes the bytes to FILE; ends after RUNS ends of
 * runs (default 1), or when the head goes.
 *
 *   attached                  the head answered: what follows cannot be missed
 *   start RUN PID ROWSxCOLS
 *   size ROWSxCOLS
 *   end RUN STATUS            wait status in hex, or "unknown"
 *   query OFFSET LENGTH
 *   lost-right                this reader is not waited for any more
 *   overtaken BYTES
 *   total BYTES               at the end */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "page.h"
#include "ask_int.h"
#include "reader.h"

static uint64_t total;
static int wanted = 1;
static int ended;
static uint64_t me;

static void on_mark(struct tape_mark const *m)
{
	switch (m->type) {
	case TAPE_RUN_START:
		printf("start %u %d %ux%u\n", m->run, m->u.start.pid, m->u.start.size.rows, m->u.start.size.cols);
		break;
	case TAPE_RUN_END:
		if (m->u.end.flags & TAPE_STATUS_KNOWN) printf("end %u %x\n", m->run, (unsigned)m->u.end.status);
		else printf("end %u unknown\n", m->run);
		ended++;
		break;
	case TAPE_CLOSED: printf("closed %u\n", m->run); break;
	case TAPE_SIZE: printf("size %ux%u\n", m->u.size.rows, m->u.size.cols); break;
	case TAPE_LOST_RIGHT:
		if (m->u.viewer.id == me) printf("lost-right\n");
		break;
	case TAPE_QUERY: printf("query %" PRIu64 " %u\n", m->offset, m->u.query.length); break;
	default: break;
	}
	fflush(stdout);
}

/* Goes through what there is; true when there was anything. */
static int pump(struct tape_reader *r, int out)
{
	static uint8_t buf[65536];
	struct tape_event e;
	int any = 0;
	while (ended < wanted) {
		uint64_t const was = r->pos;
		switch (tape_reader_next(r, buf, sizeof buf, &e)) {
		case TAPE_NOTHING: return any;
		case TAPE_MARK: on_mark(&e.mark); break;
		case TAPE_BYTES:
			total += e.len;
			if (out >= 0 && write(out, buf, e.len) != (ssize_t)e.len) exit(111);
			break;
		case TAPE_OVERTAKEN:
			tape_reader_oldest_seek(r);
			printf("overtaken %" PRIu64 "\n", r->pos - was);
			break;
		}
		any = 1;
	}
	return any;
}

int main(int argc, char **argv)
{
	struct ptyhead_attach a = { .terminal = "main" };
	struct ptyhead_reply reply;
	struct ptyhead_attached attached;
	struct tape_reader r;
	struct page *page;
	struct conn c;
	uint8_t frame[WIRE_EMPTY_FRAME];
	int out = -1;
	int tape;
	int opt;

	while ((opt = getopt(argc, argv, "wLn:o:")) != -1) {
		if (opt == 'w') a.watch = true;
		else if (opt == 'L') a.lossless = true;
		else if (opt == 'n') wanted = atoi(optarg);
		else if (opt == 'o') out = open(optarg, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		else return 100;
	}
	if (optind == argc) return 100;
	if (argc - optind > 1) a.terminal = argv[optind + 1];
	if (page_create(&page, &a.page) < 0) return 111;
	int const fd = ptyhead_connect(argv[optind], 5000);
	if (fd < 0) return 111;
	conn_init(&c, fd);
	int const e = ptyhead_attach(&c, &a, 10000, &attached, &tape, &reply);
	if (e < 0) {
		printf("refused %u %s (%s)\n", reply.code, reply.text, strerror(-e));
		return 1;
	}
	if (tape_reader_init(&r, tape) < 0) return 111;
	me = attached.viewer;
	printf("attached\n");
	fflush(stdout);
	for (;;) {
		pump(&r, out);
		if (ended >= wanted) break;
		if (a.lossless && page_move(page, r.pos)) conn_send(&c, frame, wire_put_empty(frame, sizeof frame, WIRE_MOVED), NULL, 0);
		page_sleep(page);
		if (tape_reader_idle(&r)) {
			struct pollfd p = { .fd = c.fd, .events = POLLIN };
			poll(&p, 1, -1);
			enum conn_result const got = conn_fill(&c);
			struct conn_frame f;
			while (conn_frame(&c, &f) == CONN_OK) {}
			if (got != CONN_OK && got != CONN_AGAIN) {
				pump(&r, out);
				break;
			}
		}
		page_awake(page);
	}
	printf("total %" PRIu64 "\n", total);
	tape_reader_deinit(&r);
	page_unmap(page);
	conn_deinit(&c);
	return 0;
}
