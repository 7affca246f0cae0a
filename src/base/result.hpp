#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/error_code.hpp"

namespace lazulite {

/// An expected failure as a value: the code, and what Azure adds to it for this request. Cheap while nothing is added
/// (a code and a null pointer), because refusals such as 404 and 412 are part of normal traffic.
class StorageError {
  public:
    struct NamedValue {
        std::string name;
        std::string value;
    };
    struct Extra {
        int status = 0;                    ///< instead of the table's, where not 0
        std::string message;               ///< replaces the table's first line when not empty
        std::vector<NamedValue> elements;  ///< further elements of the error body, in order: HeaderName, MaxLimit, ...
        std::vector<NamedValue> headers;   ///< further response headers: Content-Range, WWW-Authenticate, Allow
    };

    StorageError(ErrorCode code) : code_(code) {}  // NOLINT(google-explicit-constructor): a code is an error
    StorageError(const StorageError& other) : code_(other.code_) {
        if (other.extra_) extra_ = std::make_unique<Extra>(*other.extra_);
    }
    StorageError(StorageError&&) noexcept = default;
    StorageError& operator=(StorageError other) noexcept {
        code_ = other.code_;
        extra_ = std::move(other.extra_);
        return *this;
    }
    ~StorageError() = default;

    /// Adds an element to the error body, e.g. `.with("HeaderName", "x-ms-range")`.
    StorageError with(std::string_view element, std::string_view value) && {
        extra().elements.push_back({std::string(element), std::string(value)});
        return std::move(*this);
    }
    StorageError with_header(std::string_view name, std::string_view value) && {
        extra().headers.push_back({std::string(name), std::string(value)});
        return std::move(*this);
    }
    /// For a failure that somebody else's status is passed on for.
    StorageError with_status(int status) && {
        extra().status = status;
        return std::move(*this);
    }
    /// The same failure by another name, with all that was said of it but its message.
    [[nodiscard]] StorageError renamed(ErrorCode code) const {
        StorageError other(code);
        if (extra_) {
            other.extra() = *extra_;
            if (code != code_) other.extra().message.clear();
        }
        return other;
    }
    /// Replaces the first line of the message, which is also the HTTP reason phrase.
    StorageError saying(std::string_view message) && {
        extra().message = message;
        return std::move(*this);
    }

    [[nodiscard]] ErrorCode code() const { return code_; }
    [[nodiscard]] const Extra* details() const { return extra_.get(); }

  private:
    Extra& extra() {
        if (!extra_) extra_ = std::make_unique<Extra>();
        return *extra_;
    }

    ErrorCode code_;
    std::unique_ptr<Extra> extra_;
};

/// A `T` or a StorageError, with the shape of std::expected. Exceptions mean a bug or a dying process.
template <class T = void>
using Result = tl::expected<T, StorageError>;

/// At the place of failure: `return fail(ErrorCode::blob_not_found);`
inline tl::unexpected<StorageError> fail(StorageError error) { return tl::unexpected<StorageError>(std::move(error)); }

}  // namespace lazulite

// The few macros that return early. LAZ_TRY(auto x, f()) binds the value or returns the error; LAZ_CHECK(f()) is for
// results whose value does not matter; the LAZ_CO_ forms are for coroutines.
#define LAZ_JOIN_(a, b) a##b
#define LAZ_JOIN(a, b) LAZ_JOIN_(a, b)
#define LAZ_TRY_(result, declaration, expression, leave)                \
    auto result = (expression);                                         \
    if (!result) leave ::lazulite::fail(std::move(result).error());     \
    declaration = *std::move(result)
#define LAZ_CHECK_(result, expression, leave)                                                                    \
    do {                                                                                                         \
        if (auto result = (expression); !result) leave ::lazulite::fail(std::move(result).error());              \
    } while (false)
#define LAZ_TRY(declaration, ...) LAZ_TRY_(LAZ_JOIN(laz_result_, __COUNTER__), declaration, (__VA_ARGS__), return)
#define LAZ_CO_TRY(declaration, ...) LAZ_TRY_(LAZ_JOIN(laz_result_, __COUNTER__), declaration, (__VA_ARGS__), co_return)
#define LAZ_CHECK(...) LAZ_CHECK_(LAZ_JOIN(laz_result_, __COUNTER__), (__VA_ARGS__), return)
#define LAZ_CO_CHECK(...) LAZ_CHECK_(LAZ_JOIN(laz_result_, __COUNTER__), (__VA_ARGS__), co_return)
