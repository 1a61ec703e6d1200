/* What a peer's first frame asks for, checked and done. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "master.h"
#include "peer.h"
#include "pidfd.h"
#include "terminal.h"

static void close_fds(int const *fds, size_t nfds)
{
	for (size_t i = 0; i < nfds; i++) close(fds[i]);
}

/* ---- export --------------------------------------------------------------- */

struct refusal {
	enum wire_refusal code;
	char text[128 + WIRE_TERMINAL_MAX];
};

/* Puts a run on the terminal `name`. Takes the run's descriptors over, also
 * when it refuses. False: *ret_no says why. */
static bool start(struct head *h, char const *name, struct terminal_run const *run,
                  struct terminal **ret, struct wire_size *ret_size, struct refusal *ret_no)
{
	struct terminal *t = terminal_find(h, name);
	int r = 0;

	if (t && terminal_alive(t)) {
		*ret_no = (struct refusal){ .code = WIRE_R_BUSY };
		snprintf(ret_no->text, sizeof ret_no->text, "the program on terminal %s is alive (pid %d)", name, (int)t->state.pid);
		goto refused;
	}
	if (!t) r = terminal_new(h, name, &t);
	struct tape_state const before = r == 0 ? t->state : (struct tape_state){ .flags = 0 };
	if (r == 0) r = terminal_start(t, run, ret_size);
	if (r == 0) t->ended = before;
	if (r == 0) {
		*ret = t;
		return true;
	}
	ret_no->code = r == -EMFILE || r == -ENOSPC ? WIRE_R_LIMIT : WIRE_R_FAILED;
	if (r == -EMFILE && h->terminals_len >= h->limits.terminals)
		snprintf(ret_no->text, sizeof ret_no->text, "this head has as many live terminals as it may (see its option -n)");
	else if (r == -ENOSPC && h->keep.where)
		snprintf(ret_no->text, sizeof ret_no->text, "%s is full (FileDescriptorStoreMax=)", h->keep.where);
	else
		snprintf(ret_no->text, sizeof ret_no->text, "the head failed: %s", strerror(-r));
refused:
	close(run->master);
	if (run->pidfd >= 0) close(run->pidfd);
	return false;
}

