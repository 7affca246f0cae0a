#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/rights.hpp"
#include "wire/service_version.hpp"

namespace lazulite {

/// A set of permission letters (`racwdxyltfmeopiu`), as SAS tokens and stored policies carry them.
class Letters {
  public:
    constexpr Letters() = default;
    /// Unknown characters are ignored: newer letters must not break older servers.
    constexpr explicit Letters(std::string_view text) {
        for (const char c : text) {
            if (c >= 'a' && c <= 'z') bits_ |= 1U << (c - 'a');
        }
    }
    [[nodiscard]] constexpr bool has(char letter) const { return (bits_ >> (letter - 'a') & 1U) != 0; }
    [[nodiscard]] constexpr bool any_of(Letters others) const { return (bits_ & others.bits_) != 0; }
    [[nodiscard]] constexpr bool all_of(Letters others) const { return (bits_ & others.bits_) == others.bits_; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    /// One after the other, in the order in which SAS tokens have them.
    [[nodiscard]] std::string text(std::string_view between = {}) const {
        std::string joined;
        for (const char letter : std::string_view("racwdxyltmeopfiu")) {
            if (has(letter)) joined.append(joined.empty() ? std::string_view{} : between).push_back(letter);
        }
        return joined;
    }
    constexpr Letters& operator|=(Letters others) {
        bits_ |= others.bits_;
        return *this;
    }

  private:
    std::uint32_t bits_ = 0;
};

/// The level of a resource, as `srt` of an account SAS names it.
enum class ResourceType : char { service = 's', container = 'c', object = 'o' };

/// The service letter of `ss`. Data Lake requests count as blob.
enum class ServiceLetter : char { blob = 'b', queue = 'q', table = 't', file = 'f' };

/// How far a service SAS reaches, the narrowest first: one object; a directory and all below it; a container, queue,
/// table or share and all in it. `account` is beyond every service SAS.
enum class Reach : std::uint8_t { object, directory, container, account };

/// What an operation asks of whoever calls it; one per row of the operation table.
/// Reference: "Create an account SAS", "Create a service SAS", permissions per operation.
struct Needs {
    /// What an account SAS must have.
    enum class ByAccountSas : std::uint8_t {
        letters,  ///< one of `letters`
        any,      ///< whatever the letters
        never,    ///< the owner only
    };
    ByAccountSas by_account_sas = ByAccountSas::letters;
    ResourceType type = ResourceType::object;
    Letters letters;                    ///< one of these
    Letters also;                       ///< and each of these, which a header of the request asks for
    Reach service_sas = Reach::account;  ///< the least reach of a service SAS that may; it needs the letters, if any
    /// Anonymous callers may, when the container is public at this level.
    enum class Public : std::uint8_t { never, blob, container };
    Public open_to_public = Public::never;
    bool writes = true;        ///< refused on the secondary endpoint
    bool bearer_only = false;  ///< neither a key nor a SAS will do
    NeededRights role = {};    ///< of whoever comes with a bearer token; none: what follows from the rest, `needed_rights`
};

}  // namespace lazulite
