/* SPDX-License-Identifier: ISC */
/* ptyhead-list: lists the terminals of all heads, or of one. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "columns.h"
#include "fleet.h"
#include "json.h"
#include "printable.h"
#include "client.h"
#include "remote.h"
#include "survey.h"
#include "tool.h"

#define ANSWER_MS 5000   /* for a head that was named */
#define ONE_OF_ALL_MS 1000
#define MACHINE_MS 15000 /* for another machine, including the connection */
#define ADDRESS_MAX (PATH_MAX + PTYHEAD_TERMINAL_MAX + 2)
#define ADDRESS_WIDTH 20

static char const usage_text[] =
	"usage: ptyhead-list [--json | --names] [--host HOST] [ADDRESS...]\n"
	"\n"
	"Lists the terminals of the heads in $XDG_RUNTIME_DIR/ptyhead and /run/ptyhead, or of\n"
	"the head at each ADDRESS (NAME or PATH; with :TERMINAL only that terminal).\n"
	"ssh://HOST/ means all heads of another machine, ssh://HOST/NAME one of them.\n"
	"\n"
	"      --json       print a JSON array of objects\n"
	"      --names      print only the addresses, one on a line\n"
	"      --host HOST  run this on HOST, by ssh(1)\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead-list(1).\n";

enum form { TABLE, JSON, NAMES };

struct lister {
	struct survey survey;
	enum form form;
	unsigned rows;
	int code;
};

/* ---- one terminal ------------------------------------------------------------ */

static void address_of(char const *base, struct ptyhead_entry const *e, char *buf, size_t len)
{
	snprintf(buf, len, strcmp(e->terminal, PTYHEAD_TERMINAL) == 0 ? "%s" : "%s:%s", base, e->terminal);
}

/* Prints a value with at least `width` columns. A socket's name can contain anything,
 * so it is made printable. */
static void add_shown(struct screen_buf *out, char const *text, unsigned width)
{
	char line[PRINTABLE_ESCAPE * ADDRESS_MAX];
	size_t const n = printable_put(line, sizeof line, text, strlen(text));
	unsigned columns = 0;

	screen_buf_add(out, line, n);
	for (size_t i = 0; i < n; i++) columns += ((unsigned char)line[i] & 0xC0) != 0x80;
	for (; columns < width; columns++) screen_buf_str(out, " ");
}

static void add_duration(struct screen_buf *out, uint64_t since)
{
	int64_t const s = (int64_t)(clock_wall_ns() / 1000000000u) - (int64_t)(since / 1000000000u);
	if (since == 0) screen_buf_fmt(out, " %7s", "-");
	else if (s < 0) screen_buf_fmt(out, " %7s", "0s");
	else if (s < 100) screen_buf_fmt(out, " %6llds", (long long)s);
	else if (s < 6000) screen_buf_fmt(out, " %6lldm", (long long)s / 60);
	else if (s < 360000) screen_buf_fmt(out, " %6lldh", (long long)s / 3600);
	else screen_buf_fmt(out, " %6lldd", (long long)s / 86400);
}

/* The end of the last run, in a word. */
static void end_word(struct ptyhead_entry const *e, char *buf, size_t len)
{
	int const status = e->run.status;
	if (e->ended == 0) snprintf(buf, len, "-");
	else if (!e->run.status_known) snprintf(buf, len, "unknown");
	else if (WIFSIGNALED(status)) snprintf(buf, len, "signal %d", WTERMSIG(status));
	else snprintf(buf, len, "exit %d", WEXITSTATUS(status));
}

/* Prints arguments unchanged if they are plain, else as in JSON. */
static void add_command(struct screen_buf *out, char const *command, size_t len)
{
	struct screen_buf quoted = SCREEN_BUF_INIT;
	if (len == 0) screen_buf_str(out, " -");
	for (size_t i = 0; i < len;) {
		size_t const n = strnlen(command + i, len - i);
		screen_buf_clear(&quoted);
		json_string(command + i, n, &quoted);
		bool const plain = n > 0 && quoted.len == n + 2 && !memchr(command + i, ' ', n);
		screen_buf_str(out, " ");
		if (plain) screen_buf_add(out, command + i, n);
		else screen_buf_add(out, quoted.data, quoted.len);
		i += n + 1;
	}
	screen_buf_deinit(&quoted);
}

