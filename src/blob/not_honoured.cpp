#include "blob/not_honoured.hpp"

namespace lazulite::blob {
namespace {

constexpr std::string_view kIfTags = "x-ms-if-tags";
constexpr std::string_view kTags = "x-ms-tags";
constexpr std::string_view kTier = "x-ms-access-tier";
constexpr std::string_view kTierConditions = "x-ms-access-tier-if-modified-since x-ms-access-tier-if-unmodified-since";
constexpr std::string_view kCustomerKey = "x-ms-encryption-key x-ms-encryption-key-sha256 x-ms-encryption-algorithm";
constexpr std::string_view kEncryptionScope = "x-ms-encryption-scope";
constexpr std::string_view kImmutability = "x-ms-immutability-policy-until-date x-ms-immutability-policy-mode";
constexpr std::string_view kLegalHold = "x-ms-legal-hold";
constexpr std::string_view kUserNames = "x-ms-upn";

constexpr auto kNotHonoured = std::to_array<NotHonoured>({
    {"GetBlob", {kIfTags, kCustomerKey, kUserNames}},
    {"GetBlobProperties", {kIfTags, kCustomerKey, kUserNames}},
    {"GetBlobMetadata", {kIfTags, kCustomerKey}},
    {"DeleteBlob", {kIfTags, kTierConditions}},
    {"PutBlob", {kIfTags, kTags, kTier, kCustomerKey, kEncryptionScope, kImmutability, kLegalHold}},
    {"SetBlobProperties", {kIfTags}},
    {"SetBlobMetadata", {kIfTags, kCustomerKey, kEncryptionScope}},
    {"PutBlock", {kCustomerKey, kEncryptionScope}},
    {"PutBlockList", {kIfTags, kTags, kTier, kCustomerKey, kEncryptionScope, kImmutability, kLegalHold}},
    {"GetBlockList", {kIfTags}},
});

}  // namespace

std::span<const NotHonoured> not_honoured() { return kNotHonoured; }

}  // namespace lazulite::blob
