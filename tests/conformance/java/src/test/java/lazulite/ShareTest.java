package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.util.Context;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import com.azure.storage.file.share.ShareClient;
import com.azure.storage.file.share.ShareFileClient;
import com.azure.storage.file.share.ShareServiceClient;
import com.azure.storage.file.share.models.LeaseStateType;
import com.azure.storage.file.share.models.ListSharesOptions;
import com.azure.storage.file.share.models.ShareAccessPolicy;
import com.azure.storage.file.share.models.ShareAccessTier;
import com.azure.storage.file.share.models.ShareCorsRule;
import com.azure.storage.file.share.models.ShareItem;
import com.azure.storage.file.share.models.ShareMetrics;
import com.azure.storage.file.share.models.ShareProperties;
import com.azure.storage.file.share.models.ShareProtocolSettings;
import com.azure.storage.file.share.models.ShareProtocols;
import com.azure.storage.file.share.models.ShareRetentionPolicy;
import com.azure.storage.file.share.models.ShareRootSquash;
import com.azure.storage.file.share.models.ShareServiceProperties;
import com.azure.storage.file.share.models.ShareSignedIdentifier;
import com.azure.storage.file.share.models.ShareSmbSettings;
import com.azure.storage.file.share.models.ShareSnapshotsDeleteOptionType;
import com.azure.storage.file.share.models.SmbMultichannel;
import com.azure.storage.file.share.options.ShareAcquireLeaseOptions;
import com.azure.storage.file.share.options.ShareBreakLeaseOptions;
import com.azure.storage.file.share.options.ShareCreateOptions;
import com.azure.storage.file.share.options.ShareSetPropertiesOptions;
import com.azure.storage.file.share.sas.ShareSasPermission;
import com.azure.storage.file.share.sas.ShareServiceSasSignatureValues;
import com.azure.storage.file.share.specialized.ShareLeaseClient;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shares, their snapshots, leases, permissions, policies and signatures, and the service's properties. */
class ShareTest extends FileEnv {
    @Test
    void createAndDelete() {
        ShareClient made = missing();
        made.createWithResponse(new ShareCreateOptions().setAccessTier(ShareAccessTier.HOT).setQuotaInGb(5).setMetadata(Map.of("a", "1")),
                null, Context.NONE);
        refused(409, "ShareAlreadyExists", made::create);
        assertTrue(made.exists());
        ShareProperties found = made.getProperties();
        assertEquals("5 Hot SMB {a=1}", found.getQuota() + " " + found.getAccessTier() + " " + found.getProtocols() + " " + found.getMetadata());
        made.setProperties(new ShareSetPropertiesOptions().setQuotaInGb(6).setAccessTier(ShareAccessTier.COOL));
        made.setMetadata(Map.of("b", "2"));
        found = made.getProperties();
        assertEquals("6 Cool {b=2}", found.getQuota() + " " + found.getAccessTier() + " " + found.getMetadata());
        made.createFile("file", 100);
        assertEquals(100, made.getStatistics().getShareUsageInBytes());
        made.delete();
        refused(404, "ShareNotFound", made::delete);
        assertFalse(made.exists());
    }

    @ParameterizedTest
    @CsvSource({"Upper,InvalidResourceName", "a--b,InvalidResourceName", "ab,OutOfRangeInput"})
    void badNames(String name, String code) {
        refused(400, code, () -> FILES.createShare(name));
    }

