/* How the viewers' main files speak on stderr, and end. For those alone. */
#ifndef VIEWER_TOOL_H
#define VIEWER_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "await.h"
#include "exits.h"
#include "headlink.h"

/* The program's, as its main file has it. */
extern char const tool_name[];

/* Each says one line. Names in it may be anybody's: they are shown as
 * base/printable.h has it. `die` ends with `code`. */
__attribute__((noreturn, format(printf, 2, 3)))
void die(int code, char const *format, ...);
__attribute__((format(printf, 1, 2)))
void say_format(char const *format, ...);
void say(char const *text); /* a warning */
/* Wrong usage: what is wrong, where there is help, the end. */
__attribute__((noreturn, format(printf, 1, 2)))
void die_usage(char const *format, ...);
/* The same after the word on what is wrong. */
__attribute__((noreturn))
void usage_error(void);
/* The same where getopt left another number of words than one address. */
__attribute__((noreturn))
void die_usage_address(int argc);

/* getopt_long(3); an option that there is not, or whose argument is missing, is the end. */
struct option;
int option_next(int argc, char **argv, char const *shorts, struct option const *longs);

/* Terminals are in UTF-8, whatever the locale is: so are regular expressions. */
void characters_set(void);
/* The address that `name` says, which is the word at getopt's optind; if it is none, the
 * end. On another machine (remote.h) the tool is run there instead. */
void address_get(char const *name, struct ptyhead_address *ret);
/* The number that is the argument of `option`, from 0 to `most`; if it is none, the end. */
uint64_t number_get(char const *option, char const *text, uint64_t most);
/* A run, as --run has it: counted from 1; 0 or less: from the newest back. */
int64_t run_get(char const *text);
/* Which run that is, of those that the state counts; where it goes back beyond the first
 * one, the end. */
struct tape_state;
int64_t run_number(int64_t run, struct tape_state const *newest);

/* A place on a tape, as --at and --since have it: an offset, or a time. */
struct moment {
	bool by_time;
	uint64_t at; /* or CLOCK_REALTIME, ns */
};
/* If it is neither, the end; `others` are the words that the option takes, too. */
struct moment moment_get(char const *option, char const *others, char const *text);
/* The offset on that tape. One that is not held is the end, but 0 is the oldest there is. */
struct tape_reader;
uint64_t moment_offset(struct moment const *m, struct tape_reader const *tape);
/* The same of a time in milliseconds, given as a number (with a fraction or without) of
 * what is called `unit` and has `unit_ms` of them. */
int64_t time_get(char const *option, char const *unit, char const *text, unsigned unit_ms);
/* One more pattern; if it is none, the end. */
struct patterns;
void pattern_get(struct patterns *p, char const *option, bool fixed, char const *text);
/* Fetches the terminal's tape from the store that an option names, if it does and has not
 * been fetched yet; and, where there is no head for `error`, from the one that the environment
 * names. Returns where there is none. */
struct store;
void store_get(struct store const *s, char const *terminal);
void store_get_instead(struct store const *s, char const *terminal, int error);
/* How long a head may take to answer who has `timeout` ms in all (-1: no limit), as
 * headlink.h has it. */
int answer_time(int64_t timeout);
/* Why there is no terminal to look at, and what to do: what the head replied; or an
 * errno, with or without a head that was reached. `answer_ms` is how long it had. */
__attribute__((noreturn))
void die_of_head(struct ptyhead_address const *a, struct ptyhead_reply const *reply, bool reached, int answer_ms, int error);
/* The same of a link: what headlink_open returned, or 0 when it was refused later. */
__attribute__((noreturn))
void die_of_link(struct headlink const *l, int r);

/* What was waited for, as a line on standard output. */
void found_print(struct await const *a);

#endif
