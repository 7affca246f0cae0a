#include "app/identity.hpp"

#include <stdexcept>

#include "app/private_files.hpp"
#include "store/formats.hpp"

namespace lazulite {
namespace {

namespace fs = std::filesystem;

fs::path secrets_file(const EmulatorOptions& options) { return options.location / "lazulite" / "identity.json"; }

IdentitySecrets load_secrets(const EmulatorOptions& options) {
    if (options.location.empty()) return IdentitySecrets::make();
    const fs::path file = secrets_file(options);
    refuse_link(file.parent_path());
    if (const std::string newer = newer_identity(options); !newer.empty()) throw std::runtime_error(newer);
    if (const auto text = read_whole(file)) {
        auto secrets = IdentitySecrets::parse(*text);
        if (!secrets) throw std::runtime_error(file.string() + " is not what lazulite wrote; without it new keys are made");
        return *std::move(secrets);
    }
    return IdentitySecrets::make();
}

}  // namespace

std::string newer_identity(const EmulatorOptions& options) {
    const auto text = read_whole(secrets_file(options));
    const std::uint64_t format = text ? IdentitySecrets::format_of(*text) : 0;
    if (format <= IdentitySecrets::kFormat) return {};
    return refuse_format("lazulite/identity.json", format, IdentitySecrets::kFormat);
}

std::unique_ptr<Authority> open_authority(const EmulatorOptions& options) {
    IdentitySettings settings = default_identity();
    if (!options.identity.empty()) {
        auto read = read_identity(options.identity);
        if (!read) throw std::runtime_error(read.error());
        settings = *std::move(read);
    }
    const auto save = [file = options.location.empty() ? fs::path() : secrets_file(options)](const IdentitySecrets& secrets) {
        if (file.empty()) return;
        refuse_link(file.parent_path());
        make_folder(file.parent_path());
        write_whole(file, secrets.text(), Readers::owner);
    };
    return std::make_unique<Authority>(std::move(settings), load_secrets(options), options.oauth, save);
}

}  // namespace lazulite
