#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wire_tests {

struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
};

/// `http://host:port`. Throws std::runtime_error for another form.
Endpoint parse_endpoint(std::string_view url);

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The values of all headers of that name, joined by a comma; nothing when there is none.
std::optional<std::string> find_header(const Headers& headers, std::string_view name);

struct Answer {
    std::string status_line;
    int status = 0;
    std::string reason;
    Headers headers;
    std::string body;
    bool continued = false;  ///< 100 Continue came first
};

/// One blocking connection at a time, opened when it is needed and kept while the server keeps it. Every failure, and
/// ten seconds without a byte, throw std::runtime_error.
class Client {
  public:
    explicit Client(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}
    ~Client() { disconnect(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// `head` ends with its empty line. With `wait_for_continue` the body is sent only after a 100. `reusable` is false
    /// when the body is not what the head promised, so that the connection cannot go on.
    Answer send(std::string_view method, std::string_view head, std::string_view body, bool wait_for_continue, bool reusable);

    /// Sends bytes on a new connection and reads until `enough` bytes or the end: then `ended` is true. With `to_the_end`
    /// it reads on until the server closes.
    std::string send_raw(std::string_view bytes, std::size_t enough, bool to_the_end, bool& ended);

  private:
    void connect();
    void disconnect();
    bool write(std::string_view bytes);  ///< false when the server has closed
    bool read_more();                    ///< false at the end
    std::string read_line();
    Answer read_answer(std::string_view method);
    void read_chunks(std::string& body);

    Endpoint endpoint_;
    int socket_ = -1;
    std::string input_;
};

}  // namespace wire_tests
