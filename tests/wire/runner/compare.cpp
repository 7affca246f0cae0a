#include "compare.hpp"

#include <algorithm>
#include <mutex>
#include <regex>

#include "text.hpp"

namespace wire_tests {
namespace {

constexpr std::string_view kMetadata = "x-ms-meta-";

bool matches_regex(const std::string& pattern, std::string_view text) {
    // libstdc++ fills a cache of the global locale while it compiles and matches, without a lock of its own.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    return std::regex_match(text.begin(), text.end(), std::regex(pattern));
}

/// Metadata names keep the case in which they were sent; other header names have none.
std::optional<std::string> find_with_case(const Headers& headers, const std::string& name) {
    if (!lower(name).starts_with(kMetadata)) return find_header(headers, name);
    for (const auto& [other, value] : headers) {
        if (other == name) return value;
    }
    return std::nullopt;
}

bool value_matches(const std::string& wanted, const std::string& actual, Variables& variables) {
    if (wanted == "*") return true;
    if (wanted.starts_with('~')) return matches_regex(variables.expand_known(wanted.substr(1)), actual);
    if (wanted.starts_with('!')) return actual != variables.expand(wanted.substr(1));
    return variables.match(wanted, actual);
}

bool is_xml(const std::vector<std::string>& lines) {
    const auto first = std::find_if(lines.begin(), lines.end(), [](const std::string& line) { return trim(line) != "..."; });
    return first != lines.end() && (trim(*first).starts_with('<') || trim(*first).starts_with("~<"));
}

/// A line for each tag that has another before it, without indentation and declaration; an element without content is
/// `<a/>` however it was written.
std::vector<std::string> xml_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        const std::string_view trimmed = trim(line);
        if (!text.empty()) text += '\n';
        for (std::size_t i = 0; i < trimmed.size(); ++i) {
            if (i > 0 && trimmed[i] == '<' && trimmed[i - 1] == '>') text += '\n';
            if (trimmed.substr(i).starts_with(" />")) continue;
            text += trimmed[i];
        }
    }
    std::vector<std::string> normal;
    for (const std::string& line : split_lines(text)) {
        if (line.empty() || line.starts_with("<?xml")) continue;
        const bool closes = line.starts_with("</") && !normal.empty() && normal.back().starts_with('<') &&
                            !normal.back().ends_with("/>") && normal.back().find('>') + 1 == normal.back().size();
        const std::string name = closes ? line.substr(2, line.size() - 3) : "";
        if (closes && (normal.back() == "<" + name + ">" || normal.back().starts_with("<" + name + " "))) {
            normal.back().insert(normal.back().size() - 1, 1, '/');
        } else {
            normal.push_back(line);
        }
    }
    return normal;
}

/// Matches line by line; `...` stands for any number of lines. Remembers how far it came for the report.
class BodyMatch {
  public:
    BodyMatch(std::vector<std::string> expected, std::vector<std::string> actual)
        : expected_(std::move(expected)), actual_(std::move(actual)) {}

    bool run(Variables& variables) { return run(0, 0, variables); }

    [[nodiscard]] std::string stuck_expected() const {
        return reached_ < expected_.size() ? expected_[reached_] : "(the end)";
    }
    [[nodiscard]] std::string stuck_actual() const { return at_ < actual_.size() ? actual_[at_] : "(the end)"; }

  private:
    bool run(std::size_t i, std::size_t j, Variables& variables) {
        while (true) {
            if (i > reached_ || (i == reached_ && !noted_)) {
                reached_ = i;
                at_ = j;
                noted_ = true;
            }
            if (i == expected_.size()) return j == actual_.size();
            if (trim(expected_[i]) == "...") {
                if (i + 1 == expected_.size()) return true;
                for (std::size_t next = j; next <= actual_.size(); ++next) {
                    Variables attempt = variables;
                    if (run(i + 1, next, attempt)) {
                        variables = attempt;
                        return true;
                    }
                }
                return false;
            }
            if (j == actual_.size() || !value_matches_line(expected_[i], actual_[j], variables)) return false;
            ++i;
            ++j;
        }
    }

    static bool value_matches_line(const std::string& wanted, const std::string& actual, Variables& variables) {
        if (wanted.starts_with('~')) return matches_regex(variables.expand_known(wanted.substr(1)), actual);
        return variables.match(wanted, actual);
    }

    std::vector<std::string> expected_;
    std::vector<std::string> actual_;
    std::size_t reached_ = 0;
    std::size_t at_ = 0;
    bool noted_ = false;
};

