#include "auth/service_sas.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "signing.hpp"

namespace lazulite {
namespace {

using namespace std::chrono_literals;

const Instant kNow = midnight(2026, 6, 1) + 30min;

/// Where a SAS is used, and by whom.
struct Use {
    ServiceLetter service = ServiceLetter::blob;
    std::string_view container = "c";
    std::string_view name = "b";
    Instant now = kNow;
    std::string_view address = "10.0.0.1";
    bool secure = true;
    StoredPolicies policies;
    bool keys_permitted = true;
};

Result<Identity> verify(std::string_view token, const Use& use = {}) {
    const Query query = a_query(token);
    const auto keys = keys_of({kOtherKey, kKey});
    return verify_service_sas({.query = query,
                               .account = kAccount,
                               .keys = keys,
                               .account_now = use.now,
                               .remote_address = use.address,
                               .secure = use.secure,
                               .keys_permitted = use.keys_permitted,
                               .service = use.service,
                               .container = use.container,
                               .name = use.name},
                              [&] { return use.policies; });
}

/// `fields` with the signature over `text`, for tokens whose format another test pins.
std::string token(std::string_view fields, std::string_view text) {
    const std::string signature = keys_of({kKey}).front().sign(text);
    std::string all(fields);
    all.append("&sig=");
    for (const char c : signature) all.append(c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c));
    return all;
}

/// Of blob `c/b`, unless told otherwise, in the format of 2020-12-06.
std::string a_token(std::string_view sr, std::string_view sp, std::string_view path = "c/b", std::string_view more = "") {
    const std::string text = std::string(sp) + "\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/" + std::string(path) +
                             "\n\n\n\n2020-12-06\n" + std::string(sr) + "\n\n\n\n\n\n\n";
    return token("sv=2020-12-06&se=2030-01-01T00:00:00Z&sr=" + std::string(sr) + "&sp=" + std::string(sp) +
                     std::string(more),
                 text);
}

void expect_refused(const Result<Identity>& result, ErrorCode code, std::string_view detail, const std::string& what) {
    ASSERT_FALSE(result) << what;
    EXPECT_EQ(result.error().code(), code) << what;
    EXPECT_EQ(error_detail(result.error()), detail) << what;
}
void expect_refused(const Result<Identity>& result, std::string_view detail, const std::string& what = "") {
    expect_refused(result, ErrorCode::authentication_failed, detail, what);
}

constexpr std::string_view kWrongLevel = "The specified signed resource is not allowed for the this resource level";
constexpr std::string_view kIllFormed = "Signature fields not well formed.";

bool mismatched(const Result<Identity>& result) {
    return !result && error_detail(result.error()).starts_with("Signature did not match. String to sign used was ");
}

struct Vector {
    std::string_view token;
    Use use;
    std::string_view text;  ///< the string-to-sign, from the reference's table of that version
};

std::vector<Vector> vectors() {
    const Use blob{};
    const Use deep{.name = "d/b.txt"};
    const Use queue{.service = ServiceLetter::queue, .container = "q", .name = ""};
    const Use table{.service = ServiceLetter::table, .container = "MyTable", .name = ""};
    const Use share{.service = ServiceLetter::file, .container = "s", .name = ""};
    const Use file{.service = ServiceLetter::file, .container = "s", .name = "d/f.txt"};
    const Use list{.name = "", .policies = {{"pol", {}, midnight(2030, 1, 1), "rl"}}};
    const Use listed_queue{.service = ServiceLetter::queue, .container = "q", .name = "", .policies = list.policies};
    return {
        // Made by a public SDK client.
        {"sv=2015-04-05&se=2030-01-01T00%3A00%3A00Z&sr=b&sp=r&rsct=text%2Fplain"
         "&sig=9FeP4ZqrPBq23HCB8wIbgFB%2B8OgD%2FZ%2BibKCHQ2dMDeM%3D",
         deep,
         "r\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/d/b.txt\n\n\n\n2015-04-05\n\n\n\n\ntext/plain"},
        {"sv=2018-11-09&se=2030-01-01T00%3A00%3A00Z&sr=b&sp=r&rsct=text%2Fplain"
         "&sig=qrMtRHhj%2BAy5lATA2a2Z0YeovjSMaYvrKtJ4ML89Kwo%3D",
         deep,
         "r\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/d/b.txt\n\n\n\n2018-11-09\nb\n\n\n\n\n\ntext/plain"},
        {"sv=2020-12-06&se=2030-01-01T00%3A00%3A00Z&sr=b&sp=r&rsct=text%2Fplain"
         "&sig=nHJs%2BnTMf1UxRXXlStjATG01fuuKvmhR5J28Vnch%2Fzw%3D",
         deep,
         "r\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/d/b.txt\n\n\n\n2020-12-06\nb\n\n\n\n\n\n\ntext/plain"},
        {"sv=2020-12-06&si=pol&sr=c&sig=RAEzfbtbkLrUCjwC57QC1dNCSFOmpXqETxSYCH2wShA%3D", list,
         "\n\n\n/blob/devstoreaccount1/c\npol\n\n\n2020-12-06\nc\n\n\n\n\n\n\n"},
        {"snapshot=2026-01-01T00:00:00.0000000Z&sv=2020-12-06&se=2030-01-01T00%3A00%3A00Z&sr=bs&sp=r"
         "&sig=NViivcEoTQuAzmc%2F%2BIb0jY%2FN41E4KgySCKWUxxvfjQE%3D",
         blob,
         "r\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/b\n\n\n\n2020-12-06\nbs\n2026-01-01T00:00:00.0000000Z"
         "\n\n\n\n\n\n"},
        {"versionid=2026-01-02T00:00:00.0000000Z&sv=2020-12-06&spr=https&st=2026-01-01T00%3A00%3A00Z"
         "&se=2030-01-01T00%3A00%3A00Z&sip=10.0.0.1-10.0.0.9&ses=sc1&sr=bv&sp=rx"
         "&sig=OeKR6Dq135JYA6uIF%2BFsU4mMd2C%2Bsbb9zdEk4fX%2BgAg%3D",
         blob,
         "rx\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/b\n\n10.0.0.1-10.0.0.9\nhttps\n"
         "2020-12-06\nbv\n2026-01-02T00:00:00.0000000Z\nsc1\n\n\n\n\n"},
        {"sv=2020-12-06&se=2030-01-01T00%3A00%3A00Z&sr=d&sp=rl&sig=y62AwE9CFG1fflNsIdXI6w1ppYFwc5Hm5ewqxjXoaps%3D&sdd=2",
         {.name = "d/e/f.txt"},
         "rl\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/d/e\n\n\n\n2020-12-06\nd\n\n\n\n\n\n\n"},
        {"sv=2020-12-06&se=2030-01-01T00%3A00%3A00Z&sp=raup&sig=%2BUFBwAY6%2BcpgwzJo5XhDIDKqwdealXFNEygxFtVqWR4%3D",
         queue, "raup\n\n2030-01-01T00:00:00Z\n/queue/devstoreaccount1/q\n\n\n\n2020-12-06"},
        {"sv=2020-12-06&se=2030-01-01T00%3A00%3A00Z&sr=s&sp=rl&sig=SVdQGjSABNVL%2BNDT9B5J7%2Fkx3K24951WrbihDxu2iXs%3D",
         share, "rl\n\n2030-01-01T00:00:00Z\n/file/devstoreaccount1/s\n\n\n\n2020-12-06\n\n\n\n\n"},
        {"sv=2020-12-06&se=2030-01-01T00%3A00%3A00Z&sr=f&sp=r&sig=CGM31%2BcFtp4SvdLRuHH9tokO0CYmWoCDX3bj8sCwNxo%3D"
         "&rsct=text%2Fplain",
         file, "r\n\n2030-01-01T00:00:00Z\n/file/devstoreaccount1/s/d/f.txt\n\n\n\n2020-12-06\n\n\n\n\ntext/plain"},
        {"sv=2019-02-02&se=2030-01-01T00%3A00%3A00Z&sp=ra&sig=lwlS8LGbawcgiax8ruzSnpk0s3lwxLq9tB2tdNav4b8%3D&tn=MyTable"
         "&srk=1&spk=a&epk=b&erk=9",
         table, "ra\n\n2030-01-01T00:00:00Z\n/table/devstoreaccount1/mytable\n\n\n\n2019-02-02\na\n1\nb\n9"},
        // Older and fuller formats, computed apart from this program.
        {"sr=b&sp=r&st=2026-06-01T00%3A00%3A00Z&se=2026-06-01T01%3A00%3A00Z"
         "&sig=JXKygT6M3sirpVZSsAmbH%2Bn1DvyC3dMGo3PbgmUjNB0%3D",
         blob, "r\n2026-06-01T00:00:00Z\n2026-06-01T01:00:00Z\n/devstoreaccount1/c/b\n"},
        {"sr=c&si=pol&sig=N01Iql%2ByveMucu4kgLq%2B6JgkYZ0vHxcsPGDyMfT8m9s%3D", list, "\n\n\n/devstoreaccount1/c\npol"},
        {"sv=2012-02-12&sr=b&sp=r&se=2030-01-01T00:00:00Z&sig=1vIhDHoSzW%2FoGQRuNcGgDavFB3WfmygUxTG8VqFoXz0%3D", blob,
         "r\n\n2030-01-01T00:00:00Z\n/devstoreaccount1/c/b\n\n2012-02-12"},
        {"sv=2013-08-15&sr=b&sp=rw&st=2026-01-01T00:00:00Z&se=2030-01-01T00:00:00Z&rscc=no-cache&rscd=attachment"
         "&rsce=gzip&rscl=de&rsct=text/plain&sig=WokZB6oROGq%2BJVqSYOFS7fwcIL5tZGpxcl9jR8w2mSU%3D",
         blob,
         "rw\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n/devstoreaccount1/c/b\n\n2013-08-15\nno-cache\nattachment\n"
         "gzip\nde\ntext/plain"},
        {"sv=2014-02-14&sr=b&sp=r&se=2030-01-01T00:00:00Z&sig=eEI2tApqvK3qz8AJiKR3PXCI9oPDUKHTbE%2FKXEibJcQ%3D", blob,
         "r\n\n2030-01-01T00:00:00Z\n/devstoreaccount1/c/b\n\n2014-02-14\n\n\n\n\n"},
        {"sv=2015-02-21&sr=b&sp=r&se=2030-01-01T00:00:00Z&sig=AR89l3FEieTDtCvX%2BuBEKuJutAmuXsiN0e5FfjsDE0I%3D", blob,
         "r\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/b\n\n2015-02-21\n\n\n\n\n"},
        {"sv=2018-03-28&sr=b&sp=r&se=2030-01-01T00:00:00Z&sig=MAm16rq28hvZ%2FNbYsaall4EWhDAbJ3mEZ2osBSFlj%2Bk%3D", blob,
         "r\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/b\n\n\n\n2018-03-28\n\n\n\n\n"},
        {"sv=2020-10-02&sr=b&sp=r&st=2026-01-01T00:00:00Z&se=2030-01-01T00:00:00Z&sip=10.0.0.1&spr=https,http&rscc=a"
         "&rscd=b&rsce=c&rscl=d&rsct=e&sig=ATr5wde106rLx9fkSAG7Bnq38QULg33EY%2FB%2B9Z4vMBs%3D",
         blob,
         "r\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/b\n\n10.0.0.1\nhttps,http\n2020-10-02\n"
         "b\n\na\nb\nc\nd\ne"},
        {"sv=2026-10-06&sr=b&sp=r&st=2026-01-01T00:00:00Z&se=2030-01-01T00:00:00Z&sip=10.0.0.1&spr=https,http&ses=sc1"
         "&rscc=a&rscd=b&rsce=c&rscl=d&rsct=e&sig=ipHyIcpgUY3e%2BCpJLj8tunwmhFGfq%2Fl6ADzawgSgLtw%3D",
         blob,
         "r\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c/b\n\n10.0.0.1\nhttps,http\n2026-10-06\n"
         "b\n\nsc1\na\nb\nc\nd\ne"},
        {"sv=2020-12-06&sr=b&sp=r&se=2030-01-01T00:00:00Z&sig=%2B0wfKFLXjt%2FxlEjBJwiM6kcL0GqEPB1pNF2lG0bO8Qc%3D",
         {.container = "$root"},
         "r\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/$root/b\n\n\n\n2020-12-06\nb\n\n\n\n\n\n\n"},
        {"sv=2020-12-06&sr=d&sdd=0&sp=rl&se=2030-01-01T00:00:00Z&sig=7ZlSeum1ycQ412eBCPfB5k%2BW7BaktijQn5JjuHAJiaU%3D",
         {.name = "any/blob"},
         "rl\n\n2030-01-01T00:00:00Z\n/blob/devstoreaccount1/c\n\n\n\n2020-12-06\nd\n\n\n\n\n\n\n"},
        {"sv=2012-02-12&sp=raup&se=2030-01-01T00:00:00Z&sig=EsitTlBgIPNG%2Fx50A1bpnwaCmluZUeKxkMRdZYxeLck%3D", queue,
         "raup\n\n2030-01-01T00:00:00Z\n/devstoreaccount1/q\n\n2012-02-12"},
        {"sv=2015-02-21&si=pol&sig=4Miz%2Bt9DIs1J8k4M9ik5EoN2%2BkwlB8EgkBRn5FtyzLk%3D", listed_queue,
         "\n\n\n/queue/devstoreaccount1/q\npol\n2015-02-21"},
        {"sv=2015-04-05&sp=p&st=2026-01-01T00:00:00Z&se=2030-01-01T00:00:00Z&sip=10.0.0.1&spr=https"
         "&sig=%2FfAnoaNlyowlusaSD0ZvpSZs3GdNywhfRMysXUb06h4%3D",
         queue,
         "p\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n/queue/devstoreaccount1/q\n\n10.0.0.1\nhttps\n2015-04-05"},
        {"sv=2012-02-12&tn=MyTable&sp=ra&se=2030-01-01T00:00:00Z&spk=a&srk=1&epk=b&erk=9"
         "&sig=LlOibIRaczRBnkNOR1c4%2FKRIhOH1bSgxgM1GT2T%2FF8M%3D",
         table, "ra\n\n2030-01-01T00:00:00Z\n/devstoreaccount1/mytable\n\n2012-02-12\na\n1\nb\n9"},
        {"sv=2015-02-21&tn=MyTable&sp=r&se=2030-01-01T00:00:00Z&sig=nOe8jaVRKpYDZIhfa6oJy%2FDgHG8j36YBmOAdLqUGf60%3D",
         table, "r\n\n2030-01-01T00:00:00Z\n/table/devstoreaccount1/mytable\n\n2015-02-21\n\n\n\n"},
        {"sv=2015-02-21&sr=s&sp=rl&se=2030-01-01T00:00:00Z&rsct=text/plain"
         "&sig=VuZTBSukZzDiH%2FMN9KCBYjLP4XX5BlDe37JLuIKEzKE%3D",
         share, "rl\n\n2030-01-01T00:00:00Z\n/file/devstoreaccount1/s\n\n2015-02-21\n\n\n\n\ntext/plain"},
        {"sv=2015-04-05&sr=f&sp=r&se=2030-01-01T00:00:00Z&spr=https&rscc=no-cache"
         "&sig=w9k0GWDS2%2F410MkqM2FqRcnTBjRFI7UFNIE6t%2FhKDPQ%3D",
         file, "r\n\n2030-01-01T00:00:00Z\n/file/devstoreaccount1/s/d/f.txt\n\n\nhttps\n2015-04-05\nno-cache\n\n\n\n"},
    };
}

TEST(ServiceSas, IsAcceptedInTheFormatOfEveryVersion) {
    for (const Vector& vector : vectors()) {
        const auto result = verify(vector.token, vector.use);
        EXPECT_TRUE(result) << vector.token << "\n" << error_detail(result.error());
    }
}

TEST(ServiceSas, SignsTheLinesOfItsVersion) {
    for (const Vector& vector : vectors()) {
        std::string wrong(vector.token);
        wrong.replace(wrong.find("sig=") + 4, 4, "AAAA");
        expect_refused(verify(wrong, vector.use), "Signature did not match. String to sign used was " + std::string(vector.text),
                       std::string(vector.token));
    }
}

/// Each parameter of a token dropped, doubled, cut by its last character, and lengthened.
std::vector<std::string> damaged(std::string_view whole) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < whole.size();) {
        const std::size_t end = std::min(whole.find('&', at), whole.size());
        parts.emplace_back(whole.substr(at, end - at));
        at = end + 1;
    }
    std::vector<std::string> all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string& part = parts[i];
        const std::size_t last = part.size() > 3 && part[part.size() - 3] == '%' ? 3 : 1;
        for (const std::string& instead :
             {std::string(), part + "&" + part, part.substr(0, part.size() - last), part + "%20", part + "%00", part + "r"}) {
            std::string token;
            for (std::size_t j = 0; j < parts.size(); ++j) {
                const std::string& each = j == i ? instead : parts[j];
                if (!each.empty()) token.append(token.empty() ? "" : "&").append(each);
            }
            all.push_back(std::move(token));
        }
    }
    return all;
}

