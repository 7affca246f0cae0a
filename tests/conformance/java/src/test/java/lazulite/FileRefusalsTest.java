package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.util.Context;
import com.azure.storage.file.share.FileSmbProperties;
import com.azure.storage.file.share.ShareClient;
import com.azure.storage.file.share.ShareDirectoryClient;
import com.azure.storage.file.share.ShareFileClient;
import com.azure.storage.file.share.models.NtfsFileAttributes;
import com.azure.storage.file.share.models.PermissionCopyModeType;
import com.azure.storage.file.share.models.ShareFileRange;
import com.azure.storage.file.share.models.ShareFileUploadRangeOptions;
import com.azure.storage.file.share.models.ShareProtocols;
import com.azure.storage.file.share.models.ShareRequestConditions;
import com.azure.storage.file.share.options.ShareAcquireLeaseOptions;
import com.azure.storage.file.share.options.ShareCreateOptions;
import com.azure.storage.file.share.options.ShareDirectoryCreateOptions;
import com.azure.storage.file.share.options.ShareFileCopyOptions;
import com.azure.storage.file.share.options.ShareFileCreateHardLinkOptions;
import com.azure.storage.file.share.options.ShareFileCreateOptions;
import com.azure.storage.file.share.options.ShareFileCreateSymbolicLinkOptions;
import com.azure.storage.file.share.options.ShareFileListRangesDiffOptions;
import com.azure.storage.file.share.options.ShareFileRenameOptions;
import com.azure.storage.file.share.options.ShareFileUploadRangeFromUrlOptions;
import com.azure.storage.file.share.specialized.ShareLeaseClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What files and directories are refused for a lease, an attribute, their kind, their size or what a request says of them. */
class FileRefusalsTest extends FileEnv {
    static final long GIB = 1L << 30;
    static final String THIRD_LEASE = "33333333-aaaa-bbbb-cccc-000000000003";
    static final FileSmbProperties READ_ONLY = FileTest.attributes(NtfsFileAttributes.READ_ONLY);

    static void eachRefused(int status, String code, List<Executable> calls) {
        FileDeniedTest.eachRefused(status, code, calls);
    }

    String url(String name) {
        return FILE_ENDPOINT + "/" + share.getShareName() + "/" + name;
    }

    static void copy(ShareFileClient to, String source, ShareFileCopyOptions options) {
        FileCopyTest.copy(to, source, options);
    }

    /** Every write that a lease guards, with a lease id or without one. */
    List<Executable> writes(ShareFileClient file, String id) {
        ShareRequestConditions held = new ShareRequestConditions().setLeaseId(id);
        return List.of(
                () -> file.createWithResponse(new ShareFileCreateOptions(5).setRequestConditions(held), null, Context.NONE),
                () -> file.setPropertiesWithResponse(5, null, null, null, held, null, Context.NONE),
                () -> file.setMetadataWithResponse(Map.of(), held, null, Context.NONE),
                () -> file.uploadRangeWithResponse(new ShareFileUploadRangeOptions(stream("x"), 1).setRequestConditions(held), null, Context.NONE),
                () -> file.clearRangeWithResponse(1, 0, held, null, Context.NONE),
                () -> file.uploadRangeFromUrlWithResponse(
                        new ShareFileUploadRangeFromUrlOptions(1, signed("from")).setDestinationRequestConditions(held), null, Context.NONE),
                () -> copy(file, url("from"), new ShareFileCopyOptions().setDestinationRequestConditions(held)),
                () -> file.abortCopyWithResponse(LEASE, held, null, Context.NONE),
                () -> file.renameWithResponse(new ShareFileRenameOptions("renamed").setSourceRequestConditions(held), null, Context.NONE),
                () -> file.deleteWithResponse(held, null, Context.NONE));
    }

    static List<Executable> reads(ShareFileClient file, String id) {
        ShareRequestConditions held = new ShareRequestConditions().setLeaseId(id);
        return List.of(() -> file.downloadWithResponse(new ByteArrayOutputStream(), null, null, held, null, Context.NONE),
                () -> file.getPropertiesWithResponse(held, null, Context.NONE),
                () -> file.listRanges(null, held, null, Context.NONE).stream().count());
    }

    @Test
    void lease() {
        file("from", "hello");
        ShareFileClient file = file("file", "hello");
        eachRefused(412, "LeaseNotPresentWithFileOperation", writes(file, LEASE));
        eachRefused(412, "LeaseNotPresentWithFileOperation", reads(file, LEASE));
        lease(file, LEASE).acquireLease();
        eachRefused(412, "LeaseIdMissing", writes(file, null));
        eachRefused(412, "LeaseIdMismatchWithFileOperation", writes(file, OTHER_LEASE));
        eachRefused(412, "LeaseIdMismatchWithFileOperation", reads(file, OTHER_LEASE));
        assertEquals("hello", textOf(file));
    }

