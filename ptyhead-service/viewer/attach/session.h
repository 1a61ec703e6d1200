/* The viewer: its loop, from a connection to a result. */
#ifndef VIEWER_SESSION_H
#define VIEWER_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "keys.h"
#include "client.h"
#include "notice.h"
#include "rescue.h"

struct session_options {
	struct ptyhead_address address;
	bool watch;
	bool lossless;
	bool once;
	bool quiet;
	bool plain; /* the terminal, if there is one, knows no escape sequences */
	unsigned history; /* rows above the screen, for the scrollback */
	struct keys keys;
	struct keys past; /* show the past */
	char const *hint; /* which key leaves; NULL: it is not said */
	void (*say)(char const *text); /* a warning, for stderr */
	struct rescue *rescue; /* kept ready; for whoever catches faults */
};

enum session_how {
	SESSION_DETACHED, /* by key, or the output's reader left on purpose */
	SESSION_ENDED,    /* once: the run ended, with `code` */
	SESSION_UNKNOWN,  /* once: it ended, its status is not known */
	SESSION_SIGNAL,   /* to be raised again, the terminal being restored */
	SESSION_NO_LINK,  /* connected, reply and error: why */
	SESSION_FAILED,   /* what and error: why */
};

struct session_result {
	enum session_how how;
	int code;
	int signal;
	int error; /* an errno */
	char const *what; /* "unable to ..." */
	char why[NOTICE_MAX]; /* UNKNOWN: no status is known */
	bool connected;
	struct ptyhead_reply reply;
};

void session_run(struct session_options const *o, struct session_result *ret);

#endif