TEST(ServiceSas, IsWorthNothingDamaged) {
    for (const Vector& vector : vectors()) {
        for (const std::string& token : damaged(vector.token)) {
            const auto result = verify(token, vector.use);
            ASSERT_FALSE(result) << token;
            EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed) << token;
        }
    }
}

TEST(ServiceSas, NamesTheMandatoryFieldThatIsMissing) {
    expect_refused(verify("sv=2020-12-06&se=2030-01-01&sp=r&sig=AAAA"), "sr is mandatory. Cannot be empty");
    expect_refused(verify("sv=2020-12-06&sr=b&sp=r&sig=AAAA"), "se is mandatory. Cannot be empty");
    expect_refused(verify("sv=2020-12-06&sr=b&se=2030-01-01&sig=AAAA"), "sp is mandatory. Cannot be empty");
    expect_refused(verify("sv=2020-12-06&sr=b&se=2030-01-01&sp=r&sig="), "sig is mandatory. Cannot be empty");
    expect_refused(verify("sv=2020-12-06&sr=d&se=2030-01-01&sp=r&sig=AAAA"), "sdd is mandatory. Cannot be empty");
    for (const auto service : {ServiceLetter::queue, ServiceLetter::table, ServiceLetter::file}) {
        expect_refused(verify("sr=b&se=2030-01-01&sp=r&sig=AAAA", {.service = service}), "sv is mandatory. Cannot be empty");
    }
    expect_refused(verify("sv=2020-12-06&se=2030-01-01&sp=r&sig=AAAA", {.service = ServiceLetter::table}),
                   "tn is mandatory. Cannot be empty");
    expect_refused(verify("sv=2020-12-06&se=2030-01-01&sp=r&sig=AAAA", {.service = ServiceLetter::file}),
                   "sr is mandatory. Cannot be empty");
}

