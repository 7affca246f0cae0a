#pragma once

#include <map>
#include <string>
#include <string_view>

#include "http.hpp"

namespace wire_tests {

// Written from the reference and not with the server's code, so that the two check each other.

/// What Shared Key signs, and the ways in which clients differ.
struct SharedKey {
    std::string account;
    std::string key;  ///< base64
    std::string method;
    std::string path;   ///< as on the request line
    std::string query;  ///< without `?`
    const Headers& headers;
    std::string version;          ///< of the service; rules what an empty value means
    bool culture_order = false;   ///< header names as .NET sorts them, instead of by byte
    bool folded_blanks = false;   ///< runs of blanks inside values become one
};

/// The value of the Authorization header. Reference: "Authorize with Shared Key".
std::string shared_key(const SharedKey& request);

/// An account SAS: the query parameters with `sig`, percent-encoded. `fields` are taken as they are; empty ones are left
/// out. `sig` among them stands instead of the signature. Reference: "Create an account SAS".
std::string account_sas(const std::string& account, const std::string& key, std::map<std::string, std::string> fields);

}  // namespace wire_tests