    @Test
    void leases() {
        ShareLeaseClient missing = lease(root.getFileClient("nowhere"), LEASE);
        eachRefused(404, "ResourceNotFound",
                List.of(missing::acquireLease, () -> missing.changeLease(OTHER_LEASE), missing::releaseLease, missing::breakLease));
        ShareFileClient file = file("file", "");
        ShareLeaseClient none = lease(file, LEASE);
        refused(400, "InvalidHeaderValue",
                () -> none.acquireLeaseWithResponse(new ShareAcquireLeaseOptions().setDuration(15), null, Context.NONE)); // they have no end
        refused(409, "LeaseNotPresentWithLeaseOperation", none::breakLease);
        refused(409, "LeaseNotPresentWithLeaseOperation", () -> none.changeLease(OTHER_LEASE));
        lease(file, LEASE).acquireLease();
        refused(409, "LeaseIdMismatchWithLeaseOperation", () -> lease(file, OTHER_LEASE).changeLease(THIRD_LEASE));
    }

    @Test
    void readOnly() {
        file("from", "hello");
        ShareFileClient file = root.getFileClient("file");
        file.createWithResponse(new ShareFileCreateOptions(5).setSmbProperties(READ_ONLY), null, Context.NONE);
        ShareDirectoryClient directory = root.getSubdirectoryClient("d");
        directory.createWithResponse(new ShareDirectoryCreateOptions().setSmbProperties(READ_ONLY), null, Context.NONE);
        eachRefused(409, "ReadOnlyAttribute", List.of(() -> file.create(5), () -> file.setProperties(6, null, null, null), () -> file.clearRange(1),
                () -> file.uploadRangeFromUrl(1, 0, 0, signed("from")), () -> copy(file, url("from"), new ShareFileCopyOptions()),
                directory::delete));
    }

    @Test
    void otherKind() {
        file("from", "hello");
        root.createSubdirectory("d");
        ShareFileClient file = root.getFileClient("d");
        ShareDirectoryClient directory = root.getSubdirectoryClient("from");
        eachRefused(409, "ResourceTypeMismatch", List.of(() -> file.setProperties(1, null, null, null), () -> file.setMetadata(Map.of()),
                () -> file.uploadRange(stream("x"), 1), () -> file.clearRange(1), () -> file.listRanges().stream().count(),
                () -> copy(file, url("from"), new ShareFileCopyOptions()), () -> file.rename("e"), file::delete,
                () -> directory.setProperties(new FileSmbProperties(), null), () -> directory.setMetadata(Map.of()), () -> names(directory),
                () -> directory.rename("e")));
    }

    /** Everything that makes or sets a file or directory, with a permission or the key of one. */
    List<Executable> writesWith(String permission, String key) {
        FileSmbProperties smb = new FileSmbProperties().setFilePermissionKey(key);
        ShareFileClient file = root.getFileClient("file");
        ShareDirectoryClient directory = root.getSubdirectoryClient("d");
        return List.of(
                () -> root.getFileClient("new").createWithResponse(
                        new ShareFileCreateOptions(1).setFilePermission(permission).setSmbProperties(smb), null, Context.NONE),
                () -> file.setProperties(5, null, smb, permission),
                () -> file.renameWithResponse(new ShareFileRenameOptions("other").setFilePermission(permission).setSmbProperties(smb), null, Context.NONE),
                () -> copy(root.getFileClient("copy"), url("file"), new ShareFileCopyOptions().setFilePermission(permission).setSmbProperties(smb)
                        .setPermissionCopyModeType(PermissionCopyModeType.OVERRIDE)),
                () -> root.getSubdirectoryClient("e").createWithResponse(
                        new ShareDirectoryCreateOptions().setFilePermission(permission).setSmbProperties(smb), null, Context.NONE),
                () -> directory.setProperties(smb, permission),
                () -> directory.renameWithResponse(
                        new ShareFileRenameOptions("other").setFilePermission(permission).setSmbProperties(smb), null, Context.NONE));
    }

    @Test
    void permissions() {
        file("file", "hello");
        root.createSubdirectory("d");
        eachRefused(400, "FileInvalidPermission", writesWith("everybody", null));
        eachRefused(400, "FileInvalidPermissionKey", writesWith(null, "1*1"));
        eachRefused(400, "InvalidHeaderValue", writesWith(null, "none"));
        refused(400, "InvalidHeaderValue", () -> share.getPermission("none"));
        refused(404, "ShareNotFound", () -> missing().getPermission("1*1"));
    }

