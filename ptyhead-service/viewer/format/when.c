/* SPDX-License-Identifier: ISC */
#include "when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "number.h"

#define SECOND_NS UINT64_C(1000000000)

static bool ago(char const *text, uint64_t now, uint64_t *ret)
{
	static struct { char const *name; uint64_t seconds; } const units[] = {
		{ "s", 1 }, { "sec", 1 }, { "second", 1 }, { "seconds", 1 }, { "m", 60 }, { "min", 60 }, { "minute", 60 }, { "minutes", 60 },
		{ "h", 3600 }, { "hour", 3600 }, { "hours", 3600 }, { "d", 86400 }, { "day", 86400 }, { "days", 86400 },
	};
	uint64_t n;
	char const *p = number_read(text, 10, 1000000000, &n);
	if (!p) return false;
	p += strspn(p, " ");
	size_t const len = strcspn(p, " ");
	char const *const rest = p + len + strspn(p + len, " ");
	if (*rest && strcmp(rest, "ago") != 0) return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strlen(units[i].name) != len || memcmp(units[i].name, p, len) != 0) continue;
		uint64_t const back = n * units[i].seconds * SECOND_NS;
		*ret = back < now ? now - back : 0;
		return true;
	}
	return false;
}

static bool date(char const *text, uint64_t now, uint64_t *ret)
{
	static char const *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d",
	                                     "%H:%M:%S", "%H:%M" };
	time_t const present = (time_t)(now / SECOND_NS);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct tm tm;
		if (!localtime_r(&present, &tm)) return false;
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		char const *const rest = strptime(text, forms[i], &tm);
		bool const utc = rest && !strcmp(rest, "Z");
		if (!rest || (*rest && !utc)) continue;
		tm.tm_isdst = -1;
		time_t s = utc ? timegm(&tm) : mktime(&tm);
		if (s > present && forms[i][1] == 'H') s -= 86400; /* that was yesterday */
		if (s < 0) return false;
		*ret = (uint64_t)s * SECOND_NS;
		return true;
	}
	return false;
}

bool when_parse(char const *text, uint64_t now, uint64_t *ret) { return ago(text, now, ret) || date(text, now, ret); }

size_t when_print(uint64_t wall, char buf[WHEN_MAX])
{
	time_t const s = (time_t)(wall / SECOND_NS);
	struct tm tm;
	char day[24], zone[8];

	if (!localtime_r(&s, &tm) || !strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm) || strftime(zone, sizeof zone, "%z", &tm) != 5)
		return 0;
	return (size_t)snprintf(buf, WHEN_MAX, "%s.%03u%.3s:%s", day, (unsigned)(wall % SECOND_NS / 1000000u), zone, zone + 3);
}
