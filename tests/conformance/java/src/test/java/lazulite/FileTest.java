package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.sas.BlobSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.file.share.FileSmbProperties;
import com.azure.storage.file.share.ShareClient;
import com.azure.storage.file.share.ShareFileClient;
import com.azure.storage.file.share.models.FileLastWrittenMode;
import com.azure.storage.file.share.models.FilePosixProperties;
import com.azure.storage.file.share.models.LeaseDurationType;
import com.azure.storage.file.share.models.LeaseStateType;
import com.azure.storage.file.share.models.NtfsFileAttributes;
import com.azure.storage.file.share.models.ShareFileHttpHeaders;
import com.azure.storage.file.share.models.ShareFileInfo;
import com.azure.storage.file.share.models.ShareFileProperties;
import com.azure.storage.file.share.models.ShareFileRange;
import com.azure.storage.file.share.models.ShareFileRangeList;
import com.azure.storage.file.share.models.ShareFileUploadRangeOptions;
import com.azure.storage.file.share.models.ShareProtocols;
import com.azure.storage.file.share.models.ShareRequestConditions;
import com.azure.storage.file.share.options.ShareCreateOptions;
import com.azure.storage.file.share.options.ShareFileCreateOptions;
import com.azure.storage.file.share.options.ShareFileListRangesDiffOptions;
import com.azure.storage.file.share.options.ShareFileRenameOptions;
import com.azure.storage.file.share.sas.ShareFileSasPermission;
import com.azure.storage.file.share.sas.ShareServiceSasSignatureValues;
import com.azure.storage.file.share.specialized.ShareLeaseClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files: their properties, ranges, leases and links, and where they go. */
class FileTest extends FileEnv {
    static final long TIB = 1L << 40;

    static FileSmbProperties attributes(NtfsFileAttributes first, NtfsFileAttributes... more) {
        return new FileSmbProperties().setNtfsFileAttributes(EnumSet.of(first, more));
    }

    @Test
    void life() {
        ShareFileClient made = root.getFileClient("file");
        ShareFileInfo created = made.createWithResponse(new ShareFileCreateOptions(10).setMetadata(Map.of("a", "1"))
                .setShareFileHttpHeaders(new ShareFileHttpHeaders().setContentType("a/b").setCacheControl("no-store"))
                .setSmbProperties(attributes(NtfsFileAttributes.READ_ONLY, NtfsFileAttributes.ARCHIVE).setFileLastWriteTime(DirectoryTest.MOMENT)),
                null, Context.NONE).getValue();
        ShareFileProperties found = made.getProperties();
        assertEquals(created.getETag(), found.getETag());
        assertEquals(created.getSmbProperties().getFileId(), found.getSmbProperties().getFileId());
        assertEquals("10 a/b no-store {a=1}",
                found.getContentLength() + " " + found.getContentType() + " " + found.getCacheControl() + " " + found.getMetadata());
        assertEquals(EnumSet.of(NtfsFileAttributes.READ_ONLY, NtfsFileAttributes.ARCHIVE), found.getSmbProperties().getNtfsFileAttributes());
        assertEquals(DirectoryTest.MOMENT.toInstant(), found.getSmbProperties().getFileLastWriteTime().toInstant());
        assertEquals("\0".repeat(10), textOf(made));

        refused(409, "ReadOnlyAttribute", made::delete);
        refused(409, "ReadOnlyAttribute", () -> made.uploadRange(stream("x"), 1));
        made.setProperties(10, null, attributes(NtfsFileAttributes.NORMAL), null);
        made.setProperties(1000, new ShareFileHttpHeaders().setContentType("c/d"), null, SYSTEM_PERMISSION);
        made.setMetadata(Map.of("b", "2"));
        found = made.getProperties();
        assertEquals("1000 c/d {b=2}", found.getContentLength() + " " + found.getContentType() + " " + found.getMetadata());
        assertNull(found.getCacheControl());
        assertEquals(SYSTEM_PERMISSION, share.getPermission(found.getSmbProperties().getFilePermissionKey()));
        made.delete();
        refused(404, "ResourceNotFound", made::delete);
    }

