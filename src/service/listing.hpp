#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "service/long_read.hpp"
#include "wire/codec.hpp"
#include "wire/service_version.hpp"
#include "wire/uri.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite {

inline constexpr std::int64_t kMostResults = 5000;

/// A page up to here is made on the io thread, in half a millisecond at most.
inline constexpr std::size_t kShortPage = 200;

/// A page of a listing.
struct Page {
    std::string xml;
    bool more = false;  ///< the listing goes on behind it
};

/// How long a page may be.
struct PageSize {
    std::size_t most;                  ///< entries
    std::size_t expected_bytes = 512;  ///< as text, if there are so many
};

/// Answers with the page of at most `most` entries that `make(ReadTxn&, PageSize) -> Result<Page>` makes over one
/// snapshot. Most pages are short, so each is begun right here; one that grows past kShortPage is made anew by a
/// worker, who knows by then how long entries are.
template <class Make>
Task<Result<Response>> answer_with_page(Exchange& x, std::size_t most, Make make) {
    PageSize whole{most};
    const auto read = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<Page>> {
        const PageSize size = effort == Effort::little ? PageSize{std::min(most, kShortPage)} : whole;
        LAZ_TRY(Page page, make(tx, size));
        if (!page.more || size.most == most) return page;
        whole.expected_bytes = page.xml.size() / size.most * most;
        whole.expected_bytes += whole.expected_bytes / 8;
        return std::nullopt;
    };
    LAZ_CO_TRY(Page page, co_await long_read(x, read));
    Response response;
    response.fields.add("Content-Type", "application/xml");
    response.set_body(std::move(page.xml));
    co_return response;
}

/// A marker is opaque to clients: here the key that the next page begins with, so it survives the deletion of that row,
/// in characters that need no escape in a URL.
[[nodiscard]] std::string encode_marker(std::string_view next_key);
/// Fails with out_of_range_input, as the service was seen to answer, for text that no listing gave out. Empty: the
/// beginning.
[[nodiscard]] Result<std::string> decode_marker(std::string_view marker);

/// A value of `include`, and the version from which on it is one.
struct IncludeValue {
    std::string_view name;
    ServiceVersion since = kOldestVersion;
};
/// The values of `include`: a comma list, the parameter may be repeated. Fails with invalid_query_parameter_value for
/// one that the version does not know.
[[nodiscard]] Result<std::vector<std::string>> parse_include(const Query& query, std::span<const IncludeValue> known,
                                                             ServiceVersion version);
[[nodiscard]] bool includes(const std::vector<std::string>& include, std::string_view value);

/// The `Metadata` element of an entry, from its packed form; none for an entry without metadata, which SDKs show as no
/// pairs either way.
void write_metadata(XmlWriter& xml, std::string_view packed);

/// `Prefix`, `Marker`, `MaxResults`, `Delimiter` as the request gave them: absent ones are left out.
void echo_parameters(XmlWriter& xml, const Query& query);

/// From here on listings name the endpoint; before, the account, and the URL of each entry.
inline constexpr ServiceVersion kServiceEndpointSince{2013, 8, 15};

/// The parameters of List Containers, List Queues and List Shares.
struct ListNames {
    std::optional<std::string> prefix;
    std::optional<std::string> marker;
    std::optional<std::int64_t> max_results;

    [[nodiscard]] std::size_t most() const { return static_cast<std::size_t>(max_results.value_or(kMostResults)); }
};
template <class Codec>
void describe(Codec& c, ListNames& m) {
    c.query("prefix", m.prefix);
    c.query("marker", m.marker);
    c.query("maxresults", m.max_results, Between{1, kMostResults, true});
}

/// The key of an entry that is alone with its name.
struct ByName {
    template <class Entry>
    const std::string& operator()(const Entry& entry) const {
        return entry.name;
    }
};

/// A page of what stands in name order: `cursor.next()` gives entries with a `name`, `write(XmlWriter&, entry)` what one
/// shows behind its name, `key(entry)` what a marker holds.
template <class Entries, class Write, class Key = ByName>
Page page_of_names(const Exchange& x, Entries cursor, std::string_view list, std::string_view entry_element,
                   std::string_view prefix, PageSize size, Write write, Key key = {}) {
    XmlWriter xml(size.expected_bytes);
    const bool old = x.version < kServiceEndpointSince;
    xml.open("EnumerationResults", {{old ? "AccountName" : "ServiceEndpoint", x.target.endpoint()}});
    echo_parameters(xml, x.query);
    xml.open(list);
    auto entry = cursor.next();
    for (std::size_t count = 0; entry && entry->name.starts_with(prefix) && count < size.most; ++count) {
        xml.open(entry_element);
        xml.element("Name", entry->name);
        if (old) xml.element("Url", x.target.endpoint() + entry->name);
        write(xml, *entry);
        xml.close();
        entry = cursor.next();
    }
    xml.close();
    const bool more = entry && entry->name.starts_with(prefix);
    xml.element("NextMarker", more ? encode_marker(key(*entry)) : "");
    xml.close();
    return {xml.take(), more};
}

}  // namespace lazulite
