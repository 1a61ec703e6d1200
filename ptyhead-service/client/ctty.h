/* SPDX-License-Identifier: ISC */
/* Makes this process the leader of a session whose controlling terminal is the slave. This
 * happens without a new process, since the supervisor's child must keep its pid.
 *
 *   session leader, no terminal (s6, systemd)        TIOCSCTTY
 *   session leader, with a terminal (exec, a login)  TIOCNOTTY, TIOCSCTTY
 *   neither leader (runit, daemontools)              setsid, TIOCSCTTY
 *   group leader (a shell's job)                     join the group of a child made for
 *                                                    this, setsid, TIOCSCTTY
 *
 * The child has ended when ctty_take returns, and sends no SIGCHLD. Signal dispositions and
 * the signal mask are unchanged. */
#ifndef CLIENT_CTTY_H
#define CLIENT_CTTY_H

#include <sys/types.h>

/* fork without a signal at the child's end: a blocked SIGCHLD would stay pending for
 * the program. Wait for the child with __WALL. */
pid_t ctty_quiet_fork(void);

/* 0 or -errno. *ret_what: what failed; *ret_hint: a possible reason, or "". */
int ctty_take(int slave, char const **ret_what, char const **ret_hint);

/* Gives up the controlling terminal, without the SIGHUP that a session leader gets
 * then. 0 or -EPERM: there is none. */
int ctty_leave(void);

#endif
