#include "harness.hpp"

#ifdef LAZULITE_TEST_TLS
#include <openssl/err.h>

#include "certificate.hpp"
#endif

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "base/text.hpp"

namespace lazulite::test {
namespace {

constexpr int kPatienceMs = 20'000;

int open_socket(int family) {
    const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

std::uint64_t number(std::string_view text) {
    return parse_number<std::uint64_t>(text).value_or(0);
}

/// A source whose windows are made beforehand.
class Windows : public BodySource {
  public:
    Windows(TestHandler& owner, std::vector<std::vector<Slice>> windows)
        : owner_(owner), windows_(std::move(windows)) {}
    ~Windows() override { owner_.source_destroyed(); }
    Task<Result<std::vector<Slice>>> next() override {
        if (at_ == windows_.size()) co_return std::vector<Slice>{};
        co_return std::move(windows_[at_++]);
    }

  private:
    TestHandler& owner_;
    std::vector<std::vector<Slice>> windows_;
    std::size_t at_ = 0;
};

enum class Breakage { fails, ends, throws };
class Breaking : public BodySource {
  public:
    Breaking(TestHandler& owner, Breakage how) : owner_(owner), how_(how) {}
    ~Breaking() override { owner_.source_destroyed(); }
    Task<Result<std::vector<Slice>>> next() override {
        std::vector<Slice> window;
        if (first_) {
            first_ = false;
            window.emplace_back("12345");
            co_return window;
        }
        if (how_ == Breakage::fails) co_return fail(ErrorCode::internal_error);
        if (how_ == Breakage::throws) throw std::runtime_error("source");
        co_return window;
    }

  private:
    TestHandler& owner_;
    Breakage how_;
    bool first_ = true;
};

std::string describe(const Request& request) {
    std::string text = std::string(to_string(request.method)) + "|" + std::string(request.method_text) + "|" +
                       std::string(request.path) + "|" + std::string(request.query) + "|";
    if (request.absolute_form) text += "absolute|";
    if (request.chunked) text += "chunked|";
    if (request.content_length) text += std::to_string(*request.content_length) + "|";
    for (const auto& [name, value] : request.fields) {
        text.append(name).append("=").append(value).append(";");
    }
    return text + "|" + std::string(request.remote_address);
}

}  // namespace

Client::Client(Later /*when*/) : socket_(open_socket(AF_INET)) {
#ifdef LAZULITE_TEST_TLS
    static SSL_CTX* const kContext = SSL_CTX_new(TLS_client_method());
    ssl_.reset(SSL_new(kContext));
    SSL_set_fd(ssl_.get(), socket_);
#endif
}

Client::Client(std::uint16_t port, const std::string& address, Plain /*how*/)
    : socket_(open_socket(address.find(':') == std::string::npos ? AF_INET : AF_INET6)) {
    if (address.find(':') == std::string::npos) {
        connect(port);
        return;
    }
    sockaddr_in6 there{};
    there.sin6_family = AF_INET6;
    there.sin6_port = htons(port);
    ::inet_pton(AF_INET6, address.c_str(), &there.sin6_addr);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) {
        throw std::runtime_error("cannot connect to " + address);
    }
}

void Client::connect(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
}

Client::~Client() {
    close();
}

void Client::shutdown_send() {
#ifdef LAZULITE_TEST_TLS
    if (ssl_) SSL_shutdown(ssl_.get());
#endif
    ::shutdown(socket_, SHUT_WR);
}

#ifdef LAZULITE_TEST_TLS

Client::Client(std::uint16_t port, const std::string& address) : Client(port, address, plain) {
    static SSL_CTX* const kContext = SSL_CTX_new(TLS_client_method());
    ssl_.reset(SSL_new(kContext));
    SSL_set_fd(ssl_.get(), socket_);
    shake_hands();
}

void Client::offer_only(int version) {
    SSL_set_security_level(ssl_.get(), 0);  // the old ones are refused here otherwise
    SSL_set_min_proto_version(ssl_.get(), version);
    SSL_set_max_proto_version(ssl_.get(), version);
}

void Client::offer_protocols(const std::string& list) {
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned int>(list.size()));
}

