/* SPDX-License-Identifier: ISC */
/* A viewer's session: its loop, from the connection to the result. */
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
	bool plain; /* the terminal knows no escape sequences */
	unsigned history; /* number of rows above the screen for the scrollback */
	struct keys keys;
	struct keys past; /* keys that show the past */
	char const *hint; /* tells which key detaches; NULL: no hint */
	void (*say)(char const *text); /* writes a warning to stderr */
	struct rescue *rescue; /* kept ready for the handler of faults */
};

enum session_how {
	SESSION_DETACHED, /* by key; or the reader of the output closed it */
	SESSION_ENDED,    /* with `once`: the run ended with `code` */
	SESSION_UNKNOWN,  /* with `once`: the run ended, its status is not known */
	SESSION_SIGNAL,   /* a signal to raise again; the terminal is restored */
	SESSION_NO_LINK,  /* no connection: `reply` and `error` say why */
	SESSION_FAILED,   /* `what` and `error` say why */
};

struct session_result {
	enum session_how how;
	int code;
	int signal;
	int error; /* an errno */
	char const *what; /* "unable to ..." */
	char why[NOTICE_MAX]; /* UNKNOWN: why the status is not known */
	bool connected;
	struct ptyhead_reply reply;
};

void session_run(struct session_options const *o, struct session_result *ret);

#endif
