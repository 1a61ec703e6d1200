/* SPDX-License-Identifier: ISC */
/* ptyhead-show: prints a terminal's screen. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "headlink.h"
#include "notice.h"
#include "past.h"
#include "place.h"
#include "render.h"
#include "store.h"
#include "tool.h"

static char const usage_text[] =
	"usage: ptyhead-show [-e] [[-t] -H LINES | --run N | --at WHEN] [--json | --html] ADDRESS\n"
	"\n"
	"Prints the screen of a terminal that a ptyhead holds. ADDRESS is NAME or PATH,\n"
	"followed by :TERMINAL for another terminal than main.\n"
	"\n"
	"  -e, --escapes        with colours and other attributes, as escape sequences\n"
	"  -H, --history LINES  first print this many rows that went off its top (default 0)\n"
	"  -t, --times          begin each row with the time of its last change, to the second\n"
	"      --run N          the screen when run N ended: counted from 1; 0: the newest run,\n"
	"                       -1: the one before it\n"
	"      --at WHEN        the screen at a time ('10 min ago', 14:30) or at an offset\n"
	"      --store SOCKET[:ID]  without a head: read it from the s6-fdholderd at SOCKET\n"
	"      --json           all data of the screen, as a JSON object\n"
	"      --html           as an HTML element (pre)\n"
	"      --host HOST      run this on HOST, by ssh(1); ADDRESS may be ssh://HOST/NAME\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead-show(1).\n";

enum form { TEXT, SGR, JSON, HTML };

struct options {
	struct ptyhead_address address;
	enum form form;
	unsigned history;
	bool times;
	bool by_run;
	int64_t run;
	bool by_moment;
	struct moment moment;
	struct store store;
};

static void form_set(struct options *o, enum form form)
{
	if (o->form != TEXT && o->form != form) die(EXIT_USAGE, "-e, --json and --html do not go together");
	o->form = form;
}

static void parse(int argc, char **argv, struct options *o)
{
	static struct option const longs[] = {
		{ "escapes", no_argument, NULL, 'e' },
		{ "history", required_argument, NULL, 'H' },
		{ "times", no_argument, NULL, 't' },
		{ "run", required_argument, NULL, 'r' },
		{ "at", required_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "html", no_argument, NULL, 'l' },
		STORE_LONGS,
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = option_next(argc, argv, "eH:t", longs)) != -1) {
		switch (c) {
		case 'e': form_set(o, SGR); break;
		case 'j': form_set(o, JSON); break;
		case 'l': form_set(o, HTML); break;
		case 'H':
			o->history = (unsigned)number_get("-H", optarg, PAST_LINES_MAX);
			break;
		case 't': o->times = true; break;
		case 'r':
			o->by_run = true;
			o->run = run_get(optarg);
			break;
		case 'a':
			o->by_moment = true;
			o->moment = moment_get("--at", "", optarg);
			break;
		case 'O': case 'Q': store_option(&o->store, c, optarg); break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-show " PTYHEAD_VERSION); exit(0);
		}
	}
	if (o->by_run + o->by_moment + (o->history > 0) > 1) die(EXIT_USAGE, "-H, --run and --at do not go together");
	if (o->times && (o->form == JSON || o->form == HTML || o->by_run || o->by_moment))
		die(EXIT_USAGE, "-t works with the current screen as text only");
	if (argc - optind != 1) die_usage_address(argc);
	address_get(argv[optind], &o->address);
}

/* The terminal's tape. It stays readable after the connection is closed. */
static int fetch_tape(struct options const *o)
{
	static struct headlink link;
	int tape = -1;

	if (o->store.fetched) return STDIN_FILENO;
	store_get(&o->store, o->address.terminal);
	link.address = &o->address;
	link.watch = true;
	int const r = headlink_open(&link, &tape);
	if (r == 0) {
		headlink_close(&link);
		return tape;
	}
	store_get_instead(&o->store, o->address.terminal, -r);
	die_of_link(&link, r);
}

