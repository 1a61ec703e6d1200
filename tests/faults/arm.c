/* SPDX-License-Identifier: ISC */
/* arm FILE [ORDER...] : the remote control of the injector (inject.c). Without an order
 * there they come by standard input, a line each, and each is answered by what it prints
 * and a line `done`.
 *
 *     new PROGRAM                      for processes of this name
 *     record                           from now on, anew
 *     fail FUNCTION SITE NTH ERROR     the N-th call from SITE (`any`: wherever)
 *                                      fails with that errno, by its name; or
 *                                      goes by half (`half`)
 *     delay FUNCTION SITE US           each call takes so much longer
 *     off
 *     fired                            prints how often it did
 *     sites                            prints what was recorded, a line each:
 *                                      FUNCTION SITE CALLS */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inject.h"

static struct inject_control *c;

static int error_of(char const *name)
{
	if (!strcmp(name, "half")) return 0;
	for (int e = 1; e < 134; e++) {
		char const *const n = strerrorname_np(e);
		if (n && !strcmp(n, name)) return e;
	}
	fprintf(stderr, "arm: fatal: no error is called %s\n", name);
	exit(100);
}

static void aim(char const *function, char const *site)
{
	memset(&c->target, 0, sizeof c->target);
	strncpy(c->target.function, function, INJECT_FUNCTION - 1);
	char const *const plus = strrchr(site, '+');
	if (!plus) return;
	strncpy(c->target.module, site, (size_t)(plus - site) < INJECT_MODULE ? (size_t)(plus - site) : INJECT_MODULE - 1);
	c->target.offset = strtoull(plus + 1, NULL, 16);
}

static void set(enum inject_mode mode)
{
	atomic_store(&c->seen, 0);
	atomic_store(&c->fired, 0);
	atomic_store_explicit(&c->mode, mode, memory_order_release);
}

static int order(char const *verb, int argc, char **argv)
{
	if (!strcmp(verb, "new") && argc == 1) {
		memset(c, 0, sizeof *c);
		strncpy(c->program, argv[0], sizeof c->program - 1);
	} else if (!strcmp(verb, "record") && argc == 0) {
		atomic_store(&c->sites_len, 0);
		set(INJECT_RECORD);
	} else if (!strcmp(verb, "fail") && argc == 4) {
		atomic_store(&c->mode, INJECT_OFF);
		aim(argv[0], argv[1]);
		c->nth = (uint32_t)strtoul(argv[2], NULL, 10);
		c->error = error_of(argv[3]);
		set(INJECT_FAIL);
	} else if (!strcmp(verb, "delay") && argc == 3) {
		atomic_store(&c->mode, INJECT_OFF);
		aim(argv[0], argv[1]);
		c->delay_us = (uint32_t)strtoul(argv[2], NULL, 10);
		set(INJECT_DELAY);
	} else if (!strcmp(verb, "off") && argc == 0) {
		atomic_store(&c->mode, INJECT_OFF);
	} else if (!strcmp(verb, "fired") && argc == 0) {
		printf("%" PRIu32 "\n", atomic_load(&c->fired));
	} else if (!strcmp(verb, "sites") && argc == 0) {
		for (uint32_t i = 0; i < atomic_load(&c->sites_len); i++) {
			struct inject_site const *const s = &c->sites[i];
			printf("%s %s+%" PRIx64 " %" PRIu32 "\n", s->function, s->module, s->offset, atomic_load(&s->calls));
		}
	} else {
		return 100;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2) return 100;
	int const fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || ftruncate(fd, sizeof *c) < 0) {
		perror("arm: fatal: unable to open the file");
		return 111;
	}
	c = mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c == MAP_FAILED) {
		perror("arm: fatal: unable to map the file");
		return 111;
	}
	if (argc > 2) return order(argv[2], argc - 3, argv + 3);
	for (char line[256]; fgets(line, sizeof line, stdin);) {
		char *words[6] = { 0 };
		int n = 0;
		for (char *w = strtok(line, " \n"); w && n < 5; w = strtok(NULL, " \n")) words[n++] = w;
		if (n == 0 || order(words[0], n - 1, words + 1) != 0) return 100;
		puts("done");
		fflush(stdout);
	}
	return 0;
}
