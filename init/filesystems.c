// SPDX-License-Identifier: Apache-2.0
#include "filesystems.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "text.h"

static const struct {
	const char *type, *path;
	unsigned long flags;
	const char *data;
} mounts[] = {
	{"devtmpfs", "/dev", MS_NOSUID, "mode=0755"},
	{"proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
	{"sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
	{"devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "mode=0620,ptmxmode=0666"},
	// Not noexec: the emulator may put the code that it makes there.
	{"tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777"},
	{"tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=0755"},
	{"tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777"},
};

static const char *const links[][2] = {
	{"/proc/self/fd", "/dev/fd"},
	{"fd/0", "/dev/stdin"},
	{"fd/1", "/dev/stdout"},
	{"fd/2", "/dev/stderr"},
};

void mount_all(void) {
	for (size_t i = 0; i < COUNT(mounts); i++) {
		bool made = mkdir(mounts[i].path, 0755) == 0 || errno == EEXIST || errno == EROFS;
		// The kernel has mounted /dev itself if the root is a disk.
		bool mounted = made && (mount(mounts[i].type, mounts[i].path, mounts[i].type, mounts[i].flags, mounts[i].data) == 0 || errno == EBUSY);
		if (i == 0)
			say_open();
		if (!mounted)
			say_errno("warning: mounting ", mounts[i].type, " on ", mounts[i].path, NULL);
	}
	// Init writes there.
	if (mkdir("/etc", 0755) < 0 && errno != EEXIST && errno != EROFS)
		say_errno("warning: making /etc", NULL);
	for (size_t i = 0; i < COUNT(links); i++)
		if (symlink(links[i][0], links[i][1]) < 0 && errno != EEXIST)
			say_errno("warning: making ", links[i][1], NULL);
}

// /proc/mounts writes a space as \040.
static void unescape(char *path) {
	char *to = path;
	for (; *path != '\0'; path++) {
		if (path[0] == '\\' && path[1] >= '0' && path[1] <= '3' && path[2] != '\0' && path[3] != '\0') {
			*to++ = (char)((path[1] - '0') * 64 + (path[2] - '0') * 8 + (path[3] - '0'));
			path += 3;
		} else {
			*to++ = *path;
		}
	}
	*to = '\0';
}

void unmount_all(void) {
	static char text[16 * 1024];
	char *paths[128];
	size_t count = 0;
	sync();
	if (read_file("/proc/mounts", text, sizeof text) < 0)
		say_errno("warning: reading /proc/mounts", NULL);
	for (char *line = text; *line != '\0' && count < COUNT(paths);) {
		char *next = line + strcspn(line, "\n"), *path = strchr(line, ' ');
		next += *next == '\n';
		if (path != NULL && path < next) {
			path++;
			path[strcspn(path, " \n")] = '\0';
			unescape(path);
			paths[count++] = path;
		}
		line = next;
	}
	// Last mounted, first unmounted. /dev, /proc and /sys are needed to the end, and hold nothing.
	while (count-- > 0) {
		const char *path = paths[count];
		if (same(path, "/")) {
			// Only a root on a disk has anything to keep.
			mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
		} else if (!same(path, "/dev") && !same(path, "/proc") && !same(path, "/sys") && umount2(path, 0) < 0) {
			say_errno("warning: unmounting ", path, NULL);
			mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY, NULL);
		}
	}
	sync();
}
