/* Becoming the leader of a session whose controlling terminal is the slave,
 * in this very process: its pid is the supervisor's child and must stay so.
 *
 *   session leader, no terminal (s6, systemd)        TIOCSCTTY
 *   session leader, with a terminal (exec, a login)  TIOCNOTTY, TIOCSCTTY
 *   neither leader (runit, daemontools)              setsid, TIOCSCTTY
 *   group leader (a shell's job)                     into the group of a child
 *                                                    made for it, setsid,
 *                                                    TIOCSCTTY
 *
 * The child is gone when ctty_take returns, and sends no SIGCHLD. Signal
 * dispositions and the mask are as they were. */
#ifndef CLIENT_CTTY_H
#define CLIENT_CTTY_H

#include <sys/types.h>

/* A fork whose end is announced by no signal: a blocked SIGCHLD would stay pending
 * into the program. Wait for it with __WALL. */
pid_t ctty_quiet_fork(void);

/* 0 or -errno, with what failed in *ret_what and in *ret_hint why that may be,
 * or "". */
int ctty_take(int slave, char const **ret_what, char const **ret_hint);

/* Gives up the controlling terminal, without the SIGHUP that its loss means to a
 * session's leader. 0 or -EPERM: there is none. */
int ctty_leave(void);

#endif
