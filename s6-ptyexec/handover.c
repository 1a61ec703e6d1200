/* SPDX-License-Identifier: ISC */
#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <s6/fdholder.h>
#include <skalibs/tai.h>

#include "deadline.h"

static char const *refused_address(struct handover const *h, struct ptyhead_address *a)
{
	char const *why;
	if (ptyhead_address_parse(h->address, a, &why) < 0) return why;
	if (h->terminal) {
		/* A name that is too long fills the member, and is refused. */
		memset(a->terminal, 0, sizeof a->terminal);
		memcpy(a->terminal, h->terminal, strnlen(h->terminal, sizeof a->terminal));
		if (ptyhead_address_check(a) < 0)
			return "a terminal's name (-n) is 1 to 64 of A-Z a-z 0-9 . _ @ + -"
			       " and begins neither with . nor with -";
	}
	return NULL;
}

int handover_check(struct handover const *h, char *why, size_t len)
{
	struct ptyhead_address a;
	char const *bad = NULL;
	if (!h->id)
		bad = refused_address(h, &a);
	else if (h->address[0] == '\0')
		bad = "it is empty";
	if (!bad) return 0;
	snprintf(why, len, "not an address: '%s': %s", h->address, bad);
	return -1;
}

/* ---- to a head --------------------------------------------------------------- */

static int explain_connect(struct handover const *h, struct ptyhead_address const *a, int e,
                           char *why, size_t len)
{
	char hint[PATH_MAX];
	ptyhead_address_hint(a, e, hint, sizeof hint);
	if (e == -ETIMEDOUT)
		snprintf(why, len, "the head at %s takes no connection within %d ms"
		         " (does it run? its log may say; -t gives it longer)",
		         a->path, h->timeout_ms);
	else
		snprintf(why, len, "%s %s: %s%s%s%s",
		         e == -EACCES ? "not allowed to reach the head at" :
		         e == -ENOENT || e == -ECONNREFUSED ? "no head at" : "unable to reach the head at", a->path,
		         strerror(-e), *hint ? " (" : "", hint, *hint ? ")" : "");
	return -1;
}

static int explain_export(struct handover const *h, struct ptyhead_address const *a, int e,
                          struct ptyhead_reply const *reply, char *why, size_t len)
{
	if (reply->code)
		snprintf(why, len, "the head at %s refused terminal %s: %s", a->path, a->terminal,
		         reply->text[0] ? reply->text : strerror(-e));
	else if (e == -ETIMEDOUT)
		snprintf(why, len, "the head at %s did not answer within %d ms"
		         " (its log may say why; -t gives it longer, -D does not wait)",
		         a->path, h->timeout_ms);
	else if (e == -ECONNRESET || e == -EPIPE)
		snprintf(why, len, "the head at %s closed the connection without an answer"
		         " (its log may say why)", a->path);
	else if (e == -EPROTONOSUPPORT)
		snprintf(why, len, "the head at %s speaks another version of the protocol"
		         " (install the same release of both)", a->path);
	else if (e == -EPROTO)
		snprintf(why, len, "what listens at %s answers as no head does"
		         " (is it another program's socket?)", a->path);
	else
		snprintf(why, len, "unable to hand the terminal to the head at %s: %s", a->path,
		         strerror(-e));
	return -1;
}

int handover_head(struct handover const *h, int master, int slave, int pidfd,
                  struct handover_result *ret, char *why, size_t len)
{
	struct ptyhead_address a;
	struct ptyhead_exported answer;
	struct ptyhead_reply reply;

	memset(ret, 0, sizeof *ret);
	if (handover_check(h, why, len) < 0 || refused_address(h, &a)) return -1;
	struct deadline d; /* common time limit of both steps */
	deadline_init(&d, h->timeout_ms);
	int const sock = ptyhead_connect(a.path, deadline_left(&d));
	if (sock < 0) return explain_connect(h, &a, sock, why, len);
	struct ptyhead_export const e = {
		.terminal = a.terminal,
		.master = master,
		.pidfd = pidfd,
		.size = h->size,
		.sized = h->sized,
		.unattended = h->unattended,
		.tty = ptyhead_tty_of(slave),
		.argv = h->argv,
	};
	int const r = ptyhead_export(sock, &e, deadline_left(&d), &answer, &reply);
	close(sock);
	if (r < 0) return explain_export(h, &a, r, &reply, why, len);
	ret->size = answer.size;
	ret->run = answer.run;
	memcpy(ret->terminal, a.terminal, sizeof ret->terminal);
	memcpy(ret->path, a.path, sizeof ret->path);
	return 0;
}

/* ---- to an fd-holder ----------------------------------------------------------- */

struct handover_store {
	s6_fdholder_t holder;
};

static void deadline_of(int timeout_ms, tain *ret)
{
	tain t;
	tain_now_g();
	if (timeout_ms < 0)
		tain_add_g(ret, &tain_infinite_relative);
	else {
		tain_from_millisecs(&t, timeout_ms);
		tain_add_g(ret, &t);
	}
}

/* s6_fdholder_start leaves the socket open across exec, and cannot connect to a path
 * longer than sun_path. 0 or -errno. */
static int holder_start(s6_fdholder_t *a, struct handover const *h)
{
	int const sock = ptyhead_connect(h->address, h->timeout_ms);
	if (sock < 0) return sock;
	if (fcntl(sock, F_SETFL, O_RDWR | O_NONBLOCK) < 0) {
		int const e = errno;
		close(sock);
		return -e;
	}
	s6_fdholder_init(a, sock);
	return 0;
}

static char const *explain_store(int e)
{
	switch (e) {
	case EBUSY: return " (something is stored under this id already: s6-fdholder-delete it)";
	case EPERM:
	case EACCES: return " (do the daemon's rules allow this id? S6_FDHOLDER_STORE_REGEX)";
	case ENOENT:
	case ECONNREFUSED: return " (start the s6-fdholder-daemon that listens there)";
	case ETIMEDOUT: return " (-t gives it longer)";
	case EPIPE:
	case ECONNRESET:
	case EPROTO: return " (is what listens there an s6-fdholder-daemon?)";
	default: return "";
	}
}

int handover_store(struct handover const *h, int master, struct handover_store **ret,
                   char *why, size_t len)
{
	s6_fdholder_t const zero = S6_FDHOLDER_ZERO;
	tain const forever = TAIN_INFINITE;
	tain deadline;

	struct handover_store *const s = malloc(sizeof *s);
	if (!s) {
		snprintf(why, len, "out of memory");
		return -1;
	}
	s->holder = zero;
	deadline_of(h->timeout_ms, &deadline);
	int const r = holder_start(&s->holder, h);
	if (r < 0) {
		snprintf(why, len, "no fd-holder at %s: %s%s", h->address, strerror(-r),
		         explain_store(-r));
		free(s);
		return -1;
	}
	if (!s6_fdholder_store_g(&s->holder, master, h->id, &forever, &deadline)) {
		snprintf(why, len, "unable to store the terminal in the fd-holder at %s as '%s': %s%s",
		         h->address, h->id, strerror(errno), explain_store(errno));
		s6_fdholder_end(&s->holder);
		free(s);
		return -1;
	}
	*ret = s;
	return 0;
}

void handover_unstore(struct handover const *h, struct handover_store *s)
{
	tain deadline;
	deadline_of(h->timeout_ms, &deadline);
	s6_fdholder_delete_g(&s->holder, h->id, &deadline);
	s6_fdholder_end(&s->holder);
	free(s);
}
