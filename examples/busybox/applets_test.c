// SPDX-License-Identifier: Apache-2.0
// Becomes a script in the BusyBox that is the first argument: its exit status is the verdict.
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
	if (argc != 2) {
		fprintf(stderr, "usage: applets_test BUSYBOX\n");
		return 2;
	}
	execl(argv[1], "busybox", "sh", "-c", "test \"$(printf 'a\\nb\\n' | cat | wc -l)\" = 2", NULL);
	perror(argv[1]);
	return 1;
}