    @ParameterizedTest
    @CsvSource({"no/where,ParentNotFound", "nowhere,ResourceNotFound"})
    void nowhere(String path, String code) {
        ShareFileClient nowhere = share.getFileClient(path);
        refused(404, code, () -> textOf(nowhere));
        refused(404, code, nowhere::getProperties);
        refused(404, code, () -> nowhere.setProperties(1, null, null, null));
        refused(404, code, () -> nowhere.setMetadata(Map.of()));
        refused(404, code, nowhere::delete);
        refused(404, code, () -> nowhere.uploadRange(stream("x"), 1));
        refused(404, code, () -> nowhere.clearRange(1));
        refused(404, code, () -> nowhere.listRanges().stream().count());
        refused(404, code, () -> nowhere.listHandles().stream().count());
    }

    @Test
    void refusals() {
        share.createDirectory("d");
        refused(404, "ParentNotFound", () -> share.createFile("no/where", 1));
        refused(404, "ShareNotFound", () -> missing().createFile("f", 1));
        refused(409, "ResourceTypeMismatch", () -> share.createFile("d", 1));
        refused(409, "ResourceTypeMismatch", () -> textOf(share.getFileClient("d")));
        refused(400, "InvalidResourceName", () -> share.createFile("a|b", 1));
        refused(400, "MetadataTooLarge", () -> file("file", "hello").setMetadata(Map.of("a", "x".repeat(8192))));
        refused(400, "FileInvalidPermission", () -> root.getFileClient("file")
                .createWithResponse(new ShareFileCreateOptions(1).setFilePermission("everybody"), null, Context.NONE));
    }

    static String text(ShareFileRange range) {
        return range.getStart() + "-" + range.getEnd();
    }

    static List<String> ranges(ShareFileClient file) {
        return file.listRanges().stream().map(FileTest::text).toList();
    }

    @Test
    void ranges() {
        ShareFileClient file = share.createFile("file", 4096);
        assertEquals(List.of(), ranges(file));
        file.uploadRangeWithResponse(new ShareFileUploadRangeOptions(stream("hello"), 5).setOffset(1024L), null, Context.NONE);
        refused(416, "InvalidRange",
                () -> file.uploadRangeWithResponse(new ShareFileUploadRangeOptions(stream("hello"), 5).setOffset(4095L), null, Context.NONE));
        OffsetDateTime before = file.getProperties().getSmbProperties().getFileLastWriteTime();
        file.uploadRangeWithResponse(new ShareFileUploadRangeOptions(stream("x"), 1).setOffset(3000L)
                .setLastWrittenMode(FileLastWrittenMode.PRESERVE), null, Context.NONE);
        assertEquals(before, file.getProperties().getSmbProperties().getFileLastWriteTime());
        assertEquals(List.of("1024-1535", "2560-3071"), ranges(file));
        assertEquals(List.of("2560-3071"),
                file.listRanges(new ShareFileRange(2048, 3583L), null, Context.NONE).stream().map(FileTest::text).toList());
        file.clearRangeWithResponse(512, 2560, null, Context.NONE);
        assertEquals(List.of("1024-1535"), ranges(file));
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        file.downloadWithResponse(part, new ShareFileRange(1023, 1029L), true, null, Context.NONE);
        assertEquals("\0hello\0", part.toString());
        refused(416, "InvalidRange", () -> file.downloadWithResponse(part, new ShareFileRange(4096, 4096L), false, null, Context.NONE));
    }

    static String difference(ShareFileRangeList list) {
        Stream<String> written = list.getRanges().stream().map(range -> range.getStart() + "-" + range.getEnd());
        Stream<String> cleared = list.getClearRanges().stream().map(range -> "-" + range.getStart() + "-" + range.getEnd());
        return Stream.concat(written, cleared).collect(Collectors.joining(" "));
    }

