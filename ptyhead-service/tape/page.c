/* SPDX-License-Identifier: ISC */
#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct page) <= PAGE_SIZE_BYTES, "a page is enough");

int page_create(struct page **ret, int *ret_fd)
{
	int r;
	int const fd = memfd_create("ptyhead-page", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0) return -errno;
	if (ftruncate(fd, PAGE_SIZE_BYTES) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		r = -errno;
		goto fail;
	}
	r = page_map(ret, fd);
	if (r < 0) goto fail;
	*ret_fd = fd;
	return 0;
fail:
	close(fd);
	return r;
}

int page_map(struct page **ret, int fd)
{
	struct stat st;
	void *p;
	int const seals = fcntl(fd, F_GET_SEALS);

	/* Only a memfd can have these seals. A plain file on a tmpfs has only
	 * F_SEAL_SEAL, any other file none. */
	if (seals < 0 || !(seals & F_SEAL_SHRINK)) return -EPROTO;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size != PAGE_SIZE_BYTES)
		return -EPROTO;
	/* Mapping fails if the page has a write seal or the descriptor is read-only. */
	p = mmap(NULL, PAGE_SIZE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) return errno == ENOMEM ? -ENOMEM : -EPROTO;
	*ret = p;
	return 0;
}

void page_unmap(struct page *p)
{
	if (p) munmap(p, PAGE_SIZE_BYTES);
}
