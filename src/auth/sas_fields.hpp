#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "wire/uri.hpp"

namespace lazulite {

/// The checks that every kind of SAS shares. Failures as in `verify_account_sas`.

/// Whether `st`, `se`, `sip` and `spr` are of their forms; judged before the signature.
[[nodiscard]] Result<> check_sas_form(const Query& query);

/// `st` (may be empty) <= now < `se`. Texts that do not parse fail as not well formed.
[[nodiscard]] Result<> check_sas_time(std::string_view st, std::string_view se, Instant now);
/// `sip`: empty, an IPv4 address, or an inclusive range `a-b`.
[[nodiscard]] Result<> check_sas_address(std::string_view sip, std::string_view remote_address);
/// `spr`: empty, `https`, or `https,http`.
[[nodiscard]] Result<> check_sas_protocol(std::string_view spr, bool secure);

[[nodiscard]] tl::unexpected<StorageError> sas_refused(std::string_view detail);
[[nodiscard]] std::optional<std::uint32_t> parse_ipv4(std::string_view text);

}  // namespace lazulite
