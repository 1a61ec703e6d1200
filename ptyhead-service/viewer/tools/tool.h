/* SPDX-License-Identifier: ISC */
/* Messages and exits of the viewers' main files. Only for those. */
#ifndef VIEWER_TOOL_H
#define VIEWER_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "await.h"
#include "exits.h"
#include "headlink.h"

/* Each main file defines these. */
extern char const tool_name[];

/* Each writes one line. Names are made printable as base/printable.h does. `die` exits
 * with `code`. */
__attribute__((noreturn, format(printf, 2, 3)))
void die(int code, char const *format, ...);
__attribute__((format(printf, 1, 2)))
void say_format(char const *format, ...);
void say(char const *text); /* a warning */
/* Exits with a usage error: what is wrong, and where to find help. */
__attribute__((noreturn, format(printf, 1, 2)))
void die_usage(char const *format, ...);
/* The same after the message was written. */
__attribute__((noreturn))
void usage_error(void);
/* The same if getopt left another number of words than one address. */
__attribute__((noreturn))
void die_usage_address(int argc);

/* getopt_long(3). Exits at an unknown option or a missing argument. */
struct option;
int option_next(int argc, char **argv, char const *shorts, struct option const *longs);

/* Terminals use UTF-8, whatever the locale is. So regular expressions must, too. */
void characters_set(void);
/* Parses the address `name`, the word at getopt's optind. Exits if it is invalid. An
 * address on another machine (remote.h) runs the tool there. */
void address_get(char const *name, struct ptyhead_address *ret);
/* Parses the argument of `option`, a number from 0 to `most`. Exits if it is invalid. */
uint64_t number_get(char const *option, char const *text, uint64_t most);
/* A run as in --run: counted from 1; 0 or less: counted back from the newest. */
int64_t run_get(char const *text);
/* The number of that run, given the state. Exits if it would be before the first run. */
struct tape_state;
int64_t run_number(int64_t run, struct tape_state const *newest);

/* A position on a tape, as in --at and --since: an offset or a time. */
struct moment {
	bool by_time;
	uint64_t at; /* or CLOCK_REALTIME, ns */
};
/* Exits if it is neither; `others` names further words that the option accepts. */
struct moment moment_get(char const *option, char const *others, char const *text);
/* Its offset on that tape. Exits if it is not held; 0 is the oldest offset held. */
struct tape_reader;
uint64_t moment_offset(struct moment const *m, struct tape_reader const *tape);
/* A time in milliseconds, given as a number (also with a fraction) of a unit that is
 * called `unit` and lasts `unit_ms`. */
int64_t time_get(char const *option, char const *unit, char const *text, unsigned unit_ms);
/* Adds a pattern. Exits if it is invalid. */
struct patterns;
void pattern_get(struct patterns *p, char const *option, bool fixed, char const *text);
/* Fetches the terminal's tape from the store that an option names, unless that is done.
 * After `error` in reaching a head: from the store that the environment names. Returns
 * if there is no such store. */
struct store;
void store_get(struct store const *s, char const *terminal);
void store_get_instead(struct store const *s, char const *terminal, int error);
/* How long a head may take to answer, if the tool has `timeout` ms in total (-1: no
 * limit); for headlink.h. */
int answer_time(int64_t timeout);
/* Exits and says why there is no terminal, and what to do: by the head's reply, or by
 * an errno, with or without a head that was reached. `answer_ms`: the limit for its
 * answer. */
__attribute__((noreturn))
void die_of_head(struct ptyhead_address const *a, struct ptyhead_reply const *reply, bool reached, int answer_ms, int error);
/* The same for a link: the result of headlink_open, or 0 if it was refused later. */
__attribute__((noreturn))
void die_of_link(struct headlink const *l, int r);

/* Prints the match as a line. */
void found_print(struct await const *a);

#endif
