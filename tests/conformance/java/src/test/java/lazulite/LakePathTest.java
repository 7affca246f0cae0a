package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.util.Context;
import com.azure.storage.file.datalake.DataLakeDirectoryClient;
import com.azure.storage.file.datalake.DataLakeFileClient;
import com.azure.storage.file.datalake.DataLakeFileSystemClient;
import com.azure.storage.file.datalake.models.DataLakeRequestConditions;
import com.azure.storage.file.datalake.models.FileExpirationOffset;
import com.azure.storage.file.datalake.models.LeaseStateType;
import com.azure.storage.file.datalake.models.PathHttpHeaders;
import com.azure.storage.file.datalake.models.PathPermissions;
import com.azure.storage.file.datalake.models.PathProperties;
import com.azure.storage.file.datalake.options.DataLakePathCreateOptions;
import com.azure.storage.file.datalake.options.DataLakePathScheduleDeletionOptions;
import com.azure.storage.file.datalake.options.FileScheduleDeletionOptions;
import com.azure.storage.file.datalake.specialized.DataLakeLeaseClient;
import com.azure.storage.file.datalake.specialized.DataLakeLeaseClientBuilder;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files and directories: making, changing, renaming, leasing and deleting them. */
class LakePathTest extends LakeEnv {
    @Test
    void create() {
        DataLakeFileClient made = home.getFileClient("a/b/größe + 100%");
        made.createWithResponse(new DataLakePathCreateOptions().setMetadata(Map.of("k", "v"))
                .setPathHttpHeaders(new PathHttpHeaders().setContentType("a/b").setCacheControl("no-store")), null, Context.NONE);
        PathProperties found = made.getProperties();
        assertEquals("a/b no-store {k=v} 0 false",
                found.getContentType() + " " + found.getCacheControl() + " " + found.getMetadata() + " " + found.getFileSize() + " " + found.isDirectory());
        assertEquals("$superuser $superuser rw-r-----", found.getOwner() + " " + found.getGroup() + " " + found.getPermissions());
        assertTrue(home.getDirectoryClient("a/b").getProperties().isDirectory());
        assertEquals("0640", made.getSystemProperties().getPermissions().toString());
        assertEquals("a/ a/b/ a/b/größe + 100%", paths());
        assertTrue(made.exists());
        assertFalse(home.getFileClient("nowhere").exists());
    }

    @Test
    void createOver() {
        DataLakeFileClient made = file("d/file", "hello");
        refused(409, "PathAlreadyExists", () -> home.createFile("d/file"));
        refused(409, "PathAlreadyExists", () -> home.createDirectory("d"));
        assertEquals("hello", textOf(made));
        home.createDirectory("d", true);
        assertEquals("hello", textOf(made)); // it keeps what is in it
        home.createFile("d/file", true);
        assertEquals("", textOf(made));
        refused(409, "PathConflict", () -> home.createFile("d", true));
        refused(409, "PathConflict", () -> home.createDirectory("d/file", true));
        refused(409, "PathConflict", () -> home.createFile("d/file/below", true));
        home.createFileIfNotExists("d/file");
        home.createDirectoryIfNotExists("d");
    }

    @Test
    void delete() {
        DataLakeFileClient made = file("d/inner/file", "");
        DataLakeDirectoryClient directory = home.getDirectoryClient("d");
        refused(409, "DirectoryNotEmpty", directory::delete);
        made.delete();
        refused(404, "PathNotFound", made::delete);
        assertFalse(made.deleteIfExists());
        refused(404, "BlobNotFound", made::getProperties);
        refused(404, "PathNotFound", made::getAccessControl);
        home.deleteDirectory("d/inner");
        file("d/1", "");
        directory.deleteRecursively();
        assertEquals("", paths());
        refused(404, "PathNotFound", directory::deleteRecursively);
    }

    @Test
    void metadataAndHeaders() {
        DataLakeFileClient made = file("d/file", "hello");
        made.setMetadata(Map.of("a", "1"));
        assertEquals(Map.of("a", "1"), made.getProperties().getMetadata());
        made.setHttpHeaders(new PathHttpHeaders().setContentType("a/b").setContentLanguage("de"));
        assertEquals("a/b de", made.getProperties().getContentType() + " " + made.getProperties().getContentLanguage());
        DataLakeDirectoryClient directory = home.getDirectoryClient("d");
        directory.setMetadata(Map.of("b", "2"));
        assertEquals("2", directory.getProperties().getMetadata().get("b"));
        assertTrue(directory.getProperties().isDirectory());
        refused(404, "BlobNotFound", () -> home.getFileClient("nowhere").setMetadata(Map.of()));
    }

