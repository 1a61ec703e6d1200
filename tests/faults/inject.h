/* SPDX-License-Identifier: ISC */
/* What the injector (inject.c, preloaded) and its remote control (arm.c) share: a
 * file that both have mapped. */
#ifndef INJECT_H
#define INJECT_H

#include <stdatomic.h>
#include <stdint.h>

#define INJECT_SITES 2048u
#define INJECT_FUNCTION 24u
#define INJECT_MODULE 16u

enum inject_mode {
	INJECT_OFF,
	INJECT_RECORD, /* note where each function is called from */
	INJECT_FAIL,   /* let one call fail */
	INJECT_DELAY,  /* let all calls from there take longer */
};

/* A place that a function is called from: an offset in a program or library. */
struct inject_site {
	char function[INJECT_FUNCTION];
	char module[INJECT_MODULE];
	uint64_t offset;
	_Atomic uint32_t calls;
};

struct inject_control {
	char program[16]; /* only in what is executed under this name */
	_Atomic uint32_t mode;
	struct inject_site target; /* module "": wherever */
	uint32_t nth;              /* 1: the first call */
	int32_t error;             /* errno; 0: half of what should be written goes */
	uint32_t delay_us;
	_Atomic uint32_t seen;
	_Atomic uint32_t fired;
	_Atomic uint32_t sites_len;
	struct inject_site sites[INJECT_SITES];
};

#endif
