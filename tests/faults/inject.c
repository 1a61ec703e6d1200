/* SPDX-License-Identifier: ISC */
/* A library for LD_PRELOAD: one call of one function fails, once, as the file that
 * $PTYHEAD_INJECT names says (inject.h); arm.c writes it. Before a sanitizer's runtime
 * in the order of symbols, so that it works in both builds (which need
 * ASAN_OPTIONS=verify_asan_link_order=0). */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>

#include "inject.h"

#pragma GCC visibility push(default)

static struct inject_control *control;
static bool inside; /* what the injector calls itself is nobody's fault */

/* ---- where from ------------------------------------------------------------- */

static struct {
	char name[INJECT_MODULE];
	uintptr_t from, to;
	uintptr_t base;
} modules[64];
static unsigned modules_len;

static int note_module(struct dl_phdr_info *info, size_t size, void *arg)
{
	char const *name = strrchr(info->dlpi_name, '/');
	uintptr_t from = UINTPTR_MAX, to = 0;
	(void)size;
	(void)arg;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		ElfW(Phdr) const *const p = &info->dlpi_phdr[i];
		if (p->p_type != PT_LOAD) continue;
		if (info->dlpi_addr + p->p_vaddr < from) from = info->dlpi_addr + p->p_vaddr;
		if (info->dlpi_addr + p->p_vaddr + p->p_memsz > to) to = info->dlpi_addr + p->p_vaddr + p->p_memsz;
	}
	if (modules_len == sizeof modules / sizeof *modules) return 1;
	name = name ? name + 1 : modules_len == 0 ? "program" : "?";
	strncpy(modules[modules_len].name, name, INJECT_MODULE - 1);
	modules[modules_len].from = from;
	modules[modules_len].to = to;
	modules[modules_len++].base = info->dlpi_addr;
	return 0;
}

static bool locate(uintptr_t at, struct inject_site *ret)
{
	for (unsigned i = 0; i < modules_len; i++) {
		if (at < modules[i].from || at >= modules[i].to) continue;
		memcpy(ret->module, modules[i].name, INJECT_MODULE);
		ret->offset = at - modules[i].base;
		return true;
	}
	return false;
}

__attribute__((constructor)) static void begin(void)
{
	char const *const path = getenv("PTYHEAD_INJECT");
	inside = true;
	int const fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd >= 0) {
		void *const p = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
		if (p != MAP_FAILED && !strcmp(((struct inject_control *)p)->program, program_invocation_short_name)) control = p;
	}
	if (control) dl_iterate_phdr(note_module, NULL);
	inside = false;
}

/* ---- which one --------------------------------------------------------------- */

static void record(char const *function, struct inject_site const *here)
{
	uint32_t const n = atomic_load(&control->sites_len);
	for (uint32_t i = 0; i < n; i++) {
		struct inject_site *const s = &control->sites[i];
		if (s->offset != here->offset || strcmp(s->function, function) != 0 || strcmp(s->module, here->module) != 0) continue;
		s->calls++;
		return;
	}
	if (n == INJECT_SITES) return;
	control->sites[n] = *here;
	strncpy(control->sites[n].function, function, INJECT_FUNCTION - 1);
	atomic_store(&control->sites[n].calls, 1);
	atomic_store(&control->sites_len, n + 1);
}

/* Is this the call? Then errno is set, unless half of it is to go. */
static bool hit(char const *function, void const *from)
{
	struct inject_site here = { .offset = 0 };
	if (!control || inside) return false;
	uint32_t const mode = atomic_load_explicit(&control->mode, memory_order_acquire);
	if (mode == INJECT_OFF || strcmp(control->program, program_invocation_short_name) != 0 || !locate((uintptr_t)from, &here)) return false;
	if (mode == INJECT_RECORD) return record(function, &here), false;
	struct inject_site const *const t = &control->target;
	if (strcmp(t->function, "any") != 0 && strcmp(t->function, function) != 0) return false;
	if (t->module[0] && (t->offset != here.offset || strcmp(t->module, here.module) != 0)) return false;
	if (mode == INJECT_DELAY) {
		struct timespec const nap = { .tv_sec = control->delay_us / 1000000, .tv_nsec = control->delay_us % 1000000 * 1000 };
		inside = true;
		nanosleep(&nap, NULL);
		inside = false;
		atomic_fetch_add(&control->fired, 1);
		return false;
	}
	if (atomic_fetch_add(&control->seen, 1) + 1 != control->nth) return false;
	atomic_store(&control->mode, INJECT_OFF);
	atomic_fetch_add(&control->fired, 1);
	errno = control->error;
	return true;
}

