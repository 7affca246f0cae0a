#pragma once

namespace lazulite {

/// A connection, as its group sees it.
class GroupMember {
  public:
    GroupMember() = default;
    GroupMember(const GroupMember&) = delete;
    GroupMember& operator=(const GroupMember&) = delete;
    virtual ~GroupMember();
    /// Ends now if idle, otherwise after the answer under way.
    virtual void finish() = 0;
    /// Ends as soon as whatever it waits for lets it.
    virtual void cut() = 0;

  private:
    friend class ConnectionGroup;
    GroupMember* next_ = nullptr;
    GroupMember** link_ = nullptr;  // what points at this member
};

/// The connections of one server on one io thread; used on that thread.
class ConnectionGroup {
  public:
    void add(GroupMember& member);
    void finish_all();
    void cut_all();

  private:
    GroupMember* first_ = nullptr;
};

}  // namespace lazulite
