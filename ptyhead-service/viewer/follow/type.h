/* SPDX-License-Identifier: ISC */
/* Types on a terminal and learns whether its line took the input. */
#ifndef VIEWER_TYPE_H
#define VIEWER_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "follow.h"

enum type_result {
	TYPE_OK = 0,
	TYPE_LINE,    /* a line is longer than a canonical line holds */
	TYPE_PROGRAM, /* no program is on the terminal, or it ended */
	TYPE_CLOSED,  /* no process has the terminal open */
	TYPE_TIMEOUT, /* the line takes no more */
	TYPE_FAILED,  /* the head failed */
	TYPE_GONE,    /* the head went away: the last piece may or may not be typed */
};

struct typist {
	struct follow *f; /* open, not a watcher; its other descriptor must be -1 while typing */
	int64_t patience; /* ms for each piece; -1: no limit */
	void (*typed)(void *arg, uint8_t const *data, size_t len); /* is about to be typed */
	void (*untyped)(void *arg); /* that piece was refused */
	void (*begins)(void *arg, struct ptyhead_taken const *first); /* the first piece was answered */
	/* The tape has more, or may have. Read all of it: the program may wait for us. */
	void (*output)(void *arg);
	void *arg;
	/* for the caller to read */
	uint64_t taken;  /* bytes that the line took */
	uint64_t offset; /* on the tape: output before it was written before the input */
	bool began;
	uint32_t serial;
};

/* Types the input in pieces that end at line ends if possible, so that a refused piece
 * is refused as a whole. An empty input is allowed, to learn the offset. */
enum type_result type_bytes(struct typist *t, uint8_t const *data, size_t len);

#endif
