#include "peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "terminal.h"

static void peer_drop(struct peer *p, char const *why)
{
	log_peer(&p->head->log, "peer dropped (uid %ld, pid %ld): %s", (long)p->uid, (long)p->pid, why);
	peer_free(p);
}

static void silent_expired(struct timeout *x)
{
	peer_drop(list_entry(x, struct peer, silent), "it said nothing in time");
}

bool peer_evict(struct head *h)
{
	if (list_empty(&h->silent.queue)) return false;
	struct timeout *const first = list_entry(h->silent.queue.next, struct timeout, link);
	peer_drop(list_entry(first, struct peer, silent), "it said nothing, and its place is needed");
	return true;
}

enum peer_next peer_refuse(struct peer *p, enum wire_refusal code, char const *text)
{
	uint8_t frame[WIRE_REFUSED_FRAME];
	log_peer(&p->head->log, "peer refused (uid %ld, pid %ld): %s", (long)p->uid, (long)p->pid, text);
	conn_send(&p->conn, frame, wire_put_refused(frame, sizeof frame, code, text), NULL, 0);
	return PEER_DONE;
}

/* ---- the first frame ------------------------------------------------------ */

static enum peer_next first_frame(struct peer *p, struct conn_frame const *f)
{
	int fds[WIRE_FDS_MAX];

	timeout_clear(&p->silent);
	if (f->header.version != WIRE_VERSION) return peer_refuse(p, WIRE_R_VERSION, "this head speaks version 1 of the protocol");
	size_t const nfds = conn_take_fds(&p->conn, fds);
	switch (f->header.type) {
	case WIRE_EXPORT: return peer_export(p, f, fds, nfds);
	case WIRE_ATTACH:
	case WIRE_WATCH: return peer_view(p, f, fds, nfds);
	case WIRE_LIST: return peer_list(p, f, fds, nfds);
	default:
		for (size_t i = 0; i < nfds; i++) close(fds[i]);
		return peer_refuse(p, WIRE_R_REQUEST, "no role begins with this frame");
	}
}

/* ---- a viewer's frames ---------------------------------------------------- */

/* NULL, or what is wrong. */
static char const *viewer_frame(struct peer *p, struct conn_frame const *f)
{
	struct viewer *const v = &p->viewer;
	struct wire_size size;
	struct wire_input in;

	if (p->conn.nfds > 0) return "a viewer's frame carried descriptors";
	if (f->header.version != WIRE_VERSION) return "it changed the protocol's version";
	switch (f->header.type) {
	case WIRE_INPUT:
		if (v->watch) return "a watcher sent input";
		if (wire_get_input(f->payload, f->header.length, &in) < 0) return "more input than a frame may hold";
		terminal_viewer_active(v->terminal, v);
		line_count(v->terminal, in.data.data, in.data.len);
		terminal_input(v->terminal, in.data.data, in.data.len);
		return NULL;
	case WIRE_SEND:
		if (v->watch) return "a watcher sent input";
		return peer_send(p, f);
	case WIRE_RESIZE:
		if (v->watch) return "a watcher sent a size";
		if (wire_get_resize(f->payload, f->header.length, &size) < 0) return "a short frame";
		if (!wire_size_ok(size)) return NULL; /* a terminal without one: nothing to follow */
		v->size = size;
		terminal_follow_size(v->terminal);
		return NULL;
	case WIRE_MOVED:
		if (v->lossless) terminal_moved(v->terminal);
		return NULL;
	default: return "a frame that no viewer sends";
	}
}

/* While the terminal takes no more input, the viewer's socket is left alone:
 * it fills, and the viewer stops reading its own terminal. */
static bool paused(struct peer const *p)
{
	struct terminal *const t = p->viewer.terminal;
	return t && terminal_input_room(t) < WIRE_SEND_MAX;
}

static void peer_ready(struct source *s, uint32_t events);

static char const *conn_trouble(enum conn_result r)
{
	switch (r) {
	case CONN_GARBAGE: return "not this protocol";
	case CONN_FDS: return "more descriptors than any frame carries";
	case CONN_NOMEM: return "no memory for its frame";
	case CONN_FULL: return "a frame above the limit";
	default: return "the connection broke in the middle of a frame";
	}
}

