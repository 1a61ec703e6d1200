/* The wake-up page: a small sealed memfd that a viewer makes and shares with
 * the head, so that a viewer that is busy costs the head no system call.
 *
 * The viewer, before it sleeps: page_sleep; look at the tape again
 * (tape_reader_idle); poll; page_awake. The head, when there is more: one WAKE
 * frame, if page_wants_wake.
 * A lossless reader publishes with page_move how far it is; when that says
 * true the head was waiting for it, and it sends one MOVED frame. */
#ifndef TAPE_PAGE_H
#define TAPE_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE_BYTES 4096u

struct page {
	_Atomic uint32_t asleep;      /* the viewer's; the head clears it */
	_Atomic uint32_t head_waits;  /* the head's; the viewer clears it */
	_Alignas(64) _Atomic uint64_t pos; /* the viewer's */
};

/* A new page, mapped: *ret_fd is its descriptor. 0 or -errno. */
int page_create(struct page **ret, int *ret_fd);
/* Maps a page that a peer sent: refuses (-EPROTO) what is not a memfd of the
 * one size, sealed against shrinking, so that touching it can never fault. */
int page_map(struct page **ret, int fd);
void page_unmap(struct page *p);

static inline void page_sleep(struct page *p)
{
	atomic_store(&p->asleep, 1);
	atomic_thread_fence(memory_order_seq_cst);
}
static inline void page_awake(struct page *p) { atomic_store(&p->asleep, 0); }

/* The head's: the caller has published, then fenced. */
static inline bool page_wants_wake(struct page *p)
{
	return atomic_load_explicit(&p->asleep, memory_order_relaxed) &&
	       atomic_exchange(&p->asleep, 0);
}

/* True: tell the head with a MOVED frame. */
static inline bool page_move(struct page *p, uint64_t pos)
{
	atomic_store(&p->pos, pos);
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(&p->head_waits, memory_order_relaxed) &&
	       atomic_exchange(&p->head_waits, 0);
}

#endif
