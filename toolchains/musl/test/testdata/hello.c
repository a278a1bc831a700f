// SPDX-License-Identifier: Apache-2.0
// Prints what the C library and the compiler's run-time library compute.
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/futex.h>

static int by_name(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void *square(void *value) {
	long n = (long)value;
	return (void *)(n * n);
}

int main(void) {
	const char *names[] = {"otp", "musl", "linux"};
	qsort(names, 3, sizeof names[0], by_name);
	printf("sorted %s %s %s\n", names[0], names[1], names[2]);

	long sum = 0;
	for (long i = 1; i <= 4; i++) {
		pthread_t thread;
		void *result;
		if (pthread_create(&thread, NULL, square, (void *)i) != 0 || pthread_join(thread, &result) != 0)
			return 1;
		sum += (long)result;
	}
	printf("threads %ld\n", sum);

	// From compiler-rt: 128-bit division, and on aarch64 all of long double.
	unsigned __int128 big = (unsigned __int128)1 << 100;
	printf("int128 %llu\n", (unsigned long long)(big / 1000000007u % 1000000007u));
	volatile long double two = 2.0L;
	printf("long double %.15Lf\n", sqrtl(two) * two);

	struct tm tm = {.tm_year = 100, .tm_mon = 1, .tm_mday = 29};
	printf("time %lld\n", (long long)timegm(&tm));
	printf("futex %d %s\n", FUTEX_WAIT, strerror(ENOENT));
	return 0;
}
