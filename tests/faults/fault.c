/* SPDX-License-Identifier: ISC */
/* Kills this process when it comes to a fault point for the n-th time, once:
 * the file that $PTYHEAD_FAULT names holds the point's name and n, and is gone
 * when the kill has been done, so that the next process lives. */
#include "fault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fault_point(char const *name)
{
	static int state; /* 0: not looked, 1: armed, 2: none */
	static char wanted[64];
	static long left;
	static char const *path;

	if (state == 0) {
		path = getenv("PTYHEAD_FAULT");
		FILE *const f = path ? fopen(path, "re") : NULL;
		state = f && fscanf(f, "%63s %ld", wanted, &left) == 2 ? 1 : 2;
		if (f) fclose(f);
	}
	if (state != 1 || strcmp(name, wanted) != 0 || --left > 0) return;
	unlink(path);
	kill(getpid(), SIGKILL);
	for (;;) pause();
}