    @Test
    void refusals() {
        ShareClient missing = missing();
        refused(400, "InvalidHeaderValue", () -> missing.createWithResponse(new ShareCreateOptions().setQuotaInGb(0), null, Context.NONE));
        refused(400, "MetadataTooLarge", () -> share.setMetadata(Map.of("a", "x".repeat(8192))));
        refused(400, "InvalidHeaderValue",
                () -> share.setProperties(new ShareSetPropertiesOptions().setRootSquash(ShareRootSquash.ALL_SQUASH)));
        refused(404, "ShareNotFound", missing::getProperties);
        refused(404, "ShareNotFound", () -> missing.setQuota(1));
        refused(404, "ShareNotFound", () -> missing.setMetadata(Map.of()));
        refused(404, "ShareNotFound", () -> missing.getAccessPolicy().stream().count());
        refused(404, "ShareNotFound", () -> missing.setAccessPolicy(List.of()));
        refused(404, "ShareNotFound", missing::getStatistics);
        refused(404, "ShareNotFound", missing::createSnapshot);
        refused(404, "ShareNotFound", () -> missing.createPermission(SYSTEM_PERMISSION));
    }

    @Test
    void networkFileSystem() {
        ShareClient made = missing();
        made.createWithResponse(new ShareCreateOptions().setProtocols(new ShareProtocols().setNfsEnabled(true))
                .setRootSquash(ShareRootSquash.ROOT_SQUASH).setSnapshotVirtualDirectoryAccessEnabled(false), null, Context.NONE);
        ShareProperties found = made.getProperties();
        assertEquals("NFS RootSquash false",
                found.getProtocols() + " " + found.getRootSquash() + " " + found.isSnapshotVirtualDirectoryAccessEnabled());
        made.delete();
    }

    @Test
    void list() {
        String prefix = Env.unique();
        for (String letter : List.of("c", "a", "b")) {
            FILES.createShareWithResponse(prefix + letter, new ShareCreateOptions().setMetadata(Map.of("letter", letter)), null, Context.NONE);
        }
        FILES.getShareClient(prefix + "a").createSnapshot();
        ListSharesOptions options = new ListSharesOptions().setPrefix(prefix).setMaxResultsPerPage(2).setIncludeMetadata(true).setIncludeSnapshots(true);
        List<String> pages = FILES.listShares(options, null, Context.NONE).streamByPage().map(page -> page.getValue().stream()
                .map(item -> item.getName().substring(prefix.length()) + item.getMetadata().get("letter") + (item.getSnapshot() == null ? "" : "-snapshot"))
                .collect(Collectors.joining(" "))).toList();
        assertEquals(List.of("aa-snapshot aa", "bb cc"), pages);
        FILES.listShares(new ListSharesOptions().setPrefix(prefix), null, Context.NONE).stream().map(ShareItem::getName).toList()
                .forEach(name -> FILES.getShareClient(name).deleteWithResponse(with(ShareSnapshotsDeleteOptionType.INCLUDE), null, Context.NONE));
        refused(400, "OutOfRangeQueryParameterValue",
                () -> FILES.listShares(new ListSharesOptions().setMaxResultsPerPage(-1), null, Context.NONE).stream().count());
    }

    @Test
    void restore() {
        OwnFiles account = new OwnFiles("{\"shareDeleteRetentionDays\": 7}");
        ShareClient kept = account.files.createShare("kept");
        kept.createFile("file", 3);
        kept.delete();
        refused(404, "ShareNotFound", kept::getProperties);
        ShareItem deleted = account.files.listShares(new ListSharesOptions().setIncludeDeleted(true), null, Context.NONE).stream().findFirst().orElseThrow();
        assertTrue(deleted.isDeleted());
        assertNotNull(deleted.getProperties().getDeletedTime());
        refused(404, "ShareNotFound", () -> account.files.undeleteShare("kept", "01D60F8BB59A4652"));
        kept.create();
        refused(409, "ShareAlreadyExists", () -> account.files.undeleteShare("kept", deleted.getVersion()));
        kept.delete();
        account.files.undeleteShare("kept", deleted.getVersion());
        assertEquals(List.of("file"), names(kept.getRootDirectoryClient()));
        kept.delete();
        account.advance(Duration.ofDays(8));
        refused(404, "ShareNotFound", () -> account.files.undeleteShare("kept", deleted.getVersion()));
    }

