#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/exchange.hpp"
#include "table/domain/entity_json.hpp"
#include "table/domain/key.hpp"
#include "wire/codec.hpp"

namespace lazulite::table {

inline constexpr ServiceVersion kFirstWithJson{2013, 8, 15};
inline constexpr ServiceVersion kFirstWithoutAtom{2015, 12, 11};
inline constexpr std::uint64_t kMostBodyBytes = 4 << 20;
inline constexpr std::size_t kMostEntitiesOfAPage = 1000;

/// How the answer is written, by `$format` or else `Accept`. Fails with atom_format_not_supported,
/// json_format_not_supported or media_type_not_supported.
/// Reference: "Payload format for Table service operations".
[[nodiscard]] Result<OdataLevel> answer_level(const FieldViews& fields, const Query& query, ServiceVersion version);
/// The body of a request as JSON, whichever of the two it is by its Content-Type. Fails with the same, and what
/// atom_as_json fails with.
[[nodiscard]] Result<std::string> as_json(std::string body, const FieldViews& fields, ServiceVersion version);
/// Pulls a body of at most 4 MiB, as JSON.
[[nodiscard]] Task<Result<std::string>> receive_json(Exchange& x);

[[nodiscard]] Response odata_response(int status, OdataLevel level, std::string body);
/// The headers of every answer that OData knows.
void add_odata_headers(Response& response);

/// `Prefer`: whether an insert or a new table is shown in the answer, as it is by default.
enum class Preference : std::uint8_t { none, return_content, return_no_content };
[[nodiscard]] Preference preference(const FieldViews& fields);
/// `Preference-Applied`, where one was named.
void add_preference(Response& response, Preference named);

/// `name(PartitionKey='p',RowKey='r')` and `Tables('name')`, percent-encoded.
[[nodiscard]] std::string entity_path(std::string_view table, KeyView key);
[[nodiscard]] std::string table_path(std::string_view table);

/// Continuation headers hold a key that may be empty.
[[nodiscard]] std::string encode_continuation(std::string_view key);
/// Fails with invalid_input for text that no answer gave out.
[[nodiscard]] Result<std::string> decode_continuation(std::string_view text);

/// `$top`: 1 to 1,000, or nothing. Fails with invalid_input.
[[nodiscard]] Result<std::size_t> page_size(const Query& query);
/// Fails with not_implemented for options of OData that the service does not have.
[[nodiscard]] Result<> check_query_options(const Query& query);

}  // namespace lazulite::table
