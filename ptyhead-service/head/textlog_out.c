#include "textlog_out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "textlog.h"

#define MS_NS 1000000u
#define SECOND_NS 1000000000u

struct textlog_out {
	struct loop *loop;
	enum textlog_mode mode;
	int fd;
	bool own;      /* opened here, and does not block */
	bool socket;
	bool poll;     /* may block: look before each write */
	struct source source;
	struct deferred flush;
	struct timeout_queue look, stable, resume;
	unsigned long lost; /* lines or bytes that the reader left behind when it went */
	size_t start, len;
	char buf[TEXTLOG_BUFFER];
};

struct textlog_line {
	struct textlog_out *out;
	char const *name;
	struct textlog rule;
	struct timeout look, stable, resume;
	unsigned tokens;
	uint64_t refill_ns;
	unsigned long left_out; /* not 0: until `resume`, all is */
};

/* ---- writing --------------------------------------------------------------- */

/* As much as may be written at once: whole lines as far as there are any. */
static size_t piece(struct textlog_out const *o)
{
	char const *const p = o->buf + o->start;
	size_t const n = o->len < TEXTLOG_PIECE ? o->len : TEXTLOG_PIECE;
	char const *const end = o->mode == TEXTLOG_TEXT ? memrchr(p, '\n', n) : NULL;
	return end ? (size_t)(end - p) + 1 : n;
}

static ssize_t write_piece(struct textlog_out const *o)
{
	size_t const n = piece(o);
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };
	if (o->socket) return send(o->fd, o->buf + o->start, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (o->poll && (poll(&p, 1, 0) != 1 || !(p.revents & (POLLOUT | POLLERR)))) {
		errno = EAGAIN;
		return -1;
	}
	return write(o->fd, o->buf + o->start, n);
}

static void out_ready(struct source *s, uint32_t events);

/* Nobody reads any more, or the disk is full: what is held is lost. */
static void give_up(struct textlog_out *o)
{
	for (size_t i = 0; i < o->len; i++) o->lost += o->mode == TEXTLOG_RAW || o->buf[o->start + i] == '\n';
	o->start = o->len = 0;
}

static void out_write(struct textlog_out *o)
{
	while (o->len > 0) {
		ssize_t const n = write_piece(o);
		if (n > 0) {
			o->start += (size_t)n;
			o->len -= (size_t)n;
		} else if (n < 0 && errno == EINTR) {
			continue;
		} else if (n < 0 && errno == EAGAIN) {
			if (o->loop && o->source.fd < 0 && loop_add(o->loop, &o->source, o->fd, EPOLLOUT, out_ready) < 0) give_up(o);
			return;
		} else {
			give_up(o);
		}
	}
	o->start = 0;
	if (o->loop) loop_remove(o->loop, &o->source);
}

static void out_ready(struct source *s, uint32_t events)
{
	(void)events;
	out_write(list_entry(s, struct textlog_out, source));
}

static void out_flush(struct deferred *d) { out_write(list_entry(d, struct textlog_out, flush)); }

static size_t out_room(struct textlog_out const *o) { return TEXTLOG_BUFFER - o->len; }

static void out_put(struct textlog_out *o, char const *data, size_t len)
{
	if (o->start + o->len + len > TEXTLOG_BUFFER) {
		memmove(o->buf, o->buf + o->start, o->len);
		o->start = 0;
	}
	memcpy(o->buf + o->start + o->len, data, len);
	o->len += len;
	if (o->source.fd < 0) loop_defer(o->loop, &o->flush);
}

/* ---- lines ----------------------------------------------------------------- */

static char const *prefix(struct textlog_line const *l) { return strcmp(l->name, "main") ? l->name : NULL; }

/* Always fits into a piece; lost when the buffer is full. */
__attribute__((format(printf, 2, 3)))
static void notice(struct textlog_line *l, char const *format, ...)
{
	char line[256];
	char const *const p = prefix(l);
	size_t n = p ? (size_t)snprintf(line, sizeof line, "%s: ", p) : 0;
	va_list ap;
	va_start(ap, format);
	n += (size_t)vsnprintf(line + n, sizeof line - n - 1, format, ap);
	va_end(ap);
	line[n++] = '\n';
	if (n <= out_room(l->out)) out_put(l->out, line, n);
}

