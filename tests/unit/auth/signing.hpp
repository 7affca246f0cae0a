#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "auth/account_key.hpp"
#include "base/clock.hpp"
#include "wire/message.hpp"
#include "wire/uri.hpp"

namespace lazulite {

/// The well-known account of every storage emulator; its key is public.
inline constexpr std::string_view kAccount = "devstoreaccount1";
inline constexpr std::string_view kKey =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
inline constexpr std::string_view kOtherKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

inline std::vector<AccountKey> keys_of(std::initializer_list<std::string_view> texts) {
    std::vector<AccountKey> keys;
    for (const std::string_view text : texts) keys.push_back(*AccountKey::parse(text));
    return keys;
}

inline Query a_query(std::string_view text) {
    auto query = Query::parse(text);
    EXPECT_TRUE(query) << text;
    return query ? *query : Query();
}

inline FieldViews fields_of(std::initializer_list<FieldViews::Field> all) {
    FieldViews fields;
    for (const auto& field : all) fields.add(field.name, field.value);
    return fields;
}

inline Request a_request(Method method, std::string_view path, std::initializer_list<FieldViews::Field> fields) {
    Request request;
    request.method = method;
    request.method_text = to_string(method);
    request.path = path;
    request.fields = fields_of(fields);
    return request;
}

/// 2026-11-20 at that time of day, UTC.
inline Instant november_20(int hour, int minute, int second) {
    using namespace std::chrono;
    return Instant(sys_days(year(2026) / 11 / 20).time_since_epoch() + hours(hour) + minutes(minute) + seconds(second));
}

/// Midnight of that day, UTC.
inline Instant midnight(int y, unsigned m, unsigned d) {
    using namespace std::chrono;
    return Instant(sys_days(year(y) / static_cast<int>(m) / static_cast<int>(d)).time_since_epoch());
}

/// The text of an element of the error body; a word that no error contains when it is absent.
inline std::string element(const StorageError& error, std::string_view name) {
    if (error.details()) {
        for (const auto& [each, value] : error.details()->elements) {
            if (each == name) return value;
        }
    }
    return "(absent)";
}
inline std::string error_detail(const StorageError& error) {
    return element(error, "AuthenticationErrorDetail");
}

}  // namespace lazulite
