/* Giving the master away before the program starts: to a head, or to an
 * s6-fdholderd. */
#ifndef HANDOVER_H
#define HANDOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "client.h"

struct handover {
	char const *address;  /* as given, for messages */
	char const *terminal; /* NULL: the address's */
	char const *id;       /* in an s6-fdholderd; NULL: to a head */
	int timeout_ms;       /* -1: for ever */
	bool unattended;
	struct wire_size size;
	bool sized;
	char const *const *argv; /* of the program */
};

struct handover_result {
	struct wire_size size; /* what the head wants; 0x0: it said nothing */
	uint64_t run;          /* its number there; 0: unknown */
	char terminal[WIRE_TERMINAL_MAX + 1];
	char path[PATH_MAX]; /* of the head's socket */
};

/* Whether the address and the terminal can be such: 0, or -1 and why not in
 * `why`, a line for people. */
int handover_check(struct handover const *h, char *why, size_t len);

/* 0, or -1 and `why`. The caller keeps its descriptors; pidfd may be -1. */
int handover_head(struct handover const *h, int master, int slave, int pidfd,
                  struct handover_result *ret, char *why, size_t len);

/* Stores the master until it is deleted. *ret is for handover_unstore; its
 * descriptor is O_CLOEXEC, so that exec ends it too. */
struct handover_store;
int handover_store(struct handover const *h, int master, struct handover_store **ret,
                   char *why, size_t len);
/* Takes it back, when the program could not be started after all, and frees. */
void handover_unstore(struct handover const *h, struct handover_store *s);

#endif
