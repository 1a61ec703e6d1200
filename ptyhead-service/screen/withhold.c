/* SPDX-License-Identifier: ISC */
/* The parts of a program's output that a viewer does not pass to its terminal. A viewer
 * passes what the engine models: that is restored for later viewers, painted at other
 * sizes, and undone at the viewer's end. Of the rest it passes only what
 * ARCHITECTURE.md lists under "What viewers withhold": pictures, and messages for the
 * user. Everything else that a terminal may know would change it permanently. */
#include "screen_int.h"

#include <string.h>

void withhold(struct screen *s) { query_span(s, SCREEN_QUERY_ANSWERED, NULL); }

/* ---- modes ------------------------------------------------------------------------ */

/* xterm's private modes that are not modelled and change more than the screen: VT52,
 * columns, toolbar, scrollbar, fonts, Tektronix, the margin bell, a log file,
 * highlight tracking, scrolling by output and keys, Delete, the selection, the
 * alternate screen itself, function keys, readline's mouse. Also 2048, whose reports
 * the engine makes. */
bool screen_mode_withheld(bool dec, unsigned number)
{
	static uint16_t const modes[] = {
		2, 3, 10, 13, 14, 30, 35, 38, 44, 46, 95, 1001, 1010, 1011, 1014, 1037, 1040, 1041, 1044, 1046,
		1050, 1051, 1052, 1053, 1060, 1061, 2001, 2002, 2003, 2005, 2006, 2048,
	};
	for (unsigned i = 0; dec && i < sizeof modes / sizeof *modes; i++)
		if (modes[i] == number) return true;
	return false;
}

void withhold_modes(struct screen *s, bool dec, bool kept, bool some)
{
	some |= s->p.overflow; /* a terminal may keep more parameters */
	for (unsigned i = 0; i < s->p.npar; i++)
		some |= screen_mode_withheld(dec, s->p.par[i]) || (kept && !screen_mode_kept(s->p.par[i]));
	if (some) withhold(s);
}

/* ---- strings ---------------------------------------------------------------------- */

static bool begins(struct parser const *p, size_t at, char const *with)
{
	size_t const n = strlen(with);
	return p->str_len >= at + n && !memcmp(p->str + at, with, n);
}

static bool begins_one(struct parser const *p, size_t at, char const *const *with)
{
	while (*with && !begins(p, at, *with)) with++;
	return *with != NULL;
}

/* OSC 9 is iTerm2's notification; with a number it is ConEmu's: sleep, run a macro, a
 * process. Of those pass: 4 progress, 9 the directory, 12 a prompt. */
static bool conemu(struct parser const *p, size_t at)
{
	unsigned n = 0;
	size_t i = at;
	for (; i < p->str_len && p->str[i] >= '0' && p->str[i] <= '9' && n < 100; i++) n = n * 10 + (unsigned)(p->str[i] - '0');
	if (i == at || (i < p->str_len && p->str[i] != ';')) return false;
	return n != 4 && n != 9 && n != 12;
}

/* An OSC, by its number and the text after it, as far as it has come. */
static bool osc_passes(struct parser const *p)
{
	static char const *const iterm[] = {
		"File=", "MultipartFile=", "FilePart=", "FileEnd", "Copy=", "SetMark", "RequestAttention=", "CurrentDir=",
		"RemoteHost=", "ShellIntegrationVersion=", NULL,
	};
	static char const *const rxvt[] = { "notify;", "precmd", "preexec", "container;", NULL };
	unsigned n = 0;
	size_t at = 0;
	for (; at < p->str_len && p->str[at] >= '0' && p->str[at] <= '9' && at < 5; at++) n = n * 10 + (unsigned)(p->str[at] - '0');
	if (at == 0 || (at < p->str_len && p->str[at] != ';')) return false;
	at++;
	switch (n) {
	case 0: case 1: case 2: case 4: case 5: case 7: case 8: case 52: case 99: case 104: case 105: case 133: case 633: case 3008:
		return true;
	case 9: return !conemu(p, at);
	case 777: return begins_one(p, at, rxvt);
	case 1337: return begins_one(p, at, iterm);
	default: return (n >= 10 && n <= 19) || (n >= 110 && n <= 119);
	}
}

/* Sixel and ReGIS pictures; DECRQSS and XTGETTCAP, which are questions. */
static bool dcs_passes(struct parser const *p)
{
	if (p->prefix) return false;
	if (p->ninter == 0) return p->final == 'q' || p->final == 'p';
	return p->ninter == 1 && (p->inter[0] == '$' || p->inter[0] == '+') && p->final == 'q';
}

bool withhold_string(struct parser const *p)
{
	switch (p->kind) {
	case STR_OSC: return !osc_passes(p);
	case STR_DCS: return !dcs_passes(p);
	case STR_APC: return p->str_len == 0 || p->str[0] != 'G'; /* kitty's pictures */
	default: return true;
	}
}

bool screen_withholding(struct screen const *s)
{
	struct parser const *const p = &s->p;
	if (p->state == P_DCS_IGNORE) return true;
	return (p->state == P_STRING || p->state == P_STRING_ESC) && withhold_string(p);
}
