/* SPDX-License-Identifier: ISC */
#include "notice.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tape.h"

static struct { int number; char const *name; } const signals[] = {
	{ SIGHUP, "SIGHUP" }, { SIGINT, "SIGINT" }, { SIGQUIT, "SIGQUIT" }, { SIGILL, "SIGILL" },
	{ SIGTRAP, "SIGTRAP" }, { SIGABRT, "SIGABRT" }, { SIGBUS, "SIGBUS" }, { SIGFPE, "SIGFPE" },
	{ SIGKILL, "SIGKILL" }, { SIGUSR1, "SIGUSR1" }, { SIGSEGV, "SIGSEGV" }, { SIGUSR2, "SIGUSR2" },
	{ SIGPIPE, "SIGPIPE" }, { SIGALRM, "SIGALRM" }, { SIGTERM, "SIGTERM" }, { SIGXCPU, "SIGXCPU" },
	{ SIGXFSZ, "SIGXFSZ" }, { SIGSYS, "SIGSYS" },
};

char const *notice_end(char buf[NOTICE_MAX], uint32_t flags, int status)
{
	if (!(flags & TAPE_ENDED_KNOWN)) {
		snprintf(buf, NOTICE_MAX, "the program ended, its status is not known: %s",
		         flags & TAPE_ALIVE ? "the end was missed" :
		         flags & TAPE_UNTOLD ? "nobody told which process it was" :
		         flags & TAPE_UNREAPED ? "its parent has not fetched it" : "before Linux 6.15 its parent alone is told");
	} else if (WIFSIGNALED(status)) {
		int const number = WTERMSIG(status);
		char const *name = "a signal";
		for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
			if (signals[i].number == number) name = signals[i].name;
		snprintf(buf, NOTICE_MAX, "the program was killed by %s (signal %d)%s", name, number,
		         WCOREDUMP(status) ? ", core dumped" : "");
	} else {
		snprintf(buf, NOTICE_MAX, "the program ended with exit code %d", WEXITSTATUS(status));
	}
	return buf;
}

int notice_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
