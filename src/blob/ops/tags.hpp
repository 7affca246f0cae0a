#pragma once

#include <string>
#include <string_view>

#include "blob/domain/tags.hpp"
#include "blob/ops/common.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::blob {

/// What guards the tags of a blob: the conditions on ETag and date are `x-ms-blob-if-match` and the like, from version
/// 2026-02-06 on.
[[nodiscard]] Result<Guards> decode_tag_guards(const Exchange& x);

/// `x-ms-tags` of what creates a blob, packed: `key=value` pairs, percent-encoded and joined by `&`, honoured from
/// version 2019-12-12 on. Fails with invalid_header_value where it has another form, and as TagSet::of.
[[nodiscard]] Result<std::string> tags_of_upload(const Exchange& x);

/// `<Tags><TagSet><Tag><Key>..</Key><Value>..</Value></Tag></TagSet></Tags>`. Fails with invalid_xml_document and as
/// TagSet::of.
[[nodiscard]] Result<TagSet> parse_tags(std::string_view body);
void write_tags(XmlWriter& xml, const TagSet& tags);

/// `Name` of an entry of a listing; from 2021-02-12 on encoded, where XML cannot hold it.
void write_blob_name(XmlWriter& xml, const std::string& name, ServiceVersion version);

}  // namespace lazulite::blob
