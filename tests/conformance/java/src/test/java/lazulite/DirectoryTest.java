package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.util.Context;
import com.azure.storage.file.share.FileSmbProperties;
import com.azure.storage.file.share.ShareDirectoryClient;
import com.azure.storage.file.share.ShareFileClient;
import com.azure.storage.file.share.models.NtfsFileAttributes;
import com.azure.storage.file.share.models.ShareDirectoryProperties;
import com.azure.storage.file.share.models.ShareFileItem;
import com.azure.storage.file.share.options.ShareDirectoryCreateOptions;
import com.azure.storage.file.share.options.ShareFileRenameOptions;
import com.azure.storage.file.share.options.ShareListFilesAndDirectoriesOptions;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Directories: their properties, what is in them, and where they go. */
class DirectoryTest extends FileEnv {
    static final OffsetDateTime MOMENT = OffsetDateTime.parse("2020-01-02T03:04:05.1234567Z");

    @Test
    void life() {
        ShareDirectoryClient made = share.getDirectoryClient("Größe");
        String id = made.createWithResponse(new ShareDirectoryCreateOptions().setMetadata(Map.of("a", "1"))
                .setSmbProperties(new FileSmbProperties().setNtfsFileAttributes(EnumSet.of(NtfsFileAttributes.HIDDEN)).setFileCreationTime(MOMENT)),
                null, Context.NONE).getValue().getSmbProperties().getFileId();
        refused(409, "ResourceAlreadyExists", made::create);
        assertTrue(share.getDirectoryClient("GRÖßE").exists());
        ShareDirectoryProperties found = made.getProperties();
        assertEquals(id, found.getSmbProperties().getFileId());
        assertEquals(EnumSet.of(NtfsFileAttributes.HIDDEN, NtfsFileAttributes.DIRECTORY), found.getSmbProperties().getNtfsFileAttributes());
        assertEquals(MOMENT.toInstant(), found.getSmbProperties().getFileCreationTime().toInstant());
        assertEquals(Map.of("a", "1"), found.getMetadata());

        made.setProperties(new FileSmbProperties().setNtfsFileAttributes(EnumSet.of(NtfsFileAttributes.NORMAL)).setFileLastWriteTime(MOMENT),
                SYSTEM_PERMISSION);
        made.setMetadata(Map.of("b", "2"));
        found = made.getProperties();
        assertEquals(EnumSet.of(NtfsFileAttributes.DIRECTORY), found.getSmbProperties().getNtfsFileAttributes());
        assertEquals(MOMENT.toInstant(), found.getSmbProperties().getFileLastWriteTime().toInstant());
        assertEquals(SYSTEM_PERMISSION, share.getPermission(found.getSmbProperties().getFilePermissionKey()));
        assertEquals(Map.of("b", "2"), found.getMetadata());

        made.createSubdirectory("inner");
        refused(409, "DirectoryNotEmpty", made::delete);
        made.deleteSubdirectory("inner");
        made.delete();
        refused(404, "ResourceNotFound", made::delete);
        assertFalse(made.exists());
    }

    @ParameterizedTest
    @CsvSource({"no/where,ParentNotFound", "nowhere,ResourceNotFound"})
    void nowhere(String path, String code) {
        ShareDirectoryClient nowhere = share.getDirectoryClient(path);
        refused(404, code, nowhere::getProperties);
        refused(404, code, () -> nowhere.setProperties(new FileSmbProperties(), null));
        refused(404, code, () -> nowhere.setMetadata(Map.of()));
        refused(404, code, nowhere::delete);
        refused(404, code, () -> names(nowhere));
        refused(404, code, () -> nowhere.listHandles(null, false, null, Context.NONE).stream().count());
    }

    @Test
    void refusals() {
        file("file", "hello");
        refused(404, "ParentNotFound", () -> share.createDirectory("no/where"));
        assertFalse(share.getDirectoryClient("file").exists());
        refused(409, "ResourceTypeMismatch", () -> share.getDirectoryClient("file").delete());
        refused(400, "InvalidResourceName", () -> share.createDirectory("a|b"));
        refused(404, "ShareNotFound", () -> missing().createDirectory("d"));
    }

    @Test
    void list() {
        for (String name : List.of("ba", "bc")) {
            root.createSubdirectory(name);
        }
        for (String name : List.of("a", "bb", "C & d")) {
            file(name, name);
        }
        assertEquals(List.of("a", "ba", "bb", "bc", "C & d"), names(root).stream().sorted(String.CASE_INSENSITIVE_ORDER).toList());
        List<String> pages = root.listFilesAndDirectories("b", 2, null, Context.NONE).streamByPage()
                .map(page -> page.getValue().stream().map(ShareFileItem::getName).sorted().collect(Collectors.joining(" "))).toList();
        assertEquals(List.of("ba bb", "bc"), pages);
        ShareListFilesAndDirectoriesOptions all = new ShareListFilesAndDirectoriesOptions().setPrefix("bb").setIncludeExtendedInfo(true)
                .setIncludeTimestamps(true).setIncludeETag(true).setIncludeAttributes(true).setIncludePermissionKey(true);
        ShareFileItem item = root.listFilesAndDirectories(all, null, Context.NONE).stream().findFirst().orElseThrow();
        ShareFileClient file = root.getFileClient("bb");
        FileSmbProperties properties = file.getProperties().getSmbProperties();
        assertEquals(2, item.getFileSize());
        assertEquals(properties.getFileId(), item.getId());
        assertEquals("\"" + file.getProperties().getETag() + "\"", item.getProperties().getETag()); // it unquotes headers alone
        assertEquals(properties.getNtfsFileAttributes(), item.getFileAttributes());
        assertEquals(properties.getFilePermissionKey(), item.getPermissionKey());
        assertEquals(properties.getFileCreationTime().toInstant(), item.getProperties().getCreatedOn().toInstant());
        refused(400, "OutOfRangeQueryParameterValue", () -> root.listFilesAndDirectories(null, -1, null, Context.NONE).stream().count());
    }

    @Test
    void rename() {
        ShareDirectoryClient made = share.createDirectory("d");
        made.createFile("file", 3);
        String id = made.getProperties().getSmbProperties().getFileId();
        share.createDirectory("taken");
        refused(409, "ResourceAlreadyExists", () -> made.rename("taken"));
        refused(404, "ParentNotFound", () -> made.rename("no/where"));
        ShareDirectoryClient renamed = made.renameWithResponse(
                new ShareFileRenameOptions("taken/renamed").setMetadata(Map.of("a", "1")), null, Context.NONE).getValue();
        refused(404, "ResourceNotFound", () -> made.rename("again"));
        assertEquals(id, renamed.getProperties().getSmbProperties().getFileId());
        assertEquals(Map.of("a", "1"), renamed.getProperties().getMetadata());
        assertEquals(List.of("file"), names(renamed));
    }

    @Test
    void handles() {
        ShareDirectoryClient made = share.createDirectory("d");
        ShareFileClient file = file("file", "hello");
        assertEquals(0, made.listHandles(null, true, null, Context.NONE).stream().count());
        assertEquals(0, file.listHandles().stream().count());
        assertEquals(0, made.forceCloseAllHandles(true, null, Context.NONE).getClosedHandles());
        assertEquals(0, file.forceCloseAllHandles(null, Context.NONE).getFailedHandles());
        refused(404, "ResourceNotFound", () -> root.getFileClient("nowhere").forceCloseAllHandles(null, Context.NONE));
    }
}
