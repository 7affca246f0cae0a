#include "block_model.hpp"

#include <algorithm>

namespace concurrency {

BlockModel::BlockModel(const Events& events, bool& sound) {
    for (const Event* const event : events) {
        const bool read = has(event->got, "version");
        sound &= versions_.learn(text(event->got, "etag"),
                                 number(read ? event->got : event->given, read ? "version" : "value"));
    }
}

BlockModel::Op BlockModel::read(const Event& event) const {
    Op op(event);
    op.what = event.what;
    op.value = number(event.given, "value");
    op.condition = Condition::of(event, versions_);
    op.version = number(event.got, "version");
    for (const Fields* const fields : {&event.given, &event.got}) {
        for (const auto& [name, value] : *fields) {
            if (name == "id") op.ids.push_back(std::clamp<std::int64_t>(as_number(value), 0, kIds - 1));
            if (name == "staged") op.staged.push_back(as_number(value));
            if (name == "block") op.content.push_back(as_number(value));
        }
    }
    if (op.condition.match > 0) op.names = {mark_of(op.condition.match, 0)};
    if (!op.answered) return op;
    if (op.version > 0) op.needs.push_back(mark_of(op.version, 0));
    if (op.status < 300 && op.condition.match > 0) op.needs.push_back(mark_of(op.condition.match, 0));
    for (const std::int64_t block : op.content) op.needs.push_back(mark_of(block, kBlockValue));
    return op;
}

void BlockModel::marks(const State& state, Marks& marks) const {
    marks = {mark_of(state[kVersion], 0)};
    for (std::size_t i = kStaged; i < kOrder; ++i) marks.push_back(mark_of(state[i], kBlockValue));
}

/// Reference: "Put Block", "Put Block List" (Latest), "Get Block List", "Get Blob".
bool BlockModel::step(State& state, const Op& op) const {
    const bool there = state[kVersion] != 0;
    const bool staged =
        std::any_of(state.begin() + kStaged, state.begin() + kCommitted, [](std::int64_t value) { return value != 0; });
    if (op.what == "stage") {
        state[kStaged + static_cast<std::size_t>(op.ids.front())] = op.value;
        return op.is(201);
    }
    if (op.what == "commit") return commit(state, op);
    if (op.what == "list") {
        if (!there && !staged) return op.is(404, "BlobNotFound");
        std::vector<std::int64_t> ids;
        for (std::size_t i = 0; i < kIds; ++i) {
            if (state[kStaged + i] != 0) ids.push_back(static_cast<std::int64_t>(i));
        }
        const bool same =
            std::equal(op.ids.begin(), op.ids.end(), state.begin() + kOrder, state.end()) && op.staged == ids;
        return op.is(200) && (!op.answered || same);
    }
    // get
    if (!there) return op.is(404, "BlobNotFound");
    State content;
    for (std::size_t i = kOrder; i < state.size(); ++i)
        content.push_back(state[kCommitted + static_cast<std::size_t>(state[i])]);
    return op.is(200) && (!op.answered || (op.version == state[kVersion] && op.content == content));
}

bool BlockModel::commit(State& state, const Op& op) const {
    const std::int64_t version = state[kVersion];
    const bool taken = op.condition.absent && version != 0;
    const bool other = !op.condition.matches(version);
    State next = first();
    bool known = true;
    next[kVersion] = op.value;
    for (const std::int64_t id : op.ids) {
        const auto at = static_cast<std::size_t>(id);
        const std::int64_t value = state[kStaged + at] != 0 ? state[kStaged + at] : state[kCommitted + at];
        known &= value != 0;
        next[kCommitted + at] = value;
        next.push_back(id);
    }
    if (taken || other || !known) {  // of two errors either may be told
        return !op.answered || (taken && op.is(409, "BlobAlreadyExists")) || (other && op.is(412, "ConditionNotMet")) ||
               (!known && op.is(400, "InvalidBlockList"));
    }
    state = std::move(next);
    return op.is(201);
}

}  // namespace concurrency
