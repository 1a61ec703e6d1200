#include "master.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "request.h"

/* Only a master has a number to tell. */
char const *master_wrong(int fd)
{
	unsigned number;
	int const flags = fcntl(fd, F_GETFL);
	if (flags < 0 || (flags & O_PATH) || ioctl(fd, REQUEST(TIOCGPTN), &number) < 0) return "what was exported is not the master of a pty";
	if ((flags & O_ACCMODE) != O_RDWR) return "the master is not open for reading and writing";
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return "the master cannot be made non-blocking";
	return NULL;
}
