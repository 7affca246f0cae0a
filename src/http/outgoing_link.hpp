#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "wire/outgoing.hpp"
#include "wire/url.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace lazulite {

using OutgoingMoment = std::chrono::steady_clock::time_point;

/// A descriptor of its own, closed with the object.
class OwnDescriptor {
  public:
    explicit OwnDescriptor(int descriptor = -1) : descriptor_(descriptor) {}
    ~OwnDescriptor();
    OwnDescriptor(OwnDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    OwnDescriptor& operator=(OwnDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    [[nodiscard]] int get() const { return descriptor_; }

  private:
    int descriptor_;
};

/// What all connections of a client share. Any thread.
class OutgoingRules {
  public:
    /// `authorities`: see ClientOptions.
    OutgoingRules(bool others, std::string authorities);
    ~OutgoingRules();
    OutgoingRules(const OutgoingRules&) = delete;
    OutgoingRules& operator=(const OutgoingRules&) = delete;

    [[nodiscard]] bool others() const { return others_; }
    /// Readable once everything that waits is to give up.
    [[nodiscard]] int stopped() const { return stopped_.get(); }
    void stop();
    /// Loaded when first asked for.
    [[nodiscard]] tl::expected<ssl_ctx_st*, std::string> tls();

  private:
    bool others_;
    std::string authorities_;
    OwnDescriptor stopped_;
    struct Tls;
    std::unique_ptr<Tls> tls_;
};

/// A connection to another server: resolved once, judged, connected to that very address, and no further than a deadline.
/// Blocks its thread. Errors are texts such as "connection refused".
class OutgoingLink {
  public:
    explicit OutgoingLink(std::shared_ptr<OutgoingRules> rules);
    ~OutgoingLink();
    OutgoingLink(const OutgoingLink&) = delete;
    OutgoingLink& operator=(const OutgoingLink&) = delete;

    tl::expected<void, OutgoingProblem> open(const Url& url, OutgoingMoment until);
    tl::expected<void, std::string> send(std::string_view text, OutgoingMoment until);
    /// At least one byte; 0 at the end.
    tl::expected<std::size_t, std::string> receive(std::span<char> to, OutgoingMoment until);

  private:
    tl::expected<void, std::string> wait(int descriptor, short events, OutgoingMoment until) const;
    tl::expected<void, std::string> connect(const struct Resolved& addresses, OutgoingMoment until);
    tl::expected<void, std::string> speak_tls(const std::string& host, OutgoingMoment until);
    /// Repeats `attempt() -> int` of OpenSSL until it made progress.
    template <class Attempt>
    tl::expected<int, std::string> by_tls(OutgoingMoment until, Attempt attempt);

    struct Free {
        void operator()(ssl_st* ssl) const;
    };
    std::shared_ptr<OutgoingRules> rules_;
    OwnDescriptor socket_;
    std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace lazulite