TEST(ServiceSas, RefusesFieldsThatAreNotWellFormed) {
    const std::string good = "sp=r&sig=AAAA&";
    for (const std::string_view fields :
         {"sv=2020-13-06&sr=b&se=2030-01-01", "sv=new&sr=b&se=2030-01-01", "sv=2011-08-18&sr=b&se=2030-01-01",
          "sv=2020-12-06&sr=x&se=2030-01-01", "sv=2020-12-06&sr=s&se=2030-01-01", "sv=2020-12-06&sr=B&se=2030-01-01",
          "sv=2018-03-28&sr=bs&se=2030-01-01", "sv=2019-10-10&sr=bv&se=2030-01-01",
          "sv=2019-12-12&sr=d&sdd=1&se=2030-01-01", "sv=2020-12-06&sr=d&sdd=-1&se=2030-01-01",
          "sv=2020-12-06&sr=d&sdd=x&se=2030-01-01", "sv=2020-12-06&sr=b&se=tomorrow",
          "sv=2020-12-06&sr=b&se=2030-01-01&st=today", "sv=2020-12-06&sr=b&se=2030-01-01&spr=http",
          "sv=2020-12-06&sr=b&se=2030-01-01&sip=here", "sv=2020-10-02&sr=b&se=2030-01-01&ses=sc1",
          "sv=2020-12-06&sr=b&se=2030-01-01&se=2031-01-01", "sv=2020-12-06&sr=b&se=2030-01-01&SE=2030-01-01",
          "sv=2020-12-06&sr=b&se=2030-01-01&sp=rw", "sv=2020-12-06&sr=b&sr=c&se=2030-01-01",
          "sv=2020-12-06&sr=b&se=2030-01-01&sig=AAAA", "sv=2020-12-06&sr=b&se=2030-01-01&rsct=a&rsct=b"}) {
        expect_refused(verify(good + std::string(fields)), kIllFormed, std::string(fields));
    }
    expect_refused(verify(good + "sv=2014-02-14&sr=s&se=2030-01-01", {.service = ServiceLetter::file}), kIllFormed);
    expect_refused(verify(good + "sv=2020-12-06&sr=b&se=2030-01-01", {.service = ServiceLetter::file}), kIllFormed);
}

