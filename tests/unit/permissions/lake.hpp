#pragma once

#include <map>
#include <string>
#include <string_view>

#include "identity/authority.hpp"
#include "in_memory.hpp"

namespace lazulite {

/// A hierarchical account, or a flat one, with the filesystem `fsys`, in memory: its Data Lake and its Blob face, and people who know their
/// tokens. `owner` has the role Storage Blob Data Owner, `contributor` and `reader` those of their names; `nobody`, who is
/// in `kGroup`, and `other` have none.
class Lake {
  public:
    static constexpr std::string_view kGroup = "99999999-0000-4000-8000-000000000001";
    static constexpr std::string_view kNobodysName = "nobody@contoso.com";
    enum class Face : bool { dfs, blob };

    explicit Lake(bool hierarchical = true);
    InMemory::Exchanged send(std::string_view who, Face face, std::string_view method, const std::string& target,
                             InMemory::Headers headers = {}, std::string_view body = "");
    /// The same with a SAS for the filesystem that a key of `who` signed, with every letter; `parameters`: "suoid=…".
    InMemory::Exchanged send_delegated(std::string_view who, const std::string& parameters, Face face, std::string_view method,
                                       const std::string& target, InMemory::Headers headers = {});
    /// A file, by Put Blob of `owner`, with the directories that lead to it.
    void put(const std::string& path);
    /// Set Access Control of `owner`; what is empty stays.
    struct Access {
        std::string owner, group, acl, permissions;
    };
    void set(const std::string& path, const Access& access);
    [[nodiscard]] std::string id(std::string_view who) const;
    /// Get Access Control: `field` "x-ms-acl" and its kin.
    std::string shown(const std::string& path, std::string_view field);

    /// Why the last request was refused.
    [[nodiscard]] Reason why();

  private:
    static IdentitySettings settings();
    const std::string& token(std::string_view who);

    const Authority authority_;
    InMemory server_;
    std::map<std::string, std::string, std::less<>> tokens_;
};

}  // namespace lazulite
