# SPDX-License-Identifier: Apache-2.0
import Config

config :logger, :default_formatter, format: "$time [$level] $message\n"
