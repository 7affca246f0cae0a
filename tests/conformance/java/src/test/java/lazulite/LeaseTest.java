package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.LeaseDurationType;
import com.azure.storage.blob.models.LeaseStateType;
import com.azure.storage.blob.models.LeaseStatusType;
import com.azure.storage.blob.options.BlobBreakLeaseOptions;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import com.azure.storage.blob.specialized.BlobLeaseClient;
import com.azure.storage.blob.specialized.BlobLeaseClientBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest extends Env {
    static final String A = "11111111-aaaa-bbbb-cccc-000000000001";
    static final String B = "22222222-aaaa-bbbb-cccc-000000000002";

    static BlobLeaseClient lease(BlobClient blob, String id) {
        return new BlobLeaseClientBuilder().blobClient(blob).leaseId(id).buildClient();
    }

    BlobLeaseClient leaseOfContainer(String id) {
        return new BlobLeaseClientBuilder().containerClient(container).leaseId(id).buildClient();
    }

    void write(BlobRequestConditions conditions) {
        blob.uploadWithResponse(new BlobParallelUploadOptions(text("again")).setRequestConditions(conditions), null, Context.NONE);
    }

    @Test
    void ofABlob() {
        blob.upload(text("hello"));
        BlobLeaseClient mine = lease(blob, A);
        assertEquals(A, mine.acquireLease(60));
        assertEquals(LeaseStateType.LEASED, blob.getProperties().getLeaseState());
        assertEquals(LeaseStatusType.LOCKED, blob.getProperties().getLeaseStatus());
        assertEquals(LeaseDurationType.FIXED, blob.getProperties().getLeaseDuration());
        refused(409, "LeaseAlreadyPresent", () -> lease(blob, B).acquireLease(60));
        refused(409, "LeaseIdMismatchWithLeaseOperation", () -> lease(blob, B).renewLease());
        mine.renewLease();
        assertEquals(B, mine.changeLease(B));
        refused(409, "LeaseIdMismatchWithLeaseOperation", () -> lease(blob, A).releaseLease());
        mine.releaseLease(); // it knows its new id
        assertEquals(LeaseStateType.AVAILABLE, blob.getProperties().getLeaseState());
        refused(409, "LeaseNotPresentWithLeaseOperation", () -> mine.breakLease());
        refused(400, "InvalidHeaderValue", () -> mine.acquireLease(14));
    }

    @Test
    void isBroken() {
        blob.upload(text("hello"));
        BlobLeaseClient mine = lease(blob, A);
        mine.acquireLease(-1);
        BlobBreakLeaseOptions soon = new BlobBreakLeaseOptions().setBreakPeriod(Duration.ofSeconds(60));
        assertEquals(60, mine.breakLeaseWithResponse(soon, null, Context.NONE).getValue());
        assertEquals(LeaseStateType.BREAKING, blob.getProperties().getLeaseState());
        refused(409, "LeaseIsBreakingAndCannotBeChanged", () -> mine.changeLease(B));
        BlobBreakLeaseOptions now = new BlobBreakLeaseOptions().setBreakPeriod(Duration.ZERO);
        assertEquals(0, mine.breakLeaseWithResponse(now, null, Context.NONE).getValue());
        assertEquals(LeaseStateType.BROKEN, blob.getProperties().getLeaseState());
        refused(409, "LeaseIsBrokenAndCannotBeRenewed", () -> mine.renewLease());
    }

    @Test
    void guardsABlob() {
        blob.upload(text("hello"));
        lease(blob, A).acquireLease(-1);
        refused(412, "LeaseIdMissing", () -> write(null));
        refused(412, "LeaseIdMismatchWithBlobOperation", () -> write(when().setLeaseId(B)));
        refused(412, "LeaseIdMissing", () -> blob.delete());
        assertEquals("hello", textOf(blob));
        write(when().setLeaseId(A));
        lease(blob, A).releaseLease();
        refused(412, "LeaseNotPresentWithBlobOperation", () -> write(when().setLeaseId(A)));
    }

    @Test
    void ofAContainer() {
        BlobLeaseClient mine = leaseOfContainer(A);
        assertEquals(A, mine.acquireLease(15));
        assertEquals(LeaseStateType.LEASED, container.getProperties().getLeaseState());
        refused(412, "LeaseIdMissing", () -> container.delete());
        refused(409, "LeaseAlreadyPresent", () -> leaseOfContainer(B).acquireLease(15));
        mine.renewLease();
        assertEquals(B, mine.changeLease(B));
        refused(412, "LeaseIdMismatchWithContainerOperation", () -> container.getPropertiesWithResponse(A, null, Context.NONE));
        mine.releaseLease();
        leaseOfContainer(B).acquireLease(-1);
        assertEquals(0, leaseOfContainer(B).breakLease());
        assertEquals(LeaseStateType.BROKEN, container.getProperties().getLeaseState());
    }

    @Test
    void expires() {
        TestAccount account = new TestAccount("{}");
        BlobClient blob = account.blob();
        blob.upload(text("hello"));
        BlobLeaseClient mine = lease(blob, A);
        mine.acquireLease(15);
        account.advance(Duration.ofSeconds(16));
        assertEquals(LeaseStateType.EXPIRED, blob.getProperties().getLeaseState());
        mine.renewLease();
        account.advance(Duration.ofSeconds(16));
        blob.upload(text("again"), true);
        refused(409, "LeaseIdMismatchWithLeaseOperation", () -> mine.renewLease()); // as the blob was changed since
    }
}
