%% SPDX-License-Identifier: Apache-2.0
-define(AGAIN, 2).
