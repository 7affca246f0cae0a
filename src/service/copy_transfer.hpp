#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/text.hpp"
#include "copy/last_copy.hpp"
#include "service/background.hpp"
#include "service/copy_source.hpp"
#include "store/contents.hpp"
#include "store/store.hpp"

// How the bytes of a pending copy get from its source into a store, whatever they become there: first bytes, then, in one
// transaction, the rows that name them. A service says what a copy is of (`blob/ops/copy_transfer`, `file/ops/copy_transfer`).

namespace lazulite {

/// This run of the server, by a name that no other run has.
[[nodiscard]] const std::string& this_run();

/// A copy that has just begun, of `total` bytes of that source.
void start_copy(LastCopy& copy, const CopySource& source, std::uint64_t total);
/// The same, whose bytes are to come; `etag` is the source's, `endpoint` the destination's.
void start_pending_copy(LastCopy& copy, const CopySource& source, std::uint64_t total, std::string etag, std::string endpoint);

/// Where bytes of the source stand: a block with its id, or a part that has none.
struct SourcePart {
    std::string id;
    std::uint64_t start = 0;
    std::uint64_t length = 0;
};

/// Such bytes, received; given back unless they are kept.
struct MovedPart {
    SourcePart part;
    Range range;
    std::unique_ptr<PendingBytes> pending;
};

/// What a transfer has brought.
struct Brought {
    std::vector<MovedPart> moved;
    std::vector<SourcePart> cleared;  ///< what is to read as zeros
    void keep();
};

/// A transfer on its way.
class Mover {
  public:
    Mover(Store& store, const CopySource& source, const std::string& etag, const Background& background)
        : store_(store), source_(source), etag_(etag), background_(background) {}
    virtual ~Mover() = default;
    Mover(const Mover&) = delete;
    Mover& operator=(const Mover&) = delete;

    /// Asks for `fields` and receives what comes: `parts`, one after the other, and nothing more. Fails with
    /// cannot_verify_copy_source, as `tell` fails, or with internal_error where the server stops.
    Task<Result<>> receive(Fields fields, const std::vector<SourcePart>& parts, std::vector<MovedPart>& to);
    /// The same, each part asked for as a range.
    Task<Result<>> receive_ranges(const std::vector<SourcePart>& parts, std::vector<MovedPart>& to);

  protected:
    /// So many bytes are there, told every now and then; fails where the copy is over.
    virtual Task<Result<>> tell(std::uint64_t done) = 0;

  private:
    Store& store_;
    const CopySource& source_;
    const std::string& etag_;
    const Background& background_;
};

/// Parts of a source of `size` bytes, in pieces of 4 MiB at most.
struct PartList {
    std::vector<SourcePart> written;
    std::vector<SourcePart> cleared;
};
/// `copyid`, of an abort. Fails with invalid_query_parameter_value for what is no GUID.
[[nodiscard]] Result<std::string> decode_copy_id(const Query& query);

/// Asks which parts of a page blob or file were written, or changed: `query` is that of Get Page Ranges or List Ranges. Fails
/// as the source refuses, or with cannot_verify_copy_source where it answers something else.
[[nodiscard]] Task<Result<PartList>> ask_parts(const CopySource& source, std::string query, std::uint64_t size);

/// A map of `size` bytes with what was brought, on that of `before`, which stays its own.
[[nodiscard]] ContentRef brought_map(WriteTxn& tx, const ContentRef& before, std::uint64_t before_size, std::uint64_t size,
                                     const Brought& brought);

/// Why reading a source failed, as a failed copy tells it.
struct SourceFailure {
    int status = 0;
    std::string code;
};
[[nodiscard]] SourceFailure failure_of(const StorageError& error);

/// Whether the source may do better when it is asked again: it did not answer, broke off or is busy.
[[nodiscard]] bool may_pass(const StorageError& error);
/// How long a transfer waits before it tries again what failed; after the last it gives up.
inline constexpr auto kCopyPauses = std::to_array<std::chrono::milliseconds>(
    {std::chrono::milliseconds(100), std::chrono::milliseconds(400), std::chrono::milliseconds(1600)});

/// Runs `receive() -> Task<Result<Brought>>`, and again what may pass, after `tell(error) -> Task<Result<>>`, which fails where
/// the copy is over.
template <class Receive, class Tell>
Task<Result<Brought>> receive_in_the_end(const Background& background, Receive receive, Tell tell) {
    Result<Brought> brought = co_await receive();
    for (const auto pause : kCopyPauses) {
        if (brought || !may_pass(brought.error())) break;
        const Result<> told = co_await tell(brought.error());
        if (!told || !background.pause(pause)) break;
        brought = co_await receive();
    }
    co_return brought;
}

/// Brings the bytes of a pending copy, as above, and completes it in one transaction: `complete(WriteTxn&, const Brought&) ->
/// Result<bool>` says whether it was pending still. What does not pass ends it: `give_up(WriteTxn&, const StorageError&) ->
/// Result<>`. Where the server stops first it stays pending, and the next run goes on.
template <class Receive, class Tell, class Complete, class GiveUp>
Task<> transfer_in_the_end(Store& store, const Background& background, Receive receive, Tell tell, Complete complete,
                           GiveUp give_up) {
    Result<Brought> brought = co_await receive_in_the_end(background, std::move(receive), std::move(tell));
    if (!brought && background.stopping()) co_return;
    if (!brought) {
        static_cast<void>(co_await store.write([&](WriteTxn& tx) { return give_up(tx, brought.error()); }));
        co_return;
    }
    const Result<bool> completed = co_await store.write_large([&](WriteTxn& tx) { return complete(tx, *brought); });
    if (!completed || !*completed) co_return;
    brought->keep();
}

/// The headers that are stored with a blob or file, as the head of its answer says them.
template <class Headers>
[[nodiscard]] Headers source_headers(const Fields& fields, std::string_view default_type) {
    const auto text = [&fields](std::string_view name) { return std::string(fields.find(name).value_or("")); };
    Headers headers;
    headers.type = text("Content-Type");
    headers.encoding = text("Content-Encoding");
    headers.language = text("Content-Language");
    headers.cache_control = text("Cache-Control");
    headers.disposition = text("Content-Disposition");
    if (headers.type.empty()) headers.type = default_type;
    constexpr std::size_t kMd5Bytes = 16;
    const auto md5 = base64_decode(text("Content-MD5"));
    if (md5 && md5->size() == kMd5Bytes) headers.md5 = *md5;
    return headers;
}

/// A body that is short, whole. Fails with cannot_verify_copy_source where it is longer.
[[nodiscard]] Task<Result<std::string>> read_text(BodyReader& body, std::size_t most_bytes);

}  // namespace lazulite
