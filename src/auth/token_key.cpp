#include "auth/token_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdexcept>
#include <vector>

#include "auth/json_web_token.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

struct Free {
    void operator()(BIO* it) const { BIO_free(it); }
    void operator()(BIGNUM* it) const { BN_free(it); }
    void operator()(X509* it) const { X509_free(it); }
    void operator()(EVP_PKEY_CTX* it) const { EVP_PKEY_CTX_free(it); }
    void operator()(EVP_MD_CTX* it) const { EVP_MD_CTX_free(it); }
    void operator()(OSSL_PARAM_BLD* it) const { OSSL_PARAM_BLD_free(it); }
    void operator()(OSSL_PARAM* it) const { OSSL_PARAM_free(it); }
    void operator()(ECDSA_SIG* it) const { ECDSA_SIG_free(it); }
};
template <class T>
using Held = std::unique_ptr<T, Free>;
using Key = std::shared_ptr<EVP_PKEY>;

constexpr int kBits = 2048;
constexpr std::size_t kEcPart = 32;  // bytes of a coordinate, and of each half of a signature

Key held(EVP_PKEY* key) { return Key(key, EVP_PKEY_free); }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Held<BIO> reader(const std::string& bytes) {
    ERR_clear_error();
    return Held<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string text_of(const json& jwk, const char* name) {
    const auto at = jwk.find(name);
    return at != jwk.end() && at->is_string() ? at->get<std::string>() : std::string();
}

/// Nothing where it is absent, too: no number of a key is empty.
std::optional<std::string> member(const json& jwk, const char* name) {
    auto bytes = base64url_decode(text_of(jwk, name));
    if (!bytes || bytes->empty()) return std::nullopt;
    return bytes;
}

Key from_parameters(const char* type, OSSL_PARAM_BLD* builder) {
    const Held<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
    const Held<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        return nullptr;
    }
    return held(key);
}

Key rsa_key(const json& jwk) {
    const auto modulus = member(jwk, "n");
    const auto exponent = member(jwk, "e");
    if (!modulus || !exponent) return nullptr;
    const Held<BIGNUM> n(BN_bin2bn(bytes_of(*modulus), static_cast<int>(modulus->size()), nullptr));
    const Held<BIGNUM> e(BN_bin2bn(bytes_of(*exponent), static_cast<int>(exponent->size()), nullptr));
    const Held<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return from_parameters("RSA", builder.get());
}

Key ec_key(const json& jwk) {
    const auto x = member(jwk, "x");
    const auto y = member(jwk, "y");
    if (text_of(jwk, "crv") != "P-256" || !x || !y || x->size() != kEcPart || y->size() != kEcPart) return nullptr;
    const std::string point = "\x04" + *x + *y;
    const Held<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    return from_parameters("EC", builder.get());
}

/// ES256 signs with two numbers of 32 bytes; OpenSSL wants them in DER.
std::optional<std::string> der_of(std::string_view signature) {
    if (signature.size() != 2 * kEcPart) return std::nullopt;
    const Held<ECDSA_SIG> pair(ECDSA_SIG_new());
    BIGNUM* r = BN_bin2bn(bytes_of(signature), kEcPart, nullptr);
    BIGNUM* s = BN_bin2bn(bytes_of(signature) + kEcPart, kEcPart, nullptr);
    ECDSA_SIG_set0(pair.get(), r, s);
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &der);
    if (size <= 0) return std::nullopt;
    std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
}

std::string number_of(EVP_PKEY* key, const char* name) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    const Held<BIGNUM> freed(number);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
    return base64url_encode(std::as_bytes(std::span(bytes)));
}

}  // namespace

std::optional<VerifyingKey> VerifyingKey::from_certificate(const std::string& pem) {
    const Held<X509> certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
    if (!certificate) return std::nullopt;
    Key key = held(X509_get_pubkey(certificate.get()));
    if (!key) return std::nullopt;
    return VerifyingKey(std::move(key));
}

std::optional<VerifyingKey> VerifyingKey::from_jwk(const json& jwk) {
    if (!jwk.is_object()) return std::nullopt;
    const std::string type = text_of(jwk, "kty");
    Key key = type == "RSA" ? rsa_key(jwk) : type == "EC" ? ec_key(jwk) : nullptr;
    if (!key) return std::nullopt;
    return VerifyingKey(std::move(key));
}

bool VerifyingKey::fits(std::string_view algorithm, std::string_view message, std::string_view signature) const {
    const bool rsa = EVP_PKEY_is_a(key_.get(), "RSA") == 1;
    if (algorithm == "ES256" ? rsa : !rsa) return false;
    if (algorithm != "RS256" && algorithm != "PS256" && algorithm != "ES256") return false;
    std::string der;
    if (algorithm == "ES256") {
        auto made = der_of(signature);
        if (!made) return false;
        der = *std::move(made);
        signature = der;
    }
    const Held<EVP_MD_CTX> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* padding = nullptr;  // belongs to the context
    if (EVP_DigestVerifyInit(context.get(), &padding, EVP_sha256(), nullptr, key_.get()) != 1) return false;
    if (algorithm == "PS256" && (EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) != 1 ||
                                 EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) != 1)) {
        return false;
    }
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
}

SigningKey SigningKey::make() {
    EVP_PKEY* key = EVP_RSA_gen(kBits);
    if (key == nullptr) throw std::runtime_error("OpenSSL cannot make an RSA key");
    return SigningKey(held(key));
}

std::optional<SigningKey> SigningKey::from_pem(const std::string& pem) {
    Key key = held(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, nullptr));
    if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1) return std::nullopt;
    return SigningKey(std::move(key));
}

SigningKey::SigningKey(Key key) : key_(std::move(key)) {
    jwk_ = {{"kty", "RSA"}, {"n", number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N)}, {"e", number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E)}};
    const std::string members = json{{"e", jwk_["e"]}, {"kty", "RSA"}, {"n", jwk_["n"]}}.dump();
    id_ = base64url_encode(sha256(as_bytes(members)));
    jwk_["kid"] = id_;
    jwk_["use"] = "sig";
    jwk_["alg"] = "RS256";
}

std::string SigningKey::pem() const {
    const Held<BIO> memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(memory.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string SigningKey::sign(std::string_view message) const {
    const Held<EVP_MD_CTX> context(EVP_MD_CTX_new());
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes_of(message), message.size()) != 1) {
        throw std::runtime_error("OpenSSL cannot sign");
    }
    std::string signature(size, '\0');
    auto* const to = reinterpret_cast<unsigned char*>(signature.data());
    if (EVP_DigestSign(context.get(), to, &size, bytes_of(message), message.size()) != 1) {
        throw std::runtime_error("OpenSSL cannot sign");
    }
    signature.resize(size);
    return signature;
}

}  // namespace lazulite
