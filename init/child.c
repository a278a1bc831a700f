// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "environment.h"
#include "say.h"

// What failed in the new process, for init to tell.
struct failure {
	const char *what;
	int error;
};

static const char *prepare(const struct program *program, const struct options *options) {
	sigset_t none;
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0 || setsid() < 0)
		return "making a session for it";
	if (program->owns_console)
		ioctl(0, TIOCSCTTY, 1); // without a console there is nothing to own
	for (size_t i = 0; i < options->limit_count; i++) {
		const uint64_t limit[2] = {options->limits[i].soft, options->limits[i].hard};
		if (syscall(SYS_prlimit64, 0, options->limits[i].resource, limit, NULL) < 0)
			return "setting init.limit";
	}
	if (chdir(program->cwd) < 0)
		return "entering the working directory (init.cwd)";
	// The system calls themselves: the library's functions are for programs with threads, and large.
	if (options->uid != 0 || options->gid != 0) {
		if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, options->gid, options->gid, options->gid) < 0 ||
		    syscall(SYS_setresuid, options->uid, options->uid, options->uid) < 0 || syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
			return "becoming init.user";
	}
	execve(program->arguments[0], program->arguments, environment);
	return "";
}

pid_t start_program(const struct program *program, const struct options *options, int *status) {
	const char *name = program->arguments[0];
	struct failure failure;
	int ends[2];
	*status = 126;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		say_errno("error: starting ", name, ": making a pipe", NULL);
		return -1;
	}
	pid_t pid = _Fork();
	if (pid == 0) {
		failure.what = prepare(program, options);
		failure.error = errno;
		if (write(ends[1], &failure, sizeof failure) < 0)
			_exit(125);
		_exit(126);
	}
	int error = errno;
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		errno = error;
		say_errno("error: starting ", name, ": making a process", NULL);
		return -1;
	}
	ssize_t got;
	do
		got = read(ends[0], &failure, sizeof failure);
	while (got < 0 && errno == EINTR);
	close(ends[0]);
	if (got != sizeof failure)
		return pid;
	waitpid(pid, NULL, 0);
	errno = failure.error;
	bool exec = failure.what[0] == '\0';
	if (exec && errno == ENOENT) {
		*status = 127;
		if (access(name, F_OK) == 0) {
			say("error: starting ", name, ": the interpreter or loader that it names is not in the image; programs must be static", NULL);
			return -1;
		}
	}
	if (exec && errno == ENOEXEC)
		say("error: starting ", name, ": it is no program for this processor", NULL);
	else
		say_errno("error: starting ", name, exec ? "" : ": ", failure.what, NULL);
	return -1;
}
