#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "model_lease.hpp"

// What the reference says of blobs, their former states and their leases, in the plainest form: maps that are searched and
// copied. Nothing here knows lazulite's own rules or rows. References: "Blob versioning", "Blob snapshots", "Soft delete for
// blobs".
namespace lazulite::blob::test {

using lazulite::test::Lease;
using lazulite::test::Outcome;

/// What an answer names that a model cannot know. Empty: it named none.
struct Named {
    std::string etag;
    std::string version;
    std::string snapshot;
};

/// Guards of a request; empty: not given.
struct Given {
    std::string lease;
    std::string if_match;
};

struct Settings {
    bool versioning = false;
    int retention_days = 0;  ///< 0: no soft delete
};

using Blocks = std::vector<std::pair<std::string, std::string>>;  ///< id and bytes

/// What reading and listing show of a blob, whichever state of it.
struct State {
    std::string bytes;
    std::string metadata;
    std::string tag;
    std::string language;
    Blocks blocks;
};

struct Deleted {
    Instant at;
    Instant until;
};

struct Former : State {
    std::optional<Deleted> deleted;
};

struct Current : State {
    std::string etag;     ///< empty: not known
    std::string version;  ///< empty: the blob is no version
    Lease lease;
};

/// Everything under one name. Former states whose ids no answer told have a key that begins with kUnknown.
struct Name {
    std::optional<Current> current;
    std::map<std::string, Former> snapshots;
    std::map<std::string, Former> versions;
    std::optional<Former> deleted;  ///< the blob itself, in retention
    std::map<std::string, std::string> staged;  ///< uncommitted blocks; gone a week after the last of them came
    Instant staged_last;
};

class Model {
  public:
    static constexpr char kUnknown = '?';

    Settings settings;
    Instant now;

    /// All outcomes are those of the request with these values; `named` is what its answer named, for when it succeeds.
    Outcome put_blob(const std::string& name, State state, const Given& given, const Named& named);
    Outcome put_block(const std::string& name, const std::string& id, const std::string& bytes, const Given& given);
    Outcome put_block_list(const std::string& name, const std::vector<std::string>& ids, State state, const Given& given,
                           const Named& named);
    Outcome append(const std::string& name, const std::string& bytes, const Given& given, const Named& named);
    /// Put Page; the blob is a page blob or none.
    Outcome write(const std::string& name, std::size_t offset, const std::string& bytes, const Given& given,
                  const Named& named);
    /// Copy Blob and, where they `upload`, Put Blob From URL. `from`: what it copies, null where that is not there; `state`: what
    /// the request brings beside it.
    Outcome copy(const std::string& name, const State* from, State state, bool upload, bool at_once, const Given& given,
                 const Named& named);
    Outcome set_metadata(const std::string& name, const std::string& value, const Given& given, const Named& named);
    Outcome set_language(const std::string& name, const std::string& value, const Given& given, const Named& named);
    Outcome set_tag(const std::string& name, const std::string& value, const Given& given);
    Outcome snapshot(const std::string& name, const std::string& metadata, const Given& given, const Named& named);
    /// `snapshots`: the value of x-ms-delete-snapshots.
    Outcome remove(const std::string& name, const std::string& snapshots, const Given& given);
    Outcome remove_snapshot(const std::string& name, const std::string& id);
    Outcome remove_version(const std::string& name, const std::string& id);
    Outcome undelete(const std::string& name);
    /// Nothing: 404.
    [[nodiscard]] const State* find(const std::string& name) const;
    [[nodiscard]] const State* find_snapshot(const std::string& name, const std::string& id) const;
    [[nodiscard]] const State* find_version(const std::string& name, const std::string& id) const;
    Lease* lease(const std::string& name);
    /// Deleting the blob leaves nothing of it.
    [[nodiscard]] bool loses(const Name& name) const;

    void advance(Instant to);
    [[nodiscard]] Name& at(const std::string& name) { return names_[name]; }

  private:
    void replace(Name& name, State state, const Named& named);
    /// A blob that begins under the name of a deleted one leaves that as a deleted snapshot.
    void supersede_deleted(Name& name);
    void keep_as_version(Name& name, const Current& former);
    void delete_snapshots(Name& name);
    [[nodiscard]] std::optional<Deleted> retention() const;
    std::string unknown() { return kUnknown + std::to_string(++unknown_); }

    std::map<std::string, Name> names_;
    int unknown_ = 0;
};

}  // namespace lazulite::blob::test
