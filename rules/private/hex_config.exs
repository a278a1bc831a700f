# SPDX-License-Identifier: Apache-2.0
# Mix compiles packages without a configuration of their own.
import Config