TEST(ServiceSas, IsForItsLevelOfTheUrl) {
    expect_refused(verify(a_token("b", "rl"), {.name = ""}), kWrongLevel, "a blob's on its container");
    expect_refused(verify(a_token("b", "rl"), {.container = "", .name = ""}), kWrongLevel, "a blob's on the account");
    expect_refused(verify(a_token("c", "rl", "c"), {.container = "", .name = ""}), kWrongLevel, "a container's");
    expect_refused(verify(a_token("bs", "r")), kWrongLevel, "a snapshot's on the base blob");
    expect_refused(verify(a_token("bv", "r")), kWrongLevel, "a version's on the base blob");
    expect_refused(verify(a_token("b", "r", "c/b", "&snapshot=2026-01-01T00:00:00.0000000Z")), kWrongLevel, "snapshot");
    expect_refused(verify(a_token("b", "r", "c/b", "&versionid=2026-01-01T00:00:00.0000000Z")), kWrongLevel, "version");
    expect_refused(verify("sv=2020-12-06&se=2030-01-01&sp=r&sig=AAAA", {ServiceLetter::queue, "", ""}), kWrongLevel);
    expect_refused(verify("sv=2020-12-06&sr=f&se=2030-01-01&sp=r&sig=AAAA", {ServiceLetter::file, "s", ""}), kWrongLevel);
    expect_refused(verify("sv=2020-12-06&tn=other&se=2030-01-01&sp=r&sig=AAAA", {ServiceLetter::table, "MyTable", ""}),
                   kWrongLevel);
}

