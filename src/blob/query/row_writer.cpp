#include "blob/query/row_writer.hpp"

#include <nlohmann/json.hpp>

namespace lazulite::blob::query {
namespace {

/// A field is quoted where it holds what ends fields, and escaped where there are no quotes.
class DelimitedWriter final : public RowWriter {
  public:
    explicit DelimitedWriter(const DelimitedFormat& format) : format_(format), names_next_(format.headers) {}

    void field(std::string_view name, const Value& value) override {
        if (names_next_) append_field(names_, name, fields_ == 0);
        append_field(line_, to_text(value), fields_ == 0);
        ++fields_;
    }
    void end_row(std::string& out) override {
        if (std::exchange(names_next_, false)) out.append(names_).append(format_.record_separator);
        out.append(line_).append(format_.record_separator);
        line_.clear();
        fields_ = 0;
    }
    void break_off(std::string& out) override { out.append(format_.record_separator); }

  private:
    [[nodiscard]] bool is_quote(char c) const { return c == format_.quote; }
    [[nodiscard]] bool is_escape(char c) const { return c == format_.escape; }
    [[nodiscard]] bool needs_quotes(std::string_view text) const {
        const auto holds = [text](std::string_view part) { return text.find(part) != std::string_view::npos; };
        return holds(format_.column_separator) || holds(format_.record_separator) ||
               (format_.quote && holds({&*format_.quote, 1}));
    }
    void append_field(std::string& to, std::string_view text, bool first) const {
        if (!first) to.append(format_.column_separator);
        if (!format_.quote) return append_escaped(to, text);
        if (!needs_quotes(text)) return static_cast<void>(to.append(text));
        to.push_back(*format_.quote);
        for (const char c : text) {
            if (is_quote(c))
                to.push_back(format_.escape.value_or(c));
            else if (is_escape(c))
                to.push_back(c);
            to.push_back(c);
        }
        to.push_back(*format_.quote);
    }
    void append_escaped(std::string& to, std::string_view text) const {
        for (std::size_t i = 0; i < text.size(); ++i) {
            const std::string_view rest = text.substr(i);
            const bool special = is_escape(text[i]) || rest.starts_with(format_.column_separator) ||
                                 rest.starts_with(format_.record_separator);
            if (special && format_.escape) to.push_back(*format_.escape);
            to.push_back(text[i]);
        }
    }

    DelimitedFormat format_;
    std::string names_;
    std::string line_;
    std::size_t fields_ = 0;
    bool names_next_;
};

class JsonWriter final : public RowWriter {
  public:
    explicit JsonWriter(const JsonFormat& format) : separator_(format.record_separator) {}

    void field(std::string_view name, const Value& value) override {
        if (std::holds_alternative<Missing>(value)) return;
        line_.push_back(line_.empty() ? '{' : ',');
        append_text(name);
        line_.push_back(':');
        if (std::holds_alternative<Null>(value)) {
            line_.append("null");
        } else if (std::holds_alternative<std::string>(value) || std::holds_alternative<Timestamp>(value)) {
            append_text(to_text(value));
        } else {
            line_.append(to_text(value));
        }
    }
    void end_row(std::string& out) override {
        if (line_.empty()) line_.push_back('{');
        out.append(line_).append("}").append(separator_);
        line_.clear();
    }
    void break_off(std::string& /*out*/) override {}

  private:
    void append_text(std::string_view text) {
        line_.append(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }

    std::string separator_;
    std::string line_;
};

}  // namespace

std::unique_ptr<RowWriter> row_writer(const Format& format) {
    if (const auto* delimited = std::get_if<DelimitedFormat>(&format)) {
        return std::make_unique<DelimitedWriter>(*delimited);
    }
    return std::make_unique<JsonWriter>(std::get<JsonFormat>(format));
}

}  // namespace lazulite::blob::query