std::string Client::protocol() const {
    const unsigned char* text = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &text, &size);
    return {reinterpret_cast<const char*>(text), size};
}

std::string Client::name_of_server() const {
    char name[256] = "";
    X509* const shown = SSL_get1_peer_certificate(ssl_.get());
    X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name, sizeof name);
    X509_free(shown);
    return name;
}

bool Client::shake_hands() {
    return SSL_is_init_finished(ssl_.get()) == 1 || SSL_connect(ssl_.get()) == 1;
}

void Client::close() {
    if (socket_ < 0) return;
    if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
    ssl_.reset();
    ::close(std::exchange(socket_, -1));
}

bool Client::readable() const {
    pollfd waiting{socket_, POLLIN, 0};
    return (ssl_ && SSL_pending(ssl_.get()) != 0) || ::poll(&waiting, 1, 0) == 1;
}

bool Client::write(std::string_view bytes) {
    if (!ssl_) return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    std::size_t written = 0;
    ERR_clear_error();
    return shake_hands() && SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1;
}

std::ptrdiff_t Client::receive(char* into, std::size_t size) {
    if (!ssl_) return ::recv(socket_, into, size, 0);
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), into, static_cast<int>(size));
    if (got > 0) return got;
    switch (SSL_get_error(ssl_.get(), got)) {
        case SSL_ERROR_ZERO_RETURN: return 0;
        // A record that is no data, such as a session ticket.
        case SSL_ERROR_WANT_READ: return receive(into, size);
        case SSL_ERROR_SSL:
            if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
                const std::string_view said = "<no goodbye>";
                std::memcpy(into, said.data(), std::min(size, said.size()));
                return static_cast<std::ptrdiff_t>(std::min(size, said.size()));
            }
            return -1;
        default: return -1;
    }
}

#else

Client::Client(std::uint16_t port, const std::string& address) : Client(port, address, plain) {}

void Client::close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

bool Client::readable() const {
    pollfd waiting{socket_, POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
}

bool Client::write(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

std::ptrdiff_t Client::receive(char* into, std::size_t size) {
    return ::recv(socket_, into, size, 0);
}

#endif

void Client::abort() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

void Client::keep_receive_window_small() {
    const int size = 64 * 1024;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

bool Client::send(std::string_view bytes) {
    return bytes.empty() || write(bytes);
}

std::string Client::read(std::size_t bytes) {
    std::string text(bytes, '\0');
    std::size_t have = 0;
    while (have < bytes) {
        pollfd waiting{socket_, POLLIN, 0};
        if (!readable() && ::poll(&waiting, 1, kPatienceMs) == 0) return text.substr(0, have) + "<timeout>";
        const std::ptrdiff_t n = receive(text.data() + have, bytes - have);
        if (n < 0) return text.substr(0, have) + "<reset>";
        if (n == 0) break;
        have += static_cast<std::size_t>(n);
    }
    text.resize(have);
    return text;
}

std::string Client::read_head() {
    std::string text;
    while (!text.ends_with("\r\n\r\n")) {
        const std::string next = read(1);
        text += next;
        if (next.size() != 1) break;
    }
    return text;
}

std::string Client::rest() {
    std::string text;
    for (;;) {
        const std::string next = read(64 * 1024);
        text += next;
        if (next.size() != 64 * 1024) return text;
    }
}

void Gate::await_suspend(std::coroutine_handle<> waiter) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(Executor::current(), waiter);
    ++arrivals_;
    changed_.notify_all();
}

void Gate::wait_for_arrivals(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrivals_ >= count; });
}

void Gate::open() {
    std::vector<std::pair<Executor*, std::coroutine_handle<>>> waiting;
    {
        const std::lock_guard lock(mutex_);
        waiting.swap(waiting_);
    }
    for (const auto& [executor, handle] : waiting) executor->post(handle);
}

