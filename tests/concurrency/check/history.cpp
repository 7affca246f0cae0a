#include "history.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <stdexcept>

namespace concurrency {
namespace {

void rename(std::pair<std::string, std::string>& field, std::map<std::string, std::string>& etags,
            std::map<std::string, std::string>& receipts) {
    const auto& [name, value] = field;
    const bool receipt = name == "receipt";
    if ((!receipt && name != "etag" && name != "if-match" && name != "if-none-match") || value == "*" || value.empty())
        return;
    auto& names = receipt ? receipts : etags;
    const std::string next = (receipt ? "R" : "E") + std::to_string(names.size() + 1);
    field.second = names.emplace(value, next).first->second;
}

std::int64_t moment(const std::string& word) {
    return word == "-" ? kNever : as_number(word);
}

Event read_line(const std::string& line) {
    std::istringstream words(line);
    Event event;
    std::string client, called, returned;
    words >> event.object >> client >> called >> returned >> event.what;
    if (event.what.empty() || client.size() < 2 || client[0] != 'c') throw std::runtime_error("not an event: " + line);
    event.client = static_cast<int>(as_number(std::string_view(client).substr(1)));
    event.called = moment(called);
    event.returned = moment(returned);
    Fields* fields = &event.given;
    for (std::string word; words >> word;) {
        const std::size_t equals = word.find('=');
        if (word == "->") {
            fields = &event.got;
        } else if (equals == std::string::npos) {
            throw std::runtime_error("not a field: " + word);
        } else {
            fields->emplace_back(word.substr(0, equals), word.substr(equals + 1));
        }
    }
    return event;
}

}  // namespace

bool has(const Fields& fields, std::string_view name) {
    return std::any_of(fields.begin(), fields.end(), [name](const auto& field) { return field.first == name; });
}

std::string_view text(const Fields& fields, std::string_view name) {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [name](const auto& field) { return field.first == name; });
    return found == fields.end() ? std::string_view() : found->second;
}

std::int64_t number(const Fields& fields, std::string_view name, std::int64_t otherwise) {
    return has(fields, name) ? as_number(text(fields, name)) : otherwise;
}

std::int64_t as_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size() ? value : -1;
}

void give_short_names(History& history) {
    std::map<std::string, std::string> etags;
    std::map<std::string, std::string> receipts;
    for (Event& event : history) {
        for (auto& field : event.given) rename(field, etags, receipts);
        for (auto& field : event.got) rename(field, etags, receipts);
    }
}

std::string to_text(const History& history) {
    std::string lines;
    for (const Event& event : history) {
        lines += event.object + " c" + std::to_string(event.client) + " " + std::to_string(event.called) + " " +
                 (event.answered() ? std::to_string(event.returned) : "-") + " " + event.what;
        for (const auto& [name, value] : event.given) lines += " " + name + "=" + value;
        if (event.answered()) lines += " ->";
        for (const auto& [name, value] : event.got) lines += " " + name + "=" + value;
        lines += "\n";
    }
    return lines;
}

History from_text(std::string_view text) {
    History history;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line[0] != '#') history.push_back(read_line(line));
    }
    return history;
}

}  // namespace concurrency
