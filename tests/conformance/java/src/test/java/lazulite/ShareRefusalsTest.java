package lazulite;

import com.azure.core.util.Context;
import com.azure.storage.file.share.ShareClient;
import com.azure.storage.file.share.models.ShareCorsRule;
import com.azure.storage.file.share.models.ShareRequestConditions;
import com.azure.storage.file.share.models.ShareServiceProperties;
import com.azure.storage.file.share.models.ShareSnapshotsDeleteOptionType;
import com.azure.storage.file.share.options.ShareAcquireLeaseOptions;
import com.azure.storage.file.share.options.ShareBreakLeaseOptions;
import com.azure.storage.file.share.options.ShareDeleteOptions;
import com.azure.storage.file.share.options.ShareGetAccessPolicyOptions;
import com.azure.storage.file.share.options.ShareGetPropertiesOptions;
import com.azure.storage.file.share.options.ShareGetStatisticsOptions;
import com.azure.storage.file.share.options.ShareSetAccessPolicyOptions;
import com.azure.storage.file.share.options.ShareSetMetadataOptions;
import com.azure.storage.file.share.options.ShareSetPropertiesOptions;
import com.azure.storage.file.share.specialized.ShareLeaseClient;
import com.azure.storage.file.share.specialized.ShareLeaseClientBuilder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What shares are refused for a lease, for their snapshots or for what a request says of them. */
class ShareRefusalsTest extends FileEnv {
    /** Every operation on a share that takes a lease id. */
    List<Executable> calls(String id) {
        ShareRequestConditions held = new ShareRequestConditions().setLeaseId(id);
        return List.of(() -> share.getPropertiesWithResponse(new ShareGetPropertiesOptions().setRequestConditions(held), null, Context.NONE),
                () -> share.setPropertiesWithResponse(new ShareSetPropertiesOptions().setQuotaInGb(5).setRequestConditions(held), null, Context.NONE),
                () -> share.setMetadataWithResponse(new ShareSetMetadataOptions().setRequestConditions(held), null, Context.NONE),
                () -> share.getAccessPolicy(new ShareGetAccessPolicyOptions().setRequestConditions(held)).stream().count(),
                () -> share.setAccessPolicyWithResponse(
                        new ShareSetAccessPolicyOptions().setPermissions(List.of()).setRequestConditions(held), null, Context.NONE),
                () -> share.getStatisticsWithResponse(new ShareGetStatisticsOptions().setRequestConditions(held), null, Context.NONE),
                () -> share.deleteWithResponse(new ShareDeleteOptions().setRequestConditions(held), null, Context.NONE));
    }

    @Test
    void lease() {
        FileDeniedTest.eachRefused(412, "LeaseNotPresentWithContainerOperation", calls(LEASE));
        lease(share, LEASE).acquireLease();
        FileDeniedTest.eachRefused(412, "LeaseIdMismatchWithContainerOperation", calls(OTHER_LEASE));
        lease(share, LEASE).releaseLease();
    }

    static void breakFor(ShareLeaseClient held, long seconds) {
        held.breakLeaseWithResponse(new ShareBreakLeaseOptions().setBreakPeriod(Duration.ofSeconds(seconds)), null, Context.NONE);
    }

    @Test
    void leases() {
        ShareLeaseClient missing = lease(missing(), LEASE);
        FileDeniedTest.eachRefused(404, "ShareNotFound", List.of(missing::acquireLease, missing::renewLease,
                () -> missing.changeLease(OTHER_LEASE), missing::releaseLease, missing::breakLease));
        ShareLeaseClient none = lease(share, LEASE);
        refused(409, "LeaseNotPresentWithLeaseOperation", none::breakLease);
        refused(409, "LeaseNotPresentWithLeaseOperation", () -> none.changeLease(OTHER_LEASE));
        ShareLeaseClient mine = lease(share, LEASE);
        mine.acquireLeaseWithResponse(new ShareAcquireLeaseOptions().setDuration(60), null, Context.NONE);
        refused(400, "InvalidHeaderValue", () -> breakFor(mine, 61));
        refused(409, "LeaseIdMismatchWithLeaseOperation", () -> lease(share, OTHER_LEASE).changeLease(FileRefusalsTest.THIRD_LEASE));
        breakFor(mine, 60);
        refused(409, "LeaseIsBreakingAndCannotBeAcquired", () -> lease(share, LEASE).acquireLease());
        refused(409, "LeaseIsBreakingAndCannotBeChanged", () -> lease(share, LEASE).changeLease(OTHER_LEASE));
        breakFor(mine, 0);
    }

    @Test
    void snapshots() {
        refused(404, "ShareSnapshotNotFound", () -> share.getSnapshotClient("2020-01-01T00:00:00.0000000Z").getProperties());
        refused(400, "InvalidQueryParameterValue", () -> share.getSnapshotClient("yesterday").getProperties());
        refused(400, "InvalidResourceName", () -> FILES.getShareClient("Upper").getProperties());
        refused(404, "ShareSnapshotNotFound",
                () -> FILES.deleteShareWithResponse(share.getShareName(), "2020-01-01T00:00:00.0000000Z", null, Context.NONE));
        ShareClient taken = share.getSnapshotClient(share.createSnapshot().getSnapshot());
        new ShareLeaseClientBuilder().shareClient(taken).leaseId(LEASE).buildClient().acquireLease();
        refused(409, "DeleteShareWhenSnapshotLeased",
                () -> share.deleteWithResponse(with(ShareSnapshotsDeleteOptionType.INCLUDE), null, Context.NONE));
    }

    @Test
    void snapshotsBeyondTheirNumber() {
        for (int i = 0; i < 200; i++) {
            share.createSnapshot();
        }
        refused(409, "ShareSnapshotCountExceeded", share::createSnapshot);
    }

    @Test
    void serviceProperties() {
        ShareCorsRule rule = new ShareCorsRule().setAllowedOrigins("*").setAllowedMethods("TRACE").setAllowedHeaders("").setExposedHeaders("")
                .setMaxAgeInSeconds(5);
        refused(400, "InvalidXmlNodeValue", () -> new OwnFiles("{}").files.setProperties(new ShareServiceProperties().setCors(List.of(rule))));
    }
}
