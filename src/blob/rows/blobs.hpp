#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/etag.hpp"
#include "blob/domain/copy.hpp"
#include "blob/domain/encryption.hpp"
#include "blob/domain/history.hpp"
#include "blob/domain/immutability.hpp"
#include "blob/domain/model.hpp"
#include "blob/domain/page_tier.hpp"
#include "blob/domain/tier.hpp"
#include "lease/lease.hpp"
#include "store/contents.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

/// Where a blob stands: the directory's surrogate id and the name below it.
struct BlobKey {
    std::int64_t dir_id = 0;
    std::string name;
    // In a hierarchical container also:
    std::int64_t root_dir_id = 0;
    std::string path;  ///< the full one, without a slash at its end

    /// From the container's root on.
    [[nodiscard]] const std::string& full_name() const { return path.empty() ? name : path; }
    /// Where soft delete keeps what is deleted there.
    [[nodiscard]] BlobKey kept() const { return path.empty() ? *this : BlobKey{root_dir_id, path}; }
};

/// The current state of a blob as stored. `tick` is its ETag and Last-Modified.
struct Blob {
    BlobType type = BlobType::block;
    std::uint64_t size = 0;
    Instant created;
    Revision tick;
    ContentRef content;
    ContentHeaders headers;
    std::string metadata;  ///< packed (wire/metadata.hpp)
    std::string tags;      ///< packed (domain/tags.hpp)
    Tier tier;             ///< as stored: `tier_at` says what it is now
    MaybeLease lease;      ///< as stored: `unless_modified` and `state_at` say what it is now
    std::optional<Instant> version;  ///< its version id, where the account made it one
    std::uint64_t committed_blocks = 0;  ///< of an append blob
    bool sealed = false;                 ///< same
    std::uint64_t sequence_number = 0;  ///< of a page blob
    std::optional<Instant> generation;  ///< of a page blob: when its content began, with Put Blob or Copy Blob
    Immutability immutability;
    Encryption encryption;
    std::optional<Instant> last_read;  ///< as it was noted last
    std::optional<PageTier> page_tier;  ///< of a page blob in a premium account, where it was set
    std::optional<Copy> copy;            ///< the last one onto it; as stored: `copy_at` says what it is now
    // In a hierarchical container also:
    std::optional<std::int64_t> child_dir_id;  ///< of a directory: the dir_id of what is in it
    std::string access;                        ///< owner, group and access control list, packed (domain/access_control.hpp)
    std::optional<Instant> expires;            ///< it is gone from then on
    bool by_data_lake = false;                 ///< its bytes came by Append Data
    std::string encryption_context;

    [[nodiscard]] bool is_directory() const { return child_dir_id.has_value(); }
};

/// Nothing for one that has expired.
[[nodiscard]] std::optional<Blob> find_blob(ReadTxn& tx, const BlobKey& key);

/// The one place where a current blob changes: inserts (`before` absent), replaces or removes (`after` absent) it.
/// The index of tags follows (rows/tags.hpp). Content that `before` named and `after` does not is released; content of `after` was made by
/// the caller in this transaction. With `kept`, `before` becomes that former state instead, in `retention` or not, and
/// shares what `after` still has of it.
void replace(WriteTxn& tx, const BlobKey& key, const std::optional<Blob>& before, const std::optional<Blob>& after,
             const Which& kept = {}, const std::optional<Retention>& retention = {});

/// One more blob, written in this transaction, shows what that state of the blob at `key` has: no byte is copied.
[[nodiscard]] ContentRef share_content(WriteTxn& tx, const BlobKey& key, const Which& which, const Blob& blob);

/// Walks the blobs of a directory in byte order of their names, from `first` on.
class BlobCursor {
  public:
    enum class Reads : std::uint8_t {
        all,
        properties,  ///< what a listing shows: blobs without their content
    };
    BlobCursor(ReadTxn& tx, std::int64_t dir_id, std::string_view first, Reads reads = Reads::all);
    /// Moves to the next blob that has not expired; false at the end.
    [[nodiscard]] bool next();
    /// Valid until next(); of a directory with the slash behind it.
    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] std::optional<std::int64_t> child_dir_id() const;
    [[nodiscard]] Blob blob() const;
    void read(Blob& blob) const;  ///< the same, into a new one

  private:
    ReadTxn& tx_;
    Reads reads_;
    Cursor cursor_;
    std::string_view name_;
};

/// Blocks that were put and not yet committed.
struct StagedSet {
    std::int64_t staging_id = 0;
    std::uint64_t id_length = 0;  ///< of every block id, decoded
    std::uint64_t count = 0;
    Instant last_put;
    std::int64_t stamp = 0;  ///< changes with every put
    Encryption encryption = {};  ///< of every block
};

/// Uncommitted blocks live seven days after the last Put Block.
inline constexpr auto kStagedLife = std::chrono::hours(7 * 24);

/// Nothing for a set whose time is over.
[[nodiscard]] std::optional<StagedSet> find_staged_set(ReadTxn& tx, const BlobKey& key);
/// Whether a block of that id is in the set.
[[nodiscard]] bool is_staged(ReadTxn& tx, const StagedSet& set, std::string_view block_id);
/// Blocks of a set in order of their ids.
[[nodiscard]] std::vector<Block> staged_blocks(ReadTxn& tx, std::int64_t staging_id);
/// Adds a block to a set, or replaces the one of the same id; makes the set when there is none.
void stage_block(WriteTxn& tx, const BlobKey& key, const std::optional<StagedSet>& set, const Block& block,
                 const Encryption& encryption = {});
/// Drops a set and what its blocks hold: O(1), drained later.
void drop_staged_set(WriteTxn& tx, const BlobKey& key);
/// Which blocks of a set a committed list takes: told by the fewer of them.
struct TakenBlocks {
    std::optional<std::string> only;  ///< ids, one after the other
    std::vector<Source> all_but;      ///< what the others hold, when `only` is absent
};
/// Takes the set away while what the taken blocks hold goes over to a committed content. What the others hold is
/// released. Rows beyond some hundred go later, in slices.
void consume_staged_set(WriteTxn& tx, const BlobKey& key, const StagedSet& set, const TakenBlocks& taken);

/// The same while the others stay staged. `ids`: one after the other, fewer than all.
void take_staged_blocks(WriteTxn& tx, const BlobKey& key, const StagedSet& set, std::string_view ids);

/// Names with uncommitted blocks, in order, whether or not a committed blob stands there too.
class StagedCursor {
  public:
    StagedCursor(ReadTxn& tx, std::int64_t dir_id, std::string_view first);
    [[nodiscard]] bool next();
    [[nodiscard]] std::string_view name() const;
    [[nodiscard]] Instant last_put() const;

  private:
    Cursor cursor_;
    std::int64_t alive_since_;
};

/// StoreKind::drain of the blob store.
bool drain(WriteTxn& tx, WriteTxn::Drain kind, std::int64_t id, int rows);

}  // namespace lazulite::blob
