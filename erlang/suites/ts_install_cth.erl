%% SPDX-License-Identifier: Apache-2.0
%% In place of the hook of this name that OTP's suites ask for: it compiles the C programs of their data directories, and
%% the suites that run here have none.
-module(ts_install_cth).

-export([id/1, init/2]).

id(_) -> ?MODULE.

init(_, _) -> {ok, none}.
