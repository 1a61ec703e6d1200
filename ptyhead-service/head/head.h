/* One head: its loop, its listeners, peers and terminals, and its limits. All
 * that the daemon knows hangs from here; there are no globals.
 *
 *   listener ── accepts ──▶ peer ──┬─ export ──▶ terminal ── tape
 *                                  └─ viewer ──▶ terminal
 */
#ifndef HEAD_H
#define HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keep.h"
#include "list.h"
#include "log.h"
#include "loop.h"
#include "watchdog.h"

#define HEAD_TERMINALS 1024u
#define HEAD_PEERS 4096u
#define HEAD_PATIENCE_S 10u

/* Whose size a terminal has, of the viewers that may type. */
enum size_policy {
	SIZE_LATEST,   /* that of the one that came or typed last */
	SIZE_SMALLEST, /* in each dimension */
	SIZE_LARGEST,
	SIZE_FIXED,    /* nobody's: what its program was started with */
};

struct head_limits {
	uint64_t ring_size;    /* bytes */
	unsigned terminals;
	unsigned peers;
	unsigned descriptors;  /* that peers and terminals may use up */
	enum size_policy size;
	unsigned patience_s;   /* for a silent peer, and for a lossless reader that does not move */
};

struct textlog_out;

struct head {
	struct loop loop;
	struct log log;
	struct textlog_out *textlog; /* NULL: none */
	struct keep keep;
	bool closing; /* what is kept stays so for the next head */
	struct watchdog watchdog;
	struct head_limits limits;
	struct list terminals; /* oldest first */
	unsigned terminals_len;
	struct list peers; /* in the order in which they came */
	unsigned peers_len;
	struct list listeners;
	uint64_t next_viewer;
	struct timeout_queue silent;   /* a peer's first frame */
	struct timeout_queue pace;     /* the next look at viewers asleep */
	struct timeout_queue reap;     /* a status that the parent does not fetch */
	struct timeout_queue grace;    /* lossless readers of the head before */
	struct timeout_queue lossless; /* another look at a reader waited for */
	struct timeout_queue accept;   /* out of descriptors: try again */
};

int head_init(struct head *h, struct head_limits const *limits); /* 0 or -errno */
/* Closes everything; the programs get SIGHUP unless a store holds their masters. */
void head_deinit(struct head *h);

/* Has it as many peers as it may, by number or by descriptors? */
bool head_full(struct head const *h);

#endif