    @Test
    void snapshots() {
        file("file", "before");
        String taken = share.createSnapshotWithResponse(Map.of("taken", "now"), null, Context.NONE).getValue().getSnapshot();
        file("file", "afterwards");
        file("new", "");
        ShareClient past = share.getSnapshotClient(taken);
        // This release downloads no file of a snapshot: it leaves its time out.
        assertEquals(6, past.getFileClient("file").getProperties().getContentLength());
        assertEquals(List.of("file"), names(past.getRootDirectoryClient()));
        assertEquals(Map.of("taken", "now"), past.getProperties().getMetadata());
        refused(409, "ShareHasSnapshots", share::delete);
        FILES.deleteShareWithResponse(share.getShareName(), taken, null, Context.NONE);
        refused(404, "ShareSnapshotNotFound", () -> past.getFileClient("file").getProperties());
    }

    @Test
    void leases() {
        ShareLeaseClient mine = lease(share, LEASE);
        ShareLeaseClient other = lease(share, OTHER_LEASE);
        refused(400, "InvalidHeaderValue", () -> mine.acquireLeaseWithResponse(new ShareAcquireLeaseOptions().setDuration(14), null, Context.NONE));
        assertEquals(LEASE, mine.acquireLeaseWithResponse(new ShareAcquireLeaseOptions().setDuration(60), null, Context.NONE).getValue());
        refused(409, "LeaseAlreadyPresent", other::acquireLease);
        refused(409, "LeaseIdMismatchWithLeaseOperation", other::renewLease);
        mine.renewLease();
        mine.changeLease(OTHER_LEASE);
        refused(409, "LeaseIdMismatchWithLeaseOperation", () -> lease(share, LEASE).releaseLease());
        refused(412, "LeaseIdMissing", share::delete);
        other.breakLeaseWithResponse(new ShareBreakLeaseOptions().setBreakPeriod(Duration.ofSeconds(60)), null, Context.NONE);
        assertEquals(LeaseStateType.BREAKING, share.getProperties().getLeaseState());
        other.breakLeaseWithResponse(new ShareBreakLeaseOptions().setBreakPeriod(Duration.ZERO), null, Context.NONE);
        refused(409, "LeaseIsBrokenAndCannotBeRenewed", other::renewLease);
        other.releaseLease();
        assertEquals(LeaseStateType.AVAILABLE, share.getProperties().getLeaseState());
    }

    @Test
    void permissions() {
        String key = share.createPermission(SYSTEM_PERMISSION);
        assertEquals(key, share.createPermission(SYSTEM_PERMISSION));
        assertEquals(SYSTEM_PERMISSION, share.getPermission(key));
        refused(400, "FileInvalidPermissionKey", () -> share.getPermission("1*1"));
        refused(400, "FileInvalidPermission", () -> share.createPermission("everybody"));
    }

    static List<ShareSignedIdentifier> policy(String letters) {
        return List.of(new ShareSignedIdentifier().setId("p").setAccessPolicy(new ShareAccessPolicy().setPermissions(letters)
                .setStartsOn(OffsetDateTime.parse("2020-01-02T03:04:05Z")).setExpiresOn(OffsetDateTime.parse("2100-01-02T03:04:05Z"))));
    }

    /** A client that holds nothing but a SAS of the share. */
    ShareClient by(ShareServiceSasSignatureValues values) {
        return withSas(share.generateSas(values)).getShareClient(share.getShareName());
    }

    ShareFileClient fileBy(String letters) {
        return by(new ShareServiceSasSignatureValues(Env.inAnHour(), ShareSasPermission.parse(letters))).getFileClient("file");
    }

    @Test
    void accessPolicies() {
        file("file", "hello");
        share.setAccessPolicy(policy("rl"));
        ShareSignedIdentifier found = share.getAccessPolicy().stream().findFirst().orElseThrow();
        assertEquals("p rl", found.getId() + " " + found.getAccessPolicy().getPermissions());
        refused(400, "InvalidXmlDocument", () -> share.setAccessPolicy(policy("a")));
        ShareClient mine = by(new ShareServiceSasSignatureValues("p"));
        assertEquals(List.of("file"), names(mine.getRootDirectoryClient()));
        share.setAccessPolicy(policy("l"));
        refused(403, "AuthorizationPermissionMismatch", () -> textOf(mine.getFileClient("file")));
        share.setAccessPolicy(List.of());
        refused(403, "AuthenticationFailed", () -> names(mine.getRootDirectoryClient()));
    }

