// SPDX-License-Identifier: Apache-2.0
// Containers, strings, threads and static objects of libc++, without streams and exceptions.
#include <atomic>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

struct Shape {
	virtual ~Shape() = default;
	virtual double area() const = 0;
};

struct Square final : Shape {
	explicit Square(double side) : side(side) {}
	double area() const override { return side * side; }
	double side;
};

std::map<std::string, int> registry = {{"beam", 27}, {"elixir", 18}};

const std::string &greeting() {
	static const std::string text = [] { return std::string("hello, ") + "musl"; }();
	return text;
}

struct Goodbye {
	~Goodbye() { std::printf("destroyed\n"); }
} goodbye;

}  // namespace

int main() {
	registry.emplace("otp", 27);
	std::string keys;
	for (const auto &[key, value] : registry) keys += key + "=" + std::to_string(value) + " ";
	std::printf("map %s\n", keys.c_str());

	std::unordered_map<std::string, std::vector<int>> table;
	for (int i = 0; i < 1000; i++) table[i % 2 ? "odd" : "even"].push_back(i);
	std::printf("unordered %d\n", std::accumulate(table["odd"].begin(), table["odd"].end(), 0));

	std::atomic<int> count = 0;
	std::mutex mutex;
	long guarded = 0;
	std::vector<std::thread> threads;
	for (int i = 0; i < 4; i++)
		threads.emplace_back([&] {
			for (int j = 0; j < 1000; j++) {
				count++;
				std::lock_guard lock(mutex);
				guarded++;
			}
		});
	for (auto &thread : threads) thread.join();
	std::printf("threads %d %ld\n", count.load(), guarded);

	std::unique_ptr<Shape> shape = std::make_unique<Square>(1.5);
	std::printf("virtual %.2f %s\n", shape->area(), dynamic_cast<Square *>(shape.get()) ? "square" : "other");

	char digits[32];
	auto [end, error] = std::to_chars(digits, digits + sizeof digits, 0.1);
	std::printf("to_chars %s\n", std::string(digits, end).c_str());
	std::optional<std::string> text = greeting();
	std::printf("static %s\n", text->c_str());
	return error == std::errc() ? 0 : 1;
}
