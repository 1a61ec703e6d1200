/* SPDX-License-Identifier: ISC */
/* The wake-up page: a small sealed memfd that a viewer creates and shares with the
 * head. A busy viewer then costs the head no system call. Before it sleeps, a viewer
 * calls page_sleep, checks the tape again (tape_reader_idle), polls, and calls
 * page_awake. When there is more output, the head sends one WAKE frame if
 * page_wants_wake. A lossless reader publishes its position with page_move. If that
 * returns true, the head waits for it, and the reader sends one MOVED frame. */
#ifndef TAPE_PAGE_H
#define TAPE_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE_BYTES 4096u

struct page {
	_Atomic uint32_t asleep;      /* set by the viewer, cleared by the head */
	_Atomic uint32_t head_waits;  /* set by the head, cleared by the viewer */
	_Alignas(64) _Atomic uint64_t pos; /* set by the viewer */
};

/* Creates and maps a page. *ret_fd is its descriptor. 0 or -errno. */
int page_create(struct page **ret, int *ret_fd);
/* Maps a page that a peer sent. -EPROTO unless it is a memfd of the right size that is
 * sealed against shrinking, so that access can never fault. */
int page_map(struct page **ret, int fd);
void page_unmap(struct page *p);

static inline void page_sleep(struct page *p)
{
	atomic_store(&p->asleep, 1);
	atomic_thread_fence(memory_order_seq_cst);
}
static inline void page_awake(struct page *p) { atomic_store(&p->asleep, 0); }

/* For the head, after it has published output and executed a fence. */
static inline bool page_wants_wake(struct page *p)
{
	return atomic_load_explicit(&p->asleep, memory_order_relaxed) &&
	       atomic_exchange(&p->asleep, 0);
}

/* True: the head waits; send it a MOVED frame. */
static inline bool page_move(struct page *p, uint64_t pos)
{
	atomic_store(&p->pos, pos);
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(&p->head_waits, memory_order_relaxed) &&
	       atomic_exchange(&p->head_waits, 0);
}

#endif
