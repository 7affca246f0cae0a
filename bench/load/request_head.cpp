#include "request_head.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cctype>
#include <ctime>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace lazulite::bench {
namespace {

std::string decode_base64(std::string_view text) {
    std::string bytes(text.size() / 4 * 3, '\0');
    const int length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (length < 0) throw std::invalid_argument("the key is not base64");
    std::size_t padding = 0;  // OpenSSL returns it as zero bytes
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

std::string hmac_sha256_base64(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), digest.data(), &length);
    std::array<unsigned char, EVP_MAX_MD_SIZE * 2> encoded{};
    const int encoded_length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(length));
    return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(encoded_length)};
}

std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const unsigned char byte : text) {
        if (std::isalnum(byte) != 0 || byte == '-' || byte == '_' || byte == '.' || byte == '~') {
            encoded += static_cast<char>(byte);
        } else {
            encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        }
    }
    return encoded;
}

std::string target_of(const HeadSpec& spec, std::string_view sas) {
    std::string query;
    for (const auto& [name, value] : spec.query)
        query.append("&").append(name).append("=").append(percent_encode(value));
    if (!sas.empty()) query.append("&").append(sas);
    if (!query.empty()) query.front() = '?';
    return spec.path + query;
}

/// The REST reference, "Authorize with Shared Key", as are both below: of the standard headers that are signed only
/// Content-Length and Range are sent to blobs and queues.
std::string string_to_sign(const HeadSpec& spec, const std::string& account) {
    const bool has_body = spec.content_length.value_or(0) > 0;
    const std::string length = has_body ? std::to_string(*spec.content_length) : "";
    const auto range = spec.others.find("Range");
    std::string text = spec.method + "\n\n\n" + length + "\n\n\n\n\n\n\n\n";
    text += (range == spec.others.end() ? "" : range->second) + "\n";
    for (const auto& [name, value] : spec.x_ms) text += name + ":" + value + "\n";
    text += "/" + account + spec.path;
    for (const auto& [name, value] : spec.query) text += "\n" + name + ":" + value;
    return text;
}

std::string table_string_to_sign(const HeadSpec& spec, const std::string& account) {
    const auto content_type = spec.others.find("Content-Type");
    return spec.method + "\n\n" + (content_type == spec.others.end() ? "" : content_type->second) + "\n" +
           spec.x_ms.at("x-ms-date") + "\n/" + account + spec.path;
}

}  // namespace

HeadWriter::HeadWriter(std::string host, std::string version, const Credentials& credentials, bool close)
    : host_(std::move(host)),
      version_(std::move(version)),
      sas_(credentials.sas),
      account_(credentials.account),
      key_(decode_base64(credentials.key)),
      form_(credentials.form),
      close_(close) {}

std::string HeadWriter::write(HeadSpec spec) const {
    spec.x_ms["x-ms-version"] = version_;
    if (!key_.empty()) spec.x_ms["x-ms-date"] = http_date();
    std::string head = spec.method + " " + target_of(spec, sas_) + " HTTP/1.1\r\nHost: " + host_ + "\r\n";
    for (const auto& [name, value] : spec.x_ms) head += name + ": " + value + "\r\n";
    for (const auto& [name, value] : spec.others) head += name + ": " + value + "\r\n";
    if (spec.content_length) head += "Content-Length: " + std::to_string(*spec.content_length) + "\r\n";
    if (close_) head += "Connection: close\r\n";
    if (!key_.empty()) head += "Authorization: " + shared_key(spec) + "\r\n";
    return head + "\r\n";
}

std::string HeadWriter::shared_key(const HeadSpec& spec) const {
    const std::string text =
        form_ == SharedKeyForm::table ? table_string_to_sign(spec, account_) : string_to_sign(spec, account_);
    return "SharedKey " + account_ + ":" + hmac_sha256_base64(key_, text);
}

}  // namespace lazulite::bench