TEST(ServiceSas, OfABlobReachedItsSnapshotsBefore20181109) {
    const std::string old = "sv=2018-03-28&sr=b&sp=r&se=2030-01-01T00:00:00Z&sig=MAm16rq28hvZ%2FNbYsaall4EWhDAbJ3mEZ2osBSFlj"
                            "%2Bk%3D&snapshot=2026-01-01T00:00:00.0000000Z";
    EXPECT_TRUE(verify(old));
}

TEST(ServiceSas, IsForOneResourceAndNoOther) {
    EXPECT_TRUE(verify(a_token("b", "r")));
    EXPECT_TRUE(mismatched(verify(a_token("b", "r"), {.name = "B"})));
    EXPECT_TRUE(mismatched(verify(a_token("b", "r"), {.container = "d"})));
    EXPECT_TRUE(mismatched(verify(a_token("b", "r"), {.name = "b/b"})));
    EXPECT_TRUE(verify(a_token("c", "r", "c")));
    EXPECT_TRUE(mismatched(verify(a_token("c", "r", "c"), {.container = "d"})));
    const std::string_view snapshot = "sv=2020-12-06&se=2030-01-01T00%3A00%3A00Z&sr=bs&sp=r"
                                      "&sig=NViivcEoTQuAzmc%2F%2BIb0jY%2FN41E4KgySCKWUxxvfjQE%3D&snapshot=";
    EXPECT_TRUE(verify(std::string(snapshot) + "2026-01-01T00:00:00.0000000Z"));
    EXPECT_TRUE(mismatched(verify(std::string(snapshot) + "2026-01-01T00:00:00.0000001Z")));
}

