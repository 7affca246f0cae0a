package lazulite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.http.rest.Response;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.models.BlobDownloadResponse;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.options.BlobDownloadToFileOptions;
import com.azure.storage.common.ParallelTransferOptions;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownloadTest extends Env {
    BlobDownloadResponse download(ByteArrayOutputStream into, BlobRange range, boolean hash) {
        return blob.downloadStreamWithResponse(into, range, null, null, hash, null, Context.NONE);
    }

    @ParameterizedTest
    @CsvSource({"0,1,0,bytes 0-0/10", "3,4,3456,bytes 3-6/10", "9,1,9,bytes 9-9/10", "4,,456789,bytes 4-9/10", "8,100,89,bytes 8-9/10"})
    void ranges(long offset, Long count, String content, String header) {
        blob.upload(text("0123456789"));
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        BlobRange range = count == null ? new BlobRange(offset) : new BlobRange(offset, count);
        BlobDownloadResponse answer = download(found, range, false);
        assertEquals(content, found.toString());
        assertEquals(header, answer.getDeserializedHeaders().getContentRange());
        assertEquals(206, answer.getStatusCode());
    }

    @Test
    void rangeBehindTheEnd() {
        blob.upload(text("0123456789"));
        refused(416, "InvalidRange", () -> download(new ByteArrayOutputStream(), new BlobRange(10, 1L), false));
    }

    @Test
    void hashOfARange() throws Exception {
        byte[] content = pattern(8 * MIB);
        blob.getBlockBlobClient().upload(BinaryData.fromBytes(content));
        BlobDownloadResponse answer = download(new ByteArrayOutputStream(), new BlobRange(1000, 4L * MIB), true);
        byte[] wanted = MessageDigest.getInstance("MD5").digest(Arrays.copyOfRange(content, 1000, 1000 + 4 * MIB));
        assertArrayEquals(wanted, answer.getDeserializedHeaders().getContentMd5());
        refused(400, "OutOfRangeInput", () -> download(new ByteArrayOutputStream(), new BlobRange(1000, 4L * MIB + 1), true));
    }

    @Test
    void inParallel(@TempDir Path folder) throws Exception {
        byte[] content = pattern(5 * MIB + 12_345);
        blob.upload(BinaryData.fromBytes(content));
        String file = folder.resolve("part").toString();
        Response<BlobProperties> answer = blob.downloadToFileWithResponse(new BlobDownloadToFileOptions(file)
                .setRange(new BlobRange(1_000_001, 2_000_003L))
                .setParallelTransferOptions(new ParallelTransferOptions().setBlockSizeLong(256L << 10).setMaxConcurrency(4)),
                null, Context.NONE);
        assertEquals(content.length, answer.getValue().getBlobSize());
        sameBytes(Arrays.copyOfRange(content, 1_000_001, 3_000_004), Files.readAllBytes(Path.of(file)));
    }
}
