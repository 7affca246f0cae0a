#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "wire/message.hpp"
#include "wire/metadata.hpp"
#include "wire/uri.hpp"
#include "wire/value.hpp"
#include "wire/xml_reader.hpp"
#include "wire/xml_writer.hpp"

// A message is described once, by a template `describe(Codec& c, Message& m)` that names each of its values; the
// visitors below read or write it. `std::optional<T>` may be absent, a bare T may not. README.md has a worked example.

namespace lazulite {

/// For a description that reads and writes: `template <class Codec, Is<Policy> M> void describe(Codec& c, M& m)` takes a
/// Policy to fill, and a constant one to write.
template <class M, class Message>
concept Is = std::same_as<std::remove_const_t<M>, Message>;

/// The permissible values of a numeric parameter, both ends included. With `cut`, larger ones count as the maximum.
struct Between {
    std::int64_t minimum;
    std::int64_t maximum;
    bool cut = false;
};

/// What the reading visitors share: the first problem wins, and what follows it is not looked at.
class ProblemHolder {
  public:
    /// A rule of your own that was broken, e.g. two headers that exclude each other.
    void refuse(StorageError problem) {
        if (!problem_) problem_ = std::move(problem);
    }
    [[nodiscard]] bool ok() const { return !problem_; }
    [[nodiscard]] Result<> result() {
        if (problem_) return fail(*std::move(problem_));
        return {};
    }

  protected:
    ~ProblemHolder() = default;

  private:
    std::optional<StorageError> problem_;
};

/// Reads headers and query parameters of a request into values. An empty text counts as absent where an optional value
/// is not a string. Errors, each with the name and text it is about: missing_required_header, invalid_header_value (for
/// the types that have one, invalid_md5 and invalid_crc64), missing_required_query_parameter,
/// invalid_query_parameter_value, out_of_range_query_parameter_value, and those of parse_metadata.
class Decoder : public ProblemHolder {
  public:
    Decoder(const Request& request, const Query& query) : request_(request), query_(query) {}

    template <class T>
    void header(std::string_view name, T& value) {
        read(
            find_header(name), value, [&] { missing_header(name); },
            [&](std::string_view text, auto& to) {
                if (!parse_value(text, to)) malformed_header(kMalformedHeader<Plain<decltype(to)>>, name, text);
            });
    }

    template <class T>
    void query(std::string_view name, T& value) {
        read(
            find_query(name), value, [&] { missing_query(name); },
            [&](std::string_view text, auto& to) {
                if (!parse_value(text, to)) malformed_query(name, text, kExpectedForm<Plain<decltype(to)>>);
            });
    }

    template <class T>
    void query(std::string_view name, T& value, Between allowed) {
        read(
            find_query(name), value, [&] { missing_query(name); },
            [&](std::string_view text, auto& to) {
                to = static_cast<Plain<decltype(to)>>(number_between(name, text, allowed));
            });
    }

    void metadata(Metadata& value);

    /// The description of a part, found beside it.
    template <class Part>
    void include(Part& part) {
        describe(*this, part);
    }

  private:
    template <class T>
    using Plain = std::remove_reference_t<T>;
    using Text = std::optional<std::string_view>;

    template <class T, class Missing, class Parse>
    void read(Text text, std::optional<T>& value, Missing, Parse parse) {
        value.reset();
        if (!ok() || !text || (text->empty() && !std::is_same_v<T, std::string>)) return;
        parse(*text, value.emplace());
    }
    template <class T, class Missing, class Parse>
    void read(Text text, T& value, Missing missing, Parse parse) {
        if (!ok()) return;
        if (text) {
            parse(*text, value);
        } else {
            missing();
        }
    }

    [[nodiscard]] Text find_header(std::string_view name) const { return request_.fields.find(name); }
    [[nodiscard]] Text find_query(std::string_view name) const;
    void missing_header(std::string_view name);
    void missing_query(std::string_view name);
    void malformed_header(ErrorCode code, std::string_view name, std::string_view text);
    void malformed_query(std::string_view name, std::string_view text, std::string_view reason);
    std::int64_t number_between(std::string_view name, std::string_view text, Between allowed);

    const Request& request_;
    const Query& query_;
};

/// The request as a value: `LAZ_CO_TRY(auto command, decode<SetBlobMetadata>(request, query));`
template <class Message>
[[nodiscard]] Result<Message> decode(const Request& request, const Query& query) {
    Message message{};
    Decoder decoder(request, query);
    describe(decoder, message);
    LAZ_CHECK(decoder.result());
    return message;
}

/// Reads the children of one XML element into values. An empty child counts as absent where an optional value is not a
/// string. Errors: missing_required_xml_node, invalid_xml_node_value, and where `Others::refused` unsupported_xml_node
/// for a child that the description does not name, each with the names and text of errors.
class XmlDecoder : public ProblemHolder {
  public:
    enum class Others : std::uint8_t { ignored, refused };
    explicit XmlDecoder(const XmlNode& node, Others others = Others::ignored) : node_(node), others_(others) {}

    [[nodiscard]] Result<> result() {
        if (others_ == Others::refused) refuse_others();
        return ProblemHolder::result();
    }

