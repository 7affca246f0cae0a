package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.http.rest.PagedResponse;
import com.azure.core.util.Context;
import com.azure.storage.blob.models.AccessTier;
import com.azure.storage.blob.models.BlobContainerItem;
import com.azure.storage.blob.models.BlobContainerListDetails;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobItemProperties;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.BlobType;
import com.azure.storage.blob.models.BlockBlobItem;
import com.azure.storage.blob.models.ListBlobContainersOptions;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ListTest extends Env {
    void fill(String... names) {
        for (String name : names) {
            container.getBlobClient(name).upload(text(name));
        }
    }

    static String names(PagedResponse<BlobItem> page) {
        return page.getValue().stream().map(item -> (item.isPrefix() ? "prefix " : "") + item.getName()).collect(Collectors.joining(" "));
    }

    List<String> pages(ListBlobsOptions options) {
        return container.listBlobs(options, null).streamByPage().map(ListTest::names).toList();
    }

    @Test
    void inPages() {
        fill("e", "B", "a", "d", "c", "a/b", "é");
        assertEquals(List.of("B a a/b", "c d e", "é"), pages(new ListBlobsOptions().setMaxResultsPerPage(3)));
    }

    @Test
    void fromAContinuation() {
        fill("a", "b", "c");
        String token = container.listBlobs(new ListBlobsOptions().setMaxResultsPerPage(1), null).iterableByPage().iterator().next()
                .getContinuationToken();
        List<String> rest = container.listBlobs(new ListBlobsOptions(), token, null).stream().map(BlobItem::getName).toList();
        assertEquals(List.of("b", "c"), rest);
    }

    @Test
    void ofNothing() {
        assertEquals(List.of(""), pages(new ListBlobsOptions()));
    }

    @Test
    void byPrefix() {
        fill("a", "ab", "abc", "b");
        assertEquals(List.of("ab abc"), pages(new ListBlobsOptions().setPrefix("ab")));
    }

    @Test
    void byHierarchy() {
        fill("x/1", "x/2", "x/y/3", "top", "z/1");
        List<String> pages = container.listBlobsByHierarchy("/", new ListBlobsOptions().setMaxResultsPerPage(1), null).streamByPage()
                .map(ListTest::names).toList();
        assertEquals(List.of("top", "prefix x/", "prefix z/"), pages);
        List<String> below = container.listBlobsByHierarchy("x/").stream().map(BlobItem::getName).toList();
        assertEquals(List.of("x/1", "x/2", "x/y/"), below);
    }

    @Test
    void propertiesShown() {
        BlockBlobItem put = blob.uploadWithResponse(new BlobParallelUploadOptions(text("hello")).setMetadata(Map.of("name", "value"))
                .setHeaders(new BlobHttpHeaders().setContentType("text/plain")), null, Context.NONE).getValue();
        UploadTest.stage(container.getBlobClient("staged").getBlockBlobClient(), 0, "x");

        List<BlobItem> plain = container.listBlobs().stream().toList();
        assertEquals(1, plain.size());
        assertNull(plain.get(0).getMetadata());

        BlobListDetails details = new BlobListDetails().setRetrieveMetadata(true).setRetrieveUncommittedBlobs(true);
        List<BlobItem> items = container.listBlobs(new ListBlobsOptions().setDetails(details), null).stream().toList();
        assertEquals(List.of("blob", "staged"), items.stream().map(BlobItem::getName).toList());
        assertEquals(Map.of("name", "value"), items.get(0).getMetadata());
        BlobItemProperties properties = items.get(0).getProperties();
        assertEquals(put.getETag(), properties.getETag());
        assertEquals(put.getLastModified(), properties.getLastModified());
        assertEquals(5, properties.getContentLength());
        assertEquals("text/plain", properties.getContentType());
        assertEquals(BlobType.BLOCK_BLOB, properties.getBlobType());
        assertEquals(AccessTier.HOT, properties.getAccessTier());
        assertTrue(properties.isAccessTierInferred());
    }

    @Test
    void namesOfAllKinds() {
        List<String> wanted = List.of("100% a+b&c=d;e?#", "<tag>&amp;\"'", "a//b", "größe/日本/𝄞");
        fill(wanted.toArray(new String[0]));
        List<String> found = container.listBlobs().stream().map(BlobItem::getName).toList();
        assertEquals(wanted, found);
        for (String name : found) {
            assertEquals(name, textOf(container.getBlobClient(name)));
        }
    }

    @Test
    void containers() {
        String prefix = unique();
        for (String letter : List.of("c", "a", "b")) {
            SERVICE.createBlobContainerWithResponse(prefix + letter, Map.of("letter", letter), null, Context.NONE);
        }
        List<String> pages = new ArrayList<>();
        ListBlobContainersOptions options = new ListBlobContainersOptions().setPrefix(prefix).setMaxResultsPerPage(2)
                .setDetails(new BlobContainerListDetails().setRetrieveMetadata(true));
        for (PagedResponse<BlobContainerItem> page : SERVICE.listBlobContainers(options, null).iterableByPage()) {
            pages.add(page.getValue().stream().map(item -> item.getName().substring(prefix.length()) + item.getMetadata().get("letter"))
                    .collect(Collectors.joining()));
        }
        for (String letter : List.of("a", "b", "c")) {
            SERVICE.deleteBlobContainer(prefix + letter);
        }
        assertEquals(List.of("aabb", "cc"), pages);
    }
}