static char const *state_word(struct ptyhead_entry const *e)
{
	if (e->run.alive) return "up";
	if (e->open) return "left";
	return e->run.number ? "ended" : "new";
}

static void add_title(struct screen_buf *out)
{
	screen_buf_fmt(out, "%-*s %-5s %7s %8s %9s %7s %7s %11s %-9s %7s %s\n", ADDRESS_WIDTH, "ADDRESS", "STATE", "UP", "PID",
	               "SIZE", "VIEWERS", "RUN", "BYTES", "LAST END", "AGO", "COMMAND");
}

static void add_row(struct screen_buf *out, struct ptyhead_entry const *e, char const *address)
{
	char word[32], size[16], looks[32];

	end_word(e, word, sizeof word);
	snprintf(size, sizeof size, "%ux%u", e->size.cols, e->size.rows);
	snprintf(looks, sizeof looks, "%u+%u", e->viewers, e->watchers);
	add_shown(out, address, ADDRESS_WIDTH);
	screen_buf_fmt(out, " %-5s", state_word(e));
	add_duration(out, e->run.since);
	if (e->run.alive && e->run.pid > 0) screen_buf_fmt(out, " %8d", e->run.pid);
	else screen_buf_fmt(out, " %8s", "-");
	screen_buf_fmt(out, " %9s %7s %7llu %11llu %-9s", size, looks, (unsigned long long)e->run.number, (unsigned long long)e->bytes, word);
	add_duration(out, e->ended);
	add_command(out, e->command, e->command_len);
	screen_buf_str(out, "\n");
}

static void add_member(struct screen_buf *out, char const *name, char const *value)
{
	screen_buf_fmt(out, ", \"%s\": ", name);
	json_string(value, strlen(value), out);
}

static void add_time(struct screen_buf *out, char const *name, uint64_t ns)
{
	if (ns == 0) screen_buf_fmt(out, ", \"%s\": null", name);
	else screen_buf_fmt(out, ", \"%s\": %llu.%06llu", name, (unsigned long long)(ns / 1000000000u), (unsigned long long)(ns / 1000u % 1000000u));
}

static void add_object(struct screen_buf *o, struct ptyhead_entry const *e, char const *address, char const *path)
{
	int const status = e->run.status;
	bool const known = e->ended && e->run.status_known;

	screen_buf_str(o, " {\"address\": ");
	json_string(address, strlen(address), o);
	add_member(o, "socket", path);
	screen_buf_str(o, ", \"terminal\": ");
	json_string(e->terminal, strlen(e->terminal), o);
	add_member(o, "state", state_word(e));
	if (e->run.alive && e->run.pid) screen_buf_fmt(o, ", \"pid\": %d", e->run.pid);
	else screen_buf_str(o, ", \"pid\": null");
	add_time(o, "since", e->run.since);
	screen_buf_fmt(o, ", \"run\": %llu, \"columns\": %u, \"rows\": %u, \"viewers\": %u, \"watchers\": %u, \"bytes\": %llu",
	               (unsigned long long)e->run.number, e->size.cols, e->size.rows, e->viewers, e->watchers, (unsigned long long)e->bytes);
	add_time(o, "last_end", e->ended);
	if (known && WIFSIGNALED(status)) screen_buf_fmt(o, ", \"exit_code\": null, \"signal\": %d", WTERMSIG(status));
	else if (known) screen_buf_fmt(o, ", \"exit_code\": %d, \"signal\": null", WEXITSTATUS(status));
	else screen_buf_str(o, ", \"exit_code\": null, \"signal\": null");
	screen_buf_str(o, ", \"command\": [");
	for (size_t i = 0; i < e->command_len;) {
		size_t const n = strnlen(e->command + i, e->command_len - i);
		if (i > 0) screen_buf_str(o, ", ");
		json_string(e->command + i, n, o);
		i += n + 1;
	}
	screen_buf_str(o, "]}");
}

