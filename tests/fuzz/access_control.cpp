// Access control: lists as text, permissions, and what stands in the store. What is read keeps its promises, and says
// the same when it is written and read again.

#include <algorithm>

#include "blob/domain/access_check.hpp"
#include "input.hpp"

using namespace lazulite;
using namespace lazulite::blob;

namespace {

void check(const AccessControl& access, bool directory) {
    const AclEntries& entries = access.entries();
    require(std::is_sorted(entries.begin(), entries.end()));
    for (const AclScope scope : {AclScope::access, AclScope::inherited}) {
        if (scope == AclScope::inherited && !access.has_default()) continue;
        const auto of_scope = [&](const AclEntry& e) { return e.scope == scope; };
        const auto named = [&](const AclEntry& e) { return e.scope == scope && e.named(); };
        require(std::count_if(entries.begin(), entries.end(), of_scope) <=
                static_cast<std::ptrdiff_t>(kMostAclEntries));
        require(access.find(scope, AclType::user) && access.find(scope, AclType::group) &&
                access.find(scope, AclType::other));
        require(access.find(scope, AclType::mask) || std::none_of(entries.begin(), entries.end(), named));
    }
    require(directory || !access.has_default());
    require(AccessControl::unpack(access.pack(directory), directory) == access);

    AccessControl same = access;
    same.set_mode(access.mode());
    require(same == access);
    require(parse_path_permissions(print_mode(access.mode())).value() == access.mode());
    require(may({.superuser = true}, kAclEverything, access));
    static_cast<void>(may({.object_id = entries[1].id, .groups = {"a@b", entries.back().id}}, kAclRead, access));
    for (const bool child : {false, true}) {
        const auto made = NewPath{.directory = child}.below(access);
        require(made.has_value() && (made->has_default() == (child && access.has_default())));
    }
}

void check_text(std::string_view text, bool directory) {
    const auto entries = parse_acl(text);
    if (entries) {
        require(parse_acl(print_acl(*entries)).value() == *entries);
        AccessControl access = AccessControl::usual(directory);
        if (access.set_acl(*entries, directory)) {
            check(access, directory);
            AccessControl again = AccessControl::usual(directory);
            require(again.set_acl(parse_acl(print_acl(access.entries())).value(), directory).has_value());
            require(again == access);
        }
    }
    AccessControl access = NewPath{.directory = directory, .owner = "a@b"}.below(AccessControl::usual(true)).value();
    static_cast<void>(access.modify_acl(parse_acl("user:a@b:r--,user:c@d:rwx").value(), directory));
    for (const auto kind : {AclUpdate::Kind::modify, AclUpdate::Kind::remove, AclUpdate::Kind::set}) {
        const auto update = AclUpdate::parse(kind, text);
        if (update) static_cast<void>(update->apply(access, directory));
        check(access, directory);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = text_of(data, size);
    if (const auto mode = parse_path_permissions(input)) {
        require(*mode <= 01777 && parse_path_permissions(print_mode(*mode)).value() == *mode);
    }
    if (const auto mask = parse_umask(input)) require(*mask <= 0777);
    for (const bool directory : {false, true}) {
        check(AccessControl::unpack(input, directory), directory);
        check_text(input, directory);
    }
    return 0;
}
