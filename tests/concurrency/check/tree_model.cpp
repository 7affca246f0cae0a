#include "tree_model.hpp"

#include <algorithm>

namespace concurrency {
namespace {

std::size_t directory_of(std::string_view text) {
    return static_cast<std::size_t>(std::clamp<std::int64_t>(as_number(text), 0, TreeModel::kDirectories - 1));
}

}  // namespace

TreeModel::TreeModel(const Events& events, bool& sound) {
    for (const Event* const event : events) {
        if (event->what != "create" && event->what != "get") continue;
        const bool made = event->what == "create";
        sound &= versions_.learn(text(event->got, "etag"), number(made ? event->given : event->got, "value"));
    }
}

TreeModel::Op TreeModel::read(const Event& event) const {
    Op op(event);
    op.what = event.what;
    op.directory = directory_of(text(event.given, "directory"));
    op.to = directory_of(text(event.given, "to"));
    op.absent = has(event.given, "if-none-match");
    op.recursive = has(event.given, "recursive");
    const bool shows = event.what == "get";
    op.value = number(shows ? event.got : event.given, "value");
    if (shows && op.value > 0) op.needs = {op.value};
    if (event.what != "list") return op;
    op.listed = first();
    std::size_t at = 0;
    for (const auto& [name, value] : event.got) {
        if (name == "directory") op.listed[2 * (at = directory_of(value))] = 1;
        if (name != "etag") continue;
        op.listed[2 * at + 1] = versions_.of(value);
        if (op.listed[2 * at + 1] > 0) op.needs.push_back(op.listed[2 * at + 1]);
    }
    return op;
}

/// Reference: "Path - Create" (mode legacy for renames), "Path - List", "Path - Get Properties", "Path - Delete".
bool TreeModel::step(State& state, const Op& op) const {
    std::int64_t& there = state[2 * op.directory];
    std::int64_t& file = state[2 * op.directory + 1];
    if (op.what == "make") {
        if (there != 0) return op.is(409, "PathAlreadyExists");
        there = 1;
        return op.is(201);
    }
    if (op.what == "create") {
        if (op.absent && file != 0) return op.is(409, "PathAlreadyExists");
        there = 1;
        file = op.value;
        return op.is(201);
    }
    if (op.what == "move") {
        const bool taken = state[2 * op.to] != 0;
        const bool full = state[2 * op.to + 1] != 0;
        if (there == 0 || (taken && op.absent) || full) {  // of several errors any may be told
            return !op.answered || (there == 0 && op.is(404, "SourcePathNotFound")) ||
                   (taken && op.absent && op.is(409, "PathAlreadyExists")) || (full && op.is(409, "DirectoryNotEmpty"));
        }
        state[2 * op.to] = 1;
        state[2 * op.to + 1] = file;
        there = file = 0;
        return op.is(201);
    }
    if (op.what == "get") {
        if (file == 0) return op.is(404, "PathNotFound");
        return op.is(200) && (!op.answered || op.value == file);
    }
    if (op.what == "list") {
        const auto same = [](std::int64_t listed, std::int64_t is) { return listed == -1 ? is != 0 : listed == is; };
        return op.is(200) && (!op.answered || std::equal(op.listed.begin(), op.listed.end(), state.begin(), same));
    }
    // delete
    if (there == 0) return op.is(404, "PathNotFound");
    if (file != 0 && !op.recursive) return op.is(409, "DirectoryNotEmpty");
    there = file = 0;
    return op.is(200);
}

}  // namespace concurrency
