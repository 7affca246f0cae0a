#pragma once

#include <utility>

#include "file/ops/file_system_headers.hpp"
#include "wire/metadata.hpp"

// What setting the properties or metadata of a directory has in common with that of a file.

namespace lazulite::file {

/// Makes what `find(WriteTxn&) -> Result<FilePlace>` finds as `change` says, and as `set(WriteTxn&, Node&)` does. Answers with
/// all that file systems know of it.
template <class Find, class Set>
Task<Result<Response>> set_properties(Exchange& x, const FileSystemChange& change, Find find, Set set) {
    LAZ_CO_TRY(const FilePlace place, co_await x.store->write([&](WriteTxn& tx) -> Result<FilePlace> {
        LAZ_TRY(FilePlace found, find(tx));
        const auto parent = found.is_root ? found.node : find_node(tx, found.parent());
        const Node before = begin_change(tx, found.share(), *found.node);
        Node after = before;
        LAZ_CHECK(apply(tx, found.share(), *parent, change, after));
        set(tx, after);
        end_change(tx, found.share(), before, after);
        found.node = std::move(after);
        return found;
    }));
    Response response;
    add_tick(response, place.node->tick);
    add_encrypted(response, x.version);
    add_file_system_headers(response, shown_node(x, place, *place.node));
    co_return response;
}

/// Gives what is found so this metadata, in place of what it had.
template <class Find>
Task<Result<Response>> set_metadata(Exchange& x, const Metadata& metadata, Find find) {
    LAZ_CO_TRY(const Node set, co_await x.store->write([&](WriteTxn& tx) -> Result<Node> {
        LAZ_TRY(const FilePlace place, find(tx));
        return change_node(tx, place.share(), *place.node, [&](Node& node) {
            node.metadata = metadata.pack();
            node.changed = node.tick;
        });
    }));
    Response response;
    add_tick(response, set.tick);
    add_encrypted(response, x.version);
    co_return response;
}

}  // namespace lazulite::file
