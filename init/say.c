// SPDX-License-Identifier: Apache-2.0
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

static int log_fd = -1;
static bool console;

void say_open(void) { log_fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC); }

void say_open_console(void) {
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);
	console = fd >= 0;
	if (!console)
		fd = open("/dev/null", O_RDWR);
	if (fd < 0)
		return;
	for (int to = 0; to < 3; to++)
		if (fd != to)
			dup2(fd, to);
	if (fd > 2)
		close(fd);
	// Ctrl-C on the console is a signal for init: a request to stop.
	if (console && setsid() >= 0)
		ioctl(0, TIOCSCTTY, 0);
}

static void put(const char *part, va_list list, const char *end) {
	char line[1024];
	size_t used = 0;
	const char *level = console ? "" : "<4>";
	const char *head[] = {level, "init: "};
	for (size_t i = 0; i < COUNT(head) + 1 || part != NULL; i++) {
		const char *text;
		if (i < COUNT(head)) {
			text = head[i];
		} else if (part != NULL) {
			text = part;
			part = va_arg(list, const char *);
		} else {
			break;
		}
		// What is too long is cut: a message is better than none.
		for (; *text != '\0' && used < sizeof line - 200; text++)
			line[used++] = *text;
	}
	for (; *end != '\0' && used < sizeof line - 1; end++)
		line[used++] = *end;
	line[used++] = '\n';
	int fd = console ? 2 : log_fd;
	// Nobody is left to tell if this fails.
	if (fd >= 0 && write(fd, line, used) < 0)
		return;
}

void say(const char *part, ...) {
	va_list list;
	va_start(list, part);
	put(part, list, "");
	va_end(list);
}

// The library's table has every one, in two kilobytes.
static const char *reason_of(int error) {
	switch (error) {
	case EACCES:
		return "permission denied";
	case EBUSY:
		return "busy";
	case EFBIG:
		return "too large";
	case EINVAL:
		return "invalid argument";
	case EIO:
		return "input/output error";
	case ENODEV:
		return "the kernel has no such device";
	case ENOENT:
		return "no such file or directory";
	case ENOMEM:
		return "out of memory";
	case ENOSPC:
		return "no space left";
	case ENOTDIR:
		return "not a directory";
	case EPERM:
		return "not permitted";
	case EROFS:
		return "the file system is read-only";
	}
	return NULL;
}

void say_errno(const char *part, ...) {
	char reason[64], code[NUMBER_SIZE];
	const char *known = reason_of(errno);
	join(reason, sizeof reason, known != NULL ? ": " : ": error ", known != NULL ? known : number(code, (uint64_t)errno), NULL);
	va_list list;
	va_start(list, part);
	put(part, list, reason);
	va_end(list);
}

uint64_t now_us(void) {
	struct timespec now;
	// The system call itself: a few times a second at most, and it saves the library's search for a faster one.
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t before;

void say_begin(void) { before = now_us(); }

void say_stage(const char *name) {
	uint64_t now = now_us();
	char line[256], at[NUMBER_SIZE], took[NUMBER_SIZE];
	if (join(line, sizeof line, "<6>init: stage=", name, " at_us=", number(at, now), " took_us=", number(took, now - before), "\n", NULL) &&
	    log_fd >= 0 && write(log_fd, line, strlen(line)) < 0)
		return;
	before = now;
}
