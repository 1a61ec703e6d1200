/* SPDX-License-Identifier: ISC */
/* A TCP server that forks: `forkserver PORT HEAD`. It answers each line with the same
 * line in capitals. Each connection has a terminal of its own on the head: an operator
 * lists them (ptyhead-list HEAD), watches one, and joins in
 * (ptyhead-attach HEAD:client-17): a line typed there goes to the client.
 *   cc forkserver.c $(pkg-config --cflags --libs ptyhead) -o forkserver */
#define _GNU_SOURCE /* accept4 NOLINT */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <poll.h>
#include <ptyhead.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A line of the client's is shown and answered; false: the client has gone. */
static bool from_client(FILE *in, int client)
{
	char line[512];
	if (!fgets(line, sizeof line, in)) return false;
	printf("client: %s", line);
	for (char *p = line; *p; p++) *p = (char)toupper((unsigned char)*p);
	return write(client, line, strlen(line)) > 0;
}

/* A line of the operator's goes to the client; false: the terminal has gone. */
static bool from_operator(int client)
{
	char line[512];
	if (!fgets(line, sizeof line, stdin)) return false;
	dprintf(client, "operator: %s", line);
	return true;
}

static int serve(int client, char const *address)
{
	/* These are the lines that put this process on a terminal of its own. */
	int const r = ptyhead_adopt_self(address);
	if (r < 0) {
		fprintf(stderr, "forkserver: no terminal %s: %s\n", address, strerror(-r));
	}

	FILE *const in = fdopen(dup(client), "r");
	if (!in) return 111;
	setvbuf(in, NULL, _IONBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("serving on %s\n", address);
	struct pollfd p[2] = { { client, POLLIN, 0 }, { r < 0 ? -1 : 0, POLLIN, 0 } };
	while (poll(p, 2, -1) > 0) {
		if (p[0].revents && !from_client(in, client)) break;
		if (p[1].revents && !from_operator(client)) p[1].fd = -1;
	}
	puts("the client has gone");
	return 0;
}

int main(int argc, char **argv)
{
	char address[512];
	int const server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (argc != 3) return fprintf(stderr, "usage: forkserver PORT HEAD\n"), 100;
	sa.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(server, (struct sockaddr *)&sa, sizeof sa) < 0 || listen(server, 64) < 0) return perror("forkserver"), 111;
	signal(SIGCHLD, SIG_IGN); /* none becomes a zombie */
	for (unsigned n = 1;; n++) {
		int const client = accept4(server, NULL, NULL, SOCK_CLOEXEC);
		if (client < 0) continue;
		snprintf(address, sizeof address, "%s:client-%u", argv[2], n);
		if (fork() == 0) {
			signal(SIGCHLD, SIG_DFL);
			exit(serve(client, address));
		}
		close(client);
	}
}
