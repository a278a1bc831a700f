# SPDX-License-Identifier: Apache-2.0
"Reduces a source archive once, so that later actions unpack little."

visibility("//...")

def _source_subset_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".tar.zst")
    arguments = ctx.actions.args()
    arguments.add("subset")
    arguments.add("-in", ctx.file.archive)
    arguments.add("-out", out)
    arguments.add("-strip", "1")
    arguments.add_all(ctx.attr.include, before_each = "-include")
    arguments.add_all(ctx.attr.exclude, before_each = "-exclude")
    ctx.actions.run(
        mnemonic = "SourceSubset",
        executable = ctx.executable._archive,
        arguments = [arguments],
        inputs = [ctx.file.archive],
        outputs = [out],
        execution_requirements = {"block-network": "1"},
        progress_message = "Reducing %{input} to %{output}",
    )
    return [DefaultInfo(files = depset([out]))]

source_subset = rule(
    implementation = _source_subset_impl,
    doc = "The files of a source archive that match some globs, as a `.tar.zst` without the archive's top directory.",
    attrs = {
        "archive": attr.label(mandatory = True, allow_single_file = True, doc = "The source archive."),
        "exclude": attr.string_list(doc = "Globs of what is left out, without the top directory; `**` crosses directories."),
        "include": attr.string_list(mandatory = True, doc = "Globs of what is kept. One that matches nothing is an error."),
        "_archive": attr.label(default = "//tools/archive:exec", executable = True, cfg = "exec"),
    },
)
