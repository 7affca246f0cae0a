#include "blob_account.hpp"

#include <stdexcept>

#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "service/service.hpp"

namespace lazulite::blob {

BlobAccount::BlobAccount() : BlobAccount(make_memory_file_system(1ULL << 30), Durability::process) {}

BlobAccount::BlobAccount(std::unique_ptr<FileSystem> files, Durability durability)
    : ServiceAccount(service(), kBlobStore, std::move(files), durability) {
    send_to_container("PUT", "restype=container");
}

std::string BlobAccount::url_of(std::string_view name, std::string_view query) {
    return "http://127.0.0.1/acct/con/" + std::string(name) + (query.empty() ? "" : "?" + std::string(query));
}

void BlobAccount::soft_delete(std::optional<int> days) {
    const std::string policy =
        days ? "<Enabled>true</Enabled><Days>" + std::to_string(*days) + "</Days><AllowPermanentDelete>true</AllowPermanentDelete>"
             : "<Enabled>false</Enabled>";
    const Answer set = send_to_service("PUT", "restype=service&comp=properties",
                                       "<StorageServiceProperties><DeleteRetentionPolicy>" + policy +
                                           "</DeleteRetentionPolicy></StorageServiceProperties>");
    if (set.status != 202) throw std::runtime_error("the policy was not set: " + set.code);
}

}  // namespace lazulite::blob
