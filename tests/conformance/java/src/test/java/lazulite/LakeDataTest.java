package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.common.ParallelTransferOptions;
import com.azure.storage.file.datalake.DataLakeFileClient;
import com.azure.storage.file.datalake.models.FileRange;
import com.azure.storage.file.datalake.models.LeaseAction;
import com.azure.storage.file.datalake.models.LeaseStateType;
import com.azure.storage.file.datalake.models.PathHttpHeaders;
import com.azure.storage.file.datalake.options.DataLakeFileAppendOptions;
import com.azure.storage.file.datalake.options.DataLakeFileFlushOptions;
import com.azure.storage.file.datalake.options.FileParallelUploadOptions;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

/** What is appended to files, flushed, uploaded and read. */
class LakeDataTest extends LakeEnv {
    private static BinaryData data(String content) {
        return BinaryData.fromString(content);
    }

    @Test
    void appendAndFlush() {
        DataLakeFileClient made = file("file", "");
        made.append(data(" world"), 5); // in any order
        made.append(data("hello"), 0);
        assertEquals("", textOf(made));
        made.flushWithResponse(11, new DataLakeFileFlushOptions().setClose(true)
                .setPathHttpHeaders(new PathHttpHeaders().setContentType("a/b")), null, Context.NONE);
        assertEquals("hello world a/b", textOf(made) + " " + made.getProperties().getContentType());
        made.appendWithResponse(data("!"), 11, new DataLakeFileAppendOptions().setFlush(true), null, Context.NONE);
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        made.readWithResponse(part, new FileRange(6, 6L), null, null, false, null, Context.NONE);
        assertEquals("world!", part.toString(StandardCharsets.UTF_8));
    }

    @Test
    void positions() {
        DataLakeFileClient made = file("file", "hello");
        refused(400, "InvalidFlushPosition", () -> made.flush(6, true));
        made.append(data("gap"), 7);
        refused(400, "InvalidFlushPosition", () -> made.flush(10, true));
        made.append(data("--"), 5);
        made.flushWithResponse(7, true, false, null, null, null, Context.NONE);
        made.flush(10, true);
        assertEquals("hello--gap", textOf(made));
        refused(404, "PathNotFound", () -> home.getFileClient("nowhere").append(data("x"), 0));
        refused(404, "FilesystemNotFound", () -> missing().getFileClient("file").append(data("x"), 0));
    }

    @Test
    void checksums() throws Exception {
        DataLakeFileClient made = file("file", "");
        byte[] right = MessageDigest.getInstance("MD5").digest("hello".getBytes(StandardCharsets.UTF_8));
        made.appendWithResponse(data("hello"), 0, new DataLakeFileAppendOptions().setContentHash(right), null, Context.NONE);
        refused(400, "Md5Mismatch",
                () -> made.appendWithResponse(data("other"), 5, new DataLakeFileAppendOptions().setContentHash(right), null, Context.NONE));
        made.flush(5, true);
        assertEquals("hello", textOf(made));
    }

    @Test
    void leaseActions() {
        DataLakeFileClient made = file("file", "");
        made.appendWithResponse(data("hello"), 0, new DataLakeFileAppendOptions().setLeaseAction(LeaseAction.ACQUIRE)
                .setProposedLeaseId(LEASE).setLeaseDuration(15), null, Context.NONE);
        assertEquals(LeaseStateType.LEASED, made.getProperties().getLeaseState());
        refused(412, "LeaseIdMissing", () -> made.append(data("!"), 5));
        made.appendWithResponse(data("!"), 5, new DataLakeFileAppendOptions().setLeaseId(LEASE).setLeaseAction(LeaseAction.AUTO_RENEW), null, Context.NONE);
        made.flushWithResponse(6, new DataLakeFileFlushOptions().setLeaseAction(LeaseAction.RELEASE)
                .setRequestConditions(when().setLeaseId(LEASE)), null, Context.NONE);
        assertEquals(LeaseStateType.AVAILABLE, made.getProperties().getLeaseState());
        assertEquals("hello!", textOf(made));
    }

    @Test
    void uploads() throws Exception {
        byte[] content = Env.pattern(20 * Env.MIB + 3);
        DataLakeFileClient made = home.getFileClient("d/large");
        made.uploadWithResponse(new FileParallelUploadOptions(BinaryData.fromBytes(content))
                .setParallelTransferOptions(new ParallelTransferOptions().setBlockSizeLong(4L * Env.MIB).setMaxSingleUploadSizeLong(4L * Env.MIB)),
                null, Context.NONE);
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        made.read(found);
        Env.sameBytes(content, found.toByteArray());
        refused(409, "PathAlreadyExists", () -> made.upload(data("again")));
        made.upload(data("again"), true);
        assertEquals("again", new String(made.openInputStream().getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        try (var out = home.getFileClient("stream").getOutputStream()) {
            out.write(content, 0, Env.MIB);
        }
        assertEquals(Env.MIB, home.getFileClient("stream").getProperties().getFileSize());
    }

    @Test
    void query() {
        DataLakeFileClient made = file("table.csv", "1,a\n2,b\n3,c\n");
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        made.query(found, "SELECT _2 FROM BlobStorage WHERE _1 > 1");
        assertEquals("b\nc\n", found.toString(StandardCharsets.UTF_8));
    }
}
