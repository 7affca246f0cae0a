package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.util.Context;
import com.azure.core.util.logging.ClientLogger;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.implementation.connectionstring.StorageConnectionString;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import com.azure.storage.file.share.ShareClient;
import com.azure.storage.file.share.ShareDirectoryClient;
import com.azure.storage.file.share.ShareFileClient;
import com.azure.storage.file.share.ShareServiceClient;
import com.azure.storage.file.share.ShareServiceClientBuilder;
import com.azure.storage.file.share.models.ShareFileItem;
import com.azure.storage.file.share.models.ShareSnapshotsDeleteOptionType;
import com.azure.storage.file.share.models.ShareStorageException;
import com.azure.storage.file.share.options.ShareDeleteOptions;
import com.azure.storage.file.share.sas.ShareFileSasPermission;
import com.azure.storage.file.share.sas.ShareServiceSasSignatureValues;
import com.azure.storage.file.share.specialized.ShareLeaseClient;
import com.azure.storage.file.share.specialized.ShareLeaseClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;

/** The File service of the account under test, a share for every test, and accounts of a test's own. */
abstract class FileEnv {
    /** What UseDevelopmentStorage=true stands for; this SDK knows no port of files. */
    static final String DEVELOPMENT = "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
            + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
            + "FileEndpoint=http://127.0.0.1:10003/devstoreaccount1;";
    static final StorageConnectionString ACCOUNT = StorageConnectionString.create(
            Env.connectionString().startsWith("UseDevelopmentStorage=true") ? DEVELOPMENT : Env.connectionString(), new ClientLogger(FileEnv.class));
    static final String FILE_ENDPOINT = ACCOUNT.getFileEndpoint().getPrimaryUri();
    static final ShareServiceClient FILES = service(ACCOUNT.getAccountName(), ACCOUNT.getStorageAuthSettings().getAccount().getAccessKey());
    /** Everything to the system and to administrators. */
    static final String SYSTEM_PERMISSION = "O:SYG:SYD:(A;;FA;;;SY)(A;;FA;;;BA)S:NO_ACCESS_CONTROL";
    static final String LEASE = "11111111-aaaa-bbbb-cccc-000000000001";
    static final String OTHER_LEASE = "22222222-aaaa-bbbb-cccc-000000000002";

    ShareClient share;
    ShareDirectoryClient root;

    @BeforeEach
    void createShare() {
        share = FILES.createShare(Env.unique());
        root = share.getRootDirectoryClient();
    }

    @AfterEach
    void deleteShare() {
        share.deleteWithResponse(with(ShareSnapshotsDeleteOptionType.INCLUDE_WITH_LEASED), null, Context.NONE);
    }

    /**
     * This release keeps neither the port nor the path of an endpoint, so the account stands in the host, and the port is brought
     * back as azure-core's PortPolicy does it, by the address: not every machine knows names below localhost.
     */
    static ShareServiceClientBuilder builder(String account) {
        URI there = URI.create(FILE_ENDPOINT);
        boolean inPath = there.getPath().length() > 1;
        HttpPipelinePolicy bring = (context, next) -> {
            HttpRequest request = context.getHttpRequest();
            URI asked = URI.create(request.getUrl().toString());
            request.setHeader(HttpHeaderName.HOST, asked.getHost() + ":" + there.getPort());
            request.setUrl(asked.toString().replaceFirst("//[^/?]*", "//" + there.getAuthority()));
            return next.process();
        };
        ShareServiceClientBuilder builder = new ShareServiceClientBuilder()
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, 300, null, null, null))
                .endpoint(inPath ? there.getScheme() + "://" + account + ".file.localhost" : FILE_ENDPOINT);
        return inPath ? builder.addPolicy(bring) : builder;
    }

    static ShareServiceClient service(String account, String key) {
        return builder(account).credential(new StorageSharedKeyCredential(account, key)).buildClient();
    }

    /** A client of the account that holds nothing but a SAS. */
    static ShareServiceClient withSas(String token) {
        return builder(ACCOUNT.getAccountName()).sasToken(token).buildClient();
    }

    static ShareClient missing() {
        return FILES.getShareClient(Env.unique());
    }

    static ShareDeleteOptions with(ShareSnapshotsDeleteOptionType snapshots) {
        return new ShareDeleteOptions().setDeleteSnapshotsOptions(snapshots);
    }

    /** The call must fail with exactly this status and this x-ms-error-code. */
    static void refused(int status, String code, Executable call) {
        ShareStorageException refusal = assertThrows(ShareStorageException.class, call);
        String found = refusal.getResponse().getHeaders().getValue(HttpHeaderName.fromString("x-ms-error-code"));
        assertEquals(status + " " + code, refusal.getStatusCode() + " " + found);
    }

    static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A file in the root directory, with that content. */
    ShareFileClient file(String name, String content) {
        ShareFileClient made = root.createFile(name, content.length());
        if (!content.isEmpty()) {
            made.uploadRange(stream(content), content.length());
        }
        return made;
    }

    /** The URL of a file in the root directory with a SAS for reading: what is written from a URL needs one also within an account. */
    String signed(String name) {
        ShareServiceSasSignatureValues reading = new ShareServiceSasSignatureValues(Env.inAnHour(), ShareFileSasPermission.parse("r"));
        return FILE_ENDPOINT + "/" + share.getShareName() + "/" + name + "?" + root.getFileClient(name).generateSas(reading);
    }

    static String textOf(ShareFileClient file) {
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        file.download(found);
        return found.toString(StandardCharsets.UTF_8);
    }

    static List<String> names(ShareDirectoryClient directory) {
        return directory.listFilesAndDirectories().stream().map(ShareFileItem::getName).toList();
    }

    static ShareLeaseClient lease(ShareClient share, String id) {
        return new ShareLeaseClientBuilder().shareClient(share).leaseId(id).buildClient();
    }

    static ShareLeaseClient lease(ShareFileClient file, String id) {
        return new ShareLeaseClientBuilder().fileClient(file).leaseId(id).buildClient();
    }

    /** The File service of an account of the test's own, with these settings (JSON). */
    static class OwnFiles {
        final ShareServiceClient files;
        private final String name = ("a" + Env.unique()).substring(0, 24);

        OwnFiles(String settings) {
            URI endpoint = URI.create(FILE_ENDPOINT);
            assumeTrue(List.of("127.0.0.1", "localhost", "[::1]").contains(endpoint.getHost()), "an account that can be made");
            String key = Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.US_ASCII));
            QueueEnv.OwnAccount.change("PUT", "accounts/" + name, "{\"keys\": [\"" + key + "\"]}");
            QueueEnv.OwnAccount.change("PUT", "accounts/" + name, settings);
            files = service(name, key);
        }

        void advance(Duration time) {
            QueueEnv.OwnAccount.change("POST", "clock?account=" + name + "&advance=" + time.toSeconds(), "");
        }
    }
}
