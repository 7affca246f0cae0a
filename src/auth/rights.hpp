#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

namespace lazulite {

/// What Azure RBAC distinguishes in one service. `container_...`: containers, queues, tables or shares; the plain words:
/// what is in them (blobs, messages, entities, files).
/// Reference: "Authorize with Microsoft Entra ID", permissions for calling data operations.
enum class Action : std::uint8_t {
    service_read,
    service_write,
    service_info,    ///< getInfo/action
    delegation_key,  ///< generateUserDelegationKey/action
    container_read,
    container_write,
    container_delete,
    container_get_acl,
    container_set_acl,
    read,
    write,
    add,
    update,
    delete_,
    process,
    filter,
    tags_read,
    tags_write,
    delete_version,
    permanent_delete,
    immutability,  ///< immutableStorage/runAsSuperUser/action
    move,                ///< of blobs and directories of hierarchical accounts
    manage_ownership,    ///< of them
    modify_permissions,  ///< of them
};

/// A set of actions.
class Rights {
  public:
    constexpr Rights() = default;
    constexpr Rights(std::initializer_list<Action> actions) {
        for (const Action action : actions) bits_ |= 1U << static_cast<unsigned>(action);
    }
    static constexpr Rights all() {
        Rights rights;
        rights.bits_ = ~std::uint32_t{0};
        return rights;
    }
    [[nodiscard]] constexpr bool has(Action action) const { return (bits_ >> static_cast<unsigned>(action) & 1U) != 0; }
    [[nodiscard]] constexpr bool all_of(Rights others) const { return (bits_ & others.bits_) == others.bits_; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    [[nodiscard]] constexpr Rights without(Rights others) const {
        Rights rights = *this;
        rights.bits_ &= ~others.bits_;
        return rights;
    }
    constexpr Rights& operator|=(Rights others) {
        bits_ |= others.bits_;
        return *this;
    }

  private:
    std::uint32_t bits_ = 0;
};

/// What a caller needs to be granted by its roles: all of one of these sets. Two empty ones: whoever is authenticated may.
struct NeededRights {
    std::array<Rights, 2> any_of;

    [[nodiscard]] constexpr bool none() const { return any_of[0].empty(); }
    [[nodiscard]] constexpr bool within(Rights granted) const {
        return none() || granted.all_of(any_of[0]) || (!any_of[1].empty() && granted.all_of(any_of[1]));
    }
};

}  // namespace lazulite
