import Config
for config <- ["web.exs"], do: import_config config
import_config "#{config_env()}.exs"
