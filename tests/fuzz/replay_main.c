/* SPDX-License-Identifier: ISC */
/* Runs a fuzzer's function on files, so that `make check` replays the corpus
 * without libFuzzer. usage: replay_NAME FILE... */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(uint8_t const *data, size_t size);

static int replay(char const *path)
{
	FILE *const f = fopen(path, "rb");
	if (!f) return -1;
	size_t n = 0;
	size_t cap = 1 << 16;
	uint8_t *data = malloc(cap);
	while (data) {
		n += fread(data + n, 1, cap - n, f);
		if (n < cap) break;
		uint8_t *const more = realloc(data, cap *= 2);
		if (!more) {
			free(data);
			data = NULL;
		} else {
			data = more;
		}
	}
	fclose(f);
	if (!data) return -1;
	LLVMFuzzerTestOneInput(data, n);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (replay(argv[i]) < 0) {
			perror(argv[i]);
			return 1;
		}
	}
	printf("%d files\n", argc - 1);
	return 0;
}
