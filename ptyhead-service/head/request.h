/* SPDX-License-Identifier: ISC */
/* ioctl(2)'s request is an unsigned long in glibc and an int in musl, and one
 * with its highest bit set converts without a warning only when told so. */
#ifndef REQUEST_H
#define REQUEST_H

#ifdef __GLIBC__
#define REQUEST(number) ((unsigned long)(number))
#else
#define REQUEST(number) ((int)(number))
#endif

#endif
