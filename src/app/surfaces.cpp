#include "app/surfaces.hpp"

#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "queue/operations.hpp"
#include "queue/rows/schema.hpp"
#include "table/operations.hpp"
#include "table/rows/schema.hpp"
#include "web/operations.hpp"

namespace lazulite {
namespace {

Scope at_service(Target& /*target*/, const Query& /*query*/) { return Scope::service; }

/// A surface whose operations are not offered yet: it listens, authorizes, and answers 501.
constexpr Service to_come(ServiceKind kind, std::string_view server_header, ErrorFormat errors) {
    return {.kind = kind, .server_header = server_header, .operations = {}, .scope = at_service, .store_kind = {},
            .errors = errors};
}

constexpr Service kDfs = to_come(ServiceKind::dfs, "Lazulite-Dfs", ErrorFormat::json);

}  // namespace

std::array<const Service*, std::size(kServiceKinds)> all_services() {
    return {&blob::service(), &queue::service(), &table::service(), &file::service(), &kDfs, &web::service()};
}

std::vector<const StoreKind*> all_store_kinds() { return {&blob::kBlobStore, &queue::kQueueStore, &table::kTableStore, &file::kFileStore}; }

}  // namespace lazulite
