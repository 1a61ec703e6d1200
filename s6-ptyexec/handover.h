/* SPDX-License-Identifier: ISC */
/* Hands the master over before the program starts: to a head, or to an s6-fdholderd. */
#ifndef HANDOVER_H
#define HANDOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "client.h"

struct handover {
	char const *address;  /* as given, for messages */
	char const *terminal; /* NULL: the terminal of the address */
	char const *id;       /* name in an s6-fdholderd; NULL: hand over to a head */
	int timeout_ms;       /* -1: for ever */
	bool unattended;
	struct ptyhead_size size;
	bool sized;
	char const *const *argv; /* of the program */
};

struct handover_result {
	struct ptyhead_size size; /* the size that the head wants; 0x0: it states none */
	uint64_t run;          /* number of the run; 0: unknown */
	char terminal[PTYHEAD_TERMINAL_MAX + 1];
	char path[PATH_MAX]; /* of the head's socket */
};

/* Are the address and the terminal valid? 0, or -1 with a line for people in `why`. */
int handover_check(struct handover const *h, char *why, size_t len);

/* 0, or -1 and `why`. The caller keeps its descriptors; pidfd may be -1. */
int handover_head(struct handover const *h, int master, int slave, int pidfd,
                  struct handover_result *ret, char *why, size_t len);

/* Stores the master until it is deleted. *ret is for handover_unstore. Its descriptor
 * is O_CLOEXEC, so exec closes it. */
struct handover_store;
int handover_store(struct handover const *h, int master, struct handover_store **ret,
                   char *why, size_t len);
/* Deletes it again, if the program could not be started, and frees. */
void handover_unstore(struct handover const *h, struct handover_store *s);

#endif
