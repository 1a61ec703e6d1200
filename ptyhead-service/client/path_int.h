/* SPDX-License-Identifier: ISC */
/* The names of heads' sockets, and reaching them. Internal to client/. */
#ifndef CLIENT_PATH_INT_H
#define CLIENT_PATH_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The folder that PTYHEAD_DIR names, as the run scripts of the examples do. False: it names
 * none, or the system's, which is looked into anyway. */
bool ptyhead_given_dir(char *buf, size_t len);

/* The length of `file` without `suffix` (PTYHEAD_SUFFIX, or PTYHEAD_WATCH
 * PTYHEAD_SUFFIX); 0 if it does not end so. */
size_t ptyhead_stem(char const *file, char const *suffix);

/* The watch socket that belongs to the socket at `path`. False: `path` is a watch
 * socket, or does not have a head's name, or the result would be too long. */
bool ptyhead_watch_path(char const *path, char *buf, size_t len);

/* ptyhead_connect for tools that only watch and list: if this process may not use
 * NAME.sock, tries NAME.watch.sock. Returns the error of the first. */
int ptyhead_connect_to_look(char const *path, int timeout_ms);

/* Should a failed question be repeated? A head that dies while it is asked closes the
 * connection, and the next head is there in a moment. After a failure with `error`
 * (-errno): pauses and returns true if another attempt makes sense. The caller keeps
 * *until, 0 before the first attempt. Only for questions that may be asked twice: the
 * head may have received the first. */
bool ptyhead_again(int error, int64_t *until);

#endif
