// The authority of --https and what it issues, judged by OpenSSL as its clients judge.
#include "http/local_authority.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "http/tls.hpp"

namespace lazulite::test {
namespace {

using std::chrono::days;
using std::chrono::hours;

struct Freed {
    void operator()(BIO* it) const { BIO_free(it); }
    void operator()(X509* it) const { X509_free(it); }
    void operator()(STACK_OF(X509) * it) const { sk_X509_free(it); }
    void operator()(X509_STORE* it) const { X509_STORE_free(it); }
    void operator()(X509_STORE_CTX* it) const { X509_STORE_CTX_free(it); }
};
template <class T>
using Kept = std::unique_ptr<T, Freed>;

const Instant kNow = Instant(days(20'000));
const std::vector<std::string> kHosts = {"localhost", "127.0.0.1", "::1", "*.blob.localhost", "*.z1.web.localhost"};

Kept<X509> parsed(const std::string& pem) {
    const Kept<BIO> from(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return Kept<X509>(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
}

/// X509_V_OK where a client that trusts the authority takes the certificate for that host at that time.
int verdict(const LocalAuthority& authority, const CertifiedKey& server, const std::string& host, Instant when = kNow) {
    const Kept<X509> trusted = parsed(authority.root());
    const Kept<X509> shown = parsed(server.certificate);
    const Kept<X509> issuer = parsed(server.certificate.substr(server.certificate.find("-----END")));
    const Kept<STACK_OF(X509)> behind(sk_X509_new_null());
    sk_X509_push(behind.get(), issuer.get());
    const Kept<X509_STORE> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), trusted.get());
    const Kept<X509_STORE_CTX> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), shown.get(), behind.get());
    X509_VERIFY_PARAM* const wanted = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_time(wanted,
                               std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count());
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) != 1)
        X509_VERIFY_PARAM_set1_host(wanted, host.data(), host.size());
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
}

/// An extension as `openssl x509 -text` writes it, "critical, " before it if it is.
std::string extension(const std::string& pem, int kind) {
    const Kept<X509> certificate = parsed(pem);
    const int at = X509_get_ext_by_NID(certificate.get(), kind, -1);
    if (at < 0) return "none";
    X509_EXTENSION* const found = X509_get_ext(certificate.get(), at);
    const Kept<BIO> into(BIO_new(BIO_s_mem()));
    X509V3_EXT_print(into.get(), found, 0, 0);
    char* text = nullptr;
    const long size = BIO_get_mem_data(into.get(), &text);
    return (X509_EXTENSION_get_critical(found) == 1 ? "critical, " : "") +
           std::string(text, static_cast<std::size_t>(size));
}

TEST(LocalAuthority, IsOneForTenYearsAndForThisMachine) {
    const LocalAuthority authority = LocalAuthority::make({}, kNow);
    EXPECT_EQ(extension(authority.root(), NID_basic_constraints), "critical, CA:TRUE, pathlen:1");
    EXPECT_EQ(extension(authority.pem().certificate, NID_basic_constraints), "critical, CA:TRUE, pathlen:0");
    for (const std::string& pem : {authority.root(), authority.pem().certificate}) {
        EXPECT_EQ(extension(pem, NID_key_usage), "critical, Certificate Sign, CRL Sign");
        EXPECT_EQ(extension(pem, NID_name_constraints),
                  "critical, Permitted:\n  DNS:localhost\n  IP:127.0.0.0/255.0.0.0\n"
                  "  IP:0:0:0:0:0:0:0:1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF");
        EXPECT_EQ(read_certificate(pem)->not_after, kNow + days(3650));
    }
    EXPECT_EQ(authority.facts().not_before, kNow - hours(1));
    EXPECT_EQ(authority.facts().not_after, kNow + days(3650));
    EXPECT_EQ(authority.facts().fingerprint.size(), 64U);
    const Kept<X509> certificate = parsed(authority.root());
    EXPECT_EQ(X509_get_signature_nid(certificate.get()), NID_ecdsa_with_SHA256);
    EXPECT_EQ(EVP_PKEY_get_bits(X509_get0_pubkey(certificate.get())), 256);
    // The key that is left is not the root's.
    EXPECT_FALSE(TlsContext::from_text(authority.root(), authority.pem().key, "root"));
    EXPECT_TRUE(TlsContext::from_text(authority.pem().certificate, authority.pem().key, "issuer"));
}

TEST(LocalAuthority, TwoHaveNamesOfTheirOwn) {
    const Kept<X509> one = parsed(LocalAuthority::make({}, kNow).root());
    const Kept<X509> two = parsed(LocalAuthority::make({}, kNow).root());
    EXPECT_NE(X509_NAME_cmp(X509_get_subject_name(one.get()), X509_get_subject_name(two.get())), 0);
}

