/* SPDX-License-Identifier: ISC */
/* The files of a recording. Opens them without overwriting, and reads a file to append
 * to. */
#ifndef VIEWER_FILES_H
#define VIEWER_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "recording.h"

struct files {
	/* set by the caller */
	char const *output; /* a pattern for strftime(3); "-": standard output */
	char const *timing; /* of a typescript; NULL: the output's name with ".timing" */
	enum recording_form form;
	bool append;

	/* for the caller to read */
	int fd, timing_fd; /* -1: none */
	bool resume;       /* the file has a recording: */
	uint64_t base, last; /* when it began, and its last event: ns of CLOCK_REALTIME */
};

bool files_stdout(char const *path);
enum files_result { FILES_OK = 0, FILES_USAGE, FILES_FAILED };
/* On failure `why` (size `len`) says what is wrong. */
enum files_result files_open(struct files *f, char *why, size_t len);
/* Syncs the files and opens the ones that the pattern names now. False: they are the
 * same, or that failed; then the old files stay open. `why` says what is wrong, or is
 * empty. */
bool files_reopen(struct files *f, char *why, size_t len);
/* Syncs and closes them. 0 or -errno. */
int files_close(struct files *f);

#endif
