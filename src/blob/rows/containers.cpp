#include "blob/rows/containers.hpp"

#include <limits>
#include <vector>

#include "base/packed.hpp"
#include "blob/rows/expiry.hpp"

namespace lazulite::blob {
namespace {

constexpr std::int64_t kLive = std::numeric_limits<std::int64_t>::max();

struct ContainerTag {
    enum : std::uint8_t {
        metadata = 1,
        default_encryption_scope = 2,
        deny_encryption_scope_override = 3,
        policies = 4,
        lease = 20,  ///< the first of four
        until = 40,
        hierarchical = 50,
        root_access = 51,
        etag = 80,
    };
};

std::string pack(const Container& container) {
    PackedWriter props;
    props.put(ContainerTag::metadata, container.metadata);
    props.put(ContainerTag::default_encryption_scope, container.default_encryption_scope);
    props.put_integer(ContainerTag::deny_encryption_scope_override, container.deny_encryption_scope_override ? 1 : 0);
    props.put(ContainerTag::policies, container.policies);
    pack_lease(props, ContainerTag::lease, container.lease);
    if (container.deleted) {
        props.put_integer(ContainerTag::until, static_cast<std::uint64_t>(tick_count(container.deleted->until)));
    }
    props.put_integer(ContainerTag::hierarchical, container.hierarchical ? 1 : 0);
    props.put(ContainerTag::root_access, container.root_access);
    props.put_integer(ContainerTag::etag, container.tick.brought);
    return props.take();
}

// Columns: name, container_id, root_dir_id, tick, created, access, props, deleted_tick.
Container read_row(const Cursor& row) {
    Container container;
    container.name = row.bytes(0);
    container.container_id = row.integer(1);
    container.root_dir_id = row.integer(2);
    container.tick = instant_of(row.integer(3));
    container.created = instant_of(row.integer(4));
    container.access = static_cast<PublicAccess>(row.integer(5));
    PackedReader props(row.bytes(6));
    while (const auto entry = props.next()) {
        switch (entry->tag) {
            case ContainerTag::metadata: container.metadata = entry->value; break;
            case ContainerTag::default_encryption_scope: container.default_encryption_scope = entry->value; break;
            case ContainerTag::deny_encryption_scope_override:
                container.deny_encryption_scope_override = entry->integer() != 0;
                break;
            case ContainerTag::policies: container.policies = entry->value; break;
            case ContainerTag::until:
                container.deleted = {instant_of(row.integer(7)), instant_of(static_cast<std::int64_t>(entry->integer()))};
                break;
            case ContainerTag::hierarchical: container.hierarchical = entry->integer() != 0; break;
            case ContainerTag::root_access: container.root_access = entry->value; break;
            case ContainerTag::etag: container.tick.brought = entry->integer(); break;
            default: unpack_lease(*entry, ContainerTag::lease, container.lease); break;
        }
    }
    return container;
}

void insert_at(WriteTxn& tx, const Container& container, std::int64_t deleted_tick) {
    tx.execute(
        "INSERT INTO containers(name, deleted_tick, container_id, root_dir_id, tick, created, access, props) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        container.name, deleted_tick, container.container_id, container.root_dir_id, tick_count(container.tick),
        tick_count(container.created), static_cast<int>(container.access), pack(container));
}

}  // namespace

std::optional<Container> find_container(ReadTxn& tx, std::string_view name) {
    Cursor row = tx.query(
        "SELECT name, container_id, root_dir_id, tick, created, access, props, deleted_tick FROM containers "
        "WHERE name = ?1 AND deleted_tick = ?2",
        name, kLive);
    if (!row.next()) return std::nullopt;
    return read_row(row);
}

std::optional<Container> find_container_of(ReadTxn& tx, std::int64_t root_dir_id) {
    Cursor row = tx.query(
        "SELECT name, container_id, root_dir_id, tick, created, access, props, deleted_tick FROM containers "
        "WHERE root_dir_id = ?1 AND deleted_tick = 9223372036854775807",
        root_dir_id);
    if (!row.next()) return std::nullopt;
    return read_row(row);
}

Result<Container> require_container(ReadTxn& tx, std::string_view name) {
    auto container = find_container(tx, name);
    if (!container) return fail(ErrorCode::container_not_found);
    return *std::move(container);
}

void insert_container(WriteTxn& tx, const Container& container) { insert_at(tx, container, kLive); }

void update_container(WriteTxn& tx, const Container& container) {
    tx.execute("UPDATE containers SET tick = ?3, access = ?4, props = ?5 WHERE name = ?1 AND deleted_tick = ?2",
               container.name, kLive, tick_count(container.tick), static_cast<int>(container.access),
               pack(container));
}

void delete_container(WriteTxn& tx, const Container& container, const std::optional<Retention>& deleted) {
    tx.execute("DELETE FROM containers WHERE name = ?1 AND deleted_tick = ?2", container.name, kLive);
    if (!deleted) return tx.drain(WriteTxn::Drain::directory, container.root_dir_id);
    Container kept = container;
    kept.deleted = deleted;
    kept.lease.reset();
    insert_at(tx, kept, tick_count(deleted->deleted));
    tx.expire_at(deleted->until, static_cast<int>(Expiry::containers), container.container_id, container.name);
}

std::optional<Container> find_deleted_container(ReadTxn& tx, std::string_view name, Instant deleted) {
    Cursor row = tx.query(
        "SELECT name, container_id, root_dir_id, tick, created, access, props, deleted_tick FROM containers "
        "WHERE name = ?1 AND deleted_tick = ?2",
        name, tick_count(deleted));
    if (!row.next()) return std::nullopt;
    Container container = read_row(row);
    if (!container.deleted || container.deleted->until <= tx.now()) return std::nullopt;
    return container;
}

void restore_container(WriteTxn& tx, const Container& container) {
    tx.execute("DELETE FROM containers WHERE name = ?1 AND deleted_tick = ?2", container.name,
               tick_count(container.deleted->deleted));
    Container live = container;
    live.deleted.reset();
    insert_container(tx, live);
}

void remove_over(WriteTxn& tx, std::string_view name, std::int64_t container_id) {
    std::vector<Container> over;
    {
        Cursor row = tx.query(
            "SELECT name, container_id, root_dir_id, tick, created, access, props, deleted_tick FROM containers "
            "WHERE name = ?1 AND container_id = ?2 AND deleted_tick < ?3",
            name, container_id, kLive);
        while (row.next()) over.push_back(read_row(row));
    }
    for (const Container& container : over) {
        if (container.deleted->until > tx.now()) continue;  // restored since, and deleted again
        tx.execute("DELETE FROM containers WHERE name = ?1 AND deleted_tick = ?2", name,
                   tick_count(container.deleted->deleted));
        tx.drain(WriteTxn::Drain::directory, container.root_dir_id);
    }
}

// The number is kLive: as a literal it lets SQLite take the index of live containers.
ContainerCursor::ContainerCursor(ReadTxn& tx, std::string_view first)
    : now_(tx.now()),
      cursor_(tx.query("SELECT name, container_id, root_dir_id, tick, created, access, props, deleted_tick FROM containers "
                       "WHERE deleted_tick = 9223372036854775807 AND name >= ?1 ORDER BY name",
                       first)) {
    static_assert(kLive == 9223372036854775807);
}

ContainerCursor::ContainerCursor(ReadTxn& tx, std::string_view first, Instant deleted)
    : now_(tx.now()),
      cursor_(tx.query("SELECT name, container_id, root_dir_id, tick, created, access, props, deleted_tick FROM containers "
                       "WHERE (name, deleted_tick) >= (?1, ?2) ORDER BY name, deleted_tick",
                       first, tick_count(deleted))) {}

std::optional<Container> ContainerCursor::next() {
    while (cursor_.next()) {
        Container container = read_row(cursor_);
        if (!container.deleted || container.deleted->until > now_) return container;
    }
    return std::nullopt;
}

}  // namespace lazulite::blob
