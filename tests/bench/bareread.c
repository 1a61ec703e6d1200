/* SPDX-License-Identifier: ISC */
/* bareread PROG... : PROG on a terminal of 80x24, and a loop that reads it and
 * does nothing else: what any server of terminals is measured against. */
#include <pty.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char buf[65536];
	struct winsize const size = { .ws_row = 24, .ws_col = 80 };
	int master;
	if (argc < 2) return 100;
	pid_t const pid = forkpty(&master, NULL, NULL, &size);
	if (pid < 0) return 111;
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	while (read(master, buf, sizeof buf) > 0) {}
	waitpid(pid, NULL, 0);
	return 0;
}
