#include "auth/shared_key.hpp"

#include <gtest/gtest.h>

#include "signing.hpp"

namespace lazulite {
namespace {

using namespace std::chrono_literals;

constexpr ServiceVersion kRecent{2026, 4, 6};
constexpr std::string_view kDate = "Fri, 20 Nov 2026 21:07:12 GMT";
constexpr Canonicalization kOrdinal{};

/// A request with what it is judged by; `now` is its own date unless told otherwise.
struct Case {
    Request request;
    Query query;
    ServiceVersion version = kRecent;
    std::vector<AccountKey> keys = keys_of({kKey});
    Instant now = november_20(21, 7, 12);
    ServiceLetter service = ServiceLetter::blob;
    SharedKeyScheme scheme = SharedKeyScheme::shared_key;

    [[nodiscard]] SharedKeyCheck check() const { return {request, query, kAccount, keys, version, now, service}; }
    [[nodiscard]] std::string string_to_sign() const { return shared_key_string_to_sign(check(), scheme, kOrdinal); }
    [[nodiscard]] Result<Identity> signed_with(std::string_view signature) const {
        const std::string_view name = scheme == SharedKeyScheme::shared_key ? "SharedKey" : "SharedKeyLite";
        return verify_shared_key(check(), std::string(name) + " devstoreaccount1:" + std::string(signature));
    }
};

bool is_owner(const Result<Identity>& result) {
    return result && result->kind() == Identity::Kind::owner;
}

// Made by a public SDK client.
Case list_blobs() {
    return {a_request(Method::get, "/devstoreaccount1/c",
                      {{"x-ms-version", "2026-04-06"},
                       {"accept", "application/xml"},
                       {"x-ms-client-request-id", "893b34cc-8868-40a4-9ba5-6af659a3adb8"},
                       {"x-ms-date", kDate}}),
            a_query("comp=list&prefix=a%20b%2F%C3%BC&restype=container&include=metadata,snapshots")};
}
constexpr std::string_view kListBlobsSignature = "dRdOrRd7TSA+NCe15L/8lY7n2CFqrRybuCwVwyV9pPE=";
constexpr std::string_view kListBlobsText =
    "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-client-request-id:893b34cc-8868-40a4-9ba5-6af659a3adb8\n"
    "x-ms-date:Fri, 20 Nov 2026 21:07:12 GMT\nx-ms-version:2026-04-06\n/devstoreaccount1/devstoreaccount1/c\n"
    "comp:list\ninclude:metadata,snapshots\nprefix:a b/\xC3\xBC\nrestype:container";

TEST(SharedKey, AcceptsListBlobsOfAClient) {
    const Case list = list_blobs();
    EXPECT_EQ(list.string_to_sign(), kListBlobsText);
    EXPECT_TRUE(is_owner(list.signed_with(kListBlobsSignature)));
}

TEST(SharedKey, AcceptsPutBlobOfAClient) {
    Case put{a_request(Method::put, "/devstoreaccount1/c/dir/%C3%BC%20x.txt",
                       {{"content-type", "application/octet-stream"},
                        {"x-ms-version", "2026-04-06"},
                        {"content-length", "5"},
                        {"x-ms-meta-ab", "1"},
                        {"x-ms-meta-a_b", "x  y"},
                        {"accept", "application/xml"},
                        {"x-ms-blob-type", "BlockBlob"},
                        {"x-ms-client-request-id", "9275ba03-42d0-44dd-acc2-385cd5d95678"},
                        {"x-ms-date", "Fri, 20 Nov 2026 21:07:13 GMT"}}),
             Query()};
    put.now = november_20(21, 7, 13);
    EXPECT_EQ(put.string_to_sign(),
              "PUT\n\n\n5\n\napplication/octet-stream\n\n\n\n\n\n\nx-ms-blob-type:BlockBlob\n"
              "x-ms-client-request-id:9275ba03-42d0-44dd-acc2-385cd5d95678\nx-ms-date:Fri, 20 Nov 2026 21:07:13 GMT\n"
              "x-ms-meta-a_b:x  y\nx-ms-meta-ab:1\nx-ms-version:2026-04-06\n"
              "/devstoreaccount1/devstoreaccount1/c/dir/%C3%BC%20x.txt");
    EXPECT_TRUE(is_owner(put.signed_with("KV0gVDiD7vYZdB5ag7hVgu9s3jZNYT9gXauK3LQgELE=")));
}

TEST(SharedKeyStringToSign, HasEveryHeaderInItsLine) {
    const Case all{a_request(Method::put, "/devstoreaccount1/c/b",
                             {{"Range", "bytes=0-1"},
                              {"If-Unmodified-Since", "IUS"},
                              {"If-None-Match", "INM"},
                              {"If-Match", "IM"},
                              {"If-Modified-Since", "IMS"},
                              {"Date", "Fri, 20 Nov 2026 21:07:12 GMT"},
                              {"Content-Type", "text/plain; charset=UTF-8"},
                              {"Content-MD5", "MD5"},
                              {"Content-Length", "17"},
                              {"Content-Language", "en-GB"},
                              {"Content-Encoding", "gzip"}}),
                   Query()};
    EXPECT_EQ(all.string_to_sign(),
              "PUT\ngzip\nen-GB\n17\nMD5\ntext/plain; charset=UTF-8\nFri, 20 Nov 2026 21:07:12 GMT\nIMS\nIM\nINM\nIUS\n"
              "bytes=0-1\n/devstoreaccount1/devstoreaccount1/c/b");
}

TEST(SharedKeyStringToSign, LeavesTheDateLineEmptyBesideTheStorageDate) {
    const Case both{a_request(Method::get, "/devstoreaccount1/c",
                              {{"Date", "Mon, 01 Jan 2024 00:00:00 GMT"}, {"x-ms-date", kDate}}),
                    Query()};
    EXPECT_EQ(
        both.string_to_sign(),
        "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 20 Nov 2026 21:07:12 GMT\n/devstoreaccount1/devstoreaccount1/c");
    EXPECT_TRUE(is_owner(both.signed_with("iv1uUFwjFoai4ce1Od/VnubQzTCgLvLa0K27q3lzvYg=")));
}

TEST(SharedKeyStringToSign, TakesTheStorageRangeAsAnyStorageHeader) {
    const Case range{a_request(Method::get, "/devstoreaccount1/c/b", {{"x-ms-range", "bytes=0-9"}}), Query()};
    EXPECT_EQ(range.string_to_sign(),
              "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-range:bytes=0-9\n/devstoreaccount1/devstoreaccount1/c/b");
}

TEST(SharedKeyStringToSign, WritesALengthOfZeroByVersion) {
    Case create{a_request(Method::put, "/devstoreaccount1/c", {{"Content-Length", "0"}, {"x-ms-date", kDate}}),
                Query()};
    const std::string rest =
        "\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 20 Nov 2026 21:07:12 GMT\n/devstoreaccount1/devstoreaccount1/c";
    create.version = {2015, 2, 21};
    EXPECT_EQ(create.string_to_sign(), "PUT\n\n\n" + rest);
    EXPECT_TRUE(is_owner(create.signed_with("LIvWiD0MxdX9vaHqEl5us/USDbJz/bcqqx/3afPRRPQ=")));
    create.version = {2014, 2, 14};
    EXPECT_EQ(create.string_to_sign(), "PUT\n\n\n0" + rest);
    EXPECT_TRUE(is_owner(create.signed_with("nYCbjvAjni+ai7h9ocSZPMSAZ8eVlOoqNq5OApwLpB4=")));
    EXPECT_FALSE(create.signed_with("LIvWiD0MxdX9vaHqEl5us/USDbJz/bcqqx/3afPRRPQ="));
}

TEST(SharedKey, AcceptsHeadersInEitherOrder) {
    const Case headers{
        a_request(Method::get, "/devstoreaccount1/c", {{"x-ms-ab", "1"}, {"x-ms-a-b", "2"}, {"x-ms-date", kDate}}),
        Query()};
    EXPECT_TRUE(is_owner(headers.signed_with("7+zUR5FVJPCWus8gLZg9OxUgKavf+MWRyz8v+9f04mI="))) << "by byte";
    EXPECT_TRUE(is_owner(headers.signed_with("kr46nVI6R6JpqBEq8SmmGnQTj0XUdPuKdllefHmOgRM="))) << "by culture";
}

TEST(SharedKey, AcceptsInnerBlanksRawAndFolded) {
    const Case blanks{a_request(Method::get, "/devstoreaccount1/c", {{"x-ms-meta-a", "x  y"}, {"x-ms-date", kDate}}),
                      Query()};
    EXPECT_TRUE(is_owner(blanks.signed_with("9o+mM1dap0Rs5dnaDz5RNtqtwwxj94Qrog7VClo3TpM="))) << "raw";
    EXPECT_TRUE(is_owner(blanks.signed_with("9zx7UVbuIzuKkvc/+S/FhYoFyFdnqG3+XWFz+79XZkY="))) << "folded";
}

TEST(SharedKey, AcceptsFoldedBlanksInCultureOrder) {
    const Case both{
        a_request(Method::get, "/devstoreaccount1/c", {{"x-ms-ab", "x  y"}, {"x-ms-a-b", "2"}, {"x-ms-date", kDate}}),
        Query()};
    EXPECT_TRUE(is_owner(both.signed_with("Z9K5LDT/aTo7F8PGjSMOe5ARd4p/62BOl2pEIWuHRyY=")));
}

TEST(SharedKey, AcceptsTheSecondKey) {
    Case list = list_blobs();
    list.keys = keys_of({kOtherKey, kKey});
    EXPECT_TRUE(is_owner(list.signed_with(kListBlobsSignature)));
    list.keys = keys_of({kOtherKey});
    EXPECT_FALSE(list.signed_with(kListBlobsSignature));
}

TEST(SharedKey, SignsHostStyleUrlsWithoutTheAccountTwice) {
    const Case host{
        a_request(Method::get, "/c/b", {{"Host", "devstoreaccount1.blob.localhost:10000"}, {"x-ms-date", kDate}}),
        Query()};
    EXPECT_TRUE(is_owner(host.signed_with("dAdrkUheKS4L99aPXmspMUaP84WZWr9NGvWnuzgJb3k=")));
}

TEST(SharedKey, AcceptsBothWaysToSignTheSecondaryEndpoint) {
    const Case secondary{a_request(Method::get, "/devstoreaccount1-secondary/c", {{"x-ms-date", kDate}}), Query()};
    EXPECT_TRUE(is_owner(secondary.signed_with("0VzJ+i7MXB9cOkN0dhxYzg9tP9Xo9m5Ovdt1wXaM4zs="))) << "path as sent";
    EXPECT_TRUE(is_owner(secondary.signed_with("iv1uUFwjFoai4ce1Od/VnubQzTCgLvLa0K27q3lzvYg=")))
        << "suffix cut, older clients";
}

TEST(SharedKey, SignsTheLiteStringBeforeVersion20090919) {
    Case old{a_request(Method::get, "/devstoreaccount1/c", {{"x-ms-date", kDate}, {"x-ms-version", "2009-07-17"}}),
             a_query("comp=list&prefix=a")};
    old.version = {2009, 7, 17};
    EXPECT_TRUE(is_owner(old.signed_with("hnc0WeBggdprHUJy9E+VuG06mr6ydEpAV/ILtucNi3E=")));
}

TEST(SharedKeyLite, SignsMethodContentAndComp) {
    Case lite{a_request(Method::put, "/devstoreaccount1/c/b",
                        {{"Content-Encoding", "gzip"},
                         {"Content-Length", "5"},
                         {"Content-MD5", "MD5"},
                         {"Content-Type", "text/plain"},
                         {"If-Match", "*"},
                         {"x-ms-blob-type", "BlockBlob"},
                         {"x-ms-date", kDate}}),
              a_query("timeout=5&comp=metadata")};
    lite.scheme = SharedKeyScheme::shared_key_lite;
    EXPECT_EQ(lite.string_to_sign(),
              "PUT\nMD5\ntext/plain\n\nx-ms-blob-type:BlockBlob\nx-ms-date:Fri, 20 Nov 2026 21:07:12 GMT\n"
              "/devstoreaccount1/devstoreaccount1/c/b?comp=metadata");
    EXPECT_TRUE(is_owner(lite.signed_with("LXuUFzOdAb/hsuJfCBLxMxMafWNGWHnJgLCymT2aj5k=")));
    lite.scheme = SharedKeyScheme::shared_key;
    EXPECT_FALSE(lite.signed_with("LXuUFzOdAb/hsuJfCBLxMxMafWNGWHnJgLCymT2aj5k=")) << "the full string has more";
}

TEST(SharedKeyLite, SignsTheStandardDateWhereItIsAlone) {
    Case dated{a_request(Method::get, "/devstoreaccount1/c", {{"Date", kDate}}), Query()};
    dated.scheme = SharedKeyScheme::shared_key_lite;
    EXPECT_TRUE(is_owner(dated.signed_with("gvcrZtX7m2X4Kcv7soYyPYXWJ72Fp8qfpbwjkDV83Tw=")));
}

TEST(SharedKeyLite, AcceptsTheSecondaryPathWithoutItsSuffix) {
    Case secondary{a_request(Method::get, "/devstoreaccount1-secondary/c", {{"x-ms-date", kDate}}), Query()};
    secondary.scheme = SharedKeyScheme::shared_key_lite;
    EXPECT_TRUE(is_owner(secondary.signed_with("lpJPdTPHJhYt9xC0zoTPtRECejlW4bv/ACTg9AB3sBE=")));
}

TEST(SharedKeyOfTables, SignsDateAndResource) {
    // Made by a public SDK client.
    Case entity{a_request(Method::get, "/devstoreaccount1/MyTable(PartitionKey='p',RowKey='r')",
                          {{"accept", "application/json;odata=minimalmetadata"},
                           {"x-ms-version", "2019-02-02"},
                           {"x-ms-client-request-id", "c59fded4-18e2-487a-958d-72e38de8c484"},
                           {"x-ms-date", "Fri, 20 Nov 2026 21:07:13 GMT"}}),
                Query()};
    entity.service = ServiceLetter::table;
    entity.scheme = SharedKeyScheme::shared_key_lite;
    EXPECT_EQ(entity.string_to_sign(),
              "Fri, 20 Nov 2026 21:07:13 GMT\n/devstoreaccount1/devstoreaccount1/MyTable(PartitionKey='p',RowKey='r')");
    EXPECT_TRUE(is_owner(entity.signed_with("107A73fTIpwenwiyg4+lveYc4TmhTBnjgRw27kUayN8=")));
}

TEST(SharedKeyOfTables, SignsMethodAndContentTooUnderItsFullName) {
    Case insert{a_request(Method::post, "/devstoreaccount1/Tables",
                          {{"Content-MD5", "MD5"}, {"Content-Type", "application/json"}, {"x-ms-date", kDate}}),
                Query()};
    insert.service = ServiceLetter::table;
    EXPECT_EQ(insert.string_to_sign(),
              "POST\nMD5\napplication/json\nFri, 20 Nov 2026 21:07:12 GMT\n/devstoreaccount1/devstoreaccount1/Tables");
    EXPECT_TRUE(is_owner(insert.signed_with("53MPcSFf/uQF9ipUjWI1eZnAoCuAiR8km9rLA9qZGI4=")));

    Case properties{a_request(Method::get, "/devstoreaccount1/", {{"Date", kDate}}),
                    a_query("restype=service&comp=properties")};
    properties.service = ServiceLetter::table;
    EXPECT_TRUE(is_owner(properties.signed_with("n5H2di7zcEf2tGO98kB/t89Hux8pINW3fa+mnAYK0kI=")));
}

TEST(SharedKey, KnowsItsSchemesInAnyCase) {
    const Case list = list_blobs();
    for (const std::string_view scheme : {"sharedkey", "SHAREDKEY"}) {
        EXPECT_TRUE(is_owner(verify_shared_key(
            list.check(), std::string(scheme) + " devstoreaccount1:" + std::string(kListBlobsSignature))));
    }
    for (const std::string_view scheme : {"SharedKeys", "Shared", "SharedKeyLight", "Basic", "Digest", "SharedAccessSignature"}) {
        const auto result = verify_shared_key(
            list.check(), std::string(scheme) + " devstoreaccount1:" + std::string(kListBlobsSignature));
        ASSERT_FALSE(result) << scheme;
        EXPECT_EQ(result.error().code(), ErrorCode::invalid_authentication_info) << scheme;
    }
}

TEST(SharedKey, AcceptsTheStandardDateAlone) {
    const Case dated{a_request(Method::get, "/devstoreaccount1/c", {{"Date", kDate}}), Query()};
    EXPECT_TRUE(is_owner(dated.signed_with("CgdNgl0q4sSnb7FuVRa7F+2764j5iWiL2nmfFZCDGiE=")));
}

TEST(SharedKey, AllowsFifteenMinutesOfSkewBothWays) {
    const Instant sent = november_20(21, 7, 12);
    for (const auto& [now, accepted] : {std::pair{sent + 15min, true},
                                        {sent + 15min + 1s, false},
                                        {sent - 15min, true},
                                        {sent - 15min - 1s, false},
                                        {sent + 24h, false},
                                        {sent - 24h, false}}) {
        Case list = list_blobs();
        list.now = now;
        const auto result = list.signed_with(kListBlobsSignature);
        EXPECT_EQ(result.has_value(), accepted) << (now - sent).count();
        if (!accepted) {
            EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed);
        }
    }
}

TEST(SharedKey, JudgesTheStorageDateWhenBothAreThere) {
    const Case stale{a_request(Method::get, "/devstoreaccount1/c",
                               {{"Date", kDate}, {"x-ms-date", "Mon, 01 Jan 2024 00:00:00 GMT"}}),
                     Query()};
    const auto result = stale.signed_with("iv1uUFwjFoai4ce1Od/VnubQzTCgLvLa0K27q3lzvYg=");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed);
    EXPECT_NE(error_detail(result.error()).find("too old"), std::string::npos) << error_detail(result.error());
}