TEST(ServiceSas, OfADirectoryReachesWhatIsBelow) {
    const std::string directory = a_token("d", "rl", "c/d/e", "&sdd=2");
    for (const std::string_view name : {"d/e", "d/e/f", "d/e/f/g.txt", "d/e//x"}) {
        EXPECT_TRUE(verify(directory, {.name = name})) << name;
    }
    for (const std::string_view name : {"d/ef", "d/f/e", "e/d", "D/e"}) {
        EXPECT_TRUE(mismatched(verify(directory, {.name = name}))) << name;
    }
    expect_refused(verify(directory, {.name = "d"}), kWrongLevel, "above");
    // The depth is not signed: another one gives another resource.
    EXPECT_TRUE(mismatched(verify(a_token("d", "rl", "c/d/e", "&sdd=1"), {.name = "d/e/f"})));
    EXPECT_TRUE(mismatched(verify(a_token("d", "rl", "c/d/e", "&sdd=0"), {.name = "d/e/f"})));
    expect_refused(verify(a_token("d", "rl", "c/d/e", "&sdd=3"), {.name = "d/e"}), kWrongLevel, "too deep");
}

TEST(ServiceSas, OfADirectoryListsWhatIsBelow) {
    const auto list = [](std::string_view prefix) {
        return verify(a_token("d", "l", "c/d/e", "&sdd=2&prefix=" + std::string(prefix)), {.name = ""});
    };
    EXPECT_TRUE(list("d/e/"));
    EXPECT_TRUE(list("d/e/f"));
    EXPECT_TRUE(list("d/e/f/"));
    expect_refused(list("d/e"), kWrongLevel, "would list d/ef too");
    expect_refused(list("d/"), kWrongLevel, "above");
    expect_refused(list(""), kWrongLevel, "everything");
    EXPECT_TRUE(mismatched(list("d/f/")));
    EXPECT_TRUE(verify(a_token("d", "l", "c", "&sdd=0"), {.name = ""})) << "the root lists everything";
}

TEST(ServiceSas, IsJudgedBySignatureTimeKeysAddressAndProtocolInThisOrder) {
    const std::string narrow = "sv=2020-12-06&sr=b&sp=r&st=2026-01-01T00:00:00Z&se=2030-01-01T00:00:00Z&sip=10.0.0.1-10.0.0.9"
                               "&spr=https&sig=nbP5RRdna4XfmxeBdH7Q68ciZKKix0sszSxUwks6Hqc%3D";
    EXPECT_TRUE(verify(narrow));
    const Use all_wrong{.name = "other", .now = midnight(2031, 1, 1), .address = "10.1.0.0", .secure = false, .policies = {},
                        .keys_permitted = false};
    EXPECT_TRUE(mismatched(verify(narrow, all_wrong)));
    Use use = all_wrong;
    use.name = "b";
    expect_refused(verify(narrow, use),
                   "Signature not valid in the specified time frame: Start [Thu, 01 Jan 2026 00:00:00 GMT] - Expiry "
                   "[Tue, 01 Jan 2030 00:00:00 GMT] - Current [Wed, 01 Jan 2031 00:00:00 GMT]");
    use.now = kNow;
    EXPECT_EQ(verify(narrow, use).error().code(), ErrorCode::key_based_authentication_not_permitted);
    use.keys_permitted = true;
    EXPECT_EQ(verify(narrow, use).error().code(), ErrorCode::authorization_source_ip_mismatch);
    use.address = "10.0.0.9";
    EXPECT_EQ(verify(narrow, use).error().code(), ErrorCode::authorization_protocol_mismatch);
    use.secure = true;
    EXPECT_TRUE(verify(narrow, use));
}

