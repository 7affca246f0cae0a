#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "table/domain/entity.hpp"

namespace lazulite::table {

// The format of the service before JSON, which it knew until version 2015-12-11. Reference: "Payload format for Table
// service operations", Atom format.

/// What an entry is about, beside its properties.
struct AtomEntry {
    std::string base;      ///< the account's URL, with its slash
    std::string path;      ///< below that: `people(PartitionKey='p',RowKey='r')`, `Tables('people')`
    std::string link;      ///< title of the link: `people`, `Tables`
    std::string category;  ///< `account.people`, `account.Tables`
    std::string etag;      ///< empty: none
    Instant updated;
};
/// A property of an entry; without a value it is null.
struct AtomProperty {
    std::string_view name;
    std::optional<EdmValue> value;
};

/// `<entry>`, with the declaration of a document when it is an answer of its own.
void append_atom_entry(std::string& to, const AtomEntry& entry, const std::vector<AtomProperty>& properties,
                       bool alone);
/// `<feed>` up to its first entry.
void begin_atom_feed(std::string& to, std::string_view base, std::string_view title, Instant updated);
inline constexpr std::string_view kEndOfAtomFeed = "</feed>";

/// The properties of an entry as the JSON of the same entity. Fails with invalid_xml_document, invalid_input for an
/// entry without properties.
[[nodiscard]] Result<std::string> atom_as_json(std::string_view body);

}  // namespace lazulite::table
