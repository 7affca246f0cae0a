#include "blob/not_honoured.hpp"

namespace lazulite::blob {
namespace {

constexpr std::string_view kTierConditionHeaders =
    "x-ms-access-tier-if-modified-since x-ms-access-tier-if-unmodified-since";
constexpr std::string_view kCustomerKeyHeaders =
    "x-ms-encryption-key x-ms-encryption-key-sha256 x-ms-encryption-algorithm";
constexpr std::string_view kScopeHeader = "x-ms-encryption-scope";
constexpr std::string_view kImmutabilityHeaders = "x-ms-immutability-policy-until-date x-ms-immutability-policy-mode";
constexpr std::string_view kLegalHoldHeader = "x-ms-legal-hold";
constexpr std::string_view kPreviousSnapshotHeader = "x-ms-previous-snapshot-url";

constexpr auto kNotHonoured = std::to_array<NotHonoured>({
    {"GetBlob", {kCustomerKeyHeaders}},
    {"GetBlobProperties", {kCustomerKeyHeaders}},
    {"GetBlobMetadata", {kCustomerKeyHeaders}},
    {"DeleteBlob", {kTierConditionHeaders}},
    {"PutBlob", {kCustomerKeyHeaders, kScopeHeader, kImmutabilityHeaders, kLegalHoldHeader}},
    {"PutAppendBlob", {kCustomerKeyHeaders, kScopeHeader, kImmutabilityHeaders, kLegalHoldHeader}},
    {"AppendBlock", {kCustomerKeyHeaders, kScopeHeader}},
    {"SetBlobMetadata", {kCustomerKeyHeaders, kScopeHeader}},
    {"PutBlock", {kCustomerKeyHeaders, kScopeHeader}},
    {"PutBlockList", {kCustomerKeyHeaders, kScopeHeader, kImmutabilityHeaders, kLegalHoldHeader}},
    {"QueryBlobContents", {kCustomerKeyHeaders}},
    {"SnapshotBlob", {kCustomerKeyHeaders, kScopeHeader}},
    {"PutPageBlob", {kCustomerKeyHeaders, kScopeHeader, kImmutabilityHeaders, kLegalHoldHeader}},
    {"PutPage", {kCustomerKeyHeaders, kScopeHeader}},
    {"ClearPage", {kCustomerKeyHeaders, kScopeHeader}},
    {"GetPageRanges", {kPreviousSnapshotHeader}},
    {"GetPageRangesDiff", {kPreviousSnapshotHeader}},
    {"ResizePageBlob", {kCustomerKeyHeaders, kScopeHeader}},
});

}  // namespace

std::span<const NotHonoured> not_honoured() { return kNotHonoured; }

}  // namespace lazulite::blob
