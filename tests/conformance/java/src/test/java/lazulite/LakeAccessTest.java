package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.util.Context;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import com.azure.storage.file.datalake.DataLakeDirectoryClient;
import com.azure.storage.file.datalake.DataLakeFileClient;
import com.azure.storage.file.datalake.DataLakeFileSystemClient;
import com.azure.storage.file.datalake.models.AccessControlChangeCounters;
import com.azure.storage.file.datalake.models.AccessControlChangeResult;
import com.azure.storage.file.datalake.models.ListPathsOptions;
import com.azure.storage.file.datalake.models.PathPermissions;
import com.azure.storage.file.datalake.models.PathRemoveAccessControlEntry;
import com.azure.storage.file.datalake.options.DataLakePathCreateOptions;
import com.azure.storage.file.datalake.options.PathSetAccessControlRecursiveOptions;
import com.azure.storage.file.datalake.sas.DataLakeServiceSasSignatureValues;
import com.azure.storage.file.datalake.sas.FileSystemSasPermission;
import com.azure.storage.file.datalake.sas.PathSasPermission;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Owners, permissions and access control lists; signatures. */
class LakeAccessTest extends LakeEnv {
    @Test
    void create() {
        DataLakeFileClient made = home.getFileClient("file");
        made.createWithResponse(new DataLakePathCreateOptions().setPermissions("0777").setUmask("0022").setOwner(MARY).setGroup(GROUP), null, Context.NONE);
        assertEquals(MARY + " " + GROUP + " 0755", accessOf(made));
        DataLakeDirectoryClient directory = directory("d", "user::rwx,group::r-x,other::rwx");
        assertEquals("$superuser $superuser 0757", accessOf(directory));
    }

    @Test
    void set() {
        DataLakeFileClient made = file("d/file", "");
        made.setPermissions(PathPermissions.parseSymbolic("rwxr--r-x"), GROUP, MARY);
        assertEquals(MARY + " " + GROUP + " 0745", accessOf(made));
        made.setPermissions(PathPermissions.parseOctal("1640"), null, null);
        assertEquals(MARY + " " + GROUP + " 1640", accessOf(made));
        DataLakeDirectoryClient directory = home.getDirectoryClient("d");
        directory.setAccessControlList(entries("user::rwx,user:" + MARY + ":r--,group::r-x,other::---"), null, null);
        assertEquals("user::rwx,user:" + MARY + ":r--,group::r-x,mask::r-x,other::---", listOf(directory));
        assertEquals("rwxr-x---+", directory.getProperties().getPermissions());
        refused(400, "SetAclMissingAces", () -> made.setAccessControlList(entries("user::rwx,group::r-x"), null, null));
        refused(400, "InvaldAccessControlList", // as the service spells it
                () -> made.setAccessControlList(entries("user::rwx,group::r-x,other::---,default:user::rwx"), null, null));
    }

    @Test
    void inherited() {
        String list = "user::rwx,group::r-x,other::---,default:user::rwx,default:user:" + MARY + ":rw-,default:group::r-x,default:mask::rwx,default:other::---";
        directory("d", list);
        assertEquals("user::rw-,user:" + MARY + ":rw-,group::r-x,mask::rw-,other::---", listOf(file("d/file", "")));
        assertEquals("user::rwx,user:" + MARY + ":rw-,group::r-x,mask::rwx,other::---,default:user::rwx,default:user:" + MARY
                + ":rw-,default:group::r-x,default:mask::rwx,default:other::---", listOf(home.createDirectory("d/inner")));
    }

    private static String counts(AccessControlChangeResult found) {
        AccessControlChangeCounters counters = found.getCounters();
        return counters.getChangedDirectoriesCount() + " " + counters.getChangedFilesCount() + " " + counters.getFailedChangesCount();
    }