    @Test
    void signatures() {
        file("file", "hello");
        assertEquals("hello", textOf(fileBy("r")));
        refused(403, "AuthorizationPermissionMismatch", () -> fileBy("r").setMetadata(Map.of()));
        refused(403, "AuthorizationPermissionMismatch", () -> fileBy("r").delete());
        refused(403, "AuthorizationPermissionMismatch", () -> textOf(fileBy("l")));
        fileBy("w").uploadRange(stream("J"), 1);
        assertEquals("Jello", textOf(fileBy("r")));
        refused(403, "AuthorizationPermissionMismatch", () -> fileBy("c").create(0)); // it does not overwrite
        fileBy("d").delete();
        fileBy("c").create(0);
        ShareClient expired = by(new ShareServiceSasSignatureValues(OffsetDateTime.now().minusHours(1), ShareSasPermission.parse("l")));
        refused(403, "AuthenticationFailed", () -> names(expired.getRootDirectoryClient()));
    }

    static ShareServiceClient account(String letters, String types) {
        return withSas(FILES.generateAccountSas(new AccountSasSignatureValues(Env.inAnHour(), AccountSasPermission.parse(letters),
                new AccountSasService().setFileAccess(true), AccountSasResourceType.parse(types))));
    }

    @Test
    void accountSignatures() {
        file("file", "hello");
        String name = share.getShareName();
        ShareServiceClient all = account("rwdlc", "sco");
        assertEquals(1, all.listShares(new ListSharesOptions().setPrefix(name), null, Context.NONE).stream().count());
        assertEquals("hello", textOf(all.getShareClient(name).getFileClient("file")));
        all.getShareClient(name).setMetadata(Map.of("a", "1"));
        refused(403, "AuthorizationFailure", () -> all.getShareClient(name).getAccessPolicy().stream().count());
        refused(403, "AuthorizationPermissionMismatch", () -> account("r", "sco").getShareClient(name).delete());
        refused(403, "AuthorizationResourceTypeMismatch", () -> account("rl", "o").listShares().stream().count());
        refused(403, "AuthorizationResourceTypeMismatch", () -> account("rl", "o").getShareClient(name).getProperties());
    }

    /** In an account of its own: the properties are those of all shares. */
    @Test
    void serviceProperties() {
        ShareServiceClient files = new OwnFiles("{}").files;
        ShareCorsRule rule = new ShareCorsRule().setAllowedOrigins("http://a.example").setAllowedMethods("GET,PUT").setAllowedHeaders("")
                .setExposedHeaders("").setMaxAgeInSeconds(5);
        ShareRetentionPolicy retention = new ShareRetentionPolicy().setEnabled(true).setDays(4);
        files.setProperties(new ShareServiceProperties().setCors(List.of(rule))
                .setHourMetrics(new ShareMetrics().setVersion("1.0").setEnabled(true).setIncludeApis(true).setRetentionPolicy(retention))
                .setProtocol(new ShareProtocolSettings().setSmb(new ShareSmbSettings().setMultichannel(new SmbMultichannel().setEnabled(false)))));
        ShareServiceProperties found = files.getProperties();
        assertEquals("GET,PUT 5", found.getCors().get(0).getAllowedMethods() + " " + found.getCors().get(0).getMaxAgeInSeconds());
        assertEquals(4, found.getHourMetrics().getRetentionPolicy().getDays());
        assertFalse(found.getProtocol().getSmb().getMultichannel().isEnabled());
        refused(400, "InvalidXmlDocument", () -> files.setProperties(new ShareServiceProperties().setCors(Collections.nCopies(6, rule))));
    }
}
