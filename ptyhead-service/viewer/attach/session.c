/* SPDX-License-Identifier: ISC */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "headlink.h"
#include "keyboard.h"
#include "nap.h"
#include "rewind.h"
#include "show.h"
#include "signals.h"
#include "term.h"

#define READ_MAX 4096u
#define LEAVE_MS 500 /* time for the last bytes to a terminal that may be stopped */

struct session {
	struct session_options const *o;
	struct session_result *result;
	struct term term;
	struct signals signals;
	struct headlink link;
	struct show show;
	struct keyboard keyboard;
	struct rewind rewind;
	bool stdin_open;
	bool on;   /* the terminal is ours now: in raw mode, and painted */
	bool was_on;
	uint64_t rescued; /* bytes written when the rescue was last prepared */
	bool done;
	struct nap nap;
};

enum { P_SIGNAL, P_LINK, P_IN, P_OUT, P_COUNT };

static void end(struct session *a, enum session_how how, int error, char const *what)
{
	if (a->done) return;
	a->done = true;
	a->result->how = how;
	a->result->error = error;
	a->result->what = what;
}

static void no_link(struct session *a, int error)
{
	end(a, SESSION_NO_LINK, error, NULL);
	a->result->connected = a->link.connected;
	a->result->reply = a->link.reply;
}

static void end_signal(struct session *a, int number)
{
	end(a, SESSION_SIGNAL, 0, NULL);
	a->result->signal = number;
}

/* ---- the terminal ---------------------------------------------------------- */

static void enter(struct session *a)
{
	if (!a->term.ours) return;
	/* In the background, reading from a terminal stops the process. So stop here
	 * until the shell brings us to the foreground. */
	while (!term_foreground(&a->term)) {
		raise(SIGTTIN);
		if (signals_next(&a->signals) != SIGCONT) {
			end(a, SESSION_FAILED, EIO, "unable to use the terminal: this process is in the background");
			return;
		}
	}
	int const r = term_raw(&a->term);
	if (r < 0) {
		end(a, SESSION_FAILED, -r, "unable to set the terminal's mode");
		return;
	}
	rescue_arm(a->o->rescue, a->term.in, a->show.face.out.fd, &a->term.saved);
	if (a->was_on && !a->on) face_return(&a->show.face);
	a->on = a->was_on = true;
}

/* Prepares the bytes that restore the terminal, after each write. */
static void rescue_renew(struct session *a)
{
	if (!a->on || a->show.plain || screen_total(a->show.face.canvas.term) == a->rescued) return;
	a->rescued = screen_total(a->show.face.canvas.term);
	struct screen_buf *const b = rescue_text(a->o->rescue);
	canvas_undo(&a->show.face.canvas, b);
	rescue_ready(a->o->rescue, b);
}

/* Writes what waits. */
static enum out_result flush(struct session *a)
{
	rescue_hold(a->o->rescue);
	enum out_result const r = show_flush(&a->show);
	int const err = errno;
	rescue_renew(a);
	rescue_release(a->o->rescue);
	errno = err;
	return r;
}

/* Writes what waits, for a limited time. */
static void write_out(struct session *a)
{
	int64_t const until = clock_ms() + LEAVE_MS;

	while (out_pending(&a->show.face.out)) {
		enum out_result const r = flush(a);
		if (r == OUT_OK) break;
		if (r != OUT_AGAIN) return;
		int64_t const left = until - clock_ms();
		struct pollfd p = { a->show.face.out.fd, POLLOUT, 0 };
		if (left <= 0 || poll(&p, 1, (int)left) == 0) return;
	}
}

/* Restores the terminal. */
static void leave(struct session *a, char const *last)
{
	if (!a->on) return;
	a->on = false;
	int const patience = face_leave(&a->show.face, last, clock_ms());
	write_out(a);
	if (!out_pending(&a->show.face.out)) keyboard_drop(&a->keyboard, a->term.in, patience);
	term_restore(&a->term);
	rescue_disarm(a->o->rescue);
}

static void resized(struct session *a)
{
	struct ptyhead_size const size = term_size(&a->term);

	if (!a->term.ours) return;
	headlink_resize(&a->link, size);
	a->show.face.cell_h = size.rows ? (unsigned)size.ypixel / size.rows : 0;
	a->show.face.cell_w = size.cols ? (unsigned)size.xpixel / size.cols : 0;
	face_resize(&a->show.face, size.rows, size.cols, clock_ms());
	a->rewind.news = true;
}

static void signalled(struct session *a)
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
			/* After SIGCONT another process may have set the modes. */
			if (number == SIGCONT) {
				a->on = false;
				enter(a);
			}
			resized(a);
		}
	}
}

/* ---- input ----------------------------------------------------------------- */

static void stdin_ended(struct session *a)
{
	/* End of file on a terminal means that the terminal is gone. */
	if (a->term.ours) end_signal(a, SIGHUP);
	a->stdin_open = false;
}

