# SPDX-License-Identifier: Apache-2.0
"The one model of a file tree, which every image rule shares."

load("//rules:providers.bzl", "FileTreeInfo")
load(":foreign_build.bzl", "FOREIGN_BUILD_ATTRS", "FOREIGN_BUILD_TOOLCHAINS", "foreign_build", "output_file", "step")

visibility("//rules/...")

# Merge into the toolchains of every rule that calls `file_tree_info`.
FILE_TREE_TOOLCHAINS = FOREIGN_BUILD_TOOLCHAINS

# Merge into the attributes of the same rules.
FILE_TREE_ATTRS = FOREIGN_BUILD_ATTRS | {
    "devices": attr.string_dict(
        doc = "Absolute path to device node: `c MAJOR MINOR` for a character device, `b MAJOR MINOR` for a block device. Mode 0600.",
    ),
    "directories": attr.string_list(
        doc = "Absolute paths of directories. Needed only for empty ones and for those that get an entry in `modes` or `owners`: directories that hold something are made with mode 0755, owned by 0:0.",
    ),
    "executables": attr.string_keyed_label_dict(
        allow_files = True,
        doc = "Absolute path to program: the executable of a target, or a file. Mode 0755. Runfiles are not taken along.",
    ),
    "files": attr.string_keyed_label_dict(
        allow_files = True,
        doc = "Absolute path to file. Mode 0644.",
    ),
    "modes": attr.string_dict(
        doc = "Path to mode, four octal digits as in `1777`, for paths of this target that shall have another than the usual one.",
    ),
    "owners": attr.string_dict(
        doc = "Path to owner, `UID:GID`, two numbers, for paths of this target that do not belong to `0:0`.",
    ),
    "post_build": attr.label(
        executable = True,
        cfg = "exec",
        doc = "A program that changes the whole tree, trees and tars included. It is called with the paths of two tar archives, and reads the first and writes the second: every member, sorted by name, with the time 0. Devices and the root directory are in neither, and stay as they are.",
    ),
    "post_build_args": attr.string_list(doc = "Arguments of `post_build`, after the two paths."),
    "symlinks": attr.string_dict(
        doc = "Absolute path to the target of a symbolic link, which may be relative and need not exist. Mode 0777.",
    ),
    "tars": attr.label_keyed_string_dict(
        allow_files = True,
        doc = "Tar archive, of any common compression, to the directory that it is unpacked in (`/` for the root). Modes and owners are the archive's; times are dropped.",
    ),
    "trees": attr.label_list(
        providers = [FileTreeInfo],
        doc = "Further trees, from `file_tree`, `busybox` and others. They are merged; none hides anything of another.",
    ),
    "_filetree": attr.label(default = Label("//tools/filetree:exec"), executable = True, cfg = "exec"),
    "_treetar": attr.label(default = Label("//tools/treetar:exec"), executable = True, cfg = "exec"),
}

# Limits of Linux, as in //tools/internal/filetree.
_MAX_PATH = 4095
_MAX_NAME = 255
_MAX_ID = 4294967294
_MAX_MAJOR = 4095
_MAX_MINOR = 1048575

def tree_entry(kind, origin, mode, owner = "0:0", file = None, target = "", device = ""):
    """An entry of a file tree.

    Args:
      kind: `file`, `directory`, `symlink` or `device`.
      origin: who asks for it, for messages: a target and its attribute.
      mode: four octal digits.
      owner: `UID:GID`.
      file: the File that a file is.
      target: the target of a symlink.
      device: `c MAJOR MINOR` or `b MAJOR MINOR`.

    Returns:
      The value for a path in `FileTreeInfo.entries`.
    """
    return struct(device = device, file = file, kind = kind, mode = mode, origin = origin, owner = owner, target = target)

def _has_control_character(text):
    for char in text.elems():
        if char < " " or char == "\177":
            return True
    return False

