#include "datalake/ops/flat_directory.hpp"

#include "blob/ops/immutability.hpp"

namespace lazulite::datalake {
namespace {

using blob::Place;

/// Blobs of one transaction.
constexpr int kSlice = 100;

/// Names below a directory, the first ones.
std::vector<std::string> first_below(ReadTxn& tx, const blob::Container& container, std::string_view directory,
                                     std::string_view after) {
    const std::string prefix = std::string(directory) + '/';
    std::vector<std::string> names;
    const std::string first = after.empty() ? prefix : std::string(after) + '\0';
    blob::BlobCursor cursor(tx, container.root_dir_id, first);
    while (names.size() < kSlice && cursor.next() && cursor.name().starts_with(prefix)) names.emplace_back(cursor.name());
    return names;
}

Place place_of(ReadTxn& tx, const blob::Container& container, std::string name) {
    Place place{container, {container.root_dir_id, std::move(name)}, {}, {}};
    place.blob = blob::find_current(tx, place.key);
    return place;
}

/// Calls `each(WriteTxn&, Place) -> Result<>` for every blob below the directory.
template <class Each>
Task<Result<>> for_each_below(Exchange& x, const std::string& filesystem, const std::string& directory, Each each) {
    std::string after;
    bool more = true;
    while (more) {
        LAZ_CO_TRY(const std::vector<std::string> done,
                   co_await x.store->write_large([&](WriteTxn& tx) -> Result<std::vector<std::string>> {
                       LAZ_TRY(const blob::Container container, blob::require_container(tx, filesystem));
                       auto names = first_below(tx, container, directory, after);
                       for (const std::string& name : names) {
                           const Place place = place_of(tx, container, name);
                           if (place.blob) LAZ_CHECK(each(tx, place));
                       }
                       return names;
                   }));
        more = done.size() == kSlice;
        if (more) after = done.back();
    }
    co_return Result<>();
}

}  // namespace

bool is_empty_below(ReadTxn& tx, const blob::Container& container, std::string_view directory) {
    return first_below(tx, container, directory, {}).empty();
}

Task<Result<>> delete_below(Exchange& x, const blob::Protection& protection) {
    const auto remove = [&](WriteTxn& tx, const Place& place) -> Result<> {
        LAZ_CHECK(blob::check_blob_lease(LeaseUse::write, std::nullopt, place.lease(), tx.now()));
        LAZ_CHECK(blob::check_deletable(place.blob->immutability, tx.now()));
        LAZ_CHECK(blob::check_not_pending(place.blob->copy));
        if (blob::has_snapshots(tx, place.key)) return fail(ErrorCode::snapshots_present);
        blob::drop_staged_set(tx, place.key);
        blob::change_blob(tx, protection, blob::Change::remove, place.key, place.blob, std::nullopt, place.blob->tick);
        return {};
    };
    const std::string directory = normal_path(x.target.name);
    Result<> done = co_await for_each_below(x, x.target.container, directory, remove);
    co_return done;
}

void move_flat(WriteTxn& tx, const blob::Protection& protection, const Place& from, const Place& to) {
    blob::Blob moved = *from.blob;
    moved.content = blob::share_content(tx, from.key, {}, moved);
    moved.version.reset();
    moved.lease.reset();
    blob::drop_staged_set(tx, to.key);
    blob::change_blob(tx, protection, blob::Change::replace, to.key, to.blob, moved, moved.tick);
    const auto left = blob::find_current(tx, from.key);
    blob::drop_staged_set(tx, from.key);
    blob::change_blob(tx, protection, blob::Change::remove, from.key, left, std::nullopt, left->tick);
}

Task<Result<>> rename_below(Exchange& x, const blob::Protection& protection, const std::string& filesystem,
                            const std::string& from) {
    const std::string to = normal_path(x.target.name);
    const auto move = [&](WriteTxn& tx, const Place& place) -> Result<> {
        LAZ_CHECK(blob::check_blob_lease(LeaseUse::write, std::nullopt, place.lease(), tx.now()));
        LAZ_CHECK(blob::check_deletable(place.blob->immutability, tx.now()));
        LAZ_CHECK(blob::check_not_pending(place.blob->copy));
        LAZ_TRY(const blob::Container container, blob::require_container(tx, x.target.container));
        move_flat(tx, protection, place, place_of(tx, container, to + place.key.name.substr(from.size())));
        return {};
    };
    Result<> done = co_await for_each_below(x, filesystem, from, move);
    co_return done;
}

}  // namespace lazulite::datalake
