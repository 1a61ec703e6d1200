/* SPDX-License-Identifier: ISC */
/* ptyhead-send: types text and keys for a terminal's program, and can wait for its
 * answer. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await.h"
#include "clock.h"
#include "json.h"
#include "keyname.h"
#include "replay.h"
#include "tool.h"
#include "type.h"

#define PATIENCE_MS 10000
#define KEYS_MAX 1024u

static char const usage_text[] =
	"usage: ptyhead-send [-k KEY]... [-n] [-p | -r] [-o] [-t SECONDS]\n"
	"                    [-w REGEX]... [-W STRING]... [--or-exit] [-L] ADDRESS [TEXT...]\n"
	"\n"
	"Types on a terminal that a ptyhead holds: the keys, then TEXT and Enter. Without TEXT\n"
	"and keys it types what it reads from standard input. ADDRESS is NAME or PATH, followed\n"
	"by :TERMINAL for another terminal than main.\n"
	"\n"
	"  -k, --key KEY        type a key: Enter, Escape, Up, F5, PPage, C-a, M-x, S-Tab ...\n"
	"  -n, --no-enter       do not type Enter after the text\n"
	"  -p, --paste          paste the text: in brackets if the program asked for them\n"
	"  -r, --raw            send the bytes unchanged, and no Enter\n"
	"  -w, --wait REGEX     wait until the program writes a line that matches, and print the\n"
	"                       match; the echo of the text does not count\n"
	"  -W, --wait-fixed STRING\n"
	"                       the same for a string\n"
	"      --or-exit        exit 98 if the program ends before that\n"
	"  -o, --offset         print the offset after which the output follows the text, for\n"
	"                       ptyhead-wait --since\n"
	"  -t, --timeout SECONDS\n"
	"                       exit 99 if the head does not answer or the program accepts\n"
	"                       nothing for this time (10), or if the match does not come\n"
	"                       within this time (no limit)\n"
	"  -L, --lossless       with -w: get every byte; the program waits if this is slow\n"
	"      --host HOST      run this on HOST, by ssh(1); ADDRESS may be ssh://HOST/NAME\n"
	"      --help, --version\n"
	"\n"
	"See ptyhead-send(1).\n";

/* A program that has not shown typed text after this time is taken for one that does
 * not echo. */
#define ECHO_MS 500

struct send_options {
	struct key keys[KEYS_MAX];
	size_t keys_len;
	bool enter;
	bool paste;
	bool raw;
	bool offset;
	int64_t timeout; /* ms; -1: not given */
	char **text; /* NULL-terminated; empty: use standard input */
};

/* ---- options ------------------------------------------------------------------ */

static void add_key(struct send_options *o, char const *name)
{
	if (o->keys_len == KEYS_MAX) die(EXIT_USAGE, "more than %u keys", KEYS_MAX);
	if (!key_parse(name, &o->keys[o->keys_len++]))
		die(EXIT_USAGE, "-k takes a key as Enter, Up, F5, C-a, M-x or S-Tab, not %s", name);
}

static void wait_for(struct await *a, char const *option, bool fixed, char const *text)
{
	a->kind = AWAIT_TEXT;
	pattern_get(&a->patterns, option, fixed, text);
}