    @Test
    void rangesSinceASnapshot() {
        ShareFileClient file = share.createFile("file", 4096);
        file.uploadRange(new ByteArrayInputStream(Env.pattern(1024)), 1024);
        String taken = share.createSnapshot().getSnapshot();
        file.uploadRangeWithResponse(new ShareFileUploadRangeOptions(stream("x"), 1).setOffset(2048L), null, Context.NONE);
        file.clearRangeWithResponse(512, 0, null, Context.NONE);
        assertEquals("2048-2559 -0-511", difference(file.listRangesDiff(taken)));
        assertEquals(List.of("0-1023"), ranges(share.getSnapshotClient(taken).getFileClient("file")));
        refused(409, "PreviousSnapshotNotFound", () -> file.listRangesDiff("2020-01-01T00:00:00.0000000Z"));
        ShareFileClient renamed = file.rename("other");
        assertEquals("2048-2559 -0-511", difference(renamed.listRangesDiffWithResponse(
                new ShareFileListRangesDiffOptions(taken).setRenameIncluded(true), null, Context.NONE).getValue()));
    }

    @Test
    void rangeFromUrl() {
        ShareFileClient from = file("from", "hello");
        ShareFileClient to = file("to", "-----");
        String source = signed("from");
        to.uploadRangeFromUrl(3, 0, 1, source);
        assertEquals("ell--", textOf(to));
        refused(401, "CannotVerifyCopySource", () -> to.uploadRangeFromUrl(3, 0, 1, source.substring(0, source.indexOf('?'))));
        from.delete();
        refused(404, "CannotVerifyCopySource", () -> to.uploadRangeFromUrl(3, 0, 1, source));

        BlobContainerClient container = Env.SERVICE.createBlobContainer(Env.unique());
        container.getBlobClient("blob").upload(BinaryData.fromString("blob!"));
        String token = container.generateSas(new BlobServiceSasSignatureValues(Env.inAnHour(), BlobSasPermission.parse("r")));
        to.uploadRangeFromUrl(5, 0, 0, container.getBlobClient("blob").getBlobUrl() + "?" + token);
        assertEquals("blob!", textOf(to));
        container.delete();
    }

    @Test
    void transfer() {
        byte[] content = Env.pattern(9 * Env.MIB + 17);
        ShareFileClient file = share.createFile("file", content.length);
        file.upload(new ByteArrayInputStream(content), content.length, null);
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        file.download(found);
        Env.sameBytes(content, found.toByteArray());
    }

    @Test
    void sparse() {
        ShareFileClient file = share.createFile("file", 4 * TIB);
        file.uploadRangeWithResponse(new ShareFileUploadRangeOptions(stream("tail"), 4).setOffset(4 * TIB - 4), null, Context.NONE);
        assertEquals(List.of("4398046510592-4398046511103"), ranges(file));
        refused(400, "OutOfRangeInput", () -> file.setProperties(4 * TIB + 1, null, null, null));
    }

    static ShareRequestConditions holding(String id) {
        return new ShareRequestConditions().setLeaseId(id);
    }

    @Test
    void rename() {
        ShareFileClient from = file("from", "hello");
        String id = from.getProperties().getSmbProperties().getFileId();
        root.createSubdirectory("d");
        root.getFileClient("taken").createWithResponse(
                new ShareFileCreateOptions(0).setSmbProperties(attributes(NtfsFileAttributes.READ_ONLY)), null, Context.NONE);
        refused(404, "ParentNotFound", () -> from.rename("no/where"));
        refused(409, "ResourceAlreadyExists", () -> from.rename("taken"));
        ShareFileRenameOptions over = new ShareFileRenameOptions("taken").setReplaceIfExists(true);
        refused(409, "ReadOnlyAttribute", () -> from.renameWithResponse(over, null, Context.NONE));
        over.setIgnoreReadOnly(true).setContentType("a/b").setMetadata(Map.of("a", "1"));
        ShareFileClient taken = from.renameWithResponse(over, null, Context.NONE).getValue();
        refused(404, "ResourceNotFound", () -> from.rename("again"));
        ShareFileProperties found = taken.getProperties();
        assertEquals(id + " a/b {a=1}", found.getSmbProperties().getFileId() + " " + found.getContentType() + " " + found.getMetadata());

        lease(taken, LEASE).acquireLease();
        refused(412, "LeaseIdMissing", () -> taken.rename("d/in"));
        taken.renameWithResponse(new ShareFileRenameOptions("d/in").setSourceRequestConditions(holding(LEASE)), null, Context.NONE);
        assertEquals("hello", textOf(share.getFileClient("d/in"))); // the client that it gives downloads by the former name
    }

