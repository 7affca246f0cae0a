#include "file/ops/operations.hpp"
#include "file/ops/share_properties.hpp"

namespace lazulite::file {
namespace {

struct CreateShare {
    ShareValues values;
    std::optional<Protocol> protocol;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, CreateShare& m) {
    c.include(m.values);
    c.header("x-ms-enabled-protocols", m.protocol);
    c.metadata(m.metadata);
}

Node root_directory(const Share& share) {
    Node root;
    root.id = share.id;
    root.kind = NodeKind::directory;
    root.tick = root.created = root.last_written = root.changed = root.made = share.created;
    root.attributes = kNewDirectory;
    if (share.properties.protocol == Protocol::nfs) root.nfs = {kNewDirectoryMode, 0, 0};
    return root;
}

Result<> check_within(std::string_view header, const std::optional<std::int64_t>& value, std::int64_t least, std::int64_t most) {
    if (!value || (*value >= least && *value <= most)) return {};
    return fail(bad_header(header, std::to_string(*value)));
}

}  // namespace

ShareValues known_values(ShareValues values, ServiceVersion version) {
    if (version < kProvisioned) values.iops = values.bandwidth_mibps = std::nullopt;
    if (version < kPaidBursting) {
        values.paid_bursting = std::nullopt;
        values.burst_iops = values.burst_bandwidth_mibps = std::nullopt;
    }
    return values;
}

Result<> check_values(const ShareValues& values, const ShareProperties& before) {
    LAZ_CHECK(check_within("x-ms-share-quota", values.quota_gib, 1, kLargestQuota));
    LAZ_CHECK(check_within("x-ms-share-provisioned-iops", values.iops, kFewestIops, kMostIops));
    LAZ_CHECK(check_within("x-ms-share-provisioned-bandwidth-mibps", values.bandwidth_mibps, kLeastBandwidth, kMostBandwidth));
    LAZ_CHECK(check_within("x-ms-share-paid-bursting-max-iops", values.burst_iops, 1, kMostIops));
    LAZ_CHECK(check_within("x-ms-share-paid-bursting-max-bandwidth-mibps", values.burst_bandwidth_mibps, 1, kMostBandwidth));
    const bool bursting = values.paid_bursting.value_or(before.paid_bursting.has_value());
    const bool provisioned = values.iops || values.bandwidth_mibps || before.provisioned;
    if (bursting && provisioned) return fail(bad_header("x-ms-share-paid-bursting-enabled", "true"));
    if (!bursting && values.burst_iops) {
        return fail(bad_header("x-ms-share-paid-bursting-max-iops", std::to_string(*values.burst_iops)));
    }
    if (!bursting && values.burst_bandwidth_mibps) {
        return fail(bad_header("x-ms-share-paid-bursting-max-bandwidth-mibps", std::to_string(*values.burst_bandwidth_mibps)));
    }
    if (values.tier == ShareTier::premium) return fail(bad_header("x-ms-access-tier", name_of(*values.tier)));
    if (before.protocol == Protocol::nfs) return {};
    if (values.root_squash) return fail(bad_header("x-ms-root-squash", name_of(*values.root_squash)));
    if (values.snapshot_directory) {
        return fail(bad_header("x-ms-enable-snapshot-virtual-directory-access", *values.snapshot_directory ? "true" : "false"));
    }
    return {};
}

void set_values(const ShareValues& values, Instant now, ShareProperties& properties) {
    const std::int64_t quota = values.quota_gib.value_or(properties.quota_gib);
    if (values.iops || values.bandwidth_mibps || properties.provisioned) {
        const bool first = !properties.provisioned;
        if (first) properties.provisioned.emplace();
        Provisioned& provisioned = *properties.provisioned;
        const auto set = [&](std::int64_t& value, std::int64_t to, Instant& raised) {
            if (first || to > value) raised = now;
            value = to;
        };
        std::int64_t quota_before = properties.quota_gib;
        set(quota_before, quota, provisioned.quota_raised);
        set(provisioned.iops, values.iops.value_or(first ? recommended_iops(quota) : provisioned.iops), provisioned.iops_raised);
        set(provisioned.bandwidth_mibps,
            values.bandwidth_mibps.value_or(first ? recommended_bandwidth(quota) : provisioned.bandwidth_mibps),
            provisioned.bandwidth_raised);
    }
    properties.quota_gib = quota;
    if (values.paid_bursting == false) properties.paid_bursting.reset();
    if (values.paid_bursting == true && !properties.paid_bursting) properties.paid_bursting.emplace();
    if (auto& bursting = properties.paid_bursting) {
        bursting->max_iops = values.burst_iops.value_or(bursting->max_iops);
        bursting->max_bandwidth_mibps = values.burst_bandwidth_mibps.value_or(bursting->max_bandwidth_mibps);
    }
    if (values.tier) {
        properties.tier = *values.tier;
        properties.tier_changed = now;
    }
    if (values.root_squash) properties.root_squash = values.root_squash;
    if (values.snapshot_directory) properties.snapshot_directory = values.snapshot_directory;
}

void add_provisioned(Response& response, const ShareProperties& properties, ServiceVersion version) {
    if (!properties.provisioned || version < kProvisioned) return;
    HeaderEncoder headers(response.fields);
    headers.header("x-ms-share-quota", properties.quota_gib);
    headers.include(ShownProvisioned{properties});
}

Task<Result<Response>> create_share(Exchange& x) {
    LAZ_CO_TRY(CreateShare command, decode<CreateShare>(x.request, x.query));
    command.values = known_values(command.values, x.version);
    Share share;
    share.name = x.target.container;
    share.properties.protocol = command.protocol.value_or(Protocol::smb);
    LAZ_CO_CHECK(check_values(command.values, share.properties));
    share.properties.metadata = command.metadata.pack();
    if (share.properties.protocol == Protocol::nfs) share.properties.root_squash = RootSquash::none;
    LAZ_CO_TRY(const Share made, co_await x.store->write([&](WriteTxn& tx) -> Result<Share> {
        if (find_share(tx, x.target.container)) return fail(ErrorCode::share_already_exists);
        Share created = share;
        created.id = tx.next_id();
        created.created = tx.next_tick();
        created.properties.tick = created.created;
        set_values(command.values, created.created, created.properties);
        insert_share(tx, created);
        insert_node(tx, created, root_directory(created));
        return created;
    }));
    Response response;
    response.status = 201;
    add_tick(response, made.properties.tick);
    add_provisioned(response, made.properties, x.version);
    co_return response;
}

}  // namespace lazulite::file
