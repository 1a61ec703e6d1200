/* SPDX-License-Identifier: ISC */
#include "peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Limits for one peer in one round: reads and time. The rest comes in the next round,
 * so a flood from one peer does not delay the others. */
#define ROUND_FILLS 8
#define ROUND_NS 1000000u
#define ORPHANS_MOST 16u

struct peer {
	struct place place;
	struct peers *set;
	struct conn conn;
	struct source source;
	unsigned roles; /* that the listener admits */
	uid_t uid;
	pid_t pid;
	struct timeout silent;
	struct timeout look; /* next check of a console that no process has taken yet */
	uint64_t console_ns; /* when the console came */
	struct deferred again;
	struct list orphan; /* in set->orphans */
	struct viewer viewer; /* if viewer.terminal is set, the peer is a viewer */
	bool paused;
	enum wire_type held; /* paused: the frame that waits */
	size_t typed;        /* paused: bytes of that frame that were typed */
};

/* ---- coming and going ---------------------------------------------------------- */

static void peer_free(struct peer *p)
{
	terminal_viewer_remove(&p->viewer);
	if (p->viewer.page) page_unmap(p->viewer.page);
	timeout_clear(&p->silent);
	timeout_clear(&p->look);
	deferred_clear(&p->again);
	if (!list_empty(&p->orphan)) {
		list_remove(&p->orphan);
		p->set->orphans_len--;
	}
	places_leave(&p->set->places, &p->place);
	loop_remove(&p->set->env->loop, &p->source);
	conn_deinit(&p->conn);
	free(p);
}

static void peer_drop(struct peer *p, char const *why)
{
	log_peer(&p->set->env->log, "peer dropped (uid %ld, pid %ld): %s", (long)p->uid, (long)p->pid, why);
	peer_free(p);
}

static void silent_expired(struct timeout *x)
{
	peer_drop(list_entry(x, struct peer, silent), "it said nothing in time");
}

static void look_expired(struct timeout *x)
{
	struct peer *const p = list_entry(x, struct peer, look);
	loop_defer(&p->set->env->loop, &p->again);
}

static void give_way(struct place *victim)
{
	struct peer *const p = list_entry(victim, struct peer, place);
	peer_drop(p, victim->class == PLACE_SILENT ? "it said nothing, and its place is needed"
	                                           : "another one needs its place");
}

bool peers_evict(struct peers *s)
{
	struct place *const victim = places_victim(&s->places);
	if (!victim) return false;
	give_way(victim);
	return true;
}

/* Takes a place in the class; drops another peer if necessary. */
static bool take_place(struct peer *p, enum place_class class)
{
	struct place *victim;
	if (places_take(&p->set->places, &p->place, class, p->uid, &victim)) return true;
	if (!victim) return false;
	give_way(victim);
	return places_take(&p->set->places, &p->place, class, p->uid, &victim);
}

/* The peer has not read its answer yet. It must do that before it asks again. */
static bool unread(struct peer const *p)
{
	return conn_pending(&p->conn) && !p->viewer.terminal;
}

/* Which events the loop must report. Readable: unless the peer is paused or has a turn
 * in the next round. Writable: while output waits. Hang-up: always, but only once. */
static void want(struct peer *p)
{
	uint32_t const in = unread(p) ? 0 : p->paused ? EPOLLRDHUP : deferred_pending(&p->again) ? EPOLLET : EPOLLIN;
	loop_change(&p->set->env->loop, &p->source, in | (conn_pending(&p->conn) ? EPOLLOUT : 0u));
}

static struct caller caller_of(struct peer *p)
{
	return (struct caller){ .conn = &p->conn, .viewer = &p->viewer, .uid = p->uid, .pid = p->pid, .roles = p->roles };
}

/* Refuses the request in one frame, and logs why. */
static void refuse(struct peer *p, struct outcome const *o)
{
	uint8_t frame[WIRE_REFUSED_FRAME];
	log_peer(&p->set->env->log, "peer refused (uid %ld, pid %ld): %s", (long)p->uid, (long)p->pid, o->text);
	conn_send(&p->conn, frame, wire_put_refused(frame, sizeof frame, o->code, o->text), NULL, 0);
}

/* ---- the first frame ------------------------------------------------------------ */

