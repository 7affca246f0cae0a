#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.hpp"
#include "http/local_authority.hpp"
#include "http/tls.hpp"
#include "lazulite/emulator.hpp"

namespace lazulite {

/// A certificate authority of this data folder's own, and the server's certificate by it: `--https`. The files, below
/// `lazulite/tls/`:
///
///     ca.key       the authority: its key and certificates; nobody else may read it
///     ca.pem       its root once more, for those who shall trust it
///     server.pem   the server's key and certificate, with the issuer's; nobody else may read it
///
/// Each is replaced by rename. Whoever finds no authority makes one; a server's certificate is made anew where it is
/// missing, is for other hosts, or ends within a month, also while the server runs. Any thread.
class LocalTls {
  public:
    /// When what is left of a certificate's time makes it due.
    static constexpr std::chrono::days kRenewBefore{30};

    /// `folder` empty: in memory. The error is one clear line.
    static tl::expected<std::unique_ptr<LocalTls>, std::string> open(std::filesystem::path folder,
                                                                     const EmulatorOptions& options, const Clock& wall);

    /// What to show to whoever connects now; never null.
    [[nodiscard]] std::shared_ptr<const TlsContext> current();
    /// The authority's root, as PEM.
    [[nodiscard]] std::string authority() const;
    [[nodiscard]] CertificateFacts authority_facts() const;
    [[nodiscard]] CertificateFacts server_facts() const;
    /// What a person should know.
    [[nodiscard]] std::vector<std::string> warnings() const;

  private:
    LocalTls(std::filesystem::path folder, std::vector<std::string> hosts, const Clock& wall)
        : folder_(std::move(folder)), hosts_(std::move(hosts)), wall_(wall) {}
    void bring_up_to_date(Instant now);
    void find_authority(Instant now);
    void find_server(Instant now);
    [[nodiscard]] std::vector<std::string> certified_hosts();
    [[nodiscard]] bool is_good(const std::string& server, const std::vector<std::string>& hosts, Instant now) const;

    const std::filesystem::path folder_;
    const std::vector<std::string> hosts_;  // beyond those that every server has
    const Clock& wall_;
    mutable std::mutex mutex_;
    std::optional<LocalAuthority> authority_;
    CertifiedKey server_;
    std::shared_ptr<const TlsContext> context_;
    Instant look_again_{};
    std::vector<std::string> warnings_;
};

/// Where the authority of a data folder stands.
[[nodiscard]] std::filesystem::path tls_folder(const std::filesystem::path& location);

}  // namespace lazulite
