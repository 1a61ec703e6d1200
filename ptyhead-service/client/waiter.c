/* SPDX-License-Identifier: ISC */
#include "waiter.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int add(int epoll, int op, int fd, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.fd = fd };
	return epoll_ctl(epoll, op, fd, &e) < 0 ? -errno : 0;
}

int waiter_init(struct waiter *w)
{
	*w = (struct waiter){ .fd = epoll_create1(EPOLL_CLOEXEC), .timer = -1, .watched = -1 };
	if (w->fd < 0) return -errno;
	w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	int const r = w->timer < 0 ? -errno : add(w->fd, EPOLL_CTL_ADD, w->timer, EPOLLIN);
	if (r < 0) waiter_deinit(w);
	return r;
}

void waiter_deinit(struct waiter *w)
{
	if (w->timer >= 0) close(w->timer);
	if (w->fd >= 0) close(w->fd);
	*w = (struct waiter){ .fd = -1, .timer = -1, .watched = -1 };
}

int waiter_watch(struct waiter *w, int fd, short events)
{
	uint32_t const wanted = (uint32_t)(events & POLLIN ? EPOLLIN : 0) | (uint32_t)(events & POLLOUT ? EPOLLOUT : 0);

	/* A closed descriptor left epoll by itself. Another one may have its number
	 * now. */
	if (w->watched >= 0 && w->watched != fd) (void)epoll_ctl(w->fd, EPOLL_CTL_DEL, w->watched, NULL);
	w->watched = fd;
	if (fd < 0) return 0;
	int r = add(w->fd, EPOLL_CTL_MOD, fd, wanted);
	if (r == -ENOENT) r = add(w->fd, EPOLL_CTL_ADD, fd, wanted);
	if (r < 0) w->watched = -1;
	return r;
}

int waiter_time(struct waiter *w, int ms)
{
	struct itimerspec t = { { 0, 0 }, { 0, 0 } };
	if (ms >= 0) {
		t.it_value.tv_sec = ms / 1000;
		t.it_value.tv_nsec = ms % 1000 * 1000000L;
		if (ms == 0) t.it_value.tv_nsec = 1; /* zeros would mean never */
	}
	return timerfd_settime(w->timer, 0, &t, NULL) < 0 ? -errno : 0;
}

short waiter_ready(struct waiter const *w, short events)
{
	struct pollfd p = { .fd = w->watched, .events = events };
	return w->watched >= 0 && poll(&p, 1, 0) > 0 ? p.revents : 0;
}
