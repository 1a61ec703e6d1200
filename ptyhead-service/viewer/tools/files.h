/* SPDX-License-Identifier: ISC */
/* The files of a recording: opened without overwriting any, and what is appended to. */
#ifndef VIEWER_FILES_H
#define VIEWER_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "recording.h"

struct files {
	/* set by the caller */
	char const *output; /* as strftime(3) takes it; "-": standard output */
	char const *timing; /* of a typescript; NULL: the output's name, and ".timing" */
	enum recording_form form;
	bool append;

	/* for the caller to read */
	int fd, timing_fd; /* -1: none */
	bool resume;       /* there is a recording in it, */
	uint64_t base, last; /* which began then, and was written last then: ns of CLOCK_REALTIME */
};

bool files_stdout(char const *path);
enum files_result { FILES_OK = 0, FILES_USAGE, FILES_FAILED };
/* What is wrong stands in `why`, of `len` bytes. */
enum files_result files_open(struct files *f, char *why, size_t len);
/* Syncs them and opens those that are called so now. False: they are the same, or that
 * failed; the files stay as they are. `why` says what is wrong, or is empty. */
bool files_reopen(struct files *f, char *why, size_t len);
/* Syncs and closes them. 0 or -errno. */
int files_close(struct files *f);

#endif
