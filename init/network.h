// SPDX-License-Identifier: Apache-2.0
// The network: the loopback and one card; IPv4 here, IPv6 by the kernel.
#ifndef INIT_NETWORK_H
#define INIT_NETWORK_H

#include <stdint.h>

#include "options.h"

// Brings it up. With DHCP it waits for an address, at most as long as the options say. Sets the host's name and writes
// /etc/resolv.conf and /etc/hosts.
void network_start(const struct options *options);

// While there is a lease to keep or an address still to get: the socket to wait for (-1: none), the microsecond since
// the kernel's start at which network_step is due (UINT64_MAX: never), and what does what is due.
int network_socket(void);
uint64_t network_due_us(void);
void network_step(void);

#endif
