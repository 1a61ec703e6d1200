/* SPDX-License-Identifier: ISC */
/* A doubly linked list with the links inside the objects. A node that is in no list
 * links to itself, so list_remove is safe for it. */
#ifndef LINKED_LIST_H
#define LINKED_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *prev;
	struct list *next;
};

/* NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared, a type */
#define list_entry(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))
#define list_each(it, head) for (struct list *it = (head)->next; it != (head); it = it->next)
/* NOLINTEND(bugprone-macro-parentheses) */

static inline void list_init(struct list *l) { l->prev = l->next = l; }
static inline bool list_empty(struct list const *l) { return l->next == l; }

static inline void list_remove(struct list *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_init(n);
}

static inline void list_append(struct list *l, struct list *n)
{
	n->prev = l->prev;
	n->next = l;
	l->prev->next = n;
	l->prev = n;
}

static inline void list_prepend(struct list *l, struct list *n) { list_append(l->next, n); }

#endif
