#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <set>
#include <tuple>
#include <unordered_set>

#include "azurite/blob_document.hpp"
#include "azurite/services.hpp"
#include "azurite/walk.hpp"
#include "base/error_table.hpp"
#include "blob/rows/history.hpp"
#include "service/current_properties.hpp"
#include "store/span_map.hpp"

namespace lazulite::azurite {
namespace {

using blob::BlobKey;
using blob::HistoryClass;

constexpr std::string_view kContainers = "$CONTAINERS_COLLECTION$";
constexpr std::string_view kBlobs = "$BLOBS_COLLECTION$";
constexpr std::string_view kBlocks = "$BLOCKS_COLLECTION$";

/// Bytes that several blobs name are copied once where they are as many.
constexpr std::uint64_t kWorthSharing = 64 << 10;

template <class T>
T wait_for(Task<T> task) {
    std::promise<T> done;
    const auto run = [](Task<T> waited, std::promise<T>& to) -> Task<> {
        try {
            to.set_value(co_await std::move(waited));
        } catch (...) {
            to.set_exception(std::current_exception());
        }
    };
    spawn(run(std::move(task), done), [] {});
    return done.get_future().get();
}

/// What an operation of the store answered, or an exception.
template <class T>
T required(Result<T> result) {
    if (!result) refuse("the data folder", std::string(info(result.error().code()).message));
    return std::move(*result);
}

/// Bytes that are in a store and have no name yet.
struct Brought {
    Source source;
    std::unique_ptr<PendingBytes> pending;

    void keep() {
        if (pending) pending->keep();
    }
};

class BlobImport final : public ServiceImport {
  public:
    BlobImport(const Folder& folder, Stores& stores, Report& report)
        : folder_(folder), stores_(stores), report_(report), files_(folder, kBlobExtentFile, kBlobStorage) {}

    void check(std::vector<TakenNames>& taken) override;
    void write() override;
    void publish() override;
    void abandon() override;

  private:
    struct Account {
        std::string name;
        std::shared_ptr<Store> store;
        std::map<std::string, blob::Container, std::less<>> containers;
        std::optional<ServiceProperties> properties;
        std::map<Chunk, ContentRef> contents;  ///< of blobs that were put at once
        std::map<Chunk, Range> ranges;         ///< of blocks
    };
    using PageBlob = std::tuple<std::string, std::string, std::string>;  // account, container, name

    Account& account_of(const Document& document, const char* member);
    [[nodiscard]] const blob::Container* container_of(const std::string& account, const std::string& container);
    void check_document(std::string_view collection, const Document& document);
    [[nodiscard]] bool is_new(const FoundBlob& found);
    void write_document(std::string_view collection, const Document& document);
    void write_blob(Account& account, const BlobKey& key, const FoundBlob& found);
    void write_pages(Account& account, const BlobKey& key, const std::vector<FoundBlob>& states);
    void write_block(const FoundBlock& found);
    void save(Account& account, const BlobKey& key, const FoundBlob& found,
              const std::function<ContentRef(WriteTxn&)>& content);
    Brought bring(Account& account, const Chunk& chunk);
    Block bring_block(Account& account, const BlobKey& key, std::uint64_t number, const FoundBlob::Block& block);
    static void clear(WriteTxn& tx) {
        clear_unnamed(tx, [&](std::int64_t dir_id) { tx.drain(WriteTxn::Drain::directory, dir_id); });
    }

