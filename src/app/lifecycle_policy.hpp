#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>

#include "blob/domain/lifecycle.hpp"

namespace lazulite {

/// A lifecycle policy as the management plane spells it, `{"rules": [...]}`, also within `{"policy": ...}`. The error is a
/// text that names what is wrong. Reference: "Storage Accounts, Management Policies"; "Configure a lifecycle management
/// policy".
[[nodiscard]] tl::expected<blob::LifecyclePolicy, std::string> read_lifecycle_policy(const nlohmann::json& policy);

}  // namespace lazulite