TEST(ServiceSas, HasAnHourBeforeVersionsWereSigned) {
    const std::string_view an_hour = "sr=b&sp=r&st=2026-06-01T00:00:00Z&se=2026-06-01T01:00:00Z"
                                     "&sig=JXKygT6M3sirpVZSsAmbH%2Bn1DvyC3dMGo3PbgmUjNB0%3D";
    EXPECT_TRUE(verify(an_hour));
    expect_refused(verify("sr=b&sp=r&st=2026-06-01T00:00:00Z&se=2026-06-01T01:00:01Z"
                          "&sig=gdsw1saimCSjzGFacEjdUtuwyDJFY9bKC6ZgymVG2sQ%3D"),
                   "Access without signed identifier cannot have time window more than 1 hour: Start "
                   "[Mon, 01 Jun 2026 00:00:00 GMT] - Expiry [Mon, 01 Jun 2026 01:00:01 GMT]");
    // Without a start it starts now.
    const std::string_view open = "sr=b&sp=r&se=2026-06-01T01:00:00Z&sig=bTzraQcaC4sE0ajHR9IBHS8XOBlhcYDilFgxd3L0gw0%3D";
    EXPECT_TRUE(verify(open));
    expect_refused(verify(open, {.now = midnight(2026, 6, 1) - 1s}),
                   "Access without signed identifier cannot have time window more than 1 hour: Start "
                   "[Sun, 31 May 2026 23:59:59 GMT] - Expiry [Mon, 01 Jun 2026 01:00:00 GMT]");
}

// Policies.

constexpr std::string_view kPolicyOnly = "sv=2020-12-06&si=pol&sr=c&sig=RAEzfbtbkLrUCjwC57QC1dNCSFOmpXqETxSYCH2wShA%3D";
constexpr std::string_view kWithPermission =
    "sv=2020-12-06&si=pol&sr=c&sp=r&sig=h%2FXmtAuqGVv5DH6xwHROQttxXl%2BU4YIiAxDLlqr6EF8%3D";
constexpr std::string_view kWithExpiry =
    "sv=2020-12-06&si=pol&sr=c&se=2030-01-01T00:00:00Z&sig=3xEU8DNpgXzP7KWmJnAAcG3b7z0jBMmLmFyCO%2Fgyrzs%3D";
constexpr std::string_view kWithStart =
    "sv=2020-12-06&si=pol&sr=c&st=2026-01-01T00:00:00Z&sig=WUQrFTfmPh1o7AZITLwFgc%2B7voOdRRplHHpoI2s4gUI%3D";

Use under(StoredPolicy policy) { return {.policies = {{"other", {}, midnight(2040, 1, 1), "rwdl"}, std::move(policy)}}; }

TEST(ServiceSasPolicy, GivesWhatTheSasLeavesOpen) {
    const auto by_policy = verify(kPolicyOnly, under({"pol", midnight(2026, 1, 1), midnight(2030, 1, 1), "rl"}));
    ASSERT_TRUE(by_policy) << error_detail(by_policy.error());
    const Needs read{.letters = Letters("r"), .service_sas = Reach::object};
    const Needs write{.letters = Letters("w"), .service_sas = Reach::object};
    EXPECT_TRUE(by_policy->may(read, ServiceLetter::blob, kNewestVersion));
    EXPECT_FALSE(by_policy->may(write, ServiceLetter::blob, kNewestVersion));
    EXPECT_TRUE(verify(kWithPermission, under({"pol", {}, midnight(2030, 1, 1), ""})));
    EXPECT_TRUE(verify(kWithExpiry, under({"pol", {}, {}, "r"})));
    EXPECT_TRUE(verify(kWithStart, under({"pol", {}, midnight(2030, 1, 1), "r"})));
}

TEST(ServiceSasPolicy, AndSasGiveEachFieldOnce) {
    const std::string_view both = "Access policy fields can be associated with signature or SAS identifier but not both";
    expect_refused(verify(kWithPermission, under({"pol", {}, midnight(2030, 1, 1), "r"})), both);
    expect_refused(verify(kWithExpiry, under({"pol", {}, midnight(2030, 1, 1), "r"})), both);
    expect_refused(verify(kWithStart, under({"pol", midnight(2026, 1, 1), midnight(2030, 1, 1), "r"})), both);
}

TEST(ServiceSasPolicy, AndSasGiveExpiryAndPermission) {
    expect_refused(verify(kPolicyOnly, under({"pol", {}, {}, "r"})),
                   "Signed expiry must be specified in signature or SAS identifier");
    expect_refused(verify(kPolicyOnly, under({"pol", {}, midnight(2030, 1, 1), ""})),
                   "Signed permission must be specified in signature or SAS identifier");
}

