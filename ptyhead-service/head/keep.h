/* Where a head's masters, pidfds and tapes are held besides in itself, so that
 * its death is nobody's loss: systemd's fd store, an s6-fdholderd, or nowhere.
 *
 * What is held has a name of three parts, `KIND.RUN.TERMINAL`: "tape.0.main",
 * "master.3.main", "pidfd.3.main". keep_store returns when it is held for sure;
 * only then is a hand-over acknowledged.
 *
 * A store that does not answer within KEEP_PATIENCE_MS is away: one call waits
 * for that long, and no other one until the store has answered a question that
 * is asked from the loop. Meanwhile nothing can be stored, and what is to be
 * dropped is remembered. */
#ifndef KEEP_H
#define KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"
#include "loop.h"
#include "wire.h"

#define KEEP_PATIENCE_MS 500

enum keep_kind { KEEP_TAPE, KEEP_MASTER, KEEP_PIDFD };

#define KEEP_NAME_MAX (WIRE_TERMINAL_MAX + 24u)

struct keep_item {
	enum keep_kind kind;
	uint32_t run; /* 0 for a tape */
	char terminal[WIRE_TERMINAL_MAX + 1];
	int fd;
};

struct keep;

/* A store. Its calls return 0, or -errno; -ETIMEDOUT and -EAGAIN: it does not
 * answer. None waits for longer than KEEP_PATIENCE_MS. */
struct keep_backend {
	int (*put)(struct keep *, char const *name, int fd);
	int (*sync)(struct keep *); /* returns when all that was put is held */
	int (*drop)(struct keep *, char const *name);
	/* What it holds under the name: a descriptor, the caller's. NULL: it gives
	 * everything at the start and nothing later. */
	int (*fetch)(struct keep *, char const *name);
	/* Asks whether it answers. Returns a descriptor, the caller's, that becomes
	 * readable or hangs up when it does; -errno: it cannot be reached. */
	int (*ask)(struct keep *);
	/* It answers again: may this head use it, and does it hold what it held? NULL:
	 * yes. -ESTALE: it may, and what was held is lost; -EBUSY: another head has the
	 * names. */
	int (*again)(struct keep *);
	void (*close)(struct keep *);
};

struct keep {
	char const *where; /* for messages; NULL: nowhere */
	unsigned held;
	unsigned most; /* entries that fit */
	bool away;     /* it does not answer */
	bool bereft;   /* what it held is lost: all is to be put again */
	bool others;   /* another head has the names: it was said */
	struct log *log;
	struct loop *loop;
	/* The store is back and holds nothing: put everything again. */
	void (*anew)(void *arg);
	void *anew_arg;
	struct list drops; /* names to be dropped when it answers again */
	struct source question;
	struct timeout again;
	struct timeout_queue delay;
	unsigned ticks, wait; /* until it is asked again; the wait doubles */
	struct keep_backend const *backend;
	void *own;
};

/* No store. */
void keep_init(struct keep *k, struct loop *l, struct log *log);
/* The fd store of the unit that runs this process, with room for `most`. */
void keep_systemd(struct keep *k, unsigned most);
/* The s6-fdholderd at `path`, under names that begin with `prefix` and a '/'. One
 * head at a time: -EBUSY when another one holds these names. *ret_items: what it
 * holds for us (malloc'd; the descriptors are the caller's; -1: it could not be
 * fetched). -errno. */
int keep_fdholder(struct keep *k, char const *path, char const *prefix,
                  struct keep_item **ret_items, size_t *ret_n);

/* All of these or none. -ENOSPC: it is full; -EAGAIN: it does not answer now. */
int keep_store(struct keep *k, struct keep_item const *items, size_t n);
void keep_drop(struct keep *k, enum keep_kind kind, uint32_t run, char const *terminal);
/* The descriptor of an item that could not be fetched before, or -errno. */
int keep_fetch(struct keep *k, struct keep_item const *item);
void keep_deinit(struct keep *k);

/* For a backend: what the store held is lost, and it may come back. */
void keep_lost(struct keep *k, int error);

void keep_name(char buf[KEEP_NAME_MAX], enum keep_kind kind, uint32_t run, char const *terminal);
/* False when `name` is not one of ours. */
bool keep_parse(char const *name, struct keep_item *ret);

#endif
