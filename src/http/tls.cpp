#include "http/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace lazulite {
namespace {

struct Free {
    void operator()(BIO* it) const { BIO_free(it); }
    void operator()(X509* it) const { X509_free(it); }
    void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
    void operator()(PKCS12* it) const { PKCS12_free(it); }
    void operator()(STACK_OF(X509) * it) const { sk_X509_pop_free(it, X509_free); }
};
template <class T>
using Held = std::unique_ptr<T, Free>;

tl::unexpected<std::string> refuse(const std::string& file, std::string_view text) {
    return tl::unexpected(file + ": " + std::string(text));
}

tl::expected<std::string, std::string> load(const std::string& file) {
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream || bytes.empty()) return refuse(file, errno != 0 ? std::strerror(errno) : "is empty");
    return bytes;
}

/// Reads `bytes`, which stay.
Held<BIO> reader(const std::string& bytes) {
    ERR_clear_error();
    return Held<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

/// For encrypted keys. Without it OpenSSL would ask at the terminal.
int give_password(char* into, int size, int /*writing*/, void* password) {
    const auto& text = *static_cast<const std::optional<std::string>*>(password);
    if (!text || text->size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(into, text->data(), text->size());
    return static_cast<int>(text->size());
}

/// HTTP/1.1 is what we speak; a client that offers nothing we know goes on without an answer.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* length, const unsigned char* offered,
                    unsigned int size, void* /*unused*/) {
    constexpr std::string_view kHttp11("\x08http/1.1");
    const auto* const ours = reinterpret_cast<const unsigned char*>(kHttp11.data());
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, length, ours, static_cast<unsigned int>(kHttp11.size()), offered, size) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/// The server's certificate, and the chain behind it.
bool use_chain(SSL_CTX* context, const std::string& pem) {
    std::optional<std::string> no_password;
    const Held<BIO> from = reader(pem);
    const Held<X509> first(PEM_read_bio_X509_AUX(from.get(), nullptr, give_password, &no_password));
    if (!first || SSL_CTX_use_certificate(context, first.get()) != 1) return false;
    while (Held<X509> next{PEM_read_bio_X509(from.get(), nullptr, give_password, &no_password)}) {
        if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) return false;
        static_cast<void>(next.release());  // the context's now
    }
    return true;
}

std::string day_of(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    char text[sizeof "2026-12-31T23:59:59Z"];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

bool unsupported() { return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_UNSUPPORTED; }

/// PKCS #12 files of older tools use ciphers that OpenSSL 3 keeps in a provider of its own, where it is installed.
void load_older_ciphers() {
    static const bool loaded = [] {
        return OSSL_PROVIDER_load(nullptr, "legacy") != nullptr && OSSL_PROVIDER_load(nullptr, "default") != nullptr;
    }();
    (void)loaded;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext() : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX* const context = context_.get();
    if (context == nullptr) throw std::runtime_error("OpenSSL cannot be used");
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Idle connections hold no record buffers; a write that is tried again may come from another address.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

tl::expected<void, std::string> TlsContext::check_lifetime(const std::string& file) {
    const X509* const certificate = SSL_CTX_get0_certificate(native());
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
        return refuse(file, "the certificate has expired, on " + day_of(X509_get0_notAfter(certificate)));
    }
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
        doubt_ = file + ": the certificate is not valid yet: clients refuse it until " + day_of(X509_get0_notBefore(certificate));
    }
    return {};
}

TlsContext::Loaded TlsContext::from_text(const std::string& certificate, const std::string& key, const std::string& name) {
    std::optional<std::string> no_password;
    std::shared_ptr<TlsContext> made(new TlsContext);
    const Held<EVP_PKEY> read(PEM_read_bio_PrivateKey(reader(key).get(), nullptr, give_password, &no_password));
    if (!read || !use_chain(made->native(), certificate) || SSL_CTX_use_PrivateKey(made->native(), read.get()) != 1) {
        return refuse(name, "holds no certificate with its key");
    }
    return made;
}

TlsContext::Loaded TlsContext::from_pem(const std::string& certificate, const std::string& key,
                                        const std::optional<std::string>& password) {
    const auto chain = load(certificate);
    if (!chain) return tl::unexpected(chain.error());
    const auto text = load(key);
    if (!text) return tl::unexpected(text.error());

    std::shared_ptr<TlsContext> made(new TlsContext);
    if (!use_chain(made->native(), *chain)) return refuse(certificate, "holds no certificate in PEM form");
    const Held<EVP_PKEY> read(PEM_read_bio_PrivateKey(reader(*text).get(), nullptr, give_password,
                                                      const_cast<std::optional<std::string>*>(&password)));  // NOLINT
    if (!read) {
        const bool encrypted = text->find("ENCRYPTED") != std::string::npos;
        return refuse(key, encrypted ? "holds a key that the password does not open" : "holds no private key in PEM form");
    }
    if (X509_check_private_key(SSL_CTX_get0_certificate(made->native()), read.get()) != 1 ||
        SSL_CTX_use_PrivateKey(made->native(), read.get()) != 1) {
        return refuse(key, "the key does not belong to the certificate in " + certificate);
    }
    if (const auto lasts = made->check_lifetime(certificate); !lasts) return tl::unexpected(lasts.error());
    return made;
}

TlsContext::Loaded TlsContext::from_pfx(const std::string& file, const std::string& password) {
    const auto bytes = load(file);
    if (!bytes) return tl::unexpected(bytes.error());
    const Held<PKCS12> pfx(d2i_PKCS12_bio(reader(*bytes).get(), nullptr));
    if (!pfx) return refuse(file, "is no PFX (PKCS #12) file; a certificate in PEM form needs --key");
    if (PKCS12_verify_mac(pfx.get(), password.c_str(), static_cast<int>(password.size())) != 1 &&
        !(password.empty() && PKCS12_verify_mac(pfx.get(), nullptr, 0) == 1)) {
        return refuse(file, "the password is wrong");
    }
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* others = nullptr;
    int parsed = PKCS12_parse(pfx.get(), password.c_str(), &key, &certificate, &others);
    if (parsed != 1 && unsupported()) {
        load_older_ciphers();
        ERR_clear_error();
        parsed = PKCS12_parse(pfx.get(), password.c_str(), &key, &certificate, &others);
    }
    const Held<EVP_PKEY> held_key(key);
    const Held<X509> held_certificate(certificate);
    const Held<STACK_OF(X509)> held_others(others);
    if (parsed != 1) return refuse(file, unsupported() ? "is encrypted with a cipher that OpenSSL does not have here" : "cannot be read");
    if (key == nullptr || certificate == nullptr) return refuse(file, "holds no certificate with its key");

    std::shared_ptr<TlsContext> made(new TlsContext);
    if (SSL_CTX_use_cert_and_key(made->native(), certificate, key, others, 1) != 1) {
        return refuse(file, "the key does not belong to the certificate");
    }
    if (const auto lasts = made->check_lifetime(file); !lasts) return tl::unexpected(lasts.error());
    return made;
}

}  // namespace lazulite
