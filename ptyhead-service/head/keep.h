/* SPDX-License-Identifier: ISC */
/* The store: a second holder of a head's masters, pidfds and tapes, so that they survive
 * the head. It is systemd's fd store, an s6-fdholderd, or none.
 *
 * A stored item has a name of three parts, `KIND.RUN.TERMINAL`: "tape.0.main",
 * "master.3.main", "pidfd.3.main". keep_store returns when the store holds the items for
 * certain. Only then does the head acknowledge an export.
 *
 * A store that does not answer within KEEP_PATIENCE_MS is `away`. One call waits for that
 * long. Then no call is made until the store has answered a question that the loop
 * watches. Meanwhile nothing can be stored, and names to be dropped are noted. */
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

/* A kind of store. The functions return 0 or -errno; -ETIMEDOUT and -EAGAIN mean that
 * it does not answer. None waits longer than KEEP_PATIENCE_MS. */
struct keep_backend {
	int (*put)(struct keep *, char const *name, int fd);
	int (*sync)(struct keep *); /* returns when the store holds everything that was put */
	int (*drop)(struct keep *, char const *name);
	/* Fetches the item of this name: a descriptor, which the caller owns. NULL:
	 * this store returns everything at the start and nothing later. */
	int (*fetch)(struct keep *, char const *name);
	/* Asks whether the store answers. Returns a descriptor, which the caller owns,
	 * that becomes readable or hangs up when the store answers; -errno: the store
	 * cannot be reached. */
	int (*ask)(struct keep *);
	/* The store answers again: may this head use it, and does it still hold the
	 * items? NULL: yes to both. -ESTALE: the head may use it, but the items are
	 * lost. -EBUSY: another head owns the names. */
	int (*again)(struct keep *);
	void (*close)(struct keep *);
};

struct keep {
	char const *where; /* for messages; NULL: no store */
	unsigned held;
	unsigned most; /* how many entries fit */
	bool away;     /* it does not answer */
	bool bereft;   /* the items are lost: put all of them again */
	bool others;   /* another head owns the names, and the log has said so */
	struct log *log;
	struct loop *loop;
	/* The store is back and empty: put everything again. */
	void (*anew)(void *arg);
	void *anew_arg;
	struct list drops; /* names to drop when the store answers again */
	struct source question;
	struct timeout again;
	struct timeout_queue delay;
	unsigned ticks, wait; /* seconds until the next question; the wait doubles */
	struct keep_backend const *backend;
	void *own;
};

/* No store. */
void keep_init(struct keep *k, struct loop *l, struct log *log);
/* The fd store of this process's unit, with room for `most` items. */
void keep_systemd(struct keep *k, unsigned most);
/* The s6-fdholderd at `path`. Names begin with `prefix` and a '/'. Only one head may
 * own these names: -EBUSY when another one does. *ret_items: the items that it holds
 * for us (malloc'd; the caller owns the descriptors; fd -1: the item could not be
 * fetched). 0 or -errno. */
int keep_fdholder(struct keep *k, char const *path, char const *prefix,
                  struct keep_item **ret_items, size_t *ret_n);
/* What to do about its error: to append to a message; maybe empty. */
char const *keep_fdholder_advice(int error);

/* Stores all of the items or none. -ENOSPC: the store is full. -EAGAIN: it does not
 * answer now. -EKEYREJECTED: its rules do not allow these names. */
int keep_store(struct keep *k, struct keep_item const *items, size_t n);
void keep_drop(struct keep *k, enum keep_kind kind, uint32_t run, char const *terminal);
/* Fetches an item that could not be fetched earlier: its descriptor, or -errno. */
int keep_fetch(struct keep *k, struct keep_item const *item);
void keep_deinit(struct keep *k);

/* For a backend: the items in the store are lost. The store may come back. */
void keep_lost(struct keep *k, int error);

void keep_name(char buf[KEEP_NAME_MAX], enum keep_kind kind, uint32_t run, char const *terminal);
/* False when `name` is not one of ours. */
bool keep_parse(char const *name, struct keep_item *ret);

#endif
