/* SPDX-License-Identifier: ISC */
/* Terminals of another machine: the same tool runs there, by ssh(1), with ssh's own
 * configuration, keys and connections. `ssh://[USER@]HOST[:PORT]/ADDRESS`, or an address
 * after `--host [USER@]HOST`. For main files alone, as tool.h. */
#ifndef VIEWER_REMOTE_H
#define VIEWER_REMOTE_H

#include <stdbool.h>
#include <stddef.h>

#define REMOTE_FAILED 255 /* as ssh has it: the connection failed; no tool ends so */
#define REMOTE_ARGS 8

/* Where an address leads. */
struct remote {
	char host[512];      /* [USER@]HOST, as ssh takes it */
	char port[8];        /* "": ssh's own choice */
	char const *address; /* there; "": none is named */
};

/* The words of the command line, as getopt leaves them. */
void remote_words(int argc, char **argv);
/* `--host HOST` was among them, the last word that getopt has read. */
void remote_host(char const *host, int optind);
/* Does `address` lead to another machine, by itself or by --host? What is wrong is the
 * end. `address` NULL: none was given. */
bool remote_is(char const *address, struct remote *ret);
/* ssh's words for `command` there; `args` has room for REMOTE_ARGS. */
void remote_ssh(struct remote const *r, bool tty, char *command, char **args);
/* `text` as one word of a shell, behind what is in `buf`; false: it does not fit. */
bool remote_quote(char *buf, size_t len, char const *text);
/* Runs this tool there, with these words and the address at `optind`, and ends as it ends. */
__attribute__((noreturn))
void remote_run(struct remote const *r, int optind);

#endif
