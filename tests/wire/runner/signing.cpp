#include "signing.hpp"

#include <algorithm>
#include <vector>

#include "text.hpp"

namespace wire_tests {
namespace {

std::string fold(std::string_view value) {
    std::string folded;
    for (const char c : value) {
        if (c == ' ' && folded.ends_with(' ')) continue;
        folded += c;
    }
    return folded;
}

/// Hyphens count only between names that are equal without them, and then sort last; `_` sorts before digits and letters.
bool culture_less(const std::string& a, const std::string& b) {
    const auto without_hyphens = [](std::string name) {
        std::erase(name, '-');
        for (char& c : name) {
            if (c == '_') c = '!';
        }
        return name;
    };
    const std::string left = without_hyphens(a);
    const std::string right = without_hyphens(b);
    if (left != right) return left < right;
    const std::size_t shorter = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < shorter; ++i) {
        if (a[i] != b[i]) return b[i] == '-';
    }
    return a.size() < b.size();
}

std::string canonicalized_headers(const SharedKey& request) {
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [name, value] : request.headers) {
        const std::string lowered = lower(name);
        if (!lowered.starts_with("x-ms-")) continue;
        std::string text(trim(value));
        if (request.folded_blanks) text = fold(text);
        const auto same = std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return line.first == lowered; });
        if (same == lines.end()) lines.emplace_back(lowered, text);
        else same->second += "," + text;
    }
    std::sort(lines.begin(), lines.end(), [&](const auto& a, const auto& b) {
        return request.culture_order ? culture_less(a.first, b.first) : a.first < b.first;
    });
    std::string all;
    for (const auto& [name, value] : lines) {
        if (value.empty() && request.version < "2016-05-31") continue;
        all += name + ":" + value + "\n";
    }
    return all;
}

std::string canonicalized_resource(const SharedKey& request) {
    std::map<std::string, std::vector<std::string>> parameters;
    std::string_view rest = request.query;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        const std::string_view value = equals == pair.size() ? std::string_view() : pair.substr(equals + 1);
        parameters[lower(percent_decode(pair.substr(0, equals)))].push_back(percent_decode(value));
    }
    std::string resource = "/" + request.account + request.path;
    for (auto& [name, values] : parameters) {
        std::sort(values.begin(), values.end());
        resource += "\n" + name + ":";
        for (std::size_t i = 0; i < values.size(); ++i) resource += (i == 0 ? "" : ",") + values[i];
    }
    return resource;
}

}  // namespace

std::string shared_key(const SharedKey& request) {
    const auto header = [&](std::string_view name) { return find_header(request.headers, name).value_or(""); };
    std::string length = header("Content-Length");
    if (length == "0" && request.version >= "2015-02-21") length.clear();
    const bool dated = find_header(request.headers, "x-ms-date").has_value();
    const std::string credential = (request.lite ? "SharedKeyLite " : "SharedKey ") + request.account + ":";
    const auto lite_resource = [&request] {
        std::string text = "/" + request.account + request.path;
        const std::string query = "&" + request.query;
        if (const std::size_t comp = query.find("&comp="); comp != std::string::npos) {
            text += "?" + query.substr(comp + 1, query.find('&', comp + 1) - comp - 1);
        }
        return text;
    };
    if (request.table) {
        const std::string first = request.method + "\n" + header("Content-MD5") + "\n" + header("Content-Type") + "\n";
        const std::string text = (request.lite ? "" : first) + header(dated ? "x-ms-date" : "Date") + "\n" + lite_resource();
        return credential + base64(hmac_sha256(from_base64(request.key), text));
    }
    if (request.lite || request.version < "2009-09-19") {
        const std::string text = request.method + "\n" + header("Content-MD5") + "\n" + header("Content-Type") + "\n" +
                           (dated ? "" : header("Date")) + "\n" + canonicalized_headers(request) + lite_resource();
        return credential + base64(hmac_sha256(from_base64(request.key), text));
    }
    std::string text = request.method + "\n";
    for (const std::string& line :
         {header("Content-Encoding"), header("Content-Language"), length, header("Content-MD5"), header("Content-Type"),
          dated ? std::string() : header("Date"), header("If-Modified-Since"), header("If-Match"), header("If-None-Match"),
          header("If-Unmodified-Since"), header("Range")}) {
        text += line + "\n";
    }
    text += canonicalized_headers(request) + canonicalized_resource(request);
    return credential + base64(hmac_sha256(from_base64(request.key), text));
}

std::string account_sas_signature(const std::string& account, const std::string& key, SasFields fields) {
    std::string text = account + "\n";
    for (const char* const name : {"sp", "ss", "srt", "st", "se", "sip", "spr", "sv"}) text += fields[name] + "\n";
    if (fields["sv"] >= "2020-12-06") text += fields["ses"] + "\n";
    return base64(hmac_sha256(from_base64(key), text));
}

std::string service_sas_signature(const std::string& account, const std::string& key, const std::string& resource,
                                  const std::string& moment, SasFields fields) {
    const std::string version = fields["sv"];
    const bool queue = fields["sr"].empty();
    const bool file = fields["sr"] == "s" || fields["sr"] == "f";
    std::string text = fields["sp"] + "\n" + fields["st"] + "\n" + fields["se"] + "\n";
    text += (version < "2015-02-21" ? "/" : queue ? "/queue/" : file ? "/file/" : "/blob/") + account + "/" + resource + "\n" + fields["si"];
    if (version >= "2015-04-05") text += "\n" + fields["sip"] + "\n" + fields["spr"];
    if (!version.empty()) text += "\n" + version;
    if (queue) return base64(hmac_sha256(from_base64(key), text));
    if (version >= "2018-11-09" && !file) text += "\n" + fields["sr"] + "\n" + moment;
    if (version >= "2020-12-06" && !file) text += "\n" + fields["ses"];
    if (version >= "2013-08-15") {
        for (const char* const name : {"rscc", "rscd", "rsce", "rscl", "rsct"}) text += "\n" + fields[name];
    }
    return base64(hmac_sha256(from_base64(key), text));
}

std::string table_sas_signature(const std::string& account, const std::string& key, SasFields fields) {
    std::string text = fields["sp"] + "\n" + fields["st"] + "\n" + fields["se"] + "\n/table/" + account + "/" +
                       lower(fields["tn"]);
    for (const char* const name : {"si", "sip", "spr", "sv", "spk", "srk", "epk", "erk"}) text += "\n" + fields[name];
    return base64(hmac_sha256(from_base64(key), text));
}

std::string as_query(const SasFields& fields) {
    std::string query;
    for (const auto& [name, value] : fields) {
        if (!value.empty()) query += (query.empty() ? "" : "&") + name + "=" + percent_encode(value);
    }
    return query;
}

}  // namespace wire_tests
