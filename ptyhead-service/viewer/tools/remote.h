/* SPDX-License-Identifier: ISC */
/* Terminals of other machines: runs the same tool there by ssh(1), with ssh's own
 * configuration, keys and connections. `ssh://[USER@]HOST[:PORT]/ADDRESS`, or an
 * address after `--host [USER@]HOST`. Only for main files, like tool.h. */
#ifndef VIEWER_REMOTE_H
#define VIEWER_REMOTE_H

#include <stdbool.h>
#include <stddef.h>

#define REMOTE_FAILED 255 /* as in ssh: the connection failed; no tool exits with it */
#define REMOTE_ARGS 8
#define REMOTE_PREFIX 544 /* bytes that remote_prefix needs */

/* The target of an address. */
struct remote {
	char host[512];      /* [USER@]HOST, for ssh */
	char port[8];        /* "": ssh's default */
	char const *address; /* address on that machine; "": none given */
};

/* Keep the command line's words, as getopt leaves them. */
void remote_words(int argc, char **argv);
/* getopt has just read `--host HOST`. */
void remote_host(char const *host, int optind);
/* Does `address`, or --host, name another machine? Exits on an error. `address` NULL:
 * none was given. */
bool remote_is(char const *address, struct remote *ret);
/* What makes an address there one here: "ssh://[USER@]HOST[:PORT]/". */
void remote_prefix(struct remote const *r, char *buf, size_t len);
/* The arguments of ssh that run `command` there; `args` has room for REMOTE_ARGS. */
void remote_ssh(struct remote const *r, bool tty, char *command, char **args);
/* Appends `text` to `buf` as one word of a shell. False: it does not fit. */
bool remote_quote(char *buf, size_t len, char const *text);
/* Runs this tool there, with these words and the address at `optind`, and exits with
 * its status. */
__attribute__((noreturn))
void remote_run(struct remote const *r, int optind);

#endif
