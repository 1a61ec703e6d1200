/* SPDX-License-Identifier: ISC */
/* A store that is away and back, full, or has lost what it held: a backend that
 * says what the test wants. */
#include "headparts.h"
#include "keep.h"

#define CALLS 64

static struct env env; /* its loop and log; the store is set up by hand */
static struct heard said;
static struct keep *const k = &env.keep;

/* What the backend answers, and what it was asked. */
static struct fake {
	int put, sync, drop, fetch, ask, again; /* 0 or -errno; fetch and ask: 0, a descriptor */
	unsigned put_after;                     /* so many puts are well before `put` counts */
	char calls[CALLS][KEEP_NAME_MAX + 8];
	unsigned n;
	int question; /* the other end; -1: none */
	unsigned asked;
} fake;

static void note(char const *what, char const *name)
{
	CHECK(fake.n < CALLS);
	snprintf(fake.calls[fake.n++], sizeof *fake.calls, "%s %s", what, name);
}

static int put(struct keep *of, char const *name, int fd)
{
	CHECK(of == k && fd >= 0);
	note("put", name);
	if (fake.put_after == 0) return fake.put;
	fake.put_after--;
	return 0;
}
static int sync_all(struct keep *of)
{
	CHECK(of == k);
	return fake.sync;
}
static int drop(struct keep *of, char const *name)
{
	CHECK(of == k);
	note("drop", name);
	return fake.drop;
}
static int fetch(struct keep *of, char const *name)
{
	CHECK(of == k);
	note("fetch", name);
	return fake.fetch < 0 ? fake.fetch : open("/dev/null", O_RDONLY | O_CLOEXEC);
}
static int ask(struct keep *of)
{
	int ends[2];
	CHECK(of == k);
	fake.asked++;
	if (fake.ask < 0) return fake.ask;
	CHECK(fake.question < 0); /* one question at a time */
	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	fake.question = ends[1];
	return ends[0];
}
static int again(struct keep *of)
{
	CHECK(of == k);
	if (k->bereft) note("again", "");
	return fake.again;
}
static void end(struct keep *of) { note("close", of->where); }

static struct keep_backend const backend = {
	.put = put, .sync = sync_all, .drop = drop, .fetch = fetch, .ask = ask, .again = again, .close = end,
};

static unsigned anew_called;

static struct keep_item const items[] = {
	{ KEEP_MASTER, 3, "main", 0 }, { KEEP_TAPE, 0, "main", 1 }, { KEEP_PIDFD, 3, "main", 2 },
};

static void anew(void *arg)
{
	CHECK(arg == &anew_called);
	anew_called++;
	CHECK(!k->away);
	(void)keep_store(k, items, 3);
}

static void set_up(void)
{
	parts_env(&env, &said);
	fake = (struct fake){ .question = -1 };
	k->where = "the store";
	k->most = 10;
	k->backend = &backend;
	k->anew = anew;
	k->anew_arg = &anew_called;
	anew_called = 0;
}

static void tear_down(void)
{
	env_deinit(&env);
	if (fake.question >= 0) close(fake.question);
}

static bool called(unsigned i, char const *what) { return i < fake.n && !strcmp(fake.calls[i], what); }

static bool is_back(void *arg)
{
	(void)arg;
	return !k->away;
}

/* It answers the question that is open. */
static void answer(void)
{
	CHECK(fake.question >= 0);
	close(fake.question);
	fake.question = -1;
}

static void come_back(void)
{
	answer();
	CHECK(loop_until(&env.loop, is_back, NULL));
}

/* ---- names ---- */

TEST(names_are_read_as_they_are_written)
{
	static char const *const terminals[] = { "main", "a", "x.y_@+-1" };
	char name[KEEP_NAME_MAX];
	struct keep_item i;
	for (unsigned t = 0; t < 3; t++)
		for (enum keep_kind kind = KEEP_TAPE; kind <= KEEP_PIDFD; kind++)
			for (unsigned n = 0; n < 3; n++) {
				uint32_t const run = n == 2 ? UINT32_MAX : n;
				keep_name(name, kind, run, terminals[t]);
				CHECK(keep_parse(name, &i));
				CHECK_EQ(i.kind, kind);
				CHECK_EQ(i.run, run);
				CHECK_EQ(i.fd, -1);
				CHECK_STR(i.terminal, terminals[t]);
			}
	char longest[WIRE_TERMINAL_MAX + 2];
	memset(longest, 'x', sizeof longest);
	longest[WIRE_TERMINAL_MAX] = 0;
	keep_name(name, KEEP_MASTER, UINT32_MAX, longest);
	CHECK(keep_parse(name, &i));
	CHECK_STR(i.terminal, longest);
}

