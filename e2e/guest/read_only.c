// SPDX-License-Identifier: Apache-2.0
// Init of a machine whose root cannot be written, as one on a read-only disk.
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv) {
	(void)argc;
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
		perror("remounting /");
	else
		execv("/init", argv);
	perror("/init");
	return 1;
}
