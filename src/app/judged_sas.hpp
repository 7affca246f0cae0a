#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/identity.hpp"
#include "auth/sas_fields.hpp"

namespace lazulite {

/// One rule that refuses, as the server would say it.
struct SasRefusal {
    StorageError error;
    Rule rule;
};

/// What the server's own checks say of a SAS.
struct JudgedSas {
    std::vector<SasRefusal> refusals;  ///< the first is the server's answer; the others would follow it
    std::optional<Identity> identity;  ///< what it grants, were nothing refused; nothing where it cannot be read
    std::string string_to_sign;        ///< empty where it cannot be built
    bool signature_judged = true;      ///< false: the key is not known here
};

/// Whenever a rule refuses, what it refused is put right (signed anew, moved into its time) and judged again. Stored
/// policies, and whoever had a user delegation key, are taken to allow everything. `keys_known`: false where the keys
/// of `check` are not the account's.
[[nodiscard]] JudgedSas judge_sas(SasCheck check, bool keys_known);

/// "Signature did not match.": what the server would tell, without the string-to-sign.
[[nodiscard]] std::string told(const SasRefusal& refusal);

}  // namespace lazulite
