#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wire_tests {

std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
bool same_name(std::string_view a, std::string_view b);  ///< without case
std::vector<std::string> split_lines(std::string_view text);
std::vector<std::string> split_words(std::string_view text);

/// `\r \n \t \\ \" \xHH`. Throws std::runtime_error for anything else behind a backslash.
std::string unescape(std::string_view text);
std::string percent_encode(std::string_view text);
std::string percent_decode(std::string_view text);  ///< `+` is a space

std::string base64(std::string_view bytes);
std::string from_base64(std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view message);

std::string rfc1123(std::time_t when);
std::string iso8601(std::time_t when);
/// The date moved by that many seconds, in the form it had (RFC 1123, or ISO 8601 in whole seconds); nothing when
/// `date` is neither.
std::optional<std::string> moved(std::string_view date, long seconds);

}  // namespace wire_tests
