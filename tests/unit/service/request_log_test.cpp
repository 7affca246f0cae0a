#include "service/request_log.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "service/secrets.hpp"

namespace lazulite {
namespace {

using namespace std::string_literals;

constexpr std::string_view kSignature = "c2lnbmF0dXJlIG9mIGEgcmVxdWVzdA==";
constexpr std::string_view kToken = "eyJhbGciOiJub25lIn0.eyJvaWQiOiJtZSJ9.c2ln";

Request a_get(std::string_view path, std::string_view query = {}) {
    Request request;
    request.method = Method::get;
    request.method_text = "GET";
    request.path = path;
    request.query = query;
    return request;
}

std::vector<RequestLog::Entry> all(const RequestLog& log) {
    std::vector<RequestLog::Entry> entries;
    log.for_each([&](const RequestLog::Entry& entry) {
        entries.push_back(entry);
        return true;
    });
    return entries;
}

/// What would be kept of a refusal.
RequestLog::Entry refused(const Request& request, const StorageError& error, const Reason& why = {},
                          Caller caller = Caller::anonymous) {
    RequestLog log;
    log.add(request,
            {.request_id = "id", .account = "acct", .caller = caller, .status = 403, .error = &error, .why = &why}, {});
    return all(log).front();
}

TEST(RequestLog, ShowsTheNewestFirstAndForgetsTheOldest) {
    RequestLog log;
    EXPECT_TRUE(all(log).empty());
    for (int i = 0; i < 300; ++i) {
        const std::string path = "/acct/" + std::to_string(i);
        log.add(a_get(path), {.request_id = "id", .operation = "GetBlob", .account = "acct"}, {});
    }
    const auto entries = all(log);
    ASSERT_EQ(entries.size(), 256U);
    EXPECT_EQ(entries.front().path, "/acct/299");
    EXPECT_EQ(entries.back().path, "/acct/44");
    EXPECT_EQ(entries.front().operation, "GetBlob");
    EXPECT_EQ(entries.front().service, "blob");
}

TEST(RequestLog, CutsLongTexts) {
    const std::string path(5000, 'p');
    const std::string query = "a=" + std::string(5000, 'q') + "&b=1";
    Reason why{.rule = Rule::signature, .string_to_sign = std::string(9000, 's')};
    const auto entry = refused(a_get(path, query), ErrorCode::authentication_failed, why);
    EXPECT_EQ(entry.path.size(), RequestLog::kLongestPath);
    EXPECT_EQ(entry.query.size(), RequestLog::kLongestQuery);
    EXPECT_EQ(entry.why.string_to_sign.size(), RequestLog::kLongestText);
}

TEST(RequestLog, KeepsNoTextOfAnEarlierRequestInItsPlace) {
    RequestLog log;
    const StorageError error =
        StorageError(ErrorCode::authentication_failed).with("AuthenticationErrorDetail", "detail");
    const Reason why{.rule = Rule::signature, .string_to_sign = "lines", .needed = "r", .granted = "w"};
    const auto bad = a_get("/acct/old", "old=1");
    for (std::size_t i = 0; i < RequestLog::kEntries; ++i) {
        log.add(bad,
                {.request_id = "id", .account = "acct", .object_id = "o", .status = 403, .error = &error, .why = &why},
                {});
    }
    log.add(a_get("/acct/new"), {.request_id = "id"}, {});
    const auto entry = all(log).front();
    EXPECT_EQ(entry.path, "/acct/new");
    EXPECT_EQ(entry.query + entry.account + entry.object_id + entry.detail + std::string(entry.error_code), "");
    EXPECT_EQ(entry.why.rule, Rule::none);
    EXPECT_EQ(entry.why.string_to_sign + entry.why.needed + entry.why.granted, "");
}

TEST(RequestLog, HasNoReasonForWhatIsNoRefusal) {
    EXPECT_EQ(refused(a_get("/acct/c/b"), ErrorCode::blob_not_found).why.rule, Rule::none);
    EXPECT_EQ(refused(a_get("/acct/c/b"), ErrorCode::blob_not_found).error_code, "BlobNotFound");
    EXPECT_EQ(refused(a_get("/acct/c/b"), ErrorCode::cors_preflight_failure).why.rule, Rule::cors);
}

TEST(RequestLog, NamesTheResourceOfAServiceSas) {
    const Reason why{.rule = Rule::time, .string_to_sign = "r\n\n2026-11-20\n/blob/acct/con\n\n"};
    const auto entry = refused(a_get("/acct/con"), ErrorCode::authentication_failed, why, Caller::service_sas);
    EXPECT_EQ(entry.why.canonical_resource, "/blob/acct/con");
}

/// Everything that is kept, in one text.
std::string kept(const RequestLog::Entry& entry) {
    return entry.path + " " + entry.query + " " + entry.detail + " " + entry.why.string_to_sign + " " +
           entry.why.canonical_resource;
}

TEST(RequestLog, MasksTheSignatureOfASas) {
    const auto encoded = "sv=1&s%69g=c2lnbmF0dXJlIG9mIGEgcmVxdWVzdA%3D%3D&b=2"s;
    const Reason why{.rule = Rule::signature, .string_to_sign = "before\nsig:" + std::string(kSignature) + "\nafter"};
    const StorageError error =
        StorageError(ErrorCode::authentication_failed).with("AuthenticationErrorDetail", kSignature);
    const auto entry = refused(a_get("/acct/c", encoded), error, why);
    EXPECT_EQ(entry.query, "sv=1&sig=***&b=2");
    EXPECT_EQ(entry.why.string_to_sign, "before\nsig:***\nafter");
    EXPECT_EQ(entry.detail, "***");
}

TEST(RequestLog, MasksASignatureInThePath) {
    const auto entry = refused(a_get("/acct/c/b%3Fsv=1&sig=c2lnbmF0dXJl%3D&se=2"), ErrorCode::authentication_failed,
                               {.rule = Rule::signature, .string_to_sign = "/acct/c/b?sv=1&sig=c2lnbmF0dXJl=&se=2"});
    EXPECT_EQ(entry.path, "/acct/c/b%3Fsv=1&sig=***&se=2");
    EXPECT_EQ(entry.why.string_to_sign, "/acct/c/b?sv=1&sig=***&se=2");
}

TEST(RequestLog, MasksWhatHeadersCarry) {
    Request request = a_get("/acct/c/b");
    const std::string authorization = "SharedKey acct:" + std::string(kSignature);
    const std::string source_authorization = "Bearer " + std::string(kToken);
    request.fields.add("Authorization", authorization);
    request.fields.add("x-ms-copy-source-authorization", source_authorization);
    request.fields.add("x-ms-encryption-key", "a key of a customer");
    request.fields.add("x-ms-source-encryption-key", "another key of a customer");
    request.fields.add("x-ms-copy-source", "http://host/c/b?sv=1&sig=signed%2Bsource");
    Reason why{.rule = Rule::signature};
    for (const auto& [name, value] : request.fields)
        why.string_to_sign.append(name).append(":").append(value).append("\n");
    const auto entry = refused(request, ErrorCode::authentication_failed, why);
    EXPECT_EQ(entry.why.string_to_sign,
              "Authorization:SharedKey acct:***\n"
              "x-ms-copy-source-authorization:Bearer ***\n"
              "x-ms-encryption-key:***\n"
              "x-ms-source-encryption-key:***\n"
              "x-ms-copy-source:http://host/c/b?sv=1&sig=***\n");
    EXPECT_EQ(kept(entry).find(kToken), std::string::npos);
}

TEST(Secrets, AreMaskedBeforeATextIsCut) {
    const auto query = "sig=" + std::string(kSignature);
    Reason why{.rule = Rule::signature};
    why.string_to_sign = std::string(RequestLog::kLongestText - 10, ' ') + std::string(kSignature);
    const auto entry = refused(a_get("/acct/c", query), ErrorCode::authentication_failed, why);
    EXPECT_TRUE(entry.why.string_to_sign.ends_with(" ***"));
}

TEST(Secrets, LeaveAQueryAsItIs) {
    std::string text = "?";
    append_masked_query(text, "a=1&b&sigma=2&sig=&c=%41", 100);
    EXPECT_EQ(text, "?a=1&b&sigma=2&sig=&c=%41");
}

}  // namespace
}  // namespace lazulite
