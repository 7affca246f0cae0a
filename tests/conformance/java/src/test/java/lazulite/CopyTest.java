package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.models.BlobBeginCopySourceRequestConditions;
import com.azure.storage.blob.models.BlobCopyInfo;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.CopyStatusType;
import com.azure.storage.blob.options.BlobBeginCopyOptions;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import com.azure.storage.blob.specialized.PageBlobClient;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CopyTest extends Env {
    BlobClient from;

    @BeforeEach
    void uploadSource() {
        from = container.getBlobClient("from");
        from.uploadWithResponse(new BlobParallelUploadOptions(text("hello")).setMetadata(Map.of("a", "1")), null, Context.NONE);
    }

    @Test
    void isDoneAtOnce() {
        BlobCopyInfo copied = blob.beginCopy(from.getBlobUrl(), null).waitForCompletion().getValue();
        assertEquals(CopyStatusType.SUCCESS, copied.getCopyStatus());
        BlobProperties found = blob.getProperties();
        assertEquals(List.of(copied.getCopyId(), from.getBlobUrl(), "5/5"),
                List.of(found.getCopyId(), found.getCopySource(), found.getCopyProgress()));
        assertEquals(Map.of("a", "1"), found.getMetadata());
        assertEquals("hello", textOf(blob));
    }

    @Test
    void judgesItsSource() {
        BlobBeginCopySourceRequestConditions other = new BlobBeginCopySourceRequestConditions().setIfMatch(OTHER_ETAG);
        BlobBeginCopyOptions options = new BlobBeginCopyOptions(from.getBlobUrl()).setSourceRequestConditions(other);
        refused(412, "SourceConditionNotMet", () -> blob.beginCopy(options).poll());
        refused(404, "CannotVerifyCopySource", () -> blob.copyFromUrl(signed("missing")));
        refused(401, "CannotVerifyCopySource", () -> blob.copyFromUrl(from.getBlobUrl()));
        refused(401, "CannotVerifyCopySource", () -> blob.getBlockBlobClient().uploadFromUrl(from.getBlobUrl(), true));
    }

    @Test
    void fromUrls() {
        blob.copyFromUrl(signed("from"));
        assertEquals("hello", textOf(blob));
        blob.getBlockBlobClient().uploadFromUrl(signed("from"), true);
        assertEquals("hello", textOf(blob));
        refused(404, "CannotVerifyCopySource", () -> blob.getBlockBlobClient().uploadFromUrl(signed("missing"), true));
        blob.getBlockBlobClient().stageBlockFromUrl(UploadTest.id(0), signed("from"), new BlobRange(1, 3L));
        blob.getBlockBlobClient().commitBlockList(List.of(UploadTest.id(0)), true);
        assertEquals("ell", textOf(blob));
    }

    @Test
    void isPendingUntilItIsAborted() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(threads);
        server.createContext("/file", exchange -> {
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (head) exchange.getResponseHeaders().set("Content-Length", "10");
            exchange.sendResponseHeaders(200, head ? -1 : 10);
            try {
                if (!head) over.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        server.start();
        try {
            String id = blob.beginCopy("http://127.0.0.1:" + server.getAddress().getPort() + "/file", null).poll().getValue().getCopyId();
            assertEquals(CopyStatusType.PENDING, blob.getProperties().getCopyStatus());
            refused(409, "PendingCopyOperation", () -> blob.upload(text("x"), true));
            refused(409, "CopyIdMismatch", () -> blob.abortCopyFromUrl("00000000-0000-0000-0000-000000000000"));
            blob.abortCopyFromUrl(id);
            assertEquals(CopyStatusType.ABORTED, blob.getProperties().getCopyStatus());
            refused(409, BlobErrorCode.NO_PENDING_COPY_OPERATION.toString(), () -> blob.abortCopyFromUrl(id));
        } finally {
            over.countDown();
            server.stop(0);
            threads.shutdown();
        }
    }

    /** The content of the snapshot that the backup gets. */
    String taken(PageBlobClient disk, BlobClient backup, String snapshot) {
        CopyStatusType started = backup.getPageBlobClient().copyIncremental(disk.getBlobUrl(), snapshot);
        assertEquals(CopyStatusType.PENDING, started);
        BlobProperties found = backup.getProperties();
        while (found.getCopyStatus() == CopyStatusType.PENDING) {
            found = backup.getProperties();
        }
        assertEquals(CopyStatusType.SUCCESS, found.getCopyStatus());
        assertTrue(found.isIncrementalCopy());
        return textOf(backup.getSnapshotClient(found.getCopyDestinationSnapshot()));
    }

    @Test
    void incrementally() {
        PageBlobClient disk = container.getBlobClient("disk").getPageBlobClient();
        disk.create(2 * AppendAndPageTest.PAGE);
        String first = disk.createSnapshot().getSnapshotId();
        disk.uploadPages(AppendAndPageTest.pages(1, 1), AppendAndPageTest.of('b', 1));
        String second = disk.createSnapshot().getSnapshotId();
        String page = "\0".repeat(AppendAndPageTest.PAGE);
        assertEquals(page + page, taken(disk, blob, first));
        assertEquals(page + "b".repeat(AppendAndPageTest.PAGE), taken(disk, blob, second));
        refused(409, "IncrementalCopyOfEarlierSnapshotNotAllowed", () -> blob.getPageBlobClient().copyIncremental(disk.getBlobUrl(), first));
        refused(409, "OperationNotAllowedOnIncrementalCopyBlob", () -> blob.downloadContent());
        refused(404, "CannotVerifyCopySource",
                () -> blob.getPageBlobClient().copyIncremental(disk.getBlobUrl(), "2026-01-01T00:00:00.0000000Z"));
    }
}
