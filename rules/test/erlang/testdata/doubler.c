// SPDX-License-Identifier: Apache-2.0
// A port program: packets of one byte, after a byte with their length.
#include <unistd.h>

int main(void) {
  unsigned char packet[2];
  while (read(0, packet, 2) == 2) {
    packet[1] *= 2;
    if (write(1, packet, 2) != 2) {
      return 1;
    }
  }
  return 0;
}
