/* SPDX-License-Identifier: ISC */
/* What is known of this machine, so that advice fits it. Internal to client/ and
 * ptyhead-run. */
#ifndef CLIENT_MACHINE_H
#define CLIENT_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

/* What starts services. */
enum machine_init { MACHINE_OTHER, MACHINE_SYSTEMD, MACHINE_S6, MACHINE_RUNIT, MACHINE_DAEMONTOOLS };

/* The nearest supervisor above this process; else the kind of the machine's first
 * process. */
enum machine_init machine_init(void);

/* Does a systemd user manager run whose runtime directory is `dir` (/run/user/UID)? */
bool machine_user_manager(char const *dir);

/* The service `service` of the supervisor `init`, or one called "ptyhead": beside the
 * service that this process belongs to, or in the usual folder of that supervisor.
 * False: there is none. */
bool machine_service(enum machine_init init, char const *service, char *buf, size_t len);

/* Why this process may see another file at `path` than other processes do; `folder`
 * (`len` bytes) is the folder that differs. */
enum machine_view {
	MACHINE_SAME,
	MACHINE_INACCESSIBLE, /* systemd's InaccessiblePaths=, ProtectHome= */
	MACHINE_PRIVATE_TMP,  /* PrivateTmp= */
	MACHINE_OTHER_RUN,    /* started by systemd, but /run is not systemd's */
	MACHINE_CONTAINER,    /* a container without a manager of its own and without that folder */
};
enum machine_view machine_view(char const *path, char *folder, size_t len);

#endif
