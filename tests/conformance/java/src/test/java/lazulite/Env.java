package lazulite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import java.nio.ByteBuffer;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;

/** Where the suite runs, and a container of its own for every test. */
abstract class Env {
    static final int MIB = 1 << 20;
    static final String OTHER_ETAG = "\"0x8D4BCC2E4835CD0\"";
    static final BlobServiceClient SERVICE = builder().connectionString(connectionString()).buildClient();
    static final String ENDPOINT = SERVICE.getAccountUrl();

    BlobContainerClient container;
    /** A blob that is not there yet. */
    BlobClient blob;

    @BeforeEach
    void createContainer() {
        container = SERVICE.createBlobContainer(unique());
        blob = container.getBlobClient("blob");
    }

    @AfterEach
    void deleteContainer() {
        container.delete();
    }

    static String connectionString() {
        String given = System.getenv("LAZULITE_CONNECTION_STRING");
        return given == null || given.isEmpty() ? "UseDevelopmentStorage=true" : given;
    }

    /** One try only: a refusal is what many tests look for, and a retry would hide a server that fails now and then. */
    static BlobServiceClientBuilder builder() {
        return new BlobServiceClientBuilder()
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, 300, null, null, null));
    }

    /** A client of the account that holds nothing but a SAS. */
    static BlobServiceClient withSas(String token) {
        return builder().endpoint(ENDPOINT).sasToken(token).buildClient();
    }

    static OffsetDateTime inAnHour() {
        return OffsetDateTime.now().plusHours(1);
    }

    /** The URL of a blob with a SAS of its container: what is written from a URL needs one also within an account. */
    String signed(String name) {
        BlobContainerSasPermission reading = new BlobContainerSasPermission().setReadPermission(true);
        return container.getBlobClient(name).getBlobUrl() + "?" + container.generateSas(new BlobServiceSasSignatureValues(inAnHour(), reading));
    }

    static String unique() {
        return "t" + UUID.randomUUID().toString().replace("-", "");
    }

    /** The call must fail with exactly this status and this x-ms-error-code. */
    static void refused(int status, String code, Executable call) {
        BlobStorageException refusal = assertThrows(BlobStorageException.class, call);
        String found = refusal.getResponse().getHeaders().getValue(com.azure.core.http.HttpHeaderName.fromString("x-ms-error-code"));
        assertEquals(status + " " + code, refusal.getStatusCode() + " " + found);
    }

    static BinaryData text(String content) {
        return BinaryData.fromString(content);
    }

    static String textOf(BlobClient blob) {
        return blob.downloadContent().toString();
    }

    static void sameBytes(byte[] wanted, byte[] found) {
        assertEquals(wanted.length, found.length);
        assertEquals(-1, Arrays.mismatch(wanted, found));
    }

    static BlobRequestConditions when() {
        return new BlobRequestConditions();
    }

    /** Bytes of which no two aligned KiB are alike, so that a block or range out of place shows. */
    static byte[] pattern(int size) {
        ByteBuffer content = ByteBuffer.allocate((size + 1023) / 1024 * 1024);
        for (long number = 0; content.hasRemaining(); number++) {
            for (int i = 0; i < 128; i++) {
                content.putLong(number);
            }
        }
        return Arrays.copyOf(content.array(), size);
    }
}