static void render(struct options const *o, struct render const *r, struct screen_buf *out)
{
	switch (o->form) {
	case TEXT:
	case SGR: render_text(r, o->form == SGR, out); break;
	case JSON: render_json(r, out); break;
	case HTML: render_html(r, out); break;
	}
}

/* Printed to stderr, so that it does not mix with the screen. */
static void say_end(struct tape_state const *s)
{
	char why[NOTICE_MAX], when[64];
	time_t const at = (time_t)(s->since / 1000000000u);
	struct tm tm;
	if (!localtime_r(&at, &tm) || !strftime(when, sizeof when, "%F %T", &tm)) return;
	fprintf(stderr, "ptyhead-show: run %u: %s, at %s\n", s->run, notice_end(why, s->flags, s->status), when);
}

/* The screen at the end of a run. The run that is alive has no end. */
static struct screen *at_end(struct options const *o, struct tape_reader *r, struct tape_state *ret)
{
	struct tape_reader newest = *r;
	struct tape_state state;
	place_present(&newest, &state);
	int64_t const run = run_number(o->run, &state);
	if (run < 1 || run > (int64_t)state.run)
		die(EXIT_REFUSED, state.run ? "there are only %u runs so far" : "no program has been started on this terminal yet", state.run);
	if (run == (int64_t)state.run && tape_state_goes_on(&state))
		die(EXIT_REFUSED, "run %u has not ended: without --run its screen is shown as it is now", state.run);
	struct screen *const s = past_at_end(r, (uint32_t)run, ret);
	if (!s && errno == ENODATA) die(EXIT_REFUSED, "the screen at the end of run %u is not held any more", (unsigned)run);
	if (s) say_end(ret);
	return s;
}

static struct screen *at_moment(struct options const *o, struct tape_reader *r, struct tape_state *ret)
{
	uint64_t const at = moment_offset(&o->moment, r);
	struct screen *const s = past_at_offset(r, at, ret);
	if (!s && errno == ENODATA) die(EXIT_NOT_HELD, "the screen of that time is not held any more");
	return s;
}

char const tool_name[] = "ptyhead-show";

int main(int argc, char **argv)
{
	struct options o = { .form = TEXT, .store.argv = argv };
	struct tape_reader reader;
	struct tape_state state;
	struct screen_buf out = SCREEN_BUF_INIT;

	parse(argc, argv, &o);
	int const tape = fetch_tape(&o);
	int const r = tape_reader_init(&reader, tape);
	if (r < 0) die(EXIT_TEMPORARY, "unable to read the tape that the head gave (is it of another version?): %s", strerror(-r));
	close(tape);
	struct ages ages = { 0 };
	struct past past = {
		.max = o.times && !o.history ? 1 : o.history,
		.ages = o.times ? &ages : NULL,
		.row = o.form == JSON ? render_json_row : o.form == HTML ? render_html_row : o.form == SGR ? screen_row_sgr : screen_row_text,
	};
	struct screen *const s = o.by_run ? at_end(&o, &reader, &state) : o.by_moment ? at_moment(&o, &reader, &state)
	                                                                       : past_read(&reader, &past, &state);
	tape_reader_deinit(&reader);
	if (!s) die(EXIT_TEMPORARY, "unable to compute the screen: the tape does not have the output for it");
	if (o.history == 0) past_deinit(&past); /* one row was kept to get the times */
	render(&o, &(struct render){ .screen = s, .past = &past, .state = &state }, &out);
	ages_deinit(&ages);
	past_deinit(&past);
	screen_free(s);
	if (out.failed) die(EXIT_TEMPORARY, "unable to show so much: %s", strerror(ENOMEM));
	if ((out.len > 0 && fwrite(out.data, 1, out.len, stdout) != out.len) || fflush(stdout) != 0)
		die(EXIT_TEMPORARY, "unable to write the output: %s", strerror(errno));
	screen_buf_deinit(&out);
	return 0;
}
