#include "base/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace lazulite {
namespace {

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

/// A failure here means no memory or an OpenSSL without MD5 and SHA-256: nothing a caller could answer.
void must(int outcome) {
    if (outcome != 1) throw std::runtime_error("OpenSSL refuses to hash");
}

Context new_context() {
    Context context(EVP_MD_CTX_new());
    must(context ? 1 : 0);
    return context;
}

/// Fetched once: a look-up by name costs more than hashing a short message.
const EVP_MD* algorithm(const char* name) {
    const EVP_MD* found = EVP_MD_fetch(nullptr, name, nullptr);
    must(found != nullptr ? 1 : 0);
    return found;
}
const EVP_MD* md5_algorithm() {
    static const EVP_MD* const found = algorithm("MD5");
    return found;
}
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const found = algorithm("SHA256");
    return found;
}

/// Working memory for sha256 and sign: one context per thread, reset by every use.
EVP_MD_CTX* scratch() {
    thread_local const Context context = new_context();
    return context.get();
}

unsigned char* raw(std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(bytes);
}

Sha256Digest finish_sha256(EVP_MD_CTX* context) {
    Sha256Digest digest;
    must(EVP_DigestFinal_ex(context, raw(digest.data()), nullptr));
    return digest;
}

constexpr std::size_t kBlock = 64;  // SHA-256 works in blocks of 64 bytes

/// SHA-256 after one block of the key xor `pad`: the half of an HMAC that does not depend on the message.
Context keyed(const std::array<std::byte, kBlock>& key, std::byte pad) {
    std::array<std::byte, kBlock> block;
    std::transform(key.begin(), key.end(), block.begin(), [pad](std::byte b) { return b ^ pad; });
    Context context = new_context();
    must(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr));
    must(EVP_DigestUpdate(context.get(), block.data(), block.size()));
    OPENSSL_cleanse(block.data(), block.size());
    return context;
}

struct PreparedKey {
    std::uint64_t serial;  ///< never used twice, unlike an address
    Context inner;
    Context outer;
};

std::uint64_t next_serial() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

/// What a thread signed lately.
struct Signed {
    std::uint64_t key = 0;
    std::string message;
    Sha256Digest digest{};
};
constexpr std::size_t kRemembered = 64;
constexpr std::size_t kLongestRemembered = 512;  // bytes of a message

Sha256Digest sign_with(const PreparedKey& key, std::string_view message) {
    EVP_MD_CTX* const context = scratch();
    must(EVP_MD_CTX_copy_ex(context, key.inner.get()));
    must(EVP_DigestUpdate(context, message.data(), message.size()));
    const Sha256Digest inner = finish_sha256(context);
    must(EVP_MD_CTX_copy_ex(context, key.outer.get()));
    must(EVP_DigestUpdate(context, inner.data(), inner.size()));
    return finish_sha256(context);
}

}  // namespace

Md5::Md5() {
    Context context = new_context();
    must(EVP_DigestInit_ex2(context.get(), md5_algorithm(), nullptr));
    context_ = context.release();
}
Md5::~Md5() {
    EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_));
}
Md5::Md5(Md5&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
Md5& Md5::operator=(Md5&& other) noexcept {
    std::swap(context_, other.context_);
    return *this;
}

void Md5::update(ByteView bytes) {
    must(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size()));
}

Md5Digest Md5::finish() {
    Md5Digest digest;
    must(EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), raw(digest.data()), nullptr));
    return digest;
}

Sha256Digest sha256(ByteView bytes) {
    EVP_MD_CTX* const context = scratch();
    must(EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr));
    must(EVP_DigestUpdate(context, bytes.data(), bytes.size()));
    return finish_sha256(context);
}

HmacSha256::HmacSha256(ByteView key) {
    std::array<std::byte, kBlock> padded{};
    if (key.size() > kBlock) {
        const Sha256Digest hashed = sha256(key);
        std::copy(hashed.begin(), hashed.end(), padded.begin());
    } else {
        std::copy(key.begin(), key.end(), padded.begin());
    }
    prepared_ = std::make_shared<PreparedKey>(
        PreparedKey{next_serial(), keyed(padded, std::byte{0x36}), keyed(padded, std::byte{0x5C})});
    OPENSSL_cleanse(padded.data(), padded.size());
}

Sha256Digest HmacSha256::sign(std::string_view message) const {
    const auto& key = *static_cast<const PreparedKey*>(prepared_.get());
    if (message.size() > kLongestRemembered) return sign_with(key, message);
    thread_local std::array<Signed, kRemembered> lately;
    Signed& entry = lately[std::hash<std::string_view>{}(message) % kRemembered];
    if (entry.key != key.serial || entry.message != message) {
        entry.key = 0;  // says nothing while it is being changed
        entry.message = message;
        entry.digest = sign_with(key, message);
        entry.key = key.serial;
    }
    return entry.digest;
}

bool equal_in_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace lazulite
