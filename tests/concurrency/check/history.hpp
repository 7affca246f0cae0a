#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace concurrency {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// One operation of one client on one object, as the client saw it. `called` and `returned` are places in one order of
/// all calls and answers: what returned before another was called came before it.
struct Event {
    std::string object;  ///< "etag-0": its kind, which says by which rules it is judged, and which one
    int client = 0;
    std::int64_t called = 0;
    std::int64_t returned = kNever;  ///< kNever: no answer came, it may have happened or not
    std::string what;                ///< "put"
    Fields given;                    ///< `value=17 if-match=E3`; a name may come more than once
    Fields got;                      ///< `status=201 etag=E9`

    [[nodiscard]] bool answered() const { return returned != kNever; }
    [[nodiscard]] std::string_view kind() const { return std::string_view(object).substr(0, object.find('-')); }
};
using History = std::vector<Event>;

[[nodiscard]] bool has(const Fields& fields, std::string_view name);
[[nodiscard]] std::string_view text(const Fields& fields,
                                    std::string_view name);  ///< the first of them; empty if there is none
/// The same as a number; `otherwise` where there is none, -1 where it is no number.
[[nodiscard]] std::int64_t number(const Fields& fields, std::string_view name, std::int64_t otherwise = 0);
[[nodiscard]] std::int64_t as_number(std::string_view text);

/// ETags become E1, E2, ... and pop receipts R1, R2, ... in the order in which they appear, so that histories can be
/// compared.
void give_short_names(History& history);

/// An event a line: `etag-0 c12 103 117 put value=17 if-match=E3 -> status=201 etag=E9`, `-` for an answer that never
/// came. Lines that begin with `#` say where it comes from.
[[nodiscard]] std::string to_text(const History& history);
/// Throws std::runtime_error for a line that is none.
[[nodiscard]] History from_text(std::string_view text);

}  // namespace concurrency
