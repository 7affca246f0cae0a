#include "model.hpp"

#include <algorithm>

namespace lazulite::blob::test {
namespace {

const Outcome kOk{200, ""};
const Outcome kCreated{201, ""};
const Outcome kAccepted{202, ""};
const Outcome kNoContent{204, ""};
const Outcome kNotFound{404, "BlobNotFound"};
const Outcome kNotMet{412, "ConditionNotMet"};

Outcome conflict(const char* code) { return {409, code}; }

/// Lease, then condition.
std::optional<Outcome> refused(const Name& name, bool write, const Given& given, Instant now) {
    const Lease none;
    const Lease& lease = name.current ? name.current->lease : none;
    if (auto outcome = lease.refuses(write, given.lease, now, "Blob")) return outcome;
    if (given.if_match.empty()) return std::nullopt;
    if (!name.current || name.current->etag != given.if_match) return kNotMet;
    return std::nullopt;
}

void expire(std::map<std::string, Former>& formers, Instant now) {
    std::erase_if(formers, [now](const auto& each) { return each.second.deleted && each.second.deleted->until <= now; });
}

const State* find_in(const std::map<std::string, Former>& formers, const std::string& id) {
    const auto found = formers.find(id);
    return found == formers.end() || found->second.deleted ? nullptr : &found->second;
}

bool any_kept(const std::map<std::string, Former>& formers) {
    return std::any_of(formers.begin(), formers.end(), [](const auto& each) { return !each.second.deleted; });
}

}  // namespace

// ---- writes ---------------------------------------------------------------------------------------------------------

std::optional<Deleted> Model::retention() const {
    if (settings.retention_days == 0) return std::nullopt;
    return Deleted{now, now + std::chrono::days(settings.retention_days)};
}

void Model::keep_as_version(Name& name, const Current& former) {
    name.versions[former.version.empty() ? unknown() : former.version] = {former, std::nullopt};
}

void Model::supersede_deleted(Name& name) {
    if (!name.deleted) return;
    name.snapshots[unknown()] = *name.deleted;
    name.deleted.reset();
}

void Model::replace(Name& name, State state, const Named& named) {
    Current next{std::move(state), named.etag, settings.versioning ? named.version : "", {}};
    if (name.current) {
        next.lease = name.current->lease;
        next.lease.written(now);
        if (settings.versioning || !name.current->version.empty()) {
            keep_as_version(name, *name.current);
        } else if (const auto deleted = retention()) {
            name.snapshots[unknown()] = {*name.current, deleted};
        }
    }
    supersede_deleted(name);
    name.current = std::move(next);
    name.staged.clear();
}

Outcome Model::put_blob(const std::string& name, State state, const Given& given, const Named& named) {
    if (auto outcome = refused(at(name), true, given, now)) return *outcome;
    replace(at(name), std::move(state), named);
    return kCreated;
}

Outcome Model::put_block(const std::string& name, const std::string& id, const std::string& bytes, const Given& given) {
    if (auto outcome = refused(at(name), true, {given.lease, ""}, now)) return *outcome;
    Name& place = at(name);
    if (place.staged.empty() && !settings.versioning) supersede_deleted(place);
    place.staged[id] = bytes;
    place.staged_last = now;
    return kCreated;
}

Outcome Model::put_block_list(const std::string& name, const std::vector<std::string>& ids, State state,
                              const Given& given, const Named& named) {
    Name& place = at(name);
    if (auto outcome = refused(place, true, given, now)) return *outcome;
    for (const std::string& id : ids) {
        std::optional<std::string> bytes;
        if (place.current) {
            for (const auto& [committed, text] : place.current->blocks) {
                if (committed == id) bytes = text;
            }
        }
        if (const auto staged = place.staged.find(id); staged != place.staged.end()) bytes = staged->second;
        if (!bytes) return {400, "InvalidBlockList"};
        state.blocks.emplace_back(id, *bytes);
        state.bytes += *bytes;
    }
    replace(place, std::move(state), named);
    return kCreated;
}

Outcome Model::append(const std::string& name, const std::string& bytes, const Given& given, const Named& named) {
    Name& place = at(name);
    if (!place.current) return kNotFound;
    if (auto outcome = refused(place, true, given, now)) return *outcome;
    place.current->bytes += bytes;
    place.current->etag = named.etag;
    place.current->lease.written(now);
    return kCreated;
}

Outcome Model::write(const std::string& name, std::size_t offset, const std::string& bytes, const Given& given,
                     const Named& named) {
    Name& place = at(name);
    if (!place.current) return kNotFound;
    if (auto outcome = refused(place, true, given, now)) return *outcome;
    if (offset + bytes.size() > place.current->bytes.size()) return {416, "InvalidPageRange"};
    place.current->bytes.replace(offset, bytes.size(), bytes);
    place.current->etag = named.etag;
    place.current->lease.written(now);
    return kCreated;
}

Outcome Model::copy(const std::string& name, const State* from, State state, bool upload, bool at_once, const Given& given,
                    const Named& named) {
    Name& place = at(name);
    if (auto outcome = refused(place, true, given, now)) return *outcome;
    if (from == nullptr) return {404, "CannotVerifyCopySource"};
    if (!at_once && place.current && place.current->lease.ends(now)) return Outcome{412, "InfiniteLeaseDurationRequired"};
    state.bytes = from->bytes;
    state.language = from->language;
    if (!upload) state.blocks = from->blocks;
    if (!upload && state.metadata.empty()) state.metadata = from->metadata;
    replace(place, std::move(state), named);
    return upload ? kCreated : kAccepted;
}

Outcome Model::set_metadata(const std::string& name, const std::string& value, const Given& given, const Named& named) {
    Name& place = at(name);
    if (!place.current) return kNotFound;
    if (auto outcome = refused(place, true, given, now)) return *outcome;
    if (settings.versioning || !place.current->version.empty()) keep_as_version(place, *place.current);
    place.current->version = settings.versioning ? named.version : "";
    place.current->metadata = value;
    place.current->etag = named.etag;
    place.current->lease.written(now);
    return kOk;
}

Outcome Model::set_language(const std::string& name, const std::string& value, const Given& given, const Named& named) {
    Name& place = at(name);
    if (!place.current) return kNotFound;
    if (auto outcome = refused(place, true, given, now)) return *outcome;
    place.current->language = value;
    place.current->etag = named.etag;
    place.current->lease.written(now);
    return kOk;
}

Outcome Model::set_tag(const std::string& name, const std::string& value, const Given& given) {
    Name& place = at(name);
    if (!place.current) return kNotFound;
    if (auto outcome = refused(place, true, {given.lease, ""}, now)) return *outcome;
    place.current->tag = value;
    return kNoContent;
}

Outcome Model::snapshot(const std::string& name, const std::string& metadata, const Given& given, const Named& named) {
    Name& place = at(name);
    if (!place.current) return kNotFound;
    if (auto outcome = refused(place, false, given, now)) return *outcome;
    Former taken{*place.current, std::nullopt};
    if (!metadata.empty()) taken.metadata = metadata;
    place.snapshots[named.snapshot] = taken;
    if (settings.versioning) {
        keep_as_version(place, *place.current);
        place.current->version = named.version;
    }
    return kCreated;
}

bool Model::loses(const Name& name) const {
    const bool version = settings.versioning || (name.current && !name.current->version.empty());
    return !version && settings.retention_days == 0;
}

void Model::delete_snapshots(Name& name) {
    const auto deleted = retention();
    for (auto& [id, snapshot] : name.snapshots) {
        if (!snapshot.deleted) snapshot.deleted = deleted;
    }
    if (!deleted) std::erase_if(name.snapshots, [](const auto& each) { return !each.second.deleted; });
}

Outcome Model::remove(const std::string& name, const std::string& snapshots, const Given& given) {
    Name& place = at(name);
    if (!place.current) return kNotFound;
    if (auto outcome = refused(place, true, given, now)) return *outcome;
    const bool version = settings.versioning || !place.current->version.empty();
    const bool has_snapshots = loses(place) ? !place.snapshots.empty() : any_kept(place.snapshots);
    if (snapshots.empty() && has_snapshots) return conflict("SnapshotsPresent");
    if (!snapshots.empty()) delete_snapshots(place);
    if (snapshots == "only") return kAccepted;
    if (version) {
        keep_as_version(place, *place.current);
    } else if (const auto deleted = retention()) {
        place.deleted = Former{*place.current, deleted};
    }
    place.current.reset();
    place.staged.clear();
    return kAccepted;
}

Outcome Model::remove_snapshot(const std::string& name, const std::string& id) {
    if (find_snapshot(name, id) == nullptr) return kNotFound;
    Former& snapshot = at(name).snapshots[id];
    snapshot.deleted = retention();
    if (!snapshot.deleted) at(name).snapshots.erase(id);
    return kAccepted;
}

Outcome Model::remove_version(const std::string& name, const std::string& id) {
    Name& place = at(name);
    if (place.current && place.current->version == id) {
        return refused(place, true, {}, now).value_or(Outcome{403, "OperationNotAllowedOnRootBlob"});
    }
    if (find_version(name, id) == nullptr) return kNotFound;
    Former& version = place.versions[id];
    version.deleted = retention();
    if (!version.deleted) place.versions.erase(id);
    return kAccepted;
}

Outcome Model::undelete(const std::string& name) {
    Name& place = at(name);
    if (!place.current && !place.deleted && place.snapshots.empty() && place.versions.empty()) return kNotFound;
    for (auto* const formers : {&place.snapshots, &place.versions}) {
        for (auto& [id, former] : *formers) former.deleted.reset();
    }
    if (place.deleted) place.current = Current{*place.deleted, "", "", {}};
    place.deleted.reset();
    return kOk;
}

// ---- reads ----------------------------------------------------------------------------------------------------------

const State* Model::find(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() || !found->second.current ? nullptr : &*found->second.current;
}

const State* Model::find_snapshot(const std::string& name, const std::string& id) const {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : find_in(found->second.snapshots, id);
}

const State* Model::find_version(const std::string& name, const std::string& id) const {
    const auto found = names_.find(name);
    if (found == names_.end()) return nullptr;
    if (found->second.current && found->second.current->version == id) return &*found->second.current;
    return find_in(found->second.versions, id);
}

Lease* Model::lease(const std::string& name) {
    Name& place = at(name);
    return place.current ? &place.current->lease : nullptr;
}

void Model::advance(Instant to) {
    now = to;
    for (auto& [key, name] : names_) {
        expire(name.snapshots, now);
        expire(name.versions, now);
        if (name.deleted && name.deleted->deleted->until <= now) name.deleted.reset();
        if (name.staged_last + std::chrono::weeks(1) <= now) name.staged.clear();
    }
}

}  // namespace lazulite::blob::test
