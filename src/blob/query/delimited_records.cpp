#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "blob/query/records.hpp"

namespace lazulite::blob::query {
namespace {

class DelimitedRecords final : public Records, public Row {
  public:
    DelimitedRecords(const DelimitedFormat& format, const Statement& statement)
        : format_(format), statement_(statement), header_next_(format.headers) {
        if (format_.escape == format_.quote) format_.escape.reset();  // a doubled quote is one anyway
        special_[first_of(format_.column_separator)] = special_[first_of(format_.record_separator)] = true;
        for (const auto& c : {format_.quote, format_.escape}) {
            if (c) special_[static_cast<unsigned char>(*c)] = true;
        }
        for (const Column& column : statement.columns) places_.push_back(column.ordinal.value_or(0));
    }

    FoundRecord read(std::string_view bytes, bool last) override {
        if (begins_ && !last && bytes.size() < kByteOrderMark.size()) return {};
        std::size_t at = begins_ && bytes.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
        const std::size_t begin = at;
        const std::size_t longest_separator =
            std::max(format_.column_separator.size(), format_.record_separator.size());
        count_ = 0;
        std::string* field = &next_field();
        bool in_quotes = false;
        bool field_begins = true;
        while (at < bytes.size()) {
            const char c = bytes[at];
            if (!special_[static_cast<unsigned char>(c)]) {
                std::size_t end = at + 1;
                while (end < bytes.size() && !special_[static_cast<unsigned char>(bytes[end])]) ++end;
                field->append(bytes, at, end - at);
                at = end;
                field_begins = false;
                continue;
            }
            // What the next bytes say has to be at hand: another quote, the rest of a separator.
            if (!last && bytes.size() - at <= longest_separator) return {};
            const std::string_view rest = bytes.substr(at);
            if (c == format_.escape && rest.size() > 1) {
                field->push_back(rest[1]);
                at += 2;
                field_begins = false;
            } else if (c == format_.quote && (in_quotes || field_begins)) {
                const bool doubled = in_quotes && rest.size() > 1 && rest[1] == c;
                if (doubled)
                    field->push_back(c);
                else
                    in_quotes = !in_quotes;
                at += doubled ? 2 : 1;
                field_begins = false;
            } else if (!in_quotes && rest.starts_with(format_.record_separator)) {
                if (format_.record_separator == "\n" && field->ends_with('\r')) field->pop_back();
                begins_ = false;
                return {FoundRecord::Kind::record, begin, at + format_.record_separator.size()};
            } else if (!in_quotes && rest.starts_with(format_.column_separator)) {
                field = &next_field();
                at += format_.column_separator.size();
                field_begins = true;
            } else {
                field->push_back(c);
                ++at;
                field_begins = false;
            }
        }
        if (!last) return {};
        if (at == begin) return {FoundRecord::Kind::end, begin, at};
        begins_ = false;
        return {FoundRecord::Kind::record, begin, at};
    }

    std::optional<Fault> visit_rows(const Visit& visit) override {
        if (!std::exchange(header_next_, false)) {
            visit(*this);
            return std::nullopt;
        }
        header_.assign(fields_.begin(), fields_.begin() + static_cast<std::ptrdiff_t>(count_));
        for (std::size_t i = 0; i < places_.size(); ++i) {
            const Column& column = statement_.columns[i];
            if (column.ordinal) continue;
            const Step& name = column.path.front();
            const auto place = std::find_if(header_.begin(), header_.end(), [&](const std::string& field) {
                return name.exact ? field == name.name : equals_ignoring_case(field, name.name);
            });
            if (place == header_.end()) {
                return Fault{"InvalidColumnName", "Column '" + name.name + "' does not exist in the header."};
            }
            places_[i] = static_cast<std::size_t>(place - header_.begin());
        }
        return std::nullopt;
    }

    std::optional<Value> value_of(std::size_t index) const override {
        const std::size_t place = places_[index];
        if (place >= count_) return std::nullopt;
        return fields_[place];
    }

    void for_each_field(const Row& /*row*/,
                        const std::function<void(std::string_view name, const Value&)>& field) override {
        for (std::size_t i = 0; i < count_; ++i) {
            field(i < header_.size() ? header_[i] : "_" + std::to_string(i + 1), fields_[i]);
        }
    }

  private:
    static std::size_t first_of(const std::string& separator) { return static_cast<unsigned char>(separator.front()); }
    std::string& next_field() {
        if (count_ == fields_.size()) fields_.emplace_back();
        fields_[count_].clear();
        return fields_[count_++];
    }

    DelimitedFormat format_;
    const Statement& statement_;
    std::array<bool, 256> special_{};
    std::vector<std::string> fields_;  ///< [0, count_) are those of the record
    std::size_t count_ = 0;
    std::vector<std::size_t> places_;  ///< of the statement's columns
    std::vector<std::string> header_;
    bool header_next_;
    bool begins_ = true;  ///< the blob does
};

}  // namespace

std::unique_ptr<Records> delimited_records(const DelimitedFormat& format, const Statement& statement) {
    return std::make_unique<DelimitedRecords>(format, statement);
}

}  // namespace lazulite::blob::query
