#include "file/rows/copies.hpp"

#include <cstring>
#include <utility>

#include "file/rows/expiry.hpp"

namespace lazulite::file {
namespace {

/// The key of such a row of `expiry`: two numbers and the name of the share.
struct Watched {
    std::int64_t share_id = 0;
    std::int64_t node_id = 0;
    std::string share;
};
constexpr std::size_t kNumbers = 2 * sizeof(std::int64_t);

std::string encode_watched(const Watched& watched) {
    std::string text(kNumbers, '\0');
    std::memcpy(text.data(), &watched.share_id, sizeof watched.share_id);
    std::memcpy(text.data() + sizeof watched.share_id, &watched.node_id, sizeof watched.node_id);
    return text + watched.share;
}

std::optional<Watched> decode_watched(std::string_view key) {
    Watched watched;
    if (key.size() < kNumbers) return std::nullopt;
    std::memcpy(&watched.share_id, key.data(), sizeof watched.share_id);
    std::memcpy(&watched.node_id, key.data() + sizeof watched.share_id, sizeof watched.node_id);
    watched.share = key.substr(kNumbers);
    return watched;
}

std::vector<Watched> all_watched(ReadTxn& tx) {
    std::vector<Watched> all;
    Cursor row = tx.query("SELECT key FROM expiry WHERE kind = ?1", static_cast<int>(Expiry::copies));
    while (row.next()) {
        if (auto watched = decode_watched(row.bytes(0))) all.push_back(*std::move(watched));
    }
    return all;
}

}  // namespace

void watch_copy(WriteTxn& tx, const Share& share, const Node& node) {
    const Instant began = node.copy->transfer->began;
    tx.expire_at(end_of_copy(began), static_cast<int>(Expiry::copies), tick_count(began),
                 encode_watched({share.id, node.id, share.name}));
}

void forget_copy(WriteTxn& tx, const LastCopy& copy) {
    if (!copy.transfer) return;
    const Instant began = copy.transfer->began;
    tx.execute("DELETE FROM expiry WHERE due = ?1 AND kind = ?2 AND id = ?3", tick_count(end_of_copy(began)),
               static_cast<int>(Expiry::copies), tick_count(began));
}

void end_copy(WriteTxn& tx, std::string_view key) {
    const auto watched = decode_watched(key);
    auto node = watched ? find_node(tx, watched->node_id) : std::nullopt;
    if (!node || !node->copy || !node->copy->end_if_too_long(tx.now())) return;
    set_ended(*node);
    save_copy(tx, watched->share_id, *node);
}

void set_ended(Node& node) {
    node.size = 0;
    node.content = {};
}

void bring_up_to(Instant now, Node& node) {
    if (node.copy && node.copy->end_if_too_long(now)) set_ended(node);
}

bool has_watched_copies(ReadTxn& tx) { return !all_watched(tx).empty(); }

std::vector<PendingFileCopy> adopt_copies(WriteTxn& tx, std::string_view run) {
    std::vector<PendingFileCopy> copies;
    for (const Watched& watched : all_watched(tx)) {
        auto node = find_node(tx, watched.node_id);
        if (!node || !node->copy || !node->copy->transfer || node->copy->transfer->run == run) continue;
        const auto share = find_share(tx, watched.share);
        LastCopy copy = *node->copy;
        if (!share || share->id != watched.share_id || copy.end_if_too_long(tx.now())) continue;
        node->copy->transfer->run = run;
        save_copy(tx, share->id, *node);
        copies.push_back({share->name, share->id, *std::move(node)});
    }
    return copies;
}

}  // namespace lazulite::file