void PrintTo(const Sent& sent, std::ostream* out) {
    *out << sent.path << ' ' << sent.status << ' ' << sent.body_bytes;
}

TestHandler::~TestHandler() {
    if (file >= 0) ::close(file);
}

void TestHandler::make_file(std::uint64_t size) {
    char path[] = "/tmp/lazulite-http-XXXXXX";
    file = ::mkstemp(path);
    ::unlink(path);
    const std::string bytes = pattern(0, size);
    ASSERT_EQ(::write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
}

std::string TestHandler::pattern(std::uint64_t offset, std::uint64_t size) {
    std::string bytes(size, '\0');
    for (std::uint64_t i = 0; i < size; ++i) bytes[i] = pattern(offset + i);
    return bytes;
}

Task<std::optional<std::string>> TestHandler::read_all(Request& request, bool keep) {
    std::string body;
    std::uint64_t count = 0;
    for (;;) {
        const Result<ByteView> piece = co_await request.body->read();
        const std::lock_guard lock(mutex_);
        if (piece && !piece->empty()) {
            largest_piece = std::max(largest_piece, piece->size());
            count += piece->size();
            if (keep) body.append(reinterpret_cast<const char*>(piece->data()), piece->size());
            continue;
        }
        bodies_.push_back(piece ? "complete" : std::to_string(count));
        changed_.notify_all();
        if (!piece) co_return std::nullopt;
        co_return keep ? body : std::to_string(count);
    }
}

Task<Response> TestHandler::handle(Request& request) {
    {
        const std::lock_guard lock(mutex_);
        threads_.push_back(Executor::current());
    }
    Response response;
    const std::string_view path = request.path;
    const bool head = request.method == Method::head;
    if (path == "/hello") {
        response.set_body(name);
    } else if (path == "/echo" || path == "/count") {
        const bool keep = path == "/echo";
        std::optional<std::string> body = co_await read_all(request, keep);
        response.status = body ? 200 : 400;
        response.set_body(std::move(body).value_or("broken"));
    } else if (path == "/ignore") {
        response.set_body("ignored");
    } else if (path == "/big-ignore") {
        response.set_body(std::string(70'000, 'x'));
    } else if (path == "/secure") {
        response.set_body(request.secure ? "yes" : "no");
    } else if (path == "/describe") {
        response.set_body(describe(request));
    } else if (path.starts_with("/status/")) {
        response.status = static_cast<int>(number(path.substr(8)));
    } else if (path == "/gate") {
        co_await gate;
        response.set_body("passed");
    } else if (path == "/close") {
        response.set_body("bye");
        response.close = true;
    } else if (path == "/throw") {
        throw std::runtime_error("thrown by the test");
    } else if (path == "/reason") {
        response.status = 409;
        response.reason = "no\r\nX-Evil: yes\tplease";
    } else if (path.starts_with("/zeros/")) {
        const std::uint64_t size = number(path.substr(7));
        std::vector<std::vector<Slice>> windows(1);
        windows[0].emplace_back(ZeroSlice{size});
        response.set_body(std::make_unique<Windows>(*this, std::move(windows)), size);
    } else if (path.starts_with("/file/")) {
        const std::size_t slash = path.find('/', 6);
        const std::uint64_t offset = number(path.substr(6, slash - 6));
        const std::uint64_t size = number(path.substr(slash + 1));
        std::vector<std::vector<Slice>> windows(1);
        windows[0].emplace_back(FileSlice{file, offset, size});
        response.set_body(std::make_unique<Windows>(*this, std::move(windows)), size);
    } else if (path == "/mixed") {
        std::vector<std::vector<Slice>> windows(3);
        windows[0].emplace_back("first ");
        windows[0].emplace_back(FileSlice{file, 10, 20});
        windows[0].emplace_back(ZeroSlice{3});
        windows[1].emplace_back(FileSlice{file, 0, 100'000});
        windows[1].emplace_back("middle");
        for (std::uint64_t i = 0; i < 40; ++i) windows[2].emplace_back(FileSlice{file, i * 1000, 5000});
        windows[2].emplace_back(ZeroSlice{200'000});
        windows[2].emplace_back("last");
        response.set_body(std::make_unique<Windows>(*this, std::move(windows)),
                          6 + 20 + 3 + 100'000 + 6 + 200'000 + 200'000 + 4);
    } else if (path == "/unknown-length" || path == "/unknown-length-failing") {
        std::vector<std::vector<Slice>> windows(3);
        windows[0].emplace_back("first");
        windows[1].emplace_back("");  // nothing yet, and not the end
        windows[2].emplace_back("second, ");
        windows[2].emplace_back(ZeroSlice{2});
        windows[2].emplace_back(FileSlice{file, 0, 70'000});
        if (path == "/unknown-length") {
            response.set_body(std::make_unique<Windows>(*this, std::move(windows)), kUnknownLength);
        } else {
            response.set_body(std::make_unique<Breaking>(*this, Breakage::fails), kUnknownLength);
        }
    } else if (path == "/failing") {
        response.set_body(std::make_unique<Breaking>(*this, Breakage::fails), 10);
    } else if (path == "/short") {
        response.set_body(std::make_unique<Breaking>(*this, Breakage::ends), 10);
    } else if (path == "/throwing") {
        response.set_body(std::make_unique<Breaking>(*this, Breakage::throws), 10);
    } else {
        response.status = 404;
    }
    if (head && std::holds_alternative<std::string>(response.body)) response.body = std::monostate{};
    co_return response;
}

Response TestHandler::refuse(const StorageError& error) {
    Response response;
    switch (error.code()) {
        case ErrorCode::bad_request:
            response.status = 400;
            break;
        case ErrorCode::request_timeout:
            response.status = 408;
            break;
        case ErrorCode::request_header_fields_too_large:
            response.status = 431;
            break;
        default:
            response.status = 500;
            break;
    }
    response.set_body("refused");
    return response;
}

void TestHandler::sent(const Request& request, int status, std::uint64_t body_bytes) {
    const std::lock_guard lock(mutex_);
    sent_.push_back({std::string(request.path), status, body_bytes});
    changed_.notify_all();
}

std::vector<Sent> TestHandler::wait_for_sent(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sent_.size() >= count; });
    return sent_;
}

std::vector<std::string> TestHandler::wait_for_bodies(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return bodies_.size() >= count; });
    return bodies_;
}

std::vector<const Executor*> TestHandler::threads() {
    const std::lock_guard lock(mutex_);
    return threads_;
}

void TestHandler::source_destroyed() {
    const std::lock_guard lock(mutex_);
    ++sources_destroyed_;
    changed_.notify_all();
}

void TestHandler::wait_for_destroyed_sources(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return sources_destroyed_ >= count; });
}

void HttpTest::start(const ServerOptions& options, std::size_t threads) {
    pool.emplace(threads, std::chrono::milliseconds(10));
    pool->start();
    server.emplace(*pool, options);
    const auto bound = server->listen("127.0.0.1", 0, handler, as_tested());
    ASSERT_TRUE(bound) << bound.error();
    port = bound->port;
}

ListenOptions HttpTest::as_tested() {
    ListenOptions how;
#ifdef LAZULITE_TEST_TLS
    how.tls = [] { return test_tls(); };
#endif
    return how;
}

void HttpTest::TearDown() {
    if (server) server->stop(std::chrono::milliseconds(0));
    handler.gate.open();
    server.reset();
    pool.reset();
}

std::string HttpTest::exchange(std::string_view bytes) {
    Client client(port);
    client.send(bytes);
    return client.rest();
}

std::string ok(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
std::string ok_close(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
           std::string(body);
}

}  // namespace lazulite::test
