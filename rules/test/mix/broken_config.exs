# SPDX-License-Identifier: Apache-2.0
import Config

config :store, limit: limit
