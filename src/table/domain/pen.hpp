#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace lazulite::table {

/// Writes a long text piece by piece: `need` makes room, and what follows does not look whether there is any.
class Pen {
  public:
    Pen() = default;
    Pen(const Pen&) = delete;  // it points into its own text
    Pen& operator=(const Pen&) = delete;
    ~Pen() = default;

    /// Room for so many characters more.
    void need(std::size_t count) {
        if (static_cast<std::size_t>(end_ - at_) < count) grow(count);
    }
    void put(char c) { *at_++ = c; }
    void put(std::string_view text) { at_ = std::copy(text.begin(), text.end(), at_); }
    /// For what writes by itself: where to begin, and where it ended.
    [[nodiscard]] char* at() { return at_; }
    void move_to(char* at) { at_ = at; }
    /// With room for it.
    void append(std::string_view text) {
        need(text.size());
        put(text);
    }

    /// Once more what stands at `from`.
    void repeat(std::size_t from, std::size_t count) {
        need(count);
        at_ = std::copy_n(text_.data() + from, count, at_);
    }

    [[nodiscard]] char last() const { return at_[-1]; }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - text_.data()); }
    /// Whether `text` is what stands at `from`.
    [[nodiscard]] bool has(std::string_view text, std::size_t from) const {
        return std::memcmp(text_.data() + from, text.data(), text.size()) == 0;
    }
    /// Once.
    [[nodiscard]] std::string take() {
        text_.resize(size());
        return std::move(text_);
    }

  private:
    void grow(std::size_t count) {
        const std::size_t used = size();
        const std::size_t more = text_.size() < kLarge ? 4 : 2;
        text_.resize(std::max({used + count, more * text_.size(), kLeast}));
        at_ = text_.data() + used;
        end_ = text_.data() + text_.size();
    }
    static constexpr std::size_t kLeast = 1 << 10;
    static constexpr std::size_t kLarge = 128 << 10;

    std::string text_;
    char* at_ = text_.data();
    char* end_ = text_.data();
};

}  // namespace lazulite::table
