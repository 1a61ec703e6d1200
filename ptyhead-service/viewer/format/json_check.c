/* SPDX-License-Identifier: ISC */
#include "json_check.h"

#include <string.h>

#define DEPTH_MAX 8

struct text {
	char const *at;
	char const *end;
	bool (*member)(void *arg, char const *name, size_t len); /* of the outermost object */
	void *arg;
};

static bool value(struct text *t, unsigned depth);

static void blanks(struct text *t)
{
	while (t->at < t->end && (*t->at == ' ' || *t->at == '\t')) t->at++;
}

static bool takes(struct text *t, char c)
{
	if (t->at == t->end || *t->at != c) return false;
	t->at++;
	return true;
}

static bool takes_word(struct text *t, char const *word)
{
	size_t const n = strlen(word);
	if ((size_t)(t->end - t->at) < n || memcmp(t->at, word, n) != 0) return false;
	t->at += n;
	return true;
}

/* How many of the next characters are of `set`; they are taken. */
static size_t span(struct text *t, char const *set)
{
	char const *const from = t->at;
	while (t->at < t->end && *t->at && strchr(set, *t->at)) t->at++;
	return (size_t)(t->at - from);
}

static bool escape(struct text *t)
{
	if (t->at == t->end) return false;
	char const c = *t->at++;
	if (c != 'u') return c && strchr("\"\\/bfnrt", c);
	for (int i = 0; i < 4; i++)
		if (t->at == t->end || !*t->at || !strchr("0123456789abcdefABCDEF", *t->at++)) return false;
	return true;
}

static bool string(struct text *t)
{
	if (!takes(t, '"')) return false;
	while (t->at < t->end) {
		unsigned char const c = (unsigned char)*t->at++;
		if (c == '"') return true;
		if (c < 0x20 || (c == '\\' && !escape(t))) return false;
	}
	return false;
}

static bool number(struct text *t)
{
	static char const digits[] = "0123456789";
	(void)takes(t, '-');
	if (!takes(t, '0') && span(t, digits) == 0) return false;
	if (takes(t, '.') && span(t, digits) == 0) return false;
	if (!takes(t, 'e') && !takes(t, 'E')) return true;
	if (!takes(t, '+')) (void)takes(t, '-');
	return span(t, digits) > 0;
}

static bool name(struct text *t, unsigned depth)
{
	char const *const from = t->at + 1;
	if (!string(t)) return false;
	if (depth > 1) return true;
	size_t const len = (size_t)(t->at - 1 - from);
	for (size_t i = 0; i < len; i++)
		if ((from[i] < 'a' || from[i] > 'z') && from[i] != '_') return false;
	return t->member(t->arg, from, len);
}

/* What follows the opening bracket. */
static bool items(struct text *t, char close, unsigned depth)
{
	blanks(t);
	if (takes(t, close)) return true;
	do {
		blanks(t);
		if (close == '}') {
			if (!name(t, depth)) return false;
			blanks(t);
			if (!takes(t, ':')) return false;
		}
		if (!value(t, depth)) return false;
	} while (takes(t, ','));
	return takes(t, close);
}

static bool value(struct text *t, unsigned depth)
{
	bool ok;
	blanks(t);
	if (depth == DEPTH_MAX || t->at == t->end) return false;
	if (takes(t, '{')) ok = items(t, '}', depth + 1);
	else if (takes(t, '[')) ok = items(t, ']', depth + 1);
	else if (*t->at == '"') ok = string(t);
	else ok = takes_word(t, "null") || takes_word(t, "true") || takes_word(t, "false") || number(t);
	blanks(t);
	return ok;
}

bool json_object_is(char const *text, size_t len, bool (*member)(void *arg, char const *name, size_t len), void *arg)
{
	struct text t = { .at = text, .end = text + len, .member = member, .arg = arg };
	blanks(&t);
	return t.at < t.end && *t.at == '{' && value(&t, 0) && t.at == t.end;
}
