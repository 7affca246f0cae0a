package lazulite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.http.HttpRange;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.models.AppendBlobRequestConditions;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.DeleteSnapshotsOptionType;
import com.azure.storage.blob.models.PageBlobRequestConditions;
import com.azure.storage.blob.models.PageRange;
import com.azure.storage.blob.models.PageRangeItem;
import com.azure.storage.blob.models.SequenceNumberActionType;
import com.azure.storage.blob.options.ListPageRangesDiffOptions;
import com.azure.storage.blob.options.ListPageRangesOptions;
import com.azure.storage.blob.specialized.AppendBlobClient;
import com.azure.storage.blob.specialized.PageBlobClient;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class AppendAndPageTest extends Env {
    static final int PAGE = 512;

    static InputStream stream(String content) {
        return BinaryData.fromString(content).toStream();
    }

    @Test
    void appends() {
        AppendBlobClient log = container.getBlobClient("log").getAppendBlobClient();
        refused(404, "BlobNotFound", () -> log.appendBlock(stream("x"), 1));
        log.create();
        assertEquals("0", log.appendBlock(stream("one "), 4).getBlobAppendOffset());
        assertEquals("4", log.appendBlock(stream("two"), 3).getBlobAppendOffset());
        AppendBlobRequestConditions there = new AppendBlobRequestConditions().setAppendPosition(4L);
        refused(412, "AppendPositionConditionNotMet", () -> log.appendBlockWithResponse(stream("x"), 1, null, there, null, Context.NONE));
        AppendBlobRequestConditions small = new AppendBlobRequestConditions().setMaxSize(7L);
        refused(412, "MaxBlobSizeConditionNotMet", () -> log.appendBlockWithResponse(stream("x"), 1, null, small, null, Context.NONE));
        refused(400, "Md5Mismatch", () -> log.appendBlockWithResponse(stream("x"), 1, new byte[16], null, null, Context.NONE));
        blob.upload(text("more"));
        log.appendBlockFromUrl(signed("blob"), new BlobRange(0, 4L));
        assertEquals("one twomore", log.downloadContent().toString());
        refused(409, "InvalidBlobType", () -> blob.getAppendBlobClient().appendBlock(stream("x"), 1));
        log.seal();
        assertTrue(log.getProperties().isSealed());
        refused(409, "BlobIsSealed", () -> log.appendBlock(stream("x"), 1));
    }

    static PageRange pages(long first, long count) {
        return new PageRange().setStart(first * PAGE).setEnd((first + count) * PAGE - 1);
    }

    static InputStream of(char letter, int count) {
        return new ByteArrayInputStream(String.valueOf(letter).repeat(count * PAGE).getBytes());
    }

    /** Ranges as pages, "0-1" and, what was cleared, "-3-3". */
    static List<String> text(Iterable<PageRangeItem> ranges) {
        return StreamSupport.stream(ranges.spliterator(), false).map(item -> {
            HttpRange range = item.getRange();
            long last = range.getOffset() + range.getLength() - 1;
            return (item.isClear() ? "-" : "") + range.getOffset() / PAGE + "-" + last / PAGE;
        }).toList();
    }

    PageBlobClient disk(int count) {
        PageBlobClient disk = container.getBlobClient("disk").getPageBlobClient();
        disk.create((long) count * PAGE);
        return disk;
    }

    static List<String> ranges(PageBlobClient disk) {
        return text(disk.listPageRanges(new BlobRange(0)));
    }

    @Test
    void writesPages() {
        PageBlobClient disk = disk(8);
        disk.uploadPages(pages(0, 2), of('a', 2));
        disk.uploadPages(pages(4, 2), of('b', 2));
        disk.clearPages(pages(1, 1));
        assertEquals(List.of("0-0", "4-5"), ranges(disk));
        refused(416, "InvalidPageRange", () -> disk.uploadPages(pages(8, 1), of('x', 1)));
        disk.resize(5 * PAGE);
        disk.resize(8 * PAGE);
        assertEquals(List.of("0-0", "4-4"), ranges(disk)); // what was cut off does not come back
        blob.upload(BinaryData.fromStream(of('c', 3)));
        disk.uploadPagesFromUrl(pages(6, 2), signed("blob"), (long) PAGE);
        assertEquals(List.of("0-0", "4-4", "6-7"), ranges(disk));
        ListPageRangesOptions one = new ListPageRangesOptions(new BlobRange(0)).setMaxResultsPerPage(1);
        assertEquals(3, disk.listPageRanges(one, null, Context.NONE).streamByPage().filter(page -> !page.getValue().isEmpty()).count());
        refused(409, "InvalidBlobType", () -> blob.getPageBlobClient().resize(PAGE));
    }

    @Test
    void sequenceNumbers() {
        PageBlobClient disk = disk(1);
        assertEquals(7, disk.updateSequenceNumber(SequenceNumberActionType.UPDATE, 7L).getBlobSequenceNumber());
        assertEquals(7, disk.updateSequenceNumber(SequenceNumberActionType.MAX, 5L).getBlobSequenceNumber());
        assertEquals(8, disk.updateSequenceNumber(SequenceNumberActionType.INCREMENT, null).getBlobSequenceNumber());
        PageBlobRequestConditions seven = new PageBlobRequestConditions().setIfSequenceNumberEqualTo(7L);
        refused(412, "SequenceNumberConditionNotMet", () -> disk.uploadPagesWithResponse(pages(0, 1), of('x', 1), null, seven, null, Context.NONE));
        PageBlobRequestConditions eight = new PageBlobRequestConditions().setIfSequenceNumberLessThanOrEqualTo(8L);
        disk.uploadPagesWithResponse(pages(0, 1), of('x', 1), null, eight, null, Context.NONE);
    }

    static List<String> since(PageBlobClient disk, String snapshot) {
        return text(disk.listPageRangesDiff(new ListPageRangesDiffOptions(new BlobRange(0), snapshot), null, Context.NONE));
    }

    @Test
    void differences() {
        PageBlobClient disk = disk(8);
        disk.uploadPages(pages(0, 4), of('a', 4));
        String first = disk.createSnapshot().getSnapshotId();
        disk.uploadPages(pages(6, 1), of('b', 1));
        disk.clearPages(pages(1, 1));
        String second = disk.createSnapshot().getSnapshotId();
        disk.uploadPages(pages(3, 1), of('c', 1));
        PageBlobClient older = container.getBlobClient("disk", first).getPageBlobClient();
        PageBlobClient newer = container.getBlobClient("disk", second).getPageBlobClient();
        assertEquals(List.of("-1-1", "3-3", "6-6"), since(disk, first).stream().sorted().toList());
        assertEquals(List.of("3-3"), since(disk, second));
        assertEquals(List.of("-1-1", "6-6"), since(newer, first).stream().sorted().toList());
        refused(400, "PreviousSnapshotCannotBeNewer", () -> since(older, second));
        refused(409, "PreviousSnapshotNotFound", () -> since(disk, "2020-01-01T00:00:00.0000000Z"));
        disk.deleteWithResponse(DeleteSnapshotsOptionType.INCLUDE, null, null, Context.NONE);
    }
}
