#include "entity_text.hpp"

#include <array>
#include <utility>

#include "digits.hpp"

namespace lazulite::bench {
namespace {

struct Property {
    std::string_view name;
    std::string_view type;  // where JSON's own form does not say it
    std::string_view value;
};

/// `Note`, the tenth property, fills up what is left of the size.
constexpr auto kProperties = std::to_array<Property>({
    {"Name", "", R"("Pump ############")"},
    {"Count", "", "1#########"},
    {"Group", "", "1###"},
    {"Level", "", "1####.5"},
    {"Active", "", "true"},
    {"Total", "Edm.Int64", R"("90############")"},
    {"Seen", "Edm.DateTime", R"("2026-01-02T03:04:05.1#####7Z")"},
    {"Device", "Edm.Guid", R"("6f1c0d5e-8a3b-4c2d-9e1f-############")"},
    {"Data", "Edm.Binary", R"("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")"},
});
constexpr std::string_view kRowMember = R"(RowKey":")";

std::string member(std::string_view name, std::string_view value) {
    return '"' + std::string(name) + "\":" + std::string(value);
}

std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

std::string note(std::uint64_t used, std::uint64_t size) {
    std::string text;
    while (used + text.size() < size) text += static_cast<char>('a' + text.size() % 26);
    return member("Note", quoted(text));
}

/// One for each member; annotations are members too.
std::vector<std::string> members(const KeyPattern& key, std::uint64_t size) {
    std::vector<std::string> all = {member("PartitionKey", quoted(key.partition)), member("RowKey", quoted(key.row))};
    for (const auto& [name, type, value] : kProperties) {
        if (!type.empty()) all.push_back(member(std::string(name) + "@odata.type", quoted(type)));
        all.push_back(member(name, value));
    }
    std::uint64_t used = std::string_view(R"({"Note":""})").size();
    for (const std::string& one : all) used += one.size() + 1;
    all.push_back(note(used, size));
    return all;
}

}  // namespace

Pattern::Pattern(std::string text) : text_(std::move(text)) {
    for (std::size_t place = 0; place < text_.size(); ++place) {
        const char kind = text_[place];
        if (kind != '#' && kind != '%') continue;
        const bool begins = place == 0 || text_[place - 1] != kind;
        if (begins) runs_.push_back({place, 0, kind == '%'});
        runs_.back().last = place;
        ++runs_.back().digits;
    }
}

const std::string& Pattern::of(std::uint64_t number) {
    for (const auto& [last, digits, partition] : runs_) {
        write_digits(&text_[last], digits, partition ? number / kPartitionSize : number);
    }
    return text_;
}

KeyPattern key_pattern(const std::string& prefix) {
    return {prefix + "%%%%%%", "############"};
}

std::string entity_json(const KeyPattern& key, std::uint64_t size) {
    std::string json;
    for (const std::string& one : members(key, size)) json += (json.empty() ? '{' : ',') + one;
    return json + '}';
}

std::string group_filter(std::uint64_t group) {
    return "Group eq " + Pattern("1###").of(group);
}

std::optional<std::string_view> next_entity(std::string_view page, std::size_t& from) {
    const std::size_t row = page.find(kRowMember, from);
    if (row == std::string_view::npos) return std::nullopt;
    const std::size_t begin = page.rfind('{', row);
    const std::size_t end = page.find('}', row);
    if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
    from = end + 1;
    return page.substr(begin, from - begin);
}

EntityCheck::EntityCheck(const KeyPattern& key, std::uint64_t size) : row_(std::string(kRowMember) + key.row + '"') {
    for (std::string& one : members(key, size)) members_.emplace_back(std::move(one));
}

std::optional<std::string> EntityCheck::missing(std::string_view json, std::uint64_t number) {
    for (Pattern& pattern : members_) {
        const std::string& expected = pattern.of(number);
        if (json.find(expected) == std::string_view::npos) return expected;
    }
    return std::nullopt;
}

bool EntityCheck::has_row(std::string_view json, std::uint64_t number) {
    const std::size_t at = json.find(kRowMember);
    return at != std::string_view::npos && json.substr(at).starts_with(row_.of(number));
}

}  // namespace lazulite::bench
