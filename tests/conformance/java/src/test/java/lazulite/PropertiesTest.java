package lazulite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.azure.core.util.Context;
import com.azure.storage.blob.models.AccountKind;
import com.azure.storage.blob.models.BlobContainerProperties;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.LeaseStateType;
import com.azure.storage.blob.models.LeaseStatusType;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PropertiesTest extends Env {
    static BlobHttpHeaders headers(int number) {
        byte[] hash = new byte[16];
        Arrays.fill(hash, (byte) number);
        return new BlobHttpHeaders().setContentType("text/" + number).setContentEncoding("gzip-" + number)
                .setContentLanguage("de-" + number).setContentDisposition("attachment; filename=" + number)
                .setCacheControl("max-age=" + number).setContentMd5(hash);
    }

    void check(BlobHttpHeaders wanted) {
        BlobProperties found = blob.getProperties();
        assertEquals(wanted.getContentType(), found.getContentType());
        assertEquals(wanted.getContentEncoding(), found.getContentEncoding());
        assertEquals(wanted.getContentLanguage(), found.getContentLanguage());
        assertEquals(wanted.getContentDisposition(), found.getContentDisposition());
        assertEquals(wanted.getCacheControl(), found.getCacheControl());
        assertArrayEquals(wanted.getContentMd5(), found.getContentMd5());
    }

    @Test
    void httpHeaders() {
        UploadTest.stage(blob.getBlockBlobClient(), 0, "hello");
        blob.getBlockBlobClient().commitBlockListWithResponse(java.util.List.of(UploadTest.id(0)), headers(1), null, null, null, null,
                Context.NONE);
        check(headers(1));
        blob.setHttpHeaders(headers(2));
        check(headers(2));
        blob.setHttpHeaders(new BlobHttpHeaders().setContentType("a/b")); // the others are cleared
        BlobProperties cleared = blob.getProperties();
        assertEquals("a/b", cleared.getContentType());
        assertNull(cleared.getCacheControl());
        assertNull(cleared.getContentEncoding());
        assertNull(cleared.getContentMd5());
    }

    @Test
    void defaultContentType() {
        blob.upload(text("hello"));
        assertEquals("application/octet-stream", blob.getProperties().getContentType());
    }

    @Test
    void blobMetadata() {
        blob.uploadWithResponse(new BlobParallelUploadOptions(text("")).setMetadata(Map.of("One", "1", "two", "a b")), null, Context.NONE);
        BlobProperties first = blob.getProperties();
        assertEquals(Map.of("One", "1", "two", "a b"), first.getMetadata());
        blob.setMetadata(Map.of("three", "3"));
        BlobProperties second = blob.getProperties();
        assertEquals(Map.of("three", "3"), second.getMetadata());
        assertNotEquals(first.getETag(), second.getETag());
    }

    @Test
    void invalidMetadata() {
        blob.upload(text(""));
        refused(400, "InvalidMetadata", () -> blob.setMetadata(Map.of("not-a-name", "1")));
        refused(400, "MetadataTooLarge", () -> blob.setMetadata(Map.of("large", "x".repeat(8 << 10))));
    }

    @Test
    void ofAContainer() {
        BlobContainerProperties first = container.getProperties();
        assertEquals(LeaseStateType.AVAILABLE, first.getLeaseState());
        assertEquals(LeaseStatusType.UNLOCKED, first.getLeaseStatus());
        assertFalse(first.hasImmutabilityPolicy());
        assertNull(first.getBlobPublicAccess());
        container.setMetadata(Map.of("a", "1"));
        BlobContainerProperties second = container.getProperties();
        assertEquals(Map.of("a", "1"), second.getMetadata());
        assertNotEquals(first.getETag(), second.getETag());
    }

    @Test
    void ofTheAccount() {
        assertEquals(AccountKind.STORAGE_V2, SERVICE.getAccountInfo().getAccountKind());
        assertNotNull(SERVICE.getAccountInfo().getSkuName());
    }
}
