package lazulite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.http.rest.Response;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobType;
import com.azure.storage.blob.models.Block;
import com.azure.storage.blob.models.BlockBlobItem;
import com.azure.storage.blob.models.BlockList;
import com.azure.storage.blob.models.BlockListType;
import com.azure.storage.blob.models.ParallelTransferOptions;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import com.azure.storage.blob.specialized.BlobOutputStream;
import com.azure.storage.blob.specialized.BlockBlobClient;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class UploadTest extends Env {
    static String id(int number) {
        return Base64.getEncoder().encodeToString(String.format("block-%04d", number).getBytes(StandardCharsets.UTF_8));
    }

    static void stage(BlockBlobClient client, int number, String content) {
        client.stageBlock(id(number), text(content));
    }

    static List<Long> sizes(List<Block> blocks) {
        return blocks.stream().map(Block::getSizeLong).toList();
    }

    static ParallelTransferOptions cutAt(int size) {
        return new ParallelTransferOptions().setBlockSizeLong((long) size).setMaxSingleUploadSizeLong((long) size).setMaxConcurrency(4);
    }

    @Test
    void small() throws Exception {
        BlockBlobItem answer = blob.getBlockBlobClient().upload(text("hello"));
        assertArrayEquals(MessageDigest.getInstance("MD5").digest("hello".getBytes(StandardCharsets.UTF_8)), answer.getContentMd5());
        assertTrue(answer.isServerEncrypted());
        BlobProperties found = blob.getProperties();
        assertEquals(answer.getETag(), found.getETag());
        assertEquals(answer.getLastModified(), found.getLastModified());
        assertEquals(5, found.getBlobSize());
        assertEquals(BlobType.BLOCK_BLOB, found.getBlobType());
        assertEquals("hello", textOf(blob));
    }

    @Test
    void empty() {
        blob.upload(text(""));
        assertEquals("", textOf(blob));
    }

    @Test
    void twiceReplaces() {
        BlockBlobItem first = blob.getBlockBlobClient().upload(text("a longer first content"), true);
        BlockBlobItem second = blob.getBlockBlobClient().upload(text("second"), true);
        assertNotEquals(first.getETag(), second.getETag());
        assertEquals("second", textOf(blob));
    }

    @Test
    void withoutOverwrite() {
        blob.upload(text("first"));
        refused(409, "BlobAlreadyExists", () -> blob.upload(text("second")));
        assertEquals("first", textOf(blob));
    }

    @Test
    void stageAndCommit() {
        BlockBlobClient client = blob.getBlockBlobClient();
        stage(client, 0, "one ");
        stage(client, 1, "two ");
        stage(client, 2, "three ");
        BlockList staged = client.listBlocks(BlockListType.ALL);
        assertEquals(List.of(), sizes(staged.getCommittedBlocks()));
        assertEquals(List.of(4L, 4L, 6L), sizes(staged.getUncommittedBlocks()));

        client.commitBlockList(List.of(id(2), id(0), id(2)));
        assertEquals("three one three ", textOf(blob));
        BlockList committed = client.listBlocks(BlockListType.ALL);
        assertEquals(List.of(id(2), id(0), id(2)), committed.getCommittedBlocks().stream().map(Block::getName).toList());
        assertEquals(List.of(), committed.getUncommittedBlocks()); // what the commit did not name is gone
    }

    @Test
    void commitOfABlockThatIsNotThere() {
        stage(blob.getBlockBlobClient(), 0, "x");
        refused(400, "InvalidBlockList", () -> blob.getBlockBlobClient().commitBlockList(List.of(id(1)), true));
    }

    @Test
    void checksumOfABlock() throws Exception {
        BlockBlobClient client = blob.getBlockBlobClient();
        byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
        byte[] right = MessageDigest.getInstance("MD5").digest(hello);
        client.stageBlockWithResponse(id(0), new ByteArrayInputStream(hello), 5, right, null, null, Context.NONE);
        refused(400, "Md5Mismatch", () ->
                client.stageBlockWithResponse(id(0), new ByteArrayInputStream(hello), 5, new byte[16], null, null, Context.NONE));
    }

    @Test
    void cutIntoBlocks() {
        byte[] content = pattern(5 * MIB + 12_345);
        Response<BlockBlobItem> answer = blob.uploadWithResponse(new BlobParallelUploadOptions(BinaryData.fromBytes(content))
                .setParallelTransferOptions(cutAt(MIB)).setMetadata(Map.of("k", "v")), null, Context.NONE);
        assertEquals(201, answer.getStatusCode());
        long mib = MIB;
        assertEquals(List.of(mib, mib, mib, mib, mib, 12_345L),
                sizes(blob.getBlockBlobClient().listBlocks(BlockListType.COMMITTED).getCommittedBlocks()));
        assertEquals(Map.of("k", "v"), blob.getProperties().getMetadata());
        sameBytes(content, blob.downloadContent().toBytes());
    }

    @Test
    void outputStream() throws Exception {
        byte[] content = pattern(3 * MIB + 7);
        try (BlobOutputStream stream = blob.getBlockBlobClient().getBlobOutputStream(cutAt(MIB), null, null, null, null)) {
            for (int start = 0; start < content.length; start += 100_001) {
                stream.write(content, start, Math.min(100_001, content.length - start));
            }
        }
        sameBytes(content, blob.downloadContent().toBytes());
    }

    @Test
    void files(@TempDir Path folder) throws Exception {
        byte[] content = pattern(3 * MIB + 7);
        Files.write(folder.resolve("from"), content);
        blob.uploadFromFile(folder.resolve("from").toString(), cutAt(MIB), null, null, null, null, null);
        blob.downloadToFile(folder.resolve("to").toString());
        sameBytes(content, Files.readAllBytes(folder.resolve("to")));
    }

    /** The same MiB again and again, without holding more than one. */
    static class Repeated extends InputStream {
        private final byte[] piece = pattern(MIB);
        private final int size;
        private int at;

        Repeated(int size) {
            this.size = size;
        }

        @Override
        public int read() {
            return at == size ? -1 : piece[at++ % MIB] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (at == size) {
                return -1;
            }
            int count = Math.min(Math.min(length, MIB - at % MIB), size - at);
            System.arraycopy(piece, at % MIB, into, offset, count);
            at += count;
            return count;
        }
    }

    @Test
    @DisabledIfEnvironmentVariable(named = "LAZULITE_LARGE", matches = "0")
    void streamed300MiB() throws Exception {
        blob.uploadWithResponse(new BlobParallelUploadOptions(new Repeated(300 * MIB)).setParallelTransferOptions(cutAt(8 * MIB)),
                null, Context.NONE);
        assertEquals(300L * MIB, blob.getProperties().getBlobSize());
        List<Long> sizes = sizes(blob.getBlockBlobClient().listBlocks(BlockListType.COMMITTED).getCommittedBlocks());
        assertEquals(38, sizes.size());
        assertEquals(4L * MIB, sizes.get(37));
        try (InputStream found = blob.openInputStream(); InputStream wanted = new Repeated(300 * MIB)) {
            for (byte[] piece = wanted.readNBytes(MIB); piece.length > 0; piece = wanted.readNBytes(MIB)) {
                sameBytes(piece, found.readNBytes(MIB));
            }
            assertEquals(-1, found.read());
        }
    }
}
