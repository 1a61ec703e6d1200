/* SPDX-License-Identifier: ISC */
/* A moment in the notation of people. Pure, except for the time zone. */
#ifndef VIEWER_WHEN_H
#define VIEWER_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "2026-11-25T14:30:00.000+01:00", in the local time zone. Returns its length; 0: it
 * cannot be formatted. */
#define WHEN_MAX 40u
size_t when_print(uint64_t wall, char buf[WHEN_MAX]);

/* "10s", "5m", "2 h", "3d", "10 min ago": before `now`. "HH:MM[:SS]": the last such
 * time of day. "YYYY-MM-DD[THH:MM[:SS]]": also with a blank for the T; with Z: UTC. All
 * in ns of CLOCK_REALTIME. False: none of these. */
bool when_parse(char const *text, uint64_t now, uint64_t *ret);

#endif
