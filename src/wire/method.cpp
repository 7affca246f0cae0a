#include "wire/method.hpp"

#include <array>

namespace lazulite {
namespace {

constexpr auto kNames =
    std::to_array<std::string_view>({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "MERGE", "PATCH", "UNKNOWN"});
static_assert(kNames.size() == static_cast<std::size_t>(Method::unknown) + 1);

}  // namespace

std::string_view to_string(Method method) {
    return kNames[static_cast<std::size_t>(method)];
}

Method parse_method(std::string_view text) {
    std::size_t i = 0;
    while (i < static_cast<std::size_t>(Method::unknown) && kNames[i] != text) ++i;
    return static_cast<Method>(i);
}

}  // namespace lazulite
