/* SPDX-License-Identifier: ISC */
/* Which texts are one object of JSON. */
#include "json_check.h"
#include "unit.h"

static unsigned named;

static bool any(void *arg, char const *name, size_t len)
{
	(void)arg, (void)name, (void)len;
	named++;
	return true;
}

static bool not_b(void *arg, char const *name, size_t len)
{
	(void)arg;
	return len != 1 || *name != 'b';
}

static bool is(char const *text) { return json_object_is(text, strlen(text), any, NULL); }

TEST(objects)
{
	static char const *const good[] = {
		"{}", " { } ", "{\"a\": 1}", "{\"a\":\"\",\"b_c\":[]}", "{\"a\": [1, -2.5e+3, 0, 0.1, null, true, false, \"x\"]}",
		"{\"a\": {\"b\": {\"\\u0041 Z\": []}}}", "{\"a\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9 \xc3\xa9\"}",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK_STR(is(good[i]) ? good[i] : "refused", good[i]);
}

TEST(what_is_none)
{
	static char const *const bad[] = {
		"", " ", "[]", "1", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\": 1,}", "{,}", "{\"a\": 1} x", "{\"a\": 1}, {\"b\": 2}",
		"{\"a\": 1}}", "{a: 1}", "{\"a\": 01}", "{\"a\": .5}", "{\"a\": 1.}", "{\"a\": 1e}", "{\"a\": +1}", "{\"a\": --1}",
		"{\"a\": \"}", "{\"a\": \"\\x\"}", "{\"a\": \"\\u12g4\"}", "{\"a\": \"\\", "{\"a\": \"\\u12", "{\"a\": nul}", "{\"a\": [1}",
		"{\"a\": [1,]}", "{\"a\": 'x'}", "{\"a\": \"\n\"}", "{\"A\": 1}", "{\"\\u0061\": 1}", "{\"a b\": 1}", "{\"a\": NaN}",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_STR(is(bad[i]) ? "taken" : bad[i], bad[i]);
	CHECK(!json_object_is("{\"a\": 1}\0", 9, any, NULL));
	CHECK(!json_object_is("{\"\0\": 1}", 8, any, NULL));
}

TEST(members_are_asked_for)
{
	named = 0;
	CHECK(is("{\"a\": {\"x\": 1}, \"c\": [{\"y\": 2}]}"));
	CHECK_EQ(named, 2);
	CHECK(json_object_is("{\"a\": {\"b\": 1}}", 15, not_b, NULL));
	CHECK(!json_object_is("{\"a\": 1, \"b\": 2}", 16, not_b, NULL));
}

TEST(depth_has_a_bound)
{
	char deep[4096] = "{\"a\":";
	memset(deep + 5, '[', sizeof deep - 6);
	CHECK(!is(deep));
	CHECK(is("{\"a\": [[[[[[]]]]]]}"));
	CHECK(!is("{\"a\": [[[[[[[[]]]]]]]]}"));
}

TEST_MAIN
