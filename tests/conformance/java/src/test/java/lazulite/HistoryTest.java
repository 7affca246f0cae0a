package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.models.AccessTier;
import com.azure.storage.blob.models.ArchiveStatus;
import com.azure.storage.blob.models.BlobContainerItem;
import com.azure.storage.blob.models.BlobContainerListDetails;
import com.azure.storage.blob.models.BlobImmutabilityPolicy;
import com.azure.storage.blob.models.BlobImmutabilityPolicyMode;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.DeleteSnapshotsOptionType;
import com.azure.storage.blob.models.ListBlobContainersOptions;
import com.azure.storage.blob.models.RehydratePriority;
import com.azure.storage.blob.options.BlobSetAccessTierOptions;
import com.azure.storage.blob.specialized.BlobClientBase;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Snapshots, versions, soft delete, tiers and immutability. */
class HistoryTest extends Env {
    static final BlobListDetails SNAPSHOTS = new BlobListDetails().setRetrieveSnapshots(true);
    static final BlobListDetails VERSIONS = new BlobListDetails().setRetrieveVersions(true);
    static final BlobListDetails DELETED = new BlobListDetails().setRetrieveSnapshots(true).setRetrieveDeletedBlobs(true);
    static final Duration OVER = Duration.ofDays(7).plusSeconds(1);

    @Test
    void snapshots() {
        blob.upload(text("one"));
        BlobClientBase snapshot = blob.createSnapshotWithResponse(Map.of("of", "test"), null, null, Context.NONE).getValue();
        blob.upload(text("two"), true);
        assertEquals("one", snapshot.downloadContent().toString());
        assertEquals("two", textOf(blob));
        assertEquals(Map.of("of", "test"), snapshot.getProperties().getMetadata());
        assertEquals(List.of("blob"), TestAccount.listed(container, new BlobListDetails()));
        assertEquals(List.of("blob snapshot", "blob"), TestAccount.listed(container, SNAPSHOTS));
        refused(409, "SnapshotsPresent", () -> blob.delete());
        blob.deleteWithResponse(DeleteSnapshotsOptionType.ONLY, null, null, Context.NONE);
        refused(404, "BlobNotFound", () -> snapshot.downloadContent());
        blob.createSnapshot();
        blob.deleteWithResponse(DeleteSnapshotsOptionType.INCLUDE, null, null, Context.NONE);
        refused(404, "BlobNotFound", () -> blob.createSnapshot());
    }

    @Test
    void versions() {
        TestAccount account = new TestAccount("{\"blobVersioning\": true}");
        BlobClient blob = account.blob();
        String first = blob.getBlockBlobClient().upload(text("one")).getVersionId();
        String second = blob.getBlockBlobClient().upload(text("two"), true).getVersionId();
        assertTrue(first.compareTo(second) < 0);
        BlobClient old = blob.getVersionClient(first);
        assertEquals("one", textOf(old));
        assertTrue(blob.getProperties().isCurrentVersion());
        refused(403, "OperationNotAllowedOnRootBlob", () -> blob.getVersionClient(second).delete());
        assertEquals(List.of("blob version", "blob"), TestAccount.listed(account.container, VERSIONS));
        old.setAccessTier(AccessTier.COOL);
        assertEquals(AccessTier.COOL, old.getProperties().getAccessTier());
        assertEquals(AccessTier.HOT, blob.getProperties().getAccessTier());
        blob.delete();
        refused(404, "BlobNotFound", () -> blob.getProperties());
        assertEquals(List.of("blob version", "blob version"), TestAccount.listed(account.container, VERSIONS));
        blob.beginCopy(old.getBlobUrl(), null).waitForCompletion(); // the first is promoted
        assertEquals("one", textOf(blob));
        old.delete();
        assertEquals(List.of("blob version", "blob"), TestAccount.listed(account.container, VERSIONS));
    }

    @Test
    void softDeletedBlob() {
        TestAccount account = new TestAccount("{}");
        account.keepDeleted();
        assertEquals(7, account.blobs.getProperties().getDeleteRetentionPolicy().getDays());
        BlobClient blob = account.blob();
        blob.upload(text("one"));
        blob.upload(text("two"), true);
        assertEquals(List.of("blob deleted snapshot", "blob"), TestAccount.listed(account.container, DELETED));
        blob.delete();
        refused(404, "BlobNotFound", () -> blob.downloadContent());
        assertEquals(List.of(), TestAccount.listed(account.container, new BlobListDetails()));
        blob.undelete();
        assertEquals("two", textOf(blob));
        assertEquals(List.of("blob snapshot", "blob"), TestAccount.listed(account.container, DELETED));
        blob.deleteWithResponse(DeleteSnapshotsOptionType.INCLUDE, null, null, Context.NONE);
        account.advance(OVER);
        refused(404, "BlobNotFound", () -> blob.undelete());
        assertEquals(List.of(), TestAccount.listed(account.container, DELETED));
    }

