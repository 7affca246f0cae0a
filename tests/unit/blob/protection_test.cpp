// Plays every cell of protection.txt, which says what it means.

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "blob_account.hpp"
#include "wire/uri.hpp"
#include "wire/xml_reader.hpp"

namespace lazulite::blob {
namespace {

std::vector<std::string> cut(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.emplace_back(trim(part));
    return parts;
}

constexpr std::string_view kEverything =
    "restype=container&comp=list&include=snapshots,versions,deleted,deletedwithversions";

/// One entry of a listing as the table writes it.
std::string entry_as_text(const XmlNode& blob) {
    std::string text = blob.child_text("Deleted") == "true" ? "~" : "";
    if (blob.child("HasVersionsOnly") != nullptr) text += '!';
    else if (blob.child("Snapshot") != nullptr) text += 's';
    else if (blob.child_text("IsCurrentVersion") == "true") text += '*';
    else if (blob.child("VersionId") != nullptr) text += 'v';
    else text += '=';
    return text.append(blob.child("Properties")->child_text("Content-Length"));
}

/// An account whose one blob goes through the operations of a row.
class Play {
  public:
    Play(bool versions, bool soft) {
        account_.settings().blob_versioning = versions;
        if (soft) account_.soft_delete(7);
    }

    /// The code of the refusal; empty where there was none.
    std::string run(const std::string& step) {
        const auto [verb, object] = std::pair(step.substr(0, step.find(' ')), step.substr(std::min(step.find(' '), step.size())));
        if (std::isdigit(static_cast<unsigned char>(verb.front())) != 0) {
            account_.advance(std::chrono::hours(24 * std::stoi(verb)));
            return "";
        }
        if (verb == "soft") account_.soft_delete(object == " off" ? std::nullopt : std::optional(std::stoi(object)));
        if (verb == "versions") account_.settings().blob_versioning = object == " on";
        if (verb == "soft" || verb == "versions") return "";
        return operate(verb, std::string(trim(object)));
    }

    std::string listing() {
        const auto answer = account_.send_to_container("GET", kEverything);
        const auto root = parse_xml(answer.body);
        std::string text;
        for (const XmlNode& blob : root->child("Blobs")->children) text += (text.empty() ? "" : " ") + entry_as_text(blob);
        return text.empty() ? "nothing" : text;
    }
    std::vector<std::string> problems() { return account_.problems(); }

  private:
    using Headers = BlobAccount::Headers;

    std::string operate(const std::string& verb, const std::string& object) {
        if (verb == "put") return send("PUT", "", {{"x-ms-blob-type", "BlockBlob"}}, content());
        if (verb == "append") return ++writes_, send("PUT", "", {{"x-ms-blob-type", "AppendBlob"}});
        if (verb == "page") {
            return ++writes_, send("PUT", "", {{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", "512"}});
        }
        if (verb == "block") return send("PUT", "comp=block&blockid=AAAA", {}, content());
        if (verb == "commit") {
            return send("PUT", "comp=blocklist", {}, "<BlockList><Latest>AAAA</Latest></BlockList>");
        }
        if (verb == "add") return send("PUT", "comp=appendblock", {}, content());
        if (verb == "write") {
            return send("PUT", "comp=page", {{"x-ms-page-write", "update"}, {"x-ms-range", "bytes=0-511"}},
                        std::string(512, 'p'));
        }
        if (verb == "metadata") return send("PUT", "comp=metadata", {{"x-ms-meta-n", "1"}});
        if (verb == "properties") return send("PUT", "comp=properties", {{"x-ms-blob-content-type", "text/plain"}});
        if (verb == "tier") return send("PUT", "comp=tier", {{"x-ms-access-tier", "Cool"}});
        if (verb == "tags") {
            return send("PUT", "comp=tags", {},
                        "<Tags><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tags>");
        }
        if (verb == "snapshot") return send("PUT", "comp=snapshot", {});
        if (verb == "undelete") return send("PUT", "comp=undelete", {});
        if (verb == "include" || verb == "only") return send("DELETE", "", {{"x-ms-delete-snapshots", verb}});
        const std::string type = verb == "permanent" ? "&deletetype=permanent" : "";
        if (verb != "delete" && type.empty()) throw std::invalid_argument("no such operation: " + verb);
        if (object.empty()) return send("DELETE", type, {});
        const bool snapshot = object == "snapshot";
        const std::string& first = snapshot ? first_snapshot_ : first_version_;
        return send("DELETE", (snapshot ? "snapshot=" : "versionid=") + percent_encode(first) + type, {});
    }

    std::string content() { return std::string(static_cast<std::size_t>(++writes_), 'x'); }

    std::string send(std::string_view method, const std::string& query, const Headers& headers, const std::string& body = {}) {
        const auto answer = account_.send(method, "b", query, headers, body);
        const auto note = [&](std::string_view header, std::string& first) {
            if (first.empty()) first = answer.fields.find(header).value_or("");
        };
        note("x-ms-snapshot", first_snapshot_);
        note("x-ms-version-id", first_version_);
        return answer.code;
    }

    BlobAccount account_;
    int writes_ = 0;
    std::string first_snapshot_;
    std::string first_version_;
};

struct Setting {
    const char* name;
    bool versions;
    bool soft;
};
constexpr std::array<Setting, 4> kSettings = {
    {{"neither", false, false}, {"versioning", true, false}, {"soft delete", false, true}, {"both", true, true}}};

void play(const std::string& where, const std::vector<std::string>& steps, const Setting& setting, const std::string& cell) {
    SCOPED_TRACE(where + ", " + setting.name);
    Play play(setting.versions, setting.soft);
    std::string code;
    for (const std::string& step : steps) {
        ASSERT_EQ(code, "") << "before " << step;
        code = play.run(step);
    }
    EXPECT_EQ(code.empty() ? play.listing() : code + ' ' + play.listing(), cell);
    EXPECT_EQ(play.problems(), std::vector<std::string>{});
}

TEST(BlobProtection, EveryCellIsAsWritten) {
    std::ifstream file(BLOB_TESTS "/protection.txt");
    int rows = 0;
    int line = 0;
    for (std::string text; std::getline(file, text);) {
        ++line;
        if (trim(text).empty() || text.front() == '#') continue;
        const auto columns = cut(text, '|');
        ASSERT_EQ(columns.size(), 1 + kSettings.size()) << "line " << line;
        for (std::size_t i = 0; i < kSettings.size(); ++i) {
            if (columns[i + 1] == "-") continue;
            play("line " + std::to_string(line) + ": " + columns[0], cut(columns[0], ';'), kSettings[i], columns[i + 1]);
        }
        ++rows;
    }
    EXPECT_GT(rows, 70);
}

}  // namespace
}  // namespace lazulite::blob
