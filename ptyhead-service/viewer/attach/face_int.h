/* SPDX-License-Identifier: ISC */
/* For the files of the face alone. */
#ifndef VIEWER_FACE_INT_H
#define VIEWER_FACE_INT_H

#include "face.h"

/* face.c: what waits of the program's is not written but painted */
void face_split(struct face *f);
/* the program's screen, which is about to be changed by us */
struct screen *face_prog_rows(struct face *f);

/* face_notice.c: can what we say be placed now? Places it. */
bool face_can_place(struct face const *f);
void face_place(struct face *f, int64_t now);
/* There is output: a hint goes. */
void face_hint_end(struct face *f);

#endif
