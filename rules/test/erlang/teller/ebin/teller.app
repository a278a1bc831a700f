%% SPDX-License-Identifier: Apache-2.0
{application, teller, [
    {description, "Says what calc has found"},
    {vsn, git},
    {modules, [long_gone]},
    {registered, [teller]},
    {mod, {teller, []}},
    {applications, [kernel, stdlib, calc]}
]}.