    static List<BlobContainerItem> deleted(TestAccount account) {
        ListBlobContainersOptions all = new ListBlobContainersOptions().setDetails(new BlobContainerListDetails().setRetrieveDeleted(true));
        return account.blobs.listBlobContainers(all, null).stream().filter(BlobContainerItem::isDeleted).toList();
    }

    @Test
    void softDeletedContainer() {
        TestAccount account = new TestAccount("{\"containerDeleteRetentionDays\": 7}");
        account.blob().upload(text("hello"));
        account.container.delete();
        BlobContainerItem item = deleted(account).get(0);
        refused(404, "ContainerNotFound", () -> account.blobs.undeleteBlobContainer(item.getName(), "01D0000000000000"));
        account.blobs.undeleteBlobContainer(item.getName(), item.getVersion());
        assertEquals("hello", textOf(account.blob()));
        account.container.delete();
        BlobContainerItem again = deleted(account).get(0);
        account.container.create();
        refused(409, "ContainerAlreadyExists", () -> account.blobs.undeleteBlobContainer(again.getName(), again.getVersion()));
        account.container.delete();
        account.advance(OVER);
        assertEquals(List.of(), deleted(account));
    }

    @Test
    void tiers() {
        TestAccount account = new TestAccount("{}");
        BlobClient blob = account.blob();
        refused(404, "BlobNotFound", () -> blob.setAccessTier(AccessTier.COOL));
        blob.upload(text("hello"));
        assertTrue(blob.getProperties().isAccessTierInferred());
        BlobClientBase snapshot = blob.createSnapshot();
        snapshot.setAccessTier(AccessTier.ARCHIVE);
        refused(409, "BlobOperationNotSupported", () -> snapshot.setAccessTier(AccessTier.HOT));
        blob.setAccessTier(AccessTier.COOL);
        assertEquals(AccessTier.COOL, blob.getProperties().getAccessTier());
        refused(400, "InvalidHeaderValue", () -> blob.setAccessTier(AccessTier.fromString("Lukewarm")));
        blob.setAccessTier(AccessTier.ARCHIVE);
        refused(409, "BlobArchived", () -> blob.downloadContent());
        BlobSetAccessTierOptions soon = new BlobSetAccessTierOptions(AccessTier.HOT).setPriority(RehydratePriority.HIGH);
        blob.setAccessTierWithResponse(soon, null, Context.NONE);
        assertEquals(ArchiveStatus.REHYDRATE_PENDING_TO_HOT, blob.getProperties().getArchiveStatus());
        refused(409, "BlobBeingRehydrated", () -> blob.downloadContent());
        account.advance(Duration.ofHours(15));
        assertEquals("hello", textOf(blob));
        assertNull(blob.getProperties().getArchiveStatus());
    }

    @Test
    void immutability() {
        TestAccount account = new TestAccount("{\"immutableStorageWithVersioning\": {\"enabled\": true}}");
        BlobClient blob = account.blob();
        blob.upload(text("hello"));
        OffsetDateTime until = OffsetDateTime.now(ZoneOffset.UTC).plusHours(1).truncatedTo(ChronoUnit.SECONDS);
        BlobImmutabilityPolicy policy = new BlobImmutabilityPolicy().setExpiryTime(until).setPolicyMode(BlobImmutabilityPolicyMode.UNLOCKED);
        blob.setImmutabilityPolicy(policy);
        assertEquals(until.toInstant(), blob.getProperties().getImmutabilityPolicy().getExpiryTime().toInstant());
        refused(409, "BlobImmutableDueToPolicy", () -> blob.setMetadata(Map.of("a", "1")));
        blob.deleteImmutabilityPolicy();
        assertTrue(blob.setLegalHold(true).hasLegalHold());
        refused(409, "BlobImmutableDueToLegalHold", () -> blob.setMetadata(Map.of("a", "1")));
        blob.setLegalHold(false);
        blob.setImmutabilityPolicy(policy.setPolicyMode(BlobImmutabilityPolicyMode.LOCKED));
        refused(409, "ImmutabilityPolicyDeleteOnLockedPolicy", () -> blob.deleteImmutabilityPolicy());
        refused(409, "BlobImmutableDueToPolicy", () -> blob.setImmutabilityPolicy(policy.setExpiryTime(until.minusMinutes(1))));
    }
}
