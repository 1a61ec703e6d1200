#include "attach.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "link.h"
#include "show.h"
#include "signals.h"
#include "term.h"

#define READ_MAX 4096u
#define LEAVE_MS 500 /* for the last bytes to a terminal that may be stopped */

struct attach {
	struct attach_options const *o;
	struct attach_result *result;
	struct term term;
	struct signals signals;
	struct link link;
	struct show show;
	struct keys keys;
	bool stdin_open;
	bool on;   /* the terminal is in our hands: raw, and painted on */
	bool done;
	uint64_t nap_pos; /* of the tape, when it last waited */
	int64_t nap_at;
	int64_t hold; /* when held keys are given out */
};

enum { P_SIGNAL, P_LINK, P_IN, P_OUT, P_COUNT };

static int64_t now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void end(struct attach *a, enum attach_how how, int error, char const *what)
{
	if (a->done) return;
	a->done = true;
	a->result->how = how;
	a->result->error = error;
	a->result->what = what;
}

static void end_signal(struct attach *a, int number)
{
	end(a, ATTACH_SIGNAL, 0, NULL);
	a->result->signal = number;
}

/* ---- the terminal ---------------------------------------------------------- */

static void enter(struct attach *a)
{
	if (!a->term.ours || !term_foreground(&a->term)) return;
	int const r = term_raw(&a->term);
	if (r < 0) {
		end(a, ATTACH_FAILED, -r, "unable to set the terminal's mode");
		return;
	}
	a->on = true;
}

/* Writes what waits, for a while. */
static void write_out(struct attach *a)
{
	int64_t const until = now_ms() + LEAVE_MS;

	while (out_pending(&a->show.out)) {
		enum out_result const r = show_flush(&a->show);
		if (r == OUT_OK) break;
		if (r != OUT_AGAIN) return;
		int64_t const left = until - now_ms();
		struct pollfd p = { a->show.out.fd, POLLOUT, 0 };
		if (left <= 0 || poll(&p, 1, (int)left) == 0) return;
	}
}

/* Gives the terminal back as it was found. */
static void leave(struct attach *a, char const *last)
{
	char undo[SHADOW_UNDO_MAX];

	if (!a->on) return;
	a->on = false;
	/* What was not written yet is not seen any more; what was is undone. */
	out_drop(&a->show.out);
	out_add(&a->show.out, undo, shadow_undo(&a->show.shadow, undo));
	if (last) out_add(&a->show.out, last, strlen(last));
	write_out(a);
	term_restore(&a->term);
}

static void resized(struct attach *a)
{
	if (a->term.ours) link_resize(&a->link, term_size(&a->term));
}

static void signalled(struct attach *a)
{
	int number;

	while (!a->done && (number = signals_next(&a->signals)) != 0) {
		if (signals_fatal(number)) {
			end_signal(a, number);
		} else if (number == SIGTSTP) {
			leave(a, NULL);
			signals_stop();
			enter(a);
			resized(a);
		} else {
			/* After SIGCONT the modes may be anybody's. */
			if (number == SIGCONT) {
				a->on = false;
				enter(a);
			}
			resized(a);
		}
	}
}

/* ---- input ----------------------------------------------------------------- */

static void held_out(struct attach *a)
{
	uint8_t buf[KEYS_HELD_MAX];
	link_input(&a->link, buf, keys_flush(&a->keys, buf));
}

static void stdin_ended(struct attach *a)
{
	/* A terminal that ends is gone. */
	if (a->term.ours) end_signal(a, SIGHUP);
	a->stdin_open = false;
}

static void typed(struct attach *a, int64_t now)
{
	uint8_t in[READ_MAX], out[READ_MAX + KEYS_HELD_MAX];
	bool found = false;
	size_t const room = link_room(&a->link) - KEYS_HELD_MAX;
	ssize_t const n = read(STDIN_FILENO, in, room < sizeof in ? room : sizeof in);

	if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
	if (n <= 0) {
		stdin_ended(a);
		return;
	}
	if (!a->term.ours) {
		link_input(&a->link, in, (size_t)n);
		return;
	}
	size_t const len = keys_feed(&a->keys, in, (size_t)n, out, &found);
	link_input(&a->link, out, len);
	if (found) end(a, ATTACH_DETACHED, 0, NULL);
	a->hold = now + KEYS_HOLD_MS;
}

