/* Where a head's masters, pidfds and tapes are held besides in itself, so that
 * its death is nobody's loss: systemd's fd store, an s6-fdholderd, or nowhere.
 *
 * What is held has a name of three parts, `KIND.RUN.TERMINAL`: "tape.0.main",
 * "master.3.main", "pidfd.3.main". keep_store returns when it is held for sure;
 * only then is a hand-over acknowledged. */
#ifndef KEEP_H
#define KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"
#include "wire.h"

enum keep_kind { KEEP_TAPE, KEEP_MASTER, KEEP_PIDFD };

#define KEEP_NAME_MAX (WIRE_TERMINAL_MAX + 24u)

struct keep_item {
	enum keep_kind kind;
	uint32_t run; /* 0 for a tape */
	char terminal[WIRE_TERMINAL_MAX + 1];
	int fd;
};

struct keep {
	char const *where; /* for messages; NULL: nowhere */
	unsigned held;
	unsigned most; /* entries that fit */
	bool lost; /* a store came back empty: the head puts everything anew */
	struct log *log;
	/* Holds one more, under this name. 0 or -errno. */
	int (*put)(struct keep *, char const *name, int fd);
	/* Returns when all that was put is held. 0 or -errno. */
	int (*sync)(struct keep *);
	void (*drop)(struct keep *, char const *name);
	void (*close)(struct keep *);
	void *own;
};

void keep_none(struct keep *k, struct log *log);
/* The fd store of the unit that runs this process, with room for `most`. */
void keep_systemd(struct keep *k, struct log *log, unsigned most);
/* The s6-fdholderd at `path`, under names that begin with `prefix` and a '/'.
 * *ret_items: what it holds for us (malloc'd; the descriptors are the
 * caller's). -errno. */
int keep_fdholder(struct keep *k, struct log *log, char const *path, char const *prefix,
                  struct keep_item **ret_items, size_t *ret_n);

/* All of these or none. -ENOSPC: it is full. */
int keep_store(struct keep *k, struct keep_item const *items, size_t n);
void keep_drop(struct keep *k, enum keep_kind kind, uint32_t run, char const *terminal);
void keep_deinit(struct keep *k);

void keep_name(char buf[KEEP_NAME_MAX], enum keep_kind kind, uint32_t run, char const *terminal);
/* False when `name` is not one of ours. */
bool keep_parse(char const *name, struct keep_item *ret);

#endif