#define HIT(function) hit(function, __builtin_return_address(0))

/* NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared */
/* The function behind this one, looked up once. */
#define NEXT(name) \
	static __typeof__(&name) next; \
	if (!next) { \
		inside = true; \
		next = (__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name); \
		inside = false; \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

#define FAILS(type, name, bad, params, ...) \
	type name params \
	{ \
		NEXT(name) \
		if (HIT(#name)) return bad; \
		return next(__VA_ARGS__); \
	}

/* ---- descriptors --------------------------------------------------------------- */

FAILS(ssize_t, read, -1, (int fd, void *p, size_t n), fd, p, n)
FAILS(ssize_t, pread64, -1, (int fd, void *p, size_t n, off64_t at), fd, p, n, at)
FAILS(ssize_t, recv, -1, (int fd, void *p, size_t n, int flags), fd, p, n, flags)
FAILS(ssize_t, send, -1, (int fd, void const *p, size_t n, int flags), fd, p, n, flags)
FAILS(ssize_t, recvmsg, -1, (int fd, struct msghdr *m, int flags), fd, m, flags)
FAILS(ssize_t, sendmsg, -1, (int fd, struct msghdr const *m, int flags), fd, m, flags)
FAILS(int, close, -1, (int fd), fd)
FAILS(int, dup, -1, (int fd), fd)
FAILS(int, dup2, -1, (int fd, int to), fd, to)
FAILS(int, pipe2, -1, (int fds[2], int flags), fds, flags)
FAILS(int, fstat64, -1, (int fd, struct stat64 *st), fd, st)
FAILS(int, lstat64, -1, (char const *path, struct stat64 *st), path, st)
FAILS(int, fchmod, -1, (int fd, mode_t mode), fd, mode)
FAILS(int, ftruncate64, -1, (int fd, off64_t len), fd, len)
FAILS(int, fallocate64, -1, (int fd, int mode, off64_t at, off64_t len), fd, mode, at, len)
FAILS(int, memfd_create, -1, (char const *name, unsigned flags), name, flags)
FAILS(int, socket, -1, (int domain, int type, int protocol), domain, type, protocol)
FAILS(int, bind, -1, (int fd, struct sockaddr const *sa, socklen_t len), fd, sa, len)
FAILS(int, connect, -1, (int fd, struct sockaddr const *sa, socklen_t len), fd, sa, len)
FAILS(int, listen, -1, (int fd, int n), fd, n)
FAILS(int, accept4, -1, (int fd, struct sockaddr *sa, socklen_t *len, int flags), fd, sa, len, flags)
FAILS(int, getsockopt, -1, (int fd, int level, int name, void *p, socklen_t *len), fd, level, name, p, len)
FAILS(int, setsockopt, -1, (int fd, int level, int name, void const *p, socklen_t len), fd, level, name, p, len)
FAILS(int, epoll_create1, -1, (int flags), flags)
FAILS(int, epoll_ctl, -1, (int ep, int op, int fd, struct epoll_event *e), ep, op, fd, e)
FAILS(int, epoll_wait, -1, (int ep, struct epoll_event *e, int n, int ms), ep, e, n, ms)
FAILS(int, poll, -1, (struct pollfd *p, nfds_t n, int ms), p, n, ms)
FAILS(int, ppoll, -1, (struct pollfd *p, nfds_t n, struct timespec const *t, sigset_t const *s), p, n, t, s)
FAILS(int, signalfd, -1, (int fd, sigset_t const *s, int flags), fd, s, flags)
FAILS(int, timerfd_create, -1, (int clock, int flags), clock, flags)
FAILS(int, rename, -1, (char const *from, char const *to), from, to)
FAILS(int, link, -1, (char const *from, char const *to), from, to)
FAILS(int, unlink, -1, (char const *path), path)
FAILS(int, flock, -1, (int fd, int op), fd, op)
FAILS(void *, mmap64, MAP_FAILED, (void *at, size_t len, int prot, int flags, int fd, off64_t off), at, len, prot, flags, fd, off)

ssize_t write(int fd, void const *p, size_t n)
{
	NEXT(write)
	if (!HIT("write")) return next(fd, p, n);
	if (control->error != 0) return -1;
	return next(fd, p, n / 2 > 0 ? n / 2 : n);
}

int open64(char const *path, int flags, ...)
{
	va_list ap;
	NEXT(open64)
	if (HIT("open64")) return -1;
	va_start(ap, flags);
	mode_t const mode = va_arg(ap, mode_t);
	va_end(ap);
	return next(path, flags, mode);
}

int fcntl64(int fd, int command, ...)
{
	va_list ap;
	NEXT(fcntl64)
	if (HIT("fcntl64")) return -1;
	va_start(ap, command);
	long const arg = va_arg(ap, long);
	va_end(ap);
	return next(fd, command, arg);
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	NEXT(ioctl)
	if (HIT("ioctl")) return -1;
	va_start(ap, request);
	void *const arg = va_arg(ap, void *);
	va_end(ap);
	return next(fd, request, arg);
}

/* ---- processes and terminals ----------------------------------------------------- */

FAILS(pid_t, fork, -1, (void), )
FAILS(pid_t, waitpid, -1, (pid_t pid, int *status, int options), pid, status, options)
FAILS(pid_t, setsid, -1, (void), )
FAILS(int, setpgid, -1, (pid_t pid, pid_t group), pid, group)
FAILS(int, kill, -1, (pid_t pid, int sig), pid, sig)
FAILS(int, sigaction, -1, (int sig, struct sigaction const *sa, struct sigaction *old), sig, sa, old)
FAILS(int, sigprocmask, -1, (int how, sigset_t const *s, sigset_t *old), how, s, old)
FAILS(int, getrlimit64, -1, (__rlimit_resource_t which, struct rlimit64 *l), which, l)
FAILS(int, setrlimit64, -1, (__rlimit_resource_t which, struct rlimit64 const *l), which, l)
FAILS(int, setitimer, -1, (__itimer_which_t which, struct itimerval const *new, struct itimerval *old), which, new, old)
FAILS(int, tcgetattr, -1, (int fd, struct termios *t), fd, t)
FAILS(int, tcsetattr, -1, (int fd, int when, struct termios const *t), fd, when, t)
FAILS(int, posix_openpt, -1, (int flags), flags)
FAILS(int, unlockpt, -1, (int fd), fd)
FAILS(int, ptsname_r, errno, (int fd, char *p, size_t n), fd, p, n)
FAILS(int, fchown, -1, (int fd, uid_t uid, gid_t gid), fd, uid, gid)
FAILS(int, setenv, -1, (char const *name, char const *value, int over), name, value, over)

/* pidfd_open, and what else libc has no function for. */
long syscall(long number, ...)
{
	va_list ap;
	long a[6];
	NEXT(syscall)
	if (HIT("syscall")) return -1;
	va_start(ap, number);
	for (unsigned i = 0; i < 6; i++) a[i] = va_arg(ap, long);
	va_end(ap);
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- memory ------------------------------------------------------------------------- */

/* dlsym allocates, before what it looks for is known. */
static _Alignas(16) char early[4096];
static size_t early_len;

static void *early_get(size_t n)
{
	n = (n + 15) & ~(size_t)15;
	if (n > sizeof early - early_len) abort();
	void *const p = early + early_len;
	early_len += n;
	return p;
}

static bool is_early(void const *p) { return (uintptr_t)p >= (uintptr_t)early && (uintptr_t)p < (uintptr_t)early + sizeof early; }

/* NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared */
#define NEXT_MEMORY(name, early_value) \
	static __typeof__(&name) next; \
	static bool looking; \
	if (!next) { \
		if (looking) return early_value; \
		looking = true; \
		next = (__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name); \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

void *malloc(size_t n)
{
	NEXT_MEMORY(malloc, early_get(n))
	return HIT("malloc") ? NULL : next(n);
}

void *calloc(size_t n, size_t each)
{
	NEXT_MEMORY(calloc, early_get(n * each))
	return HIT("calloc") ? NULL : next(n, each);
}

void *realloc(void *p, size_t n)
{
	NEXT_MEMORY(realloc, NULL)
	if (is_early(p)) {
		void *const copy = malloc(n);
		if (copy) memcpy(copy, p, n < 64 ? n : 64);
		return copy;
	}
	return HIT("realloc") ? NULL : next(p, n);
}

char *strdup(char const *s)
{
	NEXT(strdup)
	return HIT("strdup") ? NULL : next(s);
}

void free(void *p)
{
	static __typeof__(&free) next;
	static bool looking;
	if (!next && looking) return; /* a word of dlsym's */
	looking = true;
	if (!next) next = (__typeof__(&free))(uintptr_t)dlsym(RTLD_NEXT, "free");
	if (!is_early(p)) next(p);
}
