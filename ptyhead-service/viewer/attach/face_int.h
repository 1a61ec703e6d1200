/* SPDX-License-Identifier: ISC */
/* Only for the files face*.c. */
#ifndef VIEWER_FACE_INT_H
#define VIEWER_FACE_INT_H

#include "face.h"

/* face.c: output that waits is painted instead of being written */
void face_split(struct face *f);
/* the program's screen, which the viewer is about to change */
struct screen *face_prog_rows(struct face *f);

/* face_notice.c: places a message if it can be placed now */
bool face_can_place(struct face const *f);
void face_place(struct face *f, int64_t now);
/* There is output: removes a hint. */
void face_hint_end(struct face *f);

/* face.c: writes the bytes and takes over the buffer; nothing else may be pending */
void face_put(struct face *f, struct screen_buf *b);

/* face_resize.c: asks for the cursor's position, and continues if no answer comes */
void face_find_place(struct face *f, int64_t now);
/* The next picture is made: it asks for the size, if it can. */
void face_check(struct face *f, int64_t now);

#endif
