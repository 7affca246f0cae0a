package lazulite;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.BlobRetentionPolicy;
import com.azure.storage.blob.models.BlobServiceProperties;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.common.StorageSharedKeyCredential;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** An account of the test's own, with the settings that the test needs and a clock that it alone advances. */
class TestAccount {
    final BlobServiceClient blobs;
    final BlobContainerClient container;
    private final String name = ("a" + Env.unique()).substring(0, 24);

    /** Takes settings as JSON. */
    TestAccount(String settings) {
        URI endpoint = URI.create(Env.ENDPOINT);
        assumeTrue(List.of("127.0.0.1", "localhost", "[::1]").contains(endpoint.getHost()), "an account that can be made");
        String key = Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.US_ASCII));
        QueueEnv.OwnAccount.change("PUT", "accounts/" + name, "{\"keys\": [\"" + key + "\"]}");
        QueueEnv.OwnAccount.change("PUT", "accounts/" + name, settings);
        blobs = Env.builder().endpoint(endpoint.getScheme() + "://" + endpoint.getAuthority() + "/" + name)
                .credential(new StorageSharedKeyCredential(name, key)).buildClient();
        container = blobs.createBlobContainer(Env.unique());
    }

    void advance(Duration time) {
        QueueEnv.OwnAccount.change("POST", "clock?account=" + name + "&advance=" + time.toSeconds(), "");
    }

    /** Soft delete keeps blobs for seven days from now on. */
    void keepDeleted() {
        blobs.setProperties(new BlobServiceProperties().setDeleteRetentionPolicy(new BlobRetentionPolicy().setEnabled(true).setDays(7)));
    }

    BlobClient blob() {
        return container.getBlobClient("blob");
    }

    /** What the entries of a listing are. */
    static List<String> listed(BlobContainerClient container, BlobListDetails details) {
        return container.listBlobs(new ListBlobsOptions().setDetails(details), null).stream().map(TestAccount::what).toList();
    }

    private static String what(BlobItem item) {
        return item.getName() + (item.isDeleted() ? " deleted" : "") + (item.getSnapshot() == null ? "" : " snapshot")
                + (item.getVersionId() == null || item.isCurrentVersion() != null ? "" : " version");
    }
}
