#include "other_models.hpp"

#include <algorithm>

namespace concurrency {

// ---- messages -----------------------------------------------------------------------------------------------------

MessageModel::MessageModel(const Events& events, std::int64_t message) : message_(message) {
    for (const Event* const event : events) {
        if (!event->answered()) unknown_.emplace(event, -static_cast<std::int64_t>(unknown_.size()) - 1);
        for (const Fields* const fields : {&event->given, &event->got}) {
            for (const auto& [name, value] : *fields) {
                if (name == "receipt") receipts_.emplace(value, static_cast<std::int64_t>(receipts_.size()) + 1);
            }
        }
    }
}

std::int64_t MessageModel::receipt(std::string_view text) const {
    const auto found = receipts_.find(text);
    return found == receipts_.end() ? 0 : found->second;
}

MessageModel::Op MessageModel::read(const Event& event) const {
    Op op(event);
    op.what = event.what;
    op.about = number(event.given, "message") == message_;
    op.visibility = number(event.given, "visibility");
    op.receipt = receipt(text(event.given, "receipt"));
    op.most = number(event.given, "most");
    op.value = number(event.given, "value");
    op.next_receipt = event.answered() ? receipt(text(event.got, "receipt")) : unknown_.at(&event);
    if (op.answered && op.status < 300 && op.receipt > 0) op.needs = {op.receipt};
    if (op.what != "get" && op.what != "peek") return op;
    // Each message that came begins with its number.
    bool mine = false;
    for (const auto& [name, value] : event.got) {
        if (name == "message") {
            ++op.got;
            mine = as_number(value) == message_;
            op.shown |= mine;
        } else if (mine && name == "value") {
            op.value = as_number(value);
        } else if (mine && name == "count") {
            op.dequeued = as_number(value);
        } else if (mine && name == "receipt") {
            op.next_receipt = receipt(value);
        }
    }
    op.only_looks = op.answered && (op.what == "peek" || !op.shown);
    return op;
}

/// Reference: "Put Message", "Get Messages", "Peek Messages", "Update Message", "Delete Message", "Clear Messages".
bool MessageModel::step(State& state, const Op& op) const {
    if (op.what == "advance") {
        state[kNow] += kStep;
        return op.is(200);
    }
    if (op.what == "get" || op.what == "peek") return give_out(state, op);
    if (op.what == "clear") {
        state[kThere] = 0;
        return op.is(204);
    }
    if (!op.about) return true;
    if (op.what == "put") {
        state = {1, op.next_receipt, state[kNow] + op.visibility, 0, message_, state[kNow]};
        return op.is(201);
    }
    if (state[kThere] == 0) return op.is(404, "MessageNotFound");
    if (op.receipt != state[kReceipt]) return op.is(400, "PopReceiptMismatch");
    if (op.what == "delete") {
        state[kThere] = 0;
        return op.is(204);
    }
    // update
    state[kReceipt] = op.next_receipt;
    state[kVisibleAt] = state[kNow] + op.visibility;
    if (op.value != 0) state[kValue] = op.value;
    return op.is(204);
}

bool MessageModel::give_out(State& state, const Op& op) const {
    const bool visible = state[kThere] != 0 && state[kNow] >= state[kVisibleAt];
    const bool takes = op.what == "get";
    if (!op.is(200)) return false;
    if (op.answered) {
        // One that is visible is left out only where others were enough.
        if (!op.shown) return !visible || op.got == op.most;
        if (!visible || op.value != state[kValue] || op.dequeued != state[kDequeued] + (takes ? 1 : 0)) return false;
    }
    if (!takes || !visible) return true;
    state[kReceipt] = op.next_receipt;
    state[kVisibleAt] = state[kNow] + op.visibility;
    ++state[kDequeued];
    return true;
}

// ---- entities -----------------------------------------------------------------------------------------------------

namespace {

std::size_t index_of(std::string_view text, std::size_t most) {
    return std::min(static_cast<std::size_t>(std::max<std::int64_t>(as_number(text), 0)), most - 1);
}

}  // namespace

TableModel::TableModel(const Events& events, bool& sound) {
    for (const Event* const event : events) {
        // An answer names the entity, then its version where it was read, then its ETag.
        std::size_t entity = 0;
        std::int64_t version = number(event->given, "value");
        for (const auto& [name, value] : event->got) {
            if (name == "entity") entity = index_of(value, kEntities);
            if (name == "version") version = as_number(value);
            if (name == "etag") sound &= versions_.at(entity).learn(value, version);
        }
    }
}

TableModel::Op TableModel::read(const Event& event) const {
    Op op(event);
    op.reads = event.what == "query";
    op.value = number(event.given, "value");
    op.index = number(event.got, "index");
    for (const auto& [name, value] : event.given) {
        if (name == "change") {
            op.changes.emplace_back();
            op.changes.back().kind = value == "insert"   ? Change::Kind::insert
                                     : value == "delete" ? Change::Kind::erase
                                                         : Change::Kind::merge;
        }
        if (op.changes.empty()) continue;
        Change& change = op.changes.back();
        if (name == "entity") change.entity = index_of(value, kEntities);
        if (name == "balance") change.balance = as_number(value);
        if (name == "if-match") {
            change.any = value == "*";
            if (!change.any) change.match = versions_[change.entity].of(value);
        }
    }
    if (!op.reads) return op;
    op.rows = first();
    std::size_t entity = 0;
    for (const auto& [name, value] : event.got) {
        if (name == "entity") entity = index_of(value, kEntities);
        if (name == "version") op.rows[2 * entity] = as_number(value);
        if (name == "balance") op.rows[2 * entity + 1] = as_number(value);
    }
    for (std::size_t i = 0; i < kEntities; ++i) {
        if (op.rows[2 * i] > 0) op.needs.push_back(mark_of(op.rows[2 * i], i));
    }
    return op;
}

/// Reference: "Performing entity group transactions": all changes or none, and the first that fails is named.
bool TableModel::step(State& state, const Op& op) const {
    if (op.reads) return op.is(200) && (!op.answered || op.rows == state);
    State after = state;
    for (std::size_t i = 0; i < op.changes.size(); ++i) {
        const Change& change = op.changes[i];
        std::int64_t& version = after[2 * change.entity];
        std::int64_t& balance = after[2 * change.entity + 1];
        const auto fails = [&](std::int64_t status, std::string_view code) {
            return op.is(status, code) && (!op.answered || op.index == static_cast<std::int64_t>(i));
        };
        if (change.kind == Change::Kind::insert) {
            if (version != 0) return fails(409, "EntityAlreadyExists");
        } else {
            if (version == 0) return fails(404, "ResourceNotFound");
            if (!change.any && change.match != version) return fails(412, "UpdateConditionNotSatisfied");
        }
        const bool gone = change.kind == Change::Kind::erase;
        version = gone ? 0 : op.value;
        if (gone)
            balance = 0;
        else if (change.balance >= 0)
            balance = change.balance;
    }
    state = std::move(after);
    return op.is(204);
}

// ---- renames ------------------------------------------------------------------------------------------------------

RenameModel::RenameModel(const Events& events, bool& sound) {
    for (const Event* const event : events) {
        if (event->what != "create" && event->what != "get") continue;
        const bool made = event->what == "create";
        sound &= versions_.learn(text(event->got, "etag"), number(made ? event->given : event->got, "value"));
    }
}

RenameModel::Op RenameModel::read(const Event& event) const {
    Op op(event);
    op.what = event.what;
    op.name = index_of(text(event.given, "name"), kNames);
    op.to = index_of(text(event.given, "to"), kNames);
    op.absent = has(event.given, "if-none-match");
    const bool shows = event.what == "get";
    op.value = number(shows ? event.got : event.given, "value");
    if (event.what == "rename") op.value = versions_.of(text(event.got, "etag"));
    if ((shows || event.what == "rename") && op.value > 0) op.needs = {op.value};
    if (event.what != "list") return op;
    op.listed = first();
    std::size_t at = 0;
    for (const auto& [name, value] : event.got) {
        if (name == "name") at = index_of(value, kNames);
        if (name == "etag") op.listed[at] = versions_.of(value);
        if (name == "etag" && op.listed[at] > 0) op.needs.push_back(op.listed[at]);
    }
    return op;
}

/// Reference: "Path - Create", "Path - Get Properties", "Path - List", "Path - Delete".
bool RenameModel::step(State& state, const Op& op) const {
    std::int64_t& here = state[op.name];
    if (op.what == "create") {
        if (op.absent && here != 0) return op.is(409, "PathAlreadyExists");
        here = op.value;
        return op.is(201);
    }
    if (op.what == "rename") {
        std::int64_t& there = state[op.to];
        if (op.absent && there != 0) {  // of two errors either may be told
            return op.is(409, "PathAlreadyExists") || (here == 0 && op.is(404, "SourcePathNotFound"));
        }
        if (here == 0) return op.is(404, "SourcePathNotFound");
        if (op.answered && op.value > 0 && op.value != here) return false;
        there = here;
        here = 0;
        return op.is(201);
    }
    if (op.what == "list") {
        const auto same = [](std::int64_t listed, std::int64_t file) {
            return listed == -1 ? file != 0 : listed == file;
        };
        return op.is(200) && (!op.answered || std::equal(op.listed.begin(), op.listed.end(), state.begin(), same));
    }
    if (op.what == "get") {
        if (here == 0) return op.is(404, "PathNotFound") || op.is(404, "BlobNotFound");
        return op.is(200) && (!op.answered || op.value == here);
    }
    // delete
    if (here == 0) return op.is(404, "PathNotFound");
    here = 0;
    return op.is(200);
}

// ---- files --------------------------------------------------------------------------------------------------------

FileModel::Op FileModel::read(const Event& event) const {
    Op op(event);
    op.what = event.what;
    op.asked = LeaseRules::Asked(event);
    op.value = number(event.given, "value");
    op.first = index_of(text(event.given, "first"), kRanges);
    op.last = index_of(text(event.given, "last"), kRanges);
    for (const auto& [name, value] : event.got) {
        if (name == "range") op.content.push_back(as_number(value));
    }
    for (std::size_t i = 0; i < op.content.size() && i < kRanges; ++i) op.needs.push_back(mark_of(op.content[i], i));
    return op;
}

/// Reference: "Put Range", "Get File", "Lease File".
bool FileModel::step(State& state, const Op& op) const {
    if (op.what == "put-range") {
        if (const std::string_view code = LeaseRules::refused(state, 0, op.asked, true); !code.empty())
            return op.is(412, code);
        for (std::size_t i = op.first; i <= op.last; ++i) state[LeaseRules::size + i] = op.value;
        LeaseRules::changed(state, 0);
        return op.is(201);
    }
    if (op.what == "get") {
        return op.is(200) && (!op.answered || std::equal(op.content.begin(), op.content.end(),
                                                         state.begin() + LeaseRules::size, state.end()));
    }
    return LeaseRules::step(state, 0, op.what, op.asked, op, 0);
}

}  // namespace concurrency