    List<Executable> writesWith(Map<String, String> metadata) {
        ShareFileClient file = root.getFileClient("file");
        return List.of(
                () -> root.getFileClient("new").createWithResponse(new ShareFileCreateOptions(1).setMetadata(metadata), null, Context.NONE),
                () -> file.setMetadata(metadata),
                () -> file.renameWithResponse(new ShareFileRenameOptions("other").setMetadata(metadata), null, Context.NONE),
                () -> copy(root.getFileClient("copy"), url("file"), new ShareFileCopyOptions().setMetadata(metadata)),
                () -> root.getSubdirectoryClient("e").createWithResponse(new ShareDirectoryCreateOptions().setMetadata(metadata), null, Context.NONE),
                () -> root.getSubdirectoryClient("d").setMetadata(metadata),
                () -> missing().createWithResponse(new ShareCreateOptions().setMetadata(metadata), null, Context.NONE),
                () -> share.setMetadata(metadata), () -> share.createSnapshotWithResponse(metadata, null, Context.NONE));
    }

    @Test
    void metadata() {
        file("file", "hello");
        root.createSubdirectory("d");
        eachRefused(400, "InvalidMetadata", writesWith(Map.of("a-b", "1")));
        eachRefused(400, "MetadataTooLarge", writesWith(Map.of("a", "x".repeat(8192))));
    }

    @Test
    void quota() {
        share.setQuota(1);
        ShareFileClient file = file("file", "hello");
        refused(403, "ShareSizeLimitReached", () -> root.createFile("large", GIB));
        refused(400, "OutOfRangeInput", () -> root.createFile("large", 4 * FileTest.TIB + 1));
        refused(403, "ShareSizeLimitReached", () -> file.setProperties(GIB + 1, null, null, null));
        file.setProperties(GIB / 2 + 1, null, null, null);
        refused(403, "ShareSizeLimitReached", () -> copy(root.getFileClient("copy"), url("file"), new ShareFileCopyOptions()));
    }

    @Test
    void linksOnWindows() {
        ShareFileClient file = file("file", "hello");
        refused(400, "InvalidQueryParameterValue", () -> file.createSymbolicLink("x"));
        refused(400, "InvalidQueryParameterValue", () -> file.createHardLink("/x"));
        refused(404, "ShareNotFound", () -> missing().getFileClient("f").createSymbolicLink("x"));
    }

    @Test
    void links() {
        ShareClient nfs = missing();
        nfs.createWithResponse(new ShareCreateOptions().setProtocols(new ShareProtocols().setNfsEnabled(true)), null, Context.NONE);
        ShareFileClient file = nfs.createFile("file", 5);
        ShareFileClient fresh = nfs.getFileClient("new");
        ShareFileClient far = nfs.getFileClient("no/where");
        nfs.createDirectory("d");
        refused(409, "ResourceAlreadyExists", () -> file.createSymbolicLink("x"));
        refused(409, "ResourceAlreadyExists", () -> file.createHardLink("/file"));
        eachRefused(404, "ParentNotFound", List.of(() -> far.createSymbolicLink("x"), () -> far.createHardLink("/file"), far::getSymbolicLink));
        refused(404, "ResourceNotFound", fresh::getSymbolicLink);
        refused(409, "ResourceTypeMismatch", () -> fresh.createHardLink("/d"));
        refused(400, "InvalidHeaderValue",
                () -> fresh.createSymbolicLinkWithResponse(new ShareFileCreateSymbolicLinkOptions("x").setOwner("root"), null, Context.NONE));
        refused(412, "LeaseNotPresentWithFileOperation", () -> linkUnder(fresh, LEASE));
        lease(file, LEASE).acquireLease();
        refused(412, "LeaseIdMissing", () -> linkUnder(fresh, null));
        refused(412, "LeaseIdMismatchWithFileOperation", () -> linkUnder(fresh, OTHER_LEASE));
        refused(400, "UnsupportedHeader",
                () -> fresh.createWithResponse(new ShareFileCreateOptions(1).setSmbProperties(READ_ONLY), null, Context.NONE));
        refused(400, "UnsupportedHeader", () -> nfs.getDirectoryClient("e").createWithResponse(
                new ShareDirectoryCreateOptions().setFilePermission(SYSTEM_PERMISSION), null, Context.NONE));
        nfs.delete();
    }

    static void linkUnder(ShareFileClient fresh, String id) {
        fresh.createHardLinkWithResponse(new ShareFileCreateHardLinkOptions("/file").setRequestConditions(new ShareRequestConditions().setLeaseId(id)),
                null, Context.NONE);
    }