def _check_path(ctx, attribute, path, root = False):
    problem = None
    if not path.startswith("/"):
        problem = "is not absolute. Write it from the root, as in /etc/hosts."
    elif path == "/":
        if not root:
            problem = "is the root directory. Name something in it."
    elif [part for part in path[1:].split("/") if part in ["", ".", ".."]]:
        problem = 'is not canonical. Write it without "//", "." and "..", and without a slash at the end.'
    elif [part for part in path.split("/") if len(part) > _MAX_NAME] or len(path) > _MAX_PATH:
        problem = "is too long. Linux has names of at most {} bytes and paths of at most {}.".format(_MAX_NAME, _MAX_PATH)
    elif _has_control_character(path):
        problem = "holds a control character. Write it without."
    if problem:
        fail("{}: {}: the path {} {}".format(ctx.label, attribute, repr(path), problem))

def _is_number(text, limit):
    return text.isdigit() and str(int(text)) == text and int(text) <= limit

def _check_device(ctx, path, device):
    parts = device.split(" ")
    if len(parts) != 3 or parts[0] not in ["b", "c"] or not _is_number(parts[1], _MAX_MAJOR) or not _is_number(parts[2], _MAX_MINOR):
        fail('{}: devices: {} is to be {}. Write "c MAJOR MINOR" for a character device or "b MAJOR MINOR" for a block device, with numbers up to {} and {}.'.format(
            ctx.label,
            path,
            repr(device),
            _MAX_MAJOR,
            _MAX_MINOR,
        ))

def _check_target(ctx, path, target):
    if not target or len(target) > _MAX_PATH or _has_control_character(target):
        fail("{}: symlinks: {} is to point to {}. Write a path of 1 to {} bytes without control characters.".format(
            ctx.label,
            path,
            repr(target),
            _MAX_PATH,
        ))

def _check_mode(ctx, path, mode):
    if len(mode) != 4 or [digit for digit in mode.elems() if digit not in "01234567"]:
        fail('{}: modes: {} is to have {}. Write four octal digits, as in "0644" or "1777".'.format(ctx.label, path, repr(mode)))

def _check_owner(ctx, path, owner):
    ids = owner.split(":")
    if len(ids) != 2 or not _is_number(ids[0], _MAX_ID) or not _is_number(ids[1], _MAX_ID):
        fail('{}: owners: {} is to belong to {}. Write the numbers of user and group, as in "0:0".'.format(ctx.label, path, repr(owner)))

def _check_overrides(ctx, own):
    for attribute, overrides, check in [
        ("modes", ctx.attr.modes, _check_mode),
        ("owners", ctx.attr.owners, _check_owner),
    ]:
        for path, value in overrides.items():
            if path not in own:
                fail("{}: {}: {} is nothing that this target declares. Correct the path, or name it in files, executables, directories or devices; what comes from tars and trees stays as it is there.".format(
                    ctx.label,
                    attribute,
                    path,
                ))
            check(ctx, path, value)
    for path in ctx.attr.modes:
        if own[path].kind == "symlink":
            fail("{}: modes: {} is a symlink, and those have no mode. Take it out.".format(ctx.label, path))

def _single_file(ctx, attribute, where, target):
    executable = target[DefaultInfo].files_to_run.executable
    files = target[DefaultInfo].files.to_list()
    if attribute == "executables" and executable:
        files = [executable]
    if len(files) != 1:
        fail("{}: {}: {}: {} has {} files where one is expected. Name a target with one, or pack them into a tar and name that in tars.".format(
            ctx.label,
            attribute,
            where,
            target.label,
            len(files),
        ))
    if files[0].is_directory:
        fail("{}: {}: {}: {} is a directory. Pack it into a tar and name that in tars.".format(ctx.label, attribute, where, target.label))
    return files[0]

def _add(ctx, entries, path, entry):
    old = entries.get(path)

    # Equal: the same entry of the same target, which is in two of the trees.
    if old == None or old == entry:
        entries[path] = entry
    elif old.kind != "directory" or entry.kind != "directory":
        fail("{}: {} comes from {} and from {}. Take it out of one of them.".format(ctx.label, path, old.origin, entry.origin))
    elif (old.mode, old.owner) != (entry.mode, entry.owner):
        fail("{}: the directory {} has mode {} and owner {} by {}, but mode {} and owner {} by {}. Make them agree.".format(
            ctx.label,
            path,
            old.mode,
            old.owner,
            old.origin,
            entry.mode,
            entry.owner,
            entry.origin,
        ))

