package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import com.azure.storage.file.datalake.DataLakeDirectoryClient;
import com.azure.storage.file.datalake.DataLakeFileClient;
import com.azure.storage.file.datalake.DataLakeFileSystemClient;
import com.azure.storage.file.datalake.DataLakePathClient;
import com.azure.storage.file.datalake.DataLakeServiceClient;
import com.azure.storage.file.datalake.DataLakeServiceClientBuilder;
import com.azure.storage.file.datalake.models.DataLakeRequestConditions;
import com.azure.storage.file.datalake.models.DataLakeStorageException;
import com.azure.storage.file.datalake.models.ListPathsOptions;
import com.azure.storage.file.datalake.models.PathAccessControl;
import com.azure.storage.file.datalake.models.PathAccessControlEntry;
import com.azure.storage.file.datalake.models.PathItem;
import com.azure.storage.file.datalake.options.DataLakePathCreateOptions;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;

/**
 * An account with a hierarchical namespace, and a filesystem of its own for every test. This SDK takes the Blob endpoint to be
 * the Data Lake one with another host, so with the account in the path it sends Blob requests to the Data Lake endpoint as well.
 */
abstract class LakeEnv {
    static final String LEASE = "11111111-aaaa-bbbb-cccc-000000000001";
    static final String OTHER_LEASE = "22222222-aaaa-bbbb-cccc-000000000002";
    static final String MARY = "ec3595d6-2c17-4696-8caa-7e139758d24a";
    static final String GROUP = "4cf4e284-f6a8-4540-b53e-c3469af032dc";
    private static OwnLake shared;

    DataLakeServiceClient lake;
    DataLakeFileSystemClient home;

    @BeforeEach
    void createFileSystem() {
        lake = ours().lake;
        home = lake.createFileSystem(Env.unique());
    }

    @AfterEach
    void deleteFileSystem() {
        home.delete();
    }

    /** One account for all tests that advance no clock. */
    private static synchronized OwnLake ours() {
        if (shared == null) {
            shared = new OwnLake();
        }
        return shared;
    }

    static String endpoint() {
        String given = System.getenv("LAZULITE_DFS");
        return given == null || given.isEmpty() ? "http://127.0.0.1:10004" : given.replaceFirst("/$", "");
    }

    static DataLakeServiceClientBuilder builder(String account) {
        return new DataLakeServiceClientBuilder().endpoint(endpoint() + "/" + account)
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, 300, null, null, null));
    }

    /** The account under test by nothing but a SAS. */
    DataLakeFileSystemClient withSas(String token) {
        return builder(lake.getAccountName()).sasToken(token).buildClient().getFileSystemClient(home.getFileSystemName());
    }

    DataLakeFileSystemClient missing() {
        return lake.getFileSystemClient(Env.unique());
    }

    /** The call must fail with exactly this status and this x-ms-error-code. */
    static void refused(int status, String code, Executable call) {
        DataLakeStorageException refusal = assertThrows(DataLakeStorageException.class, call);
        String found = refusal.getResponse().getHeaders().getValue(HttpHeaderName.fromString("x-ms-error-code"));
        assertEquals(status + " " + code, refusal.getStatusCode() + " " + found);
    }

    static DataLakeRequestConditions when() {
        return new DataLakeRequestConditions();
    }

    /** A file with that content. */
    static DataLakeFileClient file(DataLakeFileSystemClient home, String path, String content) {
        DataLakeFileClient made = home.createFile(path, true);
        if (!content.isEmpty()) {
            made.append(BinaryData.fromString(content), 0);
            made.flush(content.getBytes(StandardCharsets.UTF_8).length, true);
        }
        return made;
    }

    DataLakeFileClient file(String path, String content) {
        return file(home, path, content);
    }

    DataLakeDirectoryClient directory(String path, String accessList) {
        DataLakeDirectoryClient made = home.getDirectoryClient(path);
        made.createWithResponse(new DataLakePathCreateOptions().setAccessControlList(entries(accessList)), null, Context.NONE);
        return made;
    }

    static String textOf(DataLakeFileClient file) {
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        file.read(found);
        return found.toString(StandardCharsets.UTF_8);
    }

    static List<PathAccessControlEntry> entries(String list) {
        return PathAccessControlEntry.parseList(list);
    }

    static String listOf(DataLakePathClient path) {
        return PathAccessControlEntry.serializeList(path.getAccessControl().getAccessControlList());
    }

    /** Owner, group and permissions, which this SDK prints in octal. */
    static String accessOf(DataLakePathClient path) {
        PathAccessControl found = path.getAccessControl();
        return found.getOwner() + " " + found.getGroup() + " " + found.getPermissions();
    }

    /** Names, those of directories with a slash. */
    static String paths(Iterable<PathItem> found) {
        StringBuilder names = new StringBuilder();
        found.forEach(item -> names.append(names.length() == 0 ? "" : " ").append(item.getName()).append(item.isDirectory() ? "/" : ""));
        return names.toString();
    }

    String paths() {
        return paths(home.listPaths(new ListPathsOptions().setRecursive(true), null));
    }

    /** A page a line. */
    String pages(ListPathsOptions options) {
        return home.listPaths(options, null).streamByPage().map(page -> paths(page.getValue())).collect(Collectors.joining("\n"));
    }

    /** An account of the test's own, and its clock. */
    static class OwnLake {
        final DataLakeServiceClient lake;
        private final String name = ("a" + Env.unique()).substring(0, 24);

        OwnLake() {
            assumeTrue(List.of("127.0.0.1", "localhost", "[::1]").contains(URI.create(endpoint()).getHost()), "an account that can be made");
            String key = Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.US_ASCII));
            QueueEnv.OwnAccount.change("PUT", "accounts/" + name, "{\"keys\": [\"" + key + "\"], \"hierarchicalNamespace\": true}");
            lake = builder(name).credential(new StorageSharedKeyCredential(name, key)).buildClient();
        }

        void advance(Duration time) {
            QueueEnv.OwnAccount.change("POST", "clock?account=" + name + "&advance=" + time.toSeconds(), "");
        }
    }
}
