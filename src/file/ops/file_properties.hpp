#pragma once

#include "base/hash.hpp"
#include "file/ops/common.hpp"
#include "file/ops/file_system_headers.hpp"
#include "service/shown_copy.hpp"
#include "service/shown_lease.hpp"

namespace lazulite::file {

/// The headers that Create File and Set File Properties store with a file.
template <class Codec>
void describe(Codec& c, FileHeaders& headers) {
    const auto text = [&c](std::string_view name, std::string& value) {
        std::optional<std::string> given;
        c.header(name, given);
        if (given) value = *std::move(given);
    };
    text("x-ms-content-type", headers.type);
    text("x-ms-content-encoding", headers.encoding);
    text("x-ms-content-language", headers.language);
    text("x-ms-cache-control", headers.cache_control);
    text("x-ms-content-disposition", headers.disposition);
    std::optional<Md5Digest> md5;
    c.header("x-ms-content-md5", md5);
    if (md5) headers.md5.assign(reinterpret_cast<const char*>(md5->data()), md5->size());
}

/// x-ms-content-length: 0 to 4 TiB, else out_of_range_input. A negative one is decoded as one that is far too large.
[[nodiscard]] Result<> check_file_size(std::uint64_t size);
template <class Codec>
void describe_size(Codec& c, std::uint64_t& size) {
    std::int64_t given = 0;
    c.header("x-ms-content-length", given);
    size = static_cast<std::uint64_t>(given);
}
template <class Codec>
void describe_size(Codec& c, std::optional<std::uint64_t>& size) {
    std::optional<std::int64_t> given;
    c.header("x-ms-content-length", given);
    if (given) size = static_cast<std::uint64_t>(*given);
}
/// Whether the share may hold a file of `after` bytes where it has one of `before`. Fails with share_size_limit_reached.
[[nodiscard]] Result<> check_growth(ReadTxn& tx, const Share& share, std::uint64_t before, std::uint64_t after);

/// A file as Get File and Get File Properties show it: not its Content-Length and Content-MD5, which depend on the range.
struct ShownFile {
    const Node& node;
    ServiceVersion version;
    Instant now;
    bool live;  ///< not in a share snapshot: there are no leases
};
template <class Codec>
void describe(Codec& c, const ShownFile& shown) {
    const Node& node = shown.node;
    const auto text = [&c](std::string_view header, const std::string& value) {
        if (!value.empty()) c.header(header, value);
    };
    c.header("Last-Modified", node.tick);
    c.header("ETag", Etag{node.tick, true});
    text("Content-Type", node.headers.type);
    text("Content-Encoding", node.headers.encoding);
    text("Content-Language", node.headers.language);
    text("Cache-Control", node.headers.cache_control);
    text("Content-Disposition", node.headers.disposition);
    c.header("x-ms-type", std::string_view("File"));
    if (shown.version >= kServerEncrypted) c.header("x-ms-server-encrypted", true);
    if (node.copy) c.include(ShownCopy{*node.copy});
    if (shown.version >= kFileLeases && shown.live) c.include(ShownLease{node.lease, true, shown.now});
}

}  // namespace lazulite::file
