# SPDX-License-Identifier: Apache-2.0
"Every provider of the public rules."

BuildToolsInfo = provider(
    doc = "Programs that a foreign build may call.",
    fields = {
        "tools": "dict of tool name (`make`, `sh`, …) to a struct of `executable` (File) and `files` (depset of all Files that the program needs at run time, itself included).",
    },
)

BusyboxInfo = provider(
    doc = "A BusyBox that was built.",
    fields = {
        "applets": "File: the installed path of every applet, one a line, sorted (`bin/ls`).",
        "binary": "File: the static, stripped multi-call program.",
        "config": "File: the complete `.config` it was built with.",
    },
)

ErlangSdkInfo = provider(
    doc = "What compiles Erlang and Elixir where the build runs.",
    fields = {
        "apps": "list of names: the applications of OTP that it has.",
        "elixir": "File: tar with Elixir, `bin/{elixir,elixirc,iex,mix}` and `lib/{eex,elixir,ex_unit,iex,logger,mix}/ebin`; None for OTP alone.",
        "elixir_version": "Elixir's version; None for OTP alone.",
        "otp_version": "OTP's version, as its file OTP_VERSION has it.",
        "patches": "list of Files: the patches of OTP's source, in order.",
        "root": "File: tar with an OTP installation of static programs that runs in whatever directory it is unpacked.",
        "src": "File: OTP's source archive.",
    },
)

FileTreeInfo = provider(
    doc = "A file tree, or a part of one. Directories that hold something need not be declared: they have mode 0755 and owner 0:0.",
    fields = {
        "entries": "dict of absolute, canonical path to a struct of `kind` (`file`, `directory`, `symlink` or `device`), `mode` (four octal digits), `owner` (`UID:GID`), `origin` (the target and attribute that asked for it), and `file` (File) of a file, `target` of a symlink, `device` (`c MAJOR MINOR` or `b MAJOR MINOR`) of a device.",
        "symlink_lists": "list of structs of `file` (File: a path on each line, without the leading slash, that becomes a symlink; a line that names the target is passed over), `target` (absolute path) and `origin`.",
        "tars": "list of structs of `file` (File: a tar archive of any common compression), `prefix` (the absolute path that it is unpacked in) and `origin`.",
    },
)

InitramfsInfo = provider(
    doc = "A file tree as a cpio archive for the kernel.",
    fields = {
        "archive": "File: the archive.",
        "compression": "`none`, `gzip`, `zstd` or `xz`.",
    },
)

LinuxConfigInfo = provider(
    doc = "What the configuration of a Linux kernel is made of, for programs that change it.",
    fields = {
        "config": "File: the complete `.config`.",
        "fragments": "dict of the path that names it in messages to the File of each fragment; a later one overrides an earlier one.",
        "kconfig": "File: as much of the patched source tree as a configuration needs, a tar archive.",
    },
)

LinuxKernelInfo = provider(
    doc = "A Linux kernel that was built.",
    fields = {
        "arch": "`x86_64` or `aarch64`.",
        "config": "File: the complete `.config` it was built with.",
        "image": "File: what a boot loader takes, `bzImage` on x86_64 and `Image` on aarch64.",
        "release": "File: its release (`uname -r`), on one line.",
        "system_map": "File: the addresses of its symbols.",
        "vmlinux": "File: the kernel as an ELF file, stripped; on x86_64 it has a PVH entry.",
    },
)

MixLibraryInfo = provider(
    doc = "An OTP application, compiled: by Mix, or from Erlang sources alone.",
    fields = {
        "app": "The application's name.",
        "config": "File: the compile-time configuration, or None.",
        "config_srcs": "depset of Files that the configuration imports or reads.",
        "deps": "list of the names of the applications in `deps`.",
        "env": "Mix's environment (`prod`).",
        "mix_exs": "File: the project's mix.exs; None for an application of Erlang sources alone.",
        "nifs": "tuple of structs of `path` (below the application's directory, `priv/….so`), `file` (File: a shared library for the target platform) and `label` (its target): what `tar` has not either, and a static emulator has inside.",
        "ports": "tuple of structs of `path` (below the application's directory, `priv/…`) and `file`: programs for the target platform, which `tar` has not, for it is the same on every platform.",
        "srcs": "depset of Files: what is compiled or read then, and `priv`.",
        "tar": "File: tar with `<app>/ebin`, `<app>/include` and `<app>/priv`, as Mix has them under `_build/<env>/lib`.",
        "tools": "dict of name to a struct of `program` (FilesToRunProvider) and `runfiles`: what Mix finds on PATH when it works on the project.",
        "transitive": "depset of structs of `app`, `label` (the target's), `nifs`, `ports` and `tar`: the application and all that it depends on.",
    },
)

MixReleaseInfo = provider(
    doc = "A release that Mix has assembled.",
    fields = {
        "env": "File: lines NAME=VALUE, the variables that the release's env.sh sets. To build it fails if that needs a shell.",
        "metadata": "File: JSON with `name`, `version`, `erts_version`, `otp_version`, `openssl_version` (if the emulator has it inside), `elixir_version` and `applications` (name to version).",
        "name": "The release's name.",
        "tar": "File: tar with the release: `bin`, `erts-<version>`, `lib`, `releases`. Its `.beam` files are not compressed.",
    },
)

NifLibraryInfo = provider(
    doc = "Functions in C for Erlang: for a static emulator, and for one that loads them.",
    fields = {
        "archive": "File: static library with the function `<name>_nif_init`.",
        "deps": "list of Files: static libraries that it needs, in the order in which they are linked.",
        "name": "Its name, as the emulator's table of NIFs has it.",
        "shared": "File: shared library with the function `nif_init`, and `deps` inside.",
    },
)

OtpInfo = provider(
    doc = "An Erlang/OTP runtime that was built.",
    fields = {
        "applications": "dict of application name to File: tar with `lib/<application>-<version>`.",
        "apps": "list of names: the applications of OTP that it has.",
        "crypto": "Whether the emulator has OpenSSL inside.",
        "flavor": "`jit` or `emu`.",
        "headers": "File: tar with `include/{erl_nif,erl_driver,ei,…}.h` and `lib/libei.a`.",
        "libc": "File: musl's dynamic loader, which the programs want in /lib under this name; None if they are static.",
        "nifs": "list of labels: the `nif_library` targets that the emulator has inside.",
        "root": "File: tar with an OTP installation: `bin`, `erts-<version>`, `lib`, `releases`, `usr`.",
        "runtime": "File: tar with the programs that a release needs at run time, `erts-<version>/bin/{beam.smp,erl_child_setup,…}`.",
        "version": "OTP's version, as its file OTP_VERSION has it.",
    },
)

QemuInfo = provider(
    doc = "An emulator of whole machines.",
    fields = {
        "cpu": "The guest's processor: `x86_64` or `aarch64`.",
        "system": "struct of `executable` (File) and `files` (depset of all Files that it needs at run time, firmware and itself included).",
    },
)

VmImageInfo = provider(
    doc = "A virtual machine: what it boots, and with which hardware.",
    fields = {
        "cmdline": "list of words for the kernel's command line, after those that every machine gets.",
        "cpus": "Number of processors.",
        "disks": "list of Files: raw images.",
        "forwards": "list of structs of `host` (port of 127.0.0.1, 0 for any) and `guest` (TCP port).",
        "initramfs": "File: the initramfs, or None.",
        "kernel": "LinuxKernelInfo.",
        "machine": "QEMU's machine type; empty for the default of the processor.",
        "memory": "Memory in MiB.",
        "qemu_args": "list of further arguments of QEMU.",
    },
)
