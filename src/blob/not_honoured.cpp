#include "blob/not_honoured.hpp"

namespace lazulite::blob {
namespace {

// A page of blobs as Arrow's columns instead of XML.
constexpr std::string_view kArrow = "Accept: application/vnd.apache.arrow.stream";

constexpr auto kNotHonoured = std::to_array<NotHonoured>({
    {"ListBlobs", {kArrow}},
    {"ListBlobsByHierarchy", {kArrow}},
});

}  // namespace

std::span<const NotHonoured> not_honoured() { return kNotHonoured; }

}  // namespace lazulite::blob