    @Test
    void ranges() {
        ShareFileClient file = file("file", "hello");
        ShareFileClient nowhere = root.getFileClient("nowhere");
        refused(416, "InvalidRange", () -> file.clearRangeWithResponse(2, 4, null, Context.NONE));
        refused(416, "InvalidRange", () -> file.listRanges(new ShareFileRange(9, 9L), null, Context.NONE).stream().count());
        refused(416, "InvalidRange", () -> file.uploadRangeFromUrl(2, 4, 0, signed("file")));
        refused(404, "ResourceNotFound", () -> nowhere.uploadRangeFromUrl(1, 0, 0, signed("file")));
        refused(404, "ParentNotFound", () -> share.getFileClient("no/where").uploadRangeFromUrl(1, 0, 0, signed("file")));
        ShareFileClient far = missing().getFileClient("f");
        eachRefused(404, "ShareNotFound", List.of(() -> far.uploadRange(stream("x"), 1), () -> textOf(far), far::getProperties,
                () -> far.setProperties(1, null, null, null), () -> copy(far, url("file"), new ShareFileCopyOptions()),
                () -> names(missing().getRootDirectoryClient())));
        file.setProperties(8 * Env.MIB, null, null, null);
        int large = 4 * Env.MIB + 1;
        refused(413, "RequestBodyTooLarge", () -> file.uploadRange(new ByteArrayInputStream(new byte[large]), large));
    }

    @Test
    void snapshots() {
        ShareFileClient file = file("file", "hello");
        String first = share.createSnapshot().getSnapshot();
        String second = share.createSnapshot().getSnapshot();
        refused(400, "PreviousSnapshotCannotBeNewer", () -> share.getSnapshotClient(first).getFileClient("file").listRangesDiff(second));
        file("file", "anew!");
        refused(409, "FileGenerationMismatch", () -> file.listRangesDiffWithResponse(new ShareFileListRangesDiffOptions(first), null, Context.NONE));
        ShareClient past = share.getSnapshotClient("2020-01-01T00:00:00.0000000Z");
        refused(404, "ShareSnapshotNotFound", () -> names(past.getRootDirectoryClient()));
    }

    @Test
    void copies() {
        file("from", "hello");
        ShareFileCopyOptions plain = new ShareFileCopyOptions();
        refused(400, "InvalidResourceName", () -> copy(root.getFileClient("a|b"), url("from"), plain));
        refused(400, "InvalidQueryParameterValue", () -> root.getFileClient("from").abortCopy("copynotstarted"));
        refused(404, "ResourceNotFound", () -> root.getFileClient("nowhere").abortCopy(LEASE));
        refused(400, "MissingRequiredHeader", () -> copy(root.getFileClient("to"), url("from"),
                new ShareFileCopyOptions().setPermissionCopyModeType(PermissionCopyModeType.OVERRIDE)));
        refused(404, "ParentNotFound", () -> share.getFileClient("no/where").abortCopy(LEASE));
    }

    static void over(ShareDirectoryClient directory, String id) {
        directory.renameWithResponse(new ShareFileRenameOptions("file").setReplaceIfExists(true)
                .setDestinationRequestConditions(new ShareRequestConditions().setLeaseId(id)), null, Context.NONE);
    }

    @Test
    void renames() {
        ShareFileClient file = file("file", "hello");
        ShareDirectoryClient directory = root.createSubdirectory("d");
        String tooLong = "a".repeat(256);
        refused(400, "InvalidResourceName", () -> file.rename(tooLong));
        refused(400, "InvalidResourceName", () -> directory.rename(tooLong));
        refused(400, "InvalidInput", () -> directory.rename("d/e"));
        lease(file, LEASE).acquireLease();
        refused(412, "LeaseIdMissing", () -> over(directory, null));
        refused(412, "LeaseIdMismatchWithFileOperation", () -> over(directory, OTHER_LEASE));
        lease(file, LEASE).releaseLease();
        file.setProperties(5, null, READ_ONLY, null);
        refused(409, "ReadOnlyAttribute", () -> over(directory, null));
    }

    @Test
    void directories() {
        String deep = "a/".repeat(250) + "a";
        refused(400, "InvalidFileOrDirectoryPathName", () -> share.createDirectory(deep));
        refused(405, "UnsupportedHttpVerb", root::delete);
        refused(400, "InvalidHeaderValue", () -> root.forceCloseHandle("first"));
        refused(400, "OutOfRangeInput", () -> root.listFilesAndDirectories().streamByPage("none").count());
        refused(400, "OutOfRangeInput", () -> FILES.listShares().streamByPage("none").count());
    }
}