    @Test
    void leases() {
        ShareFileClient file = file("file", "hello");
        ShareLeaseClient mine = lease(file, LEASE);
        assertEquals(LEASE, mine.acquireLease());
        refused(409, "LeaseAlreadyPresent", () -> lease(file, OTHER_LEASE).acquireLease());
        assertEquals(LeaseStateType.LEASED, file.getProperties().getLeaseState());
        assertEquals(LeaseDurationType.INFINITE, file.getProperties().getLeaseDuration());
        refused(412, "LeaseIdMissing", () -> file.uploadRange(stream("J"), 1));
        refused(412, "LeaseIdMissing", file::delete);
        refused(412, "LeaseIdMismatchWithFileOperation", () -> file.setMetadataWithResponse(Map.of(), holding(OTHER_LEASE), null, Context.NONE));
        assertEquals("hello", textOf(file));
        file.uploadRangeWithResponse(new ShareFileUploadRangeOptions(stream("J"), 1).setRequestConditions(holding(LEASE)), null, Context.NONE);
        assertEquals("Jello", textOf(file));
        assertEquals(OTHER_LEASE, mine.changeLease(OTHER_LEASE));
        refused(409, "LeaseIdMismatchWithLeaseOperation", () -> lease(file, LEASE).releaseLease());
        mine.releaseLease();
        refused(412, "LeaseNotPresentWithFileOperation", () -> file.deleteWithResponse(holding(OTHER_LEASE), null, Context.NONE));
        mine.acquireLease();
        lease(file, OTHER_LEASE).breakLease();
        assertEquals(LeaseStateType.BROKEN, file.getProperties().getLeaseState());
        file.delete();
    }

    @Test
    void links() {
        ShareClient nfs = missing();
        nfs.createWithResponse(new ShareCreateOptions().setProtocols(new ShareProtocols().setNfsEnabled(true)), null, Context.NONE);
        ShareFileClient file = nfs.getFileClient("file");
        FilePosixProperties made = file.createWithResponse(new ShareFileCreateOptions(5)
                .setPosixProperties(new FilePosixProperties().setFileMode("0640").setOwner("7").setGroup("8")), null, Context.NONE)
                .getValue().getPosixProperties();
        assertEquals("0640 7 8", made.getFileMode() + " " + made.getOwner() + " " + made.getGroup());
        file.uploadRange(stream("hello"), 5);
        ShareFileClient hard = nfs.getFileClient("hard");
        assertEquals(2, hard.createHardLink("/file").getPosixProperties().getLinkCount());
        file.delete();
        assertEquals("hello", textOf(hard));
        assertEquals(1, hard.getProperties().getPosixProperties().getLinkCount());
        refused(404, "ResourceNotFound", () -> nfs.getFileClient("other").createHardLink("/file"));
        ShareFileClient soft = nfs.getFileClient("soft");
        soft.createSymbolicLink("../there/file");
        assertEquals("../there/file", soft.getSymbolicLink().getLinkText());
        refused(409, "ResourceTypeMismatch", hard::getSymbolicLink);
        nfs.delete();
    }

    @Test
    void signatures() {
        ShareFileClient file = file("file", "hello");
        String token = file.generateSas(new ShareServiceSasSignatureValues(Env.inAnHour(), ShareFileSasPermission.parse("r")));
        ShareClient by = withSas(token).getShareClient(share.getShareName());
        assertEquals("hello", textOf(by.getFileClient("file")));
        refused(403, "AuthorizationPermissionMismatch", () -> by.getFileClient("file").uploadRange(stream("J"), 1));
        file("other", "secret");
        refused(403, "AuthenticationFailed", () -> textOf(by.getFileClient("other")));
    }
}
