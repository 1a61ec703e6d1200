/* CRC-32 (ISO 3309, as in zlib and Ethernet) of a checkpoint's bytes. Pure. */
#ifndef TAPE_CRC_H
#define TAPE_CRC_H

#include <stddef.h>
#include <stdint.h>

uint32_t tape_crc(void const *data, size_t len);

#endif
