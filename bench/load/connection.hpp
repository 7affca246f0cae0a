#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "body.hpp"
#include "response_parser.hpp"

namespace lazulite::bench {

/// One request and what its answer has to be.
struct Exchange {
    std::string_view head;  // owned by the workload, valid until the answer is complete
    Body sent;
    std::optional<Body> expected;  // of a 200 or 206; without it the answer's body is kept as text
};

/// What came back.
struct Answer {
    int status = 0;
    std::uint64_t length = 0;
    std::optional<std::uint64_t> first_difference;  // from the expected body
    std::string text;
    std::map<std::string, std::string> continuation;  // the query parameters of the next page of a table or filesystem
};

/// A keep-alive connection to 127.0.0.1 with at most one request in flight, on a non-blocking socket.
class Connection : private ResponseSink {
  public:
    explicit Connection(std::uint16_t port);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() override;

    [[nodiscard]] int descriptor() const { return descriptor_; }

    /// Replaces the socket by a new one; throws std::system_error when the server does not accept it.
    void reopen();

    /// Takes the next request, and sends as much as the socket takes.
    void start(const Exchange& exchange);

    /// Sends on; throws std::system_error when the server has closed.
    void send_more();
    [[nodiscard]] bool has_more_to_send() const { return sent_ < exchange_.head.size() + exchange_.sent.size(); }

    /// Receives once; true when the answer is complete. Throws std::runtime_error when there will be no good one.
    bool receive();

    [[nodiscard]] const Answer& answer() const { return answer_; }
    [[nodiscard]] bool reusable() const { return parser_.keeps_alive() && !has_more_to_send(); }

  private:
    void on_header(std::string_view name, std::string_view value) override;
    void on_head(int status, std::optional<std::uint64_t> length) override;
    void on_body(std::string_view bytes) override;

    std::uint16_t port_;
    int descriptor_ = -1;
    Exchange exchange_;
    std::uint64_t sent_ = 0;  // of head and body together
    ResponseParser parser_;
    Answer answer_;
};

}  // namespace lazulite::bench
