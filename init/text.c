// SPDX-License-Identifier: Apache-2.0
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool same(const char *a, const char *b) { return strcmp(a, b) == 0; }

const char *after(const char *text, const char *prefix) {
	size_t length = strlen(prefix);
	return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

bool starts_with(const char *text, const char *prefix) { return after(text, prefix) != NULL; }

bool ends_with(const char *text, const char *suffix) {
	size_t length = strlen(text), tail = strlen(suffix);
	return length >= tail && same(text + length - tail, suffix);
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool contains(const char *text, const char *part) {
	for (; *text != '\0'; text++)
		if (starts_with(text, part))
			return true;
	return *part == '\0';
}

char *number(char buffer[NUMBER_SIZE], uint64_t value) {
	char digits[NUMBER_SIZE];
	size_t n = 0;
	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	for (size_t i = 0; i < n; i++)
		buffer[i] = digits[n - 1 - i];
	buffer[n] = '\0';
	return buffer;
}

bool parse_number_until(const char *text, const char *ends, uint64_t max, uint64_t *value, const char **rest) {
	uint64_t sum = 0;
	const char *p = text;
	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');
		if (digit > max || sum > (max - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	if (p == text || (*p != '\0' && strchr(ends, *p) == NULL))
		return false;
	*value = sum;
	*rest = p;
	return true;
}

bool parse_number(const char *text, uint64_t max, uint64_t *value) {
	const char *rest;
	return parse_number_until(text, "", max, value, &rest);
}

static bool join_list(char *out, size_t size, const char *part, va_list list) {
	size_t used = 0;
	for (; part != NULL; part = va_arg(list, const char *)) {
		size_t length = strlen(part);
		if (length >= size - used) {
			out[0] = '\0';
			return false;
		}
		memcpy(out + used, part, length);
		used += length;
	}
	out[used] = '\0';
	return true;
}

bool join(char *out, size_t size, ...) {
	va_list list;
	va_start(list, size);
	const char *part = va_arg(list, const char *);
	bool fits = join_list(out, size, part, list);
	va_end(list);
	return fits;
}

static char kept[128 * 1024];
static size_t kept_used;

char *keep(const char *text, size_t length) {
	if (length >= sizeof kept - kept_used)
		return NULL;
	char *copy = kept + kept_used;
	memcpy(copy, text, length);
	copy[length] = '\0';
	kept_used += length + 1;
	return copy;
}

char *keep_joined(const char *part, ...) {
	size_t space = sizeof kept - kept_used;
	if (space == 0)
		return NULL;
	va_list list;
	va_start(list, part);
	char *joined = kept + kept_used;
	bool fits = join_list(joined, space, part, list);
	va_end(list);
	if (!fits)
		return NULL;
	kept_used += strlen(joined) + 1;
	return joined;
}

ssize_t read_file(const char *path, char *buffer, size_t size) {
	buffer[0] = '\0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	size_t used = 0;
	ssize_t n;
	while ((n = read(fd, buffer + used, size - used)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (used += (size_t)n) == size) {
			int error = n < 0 ? errno : EFBIG;
			close(fd);
			buffer[0] = '\0';
			errno = error;
			return -1;
		}
	}
	close(fd);
	buffer[used] = '\0';
	return (ssize_t)used;
}

bool write_file(const char *path, const char *data, size_t length) {
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	while (length > 0) {
		ssize_t n = write(fd, data, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int error = errno;
			close(fd);
			errno = error;
			return false;
		}
		data += n;
		length -= (size_t)n;
	}
	return close(fd) == 0;
}

// What the system call getdents64 gives; musl's readdir would bring the heap along.
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

bool any_entry(const char *directory, bool (*visit)(const char *name, void *context), void *context) {
	_Alignas(struct entry) char buffer[2048];
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool found = false;
	long n;
	while (!found && (n = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0)
		for (long at = 0; at < n && !found;) {
			struct entry *entry = (struct entry *)(void *)(buffer + at);
			if (!same(entry->name, ".") && !same(entry->name, ".."))
				found = visit(entry->name, context);
			at += entry->length;
		}
	close(fd);
	return found;
}
