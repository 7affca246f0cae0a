#include "store/store.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/insist.hpp"
#include "base/log.hpp"
#include "store/formats.hpp"
#include "store/open_store.hpp"
#include "store/roll_back.hpp"

namespace lazulite {
namespace {

using namespace std::chrono_literals;
using Moment = Checkpointer::Moment;

// Giving space back: how often at most while writes keep coming (it may then take a fifth of the writer's time), and
// when to look again at what a reader or an error holds back.
constexpr auto kReclaimPause = 10ms;
constexpr int kShare = 4;
constexpr auto kReclaimRetry = 100ms;
constexpr auto kRetryAfterError = 1s;
constexpr auto kReclaimAfterStart = 1s;
// What is over by account time goes in the same way. Wall time may be set, so no sleep until then lasts longer.
constexpr auto kLongestSleep = std::chrono::hours(24);

constexpr int kReaderCacheKib = 512;  // there is one per thread and store

std::uint64_t next_serial() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

/// A read transaction that ends with the scope, however that is left.
class Snapshot {
  public:
    explicit Snapshot(Connection& connection) : connection_(connection) { connection_.execute("BEGIN"); }
    ~Snapshot() { roll_back(connection_); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

  private:
    Connection& connection_;
};

class Reading final : public ReadTxn {
  public:
    using ReadTxn::ReadTxn;
};

/// The last write that ran on this thread, its caller's: the store by its serial, and the round of the loop.
struct RanHere {
    std::uint64_t store = 0;
    std::uint64_t round = 0;
};
thread_local RanHere ran_here;

}  // namespace

std::size_t Store::next_place() {
    static std::atomic<std::size_t> last{0};
    return last++;
}

// ---- life ---------------------------------------------------------------------------------------------------------

tl::expected<std::shared_ptr<OpenStore>, OpenStore::Trouble> OpenStore::open(const Place& place, const GetEmptyDatabase& empty) {
    const auto close_in_background = [threads = place.threads](OpenStore* store) {
        threads->background.post([store] { delete store; });
    };
    const std::shared_ptr<OpenStore> store(new OpenStore(place), close_in_background);
    const std::string database = store->paths_.database();
    // A barrier record that says nothing here would be taken for one that was never made.
    if (std::string newer = newer_part(store->paths_, place.kind); !newer.empty()) {
        return tl::unexpected(Trouble{.text = std::move(newer), .newer = true});
    }
    const auto born = store->create(empty);
    if (!born) return tl::unexpected(Trouble{database + " cannot be made: " + born.error().message(), out_of_space(born.error())});
    const auto refused = [&database](const std::exception& problem, bool full) {
        return tl::unexpected(Trouble{database + " cannot be opened: " + problem.what(), full});
    };
    try {
        store->start(*born);
    } catch (const NewerFormat& newer) {
        return tl::unexpected(Trouble{.text = newer.what(), .newer = true});
    } catch (const SqlError& problem) {
        return refused(problem, problem.full());
    } catch (const std::system_error& problem) {
        return refused(problem, out_of_space(problem.code()));
    } catch (const std::exception& problem) {
        return refused(problem, false);
    }
    return store;
}

OpenStore::OpenStore(const Place& place)
    : place_(place), paths_{place.files, place.folder, std::string(place.kind.name)}, serial_(next_serial()) {}

/// True when the database was made.
IoResult<bool> OpenStore::create(const GetEmptyDatabase& empty) const {
    const bool kept = place_.durability != Durability::none;
    if (kept) {
        if (const auto recovered = Barrier::recover(paths_, place_.boot); !recovered)
            return tl::unexpected(recovered.error());
    }
    const auto made = paths_.create(empty);
    if (!made) return tl::unexpected(made.error());
    if (*made != DatabaseFiles::Made::nothing && place_.durability == Durability::power) {
        if (const auto synced = paths_.sync(); !synced) return tl::unexpected(synced.error());
    }
    return *made == DatabaseFiles::Made::database;
}

void OpenStore::start(bool born) {
    const std::uint64_t wal_bytes = paths_.wal_bytes();
    const int format = known_format(reader(), paths_, place_.kind);  // a connection that cannot write
    connection_ = connect(false);
    if (format != place_.kind.format) {
        log::info("store: " + paths_.database() + " is brought from format " + std::to_string(format) + " to " +
                  std::to_string(place_.kind.format));
    }
    bring_up_to_date(*connection_, place_.kind, format);
    ExtentPool::Options options;
    options.directory = paths_.extents();
    options.durability = place_.durability;
    options.first_id = next_extent_id(*connection_);
    {
        Cursor uuid = connection_->query("SELECT value FROM meta WHERE name = 'uuid'");
        if (!uuid.next() || uuid.bytes(0).size() != options.store.bytes.size())
            throw std::runtime_error("it has no uuid");
        std::copy_n(uuid.bytes(0).begin(), options.store.bytes.size(), options.store.bytes.begin());
    }
    {
        Cursor offset = connection_->query("SELECT value FROM meta WHERE name = 'clock_offset'");
        if (offset.next()) clock_offset_ = offset.integer(0);
    }
    const std::uint64_t first_extent = options.first_id;
    extents_ = make_extents(place_.files, std::move(options));
    barrier_ = std::make_unique<Barrier>(Barrier::Place{paths_, *extents_, place_.durability, place_.boot,
                                                        place_.kind.has_extents, first_extent});
    if (const auto adopted = barrier_->adopt(born); !adopted) throw std::system_error(adopted.error());
    writer_ = std::make_unique<Writer>(
        Writer::Parts{*connection_, *extents_, readers_, *barrier_, place_.kind, place_.wall, place_.durability, clock_offset_, commits_,
                      [this] { return checkpointer_->make_room(*connection_); }});
    checkpointer_ = std::make_unique<Checkpointer>(
        place_.files, paths_.database(), *barrier_,
        Checkpointer::Options{place_.kind.page_size, place_.durability == Durability::none, wal_bytes});
    const Moment now = std::chrono::steady_clock::now();
    reclaim_at_ = now + kReclaimAfterStart;
    wake_at(reclaim_at_, now, wake_at_);
}

OpenStore::~OpenStore() {
    connections_.clear();
    checkpointer_.reset();
    writer_.reset();
    connection_.reset();
    barrier_.reset();
    extents_.reset();
    if (!condemned_) return;
    paths_.remove();
    if (folder_too_) (void)place_.files.remove(place_.folder);  // fails while another store is in it
}

void OpenStore::drain() {
    draining_ = true;
    Write job(*this, [](WriteTxn&) -> Result<> { return {}; });
    std::promise<void> reached;
    job.done = [&reached] { reached.set_value(); };
    writer_->push(job);
    schedule();
    reached.get_future().wait();
}

void OpenStore::finish(bool copy) {
    // A caller that was not refused any more may still have the turn.
    while (scheduled_.exchange(true)) std::this_thread::yield();
    checkpointer_->finish(*connection_, copy);
    end_turn(Moment::max(), std::chrono::steady_clock::now());
}

// ---- writing ------------------------------------------------------------------------------------------------------

void OpenStore::submit(WriteJob& job) {
    if (draining_) return refuse(job, StorageError(ErrorCode::server_busy).saying("The server is shutting down."));
    writer_->push(job);
    schedule();
}

bool OpenStore::run_or_submit(WriteJob& job) {
    if (!job.large && try_here(job)) return true;
    job.open = &open_;
    ++open_;
    submit(job);
    return false;
}

/// Another write is so near that the two should be one group.
bool OpenStore::collides() const {
    if (scheduled_ || open_ != 0) return true;
    Executor* const executor = Executor::current();
    return executor != nullptr && ran_here.store == serial_ && ran_here.round == executor->round();
}

bool OpenStore::try_here(WriteJob& job) {
    if (place_.durability == Durability::power) return false;  // the commit waits for the disk
    const Moment begun = std::chrono::steady_clock::now();
    if (collides()) {
        back_off_.collided(begun);
        return false;
    }
    if (!back_off_.over(begun) || scheduled_.exchange(true)) return false;

    const bool here = writer_->idle() && !draining_ && !checkpointer_->may_start_over();
    if (here) {
        writer_->run_here(job);
        if (Executor* const executor = Executor::current()) ran_here = {serial_, executor->round()};
    }
    const Moment now = std::chrono::steady_clock::now();
    const Moment due = std::min({expiry_due(now), reclaim_due(), checkpointer_->after_group(*connection_, now)});
    if (due <= now) {
        insist([this] { place_.threads->writers.post([self = shared_from_this()] { self->turn(); }); });
    } else {
        end_turn(due, now);
    }
    return here;
}

void OpenStore::schedule() {
    if (scheduled_.exchange(true)) return;
    insist([this] { place_.threads->writers.post([self = shared_from_this()] { self->turn(); }); });
}

void OpenStore::turn() {
    writer_->run_group();
    const Moment now = std::chrono::steady_clock::now();
    const Moment due = std::min({expire(now), reclaim(now), checkpoint_if_due(now)});
    if (due <= now || !writer_->idle()) {
        insist([this] { place_.threads->writers.post_next([self = shared_from_this()] { self->turn(); }); });
        return;
    }
    end_turn(due, now);
}

void OpenStore::end_turn(Moment due, Moment now) {
    wake_at(due, now, wake_at_);
    scheduled_ = false;  // from here on another thread may have the next turn
    if (writer_->queued()) schedule();
}

/// When what is over by account time should be removed; Moment::max(), with the alarm set, if nothing is over yet.
OpenStore::Moment OpenStore::expiry_due(Moment now) {
    if (condemned_ || draining_) return Moment::max();
    const Instant next = writer_->next_expiry();
    if (next <= this->now()) return expire_at_;
    if (next != Instant::max()) {
        const Ticks sleep = std::clamp<Ticks>(next - this->now(), Ticks::zero(), kLongestSleep);
        wake_at(now + std::chrono::ceil<Moment::duration>(sleep), now, expiry_at_);
    }
    return Moment::max();
}

/// Removes what is over by account time. Returns when it should be tried again.
OpenStore::Moment OpenStore::expire(Moment now) {
    if (const Moment due = expiry_due(now); now < due) return due;
    const bool done = writer_->expire();
    const Moment end = std::chrono::steady_clock::now();
    expiries_.add(end - now, !done);
    expire_at_ = !done ? end + kRetryAfterError : writer_->idle() ? now : end + kShare * (end - now);
    return done ? expiry_due(end) : expire_at_;
}

OpenStore::Moment OpenStore::reclaim_due() const {
    return condemned_ || !writer_->wants_reclaim() ? Moment::max() : reclaim_at_;
}

/// Gives freed space back when that is due. Returns when it should be tried again; Moment::max() if nothing is left.
OpenStore::Moment OpenStore::reclaim(Moment now) {
    if (const Moment due = reclaim_due(); now < due) return due;
    const Writer::Slice slice = writer_->reclaim();
    const Moment end = std::chrono::steady_clock::now();
    reclaims_.add(end - now, slice == Writer::Slice::failed);
    reclaim_at_ = end + kReclaimPause;
    if (!writer_->wants_reclaim()) return Moment::max();
    switch (slice) {
        case Writer::Slice::more:
            if (writer_->idle()) return reclaim_at_ = now;
            return reclaim_at_ = std::max(reclaim_at_, end + kShare * (end - now));
        case Writer::Slice::waiting:
            return reclaim_at_ = end + kReclaimRetry;
        case Writer::Slice::failed:
            return reclaim_at_ = end + kRetryAfterError;
    }
    return reclaim_at_;
}

OpenStore::Moment OpenStore::checkpoint_if_due(Moment now) {
    if (condemned_) return Moment::max();
    try {
        const Moment due = checkpointer_->after_group(*connection_, now);
        if (due > now) return due;
        if (!checkpointer_->begin(*connection_, now)) return checkpointer_->after_group(*connection_, now);
        insist([this] {
            place_.threads->background.post([self = shared_from_this()] {
                self->checkpointer_->work();
                self->schedule();
            });
        });
        return Moment::max();
    } catch (const std::exception& problem) {
        insist([&] { log::error(std::string("store: a checkpoint failed and is tried again: ") + problem.what()); });
        return now + Checkpointer::kRetryAfterError;
    }
}

/// One timer at most is needed for an alarm: a turn that comes too early just sets the next one.
void OpenStore::wake_at(Moment due, Moment now, Moment& alarm) {
    if (due == Moment::max() || (alarm > now && alarm <= due)) return;
    alarm = due;
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(due - now);
    insist([this, delay] {
        place_.threads->background.post_after(delay, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->schedule();
        });
    });
}

Result<> OpenStore::set_clock_offset(Ticks offset) {
    if (offset < Ticks::zero()) return fail(ErrorCode::invalid_input);
    const std::lock_guard lock(clock_mutex_);
    LAZ_CHECK(write_and_wait([offset](WriteTxn& tx) -> Result<> {
        tx.execute("INSERT OR REPLACE INTO meta(name, value) VALUES('clock_offset', ?)", offset.count());
        return {};
    }));
    clock_offset_ = offset.count();
    schedule();  // what is over by now goes
    return {};
}

Result<StoreState> OpenStore::state() {
    StoreState state;
    LAZ_CHECK(read([&state](ReadTxn& tx) -> Result<> {
        {
            Cursor pages = tx.query("SELECT page_count, page_size FROM pragma_page_count, pragma_page_size");
            if (pages.next()) state.database_bytes = static_cast<std::uint64_t>(pages.integer(0) * pages.integer(1));
        }
        Cursor extents = tx.query("SELECT count(*), total(live), total(freed) FROM extents");
        if (extents.next()) {
            state.extents = static_cast<std::uint64_t>(extents.integer(0));
            state.extent_bytes = static_cast<std::uint64_t>(extents.integer(1));
            state.freed_bytes = static_cast<std::uint64_t>(extents.integer(2));
        }
        return {};
    }));
    state.wal_bytes = checkpointer_->wal_bytes();
    state.queued_writes = open_;
    state.commits = commits() / 2;
    state.long_reads = long_reads_;
    state.expiry = expiries_.read();
    state.reclaim = reclaims_.read();
    state.checkpoints = checkpointer_->checkpoints();
    state.barriers = checkpointer_->barriers();
    return state;
}

// ---- reading ------------------------------------------------------------------------------------------------------

Pin OpenStore::pin(std::uint64_t key) {
    struct Held {
        std::shared_ptr<OpenStore> store;  // or a reset would remove the files
        Pin pin;
    };
    return Pin(std::make_shared<Held>(Held{shared_from_this(), readers_.pin(key)}));
}

std::unique_ptr<Connection> OpenStore::connect(bool read_only) const {
    Connection::Options options;
    options.read_only = read_only;
    options.page_size = place_.kind.page_size;
    options.full_sync = place_.durability == Durability::power;
    if (read_only) options.cache_kib = kReaderCacheKib;
    return std::make_unique<Connection>(place_.files, paths_.database(), options);
}

Connection& OpenStore::reader() {
    // What this thread used last, so that a read takes no lock. A serial is never used twice, so an entry may go stale
    // but never wrong.
    struct Hint {
        std::uint64_t store = 0;
        Connection* connection = nullptr;
    };
    thread_local std::array<Hint, 64> hints;
    Hint& hint = hints[serial_ % hints.size()];
    if (hint.store == serial_) return *hint.connection;
    const std::lock_guard lock(connections_mutex_);
    std::unique_ptr<Connection>& known = connections_[std::this_thread::get_id()];
    if (!known) known = connect(true);
    hint = {serial_, known.get()};
    return *known;
}

Result<> OpenStore::run_read(void (*call)(void*, ReadTxn&), void* context) {
    try {
        Connection& connection = reader();
        const Readers::Guard inside(readers_);  // before the snapshot, or what it names might go in between
        const Snapshot snapshot(connection);
        Reading tx(connection, now());
        const Moment begun = std::chrono::steady_clock::now();
        call(context, tx);
        if (std::chrono::steady_clock::now() - begun > StoreState::kLongRead) ++long_reads_;
        return {};
    } catch (const SqlError& problem) {
        log::error(std::string("store: a read failed: ") + problem.what());
        return fail(as_storage_error(problem));
    }
}

}  // namespace lazulite
