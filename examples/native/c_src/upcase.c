// SPDX-License-Identifier: Apache-2.0
// A port program: two bytes of length, then as many of text; the answer likewise.
#include <ctype.h>
#include <stdio.h>

int main(void) {
  static unsigned char text[65535];
  unsigned char length[2];
  while (fread(length, 1, 2, stdin) == 2) {
    size_t size = length[0] << 8 | length[1];
    if (fread(text, 1, size, stdin) != size) {
      return 1;
    }
    for (size_t i = 0; i < size; i++) {
      text[i] = toupper(text[i]);
    }
    if (fwrite(length, 1, 2, stdout) != 2 || fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0) {
      return 1;
    }
  }
  return 0;
}
