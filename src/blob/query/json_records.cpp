#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "blob/query/records.hpp"

namespace lazulite::blob::query {
namespace {

using Node = nlohmann::ordered_json;

constexpr std::size_t kDeepestRecord = 100;
constexpr std::size_t kLongestToken = 32;  // that is skipped to say what follows it
constexpr std::size_t kLongestCharacter = 4;

std::string dumped(const Node& node) {
    return node.dump(-1, ' ', false, Node::error_handler_t::replace);
}

/// The character there, for a message, which is UTF-8 whatever the blob is; nothing behind its end.
std::string shown_character(std::string_view text, std::size_t at) {
    if (at >= text.size()) return {};
    const std::size_t length = utf8_sequence_length(text, at);
    return length == 0 ? std::string("\xEF\xBF\xBD") : std::string(text.substr(at, length));
}

Value value_of_node(const Node& node) {
    switch (node.type()) {
        case Node::value_t::null:
            return Null();
        case Node::value_t::boolean:
            return node.get<bool>();
        case Node::value_t::number_integer:
            return node.get<std::int64_t>();
        case Node::value_t::number_unsigned:
            if (node.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) return node.get<double>();
            return node.get<std::int64_t>();
        case Node::value_t::number_float:
            return node.get<double>();
        case Node::value_t::string:
            return node.get_ref<const std::string&>();
        case Node::value_t::object:
        case Node::value_t::array:
            return Json{dumped(node)};
        case Node::value_t::binary:
        case Node::value_t::discarded:
            break;
    }
    return Missing();
}

const Node* member(const Node& node, const Step& step) {
    if (!node.is_object()) return nullptr;
    const auto same = node.find(step.name);
    if (same != node.end()) return &*same;
    if (step.exact) return nullptr;
    for (const auto& [name, value] : node.items()) {
        if (equals_ignoring_case(name, step.name)) return &value;
    }
    return nullptr;
}

/// One step down; null where there is nothing.
const Node* below(const Node& node, const Step& step) {
    if (step.kind == Step::Kind::member) return member(node, step);
    return node.is_array() && step.index < node.size() ? &node[step.index] : nullptr;
}

class JsonRow final : public Row {
  public:
    JsonRow(const Node& node, const Statement& statement) : node_(node), statement_(statement) {}

    std::optional<Value> value_of(std::size_t index) const override {
        const Node* at = &node_;
        for (const Step& step : statement_.columns[index].path) {
            at = below(*at, step);
            if (at == nullptr) return Missing();
        }
        return value_of_node(*at);
    }
    [[nodiscard]] const Node& node() const { return node_; }

  private:
    const Node& node_;
    const Statement& statement_;
};

class JsonRecords final : public Records {
  public:
    JsonRecords(const JsonFormat& format, const Statement& statement)
        : separator_(trim_blanks(format.record_separator)), statement_(statement) {}

    FoundRecord read(std::string_view bytes, bool last) override {
        if (at_start_ && !last && bytes.size() < kByteOrderMark.size()) return {};
        std::size_t at = at_start_ && bytes.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
        at_start_ = false;
        // Between records stand blanks, separators, and the brackets and commas of an array that holds them all.
        for (;; ++at) {
            if (!separator_.empty() && bytes.substr(at).starts_with(separator_)) {
                at += separator_.size() - 1;
            } else if (at == bytes.size() || (!last && bytes.size() - at < separator_.size())) {
                return {last ? FoundRecord::Kind::end : FoundRecord::Kind::more, at, at};
            } else if (bytes[at] == '[' && begins_) {
                begins_ = false;
                in_array_ = true;
            } else if (!(is_blank(bytes[at]) || (in_array_ && (bytes[at] == ',' || bytes[at] == ']')))) {
                break;
            }
        }
        if (bytes[at] != '{') return unexpected(bytes, at, last);
        const std::size_t length = length_of_object(bytes.substr(at));
        if (length == 0 && !last) return {FoundRecord::Kind::more, at, at};
        begins_ = false;
        const std::string_view text = length == 0 ? bytes.substr(at) : bytes.substr(at, length);
        try {
            record_ = Node::parse(text);
        } catch (const nlohmann::json::parse_error& problem) {
            const std::size_t byte = problem.byte == 0 ? 0 : problem.byte - 1;
            if (byte >= text.size()) return broken(at, "Unexpected end of the record.");
            return broken(
                at, "Unexpected token '" + shown_character(text, byte) + "' at [byte: " + std::to_string(byte) + "].");
        } catch (const nlohmann::json::exception&) {
            return broken(at, "A number is out of range.");
        }
        return {FoundRecord::Kind::record, at, at + text.size()};
    }

    std::optional<Fault> visit_rows(const Visit& visit) override {
        descend(record_, 0, visit);
        return std::nullopt;
    }

    void for_each_field(const Row& row,
                        const std::function<void(std::string_view name, const Value&)>& field) override {
        const Node& node = static_cast<const JsonRow&>(row).node();
        if (!node.is_object()) return field("_1", value_of_node(node));
        for (const auto& [name, value] : node.items()) field(name, value_of_node(value));
    }

  private:
    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
    static std::string trim_blanks(std::string_view text) {
        while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
        while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
        return std::string(text);
    }
    static FoundRecord broken(std::size_t at, std::string description) {
        return {FoundRecord::Kind::broken, at, at, {"ParseError", std::move(description)}};
    }

    /// Bytes up to the brace that closes the first; 0 when it is not there. Deeper records end where they are too deep.
    static std::size_t length_of_object(std::string_view bytes) {
        std::size_t depth = 0;
        bool in_text = false;
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const char c = bytes[at];
            if (in_text) {
                if (c == '\\') ++at;
                in_text = c != '"';
            } else if (c == '"') {
                in_text = true;
            } else if (c == '{' || c == '[') {
                if (++depth > kDeepestRecord) return at + 1;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return at + 1;
            }
        }
        return 0;
    }

    /// What is no object may be a number or a word first: the service then complains of what follows it.
    FoundRecord unexpected(std::string_view bytes, std::size_t at, bool last) const {
        const auto in_token = [](char c) {
            return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
        };
        std::size_t end = at;
        while (end < bytes.size() && end - at < kLongestToken && in_token(bytes[end])) ++end;
        if (!last && bytes.size() - end < kLongestCharacter) return {FoundRecord::Kind::more, at, at};
        return broken(at, "Unexpected token '" + shown_character(bytes, end) + "' at [byte: " + std::to_string(end - at) +
                              "]. Expecting tokens '{', or '['.");
    }

    void descend(const Node& node, std::size_t step, const Visit& visit) {
        if (step == statement_.table.size()) return visit(JsonRow(node, statement_));
        const Step& next = statement_.table[step];
        if (next.kind == Step::Kind::every) {
            if (!node.is_array()) return;
            for (const Node& element : node) descend(element, step + 1, visit);
        } else if (const Node* there = below(node, next)) {
            descend(*there, step + 1, visit);
        }
    }

    std::string separator_;  ///< without blanks, which stand between records anyway
    const Statement& statement_;
    Node record_;
    bool at_start_ = true;  ///< of the blob's bytes
    bool begins_ = true;    ///< no record was seen yet
    bool in_array_ = false;
};

}  // namespace

std::unique_ptr<Records> json_records(const JsonFormat& format, const Statement& statement) {
    return std::make_unique<JsonRecords>(format, statement);
}

}  // namespace lazulite::blob::query