TEST(ServiceSasPolicy, ThatIsGoneEndsTheSas) {
    for (const StoredPolicies& left : {StoredPolicies{}, StoredPolicies{{"POL", {}, midnight(2030, 1, 1), "r"}}}) {
        expect_refused(verify(kPolicyOnly, {.policies = left}), "SAS identifier cannot be found for specified signed identifier");
    }
}

TEST(ServiceSasPolicy, IsAskedOnlyByAGenuineSas) {
    const Query query = a_query("sv=2020-12-06&si=pol&sr=c&sig=AAAA");
    const auto keys = keys_of({kKey});
    EXPECT_TRUE(mismatched(verify_service_sas(
        {.query = query, .account = kAccount, .keys = keys, .account_now = kNow, .remote_address = "", .container = "c"},
        []() -> StoredPolicies {
            ADD_FAILURE() << "asked";
            return {};
        })));
}

TEST(ServiceSasPolicy, BoundsTheTime) {
    const Use early = {.now = midnight(2025, 1, 1), .policies = {{"pol", midnight(2026, 1, 1), midnight(2030, 1, 1), "r"}}};
    expect_refused(verify(kPolicyOnly, early),
                   "Signature not valid in the specified time frame: Start [Thu, 01 Jan 2026 00:00:00 GMT] - Expiry "
                   "[Tue, 01 Jan 2030 00:00:00 GMT] - Current [Wed, 01 Jan 2025 00:00:00 GMT]");
}

TEST(ServiceSasPolicy, WithLettersNewerThanTheSasIsRefused) {
    const std::string_view old = "sv=2014-02-14&si=pol&sr=c&sig=RtOYMUtD3TqQfbny1g0vHGiDX4b20f7QtO%2B6geEUF7g%3D";
    EXPECT_TRUE(verify(old, under({"pol", {}, midnight(2030, 1, 1), "rwdl"})));
    for (const std::string_view letters : {"a", "rc"}) {
        const auto result = verify(old, under({"pol", {}, midnight(2030, 1, 1), std::string(letters)}));
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code(), ErrorCode::feature_version_mismatch);
        EXPECT_TRUE(verify(kPolicyOnly, under({"pol", {}, midnight(2030, 1, 1), std::string(letters)})));
    }
}

// What it allows.

TEST(ServiceSas, ReachesAsFarAsItsResource) {
    const auto may = [](const std::string& token, std::string_view name, Reach least) {
        const auto who = verify(token, {.name = name});
        return who && who->may({.letters = Letters("r"), .service_sas = least}, ServiceLetter::blob, kNewestVersion);
    };
    EXPECT_TRUE(may(a_token("b", "r"), "b", Reach::object));
    EXPECT_FALSE(may(a_token("b", "r"), "b", Reach::directory));
    EXPECT_TRUE(may(a_token("d", "r", "c/d", "&sdd=1"), "d/b", Reach::directory));
    EXPECT_FALSE(may(a_token("d", "r", "c/d", "&sdd=1"), "d/b", Reach::container));
    EXPECT_TRUE(may(a_token("c", "r", "c"), "", Reach::container));
    EXPECT_FALSE(may(a_token("c", "r", "c"), "", Reach::account));
}

TEST(ServiceSas, OverridesHeadersOnlyWhereItSignsThem) {
    EXPECT_TRUE(verify(a_token("b", "r"))->may_override_headers());
    const auto old = verify("sv=2012-02-12&sr=b&sp=r&se=2030-01-01T00:00:00Z&rsct=text/html"
                            "&sig=1vIhDHoSzW%2FoGQRuNcGgDavFB3WfmygUxTG8VqFoXz0%3D");
    ASSERT_TRUE(old);
    EXPECT_FALSE(old->may_override_headers());
}

TEST(ServiceSas, PrescribesItsEncryptionScope) {
    const auto scoped = verify(
        "versionid=2026-01-02T00:00:00.0000000Z&sv=2020-12-06&spr=https&st=2026-01-01T00%3A00%3A00Z"
        "&se=2030-01-01T00%3A00%3A00Z&sip=10.0.0.1-10.0.0.9&ses=sc1&sr=bv&sp=rx"
        "&sig=OeKR6Dq135JYA6uIF%2BFsU4mMd2C%2Bsbb9zdEk4fX%2BgAg%3D");
    ASSERT_TRUE(scoped);
    EXPECT_EQ(scoped->encryption_scope(), "sc1");
    EXPECT_EQ(verify(a_token("b", "r"))->encryption_scope(), "");
}

}  // namespace
}  // namespace lazulite
