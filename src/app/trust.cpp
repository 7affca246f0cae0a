#include "app/trust.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "app/local_tls.hpp"
#include "app/private_files.hpp"
#include "wire/date.hpp"

extern char** environ;

namespace lazulite {
namespace {

namespace fs = std::filesystem;

const fs::path kSystemFolder = "/usr/local/share/ca-certificates";

/// Runs a program to its end. Throws std::runtime_error with `absent` where there is no such program, else with the
/// last line that it said if it failed.
void run_program(std::vector<std::string> words, const std::string& absent) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int problem = ::posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    std::string said;
    char piece[4096];
    for (ssize_t read = 0; (read = ::read(pipe[0], piece, sizeof piece)) > 0 || (read < 0 && errno == EINTR);) {
        if (read > 0) said.append(piece, static_cast<std::size_t>(read));
    }
    ::close(pipe[0]);
    if (problem == ENOENT) throw std::runtime_error(absent);
    if (problem != 0) throw std::runtime_error(words.front() + ": " + std::strerror(problem));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    while (said.ends_with('\n')) said.pop_back();
    throw std::runtime_error(words.front() + " failed: " + said.substr(said.rfind('\n') + 1));
}

/// The authority as stores know it; several data folders may have theirs in one.
struct Trusted {
    fs::path file;
    CertificateFacts facts;
    std::string pem;
    [[nodiscard]] std::string name() const { return "lazulite-" + facts.fingerprint.substr(0, 8); }
};

/// Its key is not needed where it stands already, so it may be another user's.
Trusted find_authority(const fs::path& folder, const EmulatorOptions& options, bool make) {
    const fs::path file = folder / "ca.pem";
    std::optional<std::string> pem = read_whole(file);
    if (!pem && !make) throw std::runtime_error(file.string() + ": there is no certificate authority");
    if (!pem) {
        const SystemClock clock;
        const auto local = LocalTls::open(folder, options, clock);
        if (!local) throw std::runtime_error(local.error());
        pem = (*local)->authority();
    }
    const auto facts = read_certificate(*pem);
    if (!facts) throw std::runtime_error(file.string() + ": " + facts.error());
    return {file, *facts, *pem};
}

std::string by_system(const Trusted& authority, bool remove) {
    constexpr const char* kNoCommand =
        "trust --system needs update-ca-certificates, as Debian has it: install ca-certificates";
    if (::geteuid() != 0) {
        throw std::runtime_error("trust --system needs root: sudo lazulite trust --system --location " +
                                 authority.file.parent_path().parent_path().parent_path().string());
    }
    const fs::path entry = kSystemFolder / (authority.name() + ".crt");
    std::error_code problem;
    if (!fs::is_directory(kSystemFolder, problem)) throw std::runtime_error(kNoCommand);
    if (remove) {
        if (!fs::remove(entry, problem)) return entry.string() + " was not there\n";
    } else {
        write_whole(entry, authority.pem, Readers::everybody);
    }
    run_program({"update-ca-certificates"}, kNoCommand);
    return remove ? entry.string() + " is gone: this machine no longer trusts it\n"
                  : "this machine trusts " + entry.string() + "\n";
}

std::string by_nss(const Trusted& authority, const fs::path& folder, bool remove) {
    constexpr const char* kNoCommand = "trust --nss needs certutil: install libnss3-tools";
    const std::string database = "sql:" + folder.string();
    std::error_code problem;
    if (!fs::exists(folder / "cert9.db", problem)) {
        if (remove) return folder.string() + " holds no database\n";
        make_folder(folder);
        run_program({"certutil", "-N", "-d", database, "--empty-password"}, kNoCommand);
    }
    if (remove) {
        run_program({"certutil", "-D", "-d", database, "-n", authority.name()}, kNoCommand);
        return authority.name() + " is gone from " + folder.string() + "\n";
    }
    run_program({"certutil", "-A", "-d", database, "-n", authority.name(), "-t", "C,,", "-i", authority.file.string()},
                kNoCommand);
    return "browsers of " + folder.string() + " trust " + authority.name() + "\n";
}

std::string shown(const Trusted& authority) {
    const std::string file = authority.file.string();
    const std::string valid = format_iso8601(authority.facts.not_after).substr(0, sizeof "2026-12-31" - 1);
    return authority.pem + "\nThe local certificate authority of --https: " + file + "\nSHA-256 " +
           authority.facts.fingerprint + ", valid until " + valid +
           ".\nIt can sign for localhost and names below it, loopback addresses, and the hosts that listeners were "
           "given when it\n"
           "was made; for nothing else. Clients trust it by\n\n"
           "    export NODE_EXTRA_CA_CERTS=" +
           file +
           "        # Node.js\n"
           "    export REQUESTS_CA_BUNDLE=" +
           file +
           "         # Python: requests and the SDKs; in place of the authorities it has\n"
           "    export SSL_CERT_FILE=" +
           file +
           "              # OpenSSL, Go, Python's ssl and aio; in place of the system's\n"
           "    curl --cacert " +
           file +
           " https://localhost:10000/_lazulite/health\n"
           "    keytool -importcert -noprompt -cacerts -storepass changeit -alias " +
           authority.name() + " -file " + file +
           "   # Java\n"
           "    lazulite trust --system                # all of this machine, by Debian's store; as root\n"
           "    lazulite trust --nss ~/.pki/nssdb      # Chromium\n";
}

}  // namespace

tl::expected<std::string, std::string> trust(const EmulatorOptions& options, const TrustOptions& wanted) {
    const bool brings = wanted.system || !wanted.nss.empty();
    if (wanted.remove && !brings)
        return tl::unexpected<std::string>("trust --remove says from where: --system, or --nss DIR");
    try {
        const fs::path folder = fs::absolute(tls_folder(options.location)).lexically_normal();
        const Trusted authority = find_authority(folder, options, !wanted.remove);
        if (!brings) return shown(authority);
        std::string said;
        if (wanted.system) said += by_system(authority, wanted.remove);
        if (!wanted.nss.empty()) said += by_nss(authority, fs::absolute(wanted.nss), wanted.remove);
        return said;
    } catch (const std::runtime_error& trouble) {
        return tl::unexpected<std::string>(trouble.what());
    }
}

}  // namespace lazulite
