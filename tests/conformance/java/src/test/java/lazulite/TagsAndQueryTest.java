package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.models.BlobQueryDelimitedSerialization;
import com.azure.storage.blob.models.BlobQueryError;
import com.azure.storage.blob.models.BlobQueryJsonSerialization;
import com.azure.storage.blob.models.TaggedBlobItem;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import com.azure.storage.blob.options.BlobQueryOptions;
import com.azure.storage.blob.options.FindBlobsOptions;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TagsAndQueryTest extends Env {
    @Test
    void tags() {
        blob.uploadWithResponse(new BlobParallelUploadOptions(text("")).setTags(Map.of("a b", "1", "c", "")), null, Context.NONE);
        assertEquals(2, blob.getProperties().getTagCount());
        blob.setTags(Map.of("state", "new"));
        assertEquals(Map.of("state", "new"), blob.getTags());
        refused(412, "ConditionNotMet", () -> blob.getPropertiesWithResponse(when().setTagsConditions("state = 'closed'"), null, Context.NONE));
        blob.getPropertiesWithResponse(when().setTagsConditions("state <> 'closed'"), null, Context.NONE);
        refused(400, "TagsTooLarge", () -> blob.setTags(Map.of("k", "v".repeat(257))));
        refused(404, "BlobNotFound", () -> container.getBlobClient("missing").getTags());
    }

    @Test
    void areFound() {
        String mark = unique();
        for (int number = 0; number < 5; number++) {
            BlobClient one = container.getBlobClient("b" + number);
            one.uploadWithResponse(new BlobParallelUploadOptions(text("")).setTags(Map.of("mark", mark, "n", "" + number)), null, Context.NONE);
        }
        String where = "mark = '" + mark + "' AND n >= '1'";
        FindBlobsOptions options = new FindBlobsOptions(where).setMaxResultsPerPage(3);
        List<String> wanted = List.of("b1", "b2", "b3", "b4");
        assertEquals(wanted, container.findBlobsByTags(options, null, Context.NONE).stream().map(TaggedBlobItem::getName).toList());
        assertEquals(wanted, SERVICE.findBlobsByTags(where).stream().map(TaggedBlobItem::getName).toList());
        refused(400, "InvalidQueryParameterValue", () -> container.findBlobsByTags("n = 1").stream().count());
    }

    static final String LINES = "name,age\nAda,36\nBob,7\nEve\n";

    @Test
    void queries() {
        blob.upload(text(LINES));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        blob.query(all, "SELECT * FROM BlobStorage");
        assertEquals(LINES, all.toString());

        ByteArrayOutputStream some = new ByteArrayOutputStream();
        List<String> errors = new ArrayList<>();
        BlobQueryDelimitedSerialization headed = new BlobQueryDelimitedSerialization().setColumnSeparator(',').setRecordSeparator('\n')
                .setFieldQuote('"').setHeadersPresent(true);
        blob.queryWithResponse(new BlobQueryOptions("SELECT name, age FROM BlobStorage WHERE CAST(age AS INT) > 10", some)
                .setInputSerialization(headed).setOutputSerialization(new BlobQueryJsonSerialization().setRecordSeparator('\n'))
                .setErrorConsumer((BlobQueryError error) -> errors.add(error.getName())), null, Context.NONE);
        assertEquals("{\"name\":\"Ada\",\"age\":\"36\"}\n", some.toString());
        assertEquals(List.of("InvalidColumnOrdinal"), errors);
        refused(400, "ErrorProcessingQueryExpression", () -> blob.query(new ByteArrayOutputStream(), "SELECT * FROM Elsewhere"));
    }

    @Test
    void ofTheService() {
        assertEquals("live", builder().connectionString(connectionString()).endpoint(ENDPOINT + "-secondary").buildClient()
                .getStatistics().getGeoReplication().getStatus().toString());
        assertEquals(SERVICE.getAccountInfo().getSkuName(), container.getAccountInfo(null).getSkuName());
        assertEquals(SERVICE.getAccountInfo().getSkuName(), blob.getAccountInfo().getSkuName());
    }
}