def _above(path):
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(2, len(parts))]

def _check_directories(ctx, entries, tars):
    needed = {}
    for path, entry in entries.items():
        for directory in _above(path):
            needed.setdefault(directory, (path, entry.origin))
    for tar in tars:
        for directory in _above(tar.prefix) + [tar.prefix]:
            needed.setdefault(directory, ("what {} holds".format(tar.file.short_path), tar.origin))
    for directory, (what, origin) in needed.items():
        if directory in entries and entries[directory].kind != "directory":
            fail("{}: {} from {} is to be in {}, which is a {} from {}. Take one of them out, or move it.".format(
                ctx.label,
                what,
                origin,
                directory,
                entries[directory].kind,
                entries[directory].origin,
            ))

def file_tree_info(ctx, more = []):
    """The tree that the attributes of a target describe. Needs FILE_TREE_ATTRS and FILE_TREE_TOOLCHAINS.

    Args:
      ctx: the rule's context.
      more: list of FileTreeInfo: what the rule itself adds.

    Returns:
      FileTreeInfo: checked, trees included.
    """
    own = {}

    def add(attribute, path, kind, mode, **kwargs):
        _check_path(ctx, attribute, path, root = kind == "directory")
        _add(ctx, own, path, tree_entry(
            kind = kind,
            mode = ctx.attr.modes.get(path, mode),
            origin = "{} {}".format(ctx.label, attribute),
            owner = ctx.attr.owners.get(path, "0:0"),
            **kwargs
        ))

    for path in ctx.attr.directories:
        add("directories", path, "directory", "0755")
    for path, target in ctx.attr.files.items():
        add("files", path, "file", "0644", file = _single_file(ctx, "files", path, target))
    for path, target in ctx.attr.executables.items():
        add("executables", path, "file", "0755", file = _single_file(ctx, "executables", path, target))
    for path, target in ctx.attr.symlinks.items():
        _check_target(ctx, path, target)
        add("symlinks", path, "symlink", "0777", target = target)
    for path, device in ctx.attr.devices.items():
        _check_device(ctx, path, device)
        add("devices", path, "device", "0600", device = device)
    _check_overrides(ctx, own)

    tars = []
    for target, prefix in ctx.attr.tars.items():
        _check_path(ctx, "tars", prefix, root = True)
        tars.append(struct(file = _single_file(ctx, "tars", prefix, target), origin = "{} tars".format(ctx.label), prefix = prefix))

    entries = dict(own)
    symlink_lists = []
    for tree in more + [target[FileTreeInfo] for target in ctx.attr.trees]:
        for path, entry in tree.entries.items():
            _add(ctx, entries, path, entry)
        tars.extend([tar for tar in tree.tars if tar not in tars])
        symlink_lists.extend([links for links in tree.symlink_lists if links not in symlink_lists])
    _check_directories(ctx, entries, tars)
    tree = FileTreeInfo(entries = entries, symlink_lists = symlink_lists, tars = tars)
    if ctx.attr.post_build:
        return _post_build(ctx, tree)
    if ctx.attr.post_build_args:
        fail("{}: post_build_args: there is no post_build. Name a program, or take them out.".format(ctx.label))
    return tree

