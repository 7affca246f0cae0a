// The whole connection over a transport that delivers bytes in chosen pieces: wherever a segment ends, the answers are
// the same.
#include <algorithm>
#include <cstring>
#include <future>

#include "harness.hpp"
#include "http/connection.hpp"

namespace lazulite::test {
namespace {

using State = Transfer::State;

/// Delivers `pieces` one per read and then ends; collects what is written, at most `take` bytes per write.
class ScriptedTransport final : public Transport {
  public:
    ScriptedTransport(Executor& executor, std::vector<std::string> pieces, std::size_t take, std::string& written)
        : executor_(executor), pieces_(std::move(pieces)), take_(take), written_(written) {}

    [[nodiscard]] bool opened() const override { return true; }
    void start_open(Completion& /*completion*/) override {}
    [[nodiscard]] bool secure() const override { return false; }
    Transfer read(std::span<std::byte> into) override {
        // As a socket that has nothing yet: the next piece comes to whoever waits.
        if (!ready_) return {State::would_block};
        return deliver(into);
    }
    void start_read(std::span<std::byte> into, Completion& completion) override {
        completion.transfer = deliver(into);
        executor_.post(completion.waiter);
    }
    Transfer write(std::span<const iovec> pieces, bool /*more*/) override {
        if (blocked_) {
            blocked_ = false;
            return {State::would_block};
        }
        std::size_t moved = 0;
        for (const iovec& piece : pieces) {
            const std::size_t n = std::min(piece.iov_len, take_ - moved);
            written_.append(static_cast<const char*>(piece.iov_base), n);
            moved += n;
        }
        blocked_ = moved == take_;
        return {State::done, moved};
    }
    Transfer send_file(int /*fd*/, std::uint64_t /*offset*/, std::size_t /*length*/) override {
        return {State::unsupported};
    }
    void start_wait_writable(Completion& completion) override {
        completion.transfer = {State::done, 0};
        executor_.post(completion.waiter);
    }
    void shutdown_send() override {}
    void cancel() override {}
    void close() override {}

  private:
    Transfer deliver(std::span<std::byte> into) {
        if (at_ == pieces_.size()) return {State::ended};
        std::string& piece = pieces_[at_];
        const std::size_t n = std::min(into.size(), piece.size());
        std::memcpy(into.data(), piece.data(), n);
        piece.erase(0, n);
        ready_ = !piece.empty();
        if (piece.empty()) ++at_;
        return {State::done, n};
    }

    Executor& executor_;
    std::vector<std::string> pieces_;
    std::size_t at_ = 0;
    bool ready_ = false;
    std::size_t take_;
    bool blocked_ = false;
    std::string& written_;
};

struct Hop {
    Executor& executor;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const { executor.post(waiter); }
    void await_resume() const noexcept {}
};

class Split : public ::testing::Test {
  protected:
    void SetUp() override { pool.start(); }

    std::string converse(std::vector<std::string> pieces, std::size_t take = 1 << 30) {
        std::string written;
        std::promise<void> done;
        spawn(run(std::move(pieces), take, written), [&done] { done.set_value(); });
        done.get_future().get();
        return written;
    }

    TestHandler handler;
    IoPool pool{1};
    ServerOptions options;

  private:
    Task<void> run(std::vector<std::string> pieces, std::size_t take, std::string& written) {
        co_await Hop{pool.executor(0)};
        auto transport = std::make_unique<ScriptedTransport>(pool.executor(0), std::move(pieces), take, written);
        lazulite::HttpConnection connection(pool.thread(0), std::move(transport), options, handler,
                                            Peer{"127.0.0.1", 1});
        co_await connection.run();
    }
};

const std::string kConversation =
    "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
    "\r\nPUT /echo?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345"
    "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;e\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: "
    "v\r\n\r\n"
    "PUT /ignore HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n"
    "PUT /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nwxyz"
    "HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

std::string answers() {
    return kHello + ok("12345") + ok("abc0123456789") + ok("ignored") + ok("ignored") +
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n";
}

TEST_F(Split, AtEveryByte) {
    for (std::size_t i = 1; i < kConversation.size(); ++i) {
        EXPECT_EQ(converse({kConversation.substr(0, i), kConversation.substr(i)}), answers()) << i;
    }
}

TEST_F(Split, IntoPiecesOfEverySize) {
    for (std::size_t size = 1; size < 100; ++size) {
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < kConversation.size(); at += size)
            pieces.push_back(kConversation.substr(at, size));
        EXPECT_EQ(converse(std::move(pieces)), answers()) << size;
    }
}

TEST_F(Split, AnswersThatAreTakenSlowly) {
    for (std::size_t take = 1; take < 60; ++take) EXPECT_EQ(converse({kConversation}, take), answers()) << take;
}

TEST_F(Split, EveryCutEndsTheConnection) {
    // A client that leaves at any point gets the answers to what it sent, and nothing hangs.
    for (std::size_t i = 1; i < kConversation.size(); ++i) {
        const std::string written = converse({kConversation.substr(0, i)});
        EXPECT_TRUE(answers().starts_with(written)) << i << written;
    }
}

TEST_F(Split, ChunksLargerThanTheBuffersCutAnywhere) {
    // Chunk ends and the next request fall on every position around the sizes of reads.
    const std::string next = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for (std::size_t size = 4000; size < 4200; ++size) {
        const std::string body = TestHandler::pattern(size, size);
        char hex[20];
        std::snprintf(hex, sizeof hex, "%zx\r\n", size);
        const std::string head = "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        EXPECT_EQ(converse({head, std::string(hex) + body + "\r\n0\r\n\r\n" + next}), ok(body) + kHelloClose) << size;
        EXPECT_EQ(converse({head + hex + body + "\r\n0\r\n\r\n" + next}), ok(body) + kHelloClose) << size;
    }
}

TEST_F(Split, NothingBehindAMalformedChunkIsARequest) {
    const std::string head = "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string next = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string broken = "HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\nConnection: close\r\n\r\nbroken";
    for (const std::size_t before : {0UL, 60'000UL}) {
        std::string chunks = before == 0 ? "" : "ea60\r\n" + std::string(before, 'x') + "\r\n";
        chunks += "g\r\n";
        for (int i = 0; i < 3000; ++i) chunks += next;
        EXPECT_EQ(converse({head, chunks}), broken);
        EXPECT_EQ(converse({head + chunks}), broken);
    }
}

TEST_F(Split, FilesWithoutSendfile) {
    handler.make_file(300'000);
    const std::string body = TestHandler::pattern(100, 250'000);
    EXPECT_TRUE(converse({"GET /file/100/250000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"}, 30'000) ==
                ok_close(body));
}

}  // namespace
}  // namespace lazulite::test
