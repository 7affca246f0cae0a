#include "http/local_authority.hpp"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace lazulite {
namespace {

/// Clocks of containers and guests run behind.
constexpr std::chrono::hours kBackdated{1};
constexpr int kSerialBits = 127;

struct FreePart {
    void operator()(BIGNUM* it) const { BN_free(it); }
    void operator()(BIO* it) const { BIO_free(it); }
    void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
    void operator()(GENERAL_NAMES* it) const { GENERAL_NAMES_free(it); }
    void operator()(NAME_CONSTRAINTS* it) const { NAME_CONSTRAINTS_free(it); }
    void operator()(X509* it) const { X509_free(it); }
    void operator()(X509_EXTENSION* it) const { X509_EXTENSION_free(it); }
};
template <class T>
using Part = std::unique_ptr<T, FreePart>;

void must(bool done) {
    if (done) return;
    const char* const reason = ERR_reason_error_string(ERR_get_error());
    ERR_clear_error();
    throw std::runtime_error(std::string("OpenSSL cannot make a certificate: ") + (reason ? reason : "out of memory"));
}

Part<BIO> read_from(const std::string& text) {
    ERR_clear_error();
    return Part<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Nothing we made is encrypted; OpenSSL would ask at the terminal.
int no_password(char* /*into*/, int /*size*/, int /*writing*/, void* /*unused*/) {
    return -1;
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text.push_back(kDigits[byte >> 4]);
        text.push_back(kDigits[byte & 15]);
    }
    return text;
}

template <class Write>
std::string written(Write write) {
    const Part<BIO> into(BIO_new(BIO_s_mem()));
    must(into && write(into.get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(into.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    return written([&](BIO* into) { return PEM_write_bio_X509(into, certificate); });
}
std::string pem_of(EVP_PKEY* key) {
    return written(
        [&](BIO* into) { return PEM_write_bio_PrivateKey(into, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

bool is_address(const std::string& host, int family) {
    unsigned char address[sizeof(in6_addr)];
    return inet_pton(family, host.c_str(), address) == 1;
}
bool is_address(const std::string& host) {
    return is_address(host, AF_INET) || is_address(host, AF_INET6);
}

std::string general_name(const std::string& host) {
    return (is_address(host) ? "IP:" : "DNS:") + host;
}

std::string subject_names(std::span<const std::string> hosts) {
    std::string text;
    for (const std::string& host : hosts) text += (text.empty() ? "" : ",") + general_name(host);
    return text;
}

std::string constraints(std::span<const std::string> hosts) {
    std::string text =
        "critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,"
        "permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    for (const std::string& host : hosts) {
        text += ",permitted;" + general_name(host);
        if (is_address(host, AF_INET)) text += "/255.255.255.255";
        if (is_address(host, AF_INET6)) text += "/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    }
    return text;
}

void add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    const Part<X509_EXTENSION> made(X509V3_EXT_nconf_nid(nullptr, &context, kind, value.c_str()));
    must(made && X509_add_ext(to, made.get(), -1) == 1);
}

void set_name(X509_NAME* name, const std::string& common) {
    for (const auto& [field, value] : {std::pair<const char*, std::string>{"O", "lazulite"}, {"CN", common}}) {
        const auto* const bytes = reinterpret_cast<const unsigned char*>(value.c_str());
        must(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, -1, -1, 0) == 1);
    }
}

/// Version, a serial number, the time it lasts and the key: what every certificate has.
Part<X509> begin_certificate(EVP_PKEY* key, Instant now, std::chrono::seconds life,
                             std::string* serial_text = nullptr) {
    constexpr long kVersion3 = 2;
    Part<X509> made(X509_new());
    const Part<BIGNUM> serial(BN_new());
    must(made && serial && BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
    const auto seconds = [](Instant when) -> std::time_t {
        return std::chrono::floor<std::chrono::seconds>(when.time_since_epoch()).count();
    };
    must(X509_set_version(made.get(), kVersion3) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(made.get())) != nullptr &&
         ASN1_TIME_set(X509_getm_notBefore(made.get()), seconds(now - kBackdated)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(made.get()), seconds(now + life)) != nullptr &&
         X509_set_pubkey(made.get(), key) == 1);
    if (serial_text) {
        std::array<unsigned char, kSerialBits / 8 + 1> bytes{};
        BN_bn2binpad(serial.get(), bytes.data(), static_cast<int>(bytes.size()));
        *serial_text = hexadecimal(std::span(bytes).last(4));
    }
    return made;
}

void sign(X509* certificate, EVP_PKEY* key) {
    must(X509_sign(certificate, key, EVP_sha256()) > 0);
}

Instant instant(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return Instant(std::chrono::seconds(timegm(&parts)));
}

std::vector<std::string> hosts_of(const X509* certificate) {
    std::vector<std::string> hosts;
    const Part<GENERAL_NAMES> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int kind = 0;
        const auto* const value =
            static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &kind));
        const unsigned char* const bytes = ASN1_STRING_get0_data(value);
        const int size = ASN1_STRING_length(value);
        char text[INET6_ADDRSTRLEN];
        if (kind == GEN_DNS) {
            hosts.emplace_back(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
        } else if (kind == GEN_IPADD &&
                   inet_ntop(size == sizeof(in_addr) ? AF_INET : AF_INET6, bytes, text, sizeof text)) {
            hosts.emplace_back(text);
        }
    }
    return hosts;
}

CertificateFacts facts_of(const X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    must(X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1);
    return {instant(X509_get0_notBefore(certificate)), instant(X509_get0_notAfter(certificate)),
            hexadecimal(std::span(digest).first(size)), hosts_of(certificate)};
}

}  // namespace

tl::expected<CertificateFacts, std::string> read_certificate(const std::string& pem) {
    const Part<X509> read(PEM_read_bio_X509(read_from(pem).get(), nullptr, no_password, nullptr));
    if (!read) return tl::unexpected<std::string>("holds no certificate in PEM form");
    return facts_of(read.get());
}

bool can_be_certified(const std::string& host) {
    constexpr std::size_t kLongest = 253;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    if (is_address(host)) return true;
    return !host.empty() && host.size() <= kLongest && host.front() != '.' &&
           std::all_of(host.begin(), host.end(), fits);
}

void LocalAuthority::Free::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}
void LocalAuthority::Free::operator()(x509_st* certificate) const {
    X509_free(certificate);
}

LocalAuthority::LocalAuthority(std::unique_ptr<x509_st, Free> issuer, std::unique_ptr<evp_pkey_st, Free> key,
                               x509_st* root)
    : issuer_(std::move(issuer)),
      key_(std::move(key)),
      root_(pem_of(root)),
      pem_{pem_of(issuer_.get()) + root_, pem_of(key_.get())},
      facts_(facts_of(root)) {}

LocalAuthority LocalAuthority::make(std::span<const std::string> hosts, Instant now) {
    ERR_clear_error();
    const Part<EVP_PKEY> root_key(EVP_EC_gen("P-256"));
    std::unique_ptr<evp_pkey_st, Free> key(EVP_EC_gen("P-256"));
    must(root_key && key);
    std::string serial;
    const Part<X509> root = begin_certificate(root_key.get(), now, kLife, &serial);
    Part<X509> issuer = begin_certificate(key.get(), now, kLife);
    // Two authorities in one store are told apart by name.
    set_name(X509_get_subject_name(root.get()), "lazulite local authority " + serial);
    set_name(X509_get_subject_name(issuer.get()), "lazulite local issuer " + serial);
    for (X509* const made : {root.get(), issuer.get()}) {
        must(X509_set_issuer_name(made, X509_get_subject_name(root.get())) == 1);
        add_extension(made, root.get(), NID_basic_constraints,
                      made == root.get() ? "critical,CA:TRUE,pathlen:1" : "critical,CA:TRUE,pathlen:0");
        add_extension(made, root.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
        add_extension(made, root.get(), NID_name_constraints, constraints(hosts));
        add_extension(made, root.get(), NID_subject_key_identifier, "hash");
        if (made != root.get()) add_extension(made, root.get(), NID_authority_key_identifier, "keyid:always");
        sign(made, root_key.get());
    }
    return {std::unique_ptr<x509_st, Free>(issuer.release()), std::move(key), root.get()};
}

tl::expected<LocalAuthority, std::string> LocalAuthority::read(const std::string& pem) {
    const Part<BIO> from = read_from(pem);
    std::unique_ptr<x509_st, Free> issuer(PEM_read_bio_X509(from.get(), nullptr, no_password, nullptr));
    const Part<X509> root(PEM_read_bio_X509(from.get(), nullptr, no_password, nullptr));
    std::unique_ptr<evp_pkey_st, Free> key(
        PEM_read_bio_PrivateKey(read_from(pem).get(), nullptr, no_password, nullptr));
    if (!issuer || !root || !key) return tl::unexpected<std::string>("does not hold two certificates and a key");
    if (X509_check_private_key(issuer.get(), key.get()) != 1 || X509_check_ca(issuer.get()) != 1 ||
        X509_verify(issuer.get(), X509_get0_pubkey(root.get())) != 1) {
        return tl::unexpected<std::string>("holds certificates and a key that do not belong together");
    }
    return LocalAuthority(std::move(issuer), std::move(key), root.get());
}

CertifiedKey LocalAuthority::issue(std::span<const std::string> hosts, Instant now) const {
    ERR_clear_error();
    const Part<EVP_PKEY> key(EVP_EC_gen("P-256"));
    must(key != nullptr);
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(facts_.not_after - now);
    const Part<X509> made = begin_certificate(key.get(), now, std::min<std::chrono::seconds>(kServerLife, left));
    set_name(X509_get_subject_name(made.get()), "localhost");
    must(X509_set_issuer_name(made.get(), X509_get_subject_name(issuer_.get())) == 1);
    add_extension(made.get(), issuer_.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(made.get(), issuer_.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(made.get(), issuer_.get(), NID_ext_key_usage, "serverAuth");
    add_extension(made.get(), issuer_.get(), NID_subject_key_identifier, "hash");
    add_extension(made.get(), issuer_.get(), NID_authority_key_identifier, "keyid:always");
    add_extension(made.get(), issuer_.get(), NID_subject_alt_name, subject_names(hosts));
    sign(made.get(), key_.get());
    return {pem_of(made.get()) + pem_of(issuer_.get()), pem_of(key.get())};
}

bool LocalAuthority::may_sign(const std::string& host) const {
    if (!can_be_certified(host)) return false;
    const Part<NAME_CONSTRAINTS> permitted(
        static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(issuer_.get(), NID_name_constraints, nullptr, nullptr)));
    const CertifiedKey tried = issue({&host, 1}, facts_.not_before);
    const Part<X509> named(PEM_read_bio_X509(read_from(tried.certificate).get(), nullptr, no_password, nullptr));
    must(named && X509_check_purpose(named.get(), -1, 0) == 1);  // looks at the extensions, which the next relies on
    return permitted && NAME_CONSTRAINTS_check(named.get(), permitted.get()) == X509_V_OK;
}

bool LocalAuthority::signed_by_it(const std::string& certificate) const {
    const Part<X509> read(PEM_read_bio_X509(read_from(certificate).get(), nullptr, no_password, nullptr));
    return read && X509_verify(read.get(), key_.get()) == 1;
}

}  // namespace lazulite
