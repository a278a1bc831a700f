# SPDX-License-Identifier: Apache-2.0
"A package that cannot be built."

# The repositories of packages have such targets.
visibility("public")

def _hex_refused_impl(ctx):
    fail("{}: {}.".format(ctx.label, ctx.attr.reason))

hex_refused = rule(
    implementation = _hex_refused_impl,
    doc = "Stands for a package that cannot be fetched or built, and says why to who needs it.",
    attrs = {
        "reason": attr.string(mandatory = True, doc = "Why, and what to do."),
    },
)