/* Only addresses that the tools accept: one on each line. */
static void add_name(struct screen_buf *out, char const *address, char const *path)
{
	if (printable_span(address, strlen(address)) != strlen(address) || !ptyhead_address_leads_to(address, path)) return;
	screen_buf_str(out, address);
	screen_buf_str(out, "\n");
}

static struct lister lister;

static void each(struct survey_head *h, struct ptyhead_entry const *e)
{
	char address[ADDRESS_MAX];

	address_of(h->address, e, address, sizeof address);
	switch (lister.form) {
	case TABLE: add_row(&h->out, e, address); break;
	case JSON:
		if (h->rows) screen_buf_str(&h->out, ",\n");
		add_object(&h->out, e, address, h->path);
		break;
	case NAMES: add_name(&h->out, address, h->path); break;
	}
	h->rows++;
}

static void ask(struct lister *l, int ms)
{
	l->survey.each = each;
	if (!survey_run(&l->survey, ms)) die(EXIT_TEMPORARY, "out of memory");
	for (size_t i = 0; i < l->survey.len; i++) {
		struct survey_head *const h = &l->survey.heads[i];
		/* Do not print an incomplete answer. */
		if (h->result < 0) h->rows = 0;
		l->rows += h->rows;
		if (h->out.failed) die(EXIT_TEMPORARY, "out of memory");
	}
}

/* ---- one head ------------------------------------------------------------------ */

static void one_head(struct lister *l, char const *address)
{
	struct ptyhead_address a;
	char hint[PATH_MAX];

	address_get(address, &a);
	char const *const base = strrchr(address, '/') ? strrchr(address, '/') : address;
	char const *const colon = strchr(base, ':');
	char shown[ADDRESS_MAX];
	snprintf(shown, sizeof shown, "%.*s", colon ? (int)(colon - address) : (int)strlen(address), address);
	l->survey.terminal = colon ? a.terminal : NULL;
	l->survey.look = true;
	if (!survey_add(&l->survey, a.path, shown)) die(EXIT_TEMPORARY, "out of memory");
	ask(l, ANSWER_MS);
	int const r = l->survey.heads[0].result;
	struct ptyhead_reply const reply = l->survey.heads[0].reply;
	if (r == -ETIMEDOUT) die(EXIT_TIMEOUT, "the head at %s did not answer in %d s: is it stopped, or does it fail to start?", a.path, ANSWER_MS / 1000);
	if (reply.code) die(EXIT_REFUSED, "the head at %s refused: %s", a.path, reply.text);
	if (r < 0) {
		ptyhead_address_hint(&a, r, hint, sizeof hint);
		die(EXIT_TEMPORARY, "unable to ask the head at %s: %s%s%s", a.path, strerror(-r), *hint ? "; " : "", hint);
	}
	if (colon && l->rows == 0) {
		ptyhead_terminals_hint(a.path, hint, sizeof hint);
		die(EXIT_REFUSED, "the head at %s has no terminal %s (%s%shas its program been started?)", a.path, a.terminal, hint, *hint ? "; " : "");
	}
}

/* ---- all heads ------------------------------------------------------------------- */

static void add_head(void *arg, char const *path, char const *address)
{
	struct lister *const l = arg;
	if (!survey_add(&l->survey, path, address)) die(EXIT_TEMPORARY, "out of memory");
}

static void add_heads_of(struct lister *l, char const *dir)
{
	int const r = ptyhead_heads(dir, add_head, l);
	if (r < 0) die(EXIT_TEMPORARY, "unable to look into %s: %s", dir, strerror(-r));
}

static void all_heads(struct lister *l)
{
	char own[PATH_MAX];

	if (ptyhead_user_dir(own, sizeof own)) add_heads_of(l, own);
	add_heads_of(l, PTYHEAD_SYSTEM_DIR);
	ask(l, ONE_OF_ALL_MS);
	for (size_t i = 0; i < l->survey.len; i++) {
		struct survey_head const *const h = &l->survey.heads[i];
		if (h->result == 0 || h->result == -EACCES || h->result == -EPERM) continue; /* not for this user */
		if (l->form != NAMES)
			say_format("unable to ask the head at %s: %s", h->path, h->reply.code ? h->reply.text : strerror(-h->result));
		if (h->result == -ETIMEDOUT) l->code = EXIT_TIMEOUT;
	}
}

