import Config

config :shop, limit: 10

import_config "#{config_env()}.exs"
