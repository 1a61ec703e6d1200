#include "crc.h"

/* A nibble at a time: 64 bytes of table are enough for what is summed a few
 * times a second at most. */
static uint32_t const crc_table[16] = {
	0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
	0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
	0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
	0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
};

uint32_t tape_crc(void const *data, size_t len)
{
	uint8_t const *p = data;
	uint32_t c = 0xFFFFFFFFu;

	for (; len; len--, p++) {
		c = crc_table[(c ^ *p) & 15] ^ c >> 4;
		c = crc_table[(c ^ (uint32_t)*p >> 4) & 15] ^ c >> 4;
	}
	return ~c;
}
