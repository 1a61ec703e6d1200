/* SPDX-License-Identifier: ISC */
#include "remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "number.h"
#include "relay.h"
#include "signals.h"
#include "tool.h"

#define SCHEME "ssh://"
#define COMMAND_MAX (128u << 10)
#define NOT_FOUND 127 /* as in shells */
#define WAIT_FIRST_MS 1000
#define WAIT_MOST_MS 10000

static struct {
	int argc;
	char **argv;
	char const *host;       /* argument of --host */
	char const *dropped[2]; /* the words of that option */
} words;

void remote_words(int argc, char **argv)
{
	words.argc = argc;
	words.argv = argv;
}

void remote_host(char const *host, int optind_now)
{
	words.host = host;
	words.dropped[0] = words.argv[optind_now - 1];
	words.dropped[1] = words.argv[optind_now - 1] == host ? words.argv[optind_now - 2] : NULL;
}

/* ---- where to ------------------------------------------------------------------------ */

/* HOST[:PORT] from `host` to `end`; an IPv6 address is in brackets. What ends the host;
 * NULL: a bracket stands where none may. */
static char const *host_end(char const **host, char const *end)
{
	char const *close;
	bool const bracket = *host < end && **host == '[';
	if (bracket) {
		++*host;
		close = memchr(*host, ']', (size_t)(end - *host));
		return close && (close + 1 == end || close[1] == ':') ? close : NULL;
	}
	if (memchr(*host, '[', (size_t)(end - *host)) || memchr(*host, ']', (size_t)(end - *host))) return NULL;
	close = memchr(*host, ':', (size_t)(end - *host));
	return close ? close : end;
}

/* Checks [USER@]HOST[:PORT] of `len` bytes. NULL, or what is wrong. An IPv6 address is
 * in brackets. */
static char const *authority(char const *text, size_t len, struct remote *ret)
{
	char const *const end = text + len;
	char const *const at = memrchr(text, '@', len);
	char const *host = at ? at + 1 : text;
	char const *const stop = host_end(&host, end);
	size_t const user = at ? (size_t)(at - text) + 1 : 0;
	uint64_t number;

	if (!stop) return "brackets stand around an IPv6 address, and before a port: [::1]:22";
	size_t const n = (size_t)(stop - host);
	char const *port = stop < end && *stop == ']' ? stop + 1 : stop;
	if (n == 0) return "no host is named";
	if (text[0] == '-' || host[0] == '-') return "a user or host does not begin with -";
	if (user + n >= sizeof ret->host) return "the host is too long";
	memcpy(ret->host, text, user);
	memcpy(ret->host + user, host, n);
	ret->host[user + n] = 0;
	if (port < end) port++; /* after the colon */
	if ((size_t)(end - port) >= sizeof ret->port) return "the port is no number";
	memcpy(ret->port, port, (size_t)(end - port));
	ret->port[end - port] = 0;
	if (*ret->port && (!number_parse(ret->port, 65535, &number) || number == 0)) return "the port is no number from 1 to 65535";
	return NULL;
}

void remote_prefix(struct remote const *r, char *buf, size_t len)
{
	char const *const at = strrchr(r->host, '@');
	char const *const host = at ? at + 1 : r->host;
	bool const bracket = strchr(host, ':');
	snprintf(buf, len, SCHEME "%.*s%s%s%s%s%s/", (int)(host - r->host), r->host, bracket ? "[" : "", host, bracket ? "]" : "",
	         *r->port ? ":" : "", r->port);
}

bool remote_is(char const *address, struct remote *ret)
{
	char const *wrong = NULL;
	*ret = (struct remote){ .address = address ? address : "" };
	if (address && !strncmp(address, SCHEME, strlen(SCHEME))) {
		char const *const from = address + strlen(SCHEME);
		char const *const slash = strchr(from, '/');
		if (words.host) die_usage("%s names a host already: leave --host out", address);
		wrong = authority(from, slash ? (size_t)(slash - from) : strlen(from), ret);
		ret->address = slash ? slash + 1 : "";
	} else if (words.host) {
		if (!*words.host || *words.host == '-') wrong = "--host takes a host, as ssh has it";
		else if (strlen(words.host) >= sizeof ret->host) wrong = "the host is too long";
		else memcpy(ret->host, words.host, strlen(words.host) + 1);
	} else {
		return false;
	}
	if (wrong) die(EXIT_USAGE, "%s is not an address: %s", address ? address : words.host, wrong);
	return true;
}

