# SPDX-License-Identifier: Apache-2.0
import Config
config :shop, env: :prod
