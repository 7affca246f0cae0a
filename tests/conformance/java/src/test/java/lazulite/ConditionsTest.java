package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.http.rest.Response;
import com.azure.core.util.Context;
import com.azure.storage.blob.models.BlobDownloadContentResponse;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlockBlobItem;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConditionsTest extends Env {
    /** A condition made of the blob's ETag and time; 0 where it holds, else the status of a read. */
    record Row(String name, int readStatus, Function<BlockBlobItem, BlobRequestConditions> conditions) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Row> rows() {
        return List.of(
                new Row("If-Match, its ETag", 0, put -> when().setIfMatch(put.getETag())),
                new Row("If-Match, another ETag", 412, put -> when().setIfMatch(OTHER_ETAG)),
                new Row("If-Match, any", 0, put -> when().setIfMatch("*")),
                new Row("If-None-Match, its ETag", 304, put -> when().setIfNoneMatch(put.getETag())),
                new Row("If-None-Match, another ETag", 0, put -> when().setIfNoneMatch(OTHER_ETAG)),
                new Row("If-Modified-Since, an hour ago", 0, put -> when().setIfModifiedSince(put.getLastModified().minusHours(1))),
                new Row("If-Modified-Since, its time", 304, put -> when().setIfModifiedSince(put.getLastModified())),
                new Row("If-Unmodified-Since, its time", 0, put -> when().setIfUnmodifiedSince(put.getLastModified())),
                new Row("If-Unmodified-Since, an hour ago", 412, put -> when().setIfUnmodifiedSince(put.getLastModified().minusHours(1))),
                new Row("If-Unmodified-Since, in an hour", 0, put -> when().setIfUnmodifiedSince(put.getLastModified().plusHours(1))));
    }

    Response<BlockBlobItem> upload(String content, BlobRequestConditions when) {
        return blob.uploadWithResponse(new BlobParallelUploadOptions(text(content)).setRequestConditions(when), null, Context.NONE);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void ofReads(Row row) {
        BlockBlobItem put = upload("hello", null).getValue();
        BlobRequestConditions when = row.conditions.apply(put);
        if (row.readStatus == 0) {
            BlobDownloadContentResponse found = blob.downloadContentWithResponse(null, when, null, Context.NONE);
            assertEquals("hello", found.getValue().toString());
            Response<BlobProperties> properties = blob.getPropertiesWithResponse(when, null, Context.NONE);
            assertEquals(put.getETag(), properties.getValue().getETag());
        } else {
            refused(row.readStatus, "ConditionNotMet", () -> blob.downloadContentWithResponse(null, when, null, Context.NONE));
            refused(row.readStatus, "ConditionNotMet", () -> blob.getPropertiesWithResponse(when, null, Context.NONE));
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void ofWrites(Row row) {
        BlobRequestConditions when = row.conditions.apply(upload("hello", null).getValue());
        if (row.readStatus == 0) {
            upload("again", when);
            assertEquals("again", textOf(blob));
        } else {
            refused(412, "ConditionNotMet", () -> upload("again", when));
            assertEquals("hello", textOf(blob));
        }
    }

    @Test
    void createOnlyIfAbsent() {
        BlobRequestConditions absent = when().setIfNoneMatch("*");
        upload("first", absent);
        refused(409, "BlobAlreadyExists", () -> upload("second", absent));
        assertEquals("first", textOf(blob));
        UploadTest.stage(blob.getBlockBlobClient(), 0, "third");
        refused(409, "BlobAlreadyExists", () -> blob.getBlockBlobClient().commitBlockList(List.of(UploadTest.id(0))));
    }

    @Test
    void updateOnlyIfPresent() {
        refused(412, "ConditionNotMet", () -> upload("x", when().setIfMatch("*")));
    }

    @Test
    void ofDelete() {
        BlockBlobItem put = upload("hello", null).getValue();
        refused(412, "ConditionNotMet", () -> blob.deleteWithResponse(null, when().setIfMatch(OTHER_ETAG), null, Context.NONE));
        assertTrue(blob.exists());
        blob.deleteWithResponse(null, when().setIfMatch(put.getETag()), null, Context.NONE);
        refused(404, "BlobNotFound", () -> blob.getProperties());
    }

    @Test
    void ofMetadataAndHeaders() {
        upload("hello", null);
        BlobRequestConditions other = when().setIfMatch(OTHER_ETAG);
        refused(412, "ConditionNotMet", () -> blob.setMetadataWithResponse(Map.of("a", "b"), other, null, Context.NONE));
        refused(412, "ConditionNotMet", () -> blob.setHttpHeadersWithResponse(new BlobHttpHeaders(), other, null, Context.NONE));
    }

    @Test
    void ofDeleteContainer() {
        OffsetDateTime earlier = container.getProperties().getLastModified().minusHours(1);
        refused(412, "ConditionNotMet", () -> container.deleteWithResponse(when().setIfUnmodifiedSince(earlier), null, Context.NONE));
        assertTrue(container.exists());
    }
}
