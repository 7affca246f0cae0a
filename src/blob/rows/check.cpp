#include "blob/rows/check.hpp"

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "blob/rows/containers.hpp"

namespace lazulite::blob {
namespace {

using Problem = std::function<void(const std::string&)>;
using Drained = std::set<std::int64_t>;

/// Of containers that have directories.
std::unordered_set<std::int64_t> hierarchical_roots(ReadTxn& tx) {
    std::unordered_set<std::int64_t> roots;
    ContainerCursor containers(tx, "", Instant());
    while (const auto container = containers.next()) {
        if (container->hierarchical) roots.insert(container->root_dir_id);
    }
    return roots;
}

/// Every dir_id is that of a container's root or of a directory, which may be deleted, or is about to go.
void check_directories(ReadTxn& tx, const Drained& drained, const Problem& problem) {
    Cursor row = tx.query(
        "SELECT DISTINCT dir_id FROM (SELECT DISTINCT dir_id FROM blobs UNION SELECT dir_id FROM history "
        "UNION SELECT dir_id FROM retained UNION SELECT dir_id FROM staged_sets) "
        "WHERE dir_id NOT IN (SELECT root_dir_id FROM containers) "
        "AND dir_id NOT IN (SELECT child_dir_id FROM blobs WHERE child_dir_id IS NOT NULL) "
        "AND dir_id NOT IN (SELECT child_dir_id FROM retained WHERE child_dir_id IS NOT NULL)");
    while (row.next()) {
        const std::int64_t dir_id = row.integer(0);
        if (!drained.contains(dir_id)) problem("directory " + std::to_string(dir_id) + " is of no container and is not empty");
    }
}

/// No directory stands in itself, however far above.
void check_cycles(ReadTxn& tx, const Problem& problem) {
    std::unordered_map<std::int64_t, std::int64_t> above;
    {
        Cursor row = tx.query("SELECT child_dir_id, dir_id FROM blobs WHERE child_dir_id IS NOT NULL");
        while (row.next()) above.emplace(row.integer(0), row.integer(1));
    }
    std::unordered_set<std::int64_t> seen;
    for (const auto& [dir_id, first] : above) {
        std::unordered_set<std::int64_t> way;
        std::int64_t at = dir_id;
        while (!seen.contains(at) && way.insert(at).second) {
            const auto next = above.find(at);
            if (next == above.end()) break;
            at = next->second;
            if (way.contains(at)) problem("directory " + std::to_string(at) + " stands in itself");
        }
        seen.insert(way.begin(), way.end());
    }
}

/// In a flat container nothing is there and deleted; in a hierarchical one the name may have been given anew, also where the
/// container itself is gone.
void check_retained(ReadTxn& tx, const Drained& drained, const Problem& problem) {
    const auto hierarchical = hierarchical_roots(tx);
    Cursor row = tx.query("SELECT b.dir_id, b.name FROM blobs b JOIN retained d ON d.class = 3 AND d.dir_id = b.dir_id AND d.name = b.name");
    while (row.next()) {
        const bool may_be = hierarchical.contains(row.integer(0)) || drained.contains(row.integer(0));
        if (!may_be) problem(std::string(row.bytes(1)) + " is there and deleted");
    }
}

void check_tags(ReadTxn& tx, const Drained& drained, const Problem& problem) {
    Cursor row = tx.query(
        "SELECT t.dir_id, t.name FROM tags t WHERE NOT EXISTS (SELECT 1 FROM blobs b WHERE t.class = 0 AND "
        "b.dir_id = t.dir_id AND b.name = t.name) AND NOT EXISTS (SELECT 1 FROM history h WHERE t.class = 2 AND "
        "h.dir_id = t.dir_id AND h.name = t.name AND h.class = t.class AND h.tick = t.tick)");
    while (row.next()) {
        if (!drained.contains(row.integer(0))) problem(std::string(row.bytes(1)) + " is not there and found by a tag");
    }
}

void check_marks(ReadTxn& tx, const Drained& drained, const Problem& problem) {
    Cursor row = tx.query(
        "SELECT m.dir_id, m.name FROM history m WHERE m.class = 3 AND NOT EXISTS (SELECT 1 FROM "
        "(SELECT dir_id, name, class FROM history UNION ALL SELECT dir_id, name, class FROM retained) v "
        "WHERE v.dir_id = m.dir_id AND v.name = m.name AND v.class = 2)");
    while (row.next()) {
        if (!drained.contains(row.integer(0))) problem("no version is left of " + std::string(row.bytes(1)) + ", which has a mark");
    }
}

}  // namespace

void check_rows(ReadTxn& tx, const Drained& drained, const Problem& problem) {
    check_directories(tx, drained, problem);
    check_cycles(tx, problem);
    check_retained(tx, drained, problem);
    check_tags(tx, drained, problem);
    check_marks(tx, drained, problem);
}

}  // namespace lazulite::blob
