#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service_account.hpp"

namespace lazulite::datalake {

/// A hierarchical account at its Data Lake listener, which has a filesystem `lake`; requests of the Blob service are answered,
/// too.
class LakeAccount : public ServiceAccount {
  public:
    explicit LakeAccount(std::unique_ptr<FileSystem> files = make_memory_file_system(1ULL << 30));

    /// To a path of the filesystem.
    Answer send(std::string_view method, std::string_view path, std::string_view query, const Headers& headers = {},
                std::string_view body = {}) {
        return send_to("lake", path, method, query, headers, body);
    }
    Answer list(std::string_view query) { return send_to("lake", "", "GET", query); }
    /// The DeleteRetentionPolicy.
    void soft_delete(std::optional<int> days);
};

}  // namespace lazulite::datalake
