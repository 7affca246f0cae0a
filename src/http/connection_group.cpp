#include "http/connection_group.hpp"

namespace lazulite {

GroupMember::~GroupMember() {
    if (link_ == nullptr) return;
    *link_ = next_;
    if (next_ != nullptr) next_->link_ = link_;
}

void ConnectionGroup::add(GroupMember& member) {
    member.next_ = first_;
    member.link_ = &first_;
    if (first_ != nullptr) first_->link_ = &member.next_;
    first_ = &member;
}

// Neither call ends a connection on the spot: what it waits for completes later.
void ConnectionGroup::finish_all() {
    for (GroupMember* member = first_; member != nullptr; member = member->next_) member->finish();
}

void ConnectionGroup::cut_all() {
    for (GroupMember* member = first_; member != nullptr; member = member->next_) member->cut();
}

}  // namespace lazulite
