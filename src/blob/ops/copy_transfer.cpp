#include "blob/ops/copy_transfer.hpp"

#include <vector>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/events.hpp"
#include "blob/rows/copies.hpp"
#include "service/copy_transfer.hpp"
#include "wire/date.hpp"
#include "wire/uri.hpp"
#include "wire/xml_reader.hpp"

namespace lazulite::blob {
namespace {

constexpr std::size_t kMostBlockListBytes = 16 << 20;

/// The blob while that copy onto it is pending.
std::optional<Blob> find_pending(ReadTxn& tx, const CopyTransfer& transfer) {
    const auto container = find_container(tx, transfer.container);
    if (!container || !stands_in(tx, *container, transfer.key)) return std::nullopt;
    auto blob = find_current(tx, transfer.key);
    if (!blob || !blob->copy || !blob->copy->pending() || blob->copy->id != transfer.copy.id) return std::nullopt;
    return blob;
}

/// Lets `change(Copy&)` have the copy, which stays pending. Fails with no_pending_copy_operation where it is over.
template <class Change>
Task<Result<>> change_pending(const CopyTransfer& transfer, Change change) {
    Result<> changed = co_await transfer.store->write([&](WriteTxn& tx) -> Result<> {
        const auto blob = find_pending(tx, transfer);
        if (!blob) return fail(ErrorCode::no_pending_copy_operation);
        Blob after = *blob;
        change(*after.copy);
        replace(tx, transfer.key, blob, after);
        return {};
    });
    co_return changed;
}

class BlobMover final : public Mover {
  public:
    explicit BlobMover(const CopyTransfer& transfer)
        : Mover(*transfer.store, *transfer.source, transfer.copy.transfer->etag, transfer.background), transfer_(transfer) {}

  protected:
    Task<Result<>> tell(std::uint64_t done) override {
        return change_pending(transfer_, [done](Copy& copy) { copy.done = done; });
    }

