/* The screen engine under whole sequences: each byte of the input chooses one,
 * the next ones its parameters, so that deep states are near. */
#include "screen_checks.h"

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size);

/* %: a small number; &: one of the numbers that mean something; !: one of the
 * characters. */
static char const *const tokens[] = {
	"a", "bcdefgh", " ", "!", "!!", "!!!", "\r", "\n", "\r\n", "\b", "\t", "\033[%;%H", "\033[%A", "\033[%B", "\033[%C",
	"\033[%D", "\033[%G", "\033[%d", "\033[J", "\033[%J", "\033[K", "\033[%K", "\033[?%J", "\033[?%K", "\033[%L", "\033[%M",
	"\033[%P", "\033[%@", "\033[%X", "\033[%S", "\033[%T", "\033[%b", "\033[%I", "\033[%Z", "\033[%g", "\033H", "\033[%;%r",
	"\033[r", "\033[?69h\033[%;%s", "\033[?69l", "\033[s", "\033[u", "\0337", "\0338", "\033[?6h", "\033[?6l", "\033[4h",
	"\033[4l", "\033[?7l", "\033[?7h", "\033[?45h", "\033[?2027h", "\033[?2027l", "\033[?&h", "\033[?&l", "\033[?&s",
	"\033[?&r", "\033[?1049h", "\033[?1049l", "\033[?47h", "\033[?47l", "\033[?1048h", "\033[?1048l", "\033[m", "\033[%m",
	"\033[4%m", "\033[3%m", "\033[38;5;%m", "\033[48;2;%;%;%m", "\033[4:%m", "\033[58:5:%m", "\033[7;1m", "\033[1\"q",
	"\033[0\"q", "\033(0", "\033(B", "\033)0", "\033*A", "\033+4", "\016", "\017", "\033n", "\033o", "\033N", "\033O", "x",
	"\033]8;id=%;http://%\033\\", "\033]8;;\033\\", "\033]8;;http://%\007", "\033]0;t%\007", "\033]1;%\007",
	"\033]2;w%\033\\", "\033[22;%t", "\033[23;%t", "\033]4;%;rgb:%/%/%\007", "\033]104\007", "\033]104;%\007",
	"\033]10;#12345%\007", "\033]11;rgb:ff/0/%\007", "\033]110\007", "\033[>%u", "\033[<%u", "\033[=%;%u", "\033[?u",
	"\033[>4;%m", "\033[>%n", "\033[>m", "\033=", "\033>", "\033[% q", "\033[!p", "\033c", "\033#8", "\033M", "\033D",
	"\033E", "\033[%;%;%;%$z", "\033[%;%;%;%${", "\033[!;%;%;%;%$x", "\033[88;%;%;%;%$x", "\033[%;%;%;%;1;%;%;1$v",
	"\033[%;%;%;%;7;4$r", "\033[%;%;%;%;1$t", "\033[%*x", "\033[%'}", "\033[%'~", "\033[% @", "\033[% A", "\0336", "\0339",
	"\033[c", "\033[6n", "\033[?&$p", "\033P$qm\033\\", "\033P$qr\033\\", "\033]11;?\007", "\033[%n", "\033[%t", "\005",
	"\033P+q544e\033\\", "\033_Ga=q;\033\\", "\033[?%W", "\033[?5W", "\033[%a", "\033[%e", "\033[%E", "\033[%F", "\033[%^",
	"\033[20h", "\033V", "\033W", "\xc3", "\x9f", "\xc2\x9b\x33m", "\xff", "\033[>c", "\033[>q", "\033[%x", "\030", "\a",
	"\033]52;c;%\033\\", "\033]52;c;?\007", "\033]9;%;%\007", "\033]99;i=%:d=%;!\033\\", "\033]777;notify;%\007",
};

static char const *const chars[] = {
	"a", "Z", "#", "]", "~", "\xc3\xa9", "\xe2\x94\x80", "\xe4\xb8\xad", "\xe6\x96\x87", "\xf0\x9f\x98\x80", "\xcc\x81",
	"\xe2\x80\x8d", "\xef\xb8\x8f", "\xf0\x9f\x87\xa9", "\xf0\x9f\x87\xaa", "\xe0\xa4\x95", "\xe0\xa4\xbe", "\xe1\x84\x80",
	"\xe1\x85\xa1", "\xe1\x86\xa8", "\xf0\x9f\x8f\xbd", "\xe2\x9d\xa4", "\xe2\x80\x8b", "\xef\xbf\xbd", "\xe2\x80\x8e",
	"\xd8\x80", "\xc2\xad", "\xea\xb0\x80",
};

static unsigned const numbers[] = {
	1, 4, 5, 6, 7, 8, 9, 12, 20, 25, 40, 45, 66, 67, 69, 80, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 1034,
	1035, 1036, 1039, 1042, 1043, 1070, 2004, 2026, 2027, 2031, 2048, 8452, 9001, 47, 1047, 1048, 1049, 3, 2, 10000,
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size)
{
	static uint8_t text[1 << 16];
	size_t n = 4;
	if (size < 4) return 0;
	memcpy(text, data, 4);
	for (size_t i = 4; i < size && n + 256 < sizeof text; i++) {
		for (char const *t = tokens[data[i] % COUNT(tokens)]; *t; t++) {
			unsigned const arg = i + 1 < size ? data[i + 1] : 0;
			char piece[16];
			if (*t == '!' && t[1] != 'p') snprintf(piece, sizeof piece, "%s", chars[arg % COUNT(chars)]);
			else if (*t == '%' && arg == 255) piece[0] = 0;
			else if (*t == '%') snprintf(piece, sizeof piece, "%u", arg > 200 ? arg : arg % 12);
			else if (*t == '&') snprintf(piece, sizeof piece, "%u", numbers[arg % COUNT(numbers)]);
			else {
				text[n++] = (uint8_t)*t;
				continue;
			}
			i++;
			size_t const len = strlen(piece);
			memcpy(text + n, piece, len);
			n += len;
		}
	}
	if (getenv("FUZZ_SHOW")) {
		for (size_t i = 4; i < n; i++)
			if (text[i] >= 0x20 && text[i] < 0x7f) fputc(text[i], stderr);
			else fprintf(stderr, "\\x%02x", text[i]);
		fprintf(stderr, "  sizes %02x %02x flags %02x cut %02x\n", text[0], text[1], text[2], text[3]);
	}
	return screen_checks(text, n);
}
