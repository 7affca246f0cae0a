#include "blob_models.hpp"

namespace concurrency {
namespace {

/// Every answer that shows an ETag says which write it is: a write's own, or the one a read names.
void learn_versions(const Events& events, Versions& versions, bool& sound) {
    for (const Event* const event : events) {
        const std::string_view etag = text(event->got, "etag");
        if (etag.empty()) continue;
        const bool read = has(event->got, "version");
        sound &= versions.learn(etag, read ? number(event->got, "version") : number(event->given, "value"));
    }
}

/// A read needs the version it shows, a write that succeeded or a read that was spared the one it named.
void need_versions(Came& op, const Condition& condition, std::int64_t shown) {
    for (const std::int64_t version : {condition.match, condition.none_match}) {
        if (version > 0) op.names.push_back(mark_of(version, 0));
    }
    if (!op.answered) return;
    if (op.status < 300 && condition.match > 0) op.needs = {mark_of(condition.match, 0)};
    if (op.status == 304) op.needs = {mark_of(condition.none_match, 0)};
    if (shown > 0) op.needs = {mark_of(shown, 0)};
}

std::vector<std::int64_t> numbers(const Fields& fields, std::string_view name) {
    std::vector<std::int64_t> all;
    for (const auto& [field, value] : fields) {
        if (field == name) all.push_back(as_number(value));
    }
    return all;
}

}  // namespace

// ---- ETags --------------------------------------------------------------------------------------------------------

EtagModel::EtagModel(const Events& events, bool& sound) {
    learn_versions(events, versions_, sound);
}

EtagModel::Op EtagModel::read(const Event& event) const {
    Op op(event);
    op.what = event.what;
    op.value = number(event.given, "value");
    op.condition = Condition::of(event, versions_);
    op.content = number(event.got, "content");
    op.version = number(event.got, "version");
    need_versions(op, op.condition, op.version);
    if (op.content > 0) op.needs.push_back(mark_of(op.content, kContent));
    return op;
}

/// Reference: "Specifying conditional headers for Blob service operations".
bool EtagModel::step(State& state, const Op& op) const {
    std::int64_t& content = state[0];
    std::int64_t& version = state[1];
    const bool there = version != 0;
    const bool met = op.condition.matches(version);
    if (op.what == "put") {
        if (op.condition.absent && there) return op.is(409, "BlobAlreadyExists");
        if (!met) return op.is(412, "ConditionNotMet");
        content = version = op.value;
        return op.is(201);
    }
    if (!there) return op.is(404, "BlobNotFound");
    if (!met) return op.is(412, "ConditionNotMet");
    if (op.what == "set-metadata") {
        version = op.value;
        return op.is(200);
    }
    if (op.what == "delete") {
        content = version = 0;
        return op.is(202);
    }
    // get
    if (op.condition.none_match == version) return op.is(304, "ConditionNotMet");
    return op.is(200) && (!op.answered || (op.content == content && op.version == version));
}

// ---- leases -------------------------------------------------------------------------------------------------------

LeaseModel::Op LeaseModel::read(const Event& event) const {
    Op op(event);
    op.what = event.what;
    op.asked = LeaseRules::Asked(event);
    op.value = number(event.given, "value");
    op.content = number(event.got, "content");
    op.phase = text(event.got, "state");
    op.left = number(event.got, "left", -1);
    if (op.content > 0) op.needs = {op.content};
    return op;
}

bool LeaseModel::step(State& state, const Op& op) const {
    std::int64_t& content = state[LeaseRules::size];
    if (op.what == "advance") {
        state[LeaseRules::now] += kStep;
        return op.is(200);
    }
    if (op.what == "put") {
        if (const std::string_view code = LeaseRules::refused(state, 0, op.asked, false); !code.empty())
            return op.is(412, code);
        content = op.value;
        LeaseRules::changed(state, 0);
        return op.is(201);
    }
    if (op.what == "get") {
        // Who reads need not name the lease, but one that is named is looked at.
        if (op.asked.lease != 0) {
            const std::string_view code = LeaseRules::refused(state, 0, op.asked, false);
            if (!code.empty()) return op.is(412, code);
        }
        return op.is(200) &&
               (!op.answered || (op.content == content && op.phase == LeaseRules::name(LeaseRules::phase(state, 0))));
    }
    return LeaseRules::step(state, 0, op.what, op.asked, op, op.left);
}

// ---- appends ------------------------------------------------------------------------------------------------------

AppendModel::AppendModel(const Events& events, bool& sound) {
    learn_versions(events, versions_, sound);
}

AppendModel::Op AppendModel::read(const Event& event) const {
    Op op(event);
    op.what = event.what;
    op.value = number(event.given, "value");
    op.condition = Condition::of(event, versions_);
    op.position = number(event.given, "position", -1);
    op.most = number(event.given, "most", -1);
    op.offset = number(event.got, "offset");
    op.blocks = number(event.got, "blocks");
    op.version = number(event.got, "version");
    op.content = numbers(event.got, "block");
    need_versions(op, op.condition, op.version);
    return op;
}

/// Reference: "Append Block", "Put Blob".
bool AppendModel::step(State& state, const Op& op) const {
    std::int64_t& version = state[0];
    const bool there = version != 0;
    const bool met = op.condition.matches(version);
    if (op.what == "create") {
        if (op.condition.absent && there) return op.is(409, "BlobAlreadyExists");
        if (!met) return op.is(412, "ConditionNotMet");
        state = {op.value};
        return op.is(201);
    }
    if (!there) return op.is(404, "BlobNotFound");
    if (!met) return op.is(412, "ConditionNotMet");
    if (op.what == "append") return append(state, op);
    if (op.what == "delete") {
        state = {0};
        return op.is(202);
    }
    // get
    const bool same = op.version == version && std::vector<std::int64_t>(state.begin() + 1, state.end()) == op.content;
    return op.is(200) && (!op.answered || same);
}

bool AppendModel::append(State& state, const Op& op) const {
    const std::int64_t blocks = static_cast<std::int64_t>(state.size()) - 1;
    const std::int64_t size = blocks * kBlock;
    const bool misplaced = op.position >= 0 && op.position != size;
    const bool too_much = op.most >= 0 && size + kBlock > op.most;
    if (misplaced || too_much) {  // of two errors either may be told
        return !op.answered || (misplaced && op.is(412, "AppendPositionConditionNotMet")) ||
               (too_much && op.is(412, "MaxBlobSizeConditionNotMet"));
    }
    state[0] = op.value;
    state.push_back(op.value);
    return op.is(201) && (!op.answered || (op.offset == size && op.blocks == blocks + 1));
}

}  // namespace concurrency
