/* SPDX-License-Identifier: ISC */
/* The wake-up page: what is taken from a peer, and who wakes whom. */
#include "page.h"

#include <sys/mman.h>

#include "unit.h"

static int memfd_of(off_t size, int seals)
{
	int const fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(fd >= 0);
	CHECK_EQ(ftruncate(fd, size), 0);
	CHECK_EQ(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void refused(int fd)
{
	struct page *p = NULL;
	CHECK_EQ(page_map(&p, fd), -EPROTO);
	CHECK(!p);
	close(fd);
}

TEST(both_sides_see_it)
{
	struct page *mine, *theirs;
	int fd;
	CHECK_EQ(page_create(&mine, &fd), 0);
	CHECK_EQ(page_map(&theirs, fd), 0);
	CHECK(!page_wants_wake(theirs));
	page_sleep(mine);
	CHECK(page_wants_wake(theirs));
	CHECK(!page_wants_wake(theirs)); /* one WAKE a sleep */
	page_sleep(mine);
	page_awake(mine);
	CHECK(!page_wants_wake(theirs));
	CHECK(!page_move(mine, 12));
	CHECK_EQ(atomic_load(&theirs->pos), 12);
	atomic_store(&theirs->head_waits, 1);
	CHECK(page_move(mine, 13));
	CHECK(!page_move(mine, 14)); /* one MOVED a wait */
	page_unmap(mine);
	page_unmap(theirs);
	close(fd);
}

TEST(page_cannot_be_taken_away)
{
	struct page *p;
	int fd;
	CHECK_EQ(page_create(&p, &fd), 0);
	CHECK_EQ(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	CHECK(ftruncate(fd, 0) < 0);
	CHECK(ftruncate(fd, 2 * PAGE_SIZE_BYTES) < 0);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) < 0);
	page_unmap(p);
	close(fd);
}

TEST(other_sizes_are_refused)
{
	int const seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	refused(memfd_of(0, seals));
	refused(memfd_of(PAGE_SIZE_BYTES - 1, seals));
	refused(memfd_of(PAGE_SIZE_BYTES + 1, seals));
	refused(memfd_of(1 << 30, seals));
}

TEST(what_could_shrink_is_refused)
{
	refused(memfd_of(PAGE_SIZE_BYTES, 0));
	refused(memfd_of(PAGE_SIZE_BYTES, F_SEAL_GROW));
}

TEST(what_cannot_be_written_is_refused)
{
	refused(memfd_of(PAGE_SIZE_BYTES, F_SEAL_SHRINK | F_SEAL_WRITE));
	refused(memfd_of(PAGE_SIZE_BYTES, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE));

	char path[64];
	int const fd = memfd_of(PAGE_SIZE_BYTES, F_SEAL_SHRINK);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	refused(open(path, O_RDONLY | O_CLOEXEC));
	close(fd);
}

TEST(other_files_are_refused)
{
	int p[2];
	char path[] = "/tmp/test_page.XXXXXX";
	int const file = mkstemp(path);
	CHECK(file >= 0);
	unlink(path);
	CHECK_EQ(ftruncate(file, PAGE_SIZE_BYTES), 0);
	refused(file);
	CHECK_EQ(pipe(p), 0);
	refused(p[0]);
	close(p[1]);
	refused(open("/dev/zero", O_RDWR));
	refused(open("/", O_RDONLY | O_DIRECTORY));
	refused(-1);
}

TEST_MAIN
