/* SPDX-License-Identifier: ISC */
/* Keys by name: what a terminal sends for them in each mode; text and pastes. */
#include "keyname.h"
#include "unit.h"

static struct screen_input const normal;
static struct screen_input const cursor = {.cursor_keys = true};
static struct screen_input const keypad = {.keypad = true};
static struct screen_input const kitty1 = {.kitty = 1, .cursor_keys = true, .keypad = true};
static struct screen_input const kitty8 = {.kitty = 9};
static struct screen_input const kitty24 = {.kitty = 25};
static struct screen_input const other1 = {.modify_other = 1};
static struct screen_input const other2 = {.modify_other = 2};
static struct screen_input const lnm = {.newline = true};
static struct screen_input const bkm = {.backarrow = true};

static struct { struct screen_input const *mode; char const *name, *bytes; } const cases[] = {
	{&normal, "a", "a"}, {&normal, "ä", "ä"}, {&normal, "世", "世"}, {&normal, "😀", "😀"},
	{&normal, "-", "-"}, {&normal, "^", "^"},
	{&normal, "Enter", "\r"}, {&lnm, "Enter", "\r\n"}, {&normal, "Tab", "\t"}, {&normal, "S-Tab", "\033[Z"},
	{&normal, "BTab", "\033[Z"}, {&normal, "Escape", "\033"}, {&normal, "Space", " "},
	{&normal, "BSpace", "\177"}, {&normal, "C-BSpace", "\b"}, {&bkm, "BSpace", "\b"}, {&bkm, "C-BSpace", "\177"},
	{&normal, "C-a", "\001"}, {&normal, "^A", "\001"}, {&normal, "C-A", "\001"}, {&normal, "C-z", "\032"},
	{&normal, "C-\\", "\034"}, {&normal, "C-]", "\035"}, {&normal, "C-_", "\037"}, {&normal, "C-?", "\177"},
	{&normal, "M-x", "\033x"}, {&normal, "M-X", "\033X"}, {&normal, "M-S-x", "\033X"}, {&normal, "S-x", "X"},
	{&normal, "C-M-a", "\033\001"}, {&normal, "M-C-a", "\033\001"}, {&normal, "M-Enter", "\033\r"},
	{&normal, "C--", "\037"}, {&normal, "M--", "\033-"},
	{&normal, "Up", "\033[A"}, {&cursor, "Up", "\033OA"}, {&normal, "C-Up", "\033[1;5A"}, {&cursor, "C-Up", "\033[1;5A"},
	{&normal, "S-Left", "\033[1;2D"}, {&normal, "M-Right", "\033[1;3C"}, {&normal, "C-M-S-Down", "\033[1;8B"},
	{&normal, "Home", "\033[H"}, {&cursor, "End", "\033OF"}, {&normal, "PPage", "\033[5~"}, {&normal, "PageUp", "\033[5~"},
	{&normal, "NPage", "\033[6~"}, {&normal, "IC", "\033[2~"}, {&normal, "DC", "\033[3~"}, {&normal, "C-Delete", "\033[3;5~"},
	{&normal, "F1", "\033OP"}, {&normal, "F4", "\033OS"}, {&normal, "F5", "\033[15~"}, {&normal, "F10", "\033[21~"},
	{&normal, "F12", "\033[24~"}, {&normal, "F20", "\033[34~"}, {&normal, "S-F1", "\033[1;2P"}, {&normal, "C-F5", "\033[15;5~"},
	{&normal, "KP5", "5"}, {&keypad, "KP5", "\033Ou"}, {&keypad, "KP0", "\033Op"}, {&keypad, "KP9", "\033Oy"},
	{&keypad, "KPEnter", "\033OM"}, {&normal, "KPEnter", "\r"}, {&keypad, "KP+", "\033Ok"}, {&keypad, "KP.", "\033On"},
	{&kitty1, "a", "a"}, {&kitty1, "Enter", "\r"}, {&kitty1, "Escape", "\033[27u"}, {&kitty1, "C-a", "\033[97;5u"},
	{&kitty1, "M-x", "\033[120;3u"}, {&kitty1, "M-X", "\033[120;4u"}, {&kitty1, "S-Enter", "\033[13;2u"},
	{&kitty1, "C-\\", "\033[92;5u"}, {&kitty1, "Up", "\033[A"}, {&kitty1, "F1", "\033[P"}, {&kitty1, "F3", "\033[13~"},
	{&kitty1, "S-a", "A"},
	{&kitty8, "a", "\033[97u"}, {&kitty8, "Enter", "\033[13u"}, {&kitty8, "A", "\033[97;2u"},
	{&kitty24, "a", "\033[97;;97u"}, {&kitty24, "A", "\033[97;2;65u"}, {&kitty24, "C-a", "\033[97;5u"},
	{&other1, "C-a", "\001"}, {&other1, "C-Enter", "\033[27;5;13~"}, {&other1, "C-1", "\033[27;5;49~"},
	{&other1, "S-Tab", "\033[Z"}, {&other2, "C-a", "\033[27;5;97~"}, {&other2, "M-x", "\033[27;3;120~"}, {&other2, "x", "x"},
};

