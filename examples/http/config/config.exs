# SPDX-License-Identifier: Apache-2.0
import Config

config :http,
  # A larger body is refused, with status 413.
  max_body_bytes: 1_048_576,
  # How long a connection may be silent.
  idle_timeout: :timer.seconds(60)

config :logger, :default_formatter, format: "$time [$level] $message\n"