static char const *parse(int argc, char **argv, struct send_options *o, struct await *a, struct follow *f)
{
	static struct option const longs[] = {
		{ "key", required_argument, NULL, 'k' }, { "no-enter", no_argument, NULL, 'n' },
		{ "paste", no_argument, NULL, 'p' }, { "raw", no_argument, NULL, 'r' },
		{ "wait", required_argument, NULL, 'w' }, { "wait-fixed", required_argument, NULL, 'W' },
		{ "offset", no_argument, NULL, 'o' }, { "timeout", required_argument, NULL, 't' },
		{ "or-exit", no_argument, NULL, 'x' }, { "lossless", no_argument, NULL, 'L' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct send_options){ .enter = true, .timeout = -1 };
	/* Options end at the address, since the text may begin with a dash. */
	while ((c = option_next(argc, argv, "+k:nprw:W:ot:L", longs)) != -1) {
		switch (c) {
		case 'k': add_key(o, optarg); break;
		case 'n': o->enter = false; break;
		case 'p': o->paste = true; break;
		case 'r': o->raw = true; break;
		case 'w': wait_for(a, "-w", false, optarg); break;
		case 'W': wait_for(a, "-W", true, optarg); break;
		case 'o': o->offset = true; break;
		case 'x': a->or_exit = true; break;
		case 't': o->timeout = time_get("-t", "seconds", optarg, 1000); break;
		case 'L': f->lossless = true; break;
		case 'h': fputs(usage_text, stdout); exit(0);
		case 'V': puts("ptyhead-send " PTYHEAD_VERSION); exit(0);
		}
	}
	if (o->raw && o->paste) die(EXIT_USAGE, "-r and -p do not go together");
	if (a->or_exit && a->kind == AWAIT_NONE) die(EXIT_USAGE, "--or-exit needs -w or -W");
	if (a->kind == AWAIT_NONE) f->lossless = false; /* it does not read the output */
	if (optind == argc) die_usage_address(argc);
	o->text = argv + optind + 1;
	return argv[optind];
}

struct sender {
	struct await await;
	struct follow follow;
	enum { SHOWS, SHOWS_NOT, SHOWS_PERHAPS } shows; /* does the terminal, or its program, echo? */
};

/* ---- typing --------------------------------------------------------------------- */

static void check(struct typist const *t, enum type_result r, char const *terminal)
{
	unsigned long long const taken = t->taken;
	switch (r) {
	case TYPE_OK: return;
	case TYPE_LINE:
		die(EXIT_REFUSED, "a line is longer than the %u bytes that terminal %s keeps while its program reads whole lines:"
		    " it was not typed (%llu bytes before it were)", PTYHEAD_LINE_MAX, terminal, taken);
	case TYPE_PROGRAM:
		die(EXIT_REFUSED, "no program is on terminal %s, or it has just ended (%llu bytes were taken before)", terminal, taken);
	case TYPE_CLOSED:
		die(EXIT_REFUSED, "the program on terminal %s has closed it: nobody would read this", terminal);
	case TYPE_TIMEOUT:
		die(EXIT_TIMEOUT, "the program on terminal %s does not read: %llu bytes were taken", terminal, taken);
	case TYPE_FAILED: die(EXIT_TEMPORARY, "the head failed to type (%llu bytes were taken)", taken);
	case TYPE_GONE: break;
	}
	die(EXIT_TEMPORARY, "the head went away before it confirmed the last bytes (%llu bytes were typed)", taken);
}

static void type_buf(struct typist *t, struct screen_buf *b, char const *terminal)
{
	if (b->failed) die(EXIT_TEMPORARY, "out of memory, or more than 64 MiB at once");
	if (b->len > 0) check(t, type_bytes(t, (uint8_t const *)b->data, b->len), terminal);
	screen_buf_clear(b);
}

static void add_keys(struct send_options const *o, struct screen_input const *m, struct screen_buf *out)
{
	char buf[KEY_BYTES_MAX];
	for (size_t i = 0; i < o->keys_len; i++) {
		size_t const n = key_bytes(o->keys[i], m, buf);
		if (n == 0) die(EXIT_USAGE, "key number %zu sends nothing in the modes that the program has set", i + 1);
		screen_buf_add(out, buf, n);
	}
}

static void add_text(struct send_options const *o, struct screen_input const *m, char const *text, size_t len, struct screen_buf *out)
{
	size_t left_out = 0;
	if (o->raw) screen_buf_add(out, text, len);
	else if (o->paste) key_paste(text, len, m, out, &left_out);
	else key_text(text, len, m, out);
	if (left_out) say_format("%zu characters that could end the paste were left out", left_out);
}

/* If the program itself may echo: Enter is typed when it is known whether it does. Then
 * all that follows is the answer. */
static void wait_for_echo(struct typist *t)
{
	struct sender *const s = t->arg;
	int64_t const until = clock_ms() + ECHO_MS;

	while (!echo_seen(&s->await.echo) && clock_ms() < until) {
		enum follow_event const e = follow_wait(t->f, until);
		if (e == FOLLOW_REFUSED) die_of_link(&t->f->link, 0);
		if (e == FOLLOW_FAILED) die(EXIT_TEMPORARY, "unable to follow the terminal: %s", strerror(errno));
		t->output(s);
	}
	if (echo_seen(&s->await.echo)) return;
	s->shows = SHOWS_NOT;
	echo_forget(&s->await.echo);
}

static void add_lines(struct typist *t, struct send_options const *o, struct screen_input const *m, char const *text, size_t len,
                      struct screen_buf *out, char const *terminal)
{
	struct sender const *const s = t->arg;
	/* Who echoes? */
	if (s->await.kind != AWAIT_NONE && !t->began) check(t, type_bytes(t, (uint8_t const *)"", 0), terminal);
	while (s->shows == SHOWS_PERHAPS && !o->raw && !o->paste) {
		char const *const end = len > 0 ? memchr(text, '\n', len) : NULL;
		if (!end) break;
		size_t const n = (size_t)(end - text);
		add_text(o, m, text, n, out);
		type_buf(t, out, terminal);
		wait_for_echo(t);
		add_text(o, m, end, 1, out);
		type_buf(t, out, terminal);
		text += n + 1;
		len -= n + 1;
	}
	add_text(o, m, text, len, out);
}

static void add_enter(struct typist *t, struct send_options const *o, struct screen_input const *m, struct screen_buf *out, char const *terminal)
{
	struct sender const *const s = t->arg;
	if (!o->enter || o->raw) return;
	if (s->shows == SHOWS_PERHAPS) {
		type_buf(t, out, terminal);
		wait_for_echo(t);
	}
	key_text("\n", 1, m, out);
}

/* Waits for standard input, and reads the terminal's output meanwhile. */
static void wait_for_text(struct typist *t)
{
	t->f->also = STDIN_FILENO;
	for (;;) {
		enum follow_event const e = follow_wait(t->f, -1);
		if (e == FOLLOW_ALSO) break;
		if (e == FOLLOW_REFUSED) die_of_link(&t->f->link, 0);
		if (e == FOLLOW_FAILED) die(EXIT_TEMPORARY, "unable to follow the terminal: %s", strerror(errno));
		t->output(t->arg);
	}
	t->f->also = -1;
}

static bool read_some(struct typist *t, struct screen_buf *in)
{
	char buf[32768];
	ssize_t n;
	wait_for_text(t);
	do
		n = read(STDIN_FILENO, buf, sizeof buf);
	while (n < 0 && errno == EINTR);
	if (n < 0) die(EXIT_TEMPORARY, "unable to read the text from standard input: %s", strerror(errno));
	screen_buf_add(in, buf, (size_t)n);
	if (in->failed) die(EXIT_TEMPORARY, "out of memory, or more than 64 MiB at once");
	return n > 0;
}

/* The part of `in` to send now: whole lines, or a large piece. */
static size_t ready(struct screen_buf const *in)
{
	char const *const end = in->len > 0 ? memrchr(in->data, '\n', in->len) : NULL;
	if (end) return (size_t)(end + 1 - in->data);
	return in->len >= PTYHEAD_SEND_MAX ? json_whole((uint8_t const *)in->data, in->len) : 0;
}

static void type_stdin(struct typist *t, struct send_options const *o, struct screen_input const *m, struct screen_buf *out, char const *terminal)
{
	struct screen_buf in = SCREEN_BUF_INIT;
	bool ended = true; /* the last line is complete */

	while (read_some(t, &in)) {
		size_t const n = o->paste ? 0 : ready(&in); /* a paste is sent as a whole */
		if (n == 0) continue;
		ended = in.data[n - 1] == '\n';
		add_lines(t, o, m, in.data, n, out, terminal);
		type_buf(t, out, terminal);
		memmove(in.data, in.data + n, in.len - n);
		in.len -= n;
	}
	if (in.len > 0) {
		ended = !o->paste && in.data[in.len - 1] == '\n';
		add_lines(t, o, m, in.data, in.len, out, terminal);
	}
	if (!ended) add_enter(t, o, m, out, terminal);
	type_buf(t, out, terminal);
	screen_buf_deinit(&in);
}

static void type_all(struct typist *t, struct send_options const *o, struct screen_input const *m, char const *terminal)
{
	struct screen_buf out = SCREEN_BUF_INIT;

	add_keys(o, m, &out);
	if (o->text[0]) {
		struct screen_buf text = SCREEN_BUF_INIT;
		for (char **p = o->text; *p; p++) {
			if (p > o->text) screen_buf_str(&text, " ");
			screen_buf_str(&text, *p);
		}
		if (text.failed) die(EXIT_TEMPORARY, "out of memory");
		add_lines(t, o, m, text.len ? text.data : "", text.len, &out, terminal);
		add_enter(t, o, m, &out, terminal);
		screen_buf_deinit(&text);
		type_buf(t, &out, terminal);
	} else if (o->keys_len == 0) {
		type_stdin(t, o, m, &out, terminal);
	}
	type_buf(t, &out, terminal);
	/* Nothing to type: ask only whether there is a program, and for the offset. */
	if (!t->began) check(t, type_bytes(t, (uint8_t const *)"", 0), terminal);
	screen_buf_deinit(&out);
}

/* The input modes that the program has set. */
static struct screen_input modes_of(struct follow *f)
{
	struct replay p = { .tape = &f->tape };

	int const r = replay_to(&p, REPLAY_NOW);
	if (r < 0) die(EXIT_TEMPORARY, "unable to read the terminal's tape: %s", strerror(-r));
	struct screen_input const m = screen_input(p.screen);
	replay_deinit(&p);
	return m;
}

/* ---- waiting ------------------------------------------------------------------------ */

/* Reads the output from the first typed byte on, also while more is typed: otherwise
 * the program could wait for us while we wait for it. */
static void begin_waiting(void *arg, struct ptyhead_taken const *first)
{
	struct sender *const s = arg;
	s->shows = first->silent ? SHOWS_NOT : first->raw ? SHOWS_PERHAPS : SHOWS;
	if (s->await.kind == AWAIT_NONE) s->shows = SHOWS;
	if (s->await.kind == AWAIT_NONE) return;
	if (s->shows == SHOWS_NOT) echo_forget(&s->await.echo);
	s->await.since = first->offset;
	if (!await_begin(&s->await, &s->follow)) die(EXIT_TEMPORARY, "unable to read the terminal's tape: %s", strerror(errno));
}

static void note_typed(void *arg, uint8_t const *data, size_t len)
{
	struct sender *const s = arg;
	if (s->await.kind != AWAIT_NONE && s->shows != SHOWS_NOT) echo_typed(&s->await.echo, data, len);
}

static void note_untyped(void *arg)
{
	struct sender *const s = arg;
	echo_untyped(&s->await.echo);
}

static void take_output(void *arg)
{
	struct sender *const s = arg;
	if (!s->await.waiter) follow_skip(&s->follow);
	else if (!await_output(&s->await)) die(EXIT_TEMPORARY, "unable to read the terminal's tape: %s", strerror(errno));
}

static int wait_on(struct await *a, struct follow *f, int64_t timeout)
{
	a->until = timeout < 0 ? -1 : clock_ms() + timeout;
	enum await_result const r = await_run(a, f);
	int const e = errno;
	if (a->missed > 0)
		say_format("%llu bytes of output were overwritten before they were looked at%s",
		     (unsigned long long)a->missed, f->lossless ? "" : " (see -L)");
	switch (r) {
	case AWAIT_DONE:
		found_print(a);
		return 0;
	case AWAIT_ENDED: return EXIT_RUN_ENDED;
	case AWAIT_TIMEOUT:
	case AWAIT_ALSO: return EXIT_TIMEOUT;
	case AWAIT_REFUSED: die_of_link(&f->link, 0);
	case AWAIT_FAILED: break;
	}
	die(EXIT_TEMPORARY, "unable to read the terminal's tape: %s", strerror(e));
}

char const tool_name[] = "ptyhead-send";

int main(int argc, char **argv)
{
	static struct send_options o;
	static struct sender s = { .await = { .found = SCREEN_BUF_INIT, .echo = ECHO_INIT }, .follow = { .also = -1 } };
	struct await *const a = &s.await;
	struct follow *const f = &s.follow;
	struct ptyhead_address address;
	int code = 0;

	characters_set();
	char const *const name = parse(argc, argv, &o, a, f);
	address_get(name, &address);
	f->address = &address;
	f->answer_ms = answer_time(o.timeout);
	int const r = follow_open(f);
	if (r < 0) die_of_link(&f->link, r);
	struct typist t = { .f = f, .patience = o.timeout < 0 ? PATIENCE_MS : o.timeout,
	                    .typed = note_typed, .untyped = note_untyped, .begins = begin_waiting, .output = take_output, .arg = &s };
	struct screen_input const m = modes_of(f);
	type_all(&t, &o, &m, address.terminal);
	if (o.offset) printf("%llu\n", (unsigned long long)t.offset);
	if (o.offset && fflush(stdout) != 0) die(EXIT_TEMPORARY, "unable to write the offset: %s", strerror(errno));
	if (a->kind != AWAIT_NONE) code = wait_on(a, f, o.timeout);
	if (fflush(stdout) != 0) die(EXIT_TEMPORARY, "unable to write what was found: %s", strerror(errno));
	follow_close(f);
	await_deinit(a);
	return code;
}
