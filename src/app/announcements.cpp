#include "app/announcements.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace lazulite {
namespace {

/// The services that Azurite has.
constexpr std::array kContract = {ServiceKind::blob, ServiceKind::queue, ServiceKind::table};

std::string service_of(ServiceKind kind) { return "Azurite " + std::string(title(kind)) + " service "; }

std::string with_port(const Listen& listen) {
    const bool v6 = listen.host.find(':') != std::string::npos;
    return (v6 ? "[" + listen.host + "]" : listen.host) + ":" + std::to_string(listen.port);
}

void add_contract_lines(std::vector<std::string>& lines, const Program& program, ServiceKind kind, const Listen& wanted,
                        const std::string& url) {
    const std::string service = service_of(kind);
    const std::size_t scheme = url.find("://") + 3;
    if (program.single) {
        lines.push_back(service + "is starting on " + with_port(wanted));
        if (kind == ServiceKind::table) lines.push_back(service + "successfully started on " + url.substr(scheme));
        lines.push_back(service + "successfully listens on " + url);
    } else {
        lines.push_back(service + "is starting at " + url.substr(0, scheme) + with_port(wanted));
    }
    lines.push_back(service + "is successfully listening at " + url);
}

std::vector<std::string> lines_for_each(const Program& program, std::string_view end) {
    std::vector<std::string> lines;
    for (const ServiceKind kind : kContract) {
        if (program.has(kind)) lines.push_back(service_of(kind) + std::string(end));
    }
    return lines;
}

std::string both_line(const Emulator& emulator) {
    if (emulator.certificate_authority().empty()) return "HTTP and HTTPS answer on the same ports";
    return "HTTPS answers on the same ports: its certificate authority is at /_lazulite/ca.pem, and `lazulite trust` says more";
}

}  // namespace

std::string memory_line(std::uint64_t limit_bytes, std::uint64_t total_bytes) {
    const auto bytes = static_cast<double>(limit_bytes);
    char line[160];
    std::snprintf(line, sizeof line,
                  "In-memory extent storage is enabled with a limit of %.2f MB (%llu bytes, %.0f%% of total memory).",
                  bytes / (1024 * 1024), static_cast<unsigned long long>(limit_bytes),
                  std::round(100 * bytes / static_cast<double>(total_bytes)));
    return line;
}

std::vector<std::string> start_lines(const Configuration& configuration, const Emulator& emulator) {
    const Program& program = *configuration.program;
    std::vector<std::string> lines;
    for (const ServiceKind kind : kContract) {
        if (!program.has(kind)) continue;
        add_contract_lines(lines, program, kind, configuration.emulator.listen[static_cast<std::size_t>(kind)],
                           emulator.endpoint(static_cast<Surface>(kind)));
    }
    if (!program.lazulite) return lines;
    for (const ServiceKind kind : kServiceKinds) {
        lines.push_back(std::string(title(kind)) + " service is listening at " +
                        emulator.endpoint(static_cast<Surface>(kind)));
    }
    if (configuration.emulator.tls.with_http) lines.push_back(both_line(emulator));
    lines.push_back("Connection string: " + emulator.connection_string());
    return lines;
}

std::vector<std::string> closing_lines(const Program& program) { return lines_for_each(program, "is closing..."); }
std::vector<std::string> closed_lines(const Program& program) { return lines_for_each(program, "successfully closed"); }

}  // namespace lazulite
