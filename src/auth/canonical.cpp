#include "auth/canonical.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace lazulite {
namespace {

constexpr std::string_view kPrefix = "x-ms-";

/// Ranks of characters in the first pass; hyphen and apostrophe have none.
constexpr auto kCultureRanks = [] {
    constexpr std::string_view kInOrder = "!#$%&*.^_`|~+0123456789abcdefghijklmnopqrstuvwxyz";
    std::array<std::uint8_t, 256> ranks{};
    for (std::size_t c = 0; c < ranks.size(); ++c) {
        const std::size_t at = kInOrder.find(ascii_lower(static_cast<char>(c)));
        ranks[c] = static_cast<std::uint8_t>(std::min(at, kInOrder.size()));
    }
    return ranks;
}();
int culture_rank(char c) { return kCultureRanks[static_cast<unsigned char>(c)]; }

bool ignored_at_first(char c) { return c == '-' || c == '\''; }

/// Runs of white space become one blank, but not inside quotes.
std::string fold_blanks(std::string_view value) {
    std::string folded;
    bool quoted = false;
    for (const char c : value) {
        if (c == '"') quoted = !quoted;
        const bool blank = c == ' ' || c == '\t';
        if (blank && !quoted && !folded.empty() && folded.back() == ' ') continue;
        folded.push_back(blank && !quoted ? ' ' : c);
    }
    return folded;
}

}  // namespace

bool culture_less(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    std::size_t j = 0;
    while (true) {
        while (i < a.size() && ignored_at_first(a[i])) ++i;
        while (j < b.size() && ignored_at_first(b[j])) ++j;
        if (i == a.size() || j == b.size()) break;
        const int left = culture_rank(a[i]);
        const int right = culture_rank(b[j]);
        if (left != right) return left < right;
        ++i;
        ++j;
    }
    if ((i == a.size()) != (j == b.size())) return i == a.size();
    // Equal so far: at the first place where one has a hyphen, that name sorts after; behind one that has an apostrophe.
    const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (left == a.end() || right == b.end()) return left == a.end() && right != b.end();
    if (ignored_at_first(*left) && ignored_at_first(*right)) return *left < *right;
    return ignored_at_first(*right);
}

std::string canonicalized_headers(const FieldViews& fields, ServiceVersion version, Canonicalization how) {
    struct Line {
        std::string name;
        std::string value;
        std::size_t at;
    };
    std::vector<Line> lines;
    for (const auto& field : fields) {
        if (!starts_with_ignoring_case(field.name, kPrefix)) continue;
        std::string value = how.blanks == Canonicalization::Blanks::folded ? fold_blanks(field.value)
                                                                          : std::string(field.value);
        lines.push_back({to_lower(field.name), std::move(value), lines.size()});
    }
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
        const int order = a.name.compare(b.name);
        return order != 0 ? order < 0 : a.at < b.at;
    });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        if (lines[i].name == lines[kept].name) {
            lines[kept].value.append(",").append(lines[i].value);
        } else if (++kept != i) {
            lines[kept] = std::move(lines[i]);
        }
    }
    if (!lines.empty()) lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(kept) + 1, lines.end());
    if (how.order == Canonicalization::Order::culture) {
        std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return culture_less(a.name, b.name); });
    }
    constexpr ServiceVersion kEmptyValuesAreSigned{2016, 5, 31};
    std::string text;
    for (const Line& line : lines) {
        if (line.value.empty() && version < kEmptyValuesAreSigned) continue;
        text.append(line.name).append(":").append(line.value).append("\n");
    }
    return text;
}

std::string canonicalized_resource(std::string_view account, std::string_view path, const Query& query) {
    std::string text;
    text.append("/").append(account).append(path);
    std::map<std::string, std::vector<std::string_view>> parameters;
    for (const auto& parameter : query.all()) parameters[to_lower(parameter.name)].push_back(parameter.value);
    for (auto& [name, values] : parameters) {
        std::sort(values.begin(), values.end());
        text.append("\n").append(name).append(":");
        for (std::size_t i = 0; i < values.size(); ++i) text.append(i == 0 ? "" : ",").append(values[i]);
    }
    return text;
}

std::string canonicalized_resource_lite(std::string_view account, std::string_view path, const Query& query) {
    std::string text;
    text.append("/").append(account).append(path);
    if (const std::string_view* comp = query.find("comp")) text.append("?comp=").append(*comp);
    return text;
}

}  // namespace lazulite