/* In the background, or with nowhere to put it, nothing is read. */
static bool wants_input(struct attach const *a)
{
	if (!a->stdin_open || (a->term.ours && !a->on)) return false;
	return link_room(&a->link) > KEYS_HELD_MAX;
}

/* ---- the head -------------------------------------------------------------- */

static void tape_came(struct attach *a, int tape)
{
	int const r = show_tape(&a->show, tape, a->link.attached.viewer);
	if (r < 0) end(a, ATTACH_FAILED, -r, "unable to read the tape that the head gave (is it of another version?)");
}

static void head_says(struct attach *a, short revents, int64_t now)
{
	int tape = -1;

	switch (link_run(&a->link, revents, now, &tape)) {
	case LINK_NOTHING: break;
	case LINK_LEFT: show_away(&a->show); break;
	case LINK_CAME:
		show_back(&a->show);
		tape_came(a, tape);
		break;
	case LINK_REFUSED:
		end(a, ATTACH_REFUSED, EACCES, NULL);
		a->result->reply = a->link.reply;
		break;
	}
}

/* ---- output ---------------------------------------------------------------- */

/* Nobody reads what we write any more. */
static void unread(struct attach *a)
{
	if (a->term.ours) end_signal(a, SIGHUP);
	else if (!signals_ignored(SIGPIPE)) end_signal(a, SIGPIPE);
	else end(a, ATTACH_FAILED, EPIPE, "unable to write the output");
}

static void output(struct attach *a, int64_t now)
{
	uint64_t pos;
	enum out_result r;

	if (a->term.ours && !a->on) return;
	show_pump(&a->show, now);
	r = show_flush(&a->show);
	if (r == OUT_CLOSED || (r == OUT_FAILED && a->term.ours && errno == EIO)) unread(a);
	else if (r == OUT_FAILED) end(a, ATTACH_FAILED, errno, "unable to write the output");
	if (show_pos(&a->show, &pos) && page_move(a->link.page, pos)) link_moved(&a->link);
	if (a->show.over && !a->done) {
		end(a, a->show.known ? ATTACH_ENDED : ATTACH_UNKNOWN, 0, NULL);
		a->result->code = a->show.known ? notice_code(a->show.status) : 0;
	}
}

static int earlier(int a, int b)
{
	if (a < 0) return b;
	return b < 0 || a < b ? a : b;
}

/* True when it may wait: nothing is left to be done at once. The head knows of
 * it, so that it wakes us, only while the tape is what we wait for. */
static bool fall_asleep(struct attach *a)
{
	struct show *const s = &a->show;

	if (a->term.ours && !a->on) return true;
	if (out_room(&s->out) == 0) return true; /* for POLLOUT */
	if (!show_idle(s)) return false;
	page_sleep(a->link.page);
	if (show_idle(s)) return true;
	page_awake(a->link.page);
	return false;
}

/* In a flood the head need not wake us: after so many bytes we take a nap, as
 * long as the next quarter of the ring will take to fill, and look again. It is
 * the first nap that brings less after which we sleep. -1: no nap. */
#define NAP_BYTES (16u << 10)
#define NAP_MAX_MS 20

static int nap(struct attach *a, int64_t now)
{
	uint64_t const read = a->show.open ? a->show.tape.pos - a->nap_pos : 0;
	int64_t const took = now - a->nap_at;

	if (!a->show.open || read == 0) return -1;
	a->nap_pos = a->show.tape.pos;
	a->nap_at = now;
	if (read < NAP_BYTES || !show_idle(&a->show)) return -1;
	uint64_t const ms = a->show.tape.ring_size / 4 * (uint64_t)(took > 0 ? took : 1) / read;
	return ms < 1 ? 1 : ms > NAP_MAX_MS ? NAP_MAX_MS : (int)ms;
}

