#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/clock.hpp"
#include "identity/principal.hpp"

namespace lazulite {

/// Why a client was not believed, as Microsoft Entra ID says it.
struct AssertionRefused {
    std::string_view code;  ///< "AADSTS700027"
    std::string text;
};

/// Whether a client assertion proves that the caller is `principal`: a token that it signed itself with the key of a
/// certificate, or one of an issuer that a federated credential names.
/// Reference: "Microsoft identity platform application authentication certificate credentials", "Workload identity federation".
[[nodiscard]] tl::expected<void, AssertionRefused> check_client_assertion(const Principal& principal,
                                                                          std::string_view assertion,
                                                                          std::string_view tenant, Instant wall_now);

}  // namespace lazulite
