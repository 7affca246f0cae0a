#include "player.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <thread>

#include "compare.hpp"
#include "script.hpp"
#include "signing.hpp"
#include "text.hpp"
#include "variables.hpp"
#include "waiting.hpp"

namespace wire_tests {
namespace {

constexpr std::string_view kVersion = "2026-04-06";
constexpr std::string_view kControl = "/_lazulite/";

/// A difference that ends the case, with everything a reader needs.
struct Failed {
    int line;
    std::string text;
};

std::string shortened(std::string_view text) {
    constexpr std::size_t kMost = 2000;
    return text.size() <= kMost ? std::string(text) : std::string(text.substr(0, kMost)) + "... (" +
                                                          std::to_string(text.size()) + " bytes)";
}

std::string indented(std::string_view text) {
    std::string lines;
    for (const std::string& line : split_lines(text)) lines += "        " + line + "\n";
    return lines;
}

std::string described(const std::vector<Difference>& differences, const Answer& answer) {
    std::string text;
    for (const Difference& difference : differences) {
        text += "    " + difference.what + "\n      expected  " + shortened(difference.expected) + "\n      actual    " +
                shortened(difference.actual) + "\n";
    }
    std::string whole = answer.status_line + "\n";
    for (const auto& [name, value] : answer.headers) whole += name + ": " + value + "\n";
    return text + "    the whole answer\n" + indented(whole + shortened(answer.body));
}

class Player {
  public:
    Player(const Endpoint& endpoint, const std::string& account, bool table, bool data_lake)
        : account_(account), table_(table), data_lake_(data_lake), client_(endpoint) {
        const std::string authority = endpoint.host + ":" + std::to_string(endpoint.port);
        const std::time_t now = std::time(nullptr);
        variables_.set("account", account);
        variables_.set("key1", base64("the first key of " + account));
        variables_.set("key2", base64("the second key of " + account));
        variables_.set("authority", authority);
        variables_.set("port", std::to_string(endpoint.port));
        variables_.set("waiting", waiting_url());
        variables_.set("endpoint", "http://" + authority);
        variables_.set("now", rfc1123(now));
        variables_.set("iso", iso8601(now));
        SasFields sas = account_sas_defaults();
        sas["sig"] = account_sas_signature(account, variables_.get("key1"), sas);
        variables_.set("sas", as_query(sas));
    }

    void play(const Script& script) {
        const std::string keys = R"({"keys":[")" + variables_.get("key1") + R"(",")" + variables_.get("key2") + R"("]})";
        control("PUT", "accounts/" + account_, keys, 201);
        for (const Step& step : script.steps) {
            if (const auto* exchange = std::get_if<Exchange>(&step)) play_until(*exchange);
            if (const auto* raw = std::get_if<RawExchange>(&step)) play(*raw);
            if (const auto* advance = std::get_if<Advance>(&step)) {
                control("POST", "clock?account=" + account_ + "&advance=" + std::to_string(advance->seconds), "", 200);
            }
        }
    }

    void clean() { control("POST", "reset?account=" + account_, "", 200); }

  private:
    void control(const std::string& method, const std::string& target, const std::string& body, int status) {
        const std::string head = method + " " + std::string(kControl) + target + " HTTP/1.1\r\nHost: " +
                                 variables_.get("authority") + "\r\nx-lazulite-control: 1\r\nContent-Length: " +
                                 std::to_string(body.size()) + "\r\n\r\n";
        const Answer answer = client_.send(method, head, body, false, true);
        if (answer.status != status) throw Failed{0, described({{target, std::to_string(status), answer.body}}, answer)};
    }

    [[nodiscard]] SasFields account_sas_defaults() const {
        return {{"sv", std::string(kVersion)}, {"ss", "bqtf"}, {"srt", "sco"}, {"sp", "rwdxylacuptfi"},
                {"se", *moved(variables_.get("iso"), 3600)}};
    }
    [[nodiscard]] SasFields service_sas_defaults() const {
        return {{"sv", std::string(kVersion)}, {"sr", "b"}, {"sp", "racwdxyltfmeopi"},
                {"se", *moved(variables_.get("iso"), 3600)}};
    }

