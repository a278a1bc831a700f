// SPDX-License-Identifier: Apache-2.0
// Messages of DHCP (RFC 2131), as a client sends and reads them.
#ifndef INIT_DHCP_H
#define INIT_DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DHCP_MESSAGE_SIZE 300
#define MAC_SIZE 6

enum dhcp_type { DHCP_NOTHING, DHCP_DISCOVER, DHCP_OFFER, DHCP_REQUEST, DHCP_ACK = 5, DHCP_NAK };

// What a server offers or grants.
struct lease {
	uint32_t address, server, gateway;
	unsigned prefix;
	uint32_t nameservers[3];
	size_t nameserver_count;
	uint32_t seconds, renew_seconds;
	char hostname[64], domain[64]; // "" where the server names none
};

// Which message to write.
struct dhcp_query {
	enum dhcp_type type; // DHCP_DISCOVER or DHCP_REQUEST
	uint32_t transaction;
	uint8_t mac[MAC_SIZE];
	uint16_t seconds;             // since the first one
	const struct lease *lease;    // of a DHCP_REQUEST
	bool renew;                   // the address is in use already
};

void dhcp_write(uint8_t message[DHCP_MESSAGE_SIZE], const struct dhcp_query *query);
// Returns the type of a message that answers the query, DHCP_NOTHING for every other. Of an offer and an ACK the lease
// is filled in.
enum dhcp_type dhcp_read(const uint8_t *message, size_t size, const struct dhcp_query *query, struct lease *lease);

#endif
