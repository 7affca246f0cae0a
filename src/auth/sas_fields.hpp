#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "auth/account_key.hpp"
#include "auth/permissions.hpp"
#include "auth/reason.hpp"
#include "auth/stored_policy.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "wire/service_version.hpp"
#include "wire/uri.hpp"

namespace lazulite {

/// The request that carries a SAS, as far as a SAS is judged by it. Names are decoded.
struct SasCheck {
    const Query& query;
    std::string_view account;
    std::span<const AccountKey> keys;
    Instant account_now;              ///< a SAS expires by the account's clock, so that a test can advance past it
    std::string_view remote_address;  ///< against `sip`
    bool secure = false;              ///< against `spr`
    bool keys_permitted = true;       ///< false: a SAS that a key signed is refused once it is shown to be genuine
    ServiceLetter service = ServiceLetter::blob;
    std::string_view container = {};  ///< or queue, table, share; empty at account level
    std::string_view name = {};       ///< blob, or path of a file; empty at container level
    Reason* why = nullptr;            ///< told what was built and which rule refused
};

/// Looks up the stored access policies of the container that the request names.
using PolicyLookup = std::function<StoredPolicies()>;

/// A query with `sig` carries a SAS. One with `ss` or `srt` is an account SAS, complete or not; any other is a service
/// SAS, or a user delegation SAS where it names the key's owner.
[[nodiscard]] bool is_sas(const Query& query);
[[nodiscard]] bool is_account_sas(const Query& query);
[[nodiscard]] bool is_user_delegation_sas(const Query& query);

/// The checks that every kind of SAS shares. Failures: authentication_failed with AuthenticationErrorDetail,
/// authorization_source_ip_mismatch with SourceIP, authorization_protocol_mismatch.

/// Whether no field stands twice, and `st`, `se`, `sip`, `spr` and `ses` (from 2020-12-06 on) are of their forms;
/// judged before the signature. Fields that are absent or empty pass.
[[nodiscard]] Result<> check_sas_form(const Query& query, ServiceVersion version);

/// Whether `sig` is the signature of one of the keys over `message`.
[[nodiscard]] Result<> check_sas_signature(const SasCheck& check, std::string message);
/// The same of a digest that somebody computed; nothing: there is no key.
[[nodiscard]] Result<> check_sas_digest(const SasCheck& check, std::string message,
                                        const std::optional<Sha256Digest>& digest);

/// start <= now < expiry, and start < expiry; without a start it starts now.
[[nodiscard]] Result<> check_sas_time(std::optional<Instant> start, Instant expiry, Instant now);
/// The same at the account's time.
[[nodiscard]] Result<> check_sas_window(const SasCheck& check, std::optional<Instant> start, Instant expiry);
/// `sip`: empty, an IPv4 address, or an inclusive range `a-b`.
[[nodiscard]] Result<> check_sas_address(std::string_view sip, std::string_view remote_address);
/// `spr`: empty, `https`, or `https,http`.
[[nodiscard]] Result<> check_sas_protocol(std::string_view spr, bool secure);
/// What follows a good signature, in the service's order: time, the account's switch, address, protocol.
[[nodiscard]] Result<> check_sas_conditions(const SasCheck& check, std::optional<Instant> start, Instant expiry);

inline constexpr std::string_view kNotWellFormed = "Signature fields not well formed.";
[[nodiscard]] tl::unexpected<StorageError> sas_refused(std::string_view detail);
[[nodiscard]] tl::unexpected<StorageError> sas_field_missing(std::string_view name);
[[nodiscard]] std::optional<std::uint32_t> parse_ipv4(std::string_view text);

}  // namespace lazulite
