#include "http/outgoing_link.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/text.hpp"
#include "http/address_rule.hpp"

namespace lazulite {

/// Addresses in the order in which they are tried.
struct Resolved {
    struct Address {
        sockaddr_storage text{};
        socklen_t size = 0;
        [[nodiscard]] const sockaddr& get() const { return reinterpret_cast<const sockaddr&>(text); }
    };
    std::vector<Address> addresses;
};

namespace {

using Problem = OutgoingProblem;

constexpr const char* kLate = "no answer in time";

tl::unexpected<std::string> problem(std::string text) { return tl::unexpected(std::move(text)); }
/// The system's words begin with a capital.
tl::unexpected<std::string> problem_of(const char* text) {
    std::string line(text);
    if (!line.empty()) line.front() = ascii_lower(line.front());
    return problem(std::move(line));
}
tl::unexpected<Problem> refusal(Problem::Kind kind, std::string text) {
    return tl::unexpected(Problem{kind, std::move(text)});
}

/// OpenSSL writes without MSG_NOSIGNAL.
void block_broken_pipe() {
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
}

std::string tls_problem(SSL* ssl) {
    const long verdict = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (verdict != X509_V_OK) return std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(verdict);
    const char* reason = ERR_reason_error_string(code);
    return reason ? std::string("TLS failed: ") + reason : "TLS failed";
}

struct FoundAddresses {
    void operator()(addrinfo* it) const { freeaddrinfo(it); }
};

Resolved copy_of(const addrinfo* found) {
    Resolved resolved;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        Resolved::Address& address = resolved.addresses.emplace_back();
        std::memcpy(&address.text, at->ai_addr, at->ai_addrlen);
        address.size = at->ai_addrlen;
    }
    return resolved;
}

tl::expected<Resolved, std::string> look_up(const std::string& host, std::uint16_t port, int flags) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
    const std::unique_ptr<addrinfo, FoundAddresses> addresses(found);
    if (code != 0) return problem_of(gai_strerror(code));
    return copy_of(found);
}

/// A name being looked up on a thread of its own, which nobody can hold up: the resolver has no deadline.
struct Lookup {
    OwnDescriptor done{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    tl::expected<Resolved, std::string> outcome;  ///< once `done` is readable
};

Resolved this_machine(std::uint16_t port) {
    Resolved resolved;
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = v4.sin_port;
    v6.sin6_addr = in6addr_loopback;
    resolved.addresses.resize(2);
    std::memcpy(&resolved.addresses[0].text, &v4, resolved.addresses[0].size = sizeof v4);
    std::memcpy(&resolved.addresses[1].text, &v6, resolved.addresses[1].size = sizeof v6);
    return resolved;
}

}  // namespace

OwnDescriptor::~OwnDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

// -- the rules --------------------------------------------------------------------------------------------------------

struct OutgoingRules::Tls {
    struct Free {
        void operator()(SSL_CTX* it) const { SSL_CTX_free(it); }
    };
    std::mutex mutex;
    std::unique_ptr<SSL_CTX, Free> context;
};

OutgoingRules::OutgoingRules(bool others, std::string authorities)
    : others_(others),
      authorities_(std::move(authorities)),
      stopped_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      tls_(std::make_unique<Tls>()) {}

OutgoingRules::~OutgoingRules() = default;

void OutgoingRules::stop() {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(stopped_.get(), &one, sizeof one));
}

tl::expected<SSL_CTX*, std::string> OutgoingRules::tls() {
    const std::lock_guard lock(tls_->mutex);
    if (tls_->context) return tls_->context.get();
    std::unique_ptr<SSL_CTX, Tls::Free> context(SSL_CTX_new(TLS_client_method()));
    const auto trusts = [&] {
        if (authorities_.empty()) return SSL_CTX_set_default_verify_paths(context.get()) == 1;
        return SSL_CTX_load_verify_locations(context.get(), authorities_.c_str(), nullptr) == 1;
    };
    if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 || !trusts()) {
        return problem(tls_problem(nullptr));
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    tls_->context = std::move(context);
    return tls_->context.get();
}

// -- one connection ---------------------------------------------------------------------------------------------------

void OutgoingLink::Free::operator()(SSL* ssl) const { SSL_free(ssl); }

OutgoingLink::OutgoingLink(std::shared_ptr<OutgoingRules> rules) : rules_(std::move(rules)) {}
OutgoingLink::~OutgoingLink() = default;

tl::expected<void, std::string> OutgoingLink::wait(int descriptor, short events, OutgoingMoment until) const {
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
        pollfd waited[] = {{descriptor, events, 0}, {rules_->stopped(), POLLIN, 0}};
        const int ready = ::poll(waited, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
        if (waited[1].revents != 0) return problem("the server is stopping");
        if (ready > 0) return {};
        if (ready == 0 && left <= 0) return problem(kLate);
        if (ready < 0 && errno != EINTR) return problem_of(std::strerror(errno));
    }
}

