/* The viewers' exit codes, as their man pages have them. */
#ifndef VIEWER_EXITS_H
#define VIEWER_EXITS_H

enum {
	EXIT_REFUSED = 1, /* by the head; or there is no such thing */
	EXIT_NOT_HELD = 97, /* an offset: it is overwritten, or not reached yet */
	EXIT_RUN_ENDED = 98, /* before what was waited for came */
	EXIT_TIMEOUT = 99,
	EXIT_USAGE = 100,
	EXIT_TEMPORARY = 111,
};

#endif