void remote_ssh(struct remote const *r, bool tty, char *command, char **args)
{
	*args++ = "ssh";
	*args++ = tty ? "-t" : "-T";
	if (*r->port) {
		*args++ = "-p";
		*args++ = (char *)(size_t)r->port;
	}
	*args++ = "--";
	*args++ = (char *)(size_t)r->host;
	*args++ = command;
	*args = NULL;
}

/* ---- what to run there ----------------------------------------------------------------- */

static bool append(char *buf, size_t len, char const *text, size_t n)
{
	size_t const used = strlen(buf);
	if (n >= len - used) return false;
	memcpy(buf + used, text, n);
	buf[used + n] = 0;
	return true;
}

bool remote_quote(char *buf, size_t len, char const *text)
{
	bool fits = append(buf, len, " '", 2);
	for (; *text && fits; text++) fits = *text == '\'' ? append(buf, len, "'\\''", 4) : append(buf, len, text, 1);
	return fits && append(buf, len, "'", 1);
}

static bool is_dropped(char const *word) { return word == words.dropped[0] || word == words.dropped[1]; }

static void command_make(char *buf, size_t len, struct remote const *r, int address)
{
	char const *const key = getenv("PTYHEAD_ESCAPE");
	char variable[128];
	buf[0] = 0;
	bool fits = append(buf, len, "exec", 4);
	if (key && *key) {
		fits = snprintf(variable, sizeof variable, "PTYHEAD_ESCAPE=%s", key) < (int)sizeof variable;
		fits = fits && append(buf, len, " env", 4) && remote_quote(buf, len, variable);
	}
	fits = fits && append(buf, len, " ", 1) && append(buf, len, tool_name, strlen(tool_name));
	for (int i = 1; i < words.argc && fits; i++)
		if (i == address) fits = remote_quote(buf, len, r->address);
		else if (!is_dropped(words.argv[i])) fits = remote_quote(buf, len, words.argv[i]);
	if (!fits) die(EXIT_USAGE, "the arguments are too long for a command on %s", r->host);
}

/* ---- running it --------------------------------------------------------------------------- */

__attribute__((noreturn))
static void end_as(struct remote const *r, struct relay_result const *result)
{
	int const status = result->status;
	if (result->signal) {
		signals_die(result->signal);
		exit(128 + result->signal);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		die(NOT_FOUND, "%s is not installed on %s, or is not in the PATH of `ssh %s`", tool_name, r->host, r->host);
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : REMOTE_FAILED);
}

/* A viewer on a terminal reconnects when the connection is lost. */
__attribute__((noreturn))
static void attach_there(struct remote const *r, char *const *args)
{
	struct relay_result result;
	bool entered = false;
	int wait = WAIT_FIRST_MS, number;

	for (;;) {
		int const e = relay_run(args, &result);
		if (e < 0) die(e == -ENOENT ? NOT_FOUND : EXIT_TEMPORARY, "unable to run %s: %s", result.what, strerror(-e));
		bool const lost = !WIFEXITED(result.status) || WEXITSTATUS(result.status) == REMOTE_FAILED;
		if (result.entered) wait = WAIT_FIRST_MS;
		entered |= result.entered;
		if (result.signal || !lost || !entered) end_as(r, &result);
		say_format("the connection to %s is lost; it is tried again in %d s (q or ^C leaves)", r->host, wait / 1000);
		if (!relay_pause(wait, &number)) {
			result = (struct relay_result){ .signal = number, .status = REMOTE_FAILED << 8 };
			end_as(r, &result);
		}
		wait = wait * 2 > WAIT_MOST_MS ? WAIT_MOST_MS : wait * 2;
	}
}

void remote_run(struct remote const *r, int address)
{
	static char command[COMMAND_MAX];
	char *args[REMOTE_ARGS];
	bool const attach = !strcmp(tool_name, "ptyhead-attach");
	bool const tty = attach && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

	if (!*r->address) die_usage("no terminal is named: " SCHEME "HOST/NAME");
	command_make(command, sizeof command, r, address);
	remote_ssh(r, tty, command, args);
	if (tty) attach_there(r, args);
	execvp(args[0], args);
	die(NOT_FOUND, "unable to run ssh: %s (is its package, openssh-client, installed?)", strerror(errno));
}