static struct outcome view(struct peer *p, struct caller *c, struct conn_frame const *f, int *fds, size_t nfds)
{
	bool const watch = f->header.type == WIRE_WATCH;
	places_leave(&p->set->places, &p->place);
	if (take_place(p, watch ? PLACE_WATCH : PLACE_TYPE)) return role_view(p->set->terminals, c, f, fds, nfds);
	conn_discard(&p->conn, fds, nfds);
	return role_refusal(WIRE_R_LIMIT, watch ? "this head has reached its limit of watchers"
	                                        : "this head has reached its limit of viewers");
}

static struct outcome role_of(struct peer *p, struct conn_frame const *f)
{
	int fds[WIRE_FDS_MAX];
	struct caller c = caller_of(p);

	if (f->header.version != WIRE_VERSION) return role_refusal(WIRE_R_VERSION, "this head speaks version 1 of the protocol");
	if (f->header.type == WIRE_EXPORT && (p->roles & ROLE_EXPORT) && role_export_waits(p->set->terminals, f)) return role_outcome(ROLE_LATER);
	size_t nfds = conn_take_fds(&p->conn, fds);
	switch (f->header.type) {
	case WIRE_EXPORT: return role_export(p->set->terminals, &c, f, fds, nfds);
	case WIRE_ATTACH:
	case WIRE_WATCH: return view(p, &c, f, fds, nfds);
	default: break;
	}
	conn_discard(&p->conn, fds, nfds);
	if (f->header.type == WIRE_LIST) return role_list(p->set->terminals, &c, f);
	return role_refusal(WIRE_R_REQUEST, "this frame cannot be the first one");
}

/* The terminal is about to become free: offer the request again in the next round. */
static void hold(struct peer *p)
{
	p->paused = true;
	p->held = WIRE_EXPORT;
	want(p);
}

static void offer_again(struct peer *p)
{
	hold(p);
	loop_defer(&p->set->env->loop, &p->again);
}

/* False: the peer is gone, or waits. */
static bool first_frame(struct peer *p, struct conn_frame const *f)
{
	timeout_clear(&p->silent);
	struct outcome const o = role_of(p, f);
	if (o.next == ROLE_LATER) {
		conn_again(&p->conn);
		offer_again(p);
		return false;
	}
	if (o.next == ROLE_REFUSED) refuse(p, &o);
	if (o.next != ROLE_STAYS) {
		peer_free(p);
		return false;
	}
	/* A viewer may send at any time. Other peers may ask once more. */
	if (p->viewer.watch) conn_limit(&p->conn, WIRE_WATCHER_FRAME);
	if (!p->viewer.terminal) timeout_set(&p->set->env->silent, &p->silent);
	want(p);
	return true;
}

/* A message that does not begin like a frame, and that carried a descriptor. */
static void console(struct peer *p)
{
	int fds[WIRE_FDS_MAX];
	struct caller c = caller_of(p);
	struct wire_bytes const said = { p->conn.in, p->conn.in_len };
	if ((p->roles & ROLE_EXPORT) && role_console_waits(p->set->terminals, said)) {
		offer_again(p);
		return;
	}
	if (p->console_ns == 0) p->console_ns = loop_now();
	bool const over = loop_now() - p->console_ns >= CONSOLE_MS * UINT64_C(1000000);
	if ((p->roles & ROLE_EXPORT) && !over && role_console_early(p->conn.fds[0])) {
		hold(p);
		timeout_set(&p->set->env->pace, &p->look);
		return;
	}
	size_t const nfds = conn_take_fds(&p->conn, fds);
	struct outcome const o = role_console(p->set->terminals, &c, said, fds, nfds);
	if (o.next == ROLE_REFUSED)
		log_peer(&p->set->env->log, "console refused (uid %ld, pid %ld): %s", (long)p->uid, (long)p->pid, o.text);
	peer_free(p);
}

/* ---- a viewer's frames ------------------------------------------------------------ */

/* The terminal takes no more now. The frame is offered again later. */
static void pause_at(struct peer *p, struct conn_frame const *f)
{
	conn_again(&p->conn);
	p->paused = true;
	p->held = (enum wire_type)f->header.type;
	want(p);
}

