#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wire/fields.hpp"

namespace lazulite {

/// The answer of another server, from its bytes: head, then a body by length, in chunks or up to the end.
class AnswerParser {
  public:
    struct Head {
        int status = 0;
        std::string reason;
        Fields fields;
        std::optional<std::uint64_t> length;
    };

    /// `head_only`: the answer to HEAD, which has no body whatever it says.
    explicit AnswerParser(bool head_only);
    ~AnswerParser();

    /// Takes what it can and appends what is body to `body`: how many bytes it took. False when this is no HTTP. Call again
    /// with what was not taken and more behind it.
    [[nodiscard]] bool put(std::string_view bytes, std::size_t& taken, std::string& body);
    /// Nothing more comes: false when the answer is not whole.
    [[nodiscard]] bool end();
    [[nodiscard]] const Head* head() const;  ///< null before it is whole
    [[nodiscard]] bool done() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
    bool waiting_ = false;  ///< it has seen what it could not take
};

}  // namespace lazulite
