# SPDX-License-Identifier: Apache-2.0
defmodule NativeTest do
  use ExUnit.Case, async: true

  # Of RFC 3720, appendix B.4.
  test "checksums" do
    assert Native.Checksum.crc32c(:binary.copy(<<0>>, 32)) == 0x8A9136AA
    assert Native.Checksum.crc32c(:binary.copy(<<255>>, 32)) == 0x62A8AB43
    assert Native.Checksum.crc32c("") == 0
    assert_raise ArgumentError, fn -> Native.Checksum.crc32c(:no_binary) end
  end

  test "each program answers" do
    assert Enum.map(["", "one", "Two"], &Native.Upcase.upcase/1) == ["", "ONE", "TWO"]
  end
end
