#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "one_server.hpp"

namespace lazulite {

/// One request of the script. `{name}` in target, headers and body is what an earlier answer showed.
struct Step {
    ServiceKind surface;
    std::string method;
    std::string target;
    OneServer::Headers headers = {};
    std::string body = {};
    std::vector<std::string> shows = {};  ///< names of headers, or of elements of the body: "<MessageId>"
};

/// Each service and each kind of write, some reads among them. None fails, and each changes what `state_of` sees, or only reads.
[[nodiscard]] std::span<const Step> script();

/// What answers showed so far.
using Shown = std::map<std::string, std::string>;

OneServer::Answer ask(OneServer& server, const Step& step, Shown& shown);

/// An answer without what is another at every run: ETags, ids and times.
[[nodiscard]] std::string lasting(const OneServer::Answer& answer);

/// All that clients can see.
[[nodiscard]] std::string state_of(OneServer& server);

}  // namespace lazulite