static void typed(struct session *a, int64_t now)
{
	uint8_t in[READ_MAX];
	size_t const room = headlink_room(&a->link) - KEYBOARD_HELD_MAX;
	ssize_t const n = read(STDIN_FILENO, in, room < sizeof in ? room : sizeof in);

	if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
	if (n <= 0) {
		stdin_ended(a);
		return;
	}
	if (!a->term.ours) {
		headlink_input(&a->link, in, (size_t)n);
		return;
	}
	if (keyboard_take(&a->keyboard, in, (size_t)n, now)) end(a, SESSION_DETACHED, 0, NULL);
}

/* Input is not read in the background, or without room for it. What a person types is
 * for the program on the screen; without a program it is dropped. Input from a pipe
 * waits for a program. */
static bool wants_input(struct session const *a)
{
	if (!a->stdin_open || !(a->term.ours ? a->on : show_open(&a->show))) return false;
	return headlink_room(&a->link) > KEYBOARD_HELD_MAX;
}

/* ---- the head -------------------------------------------------------------- */

static void tape_came(struct session *a, int tape)
{
	int const r = show_tape(&a->show, tape, a->link.attached.viewer);
	if (r < 0) end(a, SESSION_FAILED, -r, "unable to read the tape that the head gave (is it of another version?)");
}

static void head_says(struct session *a, short revents, int64_t now)
{
	int tape = -1;

	switch (headlink_run(&a->link, revents, now, &tape)) {
	case HEADLINK_NOTHING:
	case HEADLINK_TAKEN: break;
	case HEADLINK_LEFT: show_away(&a->show); break;
	case HEADLINK_CAME:
		show_back(&a->show);
		tape_came(a, tape);
		break;
	case HEADLINK_REFUSED:
		no_link(a, 0);
		break;
	}
}

/* ---- output ---------------------------------------------------------------- */

/* Nobody reads our output any more. */
static void unread(struct session *a)
{
	if (a->term.ours) end_signal(a, SIGHUP);
	else if (!signals_ignored(SIGPIPE)) end_signal(a, SIGPIPE);
	else end(a, SESSION_FAILED, EPIPE, "unable to write the output");
}

/* Enters or leaves the past. */
static void look_back(struct session *a, int64_t now)
{
	struct rewind *const w = &a->rewind;
	struct face *const f = &a->show.face;
	char line[REWIND_LINE_MAX];

	rewind_tick(w, now);
	if (!w->on) {
		face_live(f);
		if (w->lost) face_notice(f, "the past that was shown was lost with its head", BANNER_OVER, 2000);
		w->lost = false;
	} else if (w->news && !out_pending(&f->out)) {
		struct screen *const still = rewind_still(w);
		if (!still) rewind_end(w);
		if (!still) return;
		w->news = false;
		rewind_line(w, f->canvas.cols, clock_wall_ns(), line);
		face_still(f, still, line);
	}
}

static void output(struct session *a, int64_t now)
{
	uint64_t pos;
	enum out_result r;

	if (a->term.ours && !a->on) return;
	look_back(a, now);
	show_pump(&a->show, now);
	r = flush(a);
	if (a->show.face.error) end(a, SESSION_FAILED, a->show.face.error, "unable to show the terminal");
	if (r == OUT_CLOSED || (r == OUT_FAILED && a->term.ours && errno == EIO)) unread(a);
	else if (r == OUT_FAILED) end(a, SESSION_FAILED, errno, "unable to write the output");
	if (show_pos(&a->show, &pos) && page_move(a->link.page, pos)) headlink_moved(&a->link);
	if (a->show.over && !a->done) {
		end(a, a->show.known ? SESSION_ENDED : SESSION_UNKNOWN, 0, NULL);
		a->result->code = a->show.known ? notice_code(a->show.status) : 0;
		notice_end(a->result->why, a->show.end_flags, a->show.status);
	}
}

/* True: the viewer may wait, since nothing is left to do. The head is told to wake us
 * only if we wait for the tape. */
static bool fall_asleep(struct session *a, int64_t now)
{
	struct show *const s = &a->show;

	if (a->term.ours && !a->on) return true;
	if (out_room(&s->face.out) == 0 && !face_painting(&s->face)) return true; /* wait for POLLOUT */
	if (!show_idle(s, now)) return false;
	page_sleep(a->link.page);
	if (show_idle(s, now)) return true;
	page_awake(a->link.page);
	return false;
}

/* A lossless viewer does not nap: it may be held up by its terminal, and the program waits
 * for it then. */
static int nap(struct session *a, int64_t now)
{
	struct show const *const s = &a->show;

	if (!s->open || a->o->lossless) return -1;
	int const ms = nap_take(&a->nap, s->tape.pos, s->tape.ring_size, now);
	return ms > 0 && show_idle(s, now) ? ms : -1;
}

