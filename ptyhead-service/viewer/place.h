/* Where on a tape a reader stands: what is so there. Nothing is shown. */
#ifndef VIEWER_PLACE_H
#define VIEWER_PLACE_H

#include <stdint.h>

#include "reader.h"

/* Where the terminal stands at this moment: at its state and, with r, just
 * behind everything that led to it. */
void place_present(struct tape_reader *r, struct tape_state *ret);
/* The run that the bytes at the reader's position belong to. */
uint32_t place_run(struct tape_reader const *from, uint32_t otherwise);

#endif
