#include "stepped_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "store/database_files.hpp"
#include "store/extent_pool.hpp"

namespace lazulite::power_loss {
namespace {

using namespace std::chrono_literals;

constexpr auto kReclaimPause = 10ms;
constexpr auto kReclaimRetry = 100ms;
/// The checkpointer reckons with pages of this size: so it copies 16 frames, and starts a WAL of 64 over.
constexpr int kReckonedPage = 1 << 20;

class Reading final : public ReadTxn {
  public:
    using ReadTxn::ReadTxn;
};

const EmptyDatabase& empty_database(const StoreKind& kind) {
    static std::map<std::string_view, EmptyDatabase> made;
    const auto known = made.find(kind.name);
    return known != made.end() ? known->second : made.emplace(kind.name, EmptyDatabase(kind)).first->second;
}

void must(const IoResult<>& done, const std::string& what) {
    if (!done) throw std::runtime_error(what + ": " + done.error().message());
}

}  // namespace

bool create_database(const DatabaseFiles& paths, const StoreKind& kind, Durability durability, std::uint64_t boot) {
    must(Barrier::recover(paths, boot), "cannot recover " + paths.database());
    const auto made = paths.create([&kind]() -> const EmptyDatabase& { return empty_database(kind); });
    if (!made) throw std::runtime_error("cannot make " + paths.database() + ": " + made.error().message());
    if (*made != DatabaseFiles::Made::nothing && durability == Durability::power) must(paths.sync(), "cannot sync");
    return *made == DatabaseFiles::Made::database;
}

SteppedStore::SteppedStore(const Place& place, StoreLog& log)
    : place_(place), log_(log), paths_{*place.files, log.folder, std::string(log.kind->name)} {
    const std::size_t begun = place_.disk.position();
    const bool born = create_database(paths_, *log_.kind, place_.durability, place_.boot);
    start(born);
    const std::uint64_t state = pages_->now();
    if (born) {
        if (!log_.commits.empty()) throw std::runtime_error(paths_.database() + " was lost and is made anew");
        log_.made = begun;
        log_.commits.push_back({begun, place_.disk.position(), state});
        if (!barrier_->needed()) log_.promises.push_back({place_.disk.position(), 0});
    } else if (log_.commits.empty() || log_.commits.back().state != state) {
        throw std::runtime_error(paths_.database() + " is not as it was left");
    } else if (!barrier_->needed()) {  // whatever mode it was left in
        log_.promises.push_back({place_.disk.position(), log_.commits.size() - 1});
    }
}

/// As OpenStore::start.
void SteppedStore::start(bool born) {
    const std::uint64_t wal_bytes = paths_.wal_bytes();
    reader_ = connect(true);
    connection_ = connect(false);
    ExtentPool::Options options;
    options.directory = paths_.extents();
    options.durability = place_.durability;
    options.first_id = next_extent_id(*connection_);
    options.packed_limit = kPackedLimit;
    options.exclusive_from = kExclusiveFrom;
    {
        Cursor uuid = connection_->query("SELECT value FROM meta WHERE name = 'uuid'");
        if (!uuid.next() || uuid.bytes(0).size() != options.store.bytes.size()) throw std::runtime_error("it has no uuid");
        std::copy_n(uuid.bytes(0).begin(), options.store.bytes.size(), options.store.bytes.begin());
    }
    {
        Cursor offset = connection_->query("SELECT value FROM meta WHERE name = 'clock_offset'");
        if (offset.next()) clock_offset_ = offset.integer(0);
    }
    const std::uint64_t first_extent = options.first_id;
    extents_ = make_extents(*place_.files, std::move(options));
    barrier_ = std::make_unique<Barrier>(Barrier::Place{paths_, *extents_, place_.durability, place_.boot,
                                                        log_.kind->has_extents, first_extent});
    must(barrier_->adopt(born), "cannot adopt " + paths_.database());
    writer_ = std::make_unique<Writer>(
        Writer::Parts{*connection_, *extents_, readers_, *barrier_, *log_.kind, place_.wall, place_.durability, clock_offset_, commits_});
    checkpointer_ = std::make_unique<Checkpointer>(*place_.files, paths_.database(), *barrier_,
                                                   Checkpointer::Options{kReckonedPage, false, wal_bytes});
    pages_ = std::make_unique<PageState>(*place_.files, paths_.database());
}

SteppedStore::~SteppedStore() {
    pages_.reset();
    reader_.reset();
    checkpointer_.reset();
    writer_.reset();
    connection_.reset();
    barrier_.reset();
    extents_.reset();
}

std::unique_ptr<Connection> SteppedStore::connect(bool read_only) const {
    Connection::Options options;
    options.read_only = read_only;
    options.page_size = log_.kind->page_size;
    options.full_sync = place_.durability == Durability::power;
    return std::make_unique<Connection>(*place_.files, paths_.database(), options);
}

// ---- writing and reading ---------------------------------------------------------------------------------------------

template <class Fn>
void SteppedStore::commit(Fn run) {
    const std::size_t begun = place_.disk.position();
    run();
    const std::uint64_t state = pages_->now();
    if (state == log_.commits.back().state) return;
    log_.commits.push_back({begun, place_.disk.position(), state});
    if (!barrier_->needed()) log_.promises.push_back({place_.disk.position(), log_.commits.size() - 1});
}

void SteppedStore::submit(WriteJob& job) {
    writer_->push(job);
    commit([this] { writer_->run_group(); });
}

bool SteppedStore::run_or_submit(WriteJob& job) {
    commit([&] { writer_->run_here(job); });
    return true;
}

Result<> SteppedStore::set_clock_offset(Ticks offset) {
    LAZ_CHECK(write_and_wait([offset](WriteTxn& tx) -> Result<> {
        tx.execute("INSERT OR REPLACE INTO meta(name, value) VALUES('clock_offset', ?)", offset.count());
        return {};
    }));
    clock_offset_ = offset.count();
    return {};
}

Result<> SteppedStore::run_read(void (*call)(void*, ReadTxn&), void* context) {
    const Readers::Guard inside(readers_);
    reader_->execute("BEGIN");
    {
        Reading tx(*reader_, now());
        call(context, tx);
    }
    reader_->execute("ROLLBACK");
    return {};
}

// ---- turns -------------------------------------------------------------------------------------------------------------

void SteppedStore::turn(Moment now) {
    expire();
    reclaim(now);
    checkpoint(now);
}

void SteppedStore::expire() {
    for (int slices = 0; slices < 20 && writer_->next_expiry() <= this->now(); ++slices) {
        commit([this] {
            if (!writer_->expire()) throw std::runtime_error("what is over cannot be removed");
        });
    }
}

void SteppedStore::reclaim(Moment now) {
    for (int slices = 0; slices < 20 && writer_->wants_reclaim() && reclaim_at_ <= now; ++slices) {
        Writer::Slice slice{};
        commit([&] { slice = writer_->reclaim(); });
        if (slice == Writer::Slice::failed) throw std::runtime_error("space cannot be given back");
        if (slice == Writer::Slice::waiting) reclaim_at_ = now + (writer_->wants_reclaim() ? kReclaimRetry : kReclaimPause);
    }
}

void SteppedStore::checkpoint(Moment now) {
    for (int times = 0; times < 5; ++times) {
        if (checkpointer_->after_group(*connection_, now) > now) return;
        expect_promise();
        if (!checkpointer_->begin(*connection_, now)) continue;
        in_background_ = true;
        checkpointer_->work();
        in_background_ = false;
        look_for_promises();
    }
}

void SteppedStore::finish(bool copy) {
    expect_promise();
    checkpointer_->finish(*connection_, copy);
    look_for_promises();
    if (!expected_.empty()) throw std::runtime_error("closing raised no barrier");
}

void SteppedStore::expect_promise() {
    if (barrier_->needed()) expected_.push_back({barrier_->ticket(), log_.commits.size() - 1});
}

void SteppedStore::look_for_promises() {
    const auto passed = [this](const Expected& each) { return barrier_->passed(each.ticket); };
    for (const Expected& each : expected_) {
        if (passed(each)) log_.promises.push_back({place_.disk.position(), each.commits});
    }
    std::erase_if(expected_, passed);
}

}  // namespace lazulite::power_loss
