// SPDX-License-Identifier: Apache-2.0
#include "release.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "environment.h"
#include "flags.h"
#include "say.h"
#include "text.h"

enum { MISSING = 127, BROKEN = 126 };

// Busy waiting for work burns the host's processor.
static const char flags_anywhere[] = "+sbwt none +sbwtdcpu none +sbwtdio none";
// There is nothing to spread over threads, and no topology to look at.
static const char flags_one_processor[] = " +SDio 1 +ssrct";
// The table of a million processes takes 16 MB.
static const char flags_little_memory[] = " +P 65536";
enum { LITTLE_MEMORY_MB = 512 };

// It reads /etc/hosts and /etc/resolv.conf when the first name is looked up; named here, when it starts, with code for all of
// Unicode.
static const char inetrc[] = "{lookup,[file,dns]}.\n";

struct paths {
	const char *root, *version, *directory, *bindir;
};

static int no_space(void) {
	say("error: the environment and the arguments of the emulator take more than init's 128 KB", NULL);
	return BROKEN;
}

static int missing(const char *path, const char *what) {
	int error = errno;
	say_errno("error: ", path, NULL);
	say("  ", what, NULL);
	return error == ENOENT ? MISSING : BROKEN;
}

// "ERTS-VERSION RELEASE-VERSION" in releases/start_erl.data.
static int read_start_erl(struct paths *paths) {
	char text[256];
	struct words words = {.count = 0};
	const char *path = keep_joined(paths->root, "/releases/start_erl.data", NULL);
	if (path == NULL)
		return no_space();
	if (read_file(path, text, sizeof text) < 0)
		return missing(path, "a Mix release is expected in the directory that init.root names");
	if (!words_of_flags(&words, text, false) || words.count != 2) {
		say("error: ", path, ": expected the versions of erts and of the release, found: ", text, NULL);
		return BROKEN;
	}
	if (!default_variable("RELEASE_VSN", words.at[1]))
		return no_space();
	paths->version = get_variable("RELEASE_VSN");
	paths->directory = keep_joined(paths->root, "/releases/", paths->version, NULL);
	paths->bindir = keep_joined(paths->root, "/erts-", words.at[0], "/bin", NULL);
	return paths->directory != NULL && paths->bindir != NULL ? 0 : no_space();
}

static bool is_rel(const char *name, void *context) {
	if (!ends_with(name, ".rel") || starts_with(name, "start"))
		return false;
	return join(context, 256, name, NULL);
}

// bin/NAME knows the name of the release; here it is that of releases/VSN/NAME.rel.
static bool name_release(const struct paths *paths) {
	char name[256] = "";
	if (variable_or("RELEASE_NAME", NULL) != NULL)
		return true;
	if (!any_entry(paths->directory, is_rel, name) || name[0] == '\0')
		return set_variable("RELEASE_NAME", "release");
	name[strlen(name) - strlen(".rel")] = '\0';
	return set_variable("RELEASE_NAME", name);
}

static int set_release_variables(const struct paths *paths, const struct options *options) {
	char cookie[256];
	const char *path = keep_joined(paths->root, "/releases/COOKIE", NULL);
	if (path == NULL || !set_variable("RELEASE_ROOT", paths->root) || !name_release(paths) ||
	    !set_variable("RELEASE_COMMAND", options->iex ? "start_iex" : "start") ||
	    !default_variable("RELEASE_PROG", get_variable("RELEASE_NAME")))
		return no_space();
	if (read_file(path, cookie, sizeof cookie) > 0 && !default_variable("RELEASE_COOKIE", cookie))
		return no_space();
	const char *const defaults[][2] = {
		{"RELEASE_MODE", "embedded"},
		{"RELEASE_NODE", get_variable("RELEASE_NAME")},
		// Mix has RELEASE_ROOT/tmp, which may be read-only, and sname, which needs epmd.
		{"RELEASE_TMP", "/tmp"},
		{"RELEASE_DISTRIBUTION", "none"},
		{"RELEASE_VM_ARGS", keep_joined(paths->directory, "/vm.args", NULL)},
		{"RELEASE_REMOTE_VM_ARGS", keep_joined(paths->directory, "/remote.vm.args", NULL)},
		{"RELEASE_BOOT_SCRIPT", "start"},
		{"RELEASE_BOOT_SCRIPT_CLEAN", "start_clean"},
		{"RELEASE_SYS_CONFIG", keep_joined(paths->directory, "/sys", NULL)},
	};
	for (size_t i = 0; i < COUNT(defaults); i++)
		if (defaults[i][1] == NULL || !default_variable(defaults[i][0], defaults[i][1]))
			return no_space();
	return 0;
}