def _post_build(ctx, tree):
    """Declares the actions that let the program of `post_build` change a tree.

    Args:
      ctx: the rule's context.
      tree: FileTreeInfo.

    Returns:
      FileTreeInfo: what the program has made of it.
    """
    name = ctx.label.name + ".post_build"
    spec = file_tree_spec(ctx, tree, name)
    before = ctx.actions.declare_file(name + ".in.tar")
    arguments = ctx.actions.args()
    arguments.add("-spec", spec.file)
    arguments.add("-out", before)
    ctx.actions.run(
        mnemonic = "FileTreeTar",
        executable = ctx.executable._treetar,
        arguments = [arguments],
        inputs = spec.inputs,
        outputs = [before],
        env = {},
        use_default_shell_env = False,
        execution_requirements = {"block-network": "1"},
        progress_message = "Packing the tree of %{label} for its post_build",
    )

    after = ctx.actions.declare_file(name + ".tar")
    program = ctx.attr.post_build[DefaultInfo].files_to_run

    # Under the names that they have on PATH. The driver replaces `${NAME}`, which is not for the arguments.
    command = ["post_build", "${EXECROOT}/" + before.path, "${WORK}/tree.tar"]
    foreign_build(
        ctx,
        mnemonic = "PostBuild",
        env = {"RUNFILES_DIR": "${EXECROOT}/" + program.executable.path + ".runfiles", "SOURCE_DATE_EPOCH": "0"},
        inputs = [depset([before])],
        outputs = [output_file(after, "tree.tar")],
        programs = {"post_build": program, "treetar": ctx.attr._treetar[DefaultInfo].files_to_run},
        progress_message = "Changing the tree of %{label}",
        steps = [
            step("post_build " + str(ctx.attr.post_build.label), command + [argument.replace("${", "$${") for argument in ctx.attr.post_build_args], dir = "."),
            step("check", ["treetar", "-check", "tree.tar"], dir = "."),
        ],
    )
    return FileTreeInfo(
        entries = {path: entry for path, entry in tree.entries.items() if entry.kind == "device" or path == "/"},
        symlink_lists = [],
        tars = [struct(file = after, origin = "{} post_build".format(ctx.label), prefix = "/")],
    )

def file_tree_spec(ctx, tree, name = None):
    """Writes a tree as the spec that the programs which make images read.

    Args:
      ctx: the rule's context.
      tree: FileTreeInfo.
      name: of the tree among those of the target; default: the target's.

    Returns:
      struct of `file` (the spec) and `inputs` (a depset of what it names, itself included).
    """
    spec = ctx.actions.declare_file((name or ctx.label.name) + ".filetree.json")
    entries = []
    for path, entry in tree.entries.items():
        fields = {"kind": entry.kind, "mode": entry.mode, "origin": entry.origin, "owner": entry.owner, "path": path}
        if entry.kind == "file":
            fields["source"] = entry.file.path
        elif entry.kind == "symlink":
            fields["target"] = entry.target
        elif entry.kind == "device":
            fields["device"] = entry.device
        entries.append(fields)
    ctx.actions.write(spec, json.encode_indent({
        "entries": entries,
        "label": str(ctx.label),
        "symlink_lists": [
            {"origin": links.origin, "source": links.file.path, "target": links.target}
            for links in tree.symlink_lists
        ],
        "tars": [{"origin": tar.origin, "prefix": tar.prefix, "source": tar.file.path} for tar in tree.tars],
    }))
    return struct(
        file = spec,
        inputs = depset(
            [spec] +
            [entry.file for entry in tree.entries.values() if entry.file] +
            [part.file for part in tree.symlink_lists + tree.tars],
        ),
    )

def file_tree_listing(ctx, spec):
    """Declares the action that checks a whole tree and lists it. Needs FILE_TREE_ATTRS.

    Args:
      ctx: the rule's context.
      spec: what `file_tree_spec` returned.

    Returns:
      File: the listing.
    """
    listing = ctx.actions.declare_file(ctx.label.name + ".listing")
    arguments = ctx.actions.args()
    arguments.add("-spec", spec.file)
    arguments.add("-out", listing)
    ctx.actions.run(
        mnemonic = "FileTreeListing",
        executable = ctx.executable._filetree,
        arguments = [arguments],
        inputs = spec.inputs,
        outputs = [listing],
        env = {},
        use_default_shell_env = False,
        execution_requirements = {"block-network": "1"},
        progress_message = "Listing %{label}",
    )
    return listing

def _file_tree_impl(ctx):
    tree = file_tree_info(ctx)
    listing = file_tree_listing(ctx, file_tree_spec(ctx, tree))
    return [DefaultInfo(files = depset([listing])), tree]

file_tree = rule(
    implementation = _file_tree_impl,
    doc = """A part of a root file system, for `trees` of images and of other `file_tree`s.

Paths are absolute. Two things at one path, or something in what is not a directory, are errors; the same directory
may be declared more than once where mode and owner agree.

Built by itself it gives a listing: type, mode, owner, size or device number, path.""",
    attrs = FILE_TREE_ATTRS,
    provides = [FileTreeInfo],
    toolchains = FILE_TREE_TOOLCHAINS,
)
