# SPDX-License-Identifier: Apache-2.0
import Config
config :store, limit: 20
import_config "#{config_env()}.exs"
