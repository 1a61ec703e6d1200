/* SPDX-License-Identifier: ISC */
#include "pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool patterns_add(struct patterns *p, bool fixed, char const *text, char *why, size_t len)
{
	if (text[0] == '\0' || strchr(text, '\n')) {
		snprintf(why, len, "a pattern must be within one line, and not empty");
		return false;
	}
	struct pattern *const list = realloc(p->list, (p->len + 1) * sizeof *list);
	if (!list) {
		snprintf(why, len, "out of memory");
		return false;
	}
	p->list = list;
	struct pattern *const one = &list[p->len];
	one->fixed = fixed;
	one->text = text;
	int const r = fixed ? 0 : regcomp(&one->regex, text, REG_EXTENDED);
	if (r != 0) {
		size_t const n = (size_t)snprintf(why, len, "%s: ", text);
		if (n < len) regerror(r, &one->regex, why + n, len - n);
		return false;
	}
	p->len++;
	return true;
}

static bool find_one(struct pattern const *p, char const *line, size_t len, size_t *ret_at, size_t *ret_len)
{
	if (p->fixed) {
		char const *const at = memmem(line, len, p->text, strlen(p->text));
		if (!at) return false;
		*ret_at = (size_t)(at - line);
		*ret_len = strlen(p->text);
		return true;
	}
	regmatch_t m;
	if (regexec(&p->regex, line, 1, &m, 0) != 0) return false;
	*ret_at = (size_t)m.rm_so;
	*ret_len = (size_t)(m.rm_eo - m.rm_so);
	return true;
}

bool patterns_find(struct patterns const *p, char const *line, size_t len, size_t end, struct pattern_match *ret)
{
	for (size_t i = 0; i < p->len; i++) {
		ret->which = i;
		ret->fixed = p->list[i].fixed;
		if (find_one(&p->list[i], line, len, &ret->at, &ret->len) && (end == len || ret->at + ret->len <= end)) return true;
	}
	return false;
}

void patterns_deinit(struct patterns *p)
{
	for (size_t i = 0; i < p->len; i++)
		if (!p->list[i].fixed) regfree(&p->list[i].regex);
	free(p->list);
	*p = (struct patterns){ .list = NULL };
}
