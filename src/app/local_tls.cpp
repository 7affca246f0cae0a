#include "app/local_tls.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "app/private_files.hpp"
#include "base/log.hpp"
#include "service/service_kind.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAuthorityFile = "ca.key";
constexpr const char* kPublicFile = "ca.pem";
constexpr const char* kServerFile = "server.pem";
/// After a renewal that failed, or could not help.
constexpr std::chrono::hours kPause{1};

/// What every server's certificate is for. A name of a test's account has the service as its second label, or, for a
/// website as Azure names it, a zone.
std::vector<std::string> hosts_of_every_server() {
    std::vector<std::string> hosts = {"localhost", "127.0.0.1", "::1"};
    for (const ServiceKind kind : kServiceKinds) hosts.push_back("*." + std::string(label(kind)) + ".localhost");
    hosts.emplace_back("*.z1.web.localhost");
    return hosts;
}

/// The hosts that listeners were given, where that says more: nobody asks for "every address" by that name.
std::vector<std::string> further_hosts(const EmulatorOptions& options) {
    const std::vector<std::string> known = hosts_of_every_server();
    std::vector<std::string> hosts;
    for (const Listen& listen : options.listen) {
        const std::string& host = listen.host;
        if (!listen.offered || host == "0.0.0.0" || host == "::") continue;
        const auto among = [&](const std::vector<std::string>& all) {
            return std::find(all.begin(), all.end(), host) != all.end();
        };
        if (!among(known) && !among(hosts)) hosts.push_back(host);
    }
    std::sort(hosts.begin(), hosts.end());
    return hosts;
}

std::string key_and_certificate(const CertifiedKey& pem) {
    return pem.key + pem.certificate;
}

/// The other way round. Both lie in one file, so that they are always of each other.
CertifiedKey split(const std::string& text) {
    const std::size_t at = std::min(text.find("-----BEGIN CERTIFICATE"), text.size());
    return {text.substr(at), text.substr(0, at)};
}

}  // namespace

fs::path tls_folder(const fs::path& location) {
    return location / "lazulite" / "tls";
}

tl::expected<std::unique_ptr<LocalTls>, std::string> LocalTls::open(fs::path folder, const EmulatorOptions& options,
                                                                    const Clock& wall) {
    std::unique_ptr<LocalTls> made(new LocalTls(std::move(folder), further_hosts(options), wall));
    try {
        made->bring_up_to_date(wall.now());
    } catch (const std::exception& problem) {
        return tl::unexpected<std::string>(problem.what());
    }
    return made;
}

std::shared_ptr<const TlsContext> LocalTls::current() {
    const std::lock_guard lock(mutex_);
    const Instant now = wall_.now();
    if (now < look_again_) return context_;
    look_again_ = now + kPause;
    try {
        const std::size_t told = warnings_.size();
        bring_up_to_date(now);
        for (std::size_t i = told; i < warnings_.size(); ++i) log::warning(warnings_[i]);
        log::info("the certificate for HTTPS was renewed: it is valid until " +
                  format_iso8601(read_certificate(server_.certificate)->not_after));
    } catch (const std::exception& problem) {
        log::warning("the certificate for HTTPS could not be renewed: " + std::string(problem.what()));
    }
    return context_;
}

std::string LocalTls::authority() const {
    const std::lock_guard lock(mutex_);
    return authority_->root();
}
CertificateFacts LocalTls::authority_facts() const {
    const std::lock_guard lock(mutex_);
    return authority_->facts();
}
CertificateFacts LocalTls::server_facts() const {
    const std::lock_guard lock(mutex_);
    return *read_certificate(server_.certificate);
}
std::vector<std::string> LocalTls::warnings() const {
    const std::lock_guard lock(mutex_);
    return warnings_;
}

void LocalTls::bring_up_to_date(Instant now) {
    std::optional<FolderHold> hold;
    if (!folder_.empty()) {
        refuse_link(folder_.parent_path());
        refuse_link(folder_);
        make_folder(folder_);
        hold.emplace(folder_);
    }
    find_authority(now);
    find_server(now);
    auto context = TlsContext::from_text(server_.certificate, server_.key, (folder_ / kServerFile).string());
    if (!context) throw std::runtime_error(context.error());
    context_ = *std::move(context);
    look_again_ = std::max(now + kPause, read_certificate(server_.certificate)->not_after - kRenewBefore);
}

void LocalTls::find_authority(Instant now) {
    const fs::path file = folder_ / kAuthorityFile;
    if (!folder_.empty()) {
        if (const auto text = read_whole(file)) {
            auto read = LocalAuthority::read(*text);
            if (!read) {
                throw std::runtime_error(file.string() + ": " + read.error() +
                                         "; without this file a new authority is made, to be trusted anew");
            }
            authority_.emplace(*std::move(read));
        }
    }
    const bool due = authority_ && authority_->facts().not_after - kRenewBefore <= now;
    if (due)
        warnings_.emplace_back(
            "the local certificate authority has come to its end: a new one was made, to be trusted anew");
    if (!authority_ || due) {
        std::vector<std::string> hosts = hosts_;
        std::erase_if(hosts, [](const std::string& host) { return !can_be_certified(host); });
        authority_.emplace(LocalAuthority::make(hosts, now));
        if (!folder_.empty()) write_whole(file, key_and_certificate(authority_->pem()), Readers::owner);
    }
    if (folder_.empty()) return;
    const std::string& certificate = authority_->root();
    const fs::path shown = folder_ / kPublicFile;
    if (read_whole(shown) != certificate) write_whole(shown, certificate, Readers::everybody);
}

std::vector<std::string> LocalTls::certified_hosts() {
    std::vector<std::string> hosts = hosts_of_every_server();
    for (const std::string& host : hosts_) {
        if (authority_->may_sign(host)) {
            hosts.push_back(host);
        } else {
            const std::string warning =
                "the local certificate authority was not made for " + host +
                ", so clients that ask for it by HTTPS refuse the certificate: see docs/https.md";
            if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end()) warnings_.push_back(warning);
        }
    }
    return hosts;
}

bool LocalTls::is_good(const std::string& server, const std::vector<std::string>& hosts, Instant now) const {
    const CertifiedKey pem = split(server);
    const auto facts = read_certificate(pem.certificate);
    return facts && facts->hosts == hosts && facts->not_before <= now && facts->not_after - kRenewBefore > now &&
           authority_->signed_by_it(pem.certificate) && TlsContext::from_text(pem.certificate, pem.key, {});
}

void LocalTls::find_server(Instant now) {
    const std::vector<std::string> hosts = certified_hosts();
    const fs::path file = folder_ / kServerFile;
    if (!folder_.empty()) {
        const auto text = read_whole(file);
        if (text && is_good(*text, hosts, now)) {
            server_ = split(*text);
            return;
        }
    }
    server_ = authority_->issue(hosts, now);
    if (folder_.empty()) return;
    try {
        write_whole(file, key_and_certificate(server_), Readers::owner);
    } catch (const std::runtime_error& problem) {
        warnings_.push_back(std::string(problem.what()) + ": the certificate for HTTPS lasts until the stop");
    }
}

}  // namespace lazulite