    /// `acct` is the first segment of a path; `acct-secondary` too.
    [[nodiscard]] std::string with_account(std::string target) const {
        constexpr std::string_view kPlaceholder = "/acct";
        const std::string_view rest = std::string_view(target).substr(std::min(kPlaceholder.size(), target.size()));
        const bool here = target.starts_with(kPlaceholder) &&
                          (rest.empty() || rest[0] == '/' || rest[0] == '?' || rest.starts_with("-secondary"));
        return here ? "/" + account_ + std::string(rest) : target;
    }

    /// With `!until` anew, until the answer is the one that is expected, for ten seconds.
    void play_until(const Exchange& exchange) {
        const std::vector<std::string>& directives = exchange.request.directives;
        const bool again = std::find(directives.begin(), directives.end(), "until") != directives.end();
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(again ? 10 : 0);
        const Variables before = variables_;
        while (true) {
            try {
                return play(exchange);
            } catch (const Failed&) {
                if (std::chrono::steady_clock::now() >= end) throw;
                variables_ = before;
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
        }
    }

    void play(const Exchange& exchange) {
        const Request& request = exchange.request;
        const std::string title = ">>> " + request.method + " " + shortened(request.target);
        std::string target = with_account(variables_.expand(request.target));
        const std::string body = variables_.expand(request.body);
        const bool control = target.starts_with(kControl);

        Headers headers;
        std::string authorization = control ? "none" : "shared-key";
        std::vector<std::string> without;
        bool chunked = false;
        for (const std::string& directive : request.directives) {
            if (directive.starts_with("auth ")) authorization = directive.substr(5);
            else if (directive.starts_with("without ")) without.push_back(directive.substr(8));
            else if (directive == "chunked") chunked = true;
            else if (directive == "until") continue;
            else if (directive == "web") authorization = "web";
            else throw Failed{exchange.line, "    unknown directive !" + directive + "\n"};
        }
        for (const auto& [name, value] : request.headers) headers.emplace_back(name, variables_.expand(value));
        const auto add = [&](const char* name, const std::string& value) {
            const auto same = [&](const std::string& other) { return same_name(other, name); };
            if (find_header(headers, name) || std::any_of(without.begin(), without.end(), same)) return;
            headers.emplace_back(name, value);
        };
        const bool web = authorization == "web";
        add("Host", web ? account_ + ".web.localhost" : variables_.get("authority"));
        if (!control && !web) add("x-ms-version", std::string(kVersion));
        if (table_ && !control) {
            add("Accept", "application/json;odata=minimalmetadata");
            if (!body.empty()) add("Content-Type", "application/json");
        }
        if (authorization.starts_with("shared-key")) add("x-ms-date", rfc1123(std::time(nullptr)));
        if (chunked) {
            headers.emplace_back("Transfer-Encoding", "chunked");
        } else if (!body.empty() || request.method == "PUT" || request.method == "POST" || request.method == "PATCH") {
            add("Content-Length", std::to_string(body.size()));
        }
        authorize(authorization, request.method, target, headers);

        std::string head = request.method + " " + target + " HTTP/1.1\r\n";
        for (const auto& [name, value] : headers) head.append(name).append(": ").append(value).append("\r\n");
        head += "\r\n";
        const bool reusable = chunked || find_header(headers, "Content-Length").value_or("0") == std::to_string(body.size());
        const bool expects = find_header(headers, "Expect").has_value();
        const Answer answer = client_.send(request.method, head, chunked ? in_chunks(body) : body, expects, reusable);

        std::vector<Difference> differences = compare(exchange.expected, answer, variables_);
        if (answer.continued != exchange.continues) {
            differences.push_back({"100 Continue", exchange.continues ? "sent" : "not sent", answer.continued ? "sent" : "not sent"});
        }
        if (!control) {
            const ErrorBody errors = web          ? ErrorBody::html
                                     : table_     ? ErrorBody::odata
                                     : data_lake_ ? ErrorBody::either
                                                  : ErrorBody::xml;
            for (Difference& more : compare_common(exchange.expected, request.method, headers, answer, errors)) {
                differences.push_back(std::move(more));
            }
        }
        if (!differences.empty()) {
            throw Failed{exchange.expected.line, "    " + title + "\n" + described(differences, answer)};
        }
    }

    void play(const RawExchange& raw) {
        std::string text = raw.bytes;
        for (std::size_t at = text.find("/acct"); at != std::string::npos; at = text.find("/acct", at + 1)) {
            text.replace(at + 1, 4, account_);
        }
        const std::string bytes = unescape(variables_.expand(text));
        const std::string expected = unescape(variables_.expand(raw.expected));
        bool ended = false;
        const std::string answer = client_.send_raw(bytes, expected.size(), raw.closed, ended);
        std::string problem;
        if (!answer.starts_with(expected)) {
            problem = "    the answer begins\n      expected  " + expected + "\n      actual    " +
                      shortened(answer) + "\n";
        }
        if (raw.closed && !ended) problem += "    the server did not close the connection\n";
        if (!problem.empty()) throw Failed{raw.line, problem};
    }

    /// What a service SAS for `target` signs as its resource, by `sr`.
    [[nodiscard]] std::string signed_resource(const std::string& target, const SasFields& fields) const {
        const std::size_t question = std::min(target.find('?'), target.size());
        const std::string path = percent_decode(target.substr(1, question - 1));
        std::string resource = path.substr(std::min(path.find('/'), path.size() - 1) + 1);
        if (fields.at("sr").empty()) return resource.substr(0, resource.find('/'));
        const bool root = resource.find('/') == std::string::npos && target.find("restype=") == std::string::npos;
        if (root) resource = "$root/" + resource;
        const std::string& sr = fields.at("sr");
        std::size_t segments = sr == "c" || sr == "s" ? 1 : sr == "d" ? 1 + std::stoul(fields.at("sdd")) : 1000;
        std::size_t end = 0;
        for (; segments > 0 && end < resource.size(); --segments) end = std::min(resource.find('/', end + 1), resource.size());
        return resource.substr(0, end);
    }

    /// `sas [key=2] [field=value]...`, `service-sas [over=container/blob] ...`; `drop=`, `double=` and `cut=` damage one
    /// parameter after it was signed.
    void add_sas(bool account, std::map<std::string, std::string> options, const std::string& key, std::string& target) const {
        const auto taken = [&options](const char* name) {
            const std::string value = options[name];
            options.erase(name);
            return value;
        };
        const std::string over = taken("over");
        const std::string drop = taken("drop");
        const std::string twice = taken("double");
        const std::string cut = taken("cut");
        SasFields fields = account ? account_sas_defaults() : service_sas_defaults();
        for (const auto& [name, value] : options) fields[name] = value;
        if (fields["sig"].empty() && account) fields["sig"] = account_sas_signature(account_, key, fields);
        if (fields["sig"].empty()) {
            const std::string query = target.substr(std::min(target.find('?'), target.size()));
            const std::string moment = fields["sr"] == "bs"   ? parameter(query, "snapshot")
                                       : fields["sr"] == "bv" ? parameter(query, "versionid")
                                                              : "";
            fields["sig"] = service_sas_signature(account_, key, over.empty() ? signed_resource(target, fields) : over, moment, fields);
        }
        fields.erase(drop);
        if (!cut.empty()) fields[cut].pop_back();
        target += (target.find('?') == std::string::npos ? "?" : "&") + as_query(fields);
        if (!twice.empty()) target += "&" + twice + "=" + percent_encode(fields[twice]);
    }

    /// `table-sas tn=people [sp=r] [spk=a srk=1 epk=b erk=9] [si=policy]`; `sp=` leaves a field out.
    void add_table_sas(const std::map<std::string, std::string>& options, const std::string& key, std::string& target) const {
        SasFields fields{{"sv", std::string(kVersion)}, {"sp", "raud"}, {"se", *moved(variables_.get("iso"), 3600)}};
        for (const auto& [name, value] : options) fields[name] = value;
        fields["sig"] = table_sas_signature(account_, key, fields);
        target += (target.find('?') == std::string::npos ? "?" : "&") + as_query(fields);
    }

    static std::string parameter(const std::string& query, const std::string& name) {
        const std::size_t at = query.find(name + "=");
        if (at == std::string::npos) return "";
        return percent_decode(query.substr(at + name.size() + 1, query.find('&', at) - at - name.size() - 1));
    }

    /// `none`, `raw` (the headers as they stand), `web`, `shared-key [key=2] [order=culture] [blanks=folded] [path=/p]`
    /// (or `shared-key-lite`), or a SAS.
    void authorize(const std::string& how, const std::string& method, std::string& target, Headers& headers) const {
        std::vector<std::string> words = split_words(how);
        if (words.at(0) == "none" || words[0] == "raw" || words[0] == "web") return;
        std::map<std::string, std::string> options;
        for (std::size_t i = 1; i < words.size(); ++i) {
            const std::size_t equals = std::min(words[i].find('='), words[i].size() - 1);
            options[words[i].substr(0, equals)] = variables_.expand(words[i].substr(equals + 1));
        }
        const std::string key = variables_.get(options["key"] == "2" ? "key2" : "key1");
        options.erase("key");
        if (words[0] == "table-sas") return add_table_sas(options, key, target);
        if (words[0] == "sas" || words[0] == "service-sas") return add_sas(words[0] == "sas", options, key, target);
        if (words[0] != "shared-key" && words[0] != "shared-key-lite") throw std::runtime_error("unknown authorization: " + how);
        const std::size_t question = std::min(target.find('?'), target.size());
        const std::string path = options["path"].empty() ? target.substr(0, question) : with_account(options["path"]);
        const SharedKey signing{account_,
                                key,
                                method,
                                path,
                                question == target.size() ? "" : target.substr(question + 1),
                                headers,
                                find_header(headers, "x-ms-version").value_or("2009-09-19"),
                                options["order"] == "culture",
                                options["blanks"] == "folded",
                                words[0] == "shared-key-lite",
                                table_};
        headers.emplace_back("Authorization", shared_key(signing));
    }

    /// Two chunks, so that there is a boundary inside.
    static std::string in_chunks(const std::string& body) {
        std::string coded;
        const std::size_t half = body.size() / 2;
        for (const std::string& part : {body.substr(0, half), body.substr(half)}) {
            if (part.empty()) continue;
            char size[24];
            std::snprintf(size, sizeof size, "%zx\r\n", part.size());
            coded.append(size).append(part).append("\r\n");
        }
        return coded + "0\r\n\r\n";
    }

    std::string account_;
    bool table_;      ///< speaks to the Table service
    bool data_lake_;  ///< speaks to Data Lake Storage
    Client client_;
    Variables variables_;
};

}  // namespace

Report play(const std::filesystem::path& file, const Endpoint& endpoint, const std::string& account) {
    const std::string where = "FAILED " + file.string();
    std::string rule;
    try {
        const Script script = read_script(file);
        rule = "\n    " + script.rule + "\n";
        if (script.skip) return {Outcome::skipped, "SKIPPED " + file.string() + ": " + *script.skip + "\n"};
        const auto below = [&](const char* folder) { return std::find(file.begin(), file.end(), folder) != file.end(); };
        Player player(endpoint, account, below("table"), below("datalake"));
        try {
            player.play(script);
        } catch (...) {
            player.clean();
            throw;
        }
        player.clean();
        return {Outcome::passed, {}};
    } catch (const Failed& failure) {
        return {Outcome::failed, where + ":" + std::to_string(failure.line) + rule + failure.text};
    } catch (const std::exception& problem) {
        return {Outcome::failed, where + rule + (rule.empty() ? ": " : "    ") + problem.what() + "\n"};
    }
}

}  // namespace wire_tests
