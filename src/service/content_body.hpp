#pragma once

#include <cstdint>
#include <memory>

#include "store/store.hpp"
#include "wire/message.hpp"

namespace lazulite {

/// Makes [first, first + length) of a content the body of `response`. Called inside `Store::read`: up to 64 KiB are
/// copied out now; longer bodies pin the content and are streamed window by window, so memory does not grow with them.
[[nodiscard]] Result<> set_content_body(Response& response, std::shared_ptr<Store> store, ReadTxn& tx,
                                        const ContentRef& content, std::uint64_t first, std::uint64_t length);

/// The bytes themselves, for hashes over short ranges (at most 4 MiB).
[[nodiscard]] Result<std::string> read_content(Store& store, ReadTxn& tx, const ContentRef& content,
                                               std::uint64_t first, std::uint64_t length);

}  // namespace lazulite
