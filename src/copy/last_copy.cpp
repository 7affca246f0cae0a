#include "copy/last_copy.hpp"

#include <utility>

namespace lazulite {
namespace {

enum CopyTag : std::uint8_t {
    kCopyId = 1,
    kCopySource,
    kCopyStatus,
    kCopyDone,
    kCopyTotal,
    kCopyCompleted,
    kCopyDescription,
    kCopyBegan = 10,
    kCopyRun,
    kCopyOrigin,
    kCopySourceEtag,
    kCopyEndpoint,
};

std::uint64_t count_of(Instant when) { return static_cast<std::uint64_t>(tick_count(when)); }
Instant instant_at(std::uint64_t count) { return instant_of(static_cast<std::int64_t>(count)); }

std::string met_at_source(int status, std::string_view code) {
    return std::to_string(status) + " " + std::string(code) + " \"Copy failed when reading the source.\"";
}

}  // namespace

void LastCopy::end(CopyStatus how, Instant when, std::string why) {
    status = how;
    completed = when;
    description = std::move(why);
    transfer.reset();
}

void LastCopy::succeed(Instant when) {
    done = total;
    end(CopyStatus::success, when);
}

void LastCopy::fail_at_source(int source_status, std::string_view code, Instant when) {
    end(CopyStatus::failed, when, met_at_source(source_status, code));
}

void LastCopy::meet_at_source(int source_status, std::string_view code) {
    done = 0;
    description = met_at_source(source_status, code);
}

bool LastCopy::end_if_too_long(Instant now) {
    if (!pending() || !transfer) return false;
    const Instant last = end_of_copy(transfer->began);
    if (now < last) return false;
    end(CopyStatus::failed, last, "500 OperationCancelled \"The copy did not finish within two weeks.\"");
    return true;
}

Result<> check_not_pending(const LastCopy* copy) {
    if (copy != nullptr && copy->pending()) return fail(ErrorCode::pending_copy_operation);
    return {};
}

Result<> check_abort(const LastCopy* copy, std::string_view id) {
    if (copy == nullptr || !copy->pending()) return fail(ErrorCode::no_pending_copy_operation);
    if (copy->id != id) return fail(ErrorCode::copy_id_mismatch);
    return {};
}

void pack_copy(PackedWriter& packed, const LastCopy& copy) {
    packed.put(kCopyId, copy.id);
    packed.put(kCopySource, copy.source);
    packed.put_integer(kCopyStatus, static_cast<std::uint64_t>(copy.status));
    packed.put_integer(kCopyDone, copy.done);
    packed.put_integer(kCopyTotal, copy.total);
    if (copy.completed) packed.put_integer(kCopyCompleted, count_of(*copy.completed));
    packed.put(kCopyDescription, copy.description);
    if (!copy.transfer) return;
    packed.put_integer(kCopyBegan, count_of(copy.transfer->began));
    packed.put(kCopyRun, copy.transfer->run);
    packed.put(kCopyOrigin, copy.transfer->origin);
    packed.put(kCopySourceEtag, copy.transfer->etag);
    packed.put(kCopyEndpoint, copy.transfer->endpoint);
}

void unpack_copy(const PackedReader::Entry& entry, LastCopy& copy) {
    const auto transfer = [&copy]() -> LastCopy::Transfer& {
        if (!copy.transfer) copy.transfer.emplace();
        return *copy.transfer;
    };
    switch (entry.tag) {
        case kCopyId: copy.id = entry.value; break;
        case kCopySource: copy.source = entry.value; break;
        case kCopyStatus: copy.status = static_cast<CopyStatus>(entry.integer()); break;
        case kCopyDone: copy.done = entry.integer(); break;
        case kCopyTotal: copy.total = entry.integer(); break;
        case kCopyCompleted: copy.completed = instant_at(entry.integer()); break;
        case kCopyDescription: copy.description = entry.value; break;
        case kCopyBegan: transfer().began = instant_at(entry.integer()); break;
        case kCopyRun: transfer().run = entry.value; break;
        case kCopyOrigin: transfer().origin = entry.value; break;
        case kCopySourceEtag: transfer().etag = entry.value; break;
        case kCopyEndpoint: transfer().endpoint = entry.value; break;
        default: break;
    }
}

}  // namespace lazulite
