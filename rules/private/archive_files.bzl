# SPDX-License-Identifier: Apache-2.0
"Single files of a source archive, where they compile as they are."

load(":foreign_build.bzl", "FOREIGN_BUILD_ATTRS", "FOREIGN_BUILD_TOOLCHAINS", "archive", "foreign_build", "output_file", "step")

visibility("//third_party/...")

def _archive_files_impl(ctx):
    package = ctx.label.package + "/"
    outs = {out.short_path.rpartition(package)[2]: out for out in ctx.outputs.outs}
    foreign_build(
        ctx,
        mnemonic = "ArchiveFiles",
        progress_message = "Unpacking %{label}",
        outputs = [output_file(file, "src/" + name) for name, file in outs.items()],
        archives = [archive(ctx.file.archive, include = outs.keys())],
        steps = [step("list", ["ls"])],
        tools = ["ls"],
    )
    return [DefaultInfo(files = depset(ctx.outputs.outs))]

archive_files = rule(
    implementation = _archive_files_impl,
    doc = "Files of a source archive.",
    attrs = FOREIGN_BUILD_ATTRS | {
        "archive": attr.label(mandatory = True, allow_single_file = True, doc = "The source archive."),
        "outs": attr.output_list(mandatory = True, doc = "The files, by their paths without the archive's top directory."),
    },
    toolchains = FOREIGN_BUILD_TOOLCHAINS,
)
