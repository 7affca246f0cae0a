package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.util.BinaryData;
import com.azure.core.util.polling.PollResponse;
import com.azure.core.util.polling.SyncPoller;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.sas.BlobSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.file.share.FileSmbProperties;
import com.azure.storage.file.share.ShareFileClient;
import com.azure.storage.file.share.models.CopyStatusType;
import com.azure.storage.file.share.models.NtfsFileAttributes;
import com.azure.storage.file.share.models.ShareFileCopyInfo;
import com.azure.storage.file.share.models.ShareFileProperties;
import com.azure.storage.file.share.options.ShareFileCopyOptions;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Copies onto files: of files, blobs, and what another server has. */
class FileCopyTest extends FileEnv {
    static final Duration SOON = Duration.ofMillis(10);

    /** Of a file in this test's share. This SDK's own URLs lack the port. */
    String url(String name) {
        return FILE_ENDPOINT + "/" + share.getShareName() + "/" + name;
    }

    static CopyStatusType copy(ShareFileClient to, String source, ShareFileCopyOptions options) {
        return to.beginCopy(source, options, SOON).waitForCompletion().getValue().getCopyStatus();
    }

    @Test
    void ofAFile() {
        ShareFileClient from = file("from", "hello");
        from.setMetadata(Map.of("a", "1"));
        FileSmbProperties hidden = new FileSmbProperties().setNtfsFileAttributes(EnumSet.of(NtfsFileAttributes.HIDDEN))
                .setFileLastWriteTime(DirectoryTest.MOMENT);
        from.setProperties(5, null, hidden, null);
        ShareFileClient to = root.getFileClient("to");
        assertEquals(CopyStatusType.SUCCESS, copy(to, url("from"), new ShareFileCopyOptions()));
        ShareFileProperties found = to.getProperties();
        assertEquals("5/5 {a=1} [ARCHIVE]", found.getCopyProgress() + " " + found.getMetadata() + " " + found.getSmbProperties().getNtfsFileAttributes());
        assertEquals("hello", textOf(to));

        // This release leaves out what it is told to copy from the source, so values are given.
        copy(to, url("from"), new ShareFileCopyOptions().setMetadata(Map.of("b", "2")).setArchiveAttribute(false).setSmbProperties(hidden));
        found = to.getProperties();
        assertEquals("{b=2} [HIDDEN]", found.getMetadata() + " " + found.getSmbProperties().getNtfsFileAttributes());
        assertEquals(DirectoryTest.MOMENT.toInstant(), found.getSmbProperties().getFileLastWriteTime().toInstant());
        refused(404, "ResourceNotFound", () -> copy(to, url("nowhere"), new ShareFileCopyOptions()));
        refused(404, "ParentNotFound", () -> copy(share.getFileClient("no/where"), url("from"), new ShareFileCopyOptions()));
        String id = found.getCopyId();
        refused(409, "NoPendingCopyOperation", () -> to.abortCopy(id));
    }

    @Test
    void ofABlob() {
        BlobContainerClient container = Env.SERVICE.createBlobContainer(Env.unique());
        container.getBlobClient("blob").upload(BinaryData.fromString("blob!"));
        String token = container.generateSas(new BlobServiceSasSignatureValues(Env.inAnHour(), BlobSasPermission.parse("r")));
        ShareFileClient to = root.getFileClient("to");
        refused(401, "CannotVerifyCopySource", () -> copy(to, container.getBlobClient("blob").getBlobUrl(), new ShareFileCopyOptions()));
        assertEquals(CopyStatusType.SUCCESS, copy(to, container.getBlobClient("blob").getBlobUrl() + "?" + token, new ShareFileCopyOptions()));
        assertEquals("blob!", textOf(to));
        container.delete();
    }

    @Test
    void pending() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer slow = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        slow.setExecutor(threads);
        slow.createContext("/", exchange -> {
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", "10");
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().flush();
            try {
                over.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
            exchange.close();
        });
        slow.start();
        try {
            ShareFileClient to = root.getFileClient("to");
            SyncPoller<ShareFileCopyInfo, Void> copy = to.beginCopy("http://127.0.0.1:" + slow.getAddress().getPort() + "/file", Map.of(), SOON);
            PollResponse<ShareFileCopyInfo> begun = copy.poll();
            assertEquals(CopyStatusType.PENDING, begun.getValue().getCopyStatus());
            refused(409, "PendingCopyOperation", () -> to.setMetadata(Map.of()));
            refused(409, "PendingCopyOperation", () -> to.uploadRange(stream("x"), 1));
            refused(409, "PendingCopyOperation", () -> copy(to, url("from"), new ShareFileCopyOptions()));
            refused(409, "PendingCopyOperation", to::delete);
            refused(409, "CopyIdMismatch", () -> to.abortCopy("00000000-0000-0000-0000-000000000000"));
            to.abortCopy(begun.getValue().getCopyId());
            assertEquals(CopyStatusType.ABORTED, to.getProperties().getCopyStatus());
        } finally {
            over.countDown();
            slow.stop(0);
            threads.shutdown();
        }
    }
}
