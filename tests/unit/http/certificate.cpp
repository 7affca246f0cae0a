#include "certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <stdexcept>

namespace lazulite::test {
namespace {

struct Free {
    void operator()(BIO* it) const { BIO_free(it); }
    void operator()(X509* it) const { X509_free(it); }
    void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
    void operator()(PKCS12* it) const { PKCS12_free(it); }
};
template <class T>
using Held = std::unique_ptr<T, Free>;

Held<BIO> file(const std::string& path) {
    return Held<BIO>(BIO_new_file(path.c_str(), "wb"));
}

}  // namespace

struct Certificate::Parts {
    Held<EVP_PKEY> key{EVP_EC_gen("P-256")};
    Held<X509> certificate{X509_new()};
};

Certificate::Certificate(const std::string& name, std::chrono::seconds since, std::chrono::seconds until)
    : parts_(std::make_unique<Parts>()) {
    std::string folder = (std::filesystem::temp_directory_path() / "lazulite-tls-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for a certificate");
    folder_ = folder;
    X509* const made = parts_->certificate.get();
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), since.count());
    X509_gmtime_adj(X509_getm_notAfter(made), until.count());
    X509_set_pubkey(made, parts_->key.get());
    X509_NAME* const subject = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made, subject);
    X509_sign(made, parts_->key.get(), EVP_sha256());
    PEM_write_bio_X509(test::file(file()).get(), made);
    PEM_write_bio_PrivateKey(test::file(key()).get(), parts_->key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

Certificate::~Certificate() {
    std::filesystem::remove_all(folder_);
}

std::string Certificate::encrypted_key(const std::string& password) const {
    const std::string path = (folder_ / "encrypted.pem").string();
    PEM_write_bio_PKCS8PrivateKey(test::file(path).get(), parts_->key.get(), EVP_aes_256_cbc(), password.data(),
                                  static_cast<int>(password.size()), nullptr, nullptr);
    return path;
}

std::string Certificate::pfx(const std::string& password) const {
    const std::string path = (folder_ / "certificate.pfx").string();
    const Held<PKCS12> made(PKCS12_create(password.c_str(), "test", parts_->key.get(), parts_->certificate.get(), nullptr, 0,
                                          0, 0, 0, 0));
    i2d_PKCS12_bio(test::file(path).get(), made.get());
    return path;
}

std::shared_ptr<const TlsContext> test_tls() {
    static const std::shared_ptr<const TlsContext> kContext = [] {
        const Certificate certificate;
        auto loaded = TlsContext::from_pem(certificate.file(), certificate.key());
        if (!loaded) throw std::runtime_error(loaded.error());
        return *std::move(loaded);
    }();
    return kContext;
}

}  // namespace lazulite::test