    @Test
    void conditions() {
        DataLakeFileClient made = file("file", "hello");
        String etag = made.getProperties().getETag();
        for (DataLakeRequestConditions wrong : new DataLakeRequestConditions[] {
                when().setIfMatch(Env.OTHER_ETAG), when().setIfNoneMatch(etag), when().setIfUnmodifiedSince(OffsetDateTime.now().minusHours(1))}) {
            refused(412, "ConditionNotMet", () -> made.deleteWithResponse(wrong, null, Context.NONE));
            refused(412, "ConditionNotMet", () -> made.flushWithResponse(5, false, false, null, wrong, null, Context.NONE));
            refused(412, "ConditionNotMet", () -> made.setPermissionsWithResponse(
                    PathPermissions.parseOctal("0700"), null, null, wrong, null, Context.NONE));
            refused(412, "SourceConditionNotMet", () -> made.renameWithResponse(null, "other", wrong, null, null, Context.NONE));
        }
        made.deleteWithResponse(when().setIfMatch(etag), null, Context.NONE);
    }

    @Test
    void rename() {
        DataLakeFileClient made = file("a/größe + 100%", "hello");
        String etag = made.getProperties().getETag();
        DataLakeFileClient moved = made.rename(null, "a/b c");
        assertEquals("hello", textOf(moved));
        assertEquals(etag, moved.getProperties().getETag());
        assertEquals("b/ b/b c", renamed("a", "b"));
        DataLakeFileSystemClient other = lake.createFileSystem(Env.unique());
        home.getDirectoryClient("b").rename(other.getFileSystemName(), "there");
        assertEquals("hello", textOf(other.getFileClient("there/b c")));
        assertEquals("", paths());
        other.delete();
    }

    private String renamed(String from, String to) {
        home.getDirectoryClient(from).rename(null, to);
        return paths();
    }

    @Test
    void renameOntoWhatIsThere() {
        DataLakeFileClient source = file("source", "new");
        DataLakeFileClient target = file("target", "old");
        refused(409, "PathAlreadyExists", () -> source.renameWithResponse(null, "target", null, when().setIfNoneMatch("*"), null, Context.NONE));
        source.rename(null, "target");
        assertEquals("new", textOf(target));
        file("a/file", "");
        home.createDirectory("empty");
        assertEquals("empty/ empty/file target", renamed("a", "empty"));
    }

    @Test
    void renameRefusals() {
        DataLakeFileClient made = file("a/file", "");
        file("full/file", "");
        refused(404, "SourcePathNotFound", () -> home.getFileClient("nowhere").rename(null, "x"));
        refused(404, "RenameDestinationParentPathNotFound", () -> made.rename(null, "nowhere/file"));
        refused(409, "InvalidRenameSourcePath", () -> renamed("a", "a/below"));
        refused(409, "DirectoryNotEmpty", () -> renamed("a", "full"));
        refused(409, "InvalidSourceOrDestinationResourceType", () -> renamed("a", "full/file"));
        refused(404, "FilesystemNotFound", () -> made.rename(Env.unique(), "file"));
    }

    @Test
    void leases() {
        DataLakeFileClient made = home.getFileClient("file");
        made.createWithResponse(new DataLakePathCreateOptions().setProposedLeaseId(LEASE).setLeaseDuration(-1), null, Context.NONE);
        assertEquals(LeaseStateType.LEASED, made.getProperties().getLeaseState());
        refused(412, "LeaseIdMissing", made::delete);
        refused(412, "LeaseIdMissing", () -> made.rename(null, "other"));
        refused(412, "LeaseIdMismatch", () -> made.deleteWithResponse(when().setLeaseId(OTHER_LEASE), null, Context.NONE));
        DataLakeLeaseClient held = new DataLakeLeaseClientBuilder().fileClient(made).leaseId(LEASE).buildClient();
        held.changeLease(OTHER_LEASE);
        held.renewLease();
        assertEquals(0, held.breakLeaseWithResponse(0, null, null, Context.NONE).getValue());
        held.releaseLease();
        made.renameWithResponse(null, "other", when(), null, null, Context.NONE);
        DataLakeDirectoryClient directory = home.createDirectory("d");
        DataLakeLeaseClient outer = new DataLakeLeaseClientBuilder().directoryClient(directory).leaseId(LEASE).buildClient();
        outer.acquireLease(-1);
        refused(412, "LeaseIdMissing", directory::deleteRecursively);
        outer.releaseLease();
    }

    @Test
    void expiry() {
        OwnLake own = new OwnLake();
        DataLakeFileSystemClient there = own.lake.createFileSystem("expiry");
        there.createFileWithResponse("an-hour", new DataLakePathCreateOptions()
                .setScheduleDeletionOptions(new DataLakePathScheduleDeletionOptions(Duration.ofHours(1))), null, Context.NONE);
        OffsetDateTime at = OffsetDateTime.now().plusDays(1).withNano(0);
        DataLakeFileClient day = file(there, "day", "");
        day.scheduleDeletion(new FileScheduleDeletionOptions(at));
        assertEquals(at.toInstant(), day.getProperties().getExpiresOn().toInstant());
        DataLakeFileClient never = file(there, "never", "");
        never.scheduleDeletion(new FileScheduleDeletionOptions(Duration.ofHours(1), FileExpirationOffset.CREATION_TIME));
        never.scheduleDeletion(new FileScheduleDeletionOptions());
        assertNull(never.getProperties().getExpiresOn());
        own.advance(Duration.ofMinutes(90));
        assertEquals("day never", paths(there.listPaths()));
        refused(404, "BlobNotFound", () -> there.getFileClient("an-hour").getProperties());
    }
}
