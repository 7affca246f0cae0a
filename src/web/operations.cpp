#include "web/operations.hpp"

#include "web/ops/operations.hpp"

namespace lazulite::web {
namespace {

// The name is that of Storage Analytics and of the metrics in Azure Monitor; the reference has no page of its own.
constexpr auto kOperations = std::to_array<Operation>({
    {"GetWebContent", "",
     Method::get, true, Scope::blob, {}, reads(ResourceType::object, "r"), get_web_content},
});
static_assert(unambiguous(kOperations), "two rows would answer the same request");

Scope scope_of(Target& /*target*/, const Query& /*query*/) { return Scope::blob; }

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Service& service() {
    static const Service kWebsite{.kind = ServiceKind::web,
                                  .server_header = "Lazulite-Web",
                                  .operations = kOperations,
                                  .scope = scope_of,
                                  .store_kind = "blob",
                                  .errors = ErrorFormat::html,
                                  .version_without_header = {2018, 3, 28},
                                  .anonymous = true};
    return kWebsite;
}

}  // namespace lazulite::web
