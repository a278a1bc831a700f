// SPDX-License-Identifier: Apache-2.0
// Stands at the place of the Erlang emulator, tells what init gave it, and does what $E2E says.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void print_file(const char *path) {
	char text[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
	text[n > 0 ? n : 0] = '\0';
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		printf("E2E: %s: %s\n", path, line);
	if (fd >= 0)
		close(fd);
}

static void report_network(void) {
	char name[256] = "";
	if (gethostname(name, sizeof name - 1) < 0)
		perror("E2E: host");
	printf("E2E: host: %s\n", name);
	print_file("/etc/resolv.conf");
	print_file("/etc/hosts");
	print_file("/proc/net/route");
}

static void report(char **argv) {
	char cwd[256] = "";
	printf("E2E: arguments:");
	for (; *argv != NULL; argv++)
		printf(" [%s]", *argv);
	printf("\n");
	for (char **entry = environ; *entry != NULL; entry++)
		printf("E2E: environment: %s\n", *entry);
	report_network();
	printf("E2E: directory: %s\n", getcwd(cwd, sizeof cwd));
	printf("E2E: user: %d:%d %d:%d, groups %d\n", (int)getuid(), (int)getgid(), (int)geteuid(), (int)getegid(), getgroups(0, NULL));
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	printf("E2E: files: %llu:%llu\n", (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
	getrlimit(RLIMIT_CORE, &limit);
	printf("E2E: core: %s\n", limit.rlim_max == RLIM_INFINITY ? "unlimited" : "limited");
	sigset_t blocked;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	printf("E2E: signals: %s\n", sigismember(&blocked, SIGTERM) || sigismember(&blocked, SIGCHLD) ? "blocked" : "free");
	int open_files = 0;
	for (int fd = 0; fd < 64; fd++)
		open_files += fcntl(fd, F_GETFD) >= 0;
	printf("E2E: descriptors: %d, terminal %d%d%d, session %s\n", open_files, isatty(0), isatty(1), isatty(2), getsid(0) == getpid() ? "own" : "other");
	print_file(getenv("ERL_INETRC"));
	print_file("/proc/mounts");
	print_file("/tmp/before");
}

// Orphans end; nobody but init can take their status.
static int zombies(void) {
	int left = 0;
	for (int i = 0; i < 20; i++) {
		pid_t parent = fork();
		if (parent == 0) {
			if (fork() == 0) {
				usleep(10000);
				_exit(0);
			}
			_exit(0);
		}
		waitpid(parent, NULL, 0);
	}
	for (int tries = 0; tries < 500; tries++) {
		left = 0;
		DIR *proc = opendir("/proc");
		for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
			char path[300], state = 0;
			int parent = 0;
			snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
			FILE *stat = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
			if (stat == NULL)
				continue;
			// Kernel threads have another parent.
			if (fscanf(stat, "%*d (%*[^)]) %c %d", &state, &parent) == 2 && parent == 1)
				left++;
			fclose(stat);
		}
		closedir(proc);
		if (left == 1) // this one
			break;
		usleep(10000);
	}
	printf("E2E: children of init: %d\n", left);
	return left == 1 ? 0 : 1;
}

static volatile sig_atomic_t asked;
static void ask(int signal) { asked = signal; }

static int wait_for_term(void) {
	signal(SIGTERM, ask);
	report_network();
	printf("E2E: waiting\n");
	const char *to_init = getenv("SIGNAL");
	if (to_init != NULL)
		kill(1, atoi(to_init));
	while (!asked)
		pause();
	printf("E2E: signal %d: stopping\n", (int)asked);
	report_network();
	// As an Erlang system does that takes its time.
	sleep(1);
	printf("E2E: stopped\n");
	return 0;
}

// As the command of init.pre_start: leaves a file for the report.
static int before(void) {
	FILE *file = fopen("/tmp/before", "w");
	return file == NULL || fprintf(file, "user: %d\n", (int)getuid()) < 0 || fclose(file) != 0;
}

// A card configures itself from router advertisements, which come when they come.
static int ipv6(void) {
	for (int tries = 0; tries < 3000; tries++) {
		char line[256];
		FILE *addresses = fopen("/proc/net/if_inet6", "r");
		while (addresses != NULL && fgets(line, sizeof line, addresses) != NULL) {
			if (strncmp(line, "fec0", 4) == 0) {
				printf("E2E: address: %s", line);
				return fclose(addresses);
			}
		}
		if (addresses != NULL)
			fclose(addresses);
		usleep(10000);
	}
	return 1;
}

// What is left: a process that does not end by itself, and has a file open of a file system with an odd name.
static int leave(void) {
	if (mkdir("/tmp/a b", 0755) < 0 || mount("none", "/tmp/a b", "tmpfs", 0, NULL) < 0 || open("/tmp/a b/file", O_WRONLY | O_CREAT, 0600) < 0) {
		perror("E2E: /tmp/a b");
		return 1;
	}
	pid_t child = fork();
	while (child == 0)
		pause();
	return child < 0;
}

int main(int argc, char **argv) {
	setvbuf(stdout, NULL, _IOLBF, 0);
	const char *what = getenv("E2E"), *status = getenv("STATUS");
	if (argc > 1 && strcmp(argv[1], "-daemon") == 0) {
		printf("E2E: %s, user %d\n", argv[0], (int)getuid());
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "before") == 0)
		return before();
	if (what == NULL || strcmp(what, "report") == 0) {
		report(argv);
	} else if (strcmp(what, "exit") == 0) {
		return status != NULL ? atoi(status) : 3;
	} else if (strcmp(what, "zombies") == 0) {
		return zombies();
	} else if (strcmp(what, "wait") == 0) {
		return wait_for_term();
	} else if (strcmp(what, "ignore") == 0) {
		signal(SIGTERM, SIG_IGN);
		printf("E2E: ignoring\n");
		kill(1, SIGTERM);
		for (;;)
			pause();
	} else if (strcmp(what, "ipv6") == 0) {
		return ipv6();
	} else if (strcmp(what, "leave") == 0) {
		return leave();
	} else if (strcmp(what, "crash") == 0) {
		raise(SIGSEGV);
	} else if (strcmp(what, "memory") == 0) {
		for (;;)
			memset(malloc(1 << 20), 1, 1 << 20);
	} else {
		printf("E2E: no such case: %s\n", what);
		return 1;
	}
	return 0;
}
