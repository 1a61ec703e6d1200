/* SPDX-License-Identifier: ISC */
/* What is known of the machine that this process runs on, so that advice fits it. Of
 * client's own use, and ptyhead-run's. */
#ifndef CLIENT_MACHINE_H
#define CLIENT_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

/* What starts services. */
enum machine_init { MACHINE_OTHER, MACHINE_SYSTEMD, MACHINE_S6, MACHINE_RUNIT, MACHINE_DAEMONTOOLS };

/* The supervisor nearest above this process; else what the machine's first process is. */
enum machine_init machine_init(void);

/* Does a systemd of the user run whose runtime directory is `dir` (/run/user/UID)? */
bool machine_user_manager(char const *dir);

/* The service of supervisor `init` that is called `service`, or else one that is called
 * "ptyhead", beside the service that this process is, or where such a supervisor has its
 * services by custom. False: there is none. */
bool machine_service(enum machine_init init, char const *service, char *buf, size_t len);

/* Why this process may see something else at `path` than others do; `folder` (of `len`
 * bytes) is then the one that differs. */
enum machine_view {
	MACHINE_SAME,
	MACHINE_INACCESSIBLE, /* systemd's InaccessiblePaths=, ProtectHome= */
	MACHINE_PRIVATE_TMP,  /* PrivateTmp= */
	MACHINE_OTHER_RUN,    /* started by systemd, and /run is not systemd's */
	MACHINE_CONTAINER,    /* a container without a manager of its own, and no such folder */
};
enum machine_view machine_view(char const *path, char *folder, size_t len);

#endif
