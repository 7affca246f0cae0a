package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.util.Context;
import com.azure.storage.file.datalake.DataLakeFileClient;
import com.azure.storage.file.datalake.DataLakeFileSystemClient;
import com.azure.storage.file.datalake.DataLakePathClient;
import com.azure.storage.file.datalake.models.DataLakeAccessPolicy;
import com.azure.storage.file.datalake.models.DataLakeRetentionPolicy;
import com.azure.storage.file.datalake.models.DataLakeServiceProperties;
import com.azure.storage.file.datalake.models.DataLakeSignedIdentifier;
import com.azure.storage.file.datalake.models.FileSystemItem;
import com.azure.storage.file.datalake.models.ListFileSystemsOptions;
import com.azure.storage.file.datalake.models.ListPathsOptions;
import com.azure.storage.file.datalake.models.PathDeletedItem;
import com.azure.storage.file.datalake.models.PathItem;
import com.azure.storage.file.datalake.models.PublicAccessType;
import com.azure.storage.file.datalake.specialized.DataLakeLeaseClient;
import com.azure.storage.file.datalake.specialized.DataLakeLeaseClientBuilder;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Filesystems, and what is listed of them. This SDK makes and lists filesystems by the Blob service: the codes are that service's. */
class LakeFileSystemTest extends LakeEnv {
    @Test
    void createAndDelete() {
        DataLakeFileSystemClient made = missing();
        made.createWithResponse(Map.of("a", "1"), null, null, Context.NONE);
        refused(409, "ContainerAlreadyExists", made::create);
        assertTrue(made.exists());
        assertEquals(Map.of("a", "1"), made.getProperties().getMetadata());
        made.setMetadata(Map.of("b", "2"));
        assertEquals(Map.of("b", "2"), made.getProperties().getMetadata());
        OffsetDateTime earlier = OffsetDateTime.now().minusDays(1);
        refused(412, "ConditionNotMet", () -> made.deleteWithResponse(when().setIfUnmodifiedSince(earlier), null, Context.NONE));
        made.delete();
        assertFalse(made.exists());
        refused(404, "ContainerNotFound", made::delete);
        refused(404, "ContainerNotFound", () -> made.setMetadata(Map.of()));
        refused(404, "FilesystemNotFound", () -> made.listPaths().stream().count());
        refused(404, "FilesystemNotFound", () -> made.createFile("file"));
    }

    @Test
    void policies() {
        DataLakeSignedIdentifier readers = new DataLakeSignedIdentifier().setId("readers")
                .setAccessPolicy(new DataLakeAccessPolicy().setPermissions("rl"));
        home.setAccessPolicy(PublicAccessType.BLOB, List.of(readers));
        assertEquals(PublicAccessType.BLOB, home.getAccessPolicy().getDataLakeAccessType());
        assertEquals("rl", home.getAccessPolicy().getIdentifiers().get(0).getAccessPolicy().getPermissions());
    }

    @Test
    void lease() {
        DataLakeLeaseClient held = new DataLakeLeaseClientBuilder().fileSystemClient(home).leaseId(LEASE).buildClient();
        held.acquireLease(60);
        refused(412, "LeaseIdMissing", home::delete);
        held.changeLease(OTHER_LEASE);
        held.renewLease();
        assertEquals(0, held.breakLeaseWithResponse(0, null, null, Context.NONE).getValue());
        held.releaseLease();
    }

    @Test
    void listFileSystems() {
        OwnLake own = new OwnLake();
        for (String letter : List.of("c", "a", "b")) {
            own.lake.createFileSystem("list-" + letter);
        }
        own.lake.createFileSystem("other");
        ListFileSystemsOptions options = new ListFileSystemsOptions().setPrefix("list-").setMaxResultsPerPage(2);
        List<List<String>> pages = StreamSupport.stream(own.lake.listFileSystems(options, null).iterableByPage().spliterator(), false)
                .map(page -> page.getValue().stream().map(FileSystemItem::getName).toList()).toList();
        assertEquals(List.of(List.of("list-a", "list-b"), List.of("list-c")), pages);
        own.lake.deleteFileSystem("other");
        refused(404, "ContainerNotFound", () -> own.lake.deleteFileSystem("other"));
    }

    @Test
    void listPaths() {
        List.of("a/1", "a/b/2", "a-b", "c").forEach(path -> file(path, ""));
        assertEquals("a-b a/ a/1 a/b/ a/b/2 c", paths());
        assertEquals("a-b a/ c", paths(home.listPaths()));
        assertEquals("a/1 a/b/", pages(new ListPathsOptions().setPath("a")));
        assertEquals("a/1 a/b/", paths(home.getDirectoryClient("a").listPaths()));
        assertEquals("a-b a/\na/1 a/b/\na/b/2 c", pages(new ListPathsOptions().setRecursive(true).setMaxResults(2)));
        // From a name on, which is one of the first level.
        assertEquals("c", pages(new ListPathsOptions().setRecursive(true).setStartFrom("b")));
        refused(404, "PathNotFound", () -> pages(new ListPathsOptions().setPath("nowhere")));
    }

    @Test
    void whatAListOfPathsSays() {
        DataLakeFileClient made = file("d/file", "hello");
        List<PathItem> found = home.listPaths(new ListPathsOptions().setRecursive(true), null).stream().toList();
        assertEquals("d true 0 rwxr-x---", described(found.get(0)));
        assertEquals("d/file false 5 rw-r-----", described(found.get(1)));
        assertEquals(made.getProperties().getETag().replace("\"", ""), found.get(1).getETag().replace("\"", ""));
        assertEquals(made.getProperties().getCreationTime(), found.get(1).getCreationTime().withNano(0));
    }

    private static String described(PathItem item) {
        return item.getName() + " " + item.isDirectory() + " " + item.getContentLength() + " " + item.getPermissions();
    }

    @Test
    void deletedPathsComeBack() {
        OwnLake own = new OwnLake();
        own.lake.setProperties(new DataLakeServiceProperties().setDeleteRetentionPolicy(new DataLakeRetentionPolicy().setEnabled(true).setDays(7)));
        assertEquals(7, own.lake.getProperties().getDeleteRetentionPolicy().getDays());
        DataLakeFileSystemClient there = own.lake.createFileSystem("deleted");
        file(there, "gone", "hello").delete();
        file(there, "d/inner/file", "inside");
        there.deleteDirectoryWithResponse("d", true, null, null, Context.NONE);
        List<PathDeletedItem> deleted = there.listDeletedPaths().stream().toList();
        assertEquals(List.of("d", "gone"), deleted.stream().map(PathDeletedItem::getPath).toList());
        refused(404, "BlobNotFound", () -> there.undeletePath("nowhere", deleted.get(0).getDeletionId()));
        DataLakePathClient restored = there.undeletePath("d", deleted.get(0).getDeletionId());
        assertTrue(restored.getProperties().isDirectory());
        assertEquals("inside", textOf(there.getFileClient("d/inner/file")));
        own.advance(Duration.ofDays(8));
        assertEquals(0, there.listDeletedPaths().stream().count());
    }
}