static void wait_and_act(struct attach *a)
{
	struct pollfd p[P_COUNT];
	int64_t now = now_ms();
	int timeout = link_timeout(&a->link, now);
	int const napping = nap(a, now);

	if (keys_holding(&a->keys)) timeout = earlier(timeout, a->hold > now ? (int)(a->hold - now) : 0);
	if (a->show.lost > 0) timeout = earlier(timeout, 1000);
	if (napping > 0) timeout = earlier(timeout, napping);
	else if (!fall_asleep(a)) timeout = 0;

	p[P_SIGNAL] = (struct pollfd){ a->signals.fd, POLLIN, 0 };
	p[P_LINK] = (struct pollfd){ link_fd(&a->link), link_events(&a->link), 0 };
	p[P_IN] = (struct pollfd){ wants_input(a) ? STDIN_FILENO : -1, POLLIN, 0 };
	p[P_OUT] = (struct pollfd){ a->show.out.fd, out_pending(&a->show.out) ? POLLOUT : 0, 0 };
	if (a->term.ours && !a->on) p[P_OUT].fd = -1;
	if (poll(p, P_COUNT, timeout) < 0) {
		if (errno != EINTR) end(a, ATTACH_FAILED, errno, "unable to poll");
		return;
	}
	page_awake(a->link.page);
	now = now_ms();
	if (p[P_SIGNAL].revents) signalled(a);
	if (p[P_IN].revents && !a->done) typed(a, now);
	if (keys_holding(&a->keys) && now >= a->hold) held_out(a);
	if (p[P_LINK].revents || link_timeout(&a->link, now) == 0) head_says(a, p[P_LINK].revents, now);
	if (p[P_OUT].revents & (POLLERR | POLLHUP) && !out_pending(&a->show.out)) unread(a);
}

/* ---- from start to end ------------------------------------------------------- */

static void open_link(struct attach *a)
{
	bool connected;
	int tape = -1;
	struct wire_tty tty = ptyhead_tty_of(STDOUT_FILENO);

	/* What is shown must not be what is shown on, nor typed from. */
	if (tty.dev == 0 && tty.rdev == 0 && !a->o->watch) tty = ptyhead_tty_of(STDIN_FILENO);
	a->link.address = &a->o->address;
	a->link.watch = a->o->watch;
	a->link.lossless = a->o->lossless;
	a->link.size = term_size(&a->term);
	a->link.tty = tty;
	int const r = link_open(&a->link, a->o->timeout_ms, &tape, &connected);
	if (r == 0) {
		if (a->o->lossless && !(a->link.attached.flags & WIRE_ATTACH_LOSSLESS))
			a->o->say("the head does not wait for this viewer: bytes may be lost");
		tape_came(a, tape);
		return;
	}
	a->result->reply = a->link.reply;
	end(a, a->link.reply.code ? ATTACH_REFUSED : r == -ETIMEDOUT ? ATTACH_TIMEOUT : connected ? ATTACH_FAILED : ATTACH_NO_HEAD,
	    -r, "unable to attach");
}

void attach_run(struct attach_options const *o, struct attach_result *ret)
{
	struct attach *const a = calloc(1, sizeof *a);

	memset(ret, 0, sizeof *ret);
	if (!a) {
		*ret = (struct attach_result){ .how = ATTACH_FAILED, .error = ENOMEM, .what = "unable to start" };
		return;
	}
	a->o = o;
	a->result = ret;
	a->keys = o->keys;
	term_init(&a->term, STDIN_FILENO, STDOUT_FILENO);
	a->stdin_open = a->term.ours || !o->watch;
	a->show.tty = a->term.ours;
	a->show.once = o->once;
	a->show.quiet = o->quiet;
	a->show.lossless = o->lossless;
	a->show.say = o->say;
	show_init(&a->show, STDOUT_FILENO);

	open_link(a);
	int const r = a->done ? 0 : signals_init(&a->signals);
	if (r < 0) end(a, ATTACH_FAILED, -r, "unable to watch for signals");
	if (!a->done) {
		enter(a);
		resized(a);
		while (!a->done) {
			output(a, now_ms());
			if (!a->done) wait_and_act(a);
		}
		if (!a->term.ours) show_tell_lost(&a->show, now_ms(), true);
		leave(a, ret->how == ATTACH_DETACHED && !o->quiet ? "[ptyhead-attach: detached]\r\n" : NULL);
		signals_deinit(&a->signals);
	}
	link_close(&a->link);
	show_deinit(&a->show);
	free(a);
}