static void left_out(struct textlog_line *l, unsigned long n)
{
	if (l->left_out == 0) timeout_set(&l->out->resume, &l->resume);
	l->left_out += n;
}

static void refill(struct textlog_line *l)
{
	uint64_t const now = loop_now();
	uint64_t const earned = (now - l->refill_ns) / (SECOND_NS / TEXTLOG_RATE);
	l->refill_ns += earned * (SECOND_NS / TEXTLOG_RATE);
	l->tokens = earned > TEXTLOG_BURST - l->tokens ? TEXTLOG_BURST : l->tokens + (unsigned)earned;
}

/* A second after something was left out: it goes on, if there is room again. */
static void resume_expired(struct timeout *x)
{
	struct textlog_line *const l = list_entry(x, struct textlog_line, resume);
	struct textlog_out *const o = l->out;
	if (out_room(o) < TEXTLOG_BUFFER / 2) {
		timeout_set(&o->resume, x);
		return;
	}
	if (o->mode == TEXTLOG_RAW) notice(l, "\r\n[%lu bytes left out]\r", l->left_out);
	else notice(l, "[%lu line%s left out]", l->left_out, l->left_out == 1 ? "" : "s");
	l->left_out = 0;
}

static bool line_offer(void *arg)
{
	struct textlog_line *const l = arg;
	if (l->left_out == 0) {
		refill(l);
		if (l->tokens > 0 && out_room(l->out) >= TEXTLOG_PIECE) return true;
	}
	left_out(l, 1);
	return false;
}

/* What must not reach whoever reads the log: controls, and what turns the
 * direction of writing or breaks lines. How many bytes it takes; 0: harmless. */
static size_t harmful(unsigned char const *p, size_t len)
{
	if (*p < 0x20 || *p == 0x7f) return 1;
	if (len >= 2 && *p == 0xc2 && p[1] < 0xa0) return 2; /* C1 */
	if (len < 3 || *p != 0xe2) return 0;
	if (p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) return 3; /* U+2028..202E */
	if (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9) return 3; /* U+2066..2069 */
	return 0;
}

static size_t char_len(unsigned char c) { return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4; }

static void line_text(void *arg, char const *text, size_t len)
{
	struct textlog_line *const l = arg;
	unsigned char const *p = (unsigned char const *)text;
	unsigned char const *const end = p + len;
	char const *const name = prefix(l);
	char line[TEXTLOG_PIECE];

	do {
		size_t n = name ? (size_t)snprintf(line, sizeof line, "%s: ", name) : 0;
		while (p < end && n + 13 < sizeof line) { /* the longest escape, and the newline */
			size_t bad = harmful(p, (size_t)(end - p));
			size_t good = bad ? 0 : char_len(*p);
			for (; bad > 0 && p < end; bad--) n += (size_t)snprintf(line + n, sizeof line - n, "\\x%02x", *p++);
			for (; good > 0 && p < end; good--) line[n++] = (char)*p++;
		}
		line[n++] = '\n';
		if (l->left_out > 0 || l->tokens == 0 || n > out_room(l->out)) {
			left_out(l, 1);
			return;
		}
		l->tokens--;
		out_put(l->out, line, n);
	} while (p < end);
}

/* ---- hooks ----------------------------------------------------------------- */

static void line_look(struct textlog_line *l)
{
	timeout_clear(&l->look);
	if (textlog_look(&l->rule, loop_now()) && !timeout_pending(&l->stable)) timeout_set(&l->out->stable, &l->stable);
}

static void look_expired(struct timeout *x) { line_look(list_entry(x, struct textlog_line, look)); }
static void stable_expired(struct timeout *x) { line_look(list_entry(x, struct textlog_line, stable)); }