    template <class T>
    void element(std::string_view name, T& value) {
        const XmlNode* const found = find(name);
        if (found != nullptr) {
            parse(*found, value);
        } else {
            missing(name);
        }
    }
    template <class T>
    void element(std::string_view name, std::optional<T>& value) {
        value.reset();
        const XmlNode* const found = find(name);
        if (found == nullptr || (found->text.empty() && !std::is_same_v<T, std::string>)) return;
        parse(*found, value.emplace());
    }
    /// The description of a part that stands in a child of its own; not looked at when `part` is optional and the child
    /// is absent.
    template <class Part>
    void inside(std::string_view name, Part& part) {
        if (const XmlNode* const found = find(name)) {
            descend(*found, part);
        } else {
            missing(name);
        }
    }
    template <class Part>
    void inside(std::string_view name, std::optional<Part>& part) {
        part.reset();
        if (const XmlNode* const found = find(name)) descend(*found, part.emplace());
    }
    /// Parts of one kind, each in a child `item` of the child `name`; absent: not looked at, empty: none.
    template <class Part>
    void list(std::string_view name, std::string_view item, std::optional<std::vector<Part>>& parts) {
        parts.reset();
        const XmlNode* const found = find(name);
        if (found == nullptr) return;
        parts.emplace();
        for (const XmlNode& child : found->children) {
            if (child.name == item) {
                descend(child, parts->emplace_back());
            } else if (others_ == Others::refused) {
                unsupported(child);
            }
        }
    }

  private:
    const XmlNode* find(std::string_view name) {
        if (others_ == Others::refused) known_.push_back(name);
        return node_.child(name);
    }
    template <class T>
    void parse(const XmlNode& found, T& value) {
        if (ok() && !parse_value(found.text, value)) malformed(found, kExpectedForm<T>);
    }
    template <class Part>
    void descend(const XmlNode& found, Part& part) {
        XmlDecoder inner(found, others_);
        describe(inner, part);
        if (auto outcome = inner.result(); !outcome) refuse(std::move(outcome).error());
    }
    void missing(std::string_view name);
    void malformed(const XmlNode& found, std::string_view reason);
    void unsupported(const XmlNode& found);
    void refuse_others();

    const XmlNode& node_;
    Others others_;
    std::vector<std::string_view> known_;  ///< the names that the description asked for
};

/// Writes a description as response headers. Absent optional values are left out.
class HeaderEncoder {
  public:
    explicit HeaderEncoder(Fields& fields) : fields_(fields) {}

    /// A value that is both a header and an element of a listing.
    template <class T>
    void property(std::string_view header_name, std::string_view /*element_name*/, const T& value) {
        header(header_name, value);
    }
    template <class T>
    void header(std::string_view name, const T& value) {
        if constexpr (std::is_convertible_v<const T&, std::string_view>) {
            fields_.add(name, value);
        } else {
            text_.clear();
            append_value(text_, value);
            fields_.add(name, text_);
        }
    }
    template <class T>
    void header(std::string_view name, const std::optional<T>& value) {
        if (value) header(name, *value);
    }
    template <class T>
    void element(std::string_view /*name*/, const T& /*value*/) {}  ///< listings only
    void metadata(const Metadata& value);                           ///< `x-ms-meta-name: value`
    template <class Part>
    void include(const Part& part) {
        describe(*this, part);
    }

  private:
    Fields& fields_;
    std::string text_;
};

/// Writes the same description as elements of the open XML element. Absent optional values are left out.
class XmlEncoder {
  public:
    explicit XmlEncoder(XmlWriter& xml) : xml_(xml) {}

    template <class T>
    [[gnu::always_inline]] void property(std::string_view /*header_name*/, std::string_view element_name,
                                         const T& value) {
        element(element_name, value);
    }
    template <class T>
    [[gnu::always_inline]] void element(std::string_view name, const T& value) {
        if constexpr (std::is_convertible_v<const T&, std::string_view>) {
            xml_.element(name, value);
        } else if constexpr (PlainValue<T>) {
            const std::size_t most = most_bytes(value);
            if (most == 0) return xml_.element(name, "");
            xml_.plain_element(name, most, [&value](char* to) { return put_value(to, value); });
        } else {
            text_.clear();
            append_value(text_, value);
            xml_.element(name, text_);
        }
    }
    template <class T>
    [[gnu::always_inline]] void element(std::string_view name, const std::optional<T>& value) {
        if (value) element(name, *value);
    }
    /// A part in an element of its own.
    template <class Part>
    void inside(std::string_view name, const Part& part) {
        xml_.open(name);
        describe(*this, part);
        xml_.close();
    }
    template <class Part>
    void inside(std::string_view name, const std::optional<Part>& part) {
        if (part) inside(name, *part);
    }
    template <class Part>
    void list(std::string_view name, std::string_view item, const std::optional<std::vector<Part>>& parts) {
        if (!parts) return;
        xml_.open(name);
        for (const Part& part : *parts) inside(item, part);
        xml_.close();
    }
    template <class T>
    void header(std::string_view /*name*/, const T& /*value*/) {}  ///< responses only
    void metadata(const Metadata& value);  ///< `<Metadata><name>value</name></Metadata>`, `<Metadata />` when empty
    template <class Part>
    void include(const Part& part) {
        describe(*this, part);
    }

  private:
    XmlWriter& xml_;
    std::string text_;
};

}  // namespace lazulite
