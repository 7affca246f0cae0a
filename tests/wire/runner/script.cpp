#include "script.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "text.hpp"

namespace wire_tests {
namespace {

class Reader {
  public:
    explicit Reader(const std::string& text) : lines_(split_lines(text)) {}

    Script read() {
        Script script;
        while (next_ < lines_.size()) {
            const std::string line = take();
            if (line.empty()) continue;
            if (line.starts_with('#')) {
                if (script.rule.empty()) script.rule = trim(line.substr(1));
            } else if (line.starts_with(">>> ")) {
                script.steps.emplace_back(read_exchange(line.substr(4)));
            } else if (line == "@raw") {
                script.steps.emplace_back(read_raw());
            } else if (line == "@set-up") {
                read_set_up(script);
            } else if (line.starts_with("@advance ")) {
                script.steps.emplace_back(Advance{at(), std::stol(line.substr(9))});
            } else if (line.starts_with("@skip ")) {
                script.skip = line.substr(6);
            } else {
                refuse("not understood: " + line);
            }
        }
        if (script.rule.empty()) refuse("a file begins with a comment that names its rule");
        if (script.steps.empty()) refuse("there is no exchange");
        return script;
    }

  private:
    std::string take() { return lines_[next_++]; }
    [[nodiscard]] int at() const { return static_cast<int>(next_); }
    [[noreturn]] void refuse(const std::string& text) const {
        throw std::runtime_error("line " + std::to_string(at()) + ": " + text);
    }
    [[nodiscard]] bool section_begins() const {
        const std::string& line = lines_[next_];
        return line.starts_with(">>> ") || line.starts_with("<<<") || line.starts_with("@raw") ||
               line.starts_with("@advance ") || line.starts_with("@set-up");
    }

    /// Header lines, up to an empty line or the next section.
    template <class Header, class Directive>
    void read_head(Header header, Directive directive) {
        while (next_ < lines_.size() && !section_begins()) {
            const std::string line = take();
            if (line.empty()) return;
            if (line.starts_with('#')) continue;
            if (line.starts_with('!')) {
                directive(line.substr(1));
                continue;
            }
            const std::size_t colon = line.find(':', 1);
            if (colon == std::string::npos) refuse("a header has a colon: " + line);
            header(line.substr(0, colon), std::string(trim(line.substr(colon + 1))));
        }
    }

    /// Everything up to the next section; empty lines at the end only separate.
    std::vector<std::string> read_body() {
        std::vector<std::string> lines;
        while (next_ < lines_.size() && !section_begins()) lines.push_back(take());
        while (!lines.empty() && lines.back().empty()) lines.pop_back();
        return lines;
    }

    Exchange read_exchange(const std::string& request_line) {
        Exchange exchange;
        exchange.line = at();
        const std::size_t blank = request_line.find(' ');
        if (blank == std::string::npos) refuse("a request has a method and a target");
        exchange.request.method = request_line.substr(0, blank);
        exchange.request.target = trim(request_line.substr(blank + 1));
        read_head(
            [&](std::string name, std::string value) {
                exchange.request.headers.emplace_back(std::move(name), std::move(value));
            },
            [&](std::string text) { exchange.request.directives.push_back(std::move(text)); });
        for (const std::string& line : read_body()) {
            if (!exchange.request.body.empty()) exchange.request.body += '\n';
            exchange.request.body += line;
        }
        if (next_ == lines_.size() || !lines_[next_].starts_with("<<< ")) refuse("a request needs an expectation: <<<");
        if (lines_[next_] == "<<< 100") {
            exchange.continues = true;
            take();
            if (next_ == lines_.size() || !lines_[next_].starts_with("<<< ")) refuse("a final status follows <<< 100");
        }
        exchange.expected = read_expectation(take().substr(4));
        return exchange;
    }

