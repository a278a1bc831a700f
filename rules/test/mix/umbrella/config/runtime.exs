# SPDX-License-Identifier: Apache-2.0
import Config
# A script it stays: the directory is known only where it runs.
config :web, started_in: __DIR__
