// SPDX-License-Identifier: Apache-2.0
#include "flags.h"

#include <errno.h>
#include <string.h>

#include "environment.h"
#include "text.h"

// +flags with a value, but for those of +J and of the allocators.
static const char valued[] =
	" A C IOPp IOPt IOp IOs IOt K P Q R S SDPcpu SDcpu SDio SP T W a e i n pad pc t"
	" h hmax hmaxel hmaxib hmaxk hmbs hmqd hms hpds rg"
	" sbt sbwt sbwtdcpu sbwtdio scl sct secio sfwi spp sss sssdcpu sssdio stbt sub swct sws swt swtdcpu swtdio"
	" zdbbl zdntgc zebwt zhft zosrl"
	" MIscs MMmcs MMlp MMsco MMscrfsd MMscrpm MMscs MMamcbf MMrmcbf MXscs MYe MYm MYtp MYtt Mdai Mea Mim Mis Mlpm Mummc Musac Muycs ";
// +M, one of these letters and one of these names.
static const char allocators[] = "uBIDEFHLRSTZ";
static const char allocator_valued[] =
	" acfml acful acnl acul as asbcst atags cp e lmbcs mbcgs mbsd mmbcs mmmbc mmsbc msbclt ramv rmbcmt rsbcmt rsbcst sbct smbcs t ";

static bool listed(const char *list, const char *name) {
	char item[16];
	return *name != '\0' && strchr(name, ' ') == NULL && join(item, sizeof item, " ", name, " ", NULL) && contains(list, item);
}

static bool has_value(const char *flag) {
	if (flag[0] == 'J' || listed(valued, flag))
		return true;
	return flag[0] == 'M' && flag[1] != '\0' && strchr(allocators, flag[1]) != NULL && listed(allocator_valued, flag + 2);
}

// May be left out: +B i, +c true.
static bool may_have_value(const char *flag, const char *next) {
	if (same(flag, "B"))
		return same(next, "i") || same(next, "c") || same(next, "d");
	return same(flag, "c") && (same(next, "true") || same(next, "false"));
}

static bool add_flags(struct words *flags, struct words *extra, const struct words *from, struct flag_problem *problem, int depth);

static bool add_file(struct words *flags, struct words *extra, const char *path, struct flag_problem *problem, int depth) {
	static char text[32 * 1024];
	struct words words = {.count = 0};
	if (depth > 8) {
		*problem = (struct flag_problem){path, "-args_file: more than eight files inside of each other"};
		return false;
	}
	if (read_file(path, text, sizeof text) < 0)
		return false;
	if (!words_of_flags(&words, text, true)) {
		*problem = (struct flag_problem){path, "too long"};
		return false;
	}
	return add_flags(flags, extra, &words, problem, depth) && (words.count == 0 || words_add(flags, "--"));
}

static bool add_flags(struct words *flags, struct words *extra, const struct words *from, struct flag_problem *problem, int depth) {
	for (size_t i = 0; i < from->count; i++) {
		bool added = true;
		if (same(from->at[i], "-extra")) {
			while (added && ++i < from->count)
				added = words_add(extra, from->at[i]);
		} else if (same(from->at[i], "-args_file")) {
			if (++i == from->count) {
				*problem = (struct flag_problem){"-args_file", "no file after it"};
				return false;
			}
			if (!add_file(flags, extra, from->at[i], problem, depth + 1))
				return false;
		} else {
			added = words_add(flags, from->at[i]);
		}
		if (!added) {
			*problem = (struct flag_problem){from->at[i < from->count ? i : from->count - 1], "no space left for it"};
			return false;
		}
	}
	return true;
}

bool add_flags_of_file(struct words *flags, struct words *extra, const char *path, struct flag_problem *problem) {
	*problem = (struct flag_problem){NULL, NULL};
	return add_file(flags, extra, path, problem, 0);
}

bool add_flags_of_variable(struct words *flags, struct words *extra, const char *name) {
	struct words words = {.count = 0};
	struct flag_problem problem;
	const char *value = get_variable(name);
	if (value == NULL)
		return true;
	return words_of_flags(&words, value, false) && add_flags(flags, extra, &words, &problem, 0) &&
	       (words.count == 0 || words_add(flags, "--"));
}

static bool separator(const struct words *flags, size_t i) { return i >= flags->count || same(flags->at[i], "--"); }

bool sort_flags(struct command *command, const struct words *flags, struct flag_problem *problem) {
	struct words *plain = &command->init;
	bool epmd = true, fits = true;
	for (size_t i = 0; i < flags->count && fits; i++) {
		char *flag = flags->at[i];
		const char *next = separator(flags, i + 1) ? NULL : flags->at[i + 1];
		*problem = (struct flag_problem){flag, "no value after it"};
		if (flag[0] == '+' && flag[1] != '+') {
			if (has_value(flag + 1) && next == NULL)
				return false;
			bool two = has_value(flag + 1) || (next != NULL && may_have_value(flag + 1, next));
			char *option = keep(flag, strlen(flag));
			fits = option != NULL;
			if (fits)
				option[0] = '-';
			fits = fits && words_add(&command->emulator, option) && (!two || words_add(&command->emulator, flags->at[++i]));
			continue;
		}
		if (same(flag, "-extra")) {
			for (; i < flags->count && fits; i++)
				fits = words_add(plain, flags->at[i]);
			break;
		}
		if (same(flag, "-env")) {
			if (next == NULL || i + 2 >= flags->count)
				return false;
			if (!set_variable(next, flags->at[i + 2])) {
				problem->what = "the name of the variable is none, or there is no space left";
				return false;
			}
			i += 2;
			continue;
		}
		if (same(flag, "-detached")) {
			problem->what = "init starts the emulator and waits for its end; take it out";
			return false;
		}
		if (same(flag, "-noinput"))
			fits = words_add(plain, "-noshell");
		bool name = same(flag, "-name") || same(flag, "-sname");
		if ((name || same(flag, "-start_epmd")) && next == NULL)
			return false;
		command->distributed |= name;
		if (same(flag, "-no_epmd") || (same(flag, "-start_epmd") && same(next, "false")))
			epmd = false;
		if (fits)
			fits = words_add(plain, flag);
	}
	command->epmd = command->distributed && epmd;
	problem->what = "no space left for it";
	return fits;
}

bool build_arguments(struct words *arguments, const struct command *command, const char *root, const char *bindir,
                     const char *home, const char *epmd_port) {
	const char *const fixed[] = {"--", "-root", root, "-bindir", bindir, "-progname", "erl", "--", "-home", home};
	if (!words_add_all(arguments, &command->emulator))
		return false;
	for (size_t i = 0; i < COUNT(fixed); i++)
		if (!words_add(arguments, fixed[i]))
			return false;
	if (epmd_port != NULL && !(words_add(arguments, "-epmd_port") && words_add(arguments, epmd_port)))
		return false;
	return words_add(arguments, "--") && words_add_all(arguments, &command->init);
}
