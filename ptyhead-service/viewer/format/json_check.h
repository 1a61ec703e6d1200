/* SPDX-License-Identifier: ISC */
/* JSON that another program wrote: is it what it is to be? Pure. */
#ifndef VIEWER_JSON_CHECK_H
#define VIEWER_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* `text` is one object of JSON and nothing else, at most 8 deep. Its own members' names
 * are of a-z and _ only, and `member` agrees to each, in their order. */
bool json_object_is(char const *text, size_t len, bool (*member)(void *arg, char const *name, size_t len), void *arg);

#endif
