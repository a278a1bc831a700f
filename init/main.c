// SPDX-License-Identifier: Apache-2.0
// Init: the first process of a machine that runs one Erlang system. docs/init.md tells what it does.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "environment.h"
#include "filesystems.h"
#include "machine.h"
#include "network.h"
#include "options.h"
#include "release.h"
#include "say.h"
#include "text.h"
#include "words.h"

static struct options options;
static int signals = -1, button = -1;

// Set once something asks for the end, with its reason.
static bool stopping;
static uint64_t kill_at_us = UINT64_MAX;

static void read_configuration(void) {
	static char text[32 * 1024];
	default_options(&options);
	if (read_file("/etc/environment", text, sizeof text) >= 0)
		read_environment("/etc/environment", text);
	else if (errno != ENOENT)
		say_errno("warning: reading /etc/environment", NULL);
	if (read_file("/etc/init.conf", text, sizeof text) >= 0)
		read_options(&options, "/etc/init.conf", text);
	else if (errno != ENOENT)
		say_errno("warning: reading /etc/init.conf", NULL);
	if (read_file("/proc/cmdline", text, sizeof text) >= 0)
		read_command_line(&options, text);
	else
		say_errno("warning: reading the kernel's command line", NULL);
}

static void watch(void) {
	sigset_t set;
	sigemptyset(&set);
	static const int watched[] = {SIGCHLD, SIGINT, SIGTERM, SIGPWR, SIGUSR1, SIGUSR2, SIGHUP, SIGPIPE, SIGTTOU, SIGTTIN};
	for (size_t i = 0; i < COUNT(watched); i++)
		sigaddset(&set, watched[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || (signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		say_errno("error: watching for signals", NULL);
	// Ctrl-Alt-Del is a signal for init, not the end at once.
	reboot(RB_DISABLE_CAD);
	button = power_button_open();
}

static void stop(pid_t child, const char *why) {
	char seconds[NUMBER_SIZE];
	if (stopping)
		return;
	stopping = true;
	say(why, ": stopping, with ", number(seconds, options.stop_timeout), " s for it", NULL);
	kill_at_us = now_us() + options.stop_timeout * 1000000;
	// The emulator then stops its applications in order.
	if (kill(child, SIGTERM) < 0)
		say_errno("warning: asking for the end", NULL);
}

// Takes the signals that came. Returns the wait status of the child if it has ended, -1 if it runs.
static int take_signals(pid_t child) {
	struct signalfd_siginfo info;
	int status, ended = -1;
	pid_t pid;
	while (read(signals, &info, sizeof info) == sizeof info) {
		switch (info.ssi_signo) {
		case SIGINT:
			stop(child, "Ctrl-Alt-Del, or Ctrl-C on the console");
			break;
		case SIGTERM:
			stop(child, "SIGTERM");
			break;
		case SIGPWR:
			stop(child, "SIGPWR");
			break;
		// What the programs halt and poweroff send.
		case SIGUSR1:
			options.on_exit = HALT;
			stop(child, "SIGUSR1 (halt)");
			break;
		case SIGUSR2:
			options.on_exit = POWEROFF;
			stop(child, "SIGUSR2 (poweroff)");
			break;
		}
	}
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == child)
			ended = status;
	return ended;
}

// Waits for the end of a child, and does meanwhile all that init has to do. Returns its wait status.
static int supervise(pid_t child) {
	for (;;) {
		int status = take_signals(child);
		if (status >= 0)
			return status;
		if (button >= 0 && power_button_pressed(button))
			stop(child, "power button");
		network_step();

		uint64_t now = now_us(), due = earlier_us(network_due_us(), kill_at_us);
		if (now >= kill_at_us) {
			say("error: it did not stop in time, and is killed (init.stop_timeout)", NULL);
			kill(child, SIGKILL);
			kill_at_us = UINT64_MAX;
			continue;
		}
		struct pollfd wait[] = {
			{.fd = signals, .events = POLLIN},
			{.fd = button, .events = POLLIN},
			{.fd = network_socket(), .events = POLLIN},
		};
		// An hour at most: the number of milliseconds is an int.
		uint64_t ms = due == UINT64_MAX ? 3600000 : due > now ? (due - now) / 1000 + 1 : 0;
		if (poll(wait, COUNT(wait), due == UINT64_MAX ? -1 : (int)(ms < 3600000 ? ms : 3600000)) < 0 && errno != EINTR)
			say_errno("error: waiting for events", NULL);
	}
}

// The exit status as a shell has it.
static int exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// Runs a command to its end. Returns its exit status.
static int run(char *const *arguments, const struct options *as) {
	int status;
	struct program program = {.arguments = arguments, .cwd = "/"};
	pid_t pid = start_program(&program, as, &status);
	return pid < 0 ? status : exit_status(supervise(pid));
}

static int pre_start(void) {
	static struct words words;
	char code[NUMBER_SIZE];
	struct options as_root = options;
	as_root.uid = as_root.gid = 0;
	if (!words_of_flags(&words, options.pre_start, false) || words.count == 0) {
		say("error: init.pre_start: no command: ", options.pre_start, NULL);
		return 126;
	}
	int status = run(words.at, &as_root);
	if (status != 0)
		say("error: init.pre_start: ", words.at[0], " exited with status ", number(code, (uint64_t)status), "; the release is not started", NULL);
	say_stage("pre_start");
	return status;
}

static void start_epmd(const char *bindir) {
	char path[512];
	char *arguments[] = {path, "-daemon", NULL};
	if (!join(path, sizeof path, bindir, "/epmd", NULL) || access(path, X_OK) < 0)
		say("warning: ", path, " is not in the image; for a node with a name have it there, or take -start_epmd false", NULL);
	else if (run(arguments, &options) != 0)
		say("warning: ", path, " failed", NULL);
}

static const char *signal_name(int signal) {
	switch (signal) {
	case SIGABRT:
		return ", SIGABRT";
	case SIGILL:
		return ", SIGILL";
	case SIGKILL:
		return ", SIGKILL";
	case SIGSEGV:
		return ", SIGSEGV";
	case SIGTERM:
		return ", SIGTERM";
	}
	return "";
}

static void tell_end(int status) {
	char code[NUMBER_SIZE];
	if (WIFEXITED(status)) {
		say("the emulator exited with status ", number(code, WEXITSTATUS(status)), NULL);
		return;
	}
	int signal = WTERMSIG(status);
	bool memory = signal == SIGKILL && memory_ran_out();
	say("error: the emulator was ended by signal ", number(code, (uint64_t)signal), signal_name(signal),
	    memory ? "; the machine is out of memory: give it more, or let the application take less" : "", NULL);
}

// Runs the release to its end. Returns its exit status.
static int run_release(void) {
	static struct release release;
	int status;
	if (options.pre_start != NULL && (status = pre_start()) != 0)
		return status;
	if (stopping)
		return 0;
	if ((status = release_command(&release, &options)) != 0)
		return status;
	if (options.shell != NULL)
		shell_open();
	if (release.epmd)
		start_epmd(release.bindir);
	struct program program = {
		.arguments = release.arguments.at,
		.cwd = options.cwd != NULL ? options.cwd : options.root,
		.owns_console = release.interactive,
	};
	pid_t pid = start_program(&program, &options, &status);
	if (pid < 0)
		return status;
	say_stage("start");
	status = supervise(pid);
	say_stage(stopping ? "stopped" : "ended");
	tell_end(status);
	return exit_status(status);
}

// Nothing may hold a file system when they are unmounted.
static void end_processes(void) {
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

int main(void) {
	if (getpid() != 1) {
		static const char message[] = "init: this is the first process of a machine, and nothing else\n";
		return write(2, message, sizeof message - 1) < 0 ? 2 : 1;
	}
	say_begin();
	mount_all();
	say_open_console();
	say_stage("mounts");
	read_configuration();
	watch();
	say_stage("options");
	network_start(&options);
	say_stage("network");
	int status = run_release();
	end_processes();
	report_status(status);
	unmount_all();
	say_stage("end");
	end_machine(options.on_exit);
}
