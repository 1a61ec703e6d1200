/* The viewer: its loop, from a connection to a result. */
#ifndef VIEWER_ATTACH_H
#define VIEWER_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "keys.h"
#include "ptyhead.h"

struct attach_options {
	struct ptyhead_address address;
	bool watch;
	bool lossless;
	bool once;
	bool quiet;
	unsigned history; /* rows above the screen, for the scrollback */
	struct keys keys;
	void (*say)(char const *text); /* a warning, for stderr */
};

enum attach_how {
	ATTACH_DETACHED, /* by key, or the output's reader left on purpose */
	ATTACH_ENDED,    /* once: the run ended, with `code` */
	ATTACH_UNKNOWN,  /* once: it ended, its status is not known */
	ATTACH_SIGNAL,   /* to be raised again, the terminal being restored */
	ATTACH_NO_LINK,  /* connected, reply and error: why */
	ATTACH_FAILED,   /* what and error: why */
};

struct attach_result {
	enum attach_how how;
	int code;
	int signal;
	int error; /* an errno */
	char const *what; /* "unable to ..." */
	bool connected;
	struct ptyhead_reply reply;
};

void attach_run(struct attach_options const *o, struct attach_result *ret);

#endif