/* Everything that was read so far; false when the peer is no more. */
static bool peer_frames(struct peer *p)
{
	struct conn_frame f;
	for (;;) {
		if (paused(p)) {
			loop_remove(&p->head->loop, &p->source);
			return true;
		}
		enum conn_result const r = conn_frame(&p->conn, &f);
		if (r == CONN_AGAIN) return true;
		if (r == CONN_GARBAGE && !p->viewer.terminal && p->conn.nfds > 0 && p->conn.in[0] != WIRE_MAGIC) {
			peer_foreign_export(p);
			peer_free(p);
			return false;
		}
		if (r != CONN_OK) {
			peer_drop(p, conn_trouble(r));
			return false;
		}
		if (!p->viewer.terminal) {
			if (first_frame(p, &f) == PEER_STAYS) continue;
			peer_free(p);
			return false;
		}
		char const *const wrong = viewer_frame(p, &f);
		if (wrong) {
			peer_drop(p, wrong);
			return false;
		}
	}
}

/* A few fills a round: one peer that floods does not keep the others waiting. */
static void peer_read(struct peer *p)
{
	for (int i = 0; i < 8; i++) {
		if (!peer_frames(p)) return;
		if (p->source.fd < 0) return; /* paused */
		enum conn_result const r = conn_fill(&p->conn);
		if (r == CONN_OK) continue;
		if (r == CONN_AGAIN) return;
		/* A viewer's end is nothing to speak of, wherever it falls. */
		if (r == CONN_EOF || (r == CONN_BROKEN && p->viewer.terminal)) {
			peer_free(p);
			return;
		}
		/* A first byte and a descriptor too many: the other form has one. */
		peer_drop(p, conn_trouble(r));
		return;
	}
	(void)peer_frames(p);
}

static void peer_ready(struct source *s, uint32_t events)
{
	struct peer *const p = list_entry(s, struct peer, source);
	if (events & EPOLLOUT) {
		enum conn_result const r = conn_flush(&p->conn);
		if (r != CONN_OK && r != CONN_AGAIN) {
			peer_free(p);
			return;
		}
		if (!conn_pending(&p->conn)) loop_change(&p->head->loop, &p->source, EPOLLIN);
	}
	/* Also for EPOLLOUT alone: frames that came before a pause lie here. */
	peer_read(p);
}

void peers_resume(struct terminal *t)
{
	if (terminal_input_room(t) < TERMINAL_INPUT_MAX / 2) return;
	list_each(it, &t->viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		struct peer *const p = list_entry(v, struct peer, viewer);
		if (p->source.fd < 0)
			(void)loop_add(&t->head->loop, &p->source, p->conn.fd, EPOLLIN | EPOLLOUT, peer_ready);
	}
}

/* ---- coming and going ----------------------------------------------------- */

int peer_new(struct head *h, int fd, unsigned roles)
{
	struct ucred cred;
	socklen_t len = sizeof cred;
	int r = -ENOMEM;

	struct peer *const p = calloc(1, sizeof *p);
	if (!p) goto fail;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0) cred = (struct ucred){ .pid = 0, .uid = (uid_t)-1 };
	p->head = h;
	p->roles = roles;
	p->uid = cred.uid;
	p->pid = cred.pid;
	p->viewer.conn = &p->conn;
	timeout_init(&p->silent, silent_expired);
	r = loop_add(&h->loop, &p->source, fd, EPOLLIN, peer_ready);
	if (r < 0) goto fail;
	conn_init(&p->conn, fd);
	conn_limit(&p->conn, WIRE_PEER_FRAME);
	timeout_set(&h->silent, &p->silent);
	list_append(&h->peers, &p->link);
	h->peers_len++;
	return 0;
fail:
	free(p);
	close(fd);
	return r;
}

void peer_free(struct peer *p)
{
	terminal_viewer_remove(&p->viewer);
	if (p->viewer.page) page_unmap(p->viewer.page);
	timeout_clear(&p->silent);
	loop_remove(&p->head->loop, &p->source);
	conn_deinit(&p->conn);
	list_remove(&p->link);
	p->head->peers_len--;
	free(p);
}
