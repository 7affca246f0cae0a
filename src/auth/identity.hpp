#pragma once

#include <cstdint>
#include <string>

#include "auth/permissions.hpp"
#include "base/result.hpp"

namespace lazulite {

/// Who sends a request, once that is proven, and what it may do.
class Identity {
  public:
    enum class Kind : std::uint8_t {
        anonymous,
        owner,        ///< Shared Key: everything
        account_sas,  ///< the letters, services and resource types that were signed
    };

    static Identity anonymous() { return Identity(Kind::anonymous); }
    static Identity owner() { return Identity(Kind::owner); }
    static Identity account_sas(Letters services, Letters types, Letters letters) {
        Identity identity(Kind::account_sas);
        identity.services_ = services;
        identity.types_ = types;
        identity.letters_ = letters;
        return identity;
    }

    [[nodiscard]] Kind kind() const { return kind_; }
    /// Whether this identity may run an operation that needs `needs`, in the order the reference gives: service, resource
    /// type, permission. Anonymous callers are judged later, by the container's public access.
    [[nodiscard]] Result<> may(const Needs& needs, ServiceLetter service) const;
    /// Whether a create-or-replace may replace what exists: the letter `c` alone may not.
    [[nodiscard]] bool may_overwrite() const;

  private:
    explicit Identity(Kind kind) : kind_(kind) {}

    Kind kind_;
    Letters services_;
    Letters types_;
    Letters letters_;
};

}  // namespace lazulite