  private:
    const CopyTransfer& transfer_;
};

/// What a list of blocks says, which together are `size` bytes; nothing where it is none.
std::vector<SourcePart> committed_blocks(const XmlNode& list, std::uint64_t size) {
    std::vector<SourcePart> parts;
    std::uint64_t end = 0;
    const XmlNode* const committed = list.child("CommittedBlocks");
    if (committed == nullptr) return {};
    for (const XmlNode& node : committed->children) {
        const XmlNode* const name = node.child("Name");
        const XmlNode* const length = node.child("Size");
        if (name == nullptr || length == nullptr) return {};
        const auto id = base64_decode(name->text);
        const auto bytes = parse_number<std::uint64_t>(length->text);
        if (!id || id->empty() || !bytes || *bytes == 0 || *bytes > size - end) return {};
        parts.push_back({*id, end, *bytes});
        end += *bytes;
    }
    return end == size ? parts : std::vector<SourcePart>();
}

/// The blocks of the source, where it tells them; else all of it.
Task<std::vector<SourcePart>> blocks_of(const CopyTransfer& transfer) {
    const std::vector<SourcePart> whole{{{}, 0, transfer.size()}};
    const auto answer = co_await transfer.source->ask(Method::get, "comp=blocklist&blocklisttype=committed", Fields());
    // A server that knows nothing of blocks answers with whatever stands at that URL.
    if (!answer || answer->status != 200 || !answer->fields.find("x-ms-blob-content-length")) co_return whole;
    const auto body = co_await read_text(*answer->body, kMostBlockListBytes);
    if (!body) co_return whole;
    const auto list = parse_xml(*body);
    if (!list) co_return whole;
    std::vector<SourcePart> parts = committed_blocks(*list, transfer.size());
    co_return parts.empty() ? whole : parts;
}

/// The pages that were written; all of it where the source cannot tell. Of an incremental copy those that changed since the
/// snapshot before, which the source has to tell.
Task<Result<PartList>> pages_of(const CopyTransfer& transfer) {
    const auto& since = transfer.copy.copied;
    std::string query = "comp=pagelist";
    if (since) query += "&prevsnapshot=" + percent_encode(format_iso8601(*since));
    Result<PartList> pages = co_await ask_parts(*transfer.source, std::move(query), transfer.size());
    if (pages || since) co_return pages;
    PartList whole;
    whole.written.push_back({{}, 0, transfer.size()});
    co_return whole;
}

Task<Result<Brought>> receive_all(const CopyTransfer& transfer) {
    Brought all;
    if (transfer.size() == 0) co_return all;
    BlobMover mover(transfer);
    if (transfer.type != BlobType::page) {
        std::vector<SourcePart> parts{{{}, 0, transfer.size()}};
        if (transfer.type == BlobType::block) parts = co_await blocks_of(transfer);
        LAZ_CO_CHECK(co_await mover.receive(Fields(), parts, all.moved));
        co_return all;
    }
    LAZ_CO_TRY(PartList pages, co_await pages_of(transfer));
    all.cleared = std::move(pages.cleared);
    LAZ_CO_CHECK(co_await mover.receive_ranges(pages.written, all.moved));
    co_return all;
}

ContentRef blocks_content(WriteTxn& tx, const std::vector<MovedPart>& moved) {
    if (moved.empty()) return {};
    if (moved.front().part.id.empty()) return contents::create_embedded(tx, moved.front().range);
    std::vector<Block> blocks;
    blocks.reserve(moved.size());
    for (const MovedPart& each : moved) blocks.push_back({each.part.id, each.part.length, each.range, Naming::fresh});
    return contents::create_list(tx, blocks);
}

ContentRef content_of(WriteTxn& tx, const CopyTransfer& transfer, const Blob& before, const Brought& brought) {
    const std::vector<MovedPart>& moved = brought.moved;
    switch (transfer.type) {
        case BlobType::block: return blocks_content(tx, moved);
        case BlobType::page: return brought_map(tx, before.content, before.size, transfer.size(), brought);
        case BlobType::append: break;
    }
    if (moved.empty()) return {};
    const Range& range = moved.front().range;
    return contents::append(tx, {}, 0, {{}, range.length, range, Naming::fresh});
}

Result<bool> complete(WriteTxn& tx, const CopyTransfer& transfer, const Brought& brought) {
    const auto blob = find_pending(tx, transfer);
    if (!blob) return false;
    Blob after = *blob;
    after.content = content_of(tx, transfer, *blob, brought);
    after.size = transfer.size();
    if (transfer.source_snapshot) {
        forget_copy(tx, *blob->copy);
        add_copied_snapshot(tx, transfer.key, blob, std::move(after), *transfer.source_snapshot);
        return true;
    }
    after.tick = tx.next_tick();
    after.copy->succeed(after.tick);
    forget_copy(tx, *blob->copy);
    replace(tx, transfer.key, blob, after);
    LAZ_TRY(const Container container, require_container(tx, transfer.container));
    const Cause cause{transfer.account, "CopyBlob", transfer.request_id, transfer.client_request_id,
                      blob->copy->transfer->endpoint};
    note(tx, cause, container, transfer.key.name, {EventType::created, blob, after, {}, {}, true});
    return true;
}

/// The copy says what it met.
Task<Result<>> tell_failure(const CopyTransfer& transfer, const StorageError& error) {
    return change_pending(transfer, [met = failure_of(error)](Copy& copy) { copy.meet_at_source(met.status, met.code); });
}

Result<> give_up(WriteTxn& tx, const CopyTransfer& transfer, const StorageError& error) {
    const auto blob = find_pending(tx, transfer);
    if (!blob) return {};
    const auto [status, code] = failure_of(error);
    Blob after = *blob;
    after.tick = tx.next_tick();
    set_ended(after, failed(*blob->copy, status, code, tx.now()));
    forget_copy(tx, *blob->copy);
    replace(tx, transfer.key, blob, after);
    return {};
}

}  // namespace

Task<> move_bytes(CopyTransfer transfer) {
    co_await transfer_in_the_end(
        *transfer.store, transfer.background, [&] { return receive_all(transfer); },
        [&](const StorageError& error) { return tell_failure(transfer, error); },
        [&](WriteTxn& tx, const Brought& brought) { return complete(tx, transfer, brought); },
        [&](WriteTxn& tx, const StorageError& error) { return give_up(tx, transfer, error); });
}

Task<> resume_copies(std::shared_ptr<Store> store, Account account, Sources& sources, Background& background) {
    const Result<bool> any = store->read([](ReadTxn& tx) -> Result<bool> { return has_watched_copies(tx); });
    if (!any || !*any) co_return;
    const Result<std::vector<PendingCopy>> copies = co_await store->write(
        [](WriteTxn& tx) -> Result<std::vector<PendingCopy>> { return adopt_copies(tx, this_run()); });
    if (!copies) co_return;
    for (const PendingCopy& each : *copies) {
        const Copy& copy = *each.blob.copy;
        auto source = CopySource::restored(copy.transfer->origin, sources);
        if (!source) continue;
        const auto which = decode_which(source->query());
        const bool incremental = copy.incremental != Incremental::no && which && *which;
        CopyTransfer transfer{.store = store,
                              .container = each.container,
                              .key = each.key,
                              .copy = copy,
                              .type = each.blob.type,
                              .source_snapshot = incremental ? std::optional((*which)->id) : std::nullopt,
                              .source = std::move(source),
                              .background = background,
                              .account = account,
                              .request_id = Guid::random().text(),
                              .client_request_id = {}};
        background.run(move_bytes(std::move(transfer)));
    }
}

}  // namespace lazulite::blob