TEST(LocalAuthority, IssuesWhatClientsTake) {
    const LocalAuthority authority = LocalAuthority::make({}, kNow);
    const CertifiedKey server = authority.issue(kHosts, kNow);
    EXPECT_EQ(extension(server.certificate, NID_basic_constraints), "critical, CA:FALSE");
    EXPECT_EQ(extension(server.certificate, NID_key_usage), "critical, Digital Signature");
    EXPECT_EQ(extension(server.certificate, NID_ext_key_usage), "TLS Web Server Authentication");
    const auto facts = read_certificate(server.certificate);
    ASSERT_TRUE(facts) << facts.error();
    EXPECT_EQ(facts->hosts, kHosts);
    EXPECT_EQ(facts->not_before, kNow - hours(1));
    EXPECT_LT(facts->not_after - facts->not_before, days(397));
    for (const char* host :
         {"localhost", "127.0.0.1", "::1", "devstoreaccount1.blob.localhost", "x.z1.web.localhost"}) {
        EXPECT_EQ(verdict(authority, server, host), X509_V_OK) << host;
    }
    for (const char* host : {"example.com", "blob.localhost", "a.b.blob.localhost", "x.queue.localhost"}) {
        EXPECT_EQ(verdict(authority, server, host), X509_V_ERR_HOSTNAME_MISMATCH) << host;
    }
    EXPECT_EQ(verdict(authority, server, "127.0.0.2"), X509_V_ERR_IP_ADDRESS_MISMATCH);
    EXPECT_EQ(verdict(authority, server, "localhost", facts->not_after - hours(1)), X509_V_OK);
    EXPECT_EQ(verdict(authority, server, "localhost", facts->not_after + hours(1)), X509_V_ERR_CERT_HAS_EXPIRED);
    EXPECT_TRUE(authority.signed_by_it(server.certificate));
    EXPECT_FALSE(LocalAuthority::make({}, kNow).signed_by_it(server.certificate));
    EXPECT_TRUE(TlsContext::from_text(server.certificate, server.key, "server"));
    EXPECT_FALSE(TlsContext::from_text(server.certificate, authority.pem().key, "server"));
}

// Who has its key still cannot pretend to be another site.
TEST(LocalAuthority, CannotSignForAnybodyElse) {
    const LocalAuthority authority = LocalAuthority::make({}, kNow);
    for (const std::string host : {"example.com", "localhost.example.com", "notlocalhost", "10.0.0.1", "::2"}) {
        const std::vector<std::string> hosts = {"localhost", host};
        EXPECT_EQ(verdict(authority, authority.issue(hosts, kNow), "localhost"), X509_V_ERR_PERMITTED_VIOLATION)
            << host;
        EXPECT_FALSE(authority.may_sign(host)) << host;
    }
    for (const char* host : {"localhost", "a.b.localhost", "127.0.0.2", "::1"})
        EXPECT_TRUE(authority.may_sign(host)) << host;
}

TEST(LocalAuthority, SignsForTheHostsItWasMadeFor) {
    const std::vector<std::string> further = {"192.168.1.5", "fd00::5", "storage.internal"};
    const LocalAuthority authority = LocalAuthority::make(further, kNow);
    const CertifiedKey server = authority.issue(further, kNow);
    for (const std::string& host : further) {
        EXPECT_TRUE(authority.may_sign(host)) << host;
        EXPECT_EQ(verdict(authority, server, host), X509_V_OK) << host;
    }
    for (const char* host : {"192.168.1.6", "fd00::6", "internal", "no name", "a,DNS:example.com", ""}) {
        EXPECT_FALSE(authority.may_sign(host)) << host;
    }
}

TEST(LocalAuthority, EndsWithWhatItIssuesLast) {
    const LocalAuthority authority = LocalAuthority::make({}, kNow);
    const auto last = read_certificate(authority.issue(kHosts, kNow + days(3600)).certificate);
    ASSERT_TRUE(last);
    EXPECT_EQ(last->not_after, authority.facts().not_after);
}

TEST(LocalAuthority, IsReadAsItWasWritten) {
    const LocalAuthority authority = LocalAuthority::make({}, kNow);
    const auto read = LocalAuthority::read(authority.pem().key + authority.pem().certificate);
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->pem().certificate, authority.pem().certificate);
    EXPECT_EQ(read->root(), authority.root());
    EXPECT_EQ(read->facts().fingerprint, authority.facts().fingerprint);
    EXPECT_EQ(verdict(authority, read->issue(kHosts, kNow), "localhost"), X509_V_OK);

    const auto refused = [](const std::string& pem) {
        const auto outcome = LocalAuthority::read(pem);
        return outcome ? std::string("taken") : outcome.error();
    };
    const CertifiedKey server = authority.issue(kHosts, kNow);
    constexpr const char* kMissing = "does not hold two certificates and a key";
    constexpr const char* kOthers = "holds certificates and a key that do not belong together";
    EXPECT_EQ(refused(""), kMissing);
    EXPECT_EQ(refused(authority.pem().certificate), kMissing);
    EXPECT_EQ(refused(authority.pem().key + authority.root()), kMissing);
    EXPECT_EQ(refused(server.key + authority.pem().certificate), kOthers);
    EXPECT_EQ(refused(server.key + server.certificate), kOthers);
    EXPECT_EQ(
        refused(authority.pem().key +
                authority.pem().certificate.substr(0, authority.pem().certificate.size() - authority.root().size()) +
                LocalAuthority::make({}, kNow).root()),
        kOthers);
    EXPECT_FALSE(read_certificate("nothing"));
}

}  // namespace
}  // namespace lazulite::test