    const Folder& folder_;
    Stores& stores_;
    Report& report_;
    const ExtentFiles files_;
    std::map<std::string, Account> accounts_;
    std::set<PageBlob> with_snapshots_;                        // page blobs, whose states are written in order
    std::map<PageBlob, std::vector<FoundBlob>> page_states_;
    std::unordered_set<std::size_t> seen_;  ///< hashes of 64 bits of blobs and snapshots, of which there may be millions
    std::uint64_t orphans_ = 0;
};

BlobImport::Account& BlobImport::account_of(const Document& document, const char* member) {
    const std::string name = document.at(member).text();
    Account& account = accounts_[name];
    account.name = name;
    report_.found_account(name);
    return account;
}

const blob::Container* BlobImport::container_of(const std::string& account, const std::string& container) {
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) return nullptr;
    const auto named = found->second.containers.find(container);
    return named == found->second.containers.end() ? nullptr : &named->second;
}

// -- reading ----------------------------------------------------------------------------------------------------------

bool BlobImport::is_new(const FoundBlob& found) {
    std::string name = found.account;
    name.append(1, '\0').append(found.container).append(1, '\0').append(found.name).append(1, '\0');
    if (found.snapshot) name += std::to_string(tick_count(*found.snapshot));
    return seen_.insert(std::hash<std::string>()(name)).second;
}

void BlobImport::check_document(std::string_view collection, const Document& document) {
    if (collection == kServices) {
        account_of(document, "accountName").properties = service_properties_of(document);
    } else if (collection == kContainers) {
        blob::Container container = azurite::container_of(document);
        Account& account = account_of(document, "accountName");
        const std::string name = container.name;
        if (!account.containers.emplace(name, std::move(container)).second) {
            refuse(document.where(), "container " + name + " is there twice");
        }
    } else if (collection == kBlobs) {
        const auto found = blob_of(document, files_);
        if (!found) return;
        if (!is_new(*found)) {
            refuse(document.where(), "blob " + found->container + "/" + found->name + " is there twice");
        }
        if (!container_of(found->account, found->container)) {
            ++orphans_;
        } else if (found->blob.type == blob::BlobType::page && found->snapshot) {
            with_snapshots_.emplace(found->account, found->container, found->name);
        }
    } else if (collection == kBlocks) {
        static_cast<void>(block_of(document, files_));
    }
}

void BlobImport::check(std::vector<TakenNames>& taken) {
    folder_.read(kBlobFile, [this](std::string_view collection, const Document& document) {
        check_document(collection, document);
    });
    if (orphans_ != 0) {
        report_.warnings.push_back(std::to_string(orphans_) + " blobs of containers that are deleted were left out");
    }
    for (auto& [name, account] : accounts_) {
        account.store = open_store(stores_, name, "blob");
        TakenNames there{name, "container", {}};
        read_from(*account.store, [&](ReadTxn& tx) {
            there.names.clear();
            for (const auto& [container, row] : account.containers) {
                if (blob::find_container(tx, container)) there.names.push_back(container);
            }
        });
        if (!there.names.empty()) taken.push_back(std::move(there));
    }
}

// -- writing ----------------------------------------------------------------------------------------------------------

void BlobImport::write() {
    for (auto& [name, account] : accounts_) {
        write_to(*account.store, [&](WriteTxn& tx) {
            clear(tx);
            std::vector<std::int64_t> ids;
            for (auto& [container, row] : account.containers) {
                row.container_id = tx.next_id();
                row.root_dir_id = tx.next_id();
                ids.push_back(row.root_dir_id);
            }
            note_unnamed(tx, ids);
        });
    }
    folder_.read(kBlobFile, [this](std::string_view collection, const Document& document) {
        if (collection == kBlobs) write_document(collection, document);
    });
    for (const auto& [name, states] : page_states_) {
        const auto& [account, container, blob] = name;
        write_pages(accounts_.at(account), {container_of(account, container)->root_dir_id, blob}, states);
    }
    folder_.read(kBlobFile, [this](std::string_view collection, const Document& document) {
        if (collection == kBlocks) write_document(collection, document);
    });
}

void BlobImport::write_document(std::string_view collection, const Document& document) {
    if (collection == kBlocks) return write_block(block_of(document, files_));
    auto found = blob_of(document, files_);
    const auto* const container = found ? container_of(found->account, found->container) : nullptr;
    if (container == nullptr) return;
    ++(found->snapshot ? report_.snapshots : report_.blobs);
    Account& account = accounts_.at(found->account);
    const BlobKey key{container->root_dir_id, found->name};
    if (found->blob.type != blob::BlobType::page) return write_blob(account, key, *found);
    PageBlob name{found->account, found->container, found->name};
    if (!with_snapshots_.contains(name)) return write_pages(account, key, {*std::move(found)});
    page_states_[std::move(name)].push_back(*std::move(found));
}

Brought BlobImport::bring(Account& account, const Chunk& chunk) {
    Extents& extents = account.store->extents();
    const bool power = account.store->durability() == Durability::power;
    report_.bytes += chunk.length;
    if (chunk.length <= (power ? ContentRef::kInlineLimitPower : ContentRef::kInlineLimit)) {
        required(extents.admit().map([] { return 0; }));
        return {files_.read(chunk), nullptr};
    }
    Brought brought{{}, required(extents.reserve(chunk.length))};
    files_.read(chunk, [&](ByteView piece) { required(brought.pending->write(piece).map([] { return 0; })); });
    brought.source = required(wait_for(brought.pending->finish()));
    return brought;
}

void BlobImport::save(Account& account, const BlobKey& key, const FoundBlob& found,
                      const std::function<ContentRef(WriteTxn&)>& content) {
    write_to(*account.store, [&](WriteTxn& tx) {
        blob::Blob blob = found.blob;
        blob.content = content(tx);
        if (found.snapshot) return insert_history(tx, key, {HistoryClass::snapshot, *found.snapshot}, blob);
        replace(tx, key, std::nullopt, blob);
    });
}

void BlobImport::write_blob(Account& account, const BlobKey& key, const FoundBlob& found) {
    if (!found.blocks.empty()) {
        std::vector<Block> blocks;
        for (const FoundBlob::Block& block : found.blocks) blocks.push_back(bring_block(account, key, blocks.size(), block));
        const contents::EncodedList list = contents::encode_list(blocks);
        return save(account, key, found, [&](WriteTxn& tx) {
            if (const auto set = find_staged_set(tx, key)) consume_staged_set(tx, key, *set, {});
            return contents::create_list(tx, list);
        });
    }
    const Chunk chunk = found.whole.value_or(Chunk{});
    if (chunk.length == 0) return save(account, key, found, [](WriteTxn& /*tx*/) { return ContentRef(); });
    if (const auto there = account.contents.find(chunk); there != account.contents.end()) {
        return save(account, key, found, [&](WriteTxn& tx) { return contents::share(tx, there->second, chunk.length); });
    }
    Brought brought = bring(account, chunk);
    ContentRef content;
    save(account, key, found, [&](WriteTxn& tx) {
        const Range* const range = std::get_if<Range>(&brought.source);
        if (range == nullptr) return content = contents::create_inline(tx, std::get<std::string>(brought.source));
        content = contents::create_embedded(tx, *range);
        if (chunk.length < kWorthSharing) return content;
        content = contents::share(tx, content, chunk.length);  // a content of its own, which the next one shares
        contents::release(tx, content);
        return content;
    });
    brought.keep();
    if (chunk.length >= kWorthSharing) account.contents.emplace(chunk, content);
}

/// What is new is staged, as a client would, so that no more than one block is in flight.
Block BlobImport::bring_block(Account& account, const BlobKey& key, std::uint64_t number, const FoundBlob::Block& block) {
    Block made{block.id, block.chunk.length, {}, Naming::shared};
    if (const auto there = account.ranges.find(block.chunk); there != account.ranges.end()) {
        made.source = there->second;
        return made;
    }
    Brought brought = bring(account, block.chunk);
    made.source = brought.source;
    made.naming = Naming::moved;
    std::string id(sizeof number, '\0');  // ids of append blobs are empty, and those of others may come twice
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<char>(number >> (8 * i) & 0xFF);
    Block staged = made;
    staged.id = id;
    staged.naming = Naming::fresh;
    write_to(*account.store, [&](WriteTxn& tx) { stage_block(tx, key, find_staged_set(tx, key), staged); });
    brought.keep();
    const auto* const range = std::get_if<Range>(&made.source);
    if (range != nullptr && block.chunk.length >= kWorthSharing) account.ranges.emplace(block.chunk, *range);
    return made;
}

/// One state after the other, so that they share what they have alike, and their differences can be asked for.
void BlobImport::write_pages(Account& account, const BlobKey& key, const std::vector<FoundBlob>& states) {
    std::vector<const FoundBlob*> order;
    for (const FoundBlob& state : states) order.push_back(&state);
    std::sort(order.begin(), order.end(), [](const FoundBlob* a, const FoundBlob* b) {
        return a->snapshot.value_or(Instant::max()) < b->snapshot.value_or(Instant::max());
    });
    const std::vector<PageRange>* before = nullptr;
    const auto change = [&](const std::function<void(WriteTxn&, blob::Blob&)>& how) {
        write_to(*account.store, [&](WriteTxn& tx) {
            const auto now = find_blob(tx, key);
            blob::Blob after = *now;
            how(tx, after);
            replace(tx, key, now, after);
        });
    };
    for (const FoundBlob* state : order) {
        const std::vector<PageRange> none;
        const auto& there = before ? *before : none;
        if (!before) {
            write_to(*account.store, [&](WriteTxn& tx) { replace(tx, key, std::nullopt, state->blob); });
        } else {
            change([&](WriteTxn& tx, blob::Blob& blob) {
                const auto content = contents::resize_map(tx, blob.content, blob.size, state->blob.size);
                blob = state->blob;
                blob.content = content;
            });
        }
        for (const PageRange& range : without_covered(there, state->pages)) {
            if (range.start >= state->blob.size) continue;  // cut off with the size
            change([&](WriteTxn& tx, blob::Blob& blob) {
                blob.content = contents::clear_map(tx, blob.content, blob.size, range.start, range.end - range.start);
            });
        }
        for (const PageRange& range : without_same(state->pages, there)) {
            Brought brought = bring(account, range.chunk);
            change([&](WriteTxn& tx, blob::Blob& blob) {
                blob.content = contents::write_map(tx, blob.content, blob.size, range.start, brought.source);
            });
            brought.keep();
        }
        if (state->snapshot) {
            write_to(*account.store, [&](WriteTxn& tx) {
                auto now = find_blob(tx, key);
                insert_snapshot(tx, key, *now, *state->snapshot, *now);
            });
        }
        before = &state->pages;
    }
    if (!order.back()->snapshot) return;
    write_to(*account.store, [&](WriteTxn& tx) { replace(tx, key, find_blob(tx, key), std::nullopt); });
}

void BlobImport::write_block(const FoundBlock& found) {
    const auto* const container = container_of(found.account, found.container);
    if (container == nullptr) return;
    Account& account = accounts_.at(found.account);
    const BlobKey key{container->root_dir_id, found.name};
    Brought brought = bring(account, found.chunk);
    const Block block{found.id, found.chunk.length, brought.source, Naming::fresh};
    write_to(*account.store, [&](WriteTxn& tx) { stage_block(tx, key, find_staged_set(tx, key), block); });
    brought.keep();
    ++report_.uncommitted;
}

void BlobImport::publish() {
    for (auto& [name, account] : accounts_) {
        write_to(*account.store, [&](WriteTxn& tx) {
            for (const auto& [container, row] : account.containers) insert_container(tx, row);
            if (account.properties) store_properties(tx, *account.properties);
            all_named(tx);
        });
        if (account.properties) properties_changed(*account.store);
        report_.containers += account.containers.size();
    }
}

void BlobImport::abandon() {
    for (auto& [name, account] : accounts_) write_to(*account.store, [](WriteTxn& tx) { clear(tx); });
}

}  // namespace

std::unique_ptr<ServiceImport> import_blobs(const Folder& folder, Stores& stores, Report& report) {
    return std::make_unique<BlobImport>(folder, stores, report);
}

}  // namespace lazulite::azurite
