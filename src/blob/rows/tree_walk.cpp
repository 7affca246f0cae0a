#include "blob/rows/tree_walk.hpp"

namespace lazulite::blob {
namespace {

std::string behind(std::string_view name) { return std::string(name) + '\0'; }

}  // namespace

TreeWalk::TreeWalk(ReadTxn& tx, std::int64_t dir_id, std::string_view first) : tx_(tx) {
    std::string above;
    while (true) {
        const std::size_t slash = first.find('/');
        const bool deeper = slash != std::string_view::npos && slash + 1 < first.size();
        const std::string name(first.substr(0, deeper ? slash + 1 : std::string_view::npos));
        const auto directory = deeper ? find_blob(tx, {dir_id, name}) : std::nullopt;
        if (!directory || !directory->is_directory()) {
            levels_.push_back({dir_id, above, name});
            break;
        }
        levels_.push_back({dir_id, above, behind(name)});  // itself it was given already
        above += name;
        first.remove_prefix(slash + 1);
        dir_id = *directory->child_dir_id;
    }
    open();
}

bool TreeWalk::next() {
    if (below_) {
        levels_.back().first = behind(rows_->name());
        levels_.push_back({*below_, path_, std::string()});
        below_.reset();
        open();
    }
    while (true) {
        if (rows_->next()) {
            path_ = levels_.back().path;
            path_ += rows_->name();
            below_ = rows_->child_dir_id();
            return true;
        }
        if (levels_.size() == 1) return false;
        levels_.pop_back();
        open();
    }
}

void TreeWalk::open() {
    rows_.reset();
    rows_.emplace(tx_, levels_.back().dir_id, levels_.back().first);
}

}  // namespace lazulite::blob