TEST(SharedKey, NeedsADateThatParses) {
    for (const std::string_view text : {"", "yesterday", "Sat, 20 Nov 2026 21:07:12 GMT", "2026-11-20T21:07:12Z"}) {
        const Case dated{a_request(Method::get, "/devstoreaccount1/c", {{"x-ms-date", text}}), Query()};
        const auto result = dated.signed_with(kListBlobsSignature);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed) << text;
    }
    const Case none{a_request(Method::get, "/devstoreaccount1/c", {}), Query()};
    const auto result = none.signed_with(kListBlobsSignature);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed);
}

TEST(SharedKey, RefusesAnotherAccount) {
    const Case list = list_blobs();
    for (const std::string_view account :
         {"devstoreaccount2", "devstoreaccount", "DevStoreAccount1", "devstoreaccount11"}) {
        const auto result = verify_shared_key(
            list.check(), "SharedKey " + std::string(account) + ":" + std::string(kListBlobsSignature));
        ASSERT_FALSE(result) << account;
        EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed) << account;
    }
}

TEST(SharedKey, RefusesAMalformedHeader) {
    const Case list = list_blobs();
    for (const std::string_view text : {"", "SharedKey", "SharedKey ", "SharedKey devstoreaccount1",
                                        "SharedKey :", "SharedKey :dRdOrRd7TSA+NCe15L/8lY7n2CFqrRybuCwVwyV9pPE="}) {
        const auto result = verify_shared_key(list.check(), text);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().code(), ErrorCode::invalid_authentication_info) << text;
    }
}

