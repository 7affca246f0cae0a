#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lazulite::bench {

/// Receives a response as it arrives.
class ResponseSink {
  public:
    virtual ~ResponseSink() = default;

    /// Called for each header, before `on_head`.
    virtual void on_header(std::string_view name, std::string_view value) = 0;

    /// Called once the head is complete; `length` is unknown for a chunked body.
    virtual void on_head(int status, std::optional<std::uint64_t> length) = 0;
    virtual void on_body(std::string_view bytes) = 0;
};

/// Parses one HTTP/1.1 response from pieces of any size. Not for bodies that end with the connection.
class ResponseParser {
  public:
    /// The answer to a HEAD has no body, whatever its length says.
    void reset(bool to_head);

    /// Returns how many of the bytes belong to this response; throws std::runtime_error when they are not HTTP.
    std::size_t feed(std::string_view bytes, ResponseSink& sink);

    [[nodiscard]] bool done() const { return state_ == State::done; }
    [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }

  private:
    enum class State { head, body, chunk_size, chunk, chunk_end, trailer, done };

    std::size_t feed_head(std::string_view bytes, ResponseSink& sink);
    std::size_t feed_line(std::string_view bytes);
    std::size_t feed_data(std::string_view bytes, ResponseSink& sink);
    void parse_head(std::string_view head, ResponseSink& sink);
    void parse_header(std::string_view line, ResponseSink& sink);
    void on_line(std::string_view line);

    State state_ = State::head;
    std::string partial_;  // the beginning of a head or line that is not complete yet
    std::optional<std::uint64_t> length_;
    std::uint64_t left_ = 0;  // of the body or chunk
    bool chunked_ = false;
    bool to_head_ = false;
    bool keeps_alive_ = true;
};

}  // namespace lazulite::bench
