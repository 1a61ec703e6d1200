/* What the modules of a head share: the loop, the log, the store, the limits.
 * Belongs to the daemon; everybody else gets a pointer. */
#ifndef ENV_H
#define ENV_H

#include <stdbool.h>
#include <stdint.h>

#include "discard.h"
#include "keep.h"
#include "log.h"
#include "loop.h"
#include "watchdog.h"

/* Whose size a terminal has, of the viewers that may type. */
enum size_policy {
	SIZE_LATEST,   /* that of the one that came or typed last */
	SIZE_SMALLEST, /* in each dimension */
	SIZE_LARGEST,
	SIZE_FIXED,    /* nobody's: what its program was started with */
};

struct env_limits {
	uint64_t ring_size;    /* bytes of a new tape's ring */
	unsigned terminals;
	unsigned peers;
	unsigned descriptors;  /* a peer whose descriptor has this number or a higher one is too many */
	enum size_policy size;
	bool clusters;         /* runs begin with mode 2027 on: a grapheme cluster is one character */
	unsigned patience_s;   /* for a silent peer, and for a lossless reader that does not move */
	unsigned ended_s;      /* how long a terminal but main outlives its last run; 0: until room is needed */
	unsigned grace_s;      /* at SIGTERM, for programs that no store holds */
};

struct env {
	struct loop loop;
	struct log log;
	struct keep keep;
	struct watchdog watchdog;
	struct discard discard;
	struct env_limits limits;
	bool closing; /* what is kept stays so for the next head; sizes stay as they are */
	/* Timeouts, one queue for each delay. */
	struct timeout_queue silent;   /* a peer's first frame */
	struct timeout_queue pace;     /* the next look at viewers that sleep */
	struct timeout_queue reap;     /* a status that the parent does not fetch */
	struct timeout_queue asked;    /* exporters that wait for a terminal ask again before that */
	struct timeout_queue grace;    /* lossless readers of the head before */
	struct timeout_queue lossless; /* another look at a reader that is waited for */
	struct timeout_queue retry;    /* what the kernel had no room for: try again */
};

/* `e->log` is initialised already. 0 or -errno. */
int env_init(struct env *e, struct env_limits const *limits);
void env_deinit(struct env *e);

#endif
