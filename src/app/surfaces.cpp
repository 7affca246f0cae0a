#include "app/surfaces.hpp"

#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "datalake/operations.hpp"
#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "queue/operations.hpp"
#include "queue/rows/schema.hpp"
#include "table/operations.hpp"
#include "table/rows/schema.hpp"
#include "web/operations.hpp"

namespace lazulite {
std::array<const Service*, std::size(kServiceKinds)> all_services() {
    return {&blob::service(), &queue::service(), &table::service(), &file::service(), &datalake::service(), &web::service()};
}

std::vector<const StoreKind*> all_store_kinds() { return {&blob::kBlobStore, &queue::kQueueStore, &table::kTableStore, &file::kFileStore}; }

}  // namespace lazulite
