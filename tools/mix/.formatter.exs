# SPDX-License-Identifier: Apache-2.0
[inputs: [".formatter.exs", "lib/*.ex"], line_length: 120]
