#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/names.hpp"
#include "base/packed.hpp"
#include "base/result.hpp"

// The life of a copy, onto whatever it is: values in, values out. Reference: "Copy Blob" and "Copy File", working with a pending
// copy.

namespace lazulite {

enum class CopyStatus : std::uint8_t { pending = 1, success = 2, aborted = 3, failed = 4 };
inline constexpr auto kCopyStatuses = std::to_array<Named<CopyStatus>>({{CopyStatus::pending, "pending"},
                                                                       {CopyStatus::success, "success"},
                                                                       {CopyStatus::aborted, "aborted"},
                                                                       {CopyStatus::failed, "failed"}});
constexpr std::span<const Named<CopyStatus>> names_of(CopyStatus) { return kCopyStatuses; }

/// The last copy onto a blob or file, as stored.
struct LastCopy {
    std::string id;      ///< a GUID
    std::string source;  ///< its URL, without a signature
    CopyStatus status = CopyStatus::success;
    std::uint64_t done = 0;   ///< bytes, of `total`
    std::uint64_t total = 0;
    std::optional<Instant> completed;  ///< once it is no longer pending
    std::string description;           ///< why it failed, or what it met so far

    /// What a pending copy needs to go on, in this run of the server or the next; nothing once it is over, or where the
    /// bytes are there already.
    struct Transfer {
        Instant began;
        std::string run;     ///< of the server, that moves the bytes
        std::string origin;  ///< CopySource::saved
        std::string etag;    ///< of the source, in quotes; empty: it has none
        std::string endpoint;  ///< of the destination, as the client named it: `http://host:port/account/`
        bool operator==(const Transfer&) const = default;
    };
    std::optional<Transfer> transfer;
    bool operator==(const LastCopy&) const = default;

    [[nodiscard]] bool pending() const { return status == CopyStatus::pending; }

    /// It is over, in that way.
    void end(CopyStatus how, Instant when, std::string why = {});
    /// All bytes are there.
    void succeed(Instant when);
    /// Its source answered with that.
    void fail_at_source(int source_status, std::string_view code, Instant when);
    /// The same, and it begins anew.
    void meet_at_source(int source_status, std::string_view code);
    /// Whether the time is over of one whose bytes are on their way; then it has failed.
    bool end_if_too_long(Instant now);
};

/// A copy that is still pending then has failed.
inline constexpr auto kLongestCopy = std::chrono::hours(14 * 24);
[[nodiscard]] constexpr Instant end_of_copy(Instant began) { return began + kLongestCopy; }

/// What is being copied to takes no other change. Fails with pending_copy_operation.
[[nodiscard]] Result<> check_not_pending(const LastCopy* copy);
/// Abort Copy Blob, Abort Copy File. Fails with no_pending_copy_operation or copy_id_mismatch.
[[nodiscard]] Result<> check_abort(const LastCopy* copy, std::string_view id);

/// Tags below 20 are a copy's own.
void pack_copy(PackedWriter& packed, const LastCopy& copy);
/// Takes an entry that belongs to it; leaves others alone.
void unpack_copy(const PackedReader::Entry& entry, LastCopy& copy);

}  // namespace lazulite