/* Returns NULL, or what is wrong. */
static char const *input(struct peer *p, struct conn_frame const *f)
{
	struct viewer *const v = &p->viewer;
	struct wire_input in;
	if (wire_get_input(f->payload, f->header.length, &in) < 0) return "more input than a frame may hold";
	if (p->typed == 0 && !terminal_viewer_typed(v->terminal, v, in.data.data, in.data.len)) return NULL;
	p->typed += terminal_type(v->terminal, in.data.data + p->typed, in.data.len - p->typed);
	if (p->typed < in.data.len) pause_at(p, f);
	else p->typed = 0;
	return NULL;
}

static char const *sent(struct peer *p, struct conn_frame const *f, struct outcome *ret)
{
	struct caller c = caller_of(p);
	*ret = role_send(&c, f);
	if (ret->next == ROLE_REFUSED) return ret->text;
	if (ret->next == ROLE_LATER) pause_at(p, f);
	else want(p);
	return NULL;
}

static char const *viewer_frame(struct peer *p, struct conn_frame const *f, struct outcome *ret)
{
	struct viewer *const v = &p->viewer;
	struct wire_size size;

	if (p->conn.nfds > 0) return "a viewer's frame carried descriptors";
	if (f->header.version != WIRE_VERSION) return "it changed the protocol's version";
	switch (f->header.type) {
	case WIRE_INPUT: return v->watch ? "a watcher sent input" : input(p, f);
	case WIRE_SEND: return v->watch ? "a watcher sent input" : sent(p, f, ret);
	case WIRE_RESIZE:
		if (v->watch) return "a watcher sent a size";
		if (wire_get_resize(f->payload, f->header.length, &size) < 0) return "a short frame";
		/* The viewer's terminal has no size, so there is nothing to follow. */
		if (wire_size_ok(size)) terminal_viewer_size(v->terminal, v, size);
		return NULL;
	case WIRE_MOVED:
		terminal_viewer_moved(v->terminal, v);
		return NULL;
	default: return "a frame that no viewer sends";
	}
}

static char const *conn_trouble(enum conn_result r)
{
	switch (r) {
	case CONN_GARBAGE: return "not this protocol";
	case CONN_FDS: return "more descriptors than any frame carries";
	case CONN_NOMEM: return "no memory for its frame";
	case CONN_NOFDS: return "no room for its descriptors: raise the head's limit of open files";
	case CONN_FULL: return "a frame above the limit";
	default: return "the connection broke in the middle of a frame";
	}
}

/* ---- reading ---------------------------------------------------------------------- */

enum frames {
	FRAMES_READ,  /* all frames that were there */
	FRAMES_MORE,  /* the round ended first */
	FRAMES_STOP,  /* the peer is paused, or gone */
};

static enum frames frames(struct peer *p, uint64_t until)
{
	struct conn_frame f;
	struct outcome o;
	while (!p->paused && !unread(p)) {
		enum conn_result const r = conn_frame(&p->conn, &f);
		if (r == CONN_AGAIN) return FRAMES_READ;
		if (r == CONN_GARBAGE && !p->viewer.terminal && p->conn.nfds > 0 && p->conn.in[0] != WIRE_MAGIC) {
			console(p);
			return FRAMES_STOP;
		}
		if (r != CONN_OK) {
			peer_drop(p, conn_trouble(r));
			return FRAMES_STOP;
		}
		if (!p->viewer.terminal) {
			if (!first_frame(p, &f)) return FRAMES_STOP;
		} else {
			char const *const wrong = viewer_frame(p, &f, &o);
			if (wrong) {
				peer_drop(p, wrong);
				return FRAMES_STOP;
			}
		}
		if (loop_now() >= until) return FRAMES_MORE;
	}
	return FRAMES_STOP;
}

static void peer_read(struct peer *p)
{
	uint64_t const until = loop_now() + ROUND_NS;
	enum frames got = FRAMES_READ;
	for (int i = 0; i < ROUND_FILLS && (got = frames(p, until)) == FRAMES_READ; i++) {
		enum discard_state const closing = discard_state(&p->set->env->discard, p->uid);
		if (closing == DISCARD_BUSY) break;
		p->conn.takes_none = closing == DISCARD_SLOW;
		enum conn_result const r = conn_fill(&p->conn);
		if (r == CONN_OK) continue;
		if (r == CONN_AGAIN) {
			want(p);
			return;
		}
		/* The end of a viewer is not logged, even in the middle of a frame. */
		if (r == CONN_EOF || (r == CONN_BROKEN && p->viewer.terminal)) peer_free(p);
		else peer_drop(p, conn_trouble(r));
		return;
	}
	if (got == FRAMES_STOP) return;
	loop_defer(&p->set->env->loop, &p->again);
	want(p);
}