    @Test
    void recursive() {
        List.of("d/1", "d/2", "d/inner/3").forEach(path -> file(path, ""));
        DataLakeDirectoryClient root = home.getDirectoryClient("d");
        assertEquals("2 3 0", counts(root.setAccessControlRecursive(entries("user::rwx,group::r-x,other::rwx"))));
        assertEquals("$superuser $superuser 0757", accessOf(home.getFileClient("d/inner/3")));
        assertEquals("2 3 0", counts(root.updateAccessControlRecursive(entries("user:" + MARY + ":rwx"))));
        assertEquals("user::rwx,user:" + MARY + ":rwx,group::r-x,mask::rwx,other::rwx", listOf(home.getFileClient("d/1")));
        assertEquals("2 3 0", counts(root.removeAccessControlRecursive(PathRemoveAccessControlEntry.parseList("user:" + MARY))));
        assertEquals("user::rwx,group::r-x,mask::r-x,other::rwx", listOf(home.getFileClient("d/1")));
        PathSetAccessControlRecursiveOptions one = new PathSetAccessControlRecursiveOptions(entries("user::rwx,group::r-x,other::r-x"))
                .setBatchSize(2).setMaxBatches(1);
        AccessControlChangeResult first = root.setAccessControlRecursiveWithResponse(one, null, Context.NONE).getValue();
        assertEquals("1 1 0", counts(first)); // the directory comes first
        PathSetAccessControlRecursiveOptions rest = new PathSetAccessControlRecursiveOptions(entries("user::rwx,group::r-x,other::r-x"))
                .setContinuationToken(first.getContinuationToken());
        assertEquals("1 2 0", counts(root.setAccessControlRecursiveWithResponse(rest, null, Context.NONE).getValue()));
    }

    @Test
    void directorySas() {
        file("a/b/file", "hello");
        file("a/other", "");
        DataLakeDirectoryClient directory = home.getDirectoryClient("a/b");
        DataLakeFileSystemClient mine = withSas(directory.generateSas(
                new DataLakeServiceSasSignatureValues(Env.inAnHour(), PathSasPermission.parse("racwdl"))));
        assertEquals("hello", textOf(mine.getFileClient("a/b/file")));
        file(mine, "a/b/new/deep", "there");
        assertEquals("a/b/file a/b/new/", paths(mine.getDirectoryClient("a/b").listPaths()));
        refused(403, "AuthenticationFailed", () -> mine.getFileClient("a/other").getAccessControl());
        refused(403, "AuthenticationFailed", () -> mine.listPaths(new ListPathsOptions().setPath("a"), null).stream().count());
        mine.getDirectoryClient("a/b/new").deleteRecursively();
        DataLakeFileSystemClient reader = withSas(directory.generateSas(
                new DataLakeServiceSasSignatureValues(Env.inAnHour(), PathSasPermission.parse("r"))));
        assertEquals("hello", textOf(reader.getFileClient("a/b/file")));
        refused(403, "AuthorizationPermissionMismatch", () -> reader.createFile("a/b/new"));
        refused(403, "AuthorizationPermissionMismatch", () -> reader.getDirectoryClient("a/b").listPaths().stream().count());
    }

    @Test
    void letters() {
        file("file", "");
        DataLakeFileClient permissions = with("p");
        permissions.setPermissions(PathPermissions.parseOctal("0700"), null, null);
        refused(403, "AuthorizationPermissionMismatch", () -> with("racwdl").setPermissions(PathPermissions.parseOctal("0700"), null, null));
        refused(403, "AuthorizationPermissionMismatch", () -> with("r").rename(null, "moved"));
        with("racwdm").rename(null, "moved");
        assertEquals("moved", paths());
    }

    private DataLakeFileClient with(String letters) {
        return withSas(home.generateSas(new DataLakeServiceSasSignatureValues(Env.inAnHour(), FileSystemSasPermission.parse(letters)))).getFileClient("file");
    }

    @Test
    void accountSas() {
        file("d/file", "hello");
        AccountSasSignatureValues reading = new AccountSasSignatureValues(Env.inAnHour(), new AccountSasPermission().setReadPermission(true).setListPermission(true),
                new AccountSasService().setBlobAccess(true), AccountSasResourceType.parse("sco"));
        DataLakeFileSystemClient mine = withSas(lake.generateAccountSas(reading));
        assertEquals("d/ d/file", paths(mine.listPaths(new ListPathsOptions().setRecursive(true), null)));
        refused(403, "AuthorizationPermissionMismatch", () -> mine.deleteFile("d/file"));
    }
}
