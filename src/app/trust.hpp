#pragma once

#include <string>
#include <tl/expected.hpp>

#include "lazulite/emulator.hpp"

namespace lazulite {

/// What `lazulite trust` shall do beyond showing the authority.
struct TrustOptions {
    bool system = false;  ///< into this machine's store, as Debian keeps it
    std::string nss;      ///< into the NSS database of that folder, which Chromium and Firefox read; empty: no
    bool remove = false;  ///< out of these
};

/// The authority of the data folder in `options`, which is made if there is none: shows it and how clients come to
/// trust it, or brings it into the stores that are named. Text for stdout; the error is one clear line.
[[nodiscard]] tl::expected<std::string, std::string> trust(const EmulatorOptions& options, const TrustOptions& wanted);

}  // namespace lazulite