struct textlog_line *textlog_line_new(struct textlog_out *o, char const *name, struct screen *s)
{
	struct textlog_line *const l = o ? calloc(1, sizeof *l) : NULL;
	struct textlog_sink const sink = { .arg = l, .offer = line_offer, .line = line_text };
	if (!l) return NULL;
	l->out = o;
	l->name = name;
	l->tokens = TEXTLOG_BURST;
	l->refill_ns = loop_now();
	timeout_init(&l->look, look_expired);
	timeout_init(&l->stable, stable_expired);
	timeout_init(&l->resume, resume_expired);
	textlog_init(&l->rule, s, &sink);
	return l;
}

void textlog_line_free(struct textlog_line *l)
{
	if (!l) return;
	if (l->out->mode == TEXTLOG_TEXT) line_look(l);
	if (l->left_out > 0) resume_expired(&l->resume);
	timeout_clear(&l->look);
	timeout_clear(&l->stable);
	timeout_clear(&l->resume);
	textlog_deinit(&l->rule);
	free(l);
}

static bool text(struct textlog_line const *l) { return l && l->out->mode == TEXTLOG_TEXT; }

void textlog_line_live(struct textlog_line *l)
{
	if (text(l) && !l->rule.live) textlog_live(&l->rule);
}

void textlog_line_final(struct textlog_line *l, struct screen_row const *row)
{
	if (text(l)) textlog_final(&l->rule, row);
}

void textlog_line_fed(struct textlog_line *l)
{
	if (!text(l)) return;
	if (l->rule.picture) textlog_fed(&l->rule, loop_now());
	if (!timeout_pending(&l->look)) timeout_set(&l->out->look, &l->look);
}

void textlog_line_resizing(struct textlog_line *l)
{
	if (text(l)) textlog_resizing(&l->rule, loop_now());
}

void textlog_line_resized(struct textlog_line *l)
{
	if (!text(l)) return;
	textlog_resized(&l->rule, loop_now());
	textlog_line_fed(l);
}

void textlog_line_published(struct textlog_line *l, void const *data, size_t len)
{
	if (!l || l->out->mode != TEXTLOG_RAW || len == 0) return;
	if (l->left_out > 0 || len > out_room(l->out)) left_out(l, len);
	else out_put(l->out, data, len);
}

void textlog_line_started(struct textlog_line *l, unsigned run, int pid)
{
	if (!text(l)) return;
	line_look(l);
	if (pid > 0) notice(l, "[run %u started, pid %d]", run, pid);
	else notice(l, "[run %u started]", run);
}

void textlog_line_ended(struct textlog_line *l, unsigned run, bool known, int status)
{
	if (!text(l)) return;
	textlog_all(&l->rule);
	if (!known) notice(l, "[run %u ended: status not known]", run);
	else if (WIFSIGNALED(status)) notice(l, "[run %u ended: killed by signal %d]", run, WTERMSIG(status));
	else notice(l, "[run %u ended: exit %d]", run, WEXITSTATUS(status));
}

/* ---- life ------------------------------------------------------------------ */

int textlog_out_new(struct textlog_out **ret, struct loop *loop, int fd, enum textlog_mode mode)
{
	struct stat st;
	char path[32];
	*ret = NULL;
	if (mode == TEXTLOG_NONE) return 0;
	if (fstat(fd, &st) < 0) return -errno;
	struct textlog_out *const o = calloc(1, sizeof *o);
	if (!o) return -ENOMEM;
	o->loop = loop;
	o->mode = mode;
	o->fd = fd;
	o->source.fd = -1;
	o->socket = S_ISSOCK(st.st_mode);
	deferred_init(&o->flush, out_flush);
	loop_queue_init(loop, &o->look, TEXTLOG_LOOK_MS * MS_NS);
	loop_queue_init(loop, &o->stable, TEXTLOG_STABLE_NS);
	loop_queue_init(loop, &o->resume, SECOND_NS);
	*ret = o;
	if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode)) return 0;
	/* An open file of its own: others write to theirs, and count on its blocking. */
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int const own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	o->own = own >= 0;
	o->poll = own < 0;
	if (o->own) o->fd = own;
	return 0;
}

void textlog_out_free(struct textlog_out *o)
{
	if (!o) return;
	o->loop = NULL;
	out_write(o);
	if (o->own) close(o->fd);
	free(o);
}
