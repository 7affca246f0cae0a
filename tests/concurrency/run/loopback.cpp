#include <algorithm>
#include <array>
#include <chrono>
#include <latch>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "runner.hpp"

namespace concurrency {
namespace {

std::string head_of(const Call& call, const wire_tests::Endpoint& to) {
    std::string head = call.method + " " + full_target(call) + " HTTP/1.1\r\nHost: " + to.host + ":" +
                       std::to_string(to.port) + "\r\nx-ms-version: 2023-11-03\r\n";
    for (const auto& [name, value] : call.headers) head += name + ": " + value + "\r\n";
    if (call.method != "GET" && call.method != "HEAD")
        head += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
    return head + "\r\n";
}

/// The connections of one client, one to each surface.
class Connections {
  public:
    explicit Connections(const lazulite::Emulator& emulator) : emulator_(emulator) {}

    Answer ask(const Call& call) {
        const wire_tests::Endpoint to = endpoint(call.surface);
        auto& connection = connections_[call.surface];
        if (!connection) connection = std::make_unique<wire_tests::Client>(to);
        return connection->send(call.method, head_of(call, to), call.body, false, true);
    }
    /// On a connection of its own, which is closed once all is sent.
    void ask_and_leave(const Call& call) {
        const wire_tests::Endpoint to = endpoint(call.surface);
        bool ended = false;
        wire_tests::Client(to).send_raw(head_of(call, to) + call.body, 0, false, ended);
    }

  private:
    [[nodiscard]] wire_tests::Endpoint endpoint(Surface surface) const {
        return {"127.0.0.1", emulator_.port(surface)};
    }

    const lazulite::Emulator& emulator_;
    std::map<Surface, std::unique_ptr<wire_tests::Client>> connections_;
};

lazulite::EmulatorOptions options_for(const std::filesystem::path& folder) {
    lazulite::EmulatorOptions options;
    options.location = folder;
    options.accounts.resize(2);
    options.accounts[0].name = kFlatAccount;
    options.accounts[1].name = kLakeAccount;
    options.accounts[1].hierarchical_namespace = true;
    for (auto& account : options.accounts) account.keys = {kKey};
    options.threads = std::max(2U, std::thread::hardware_concurrency());
    return options;
}

class Loopback final : public Runner {
  public:
    explicit Loopback(const std::filesystem::path& folder) : emulator_(options_for(folder)) {
        emulator_.start();
        for (int i = 0; i <= kClients; ++i) clients_.push_back(std::make_unique<Connections>(emulator_));
        for (const Call& call : places()) {
            const Answer answer = clients_[kPreparing]->ask(call);
            if (answer.status != 201)
                throw std::runtime_error(call.target + ": " + answer.status_line + " " + answer.body);
        }
    }

    Ran run(Plan& plan, std::uint64_t /*seed*/) override {
        Ran ran;
        now_ = 0;
        const auto begun = std::chrono::steady_clock::now();
        for (const auto& object : plan.objects()) {
            for (Call& call : object->prepare()) {
                Plan::Step step{std::move(call), object.get(), false, 0};
                ask(step, kPreparing);
                const std::int64_t status = number(step.call.event.got, "status");
                if (status != 201 && status != 204)
                    ran.problem = step.call.target + " was answered " + std::to_string(status);
                if (!step.call.event.what.empty()) ran.history.push_back(std::move(step.call.event));
            }
        }
        std::latch begin(kClients);
        std::array<std::vector<Event>, kClients> events;
        std::vector<std::thread> threads;
        for (int client = 0; client < kClients; ++client) {
            threads.emplace_back([&, client] {
                begin.arrive_and_wait();
                try {
                    work(plan, client, events[static_cast<std::size_t>(client)]);
                } catch (const std::exception& problem) {
                    const std::lock_guard lock(mutex_);
                    ran.problem = std::string("client ") + std::to_string(client) + ": " + problem.what();
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        for (auto& list : events) std::move(list.begin(), list.end(), std::back_inserter(ran.history));
        std::sort(ran.history.begin(), ran.history.end(),
                  [](const Event& a, const Event& b) { return a.called < b.called; });
        ran.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        return ran;
    }

  private:
    void work(Plan& plan, int client, std::vector<Event>& events) {
        for (int number = 0; number < Plan::steps(); ++number) {
            Plan::Step step = plan.step(client, number);
            if (step.pause > 4)
                std::this_thread::sleep_for(std::chrono::microseconds(20 * step.pause));
            else if (step.pause > 0)
                std::this_thread::yield();
            ask(step, client);
            events.push_back(std::move(step.call.event));
        }
    }

    void ask(Plan::Step& step, int client) {
        Connections& connections = *clients_[static_cast<std::size_t>(client)];
        Event& event = step.call.event;
        event.called = ++now_;
        if (step.leaves) return connections.ask_and_leave(step.call);
        const Answer answer = connections.ask(step.call);
        event.returned = ++now_;
        learn(step, answer);
    }

    lazulite::Emulator emulator_;
    std::vector<std::unique_ptr<Connections>> clients_;
    std::atomic<std::int64_t> now_{0};
    std::mutex mutex_;
};

}  // namespace

std::unique_ptr<Runner> make_loopback(const std::filesystem::path& folder) {
    return std::make_unique<Loopback>(folder);
}

}  // namespace concurrency
