// SPDX-License-Identifier: Apache-2.0
// The file systems that every Linux has, and their end.
#ifndef INIT_FILESYSTEMS_H
#define INIT_FILESYSTEMS_H

// Mounts /dev, /proc, /sys, /dev/pts, /dev/shm, /run and /tmp where they are not mounted yet.
void mount_all(void);
// Syncs, unmounts what can be, and makes the root read-only.
void unmount_all(void);

#endif