TEST(keys_in_each_mode)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char buf[KEY_BYTES_MAX + 1];
		struct key k;
		printf("# %s\n", cases[i].name);
		CHECK(key_parse(cases[i].name, &k));
		size_t const n = key_bytes(k, cases[i].mode, buf);
		CHECK(n <= KEY_BYTES_MAX);
		buf[n] = 0;
		CHECK_STR(buf, cases[i].bytes);
	}
}

TEST(what_is_no_key)
{
	char const *const bad[] = {"", "ab", "C-", "X-a", "F0", "F21", "F1x", "KP", "KPx", "KP55", "Entr", "\xff", "C-M-", "^", "\xc3"};
	struct key k;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (!strcmp(bad[i], "^")) continue; /* a character */
		CHECK(!key_parse(bad[i], &k));
	}
}

TEST(c_space_is_nul_and_c_1_is_nothing)
{
	char buf[KEY_BYTES_MAX];
	struct key k;
	CHECK(key_parse("C-Space", &k));
	CHECK_EQ(key_bytes(k, &normal, buf), 1);
	CHECK_EQ(buf[0], 0);
	CHECK(key_parse("C-1", &k));
	CHECK_EQ(key_bytes(k, &normal, buf), 0);
}

static void check_buf(struct screen_buf *b, char const *want)
{
	screen_buf_add(b, "", 1);
	CHECK(!b->failed);
	CHECK_STR(b->data, want);
	screen_buf_deinit(b);
}

TEST(text_is_typed)
{
	struct screen_buf b = SCREEN_BUF_INIT;
	key_text("a\nä\xff\n", 6, &normal, &b);
	check_buf(&b, "a\rä\xff\r");
	key_text("a\n", 2, &lnm, &b);
	check_buf(&b, "a\r\n");
	key_text("aé\n", 4, &kitty8, &b);
	check_buf(&b, "\033[97u\033[233u\033[13u");
}

/* Whatever is pasted, the end marker is there once: at the end. */
TEST(a_paste_cannot_end_itself)
{
	struct screen_input const m = {.paste = true};
	char const *const evil[] = {
		"\033[201~rm -rf", "a\033[20\033[201~1~b", "\xc2\x9b" "201~x", "\x9b" "201~x", "\xc2\033\x9b" "201~",
		"\033\033[201~", "\xe4\033[201~\xb8\x96", "x\033",
	};
	for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
		struct screen_buf b = SCREEN_BUF_INIT;
		size_t left;
		key_paste(evil[i], strlen(evil[i]), &m, &b, &left);
		CHECK(left > 0);
		CHECK(b.len >= 12);
		CHECK(!memcmp(b.data, "\033[200~", 6));
		CHECK(!memcmp(b.data + b.len - 6, "\033[201~", 6));
		CHECK(!memchr(b.data + 1, '\033', b.len - 7));
		CHECK(!memmem(b.data, b.len, "\xc2\x9b", 2));
		screen_buf_deinit(&b);
	}
}

TEST(a_paste_is_whole)
{
	struct screen_input const m = {.paste = true};
	struct screen_buf b = SCREEN_BUF_INIT;
	size_t left;
	key_paste("a\n世丛\t", 9, &m, &b, &left); /* the last one ends in 9B */
	CHECK_EQ(left, 0);
	check_buf(&b, "\033[200~a\r世丛\t\033[201~");
	key_paste("\033[201~", 6, &normal, &b, &left);
	CHECK_EQ(left, 0);
	check_buf(&b, "\033[201~");
}

TEST_MAIN
