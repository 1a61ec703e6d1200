/* ptyhead-show: a terminal's screen as it is now, on standard output. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "headlink.h"
#include "past.h"
#include "render.h"
#include "tool.h"

static char const usage_text[] =
	"usage: ptyhead-show [-e] [-H LINES] [--json | --html] ADDRESS\n"
	"\n"
	"Prints what a terminal that a ptyhead holds shows now. ADDRESS is NAME or PATH,\n"
	"with :TERMINAL behind it for another one than main.\n"
	"\n"
	"  -e, --escapes        with the attributes, as escape sequences\n"
	"  -H, --history LINES  and so many rows that went off its top (default 0)\n"
	"      --json           all that is known of the screen, as a JSON object\n"
	"      --html           as an HTML element (pre)\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead-show(1).\n";

enum form { TEXT, SGR, JSON, HTML };

struct options {
	struct ptyhead_address address;
	enum form form;
	unsigned history;
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
		{ "json", no_argument, NULL, 'j' },
		{ "html", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = option_next(argc, argv, "eH:", longs)) != -1) {
		switch (c) {
		case 'e': form_set(o, SGR); break;
		case 'j': form_set(o, JSON); break;
		case 'l': form_set(o, HTML); break;
		case 'H':
			o->history = (unsigned)number_get("-H", optarg, PAST_LINES_MAX);
			break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-show " PTYHEAD_VERSION); exit(0);
		}
	}
	if (argc - optind != 1) die_usage_address(argc);
	address_get(argv[optind], &o->address);
}

/* The terminal's tape, which can be read when the connection is no more. */
static int fetch_tape(struct options const *o)
{
	static struct headlink link;
	int tape = -1;

	link.address = &o->address;
	link.watch = true;
	int const r = headlink_open(&link, &tape);
	if (r == 0) {
		headlink_close(&link);
		return tape;
	}
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

char const tool_name[] = "ptyhead-show";

int main(int argc, char **argv)
{
	struct options o = { .form = TEXT };
	struct tape_reader reader;
	struct tape_state state;
	struct screen_buf out = SCREEN_BUF_INIT;

	parse(argc, argv, &o);
	int const tape = fetch_tape(&o);
	int const r = tape_reader_init(&reader, tape);
	if (r < 0) die(EXIT_TEMPORARY, "unable to read the tape that the head gave (is it of another version?): %s", strerror(-r));
	close(tape);
	struct past past = {
		.max = o.history,
		.row = o.form == JSON ? render_json_row : o.form == HTML ? render_html_row : o.form == SGR ? screen_row_sgr : screen_row_text,
	};
	struct screen *const s = past_read(&reader, &past, &state);
	tape_reader_deinit(&reader);
	if (!s) die(EXIT_TEMPORARY, "unable to know the screen: the tape does not hold it");
	render(&o, &(struct render){ .screen = s, .past = &past, .state = &state }, &out);
	past_deinit(&past);
	screen_free(s);
	if (out.failed) die(EXIT_TEMPORARY, "unable to show so much: %s", strerror(ENOMEM));
	if ((out.len > 0 && fwrite(out.data, 1, out.len, stdout) != out.len) || fflush(stdout) != 0)
		die(EXIT_TEMPORARY, "unable to write the output: %s", strerror(errno));
	screen_buf_deinit(&out);
	return 0;
}
