#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/fields.hpp"

namespace lazulite {

/// A part of a multipart body: views of the body.
struct MimePart {
    FieldViews fields;
    std::string_view body;
};

/// `boundary` of a `multipart/mixed` content type, with or without quotes; nothing for any other type.
[[nodiscard]] std::optional<std::string> multipart_boundary(std::string_view content_type);

/// The parts between the delimiters; what stands before the first and after the last is ignored, and a line may end
/// with LF alone. Fails with invalid_input where no delimiter closes the body, or a part's head is none. Reference: RFC
/// 2046, 5.1.
[[nodiscard]] Result<std::vector<MimePart>> parse_multipart(std::string_view body, std::string_view boundary);

/// Fields up to an empty line, which is taken too, or to the end. Nothing when a line is no field, or there are more than
/// kMostFields.
[[nodiscard]] std::optional<FieldViews> take_fields(std::string_view& text);
/// The next line without its end; the rest of the text where it has no end.
[[nodiscard]] std::string_view take_line(std::string_view& text);

}  // namespace lazulite
