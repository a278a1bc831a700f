// SPDX-License-Identifier: Apache-2.0
#include "dhcp.h"

#include <string.h>

#include "text.h"

// Where the fields of a message begin.
enum { OP = 0, HTYPE = 1, HLEN = 2, XID = 4, SECS = 8, FLAGS = 10, CIADDR = 12, YIADDR = 16, CHADDR = 28, COOKIE = 236, OPTIONS = 240 };
enum { NETMASK = 1, ROUTER = 3, NAMESERVERS = 6, HOSTNAME = 12, DOMAIN = 15, REQUESTED = 50, LEASE_TIME = 51,
       TYPE = 53, SERVER = 54, PARAMETERS = 55, RENEW_TIME = 58, PAD = 0, END = 255 };

static const uint8_t cookie[] = {99, 130, 83, 99};

static void put32(uint8_t *to, uint32_t value) {
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get32(const uint8_t *from) {
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static uint8_t *put_option(uint8_t *to, uint8_t code, const void *data, uint8_t size) {
	*to++ = code;
	*to++ = size;
	memcpy(to, data, size);
	return to + size;
}

static uint8_t *put_address(uint8_t *to, uint8_t code, uint32_t address) {
	uint8_t bytes[4];
	put32(bytes, address);
	return put_option(to, code, bytes, sizeof bytes);
}

void dhcp_write(uint8_t message[DHCP_MESSAGE_SIZE], const struct dhcp_query *query) {
	static const uint8_t wanted[] = {NETMASK, ROUTER, NAMESERVERS, HOSTNAME, DOMAIN, LEASE_TIME, RENEW_TIME};
	const uint8_t type = (uint8_t)query->type;
	memset(message, 0, DHCP_MESSAGE_SIZE);
	message[OP] = 1;
	message[HTYPE] = 1;
	message[HLEN] = MAC_SIZE;
	put32(message + XID, query->transaction);
	message[SECS] = (uint8_t)(query->seconds >> 8);
	message[SECS + 1] = (uint8_t)query->seconds;
	// Without an address the kernel only takes a broadcast in.
	message[FLAGS] = query->renew ? 0 : 0x80;
	memcpy(message + CHADDR, query->mac, MAC_SIZE);
	memcpy(message + COOKIE, cookie, sizeof cookie);
	uint8_t *option = put_option(message + OPTIONS, TYPE, &type, 1);
	if (query->renew) {
		put32(message + CIADDR, query->lease->address);
	} else if (query->type == DHCP_REQUEST) {
		option = put_address(option, REQUESTED, query->lease->address);
		option = put_address(option, SERVER, query->lease->server);
	}
	option = put_option(option, PARAMETERS, wanted, sizeof wanted);
	*option = END;
}

// A name of a host or a domain; anything else is dropped.
static void get_name(char *out, size_t size, const uint8_t *data, size_t length) {
	while (length > 0 && data[length - 1] == '\0')
		length--;
	bool good = length > 0 && length < size && data[0] != '-' && data[0] != '.';
	for (size_t i = 0; i < length && good; i++) {
		uint8_t c = data[i];
		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
	}
	if (!good)
		return;
	memcpy(out, data, length);
	out[length] = '\0';
}

// The length of a network mask; 0 for what is none.
static unsigned prefix_of(uint32_t mask) {
	unsigned prefix = 0;
	while (prefix < 32 && (mask & 0x80000000U >> prefix) != 0)
		prefix++;
	return prefix < 32 && (uint32_t)(mask << prefix) != 0 ? 0 : prefix;
}

static void get_option(struct lease *lease, uint8_t code, const uint8_t *data, size_t length) {
	if (code == HOSTNAME)
		get_name(lease->hostname, sizeof lease->hostname, data, length);
	if (code == DOMAIN)
		get_name(lease->domain, sizeof lease->domain, data, length);
	if (length < 4)
		return;
	switch (code) {
	case NETMASK:
		lease->prefix = prefix_of(get32(data));
		break;
	case ROUTER:
		lease->gateway = get32(data);
		break;
	case NAMESERVERS:
		for (lease->nameserver_count = 0; lease->nameserver_count < COUNT(lease->nameservers) && length >= 4; data += 4, length -= 4)
			lease->nameservers[lease->nameserver_count++] = get32(data);
		break;
	case LEASE_TIME:
		lease->seconds = get32(data);
		break;
	case RENEW_TIME:
		lease->renew_seconds = get32(data);
		break;
	case SERVER:
		lease->server = get32(data);
		break;
	}
}

enum dhcp_type dhcp_read(const uint8_t *message, size_t size, const struct dhcp_query *query, struct lease *lease) {
	enum dhcp_type type = DHCP_NOTHING;
	if (size < OPTIONS || message[OP] != 2 || get32(message + XID) != query->transaction ||
	    memcmp(message + CHADDR, query->mac, MAC_SIZE) != 0 || memcmp(message + COOKIE, cookie, sizeof cookie) != 0)
		return DHCP_NOTHING;
	struct lease read = {.address = get32(message + YIADDR)};
	for (size_t at = OPTIONS; at < size && message[at] != END;) {
		uint8_t code = message[at++];
		if (code == PAD)
			continue;
		if (at == size || message[at] > size - at - 1)
			return DHCP_NOTHING;
		size_t length = message[at++];
		if (code == TYPE && length == 1)
			type = (enum dhcp_type)message[at];
		else
			get_option(&read, code, message + at, length);
		at += length;
	}
	if (type == DHCP_NAK)
		return type;
	if ((type != DHCP_OFFER && type != DHCP_ACK) || read.address == 0)
		return DHCP_NOTHING;
	if (read.prefix == 0)
		read.prefix = 24;
	if (read.seconds == 0)
		read.seconds = UINT32_MAX; // BOOTP's: for ever
	if (read.renew_seconds == 0 || read.renew_seconds >= read.seconds)
		read.renew_seconds = read.seconds / 2;
	*lease = read;
	return type;
}