static int set_erlang_variables(const struct paths *paths, const struct options *options) {
	const char *path = keep_joined(paths->bindir, ":", paths->root, "/bin:", variable_or("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), NULL);
	bool set = path != NULL && set_variable("PATH", path) && set_variable("ROOTDIR", paths->root) && set_variable("BINDIR", paths->bindir) &&
	           set_variable("EMU", "beam") && set_variable("PROGNAME", "erl") && default_variable("HOME", "/") &&
	           default_variable("LANG", "C.UTF-8") && default_variable("TERM", "linux");
	// In memory a dump is of no use, and takes what others need.
	if (options->crash_dump != NULL)
		set = set && default_variable("ERL_CRASH_DUMP", options->crash_dump);
	else if (get_variable("ERL_CRASH_DUMP") == NULL)
		set = set && default_variable("ERL_CRASH_DUMP_SECONDS", "0");
	// Otherwise names are looked up by a program of their own.
	if (get_variable("ERL_INETRC") == NULL) {
		const char *rc = access("/etc/inetrc", R_OK) == 0 ? "/etc/inetrc" : "/run/inetrc";
		if (starts_with(rc, "/run/") && !write_file(rc, inetrc, sizeof inetrc - 1))
			say_errno("warning: writing ", rc, NULL);
		set = set && set_variable("ERL_INETRC", rc);
	}
	return set ? 0 : no_space();
}

// The configuration is computed at the start and written over: it needs a place for that.
static int copy_config(const char *from, const struct options *options) {
	char buffer[4096];
	const char *base = keep_joined(get_variable("RELEASE_TMP"), "/", get_variable("RELEASE_NAME"), "-", get_variable("RELEASE_VSN"), ".runtime", NULL);
	const char *to = base != NULL ? keep_joined(base, ".config", NULL) : NULL;
	if (to == NULL || !set_variable("RELEASE_SYS_CONFIG", base))
		return no_space();
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n = 0;
	bool good = in >= 0 && out >= 0;
	if (good)
		good = fchown(out, options->uid, options->gid) == 0;
	while (good && (n = read(in, buffer, sizeof buffer)) > 0)
		good = write(out, buffer, (size_t)n) == n;
	if (!good || n < 0)
		say_errno("error: the release computes its configuration at the start; copying ", from, " to ", to, NULL);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return good && n == 0 ? 0 : BROKEN;
}

// Mix writes "%% RUNTIME_CONFIG=true" at the top of sys.config if the system shall restart with what config providers
// (such as runtime.exs) have computed.
static int read_config(const struct options *options, bool *reboots) {
	char head[128];
	const char *path = keep_joined(get_variable("RELEASE_SYS_CONFIG"), ".config", NULL);
	if (path == NULL)
		return no_space();
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return missing(path, "the configuration of the release (RELEASE_SYS_CONFIG) is expected here");
	ssize_t n = read(fd, head, sizeof head - 1);
	close(fd);
	head[n > 0 ? n : 0] = '\0';
	*reboots = contains(head, "RUNTIME_CONFIG=true");
	return *reboots ? copy_config(path, options) : 0;
}

static int check_files(const struct paths *paths) {
	const char *boot = keep_joined(paths->directory, "/", get_variable("RELEASE_BOOT_SCRIPT"), ".boot", NULL);
	const char *emulator = keep_joined(paths->bindir, "/beam.smp", NULL), *setup = keep_joined(paths->bindir, "/erl_child_setup", NULL);
	if (boot == NULL || emulator == NULL || setup == NULL)
		return no_space();
	if (access(boot, R_OK) < 0)
		return missing(boot, "the boot script of the release (RELEASE_BOOT_SCRIPT) is expected here");
	if (access(emulator, F_OK) < 0)
		return missing(emulator, "the Erlang emulator is expected here; releases/start_erl.data names its version");
	if (access(emulator, X_OK) < 0)
		return missing(emulator, "the Erlang emulator must be executable");
	if (access(setup, X_OK) < 0)
		return missing(setup, "the emulator does not start without this program");
	return 0;
}

static bool one_processor(void) {
	unsigned long mask[16] = {0}, count = 0;
	long size = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
	for (size_t i = 0; size > 0 && i < COUNT(mask); i++)
		count += (unsigned long)__builtin_popcountl(mask[i]);
	return count == 1;
}

static bool little_memory(void) {
	struct sysinfo info;
	return sysinfo(&info) == 0 && (uint64_t)info.totalram * info.mem_unit < (uint64_t)LITTLE_MEMORY_MB << 20;
}

static bool add_flag(struct words *flags, bool wanted, const char *flag, const char *value, const char *second) {
	return !wanted || (words_add(flags, flag) && words_add(flags, value) && (second == NULL || words_add(flags, second)));
}

// What the script elixir passes on to erl.
static bool add_erl_flags(struct words *flags, struct words *extra, const struct options *options, const struct paths *paths, bool reboots) {
	const char *distribution = get_variable("RELEASE_DISTRIBUTION"), *cookie = get_variable("RELEASE_COOKIE");
	const char *usual = keep_joined(flags_anywhere, one_processor() ? flags_one_processor : "", little_memory() ? flags_little_memory : "", NULL);
	bool colors = isatty(1) && isatty(2) && variable_or("NO_COLOR", NULL) == NULL;
	const char *boot = keep_joined(paths->directory, "/", get_variable("RELEASE_BOOT_SCRIPT"), NULL);
	const char *lib = keep_joined(paths->root, "/lib", NULL);
	if (boot == NULL || lib == NULL || usual == NULL || !words_of_flags(flags, options->flags != NULL ? options->flags : usual, false) ||
	    !add_flags_of_variable(flags, extra, "ERL_AFLAGS") || !words_add(flags, "-noshell") ||
	    !words_of_flags(flags, variable_or("ELIXIR_ERL_OPTIONS", ""), false))
		return false;
	const char *mode = get_variable("RELEASE_MODE"), *node = get_variable("RELEASE_NODE");
	return add_flag(flags, colors, "-elixir", "ansi_enabled", "true") && add_flag(flags, !options->iex, "-s", "elixir", "start_cli") &&
	       add_flag(flags, options->iex, "-user", "elixir", NULL) && add_flag(flags, !reboots, "-mode", mode, NULL) &&
	       add_flag(flags, reboots, "-elixir", "config_provider_reboot_mode", mode) && add_flag(flags, cookie != NULL, "-setcookie", cookie, NULL) &&
	       add_flag(flags, same(distribution, "sname"), "-sname", node, NULL) && add_flag(flags, same(distribution, "name"), "-name", node, NULL) &&
	       add_flag(flags, true, "-config", get_variable("RELEASE_SYS_CONFIG"), NULL) && add_flag(flags, true, "-boot", boot, NULL) &&
	       add_flag(flags, true, "-boot_var", "RELEASE_LIB", lib);
}

int release_command(struct release *release, const struct options *options) {
	static struct words flags, extra;
	static struct command command;
	struct paths paths = {.root = options->root};
	struct flag_problem problem;
	bool reboots;
	int status;
	if ((status = read_start_erl(&paths)) != 0 || (status = set_release_variables(&paths, options)) != 0 ||
	    (status = set_erlang_variables(&paths, options)) != 0 || (status = check_files(&paths)) != 0 || (status = read_config(options, &reboots)) != 0)
		return status;
	const char *distribution = get_variable("RELEASE_DISTRIBUTION");
	if (!same(distribution, "none") && !same(distribution, "name") && !same(distribution, "sname")) {
		say("error: RELEASE_DISTRIBUTION is ", distribution, "; expected none, name or sname", NULL);
		return BROKEN;
	}

	const char *emulator = keep_joined(paths.bindir, "/beam.smp", NULL), *vm_args = get_variable("RELEASE_VM_ARGS");
	if (emulator == NULL || !words_add(&command.emulator, emulator) || !add_erl_flags(&flags, &extra, options, &paths, reboots))
		return no_space();
	if (!add_flags_of_file(&flags, &extra, vm_args, &problem)) {
		if (problem.what == NULL)
			return missing(vm_args, "the flags of the release (RELEASE_VM_ARGS) are expected here");
		say("error: ", vm_args, ": ", problem.flag, ": ", problem.what, NULL);
		return BROKEN;
	}
	if (!add_flag(&flags, options->shell != NULL, "-eval", options->shell, NULL) || !words_add(&flags, "--") || !add_flags_of_variable(&flags, &extra, "ERL_FLAGS") || !add_flags_of_variable(&flags, &extra, "ERL_ZFLAGS") ||
	    !words_add(&flags, "-extra") || !words_add_all(&flags, &extra) || !words_add(&flags, "--no-halt") ||
	    (options->iex && !words_add(&flags, "+iex")))
		return no_space();
	if (!sort_flags(&command, &flags, &problem)) {
		say("error: flags of the emulator: ", problem.flag, ": ", problem.what, NULL);
		return BROKEN;
	}
	if (!build_arguments(&release->arguments, &command, paths.root, paths.bindir, get_variable("HOME"), get_variable("ERL_EPMD_PORT")))
		return no_space();
	release->bindir = paths.bindir;
	release->interactive = options->iex;
	release->epmd = command.epmd;
	return 0;
}
