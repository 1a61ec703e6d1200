/* SPDX-License-Identifier: ISC */
/* Checks that a file is a tape, before anything in it is used. Internal to tape/. */
#ifndef TAPE_CHECK_H
#define TAPE_CHECK_H

#include "tape.h"

/* Copies the header of the tape behind `fd`. 0; -EPROTO: not a tape, not
 * sealed, or its parts contradict each other; -EPROTONOSUPPORT: a tape of
 * another version. */
int tape_check(int fd, struct tape_header *ret);

#endif
