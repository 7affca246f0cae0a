#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service_account.hpp"

namespace lazulite::blob {

/// The blobs of one account, which has a container `con`.
class BlobAccount : public ServiceAccount {
  public:
    BlobAccount();
    BlobAccount(std::unique_ptr<FileSystem> files, Durability durability);

    /// To the blob `name` in the container; to the container or the account where it says so.
    Answer send(std::string_view method, std::string_view name, std::string_view query, const Headers& headers = {},
                std::string_view body = {}) {
        return send_to("con", name, method, query, headers, body);
    }
    Answer send_to_container(std::string_view method, std::string_view query) { return send_to("con", "", method, query); }
    Answer send_to_service(std::string_view method, std::string_view query, std::string_view body = {}) {
        return send_to("", "", method, query, {}, body);
    }
    /// The URL of the blob `name`, as the source of a copy.
    static std::string url_of(std::string_view name, std::string_view query);
    /// The DeleteRetentionPolicy; permanent delete is allowed with it.
    void soft_delete(std::optional<int> days);
};

}  // namespace lazulite::blob
