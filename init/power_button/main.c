// SPDX-License-Identifier: Apache-2.0
// Power-button: for an init that is not ours. When the power button is pressed, it asks the first process to power off,
// as BusyBox's poweroff does. Without a button it ends at once.
#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "../machine.h"

int main(void) {
	struct pollfd button = {.fd = power_button_open(), .events = POLLIN};
	if (button.fd < 0)
		return 0;
	for (;;) {
		if (poll(&button, 1, -1) < 0 && errno != EINTR)
			return 1;
		if (power_button_pressed(button.fd) && kill(1, SIGUSR2) < 0)
			return 1;
	}
}
