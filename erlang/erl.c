/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bin/erl: runs the Erlang/OTP installation that it lies in, wherever that is.
 * OTP's own is a shell script that calls dirname and basename.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(const char *what, const char *path) {
    fprintf(stderr, "erl: %s %s: %s\n", what, path, strerror(errno));
    exit(1);
}

static void set(const char *name, const char *value) {
    if (setenv(name, value, 1) != 0)
        fail("setting", name);
}

int main(int argc, char **argv) {
    static const char self[] = "/proc/self/exe";
    char root[PATH_MAX], bindir[PATH_MAX], program[PATH_MAX];
    const char *other_root = getenv("ERL_ROOTDIR");

    if (other_root && *other_root) {
        if (snprintf(root, sizeof(root), "%s", other_root) >= (int)sizeof(root)) {
            errno = ENAMETOOLONG;
            fail("using", "ERL_ROOTDIR");
        }
    } else {
        ssize_t length = readlink(self, root, sizeof(root) - 1);
        int i;

        if (length < 0)
            fail("reading", self);
        root[length] = '\0';
        for (i = 0; i < 2; i++) { /* bin/erl */
            char *slash = strrchr(root, '/');

            if (slash)
                *slash = '\0';
        }
    }
    if (snprintf(bindir, sizeof(bindir), "%s/erts-%s/bin", root, ERTS_VERSION) >= (int)sizeof(bindir) ||
        snprintf(program, sizeof(program), "%s/erlexec", bindir) >= (int)sizeof(program)) {
        errno = ENAMETOOLONG;
        fail("using", root);
    }

    set("ROOTDIR", root);
    set("BINDIR", bindir);
    set("EMU", "beam");
    set("PROGNAME", "erl");
    (void)argc;
    execv(program, argv);
    fail("starting", program);
}
