#include "queue/rows/expiry.hpp"

#include <array>
#include <cstring>
#include <map>
#include <vector>

namespace lazulite::queue {
namespace {

constexpr int kRows = 40;  // up to 64 KiB each

/// A row of `visible`.
struct Place {
    std::int64_t next_visible = -1;
    std::int64_t number = 0;
    std::int64_t period = 0;

    [[nodiscard]] MessageId id() const {
        return {static_cast<std::uint32_t>(period), static_cast<std::uint32_t>(number), 0};
    }
};
static_assert(std::is_trivially_copyable_v<Place>);

std::string encode(const Place& place) {
    std::string key(sizeof place, '\0');
    std::memcpy(key.data(), &place, sizeof place);
    return key;
}
Place decode_place(std::string_view key) {
    Place place;
    if (key.size() == sizeof place) std::memcpy(&place, key.data(), sizeof place);
    return place;
}

void ask(WriteTxn& tx, Instant due, Expiry what, std::int64_t id, std::string_view key = {}) {
    tx.expire_at(due, static_cast<int>(what), id, key);
}

/// Where a message stands it does not say, but most are never got or are got and deleted: those that are left to expire
/// stand where they were put. Whoever stood elsewhere leaves a place behind.
void remove_period(WriteTxn& tx, std::int64_t period) {
    struct Expired {
        MessageId id;
        Generation generation;
        Instant inserted;
    };
    std::vector<Expired> expired;
    {
        const std::int64_t first = period << 32;
        Cursor row = tx.query("SELECT id, generation, inserted FROM messages WHERE id >= ?1 AND id < ?2 AND expires <= ?3 "
                              "LIMIT ?4",
                              first, first + (std::int64_t{1} << 32), tick_count(tx.now()), kRows);
        while (row.next()) {
            const MessageId id{static_cast<std::uint32_t>(period), static_cast<std::uint32_t>(row.integer(0)), 0};
            expired.push_back({id, row.integer(1), instant_of(row.integer(2))});
        }
    }
    std::map<Generation, std::int64_t> removed;
    for (const Expired& message : expired) {
        delete_visible(tx, message.generation, message.inserted, message.id);
        if (changes(tx) == 0) ask(tx, end_of_period(period_of(tx.now())), Expiry::strays, message.generation);
        removed[message.generation] += delete_message(tx, message.id);
    }
    for (const auto& [generation, count] : removed) add_to_count(tx, generation, -count);
    if (expired.size() == kRows) ask(tx, tx.now(), Expiry::period, period);
}

struct Swept {
    Place last;
    int rows = 0;
    bool alive = false;  ///< some message there lives
};

/// Removes the dead among the next rows behind `after`, up to the first that lives where `head`.
Swept sweep(WriteTxn& tx, Generation generation, const Place& after, bool head) {
    Swept swept;
    std::vector<Place> dead;
    {
        Cursor row = tx.query("SELECT v.next_visible, v.number, v.period, m.expires "
                              "FROM visible v LEFT JOIN messages m ON m.id = (v.period << 32 | v.number) "
                              "WHERE v.generation = ?1 AND (v.next_visible, v.number, v.period) > (?2, ?3, ?4) "
                              "ORDER BY v.next_visible, v.number, v.period LIMIT ?5",
                              generation, after.next_visible, after.number, after.period, kRows);
        while (!(head && swept.alive) && row.next()) {
            swept.last = {row.integer(0), row.integer(1), row.integer(2)};
            ++swept.rows;
            if (row.is_null(3) || instant_of(row.integer(3)) <= tx.now()) {
                dead.push_back(swept.last);
            } else {
                swept.alive = true;
            }
        }
    }
    std::int64_t removed = 0;
    for (const Place& place : dead) {
        delete_visible(tx, generation, instant_of(place.next_visible), place.id());
        removed += delete_message(tx, place.id());
    }
    if (removed > 0) add_to_count(tx, generation, -removed);
    return swept;
}

}  // namespace

void expire_period(WriteTxn& tx, std::uint32_t period) {
    const Instant due = end_of_period(period);
    Cursor row = tx.query("SELECT 1 FROM expiry WHERE due = ?1 AND kind = ?2 AND id = ?3", tick_count(due),
                          static_cast<int>(Expiry::period), period);
    if (!row.next()) ask(tx, due, Expiry::period, period);
}

void sweep_after(WriteTxn& tx, Generation generation, Instant expires) {
    ask(tx, end_of_period(period_of(expires)), Expiry::strays, generation);
}

void sweep_head(WriteTxn& tx, Generation generation) { ask(tx, tx.now(), Expiry::head, generation); }

void expire(WriteTxn& tx, int kind, std::int64_t id, std::string_view key) {
    switch (static_cast<Expiry>(kind)) {
        case Expiry::period: return remove_period(tx, id);
        case Expiry::head: {
            const Swept swept = sweep(tx, id, {}, true);
            if (swept.rows == kRows && !swept.alive) sweep_head(tx, id);
            return;
        }
        case Expiry::strays: {
            const Swept swept = sweep(tx, id, decode_place(key), false);
            if (swept.rows == kRows) ask(tx, tx.now(), Expiry::strays, id, encode(swept.last));
            return;
        }
        case Expiry::deleted_name: return tx.execute("DELETE FROM deleted WHERE name = ?1 AND until <= ?2", key, tick_count(tx.now()));
    }
}

}  // namespace lazulite::queue