void compare_body(const Expectation& expected, const Answer& answer, Variables& variables,
                  std::vector<Difference>& differences) {
    if (expected.empty && !answer.body.empty()) differences.push_back({"body", "(none)", answer.body});
    if (expected.body.empty()) return;
    const bool xml = !expected.exact && is_xml(expected.body);
    auto lines = split_lines(answer.body);
    if (find_header(answer.headers, "Content-Type").value_or("").starts_with("multipart/")) {
        for (std::string& line : lines) {
            if (line.ends_with('\r')) line.pop_back();
        }
        if (!lines.empty() && lines.back().empty()) lines.pop_back();
    }
    BodyMatch match(xml ? xml_lines(expected.body) : expected.body, xml ? xml_lines(lines) : lines);
    if (!match.run(variables)) differences.push_back({"body", match.stuck_expected(), match.stuck_actual()});
}

bool named(const Expectation& expected, std::string_view name) {
    const auto same = [&](const auto& header) { return same_name(header.first, name); };
    const auto same_text = [&](const std::string& other) { return same_name(other, name); };
    return std::any_of(expected.headers.begin(), expected.headers.end(), same) ||
           std::any_of(expected.absent.begin(), expected.absent.end(), same_text);
}

}  // namespace

std::vector<Difference> compare(const Expectation& expected, const Answer& answer, Variables& variables) {
    std::vector<Difference> differences;
    const bool whole_class = expected.status < 10;
    if ((whole_class ? answer.status / 100 : answer.status) != expected.status) {
        const std::string shown = std::to_string(expected.status) + (whole_class ? "xx" : "");
        differences.push_back({"status", shown, std::to_string(answer.status)});
    }
    if (!expected.reason.empty() && !variables.match(expected.reason, answer.reason)) {
        differences.push_back({"reason phrase", expected.reason, answer.reason});
    }
    for (const auto& [name, wanted] : expected.headers) {
        const auto actual = find_with_case(answer.headers, name);
        if (!actual) differences.push_back({name, wanted, "(absent)"});
        else if (!value_matches(wanted, *actual, variables)) differences.push_back({name, wanted, *actual});
    }
    for (const std::string& name : expected.absent) {
        if (const auto actual = find_header(answer.headers, name)) differences.push_back({name, "(absent)", *actual});
    }
    compare_body(expected, answer, variables, differences);
    return differences;
}

std::vector<Difference> compare_common(const Expectation& expected, std::string_view method, const Headers& sent,
                                       const Answer& answer, ErrorBody errors) {
    std::vector<Difference> differences;
    const auto owed = [&](const std::string& name, const std::string& pattern, const std::string& shown) {
        if (named(expected, name)) return;
        const auto actual = find_header(answer.headers, name);
        if (!actual || !matches_regex(pattern, *actual)) differences.push_back({name, shown, actual.value_or("(absent)")});
    };
    owed("Server", ".+", "(a name)");
    owed("x-ms-request-id", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "(a GUID)");
    owed("Date", "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT", "(a date)");
    const std::string version = find_header(sent, "x-ms-version").value_or("");
    if (matches_regex("[0-9]{4}-[0-9]{2}-[0-9]{2}", version)) owed("x-ms-version", version, version);
    const std::string client_id = find_header(sent, "x-ms-client-request-id").value_or("");
    if (client_id.size() <= 1024 && matches_regex("[0-9A-Za-z-]+", client_id)) owed("x-ms-client-request-id", client_id, client_id);
    if (answer.status < 400) return differences;
    const auto code = find_header(answer.headers, "x-ms-error-code");
    if (!code) differences.push_back({"x-ms-error-code", "(a code)", "(absent)"});
    if (method == "HEAD") return differences;
    const bool odata = errors == ErrorBody::odata;
    const bool html = errors == ErrorBody::html;
    if (html && !expected.body.empty()) return differences;
    owed("Content-Type", html ? "text/html" : odata || errors == ErrorBody::either ? "application/(json|xml)(;.*)?" : "application/xml(;.*)?",
         html ? "text/html" : "application/xml");
    const bool json = find_header(answer.headers, "Content-Type").value_or("").starts_with("application/json");
    std::string element = html ? "<li>ErrorCode: " : json ? "\"code\":\"" : odata ? "<code>" : "<Code>";
    element += code.value_or("");
    element += html ? "</li>" : json ? "\"" : odata ? "</code>" : "</Code>";
    if (answer.body.find(element) == std::string::npos) differences.push_back({"code in the body", element, answer.body});
    return differences;
}

}  // namespace wire_tests
