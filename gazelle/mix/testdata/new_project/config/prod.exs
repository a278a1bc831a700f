import Config
import_config "shared.exs"