static void wait_and_act(struct session *a)
{
	struct pollfd p[P_COUNT];
	int64_t now = clock_ms();
	int timeout = headlink_timeout(&a->link, now);
	int const napping = nap(a, now);

	timeout = clock_earlier(timeout, keyboard_timeout(&a->keyboard, now));
	timeout = clock_earlier(timeout, show_timeout(&a->show, now));
	if (!a->term.ours || a->on) timeout = clock_earlier(timeout, rewind_timeout(&a->rewind));
	if (napping > 0) timeout = clock_earlier(timeout, napping);
	else if (!fall_asleep(a, now)) timeout = 0;

	p[P_SIGNAL] = (struct pollfd){ a->signals.fd, POLLIN, 0 };
	p[P_LINK] = (struct pollfd){ headlink_fd(&a->link), headlink_events(&a->link), 0 };
	p[P_IN] = (struct pollfd){ wants_input(a) ? STDIN_FILENO : -1, POLLIN, 0 };
	p[P_OUT] = (struct pollfd){ a->show.face.out.fd, out_pending(&a->show.face.out) ? POLLOUT : 0, 0 };
	if (a->term.ours && !a->on) p[P_OUT].fd = -1;
	if (poll(p, P_COUNT, timeout) < 0) {
		if (errno != EINTR) end(a, SESSION_FAILED, errno, "unable to poll");
		return;
	}
	page_awake(a->link.page);
	now = clock_ms();
	if (p[P_SIGNAL].revents) signalled(a);
	if (p[P_IN].revents && !a->done) typed(a, now);
	if (keyboard_tick(&a->keyboard, now)) end(a, SESSION_DETACHED, 0, NULL);
	if (p[P_LINK].revents || headlink_timeout(&a->link, now) == 0) head_says(a, p[P_LINK].revents, now);
	if (p[P_OUT].revents & (POLLERR | POLLHUP) && !out_pending(&a->show.face.out)) unread(a);
}

/* ---- from start to end ------------------------------------------------------- */

/* A viewer must not show a terminal on itself, or type from itself. A pipe may lead to
 * the terminal, too; a file does not. */
static struct ptyhead_tty own_tty(bool watch)
{
	struct stat st;
	struct ptyhead_tty tty = ptyhead_tty_of(STDOUT_FILENO);

	if (tty.dev || tty.rdev) return tty;
	bool const file = fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode);
	if (!watch || !file) tty = ptyhead_tty_of(STDIN_FILENO);
	return tty.dev || tty.rdev || file ? tty : ptyhead_tty_of(STDERR_FILENO);
}

static void open_link(struct session *a)
{
	int tape = -1;
	a->link.address = &a->o->address;
	a->link.watch = a->o->watch;
	a->link.lossless = a->o->lossless;
	a->link.size = term_size(&a->term);
	a->link.tty = own_tty(a->o->watch);
	int const r = headlink_open(&a->link, &tape);
	if (r == 0) {
		if (a->o->lossless && !a->link.attached.lossless)
			a->o->say("the head does not wait for this viewer: bytes may be lost");
		tape_came(a, tape);
		return;
	}
	no_link(a, -r);
}

void session_run(struct session_options const *o, struct session_result *ret)
{
	struct session *const a = calloc(1, sizeof *a);

	memset(ret, 0, sizeof *ret);
	if (!a) {
		*ret = (struct session_result){ .how = SESSION_FAILED, .error = ENOMEM, .what = "unable to start" };
		return;
	}
	a->o = o;
	a->result = ret;
	a->rewind.live = &a->show.tape;
	a->keyboard.keys = o->keys;
	if (!o->plain) a->keyboard.past = o->past;
	a->keyboard.rewind = &a->rewind;
	a->keyboard.face = &a->show.face;
	a->keyboard.link = &a->link;
	term_init(&a->term, STDIN_FILENO, STDOUT_FILENO);
	a->stdin_open = a->term.ours || !o->watch;
	a->show.plain = a->term.ours && o->plain;
	a->show.face.tty = a->term.ours && !o->plain;
	a->show.once = o->once;
	a->show.face.quiet = o->quiet;
	a->show.face.pace.lossless = o->lossless;
	a->show.history = o->history;
	a->show.lossless = o->lossless;
	a->show.face.say = o->say;
	a->show.hint = o->hint;
	struct ptyhead_size const size = term_size(&a->term);
	int r = show_init(&a->show, STDOUT_FILENO, size.rows, size.cols);
	if (r < 0) end(a, SESSION_FAILED, -r, "unable to start");
	a->show.face.canvas.watches = o->watch;

	if (!a->done) open_link(a);
	if (!a->done) r = signals_init(&a->signals);
	if (r < 0) end(a, SESSION_FAILED, -r, "unable to watch for signals");
	if (!a->done) {
		enter(a);
		resized(a);
		while (!a->done) {
			output(a, clock_ms());
			if (!a->done) wait_and_act(a);
		}
		if (!a->term.ours) show_tell_lost(&a->show, clock_ms(), true);
		leave(a, ret->how == SESSION_DETACHED && !o->quiet ? "[ptyhead-attach: detached]\r\n" : NULL);
		signals_deinit(&a->signals);
	}
	headlink_close(&a->link);
	rewind_end(&a->rewind);
	show_deinit(&a->show);
	free(a);
}
