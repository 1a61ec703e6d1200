/* SPDX-License-Identifier: ISC */
/* What the modules of a head share: the loop, the log, the store, the limits. The
 * daemon owns it; the other modules get a pointer. */
#ifndef ENV_H
#define ENV_H

#include <stdbool.h>
#include <stdint.h>

#include "discard.h"
#include "keep.h"
#include "log.h"
#include "loop.h"
#include "watchdog.h"

/* The policy for a terminal's size. Only viewers that may type count. */
enum size_policy {
	SIZE_LATEST,   /* the viewer that attached or typed last */
	SIZE_SMALLEST, /* the smallest value in each dimension */
	SIZE_LARGEST,
	SIZE_FIXED,    /* no viewer: the size that the program started with */
};

struct env_limits {
	uint64_t ring_size;    /* bytes of a new tape's ring */
	unsigned terminals;
	unsigned peers;
	unsigned descriptors;  /* a peer whose descriptor has this number or a higher one is dropped */
	enum size_policy size;
	bool clusters;         /* runs begin with mode 2027 on: a grapheme cluster has one width */
	unsigned patience_s;   /* limit for a silent peer, and for a lossless reader that does not move */
	unsigned ended_s;      /* a terminal other than main is forgotten this long
	                        * after its last run; 0: when room is needed */
	unsigned grace_s;      /* at SIGTERM without a store: how long the head waits for programs */
};

struct env {
	struct loop loop;
	struct log log;
	struct keep keep;
	struct watchdog watchdog;
	struct discard discard;
	struct env_limits limits;
	bool closing; /* the head is ending: stored items stay for the next head, sizes stay as they are */
	/* Timeouts, one queue for each delay. */
	struct timeout_queue silent;   /* a peer that has not sent its first frame */
	struct timeout_queue pace;     /* next check for sleeping viewers */
	struct timeout_queue reap;     /* an exit status that the parent does not fetch */
	struct timeout_queue asked;    /* exporters that wait for a terminal repeat the
	                                * request within this time */
	struct timeout_queue grace;    /* lossless readers of the previous head */
	struct timeout_queue lossless; /* next check of a reader that the head waits for */
	struct timeout_queue retry;    /* retry after the kernel had no room */
};

/* `e->log` is initialised already. 0 or -errno. */
int env_init(struct env *e, struct env_limits const *limits);
void env_deinit(struct env *e);

#endif