TEST(names_of_others_are_not_ours)
{
	static char const *const names[] = {
		"", "tape", "tape.", "tape.0", "tape.0.", "tapes.0.main", "tape.-1.main", "tape.01.main", "tape. 1.main",
		"tape.4294967296.main", "tape.18446744073709551617.main", "tape.0.-x", "tape.0..x", "tape.0.a b", "tape.0.a/b",
		"listener.0.main", "socket", "Tape.0.main", "master.x.main", "tape.+1.main",
		"tape.0.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	};
	struct keep_item i;
	for (size_t n = 0; n < sizeof names / sizeof *names; n++)
		if (keep_parse(names[n], &i)) {
			printf("# taken for ours: %s\n", names[n]);
			CHECK(0);
		}
}

/* ---- storing ---- */

TEST(without_a_store_all_is_well_and_nothing_is_called)
{
	set_up();
	k->where = NULL;
	CHECK_EQ(keep_store(k, items, 3), 0);
	keep_drop(k, KEEP_TAPE, 0, "main");
	CHECK_EQ(keep_fetch(k, items), -ENOENT);
	CHECK_EQ(fake.n, 0);
	CHECK_EQ(k->held, 0);
	tear_down();
}

TEST(what_is_stored_is_counted)
{
	set_up();
	CHECK_EQ(keep_store(k, items, 3), 0);
	CHECK(called(0, "put master.3.main") && called(1, "put tape.0.main") && called(2, "put pidfd.3.main"));
	CHECK_EQ(k->held, 3);
	keep_drop(k, KEEP_MASTER, 3, "main");
	CHECK(called(3, "drop master.3.main"));
	CHECK_EQ(k->held, 2);
	tear_down();
}

TEST(all_are_stored_or_none)
{
	set_up();
	fake.put_after = 2;
	fake.put = -EIO;
	CHECK_EQ(keep_store(k, items, 3), -EIO);
	CHECK(called(3, "drop tape.0.main") && called(4, "drop master.3.main"));
	CHECK_EQ(fake.n, 5);
	CHECK_EQ(k->held, 0);
	CHECK(!k->away);
	fake.put = 0;
	fake.sync = -EIO;
	CHECK_EQ(keep_store(k, items, 3), -EIO);
	CHECK_EQ(k->held, 0);
	CHECK_EQ(fake.n, 11);
	tear_down();
}

TEST(a_full_store_is_not_asked)
{
	set_up();
	k->most = 5;
	CHECK_EQ(keep_store(k, items, 3), 0);
	CHECK_EQ(keep_store(k, items, 3), -ENOSPC);
	CHECK_EQ(keep_store(k, items, 2), 0);
	k->most = 4; /* it has shrunk below what is held */
	CHECK_EQ(keep_store(k, items, 1), -ENOSPC);
	CHECK_EQ(fake.n, 5);
	CHECK_EQ(k->held, 5);
	tear_down();
}

TEST(what_is_not_held_is_not_dropped)
{
	set_up();
	keep_drop(k, KEEP_TAPE, 0, "main");
	CHECK_EQ(fake.n, 0);
	CHECK_EQ(k->held, 0);
	tear_down();
}

/* ---- away ---- */

TEST(one_that_does_not_answer_is_not_called_again)
{
	set_up();
	fake.put = -ETIMEDOUT;
	CHECK_EQ(keep_store(k, items, 3), -EAGAIN);
	CHECK(k->away);
	CHECK_EQ(fake.n, 1);
	CHECK_EQ(fake.asked, 1);
	CHECK_EQ(heard(&said, "the store does not answer"), 1);
	for (unsigned i = 0; i < 5; i++) {
		CHECK_EQ(keep_store(k, items, 3), -EAGAIN);
		CHECK_EQ(keep_fetch(k, items), -EAGAIN);
	}
	loop_some(&env.loop);
	CHECK_EQ(fake.n, 1);
	CHECK_EQ(fake.asked, 1);
	CHECK_EQ(heard(&said, "does not answer"), 1);
	CHECK_EQ(k->held, 0);
	tear_down();
}

TEST(a_full_socket_is_no_answer_either)
{
	set_up();
	fake.sync = -EAGAIN;
	CHECK_EQ(keep_store(k, items, 2), -EAGAIN);
	CHECK(k->away);
	CHECK_EQ(k->held, 0);
	/* Both were put, perhaps: they are dropped when it is back. */
	fake.sync = 0;
	come_back();
	CHECK(called(2, "drop tape.0.main") && called(3, "drop master.3.main"));
	CHECK_EQ(fake.n, 4);
	CHECK_EQ(heard(&said, "the store answers again"), 1);
	CHECK_EQ(anew_called, 0); /* it has lost nothing */
	CHECK_EQ(keep_store(k, items, 3), 0);
	tear_down();
}

TEST(what_is_dropped_meanwhile_is_dropped_later_once_and_in_order)
{
	set_up();
	CHECK_EQ(keep_store(k, items, 3), 0);
	fake.n = 0;
	fake.fetch = -ETIMEDOUT;
	CHECK_EQ(keep_fetch(k, items), -ETIMEDOUT);
	CHECK(k->away);
	keep_drop(k, KEEP_PIDFD, 3, "main");
	keep_drop(k, KEEP_MASTER, 3, "main");
	CHECK_EQ(k->held, 1);
	CHECK_EQ(fake.n, 1);
	come_back();
	CHECK(called(1, "drop pidfd.3.main") && called(2, "drop master.3.main"));
	CHECK_EQ(fake.n, 3);
	CHECK(list_empty(&k->drops));
	tear_down();
}

TEST(a_drop_that_is_not_answered_comes_again)
{
	set_up();
	CHECK_EQ(keep_store(k, items, 3), 0);
	fake.n = 0;
	fake.drop = -ETIMEDOUT;
	keep_drop(k, KEEP_PIDFD, 3, "main");
	keep_drop(k, KEEP_MASTER, 3, "main");
	CHECK(k->away);
	CHECK_EQ(fake.n, 1);
	/* It answers the question, and not the first of the drops: away again, and
	 * none is forgotten. */
	answer();
	while (fake.n < 2) loop_some(&env.loop);
	CHECK(k->away);
	CHECK_EQ(fake.n, 2);
	fake.drop = 0;
	come_back();
	CHECK_EQ(fake.n, 4);
	CHECK_EQ(heard(&said, "does not answer"), 2);
	/* What it never had is dropped, too. */
	fake.drop = -ENOENT;
	keep_drop(k, KEEP_TAPE, 0, "main");
	CHECK(!k->away);
	tear_down();
}

static bool asked_twice(void *arg)
{
	(void)arg;
	return fake.asked >= 2;
}

TEST(one_that_cannot_be_reached_is_asked_again)
{
	set_up();
	fake.ask = -ECONNREFUSED;
	fake.put = -ETIMEDOUT;
	CHECK_EQ(keep_store(k, items, 1), -EAGAIN);
	CHECK_EQ(fake.asked, 1);
	loop_some(&env.loop);
	CHECK_EQ(fake.asked, 1); /* not at once */
	CHECK(loop_until(&env.loop, asked_twice, NULL));
	CHECK(k->away);
	CHECK_EQ(k->ticks, 2); /* later, each time */
	fake.ask = 0;
	tear_down();
}

/* ---- lost, and put anew ---- */

TEST(one_that_has_lost_all_gets_all_anew)
{
	set_up();
	CHECK_EQ(keep_store(k, items, 3), 0);
	fake.n = 0;
	keep_lost(k, -ECONNRESET);
	CHECK(k->away && k->bereft);
	keep_drop(k, KEEP_PIDFD, 3, "main");
	CHECK_EQ(fake.n, 0);
	come_back();
	/* What was to be dropped is lost already. */
	CHECK(called(0, "again "));
	CHECK(called(1, "put master.3.main"));
	CHECK_EQ(fake.n, 4);
	CHECK_EQ(anew_called, 1);
	CHECK(!k->bereft);
	CHECK_EQ(k->held, 3);
	tear_down();
}

TEST(one_that_was_away_and_is_lost_then_gets_all_anew)
{
	set_up();
	CHECK_EQ(keep_store(k, items, 3), 0);
	fake.put = -ETIMEDOUT;
	CHECK_EQ(keep_store(k, items, 1), -EAGAIN);
	keep_lost(k, -ECONNRESET);
	CHECK_EQ(heard(&said, "does not answer"), 1);
	fake.put = 0;
	come_back();
	CHECK_EQ(anew_called, 1);
	CHECK_EQ(k->held, 3);
	tear_down();
}

static bool again_was_called(void *arg)
{
	(void)arg;
	return fake.n > 0;
}

static bool is_asked(void *arg)
{
	(void)arg;
	return fake.question >= 0;
}

/* What is in the store now may be another head's. */
TEST(one_that_is_anothers_by_now_gets_nothing)
{
	set_up();
	keep_lost(k, -ECONNRESET);
	fake.again = -EBUSY;
	answer();
	/* No second answer: the question that is asked next stays open. */
	CHECK(loop_until(&env.loop, again_was_called, NULL));
	CHECK(k->away && k->bereft);
	CHECK_EQ(anew_called, 0);
	CHECK_EQ(keep_store(k, items, 1), -EAGAIN);
	fake.again = 0;
	CHECK(loop_until(&env.loop, is_asked, NULL));
	come_back();
	CHECK_EQ(anew_called, 1);
	tear_down();
}

/* It goes away again while it is given everything: what is left is given when it is back. */
TEST(what_could_not_be_put_anew_is_put_later)
{
	set_up();
	CHECK_EQ(keep_store(k, items, 3), 0);
	keep_lost(k, -ECONNRESET);
	fake.put_after = 1;
	fake.put = -ETIMEDOUT;
	answer();
	while (anew_called == 0) loop_some(&env.loop);
	CHECK(k->away);
	fake.put = 0;
	come_back();
	CHECK_EQ(anew_called, 2);
	CHECK_EQ(k->held, 3);
	tear_down();
}

static bool one_second(void *arg)
{
	return loop_now() >= *(uint64_t *)arg;
}

/* One that answers at once and says that it is another head's is asked now and then. */
TEST(one_that_is_anothers_is_not_asked_without_pause)
{
	set_up();
	keep_lost(k, -ECONNRESET);
	fake.again = -EBUSY;
	uint64_t until = loop_now() + 1000000000;
	fake.n = 0;
	while (!one_second(&until) && fake.n < 10) {
		if (fake.question >= 0) answer();
		loop_some(&env.loop);
	}
	CHECK(fake.n < 10);
	CHECK(heard(&said, "does not answer") < 5);
	tear_down();
}

/* What was given and not answered may have come: it is dropped with the others. */
TEST(what_timed_out_is_dropped_when_it_is_back)
{
	set_up();
	fake.put_after = 1;
	fake.put = -ETIMEDOUT;
	CHECK_EQ(keep_store(k, items, 3), -EAGAIN);
	fake.put = 0;
	fake.n = 0;
	come_back();
	CHECK(called(0, "drop tape.0.main") && called(1, "drop master.3.main"));
	tear_down();
}

/* ---- fetching, and the end ---- */

TEST(what_could_not_be_fetched_is_fetched_later)
{
	set_up();
	int const fd = keep_fetch(k, &items[1]);
	CHECK(fd >= 0);
	CHECK(called(0, "fetch tape.0.main"));
	close(fd);
	fake.fetch = -EMFILE;
	CHECK_EQ(keep_fetch(k, items), -EMFILE);
	CHECK(!k->away);
	tear_down();
}

TEST(the_end_leaves_nothing_open)
{
	set_up();
	fake.put = -ETIMEDOUT;
	CHECK_EQ(keep_store(k, items, 3), -EAGAIN);
	keep_drop(k, KEEP_TAPE, 0, "main");
	env_deinit(&env);
	CHECK(called(fake.n - 1, "close the store"));
	close(fake.question);
}

TEST_MAIN
