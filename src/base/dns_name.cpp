#include "base/dns_name.hpp"

#include <algorithm>

namespace lazulite {

StorageError wrong_name_length() {
    return StorageError(ErrorCode::out_of_range_input)
        .saying("The specified resource name length is not within the permissible limits.");
}

Result<> check_dns_name(std::string_view name) {
    if (name.size() < 3 || name.size() > 63) return fail(wrong_name_length());
    const auto permitted = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (!std::all_of(name.begin(), name.end(), permitted)) return fail(ErrorCode::invalid_resource_name);
    if (name.front() == '-' || name.back() == '-' || name.find("--") != std::string_view::npos) {
        return fail(ErrorCode::invalid_resource_name);
    }
    return {};
}

}  // namespace lazulite
