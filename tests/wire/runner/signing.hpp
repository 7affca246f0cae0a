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
    bool lite = false;            ///< the scheme SharedKeyLite; before 2009-09-19 SharedKey signs the same string
    bool table = false;           ///< as the Table service signs: no headers of its own
};

/// The value of the Authorization header. Reference: "Authorize with Shared Key".
std::string shared_key(const SharedKey& request);

/// The fields of a SAS as they are signed, by name. `sig` among them stands instead of the signature.
using SasFields = std::map<std::string, std::string>;

/// Reference: "Create an account SAS".
std::string account_sas_signature(const std::string& account, const std::string& key, SasFields fields);
/// Of a blob, container or directory: `resource` is `container/blob` or `container`, `moment` the snapshot or version; of a
/// queue where the fields have no `sr`; of a share or file where that is `s` or `f`.
/// Reference: "Create a service SAS".
std::string service_sas_signature(const std::string& account, const std::string& key, const std::string& resource,
                                  const std::string& moment, SasFields fields);
/// Of a table, from version 2015-04-05 on. Reference: "Create a service SAS".
std::string table_sas_signature(const std::string& account, const std::string& key, SasFields fields);
/// As query parameters, percent-encoded; empty ones are left out.
std::string as_query(const SasFields& fields);

}  // namespace wire_tests