TEST(SharedKey, RefusesASignatureThatIsNoSignature) {
    const Case list = list_blobs();
    for (const std::string_view text : {"", "!!!!", "AAAA", "dRdOrRd7TSA+NCe15L/8lY7n2CFqrRybuCwVwyV9pPE",
                                        "dRdOrRd7TSA+NCe15L/8lY7n2CFqrRybuCwVwyV9pPE=AAAA"}) {
        const auto result = list.signed_with(text);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed) << text;
    }
}

TEST(SharedKey, RefusesWhatWasChangedAfterSigning) {
    Case method = list_blobs();
    method.request.method_text = "HEAD";
    Case path = list_blobs();
    path.request.path = "/devstoreaccount1/d";
    Case query = list_blobs();
    query.query = a_query("comp=list&restype=container&include=metadata,snapshots");
    Case header = list_blobs();
    header.request.fields.add("x-ms-meta-more", "1");
    for (const Case* changed : {&method, &path, &query, &header}) {
        const auto result = changed->signed_with(kListBlobsSignature);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code(), ErrorCode::authentication_failed);
    }
}

TEST(SharedKey, SaysWhichStringWasSigned) {
    const auto result = list_blobs().signed_with("KV0gVDiD7vYZdB5ag7hVgu9s3jZNYT9gXauK3LQgELE=");
    ASSERT_FALSE(result);
    EXPECT_EQ(
        error_detail(result.error()),
        "The MAC signature found in the HTTP request 'KV0gVDiD7vYZdB5ag7hVgu9s3jZNYT9gXauK3LQgELE=' is not the same "
        "as any computed signature. Server used following string to sign: '" +
            std::string(kListBlobsText) + "'.");
}

}  // namespace
}  // namespace lazulite
