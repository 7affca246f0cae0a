#include "blob/rows/containers.hpp"

#include <limits>

#include "base/packed.hpp"

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
    };
};

std::string pack(const Container& container) {
    PackedWriter props;
    props.put(ContainerTag::metadata, container.metadata);
    props.put(ContainerTag::default_encryption_scope, container.default_encryption_scope);
    props.put_integer(ContainerTag::deny_encryption_scope_override, container.deny_encryption_scope_override ? 1 : 0);
    props.put(ContainerTag::policies, container.policies);
    pack_lease(props, ContainerTag::lease, container.lease);
    return props.take();
}

// Columns: name, container_id, root_dir_id, tick, created, access, props.
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
            default: unpack_lease(*entry, ContainerTag::lease, container.lease); break;
        }
    }
    return container;
}

}  // namespace

std::optional<Container> find_container(ReadTxn& tx, std::string_view name) {
    Cursor row = tx.query(
        "SELECT name, container_id, root_dir_id, tick, created, access, props FROM containers "
        "WHERE name = ?1 AND deleted_tick = ?2",
        name, kLive);
    if (!row.next()) return std::nullopt;
    return read_row(row);
}

Result<Container> require_container(ReadTxn& tx, std::string_view name) {
    auto container = find_container(tx, name);
    if (!container) return fail(ErrorCode::container_not_found);
    return *std::move(container);
}

void insert_container(WriteTxn& tx, const Container& container) {
    tx.execute(
        "INSERT INTO containers(name, deleted_tick, container_id, root_dir_id, tick, created, access, props) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        container.name, kLive, container.container_id, container.root_dir_id, tick_count(container.tick),
        tick_count(container.created), static_cast<int>(container.access), pack(container));
}

void update_container(WriteTxn& tx, const Container& container) {
    tx.execute("UPDATE containers SET tick = ?3, access = ?4, props = ?5 WHERE name = ?1 AND deleted_tick = ?2",
               container.name, kLive, tick_count(container.tick), static_cast<int>(container.access),
               pack(container));
}

void delete_container(WriteTxn& tx, const Container& container) {
    tx.execute("DELETE FROM containers WHERE name = ?1 AND deleted_tick = ?2", container.name, kLive);
    tx.drain(WriteTxn::Drain::directory, container.root_dir_id);
}

ContainerCursor::ContainerCursor(ReadTxn& tx, std::string_view first)
    : cursor_(tx.query("SELECT name, container_id, root_dir_id, tick, created, access, props FROM containers "
                       "WHERE name >= ?1 AND deleted_tick = ?2 ORDER BY name",
                       first, kLive)) {}

std::optional<Container> ContainerCursor::next() {
    if (!cursor_.next()) return std::nullopt;
    return read_row(cursor_);
}

}  // namespace lazulite::blob
