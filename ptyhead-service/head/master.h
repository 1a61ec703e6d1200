/* What may be a terminal's master. */
#ifndef MASTER_H
#define MASTER_H

/* NULL when `fd` is the master of a pty that can be read and written, and is
 * non-blocking from now on; else what is wrong with it. */
char const *master_wrong(int fd);

#endif