/* ---- printing -------------------------------------------------------------------- */

/* A table is fitted to the terminal; elsewhere it is written as it is. */
static void write_out(struct lister const *l, struct screen_buf const *text)
{
	struct screen_buf fitted = SCREEN_BUF_INIT;
	struct screen_buf const *out = text;
	struct winsize ws;

	if (l->form == TABLE && text->len > 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0) {
		columns_fit(&fitted, text->data, text->len, ws.ws_col);
		out = &fitted;
	}
	if (text->failed || out->failed) die(EXIT_TEMPORARY, "out of memory");
	if (out->len > 0) fwrite(out->data, 1, out->len, stdout);
	if (fflush(stdout) != 0 || ferror(stdout)) die(EXIT_TEMPORARY, "unable to write the list: %s", strerror(errno));
	screen_buf_deinit(&fitted);
}

static void print(struct lister const *l)
{
	struct screen_buf all = SCREEN_BUF_INIT;
	char const *between = "[\n";

	if (l->form == TABLE && l->rows) add_title(&all);
	for (size_t i = 0; i < l->survey.len; i++) {
		struct survey_head const *const h = &l->survey.heads[i];
		if (h->rows == 0 || h->out.len == 0) continue;
		if (l->form == JSON) screen_buf_str(&all, between);
		screen_buf_add(&all, h->out.data, h->out.len);
		between = ",\n";
	}
	if (l->form == JSON) screen_buf_str(&all, l->rows ? "\n]\n" : "[]\n");
	write_out(l, &all);
	screen_buf_deinit(&all);
	if (l->form == TABLE && l->survey.len == 0 && isatty(STDOUT_FILENO))
		say_format("no head is in " PTYHEAD_SYSTEM_DIR " nor in this user's folder; one that listens elsewhere is named by its path");
}

/* ---- several machines, or heads --------------------------------------------------------- */

/* Each has printed its own errors already. */
static void warn(struct lister *l, struct fleet_member const *m)
{
	int const code = WIFEXITED(m->status) ? WEXITSTATUS(m->status) : EXIT_TEMPORARY;
	if (m->status == 0) return;
	if (m->status == -1) say_format("%s: no list in %d s", m->name, MACHINE_MS / 1000);
	else if (code == REMOTE_FAILED) say_format("%s: ssh did not reach it", m->name);
	else if (code == 127) say_format("%s: ptyhead-list is not there, or not on the PATH of a command there", m->name);
	l->code = m->status == -1 ? EXIT_TIMEOUT : code;
}

static void several(struct lister *l, char **addresses, size_t n)
{
	static char const *const options[] = { [TABLE] = NULL, [JSON] = "--json", [NAMES] = "--names" };
	struct screen_buf out = SCREEN_BUF_INIT;
	struct fleet_member *const m = calloc(n, sizeof *m);
	int const r = m ? fleet_run(addresses, n, options[l->form], MACHINE_MS, m) : -ENOMEM;
	if (r < 0) die(EXIT_TEMPORARY, "unable to ask: %s", strerror(-r));
	fleet_merge(m, n, l->form == JSON, &out);
	write_out(l, &out);
	for (size_t i = 0; i < n; i++) warn(l, &m[i]);
	fleet_deinit(m, n);
	free(m);
	screen_buf_deinit(&out);
}

char const tool_name[] = "ptyhead-list";

int main(int argc, char **argv)
{
	static struct option const longs[] = {
		{ "json", no_argument, NULL, 'j' }, { "names", no_argument, NULL, 'n' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	struct lister *const l = &lister;
	int c;

	while ((c = option_next(argc, argv, "", longs)) != -1) {
		switch (c) {
		case 'j': l->form = JSON; break;
		case 'n': l->form = NAMES; break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-list " PTYHEAD_VERSION); exit(0);
		}
	}
	struct remote there;
	char **const first = argv + optind; /* NULL: all heads */
	if (argc - optind > 1 || remote_is(*first, &there)) {
		several(l, first, argc > optind ? (size_t)(argc - optind) : 1);
		return l->code;
	}
	if (*first) one_head(l, *first);
	else all_heads(l);
	print(l);
	survey_deinit(&l->survey);
	return l->code;
}
