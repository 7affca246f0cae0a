package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.azure.core.http.rest.Response;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.batch.BlobBatch;
import com.azure.storage.blob.batch.BlobBatchClient;
import com.azure.storage.blob.batch.BlobBatchClientBuilder;
import com.azure.storage.blob.batch.BlobBatchStorageException;
import com.azure.storage.blob.models.AccessTier;
import com.azure.storage.blob.models.DeleteSnapshotsOptionType;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Blob Batch: many deletes or tiers in one request. */
class BatchTest extends Env {
    static final BlobBatchClient BATCHES = new BlobBatchClientBuilder(SERVICE).buildClient();

    List<String> uploaded(String... names) {
        return Stream.of(names).map(container::getBlobClient).peek(client -> client.upload(text("x"))).map(client -> client.getBlobUrl()).toList();
    }

    String tierOf(String name) {
        return container.getBlobClient(name).getProperties().getAccessTier().toString();
    }

    static List<Integer> statuses(Iterable<Response<Void>> answers) {
        return StreamSupport.stream(answers.spliterator(), false).map(Response::getStatusCode).toList();
    }

    @Test
    void ofTheAccountByUrl() {
        List<String> blobs = uploaded("a", "b/c", "d e");
        assertEquals(List.of(200, 200, 200), statuses(BATCHES.setBlobsAccessTier(blobs, AccessTier.COOL)));
        assertEquals("Cool", tierOf("b/c"));
        assertEquals(List.of(202, 202, 202), statuses(BATCHES.deleteBlobs(blobs, DeleteSnapshotsOptionType.INCLUDE)));
        assertEquals(0, container.listBlobs().stream().count());
    }

    @Test
    void ofTheAccountByContainerAndName() {
        uploaded("a", "b/c");
        BlobContainerClient other = SERVICE.createBlobContainer(unique());
        other.getBlobClient("a").upload(text("x"));
        BlobBatch batch = BATCHES.getBlobBatch();
        List<Response<Void>> answers = List.of(batch.deleteBlob(container.getBlobContainerName(), "a"),
                batch.deleteBlob(container.getBlobContainerName(), "b/c"), batch.deleteBlob(other.getBlobContainerName(), "a"));
        assertEquals(202, BATCHES.submitBatchWithResponse(batch, true, null, null).getStatusCode());
        assertEquals(List.of(202, 202, 202), statuses(answers));
        assertEquals(0, container.listBlobs().stream().count() + other.listBlobs().stream().count());
        other.delete();
    }

    @Test
    void ofAContainer() {
        uploaded("a", "b");
        BlobBatchClient batches = new BlobBatchClientBuilder(container).buildClient();
        BlobBatch tiers = batches.getBlobBatch();
        tiers.setBlobAccessTier(container.getBlobContainerName(), "a", AccessTier.COOL);
        batches.submitBatch(tiers);
        assertEquals("Cool", tierOf("a"));
        assertEquals(List.of(202, 202),
                statuses(batches.deleteBlobs(List.of(container.getBlobClient("a").getBlobUrl(), container.getBlobClient("b").getBlobUrl()), null)));
        assertEquals(0, container.listBlobs().stream().count());
    }

    @Test
    void withAPartThatFails() {
        uploaded("a");
        BlobBatch batch = BATCHES.getBlobBatch();
        Response<Void> missing = batch.deleteBlob(container.getBlobContainerName(), "missing");
        Response<Void> there = batch.deleteBlob(container.getBlobContainerName(), "a");
        BlobBatchStorageException refusal = assertThrows(BlobBatchStorageException.class, () -> BATCHES.submitBatch(batch));
        refusal.getBatchExceptions().forEach(failed -> assertEquals("404 BlobNotFound", failed.getStatusCode() + " " + failed.getErrorCode()));
        assertEquals(202, there.getStatusCode());
        refused(404, "BlobNotFound", missing::getStatusCode);
        assertEquals(0, container.listBlobs().stream().count());
    }
}
