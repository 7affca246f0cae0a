#pragma once

#include "blob/domain/access_control.hpp"
#include "blob/rows/blobs.hpp"
#include "wire/message.hpp"

namespace lazulite::blob {

/// Owner, group and permissions of a file or directory as headers; the list itself where the answer tells it. `name_of`:
/// the names to show in place of the object ids of users, with `upn=true`.
inline void add_access(Response& response, const AccessControl& access, bool with_acl, const NameOfUser& name_of = {}) {
    const auto named = [&](const std::string& id) {
        const std::string name = name_of ? name_of(id) : std::string();
        return name.empty() ? id : name;
    };
    response.fields.add("x-ms-owner", named(access.owner));
    response.fields.add("x-ms-group", access.group);
    response.fields.add("x-ms-permissions", access.permissions());
    if (with_acl) response.fields.add("x-ms-acl", print_acl(access.entries(), name_of));
}

/// The same of what stands in a hierarchical container.
inline void add_access(Response& response, const Blob& blob, bool with_acl, const NameOfUser& name_of = {}) {
    add_access(response, AccessControl::unpack(blob.access, blob.is_directory()), with_acl, name_of);
}

}  // namespace lazulite::blob
