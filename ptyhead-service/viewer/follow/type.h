/* Typing on a terminal, and knowing that its line took it. */
#ifndef VIEWER_TYPE_H
#define VIEWER_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "follow.h"

enum type_result {
	TYPE_OK = 0,
	TYPE_LINE,    /* a line is longer than a canonical line holds */
	TYPE_PROGRAM, /* there is no program, or none any more */
	TYPE_CLOSED,  /* nobody has the terminal open */
	TYPE_TIMEOUT, /* the line takes no more */
	TYPE_FAILED,  /* the head could not */
	TYPE_GONE,    /* the head went away: what was under way may or may not be typed */
};

struct typist {
	struct follow *f; /* open, and no watcher; its other descriptor is none while there is typing */
	int64_t patience; /* ms for each piece; -1: without a limit */
	void (*typed)(void *arg, uint8_t const *data, size_t len); /* is about to be */
	void (*untyped)(void *arg); /* the last of these was refused */
	/* The first piece was answered. `flags`: of TAKEN, who shows what is typed. */
	void (*begins)(void *arg, uint64_t offset, unsigned flags);
	/* The tape has more, or may have: all of it is to be read, or the program may wait. */
	void (*output)(void *arg);
	void *arg;
	/* for the caller to read */
	uint64_t taken;  /* bytes that the line took */
	uint64_t offset; /* of the tape: what the program wrote before we typed lies before */
	bool began;
	uint32_t serial;
};

/* Types it in pieces that end where lines end, as far as that can be, so that
 * what is refused is refused whole. Also nothing at all, to learn the offset. */
enum type_result type_bytes(struct typist *t, uint8_t const *data, size_t len);

#endif
