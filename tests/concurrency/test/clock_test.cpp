#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "lazulite/emulator.hpp"
#include "wire/runner/http.hpp"

namespace concurrency {
namespace {

/// A regression test: of two advances at once one was lost.
TEST(AccountClock, EveryAdvanceCounts) {
    constexpr int kThreads = 8;
    constexpr int kEach = 25;
    lazulite::EmulatorOptions options;
    options.threads = 4;
    lazulite::Emulator emulator(options);
    emulator.start();
    const auto ask = [&emulator](wire_tests::Client& client, const std::string& line) {
        const std::string host = "127.0.0.1:" + std::to_string(emulator.port(lazulite::Surface::blob));
        return client.send(
            "POST", line + " HTTP/1.1\r\nHost: " + host + "\r\nx-lazulite-control: 1\r\nContent-Length: 0\r\n\r\n", "",
            false, true);
    };
    const wire_tests::Endpoint endpoint{"127.0.0.1", emulator.port(lazulite::Surface::blob)};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            wire_tests::Client client(endpoint);
            for (int n = 0; n < kEach; ++n)
                EXPECT_EQ(ask(client, "POST /_lazulite/clock?service=queue&advance=1").status, 200);
        });
    }
    for (std::thread& thread : threads) thread.join();
    wire_tests::Client client(endpoint);
    const auto clock = nlohmann::json::parse(ask(client, "POST /_lazulite/clock?advance=0").body);
    EXPECT_EQ(clock["accounts"]["devstoreaccount1"]["queue"]["offsetSeconds"], kThreads * kEach);
}

}  // namespace
}  // namespace concurrency
