#include "model.hpp"
#include "outcomes.hpp"

// Copy File, Abort Copy File, Create Permission and Get Permission.
namespace lazulite::file::test {
namespace {

const std::string kSource = "source";

std::string with_archive(const std::string& attributes) {
    if (attributes == "None") return "Archive";
    return attributes.find("Archive") != std::string::npos ? attributes : attributes + " | Archive";
}

}  // namespace

Outcome Model::copy(const Where& to, const Copy& asked, const Told& told) {
    const bool overrides = asked.permission_mode == "override";
    if (overrides && !asked.permission.given()) return {400, "MissingRequiredHeader"};
    if (const auto refused = asked.permission.refused(); overrides && refused) return *refused;
    Outcome missing;
    Tree* const tree = live_of(to, missing);
    if (tree == nullptr) return missing;
    const Tree::Place place = tree->find(to.path);
    if (const auto refused = no_new_file(*tree, place, asked.lease, asked.ignore_read_only)) return *refused;
    const Node* found = nullptr;
    const Outcome there = read(asked.from, false, &found);
    if (there != kOk) return there;
    const Node from = *found;
    if (over_quota(to.share, place.there() ? tree->node(place.node).size : 0, from.size)) return kTooMuch;

    Node fresh = new_file(*tree, place, told);
    if (asked.permission_mode == kSource) {
        fresh.permission = from.permission;
        shares_.at(to.share).permissions.insert(fresh.permission);
    } else if (const auto refused = set_permission(to, asked.permission, true, place.parent, fresh)) {
        return *refused;
    }
    fresh.size = from.size;
    fresh.writes = from.writes;
    fresh.type = from.type;
    fresh.metadata = asked.metadata.empty() ? from.metadata : asked.metadata;
    if (!tree->keeps_case()) {
        fresh.attributes = asked.attributes.empty() ? "Archive" : asked.attributes == kSource ? from.attributes : asked.attributes;
        if (asked.set_archive) fresh.attributes = with_archive(fresh.attributes);
    }
    if (!asked.created.empty()) fresh.created = asked.created == kSource ? from.created : asked.created;
    if (!asked.last_written.empty()) fresh.last_written = asked.last_written == kSource ? from.last_written : asked.last_written;
    fresh.copy = LastCopy{told.copy_id, asked.source, from.size};
    save(*tree, place, std::move(fresh));
    return kAccepted;
}

Outcome Model::abort_copy(const Where& where, const std::string& lease) const {
    const Node* found = nullptr;
    const Outcome there = read(where, false, &found);
    if (there != kOk) return there;
    if (const auto refused = found->lease.refuses(true, lease, now, "File")) return *refused;
    return {409, "NoPendingCopyOperation"};
}

// ---- permissions ----------------------------------------------------------------------------------------------------

std::optional<Outcome> Model::set_permission(const Where& where, const AskedPermission& asked, bool is_new, int parent,
                                             Node& node) {
    Share& share = shares_.at(where.share);
    if (share.live.keeps_case()) return asked.given() ? std::optional(Outcome{400, "UnsupportedHeader"}) : std::nullopt;
    if (!asked.key.empty()) {
        std::string text;
        if (const Outcome known = permission(where.share, asked.key, text); known != kOk) return known;
        node.permission = text;
    } else if (asked.text == "inherit" || (is_new && asked.text.empty())) {
        node.permission = inherited_permission_of(share.live.node(parent).permission, node.kind == Node::Kind::directory);
    } else if (!asked.text.empty() && asked.text != "preserve") {
        node.permission = kept_permission(asked.text, is_new);
    }
    share.permissions.insert(node.permission);
    return std::nullopt;
}

Outcome Model::create_permission(const std::string& share, const std::string& text) {
    if (const auto refused = AskedPermission{text}.refused()) return *refused;
    const auto found = shares_.find(share);
    if (found == shares_.end()) return kNoShare;
    found->second.permissions.insert(kept_permission(text, false));
    return kCreated;
}

Outcome Model::permission(const std::string& share, const std::string& key, std::string& text) const {
    const auto found = shares_.find(share);
    if (found == shares_.end()) return kNoShare;
    for (const std::string& known : found->second.permissions) {
        const auto shown = keys_.find(known);
        if (shown == keys_.end() || shown->second != key) continue;
        text = known;
        return kOk;
    }
    return {400, "FileInvalidPermissionKey"};
}

bool Model::shown(const std::string& text, const std::string& key) {
    if (const auto known = keys_.find(text); known != keys_.end()) return known->second == key;
    for (const auto& [other, known] : keys_) {
        if (known == key) return false;
    }
    keys_[text] = key;
    return !key.empty();
}

}  // namespace lazulite::file::test
