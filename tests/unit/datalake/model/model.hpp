#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"

// What the reference says of the paths of a filesystem, in the plainest form: a map of whole paths that is searched and
// copied. Nothing here knows lazulite's own rules or rows. References: "Path - Create", "Path - Update", "Path - Delete",
// "Path - Undelete", "Set Blob Expiry".
namespace lazulite::datalake::test {

struct Outcome {
    int status = 0;
    std::string error = {};  ///< empty: none, or not compared
};

struct Node {
    bool directory = false;
    std::string bytes = {};
    std::string property = {};
    std::optional<Instant> expires = {};
    bool by_lake = true;                         ///< the Data Lake kind wrote it last, or created it
    std::map<std::size_t, std::string> staged = {};  ///< by position; gone a week after the last of them came
    Instant staged_last = {};
};

/// Whole paths, without a slash at either end.
using Tree = std::map<std::string, Node>;

struct Deleted {
    std::string path;
    Tree tree;  ///< below the path; that itself is under the empty name
    Instant until;
};

class Model {
  public:
    Instant now;
    int retention_days = 0;  ///< 0: no soft delete
    Tree tree;
    std::map<std::string, Deleted> deleted;  ///< by the id of the deletion

    Outcome create_file(const std::string& path, bool new_only, const std::string& property, std::optional<Instant> expires);
    Outcome create_directory(const std::string& path, bool new_only, const std::string& property);
    Outcome append(const std::string& path, std::size_t position, const std::string& bytes, bool flush);
    Outcome flush(const std::string& path, std::size_t position, bool retain);
    Outcome set_properties(const std::string& path, const std::string& property);
    Outcome set_expiry(const std::string& path, std::optional<Instant> expires);
    /// `into`: mode=posix.
    Outcome rename(const std::string& from, std::string to, bool into, bool new_only);
    /// `id`: of the deletion, where its answer told one.
    Outcome remove(const std::string& path, bool recursive, const std::string& id);
    Outcome undelete(const std::string& id, const std::string& to);
    /// By the Blob service.
    Outcome put_blob(const std::string& path, const std::string& bytes);
    Outcome delete_blob(const std::string& path, const std::string& id);

    void advance(Instant to);

  private:
    [[nodiscard]] Node* find(const std::string& path);
    [[nodiscard]] bool below_file(const std::string& path);
    [[nodiscard]] bool has_parent(const std::string& path);
    void make_parents(const std::string& path);
    /// The path and all below it, taken out; names are relative to it.
    Tree take(const std::string& path);
    void put(const std::string& path, const Tree& taken);
    [[nodiscard]] bool empty(const std::string& path) const;
    Outcome drop(const std::string& path, const std::string& id, int status);
};

}  // namespace lazulite::datalake::test
