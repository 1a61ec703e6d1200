/* SPDX-License-Identifier: ISC */
/* CRC-32 (ISO 3309, as in zlib and Ethernet). Pure. */
#ifndef TAPE_CRC_H
#define TAPE_CRC_H

#include <stddef.h>
#include <stdint.h>

#include "tape.h"

uint32_t tape_crc(void const *data, size_t len);
/* The CRC of a checkpoint: over its offset, mark, state and length, and the CRC of its
 * bytes. */
uint32_t tape_checkpoint_crc(struct tape_checkpoint const *c, void const *bytes);

#endif
