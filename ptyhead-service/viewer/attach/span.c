#include "span.h"

#include <string.h>

void span_begin(struct span *s, uint64_t len, bool ours)
{
	s->left = len;
	s->len = 0;
	s->ours = ours;
}

bool span_add(struct span *s, uint8_t const *data, size_t len)
{
	if (s->len + len <= sizeof s->data) memcpy(s->data + s->len, data, len);
	s->len += len;
	s->left -= len;
	return s->left == 0;
}

bool span_whole(struct span const *s)
{
	return s->len <= sizeof s->data;
}

size_t span_rest(struct span const *s, char ret[SPAN_REST_MAX])
{
	static char const intro[] = { '\033', '[', '?' };
	uint8_t const *const data = s->data;
	size_t n = sizeof intro;
	size_t i = 0;

	while (i < s->len && memcmp(data + i, intro, s->len - i < n ? s->len - i : n) != 0) i++;
	if (s->len - i > SPAN_REST_MAX || s->len < i + 4 || data[s->len - 1] != 'h') return 0;
	memcpy(ret, intro, n);
	for (i += n; i < s->len;) {
		size_t const from = i;
		while (data[i] >= '0' && data[i] <= '9') i++;
		if (data[i] != ';' && i + 1 != s->len) return 0;
		if (i - from != 4 || memcmp(data + from, "2048", 4) != 0) {
			memcpy(ret + n, data + from, i - from + 1);
			n += i - from + 1;
		}
		i++;
	}
	if (n == sizeof intro) return 0;
	ret[n - 1] = 'h';
	return n;
}