static bool peer_left(struct peer *p)
{
	char c;
	return recv(p->conn.fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

enum peer_next peer_export(struct peer *p, struct conn_frame const *f, int *fds, size_t nfds)
{
	struct wire_export e;
	struct terminal *t;
	struct wire_size size;
	struct refusal no;
	enum wire_refusal code = WIRE_R_REQUEST;
	char const *wrong = NULL;
	char name[WIRE_TERMINAL_MAX + 1];

	if (!(p->roles & PEER_EXPORT)) {
		code = WIRE_R_ROLE;
		wrong = "this socket does not take exports";
	} else if (wire_get_export(f->payload, f->header.length, &e) < 0) {
		wrong = "an export that is cut short";
	} else if (!wire_terminal_ok(e.terminal.data, e.terminal.len)) {
		code = WIRE_R_TERMINAL;
		wrong = "not a name for a terminal";
	} else if (nfds < 1 || nfds > 2) {
		code = WIRE_R_FD;
		wrong = "an export carries a master and a pidfd";
	} else if ((wrong = master_wrong(fds[0]))) {
		code = WIRE_R_FD;
	} else if (nfds == 2 && !pidfd_is(fds[1])) {
		code = WIRE_R_FD;
		wrong = "the second descriptor of an export is not a pidfd";
	} else if (!(e.flags & WIRE_EXPORT_UNATTENDED) && peer_left(p)) {
		/* It waited for the answer, gave up, and told its supervisor so. */
		wrong = "the exporter has left before it was answered";
	}
	if (wrong) {
		close_fds(fds, nfds);
		return peer_refuse(p, code, wrong);
	}
	memcpy(name, e.terminal.data, e.terminal.len);
	name[e.terminal.len] = 0;
	struct terminal_run const run = {
		.master = fds[0], .pidfd = nfds == 2 ? fds[1] : -1, .pid = p->pid, .size = e.size,
		.sized = (e.flags & WIRE_EXPORT_SIZED) != 0, .tty = e.tty,
	};
	if (!start(p->head, name, &run, &t, &size, &no)) return peer_refuse(p, no.code, no.text);

	/* For people to read, and no longer than the frame allows. */
	tape_command_set(&t->tape, t->state.run, e.command.data, e.command.len);

	uint8_t frame[WIRE_EXPORTED_FRAME];
	struct wire_exported const done = { .size = size, .run = t->state.run };
	FAULT("acknowledging");
	conn_send(&p->conn, frame, wire_put_exported(frame, sizeof frame, &done), NULL, 0);
	FAULT("acknowledged");
	return PEER_DONE;
}

void peer_foreign_export(struct peer *p)
{
	struct head *const h = p->head;
	struct conn *const c = &p->conn;
	struct terminal *t;
	struct wire_size size;
	struct refusal no;
	struct winsize ws;
	int fds[WIRE_FDS_MAX];
	char name[WIRE_TERMINAL_MAX + 1] = "main";

	timeout_clear(&p->silent);
	/* deptyr and crun send a byte that means nothing, runc the path of a
	 * device: what is not a terminal's name is not taken for one. */
	size_t len = c->in_len;
	while (len > 0 && (c->in[len - 1] == 0 || c->in[len - 1] == '\n')) len--;
	if (len > 1 && wire_terminal_ok(c->in, len)) {
		memcpy(name, c->in, len);
		name[len] = 0;
	}
	size_t const nfds = conn_take_fds(c, fds);
	char const *wrong = NULL;
	if (!(p->roles & PEER_EXPORT)) wrong = "this socket does not take exports";
	else if (nfds != 1) wrong = "a console is handed over as one descriptor";
	else wrong = master_wrong(fds[0]);
	if (wrong) {
		close_fds(fds, nfds);
	} else {
		struct terminal_run run = { .master = fds[0], .pidfd = -1, .pid = p->pid };
		if (ioctl(fds[0], TIOCGWINSZ, &ws) == 0)
			run.size = (struct wire_size){ ws.ws_row, ws.ws_col, ws.ws_xpixel, ws.ws_ypixel };
		run.sized = wire_size_ok(run.size);
		if (!start(h, name, &run, &t, &size, &no)) wrong = no.text;
	}
	if (wrong) log_peer(&h->log, "console refused (uid %ld, pid %ld): %s", (long)p->uid, (long)p->pid, wrong);
}

/* ---- attach, watch -------------------------------------------------------- */

/* "main" is there before its first program, for who wants to see it start;
 * other names are made by exports alone. */
static struct terminal *terminal_wanted(struct head *h, struct wire_bytes name)
{
	char text[WIRE_TERMINAL_MAX + 1];
	struct terminal *t;

	memcpy(text, name.data, name.len);
	text[name.len] = 0;
	t = terminal_find(h, text);
	if (t || strcmp(text, "main") != 0) return t;
	return terminal_new(h, text, &t) == 0 ? t : NULL;
}

enum peer_next peer_view(struct peer *p, struct conn_frame const *f, int *fds, size_t nfds)
{
	struct viewer *const v = &p->viewer;
	struct wire_attach a;
	struct terminal *t = NULL;
	enum wire_refusal code = WIRE_R_REQUEST;
	char const *wrong = NULL;
	int tape = -1;

	v->watch = f->header.type == WIRE_WATCH;
	if (!(p->roles & (v->watch ? PEER_WATCH : PEER_ATTACH))) {
		code = WIRE_R_ROLE;
		wrong = p->roles & PEER_WATCH ? "this socket is for watching only (ptyhead-attach -r)" : "this socket takes exports only";
	} else if (wire_get_attach(f->payload, f->header.length, &a) < 0) {
		wrong = "a request that is cut short";
	} else if (!wire_terminal_ok(a.terminal.data, a.terminal.len) || !(t = terminal_wanted(p->head, a.terminal))) {
		code = WIRE_R_TERMINAL;
		wrong = "no such terminal on this head";
	} else if (nfds != 1 || page_map(&v->page, fds[0]) < 0) {
		code = WIRE_R_FD;
		wrong = "a viewer brings one sealed page";
	} else if (terminal_shows(t, a.tty)) {
		code = WIRE_R_LOOP;
		wrong = "the viewer runs on the terminal that it would show";
	} else if ((tape = tape_reader_fd(&t->tape)) < 0) {
		code = WIRE_R_FAILED;
		wrong = "the head is out of descriptors";
	}
	close_fds(fds, nfds);
	if (wrong) return peer_refuse(p, code, wrong);

	v->id = p->head->next_viewer++;
	v->size = a.size;
	v->tty = a.tty;
	v->lossless = !v->watch && (a.flags & WIRE_ATTACH_LOSSLESS);
	/* Before the answer: the reader may begin at once, and must not be
	 * overtaken before it is waited for. */
	terminal_viewer_add(t, v);

	uint8_t frame[WIRE_ATTACHED_FRAME];
	struct wire_attached const done = { .flags = v->lossless ? WIRE_ATTACH_LOSSLESS : 0, .viewer = v->id };
	FAULT("attaching");
	enum conn_result const r = conn_send(&p->conn, frame, wire_put_attached(frame, sizeof frame, &done), &tape, 1);
	close(tape);
	if (conn_pending(&p->conn)) loop_change(&p->head->loop, &p->source, EPOLLIN | EPOLLOUT);
	return r == CONN_OK || r == CONN_AGAIN ? PEER_STAYS : PEER_DONE;
}