    Expectation read_expectation(const std::string& status_line) {
        Expectation expected;
        expected.line = at();
        const std::size_t blank = std::min(status_line.find(' '), status_line.size());
        const std::string status = status_line.substr(0, blank);
        if (status.size() != 3) refuse("a status is 404 or 4xx");
        expected.status = status.ends_with("xx") ? status[0] - '0' : std::stoi(status);
        expected.reason = trim(status_line.substr(blank));
        read_head(
            [&](std::string name, std::string value) { expected.headers.emplace_back(std::move(name), std::move(value)); },
            [&](std::string text) {
                if (text == "empty") expected.empty = true;
                else if (text == "exact") expected.exact = true;
                else expected.absent.push_back(std::move(text));
            });
        expected.body = read_body();
        return expected;
    }

    RawExchange read_raw() {
        RawExchange raw;
        raw.line = at();
        for (const std::string& line : read_body()) raw.bytes += line;
        if (next_ == lines_.size() || !lines_[next_].starts_with("<<<")) refuse("@raw needs an expectation: <<<");
        const std::string end = take();
        raw.closed = end == "<<< closed";
        if (!raw.closed && end != "<<<") refuse("after @raw stands <<< or <<< closed");
        for (const std::string& line : read_body()) raw.expected += line;
        return raw;
    }

    void read_set_up(Script& script) {
        while (next_ < lines_.size() && !section_begins()) {
            const std::string line = take();
            if (line.empty() || line.starts_with('#')) continue;
            script.steps.emplace_back(short_hand(line));
        }
    }

    /// One line of @set-up as the exchange it stands for.
    Exchange short_hand(const std::string& line) const {
        const std::vector<std::string> words = split_words(line);
        Exchange exchange;
        exchange.line = at();
        exchange.expected.line = at();
        exchange.expected.status = 201;
        Request& request = exchange.request;
        request.method = "PUT";
        if (words.size() < 2) refuse("a line of @set-up is `kind name ...`");
        request.target = "/acct/" + words[1];
        const std::size_t quote = line.find('"');
        if (words[0] == "container" && words.size() <= 3) {
            request.target += "?restype=container";
            if (words.size() == 3) request.headers.emplace_back("x-ms-blob-public-access", words[2]);
        } else if (words[0] == "blob" && quote != std::string::npos) {
            request.headers.emplace_back("x-ms-blob-type", "BlockBlob");
            request.body = "{" + line.substr(quote) + "}";
        } else if (words[0] == "block" && words.size() > 3 && quote != std::string::npos) {
            request.target += "?comp=block&blockid=" + percent_encode(words[2]);
            request.body = "{" + line.substr(quote) + "}";
        } else if (words[0] == "commit") {
            request.target += "?comp=blocklist";
            request.body = "<BlockList>";
            for (std::size_t i = 2; i < words.size(); ++i) request.body += "<Latest>" + words[i] + "</Latest>";
            request.body += "</BlockList>";
        } else if (words[0] == "setting") {
            request.target = "/_lazulite/accounts/{account}";
            request.headers.emplace_back("x-lazulite-control", "1");
            request.body = "{\"" + words[1] + "\": true}";
            exchange.expected.status = 200;
        } else if (words[0] == "website") {
            request.target = "/acct/?restype=service&comp=properties";
            request.body = "<StorageServiceProperties><StaticWebsite><Enabled>true</Enabled><IndexDocument>" + words[1] +
                           "</IndexDocument>";
            if (words.size() > 2) request.body += "<ErrorDocument404Path>" + words[2] + "</ErrorDocument404Path>";
            request.body += "</StaticWebsite></StorageServiceProperties>";
            exchange.expected.status = 202;
        } else {
            refuse("not understood: " + line);
        }
        return exchange;
    }

    std::vector<std::string> lines_;
    std::size_t next_ = 0;
};

}  // namespace

Script read_script(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) throw std::runtime_error("cannot be read");
    return Reader(text.str()).read();
}

}  // namespace wire_tests
