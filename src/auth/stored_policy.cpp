#include "auth/stored_policy.hpp"

#include <algorithm>

#include "base/packed.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

// An id begins a policy; what follows belongs to it.
enum Tag : std::uint8_t { kId = 1, kStart = 2, kExpiry = 3, kPermission = 4 };

}  // namespace

const StoredPolicy* find_policy(const StoredPolicies& policies, std::string_view id) {
    const auto at = std::find_if(policies.begin(), policies.end(), [&](const auto& policy) { return policy.id == id; });
    return at == policies.end() ? nullptr : &*at;
}

std::string pack_policies(const StoredPolicies& policies) {
    PackedWriter packed;
    for (const StoredPolicy& policy : policies) {
        packed.put(kId, policy.id);
        if (policy.start) packed.put(kStart, format_iso8601(*policy.start));
        if (policy.expiry) packed.put(kExpiry, format_iso8601(*policy.expiry));
        packed.put(kPermission, policy.permission);
    }
    return packed.take();
}

StoredPolicies unpack_policies(std::string_view packed) {
    StoredPolicies policies;
    PackedReader reader(packed);
    while (const auto entry = reader.next()) {
        if (entry->tag == kId) policies.emplace_back().id = entry->value;
        if (policies.empty()) continue;
        switch (entry->tag) {
            case kStart: policies.back().start = parse_iso8601(entry->value); break;
            case kExpiry: policies.back().expiry = parse_iso8601(entry->value); break;
            case kPermission: policies.back().permission = entry->value; break;
            default: break;
        }
    }
    return policies;
}

}  // namespace lazulite
