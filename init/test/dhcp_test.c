// SPDX-License-Identifier: Apache-2.0
#include "init/dhcp.h"

#include "check.h"

static const struct dhcp_query query = {.transaction = 0x12345678, .mac = {0x52, 0x54, 0, 0x12, 0x34, 0x56}};

// An answer of a server, without its options.
static size_t answer(uint8_t *message, uint32_t address) {
	memset(message, 0, 240);
	message[0] = 2;
	memcpy(message + 4, "\x12\x34\x56\x78", 4);
	for (int i = 0; i < 4; i++)
		message[16 + i] = (uint8_t)(address >> (24 - 8 * i));
	memcpy(message + 28, query.mac, MAC_SIZE);
	memcpy(message + 236, "\x63\x82\x53\x63", 4);
	return 240;
}

static size_t with(uint8_t *message, size_t size, const char *options, size_t length) {
	memcpy(message + size, options, length);
	return size + length;
}

#define OPTIONS(text) with(message, answer(message, 0x0a00020f), text, sizeof text - 1)

static void test_write(void) {
	uint8_t message[DHCP_MESSAGE_SIZE];
	struct dhcp_query q = query;
	struct lease lease = {.address = 0x0a00020f, .server = 0x0a000202};
	q.type = DHCP_DISCOVER;
	q.seconds = 0x0102;
	dhcp_write(message, &q);
	CHECK(message[0] == 1 && message[1] == 1 && message[2] == 6 && memcmp(message + 4, "\x12\x34\x56\x78\x01\x02\x80\x00", 8) == 0);
	CHECK(memcmp(message + 28, query.mac, MAC_SIZE) == 0);
	CHECK(memcmp(message + 236, "\x63\x82\x53\x63\x35\x01\x01\x37\x07\x01\x03\x06\x0c\x0f\x33\x3a\xff", 17) == 0);
	q.type = DHCP_REQUEST;
	q.lease = &lease;
	dhcp_write(message, &q);
	CHECK(memcmp(message + 240, "\x35\x01\x03\x32\x04\x0a\x00\x02\x0f\x36\x04\x0a\x00\x02\x02", 15) == 0);
	q.renew = true;
	dhcp_write(message, &q);
	CHECK(memcmp(message + 10, "\x00\x00\x0a\x00\x02\x0f", 6) == 0);
	CHECK(memcmp(message + 240, "\x35\x01\x03\x37", 4) == 0);
	// What a client writes is no answer.
	CHECK(dhcp_read(message, sizeof message, &q, &lease) == DHCP_NOTHING);
}

static void test_read(void) {
	uint8_t message[600];
	struct lease lease;
	size_t size = OPTIONS("\x35\x01\x02\x36\x04\x0a\x00\x02\x02\x00\x00\x01\x04\xff\xff\xff\x00\x03\x04\x0a\x00\x02\x02"
	                      "\x06\x10\x0a\x00\x02\x03\x01\x01\x01\x01\x02\x02\x02\x02\x03\x03\x03\x03\x33\x04\x00\x00\x0e\x10"
	                      "\x0c\x03web\x0f\x07"
	                      "a.test\x00\xff");
	CHECK(dhcp_read(message, size, &query, &lease) == DHCP_OFFER);
	CHECK(lease.address == 0x0a00020f && lease.server == 0x0a000202 && lease.gateway == 0x0a000202 && lease.prefix == 24);
	CHECK(lease.nameserver_count == 3 && lease.nameservers[0] == 0x0a000203 && lease.nameservers[2] == 0x02020202);
	CHECK(lease.seconds == 3600 && lease.renew_seconds == 1800);
	CHECK_TEXT(lease.hostname, "web");
	CHECK_TEXT(lease.domain, "a.test");

	// Without anything: a lease for ever, in the smallest common network.
	size = OPTIONS("\x35\x01\x05");
	CHECK(dhcp_read(message, size, &query, &lease) == DHCP_ACK);
	CHECK(lease.prefix == 24 && lease.seconds == UINT32_MAX && lease.nameserver_count == 0 && lease.hostname[0] == '\0');
	size = OPTIONS("\x35\x01\x05\x33\x04\x00\x00\x00\x0a\x3a\x04\x00\x00\x00\x0b");
	CHECK(dhcp_read(message, size, &query, &lease) == DHCP_ACK && lease.renew_seconds == 5);
	size = OPTIONS("\x35\x01\x06");
	CHECK(dhcp_read(message, size, &query, &lease) == DHCP_NAK);

	// Names that are none, and a mask with a hole.
	size = OPTIONS("\x35\x01\x05\x0c\x03"
	               "a b\x0f\x02\n.\x01\x04\xff\x00\xff\x00\xff");
	CHECK(dhcp_read(message, size, &query, &lease) == DHCP_ACK);
	CHECK(lease.hostname[0] == '\0' && lease.domain[0] == '\0' && lease.prefix == 24);
	// Addresses that are cut.
	size = OPTIONS("\x35\x01\x05\x06\x07\x01\x01\x01\x01\x02\x02\x02\x03\x03\x01\x02\x03\xff");
	CHECK(dhcp_read(message, size, &query, &lease) == DHCP_ACK && lease.nameserver_count == 1 && lease.gateway == 0);
}

static void test_refused(void) {
	uint8_t message[600];
	struct lease lease = {.address = 7};
	static const size_t changed[] = {0, 4, 28, 236};
	for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
		size_t size = OPTIONS("\x35\x01\x02");
		message[changed[i]] ^= 1;
		CHECK(dhcp_read(message, size, &query, &lease) == DHCP_NOTHING);
	}
	CHECK(dhcp_read(message, OPTIONS("\x35\x01\x03"), &query, &lease) == DHCP_NOTHING); // of a client
	CHECK(dhcp_read(message, OPTIONS("\x01\x04\xff\xff\xff\x00"), &query, &lease) == DHCP_NOTHING);
	CHECK(dhcp_read(message, OPTIONS("\x35\x01\x02\x06"), &query, &lease) == DHCP_NOTHING);
	CHECK(dhcp_read(message, OPTIONS("\x35\x01\x02\x06\x04\x01"), &query, &lease) == DHCP_NOTHING);
	size_t size = with(message, answer(message, 0), "\x35\x01\x02", 3);
	CHECK(dhcp_read(message, size, &query, &lease) == DHCP_NOTHING); // no address
	CHECK(dhcp_read(message, 239, &query, &lease) == DHCP_NOTHING);
	CHECK(dhcp_read(message, 0, &query, &lease) == DHCP_NOTHING);
	CHECK(lease.address == 7);
}

static void test_any_input(void) {
	for (int i = 0; i < 20000; i++) {
		uint8_t message[600];
		struct lease lease = {.prefix = 24};
		size_t size = answer(message, any_number());
		size_t end = size + any_number() % (sizeof message - size);
		while (size < end)
			message[size++] = (uint8_t)(any_number() % (i % 2 ? 256 : 64));
		dhcp_read(message, size, &query, &lease);
		CHECK(lease.prefix >= 1 && lease.prefix <= 32 && lease.nameserver_count <= 3);
		CHECK(memchr(lease.hostname, '\0', sizeof lease.hostname) != NULL && memchr(lease.domain, '\0', sizeof lease.domain) != NULL);
	}
}

int main(void) {
	test_write();
	test_read();
	test_refused();
	test_any_input();
	return failures > 0;
}
