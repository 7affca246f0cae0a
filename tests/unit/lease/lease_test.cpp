// Every cell of the reference's tables of outcomes ("Lease Blob", "Lease Container"), written by hand; the codes of the cells
// that fail are those of "Blob service error codes".

#include "lease/lease.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "base/error_table.hpp"

namespace lazulite {
namespace {

using namespace std::chrono_literals;

constexpr LeaseId kA{{0xA}};
constexpr LeaseId kB{{0xB}};
constexpr LeaseId kC{{0xC}};
constexpr auto kCurrent = LeaseRules::current;
constexpr auto kOld = LeaseRules::before_2012_02_12;
constexpr Instant kBegin{Ticks(17'952'088'321'234'567)};
/// When the action comes: ten seconds after the lease was acquired, or broken, or should have been.
constexpr Instant kNow = kBegin + 10s;

// A resource that (A) has leased, in each state a lease can be in.
const MaybeLease kAvailable;
const MaybeLease kFixed = Lease{kA, 60s, kNow + 50s, Lease::Ended::no};
const MaybeLease kInfinite = Lease{kA, std::nullopt, {}, Lease::Ended::no};
const MaybeLease kBreaking = Lease{kA, 60s, kNow + 20s, Lease::Ended::broken};
const MaybeLease kInfiniteBreaking = Lease{kA, std::nullopt, kNow + 20s, Lease::Ended::broken};
const MaybeLease kBroken = Lease{kA, 60s, kNow - 5s, Lease::Ended::broken};
const MaybeLease kExpired = Lease{kA, 15s, kNow - 5s, Lease::Ended::no};

std::string text(const LeaseId& id) { return id == kA ? "A" : id == kB ? "B" : id == kC ? "C" : "?"; }

/// What came of an action: the error, or state, id, and of a lease that ends the seconds from now until it does.
std::string outcome(const Result<MaybeLease>& result) {
    if (!result) return std::string(info(result.error().code()).name);
    const LeaseState state = state_at(*result, kNow);
    std::string words(name_of(state));
    if (!*result) return words;
    const Lease& lease = **result;
    words += " " + text(lease.id);
    const bool ends = lease.duration || lease.ended != Lease::Ended::no;
    if (locked(state) && ends) {
        words += " " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(lease.until - kNow).count());
    }
    return words;
}

struct Action {
    std::string name;
    Result<MaybeLease> (*run)(const MaybeLease&);
};

struct MatrixRow {
    Action action;
    std::array<std::string, 7> cells;  ///< in the order of kStates
};
const std::array<MaybeLease, 7> kStates = {kAvailable, kFixed, kInfinite, kBreaking, kInfiniteBreaking, kBroken, kExpired};
constexpr std::array<std::string_view, 7> kStateNames = {"available",         "fixed",  "infinite", "breaking",
                                                         "infinite breaking", "broken", "expired"};

void expect_matrix(const std::vector<MatrixRow>& rows) {
    for (const MatrixRow& row : rows) {
        for (std::size_t i = 0; i < kStates.size(); ++i) {
            EXPECT_EQ(outcome(row.action.run(kStates[i])), row.cells[i]) << row.action.name << ", " << kStateNames[i];
        }
    }
}

Result<MaybeLease> kept(Result<Lease> result) {
    if (!result) return fail(std::move(result).error());
    return MaybeLease(*result);
}

const std::string kAlready = "LeaseAlreadyPresent";
const std::string kIsBreaking = "LeaseIsBreakingAndCannotBeAcquired";
const std::string kNone = "LeaseNotPresentWithLeaseOperation";
const std::string kMismatch = "LeaseIdMismatchWithLeaseOperation";
const std::string kNoChange = "LeaseIsBreakingAndCannotBeChanged";
const std::string kNoRenewal = "LeaseIsBrokenAndCannotBeRenewed";

TEST(Lease, OutcomesOfActions) {
    // clang-format off
    expect_matrix({
        //                                                                                available       fixed           infinite        breaking        infinite, breaking  broken          expired
        {{"acquire A for 30 s", [](const MaybeLease& l) { return kept(acquire(l, kA, 30s, kNow)); }},
                                                                                         {"leased A 30",  "leased A 30",  "leased A 30",  kIsBreaking,    kIsBreaking,        "leased A 30",  "leased A 30"}},
        {{"acquire A for ever", [](const MaybeLease& l) { return kept(acquire(l, kA, {}, kNow)); }},
                                                                                         {"leased A",     "leased A",     "leased A",     kIsBreaking,    kIsBreaking,        "leased A",     "leased A"}},
        {{"acquire B for 15 s", [](const MaybeLease& l) { return kept(acquire(l, kB, 15s, kNow)); }},
                                                                                         {"leased B 15",  kAlready,       kAlready,       kAlready,       kAlready,           "leased B 15",  "leased B 15"}},
        {{"break, period 0", [](const MaybeLease& l) { return kept(break_lease(l, 0s, kCurrent, kNow)); }},
                                                                                         {kNone,          "broken A",     "broken A",     "broken A",     "broken A",         "broken A",     "broken A"}},
        {{"break, period 5", [](const MaybeLease& l) { return kept(break_lease(l, 5s, kCurrent, kNow)); }},
                                                                                         {kNone,          "breaking A 5", "breaking A 5", "breaking A 5", "breaking A 5",     "broken A",     "broken A"}},
        {{"break, period 60", [](const MaybeLease& l) { return kept(break_lease(l, 60s, kCurrent, kNow)); }},
                                                                                         {kNone,          "breaking A 50", "breaking A 60", "breaking A 20", "breaking A 20", "broken A",     "broken A"}},
        {{"break, no period", [](const MaybeLease& l) { return kept(break_lease(l, {}, kCurrent, kNow)); }},
                                                                                         {kNone,          "breaking A 50", "broken A",    "breaking A 20", "breaking A 20",   "broken A",     "broken A"}},
        {{"change A to B", [](const MaybeLease& l) { return kept(change(l, kA, kB, kNow)); }},
                                                                                         {kNone,          "leased B 50",  "leased B",     kNoChange,      kNoChange,          kNone,          kNone}},
        {{"change B to A", [](const MaybeLease& l) { return kept(change(l, kB, kA, kNow)); }},
                                                                                         {kNone,          "leased A 50",  "leased A",     kNoChange,      kNoChange,          kNone,          kNone}},
        {{"change A to A", [](const MaybeLease& l) { return kept(change(l, kA, kA, kNow)); }},
                                                                                         {kNone,          "leased A 50",  "leased A",     kNoChange,      kNoChange,          kNone,          kNone}},
        {{"change B to C", [](const MaybeLease& l) { return kept(change(l, kB, kC, kNow)); }},
                                                                                         {kNone,          kMismatch,      kMismatch,      kMismatch,      kMismatch,          kNone,          kNone}},
        {{"renew A", [](const MaybeLease& l) { return kept(renew(l, kA, kCurrent, kNow)); }},
                                                                                         {kMismatch,      "leased A 60",  "leased A",     kNoRenewal,     kNoRenewal,         kNoRenewal,     "leased A 15"}},
        {{"renew B", [](const MaybeLease& l) { return kept(renew(l, kB, kCurrent, kNow)); }},
                                                                                         {kMismatch,      kMismatch,      kMismatch,      kMismatch,      kMismatch,          kMismatch,      kMismatch}},
        {{"release A", [](const MaybeLease& l) { return release(l, kA, kCurrent, kNow); }},
                                                                                         {kMismatch,      "available",    "available",    "available",    "available",        "available",    "available"}},
        {{"release B", [](const MaybeLease& l) { return release(l, kB, kCurrent, kNow); }},
                                                                                         {kMismatch,      kMismatch,      kMismatch,      kMismatch,      kMismatch,          kMismatch,      kMismatch}},
    });
    // clang-format on
}

std::string used(LeaseUse use, const MaybeLease& lease, const std::optional<LeaseId>& id) {
    const LeaseErrors errors{ErrorCode::lease_not_present_with_blob_operation,
                             ErrorCode::lease_id_mismatch_with_blob_operation};
    const auto result = check_use(use, lease, id, errors, kNow);
    return result ? "ok" : std::string(info(result.error().code()).name);
}

TEST(Lease, OutcomesOfUseAttempts) {
    const std::string absent = "LeaseNotPresentWithBlobOperation";
    const std::string other = "LeaseIdMismatchWithBlobOperation";
    const std::string missing = "LeaseIdMissing";
    struct UseRow {
        LeaseUse use;
        std::optional<LeaseId> id;
        std::array<std::string, 7> cells;
    };
    const std::vector<UseRow> rows = {
        //                     available  fixed    infinite  breaking  infinite, breaking  broken   expired
        {LeaseUse::write, kA, {absent, "ok", "ok", "ok", "ok", absent, "LeaseLost"}},
        {LeaseUse::write, kB, {absent, other, other, other, other, absent, absent}},
        {LeaseUse::write, {}, {"ok", missing, missing, missing, missing, "ok", "ok"}},
        {LeaseUse::read, kA, {absent, "ok", "ok", "ok", "ok", absent, "LeaseLost"}},
        {LeaseUse::read, kB, {absent, other, other, other, other, absent, absent}},
        {LeaseUse::read, {}, {"ok", "ok", "ok", "ok", "ok", "ok", "ok"}},
    };
    for (const UseRow& row : rows) {
        for (std::size_t i = 0; i < kStates.size(); ++i) {
            EXPECT_EQ(used(row.use, kStates[i], row.id), row.cells[i])
                << (row.use == LeaseUse::write ? "write" : "read") << (row.id ? " " + text(*row.id) : "") << ", "
                << kStateNames[i];
        }
    }
}

TEST(Lease, EndsByTheClockAlone) {
    EXPECT_EQ(state_at(kFixed, kNow + 50s - Ticks(1)), LeaseState::leased);
    EXPECT_EQ(state_at(kFixed, kNow + 50s), LeaseState::expired);
    EXPECT_EQ(state_at(kInfinite, kNow + 24h * 3650), LeaseState::leased);
    EXPECT_EQ(state_at(kBreaking, kNow + 20s - Ticks(1)), LeaseState::breaking);
    EXPECT_EQ(state_at(kBreaking, kNow + 20s), LeaseState::broken);
    EXPECT_EQ(state_at(kInfiniteBreaking, kNow + 20s), LeaseState::broken);
    EXPECT_EQ(state_at(kExpired, kNow + 24h), LeaseState::expired);
    EXPECT_EQ(state_at(kAvailable, kNow), LeaseState::available);
}

TEST(Lease, OfWhatIsOverTheIdIsKeptUntilTheResourceIsModified) {
    for (const MaybeLease& over : {kExpired, kBroken}) {
        EXPECT_EQ(unless_modified(over, over->until), over);
        EXPECT_EQ(unless_modified(over, over->until + Ticks(1)), std::nullopt);
    }
    // While it is in force only its holder writes, and keeps it.
    for (const MaybeLease& held : {kFixed, kInfinite, kBreaking, kInfiniteBreaking}) {
        EXPECT_EQ(unless_modified(held, kNow), held);
    }
    EXPECT_EQ(unless_modified(kAvailable, kNow), std::nullopt);
}

TEST(Lease, TellsHowLongABreakTakesInWholeSecondsRoundedUp) {
    EXPECT_EQ(break_time_left(*kBreaking, kNow), 20s);
    EXPECT_EQ(break_time_left(*kBreaking, kNow + 100ms), 20s);
    EXPECT_EQ(break_time_left(*kBreaking, kNow + 1s), 19s);
    EXPECT_EQ(break_time_left(*kBreaking, kNow + 20s), 0s);
    EXPECT_EQ(break_time_left(*kBroken, kNow), 0s);
}

// Reference: "Lease Blob", changes introduced in version 2012-02-12.
TEST(Lease, BeforeVersion20120212) {
    const auto released = release(kFixed, kA, kOld, kNow);
    ASSERT_TRUE(released);
    EXPECT_EQ(state_at(*released, kNow), LeaseState::available);
    EXPECT_EQ(outcome(kept(renew(*released, kA, kOld, kNow))), "leased A 60");
    EXPECT_EQ(outcome(kept(renew(*released, kB, kOld, kNow))), kMismatch);
    EXPECT_EQ(outcome(kept(break_lease(*released, {}, kOld, kNow))), "broken A");
    EXPECT_EQ(outcome(release(*released, kA, kOld, kNow)), kMismatch);
    EXPECT_EQ(unless_modified(*released, kNow + 1s), std::nullopt);
    // A newer client sees no lease there.
    EXPECT_EQ(outcome(kept(renew(*released, kA, kCurrent, kNow))), kMismatch);
    EXPECT_EQ(outcome(kept(break_lease(*released, {}, kCurrent, kNow))), kNone);
    EXPECT_EQ(outcome(release(*released, kA, kCurrent, kNow)), kMismatch);
    EXPECT_EQ(outcome(kept(change(*released, kA, kB, kNow))), kNone);
    EXPECT_EQ(outcome(kept(acquire(*released, kB, 15s, kNow))), "leased B 15");
    EXPECT_EQ(used(LeaseUse::write, *released, kA), "LeaseNotPresentWithBlobOperation");
    EXPECT_EQ(used(LeaseUse::write, *released, {}), "ok");

    EXPECT_EQ(outcome(kept(break_lease(kBreaking, {}, kOld, kNow))), "LeaseAlreadyBroken");
    EXPECT_EQ(outcome(kept(break_lease(kBroken, {}, kOld, kNow))), "LeaseAlreadyBroken");
    EXPECT_EQ(outcome(kept(break_lease(kFixed, {}, kOld, kNow))), "breaking A 50");
}

TEST(Lease, IsPackedAndUnpacked) {
    const MaybeLease released = Lease{kB, 60s, kNow, Lease::Ended::released};
    for (const MaybeLease& lease : {kAvailable, kFixed, kInfinite, kBreaking, kInfiniteBreaking, kBroken, released}) {
        PackedWriter props;
        props.put(7, "before");
        pack_lease(props, 20, lease);
        props.put(24, "behind");
        const std::string bytes = props.take();
        MaybeLease read;
        PackedReader reader(bytes);
        while (const auto entry = reader.next()) unpack_lease(*entry, 20, read);
        EXPECT_EQ(read, lease);
    }
}

}  // namespace
}  // namespace lazulite
