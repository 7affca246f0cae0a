#include "app/access_log.hpp"

#include <ctime>

#include "base/log.hpp"
#include "wire/uri.hpp"

namespace lazulite {

void write_access_log(const AccessRecord& record) {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char when[32];
    std::strftime(when, sizeof when, "%d/%b/%Y:%H:%M:%S +0000", &utc);
    std::string line(record.remote_address);
    line.append(" - - [").append(when).append("] \"").append(record.method).append(" ").append(record.path);
    if (!record.query.empty()) line.append("?").append(without_signature(record.query));
    line.append(" HTTP/1.1\" ").append(std::to_string(record.status)).append(" ");
    line.append(record.body_bytes ? std::to_string(record.body_bytes) : "-");
    log::announce(line);
}

}  // namespace lazulite