/* The peer hung up while its terminal takes no input. INPUT that waits is kept for the
 * program. A SEND is dropped, since nobody would get the answer. An export is offered
 * again; it is then refused unless it wanted no answer. */
static void orphan(struct peer *p)
{
	struct peers *const s = p->set;
	if (p->held == WIRE_EXPORT) {
		loop_remove(&s->env->loop, &p->source);
		return;
	}
	if (p->held != WIRE_INPUT || p->viewer.sending.waits || !list_empty(&p->orphan)) {
		peer_free(p);
		return;
	}
	loop_remove(&s->env->loop, &p->source);
	terminal_viewer_left(p->viewer.terminal, &p->viewer);
	list_append(&s->orphans, &p->orphan);
	if (++s->orphans_len <= ORPHANS_MOST) return;
	peer_drop(list_entry(s->orphans.next, struct peer, orphan), "it left, and its terminal does not take what it typed");
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
		want(p);
	}
	if (unread(p)) {
		if (events & (EPOLLHUP | EPOLLERR)) peer_free(p);
		return;
	}
	/* A peer that has sent more than one turn's work waits for its next turn. So
	 * new peers and peers that send little are read at once, however many others
	 * there are. */
	if (!p->paused && deferred_pending(&p->again)) return;
	if (!p->paused) peer_read(p);
	else if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) orphan(p);
}

/* Continues after a pause, or after the end of a round. */
static void peer_again(struct deferred *d)
{
	struct peer *const p = list_entry(d, struct peer, again);
	p->paused = false;
	peer_read(p);
}

void peers_input(void *set, struct terminal *t, bool over)
{
	struct peers *const s = set;
	bool const takes = terminal_takes(t, INPUTQ_MAX / 2);
	list_each(it, &t->audience.viewers) {
		struct viewer *const v = list_entry(it, struct viewer, link);
		struct peer *const p = list_entry(v, struct peer, viewer);
		role_send_settle(v, over);
		if (p->paused && takes) {
			p->paused = false;
			loop_defer(&s->env->loop, &p->again);
		}
		if (conn_pending(&p->conn)) want(p);
	}
}

/* Descriptors that it sent and that nobody takes. */
static void discard(void *arg, int fd)
{
	struct peer *const p = arg;
	discard_fd(&p->set->env->discard, p->uid, fd);
}

/* ---- the set ------------------------------------------------------------------------ */

void peers_init(struct peers *s, struct env *e, struct terminals *t)
{
	*s = (struct peers){ .env = e, .terminals = t };
	list_init(&s->orphans);
	places_init(&s->places, e->limits.peers);
}

int peers_add(struct peers *s, int fd, unsigned roles)
{
	struct ucred cred;
	socklen_t len = sizeof cred;
	int r = -ENOMEM;

	struct peer *const p = calloc(1, sizeof *p);
	if (!p) goto fail;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0) cred = (struct ucred){ .pid = 0, .uid = (uid_t)-1 };
	p->set = s;
	p->roles = roles;
	p->uid = cred.uid;
	p->pid = cred.pid;
	p->viewer.conn = &p->conn;
	list_init(&p->place.link);
	list_init(&p->orphan);
	timeout_init(&p->silent, silent_expired);
	timeout_init(&p->look, look_expired);
	deferred_init(&p->again, peer_again);
	r = -ENOSPC;
	if (!take_place(p, PLACE_SILENT)) goto fail;
	r = loop_add(&s->env->loop, &p->source, fd, EPOLLIN, peer_ready);
	if (r < 0) {
		places_leave(&s->places, &p->place);
		goto fail;
	}
	conn_init(&p->conn, fd);
	conn_limit(&p->conn, WIRE_PEER_FRAME);
	p->conn.discard = discard;
	p->conn.discard_arg = p;
	timeout_set(&s->env->silent, &p->silent);
	return 0;
fail:
	free(p);
	close(fd);
	return r;
}

void peers_deinit(struct peers *s)
{
	for (unsigned i = 0; i < PLACE_CLASSES; i++)
		while (!list_empty(&s->places.of[i]))
			/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): places_leave has taken the one before off the list */
			peer_free(list_entry(list_entry(s->places.of[i].next, struct place, link), struct peer, place));
}
