#include "store/ledger.hpp"

#include <algorithm>
#include <span>

#include "store/content_codec.hpp"
#include "store/reclaim_work.hpp"

namespace lazulite {

namespace {

enum WorkTag : std::uint8_t { kRange = 1, kDrain = 2, kPart = 3 };

/// What a group changes in the row of one extent.
struct Delta {
    std::uint64_t extent;
    std::int64_t live;
    std::int64_t freed;
    std::uint64_t length;
};

std::vector<Delta> sum_up(std::span<const Range> named, std::span<const Ledger::Release> released) {
    std::vector<Delta> deltas;
    deltas.reserve(named.size() + released.size());
    for (const Range& range : named) {
        deltas.push_back({range.extent, static_cast<std::int64_t>(range.length), 0, range.offset + range.length});
    }
    for (const auto& release : released) {
        const auto length = static_cast<std::int64_t>(release.range.length);
        deltas.push_back({release.range.extent, -length, length, 0});
    }
    std::sort(deltas.begin(), deltas.end(), [](const Delta& a, const Delta& b) { return a.extent < b.extent; });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < deltas.size(); ++i) {
        if (deltas[i].extent != deltas[kept].extent) {
            deltas[++kept] = deltas[i];
            continue;
        }
        deltas[kept].live += deltas[i].live;
        deltas[kept].freed += deltas[i].freed;
        deltas[kept].length = std::max(deltas[kept].length, deltas[i].length);
    }
    if (!deltas.empty()) deltas.resize(kept + 1);
    return deltas;
}

void write(Connection& connection, const Delta& delta) {
    const std::int64_t before = connection.total_changes();
    connection.execute(
        "UPDATE extents SET live = live + ?2, freed = freed + ?3, length = max(length, ?4) WHERE extent_id = ?1",
        delta.extent, delta.live, delta.freed, delta.length);
    if (connection.total_changes() != before) return;
    connection.execute("INSERT INTO extents(extent_id, live, freed, length) VALUES(?, ?, ?, ?)", delta.extent,
                       delta.live, delta.freed, delta.length);
    connection.execute(
        "INSERT INTO meta(name, value) VALUES('extent_ceiling', ?1) "
        "ON CONFLICT(name) DO UPDATE SET value = max(value, ?1)",
        delta.extent + 1);
}

}  // namespace

Ledger::Ledger(Connection& connection) {
    Cursor cursor = connection.query("SELECT max(seq) FROM reclaim");
    last_seq_ = cursor.next() ? cursor.integer(0) : 0;
}

void Ledger::begin() { rewind({0, 0, 0}); }

void Ledger::name(const Range& range) { named_.push_back(range); }

void Ledger::release(const Range& range, std::uint64_t owner, const std::optional<Range>& freed) {
    released_.push_back({range, owner, freed});
}

void Ledger::drain(WriteTxn::Drain kind, std::int64_t id) { drains_.push_back({kind, id}); }

bool Ledger::empty() const { return named_.empty() && released_.empty() && drains_.empty(); }

void Ledger::rewind(const Mark& mark) {
    named_.resize(std::min(mark.named, named_.size()));
    released_.resize(std::min(mark.released, released_.size()));
    drains_.resize(std::min(mark.drains, drains_.size()));
}

void Ledger::flush(Connection& connection) {
    for (const Delta& delta : sum_up(named_, released_)) write(connection, delta);

    std::size_t taken = 0;
    for (bool drains_left = !drains_.empty(); taken < released_.size() || drains_left; drains_left = false) {
        const std::size_t count = std::min(released_.size() - taken, ReclaimWork::kLimit);
        const auto from = released_.begin() + static_cast<std::ptrdiff_t>(taken);
        ReclaimWork work{{from, from + static_cast<std::ptrdiff_t>(count)}, {}};
        if (drains_left) work.drains = drains_;
        taken += count;
        connection.execute("INSERT INTO reclaim(seq, work) VALUES(?, ?)", ++last_seq_, std::string_view(work.encode()));
    }
}

std::uint64_t next_extent_id(Connection& connection) {
    Cursor cursor = connection.query("SELECT value FROM meta WHERE name = 'extent_ceiling'");
    return cursor.next() ? static_cast<std::uint64_t>(cursor.integer(0)) : 1;
}

std::string ReclaimWork::encode() const {
    std::string bytes;
    for (const auto& [range, owner, freed] : released) {
        put_varint(bytes, freed ? kPart : kRange);
        put_varint(bytes, range.extent);
        put_varint(bytes, range.offset);
        put_varint(bytes, range.length);
        put_fixed64(bytes, owner);
        if (!freed) continue;
        put_varint(bytes, freed->offset);
        put_varint(bytes, freed->length);
    }
    for (const auto& [kind, id] : drains) {
        put_varint(bytes, kDrain);
        put_varint(bytes, static_cast<std::uint64_t>(kind));
        put_varint(bytes, static_cast<std::uint64_t>(id));
    }
    return bytes;
}

ReclaimWork ReclaimWork::decode(std::string_view bytes) {
    ReclaimWork work;
    ByteReader reader(bytes);
    while (!reader.done()) {
        const std::uint64_t tag = reader.varint();
        switch (tag) {
            case kRange:
            case kPart: {
                Ledger::Release& released = work.released.emplace_back();
                released.range.extent = reader.varint();
                released.range.offset = reader.varint();
                released.range.length = reader.varint();
                released.owner = reader.fixed64();
                if (tag == kRange) break;
                Range& freed = released.freed.emplace();
                freed.extent = released.range.extent;
                freed.offset = reader.varint();
                freed.length = reader.varint();
                break;
            }
            case kDrain: {
                const auto kind = static_cast<WriteTxn::Drain>(reader.varint());
                work.drains.push_back({kind, static_cast<std::int64_t>(reader.varint())});
                break;
            }
            default:
                throw_corrupt("reclaim work of unknown kind");
        }
    }
    return work;
}

}  // namespace lazulite
