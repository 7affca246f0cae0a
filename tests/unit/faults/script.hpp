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

/// What is done with one service, and the requests that see all of it.
struct Part {
    const char* name;
    std::vector<Step> steps;  ///< each kind of write; none fails, and each changes what `looks` see or only reads
    std::vector<Step> looks;
};

[[nodiscard]] std::span<const Part> script();

/// What answers showed so far.
using Shown = std::map<std::string, std::string>;

OneServer::Answer ask(OneServer& server, const Step& step, Shown& shown);

/// An answer without what is another at every run: ETags, ids and times.
[[nodiscard]] std::string lasting(const OneServer::Answer& answer);

/// All that clients can see of it.
[[nodiscard]] std::string state_of(OneServer& server, const Part& part);

}  // namespace lazulite
