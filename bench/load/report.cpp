#include "report.hpp"

#include <algorithm>
#include <sstream>

namespace lazulite::bench {
namespace {

double seconds(auto duration) {
    return std::chrono::duration<double>(duration).count();
}

std::uint32_t percentile(const std::vector<std::uint32_t>& sorted, double share) {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        const bool printable = c >= ' ' && c <= '~';
        if (c == '"' || c == '\\') out += '\\';
        out += printable ? c : ' ';
    }
    return out + "\"";
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + quoted(text);
    return "[" + out + "]";
}

}  // namespace

std::string to_json(Tally tally, const CpuUse& cpu, std::uint64_t bytes_per_request) {
    std::sort(tally.latencies.begin(), tally.latencies.end());
    const auto requests = static_cast<double>(tally.latencies.size());
    const double elapsed = seconds(tally.elapsed);
    const double others = seconds(cpu.machine - cpu.server - cpu.client);
    const double rate = requests / elapsed;
    const double for_each = requests > 0 ? 1e6 / requests : 0;
    std::ostringstream out;
    const auto add = [&](const char* name, const auto& value) { out << ", \"" << name << "\": " << value; };
    out << "{\"requests\": " << tally.latencies.size();
    add("errors", tally.errors);
    add("complaints", joined(tally.complaints));
    add("seconds", elapsed);
    add("requests_per_second", rate);
    add("mib_per_second", rate * static_cast<double>(bytes_per_request) / (1 << 20));
    add("server_cpu_us", seconds(cpu.server) * for_each);
    add("client_cpu_us", seconds(cpu.client) * for_each);
    add("client_busy", seconds(cpu.client) / elapsed);
    add("others_busy", std::max(0.0, others) / elapsed);
    add("p50_us", percentile(tally.latencies, 0.50));
    add("p99_us", percentile(tally.latencies, 0.99));
    add("max_us", percentile(tally.latencies, 1));
    out << "}";
    return out.str();
}

}  // namespace lazulite::bench