tl::expected<void, OutgoingProblem> OutgoingLink::open(const Url& url, OutgoingMoment until) {
    const std::string host(url.host);
    const auto unreachable = [](std::string text) { return refusal(Problem::Kind::unreachable, std::move(text)); };
    if (is_metadata_name(host)) return refusal(Problem::Kind::forbidden, host + " is never asked");
    tl::expected<Resolved, std::string> resolved = this_machine(url.port);
    if (!is_localhost(host)) {
        resolved = look_up(host, url.port, AI_NUMERICHOST);
        if (!resolved && !rules_->others()) {
            return refusal(Problem::Kind::forbidden, host + " is not this machine: other hosts need --allowOutgoing");
        }
    }
    if (!resolved) {
        const auto lookup = std::make_shared<Lookup>();
        std::thread([lookup, host, port = url.port] {
            lookup->outcome = look_up(host, port, 0);
            const std::uint64_t one = 1;
            static_cast<void>(!::write(lookup->done.get(), &one, sizeof one));
        }).detach();
        if (auto waited = wait(lookup->done.get(), POLLIN, until); !waited) return unreachable(waited.error());
        resolved = std::move(lookup->outcome);
        if (!resolved) return unreachable(resolved.error());
    }

    Resolved allowed;
    bool forbidden = false;
    for (const Resolved::Address& address : resolved->addresses) {
        const Reached reached = judge_address(address.get());
        forbidden = forbidden || reached == Reached::forbidden;
        if (reached == Reached::loopback || (reached == Reached::elsewhere && rules_->others())) {
            allowed.addresses.push_back(address);
        }
    }
    if (allowed.addresses.empty()) {
        return refusal(Problem::Kind::forbidden,
                       forbidden ? host + " is never asked" : host + " is not this machine: other hosts need --allowOutgoing");
    }
    if (auto connected = connect(allowed, until); !connected) return unreachable(connected.error());
    if (!url.secure) return {};
    block_broken_pipe();
    if (auto spoken = speak_tls(host, until); !spoken) return unreachable(spoken.error());
    return {};
}

tl::expected<void, std::string> OutgoingLink::connect(const Resolved& addresses, OutgoingMoment until) {
    tl::expected<void, std::string> outcome;
    for (const Resolved::Address& address : addresses.addresses) {
        socket_ = OwnDescriptor(::socket(address.get().sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        int code = socket_.get() < 0 ? errno : 0;
        if (code == 0 && ::connect(socket_.get(), &address.get(), address.size) != 0) code = errno;
        if (code == EINPROGRESS) {
            if (auto waited = wait(socket_.get(), POLLOUT, until); !waited) return waited;
            socklen_t size = sizeof code;
            if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
        }
        if (code == 0) return {};
        outcome = problem_of(std::strerror(code));
    }
    return outcome;
}

tl::expected<void, std::string> OutgoingLink::speak_tls(const std::string& host, OutgoingMoment until) {
    const auto context = rules_->tls();
    if (!context) return problem(context.error());
    ssl_.reset(SSL_new(*context));
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.get()) != 1) return problem("TLS failed");
    X509_VERIFY_PARAM* const verified = SSL_get0_param(ssl_.get());
    unsigned char literal[sizeof(in6_addr)];
    const bool is_literal = inet_pton(AF_INET, host.c_str(), literal) == 1 || inet_pton(AF_INET6, host.c_str(), literal) == 1;
    const bool named = is_literal ? X509_VERIFY_PARAM_set1_ip_asc(verified, host.c_str()) == 1
                                  : SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                                            const_cast<char*>(host.c_str())) == 1 &&
                                        X509_VERIFY_PARAM_set1_host(verified, host.data(), host.size()) == 1;
    if (!named) return problem(tls_problem(nullptr));
    const auto connected = by_tls(until, [&] { return SSL_connect(ssl_.get()); });
    if (!connected) return problem(connected.error());
    if (*connected == 0) return problem("TLS failed");
    return {};
}

template <class Attempt>
tl::expected<int, std::string> OutgoingLink::by_tls(OutgoingMoment until, Attempt attempt) {
    while (true) {
        ERR_clear_error();
        const int outcome = attempt();
        if (outcome > 0) return outcome;
        const int code = SSL_get_error(ssl_.get(), outcome);
        if (code == SSL_ERROR_ZERO_RETURN) return 0;
        if (code != SSL_ERROR_WANT_READ && code != SSL_ERROR_WANT_WRITE) return problem(tls_problem(ssl_.get()));
        const short events = code == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
        if (auto waited = wait(socket_.get(), events, until); !waited) return problem(waited.error());
    }
}

tl::expected<void, std::string> OutgoingLink::send(std::string_view text, OutgoingMoment until) {
    constexpr std::size_t kMost = 1 << 20;
    if (ssl_) block_broken_pipe();
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, kMost);
        if (ssl_) {
            const auto sent =
                by_tls(until, [&] { return SSL_write(ssl_.get(), piece.data(), static_cast<int>(piece.size())); });
            if (!sent || *sent == 0) return problem(sent ? "the connection was closed" : sent.error());
            text.remove_prefix(static_cast<std::size_t>(*sent));
            continue;
        }
        const auto sent = ::send(socket_.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            text.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            if (auto waited = wait(socket_.get(), POLLOUT, until); !waited) return waited;
        } else if (errno != EINTR) {
            return problem_of(std::strerror(errno));
        }
    }
    return {};
}

tl::expected<std::size_t, std::string> OutgoingLink::receive(std::span<char> to, OutgoingMoment until) {
    if (ssl_) {
        block_broken_pipe();
        const auto size = by_tls(until, [&] { return SSL_read(ssl_.get(), to.data(), static_cast<int>(to.size())); });
        if (!size) return problem(size.error());
        return static_cast<std::size_t>(*size);
    }
    while (true) {
        const auto size = ::recv(socket_.get(), to.data(), to.size(), 0);
        if (size >= 0) return static_cast<std::size_t>(size);
        if (errno == EAGAIN) {
            if (auto waited = wait(socket_.get(), POLLIN, until); !waited) return problem(waited.error());
        } else if (errno != EINTR) {
            return problem_of(std::strerror(errno));
        }
    }
}

}  // namespace lazulite
