#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/message.hpp"

namespace lazulite {

/// What a request carries that nobody else may read: signatures, tokens, keys of customers. They are views of the
/// request, so it must outlive this.
class Secrets {
  public:
    explicit Secrets(const Request& request);
    /// `text` without them.
    [[nodiscard]] std::string masked(std::string_view text) const;

  private:
    void add(std::string_view secret);
    void add_decoded(std::string_view secret);
    /// Signatures in a query that is still encoded, as they stand and decoded.
    void add_signatures(std::string_view query);

    std::vector<std::string> texts_;  ///< the longest first
};

inline constexpr std::string_view kMask = "***";

/// Appends `query` with the value of every `sig` masked, at most `most` characters of it; allocates nothing where `to`
/// has room.
void append_masked_query(std::string& to, std::string_view query, std::size_t most);

/// The same of a path that is still encoded: some clients encode a URL as a whole, with its query.
void append_masked_path(std::string& to, std::string_view path, std::size_t most);

}  // namespace lazulite
