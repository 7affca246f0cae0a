#include "lake_account.hpp"

#include <stdexcept>

#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "datalake/operations.hpp"

namespace lazulite::datalake {

LakeAccount::LakeAccount(std::unique_ptr<FileSystem> files)
    : ServiceAccount(service(), blob::kBlobStore, std::move(files), Durability::process) {
    also(blob::service());
    settings().hierarchical_namespace = true;
    send_to("lake", "", "PUT", "resource=filesystem");
}

void LakeAccount::soft_delete(std::optional<int> days) {
    const std::string policy = days ? "<Enabled>true</Enabled><Days>" + std::to_string(*days) + "</Days>"
                                    : "<Enabled>false</Enabled>";
    const Answer set = send_to("", "", "PUT", "restype=service&comp=properties", {},
                               "<StorageServiceProperties><DeleteRetentionPolicy>" + policy +
                                   "</DeleteRetentionPolicy></StorageServiceProperties>");
    if (set.status != 202) throw std::runtime_error("the policy was not set: " + set.code);
}

}  // namespace lazulite::datalake
