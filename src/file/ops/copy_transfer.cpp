#include "file/ops/copy_transfer.hpp"

#include <utility>
#include <vector>

#include "file/rows/copies.hpp"
#include "service/copy_transfer.hpp"

namespace lazulite::file {
namespace {

/// The file while that copy onto it is pending, in its share.
struct PendingFile {
    Share share;
    Node node;
};
std::optional<PendingFile> find_pending(ReadTxn& tx, const FileTransfer& transfer) {
    auto share = find_share(tx, transfer.share);
    if (!share || share->id != transfer.share_id) return std::nullopt;
    auto node = find_node(tx, transfer.node_id);
    if (node) bring_up_to(tx.now(), *node);
    if (!node || !node->copy || !node->copy->pending() || node->copy->id != transfer.copy.id) return std::nullopt;
    return PendingFile{*std::move(share), *std::move(node)};
}

/// Lets `change(LastCopy&)` have the copy, which stays pending. Fails with no_pending_copy_operation where it is over.
template <class Change>
Task<Result<>> change_pending(const FileTransfer& transfer, Change change) {
    Result<> changed = co_await transfer.store->write([&](WriteTxn& tx) -> Result<> {
        auto file = find_pending(tx, transfer);
        if (!file) return fail(ErrorCode::no_pending_copy_operation);
        change(*file->node.copy);
        save_copy(tx, file->share.id, file->node);
        return {};
    });
    co_return changed;
}

class FileMover final : public Mover {
  public:
    explicit FileMover(const FileTransfer& transfer)
        : Mover(*transfer.store, *transfer.source, transfer.copy.transfer->etag, transfer.background), transfer_(transfer) {}

  protected:
    Task<Result<>> tell(std::uint64_t done) override {
        return change_pending(transfer_, [done](LastCopy& copy) { copy.done = done; });
    }

  private:
    const FileTransfer& transfer_;
};

/// The query that asks the source what of it was written; empty: it does not know.
Task<Result<std::string>> written_query(const FileTransfer& transfer) {
    LAZ_CO_TRY(const OutgoingAnswer head, co_await transfer.source->fetch(Method::head, {}, Fields()));
    const std::string& etag = transfer.copy.transfer->etag;
    if (!etag.empty() && head.fields.find("ETag").value_or("") != etag) co_return fail(ErrorCode::source_condition_not_met);
    if (head.fields.find("x-ms-type") == "File") co_return std::string("comp=rangelist");
    if (head.fields.find("x-ms-blob-type") == "PageBlob") co_return std::string("comp=pagelist");
    co_return std::string();
}

Task<Result<Brought>> receive_bytes(const FileTransfer& transfer) {
    Brought all;
    if (transfer.copy.total == 0) co_return all;
    FileMover mover(transfer);
    LAZ_CO_TRY(const std::string query, co_await written_query(transfer));
    PartList parts;
    parts.written.push_back({{}, 0, transfer.copy.total});
    if (query.empty()) {
        LAZ_CO_CHECK(co_await mover.receive(Fields(), parts.written, all.moved));
        co_return all;
    }
    Result<PartList> told = co_await ask_parts(*transfer.source, query, transfer.copy.total);
    if (told) parts = *std::move(told);
    LAZ_CO_CHECK(co_await mover.receive_ranges(parts.written, all.moved));
    // Files are not read under a condition: what changed meanwhile shows here.
    LAZ_CO_CHECK(co_await written_query(transfer));
    co_return all;
}

Result<bool> complete(WriteTxn& tx, const FileTransfer& transfer, const Brought& brought) {
    const auto file = find_pending(tx, transfer);
    if (!file) return false;
    const Node before = begin_change(tx, file->share, file->node);
    Node after = before;
    after.content = brought_map(tx, before.content, before.size, after.size, brought);
    after.copy->succeed(after.tick);
    forget_copy(tx, *file->node.copy);
    end_change(tx, file->share, before, after);
    return true;
}

/// The copy says what it met.
Task<Result<>> tell_failure(const FileTransfer& transfer, const StorageError& error) {
    return change_pending(transfer, [met = failure_of(error)](LastCopy& copy) { copy.meet_at_source(met.status, met.code); });
}

Result<> give_up(WriteTxn& tx, const FileTransfer& transfer, const StorageError& error) {
    const auto file = find_pending(tx, transfer);
    if (!file) return {};
    const auto [status, code] = failure_of(error);
    const Node before = begin_change(tx, file->share, file->node);
    Node after = before;
    after.copy->fail_at_source(status, code, tx.now());
    set_ended(after);
    forget_copy(tx, *file->node.copy);
    end_change(tx, file->share, before, after);
    return {};
}

}  // namespace

Task<> move_bytes(FileTransfer transfer) {
    co_await transfer_in_the_end(
        *transfer.store, transfer.background, [&] { return receive_bytes(transfer); },
        [&](const StorageError& error) { return tell_failure(transfer, error); },
        [&](WriteTxn& tx, const Brought& brought) { return complete(tx, transfer, brought); },
        [&](WriteTxn& tx, const StorageError& error) { return give_up(tx, transfer, error); });
}

Task<> resume_copies(std::shared_ptr<Store> store, Sources& sources, Background& background) {
    const Result<bool> any = store->read([](ReadTxn& tx) -> Result<bool> { return has_watched_copies(tx); });
    if (!any || !*any) co_return;
    const Result<std::vector<PendingFileCopy>> copies = co_await store->write(
        [](WriteTxn& tx) -> Result<std::vector<PendingFileCopy>> { return adopt_copies(tx, this_run()); });
    if (!copies) co_return;
    for (const PendingFileCopy& each : *copies) {
        const LastCopy& copy = *each.node.copy;
        auto source = CopySource::restored(copy.transfer->origin, sources);
        if (!source) continue;
        FileTransfer transfer{.store = store,
                              .share = each.share,
                              .share_id = each.share_id,
                              .node_id = each.node.id,
                              .copy = copy,
                              .source = std::move(source),
                              .background = background};
        background.run(move_bytes(std::move(transfer)));
    }
}

}  // namespace lazulite::file
