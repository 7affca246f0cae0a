package conformance

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/appendblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/pageblob"
)

func newAppendBlob(t *testing.T, client *container.Client) *appendblob.Client {
	t.Helper()
	made := client.NewAppendBlobClient("log")
	need(made.Create(ctx, nil))(t)
	return made
}

func contentOf(t *testing.T, client *blob.Client) []byte {
	t.Helper()
	answer := need(client.DownloadStream(ctx, nil))(t)
	defer answer.Body.Close()
	return need(io.ReadAll(answer.Body))(t)
}

func TestAppendBlocks(t *testing.T) {
	home := newContainer(t)
	log := newAppendBlob(t, home)
	first := need(log.AppendBlock(ctx, body([]byte("one ")), nil))(t)
	equal(t, *first.BlobAppendOffset, "0")
	equal(t, *first.BlobCommittedBlockCount, 1)
	equal(t, *need(log.AppendBlock(ctx, body([]byte("two")), nil))(t).BlobAppendOffset, "4")
	sameBytes(t, contentOf(t, log.BlobClient()), []byte("one two"))

	at := func(position, size *int64) *appendblob.AppendBlockOptions {
		return &appendblob.AppendBlockOptions{AppendPositionAccessConditions: &appendblob.AppendPositionAccessConditions{AppendPosition: position, MaxSize: size}}
	}
	refused(log.AppendBlock(ctx, body([]byte("x")), at(to.Ptr(int64(4)), nil)))(t, 412, "AppendPositionConditionNotMet")
	refused(log.AppendBlock(ctx, body([]byte("x")), at(nil, to.Ptr(int64(7)))))(t, 412, "MaxBlobSizeConditionNotMet")
	need(log.AppendBlock(ctx, body([]byte("!")), at(to.Ptr(int64(7)), to.Ptr(int64(8)))))(t)
	wrong := &appendblob.AppendBlockOptions{TransactionalValidation: blob.TransferValidationTypeMD5(make([]byte, md5.Size))}
	refused(log.AppendBlock(ctx, body([]byte("x")), wrong))(t, 400, "Md5Mismatch")
	refused(home.NewAppendBlobClient("missing").AppendBlock(ctx, body([]byte("x")), nil))(t, 404, "BlobNotFound")

	upload(t, home.NewBlockBlobClient("blocks"), "more")
	need(log.AppendBlockFromURL(ctx, readableBlob(t, home, "blocks"), &appendblob.AppendBlockFromURLOptions{Range: blob.HTTPRange{Count: 4}}))(t)
	refused(home.NewAppendBlobClient("blocks").AppendBlock(ctx, body([]byte("x")), nil))(t, 409, "InvalidBlobType")
	sameBytes(t, contentOf(t, log.BlobClient()), []byte("one two!more"))

	need(log.Seal(ctx, nil))(t)
	equal(t, *need(log.GetProperties(ctx, nil))(t).IsSealed, true)
	refused(log.AppendBlock(ctx, body([]byte("x")), nil))(t, 409, "BlobIsSealed")
}

const page = pageblob.PageBytes

func newPageBlob(t *testing.T, client *container.Client, pages int64) *pageblob.Client {
	t.Helper()
	made := client.NewPageBlobClient("disk")
	need(made.Create(ctx, pages*page, nil))(t)
	return made
}

func pages(first, count int64) blob.HTTPRange {
	return blob.HTTPRange{Offset: first * page, Count: count * page}
}

func ofPages(letter string, count int) []byte { return bytes.Repeat([]byte(letter), count*page) }

// text writes a list of ranges as pages: "0-1 -3-3", the cleared ones with a minus.
func text(list pageblob.PageList) string {
	words := []string{}
	for _, found := range list.PageRange {
		words = append(words, fmt.Sprintf("%d-%d", *found.Start/page, *found.End/page))
	}
	for _, found := range list.ClearRange {
		words = append(words, fmt.Sprintf("-%d-%d", *found.Start/page, *found.End/page))
	}
	return strings.Join(words, " ")
}

func TestPages(t *testing.T) {
	home := newContainer(t)
	disk := newPageBlob(t, home, 8)
	need(disk.UploadPages(ctx, body(ofPages("a", 2)), pages(0, 2), nil))(t)
	need(disk.UploadPages(ctx, body(ofPages("b", 2)), pages(4, 2), nil))(t)
	need(disk.ClearPages(ctx, pages(1, 1), nil))(t)
	ranges := func() string { return text(need(disk.NewGetPageRangesPager(nil).NextPage(ctx))(t).PageList) }
	equal(t, ranges(), "0-0 4-5")
	wanted := append(append(ofPages("a", 1), make([]byte, 3*page)...), append(ofPages("b", 2), make([]byte, 2*page)...)...)
	sameBytes(t, contentOf(t, disk.BlobClient()), wanted)
	refused(disk.UploadPages(ctx, body(ofPages("x", 1)), pages(8, 1), nil))(t, 416, "InvalidPageRange")

	need(disk.Resize(ctx, 5*page, nil))(t)
	equal(t, ranges(), "0-0 4-4")
	need(disk.Resize(ctx, 8*page, nil))(t)
	equal(t, ranges(), "0-0 4-4") // what was cut off does not come back

	source := home.NewBlockBlobClient("blocks")
	need(source.Upload(ctx, body(ofPages("c", 3)), nil))(t)
	need(disk.UploadPagesFromURL(ctx, readableBlob(t, home, "blocks"), page, 6*page, 2*page, nil))(t)
	equal(t, ranges(), "0-0 4-4 6-7")
	pager := disk.NewGetPageRangesPager(&pageblob.GetPageRangesOptions{MaxResults: to.Ptr(int32(1))})
	found := []string{}
	for pager.More() {
		found = append(found, text(need(pager.NextPage(ctx))(t).PageList))
	}
	equal(t, strings.Join(found, "|"), "0-0|4-4|6-7")
	refused(home.NewPageBlobClient("blocks").Resize(ctx, page, nil))(t, 409, "InvalidBlobType")
	refused(home.NewPageBlobClient("odd").Create(ctx, 100, nil))(t, 400, "InvalidHeaderValue")
}

func TestSequenceNumbers(t *testing.T) {
	disk := newPageBlob(t, newContainer(t), 1)
	number := func(action pageblob.SequenceNumberActionType, number *int64) pageblob.UpdateSequenceNumberResponse {
		options := &pageblob.UpdateSequenceNumberOptions{ActionType: &action, SequenceNumber: number}
		return need(disk.UpdateSequenceNumber(ctx, options))(t)
	}
	equal(t, *number(pageblob.SequenceNumberActionTypeUpdate, to.Ptr(int64(7))).BlobSequenceNumber, 7)
	equal(t, *number(pageblob.SequenceNumberActionTypeMax, to.Ptr(int64(5))).BlobSequenceNumber, 7)
	equal(t, *number(pageblob.SequenceNumberActionTypeIncrement, nil).BlobSequenceNumber, 8)
	at := &pageblob.UploadPagesOptions{SequenceNumberAccessConditions: &pageblob.SequenceNumberAccessConditions{IfSequenceNumberEqualTo: to.Ptr(int64(7))}}
	refused(disk.UploadPages(ctx, body(ofPages("x", 1)), pages(0, 1), at))(t, 412, "SequenceNumberConditionNotMet")
	at.SequenceNumberAccessConditions = &pageblob.SequenceNumberAccessConditions{IfSequenceNumberLessThanOrEqualTo: to.Ptr(int64(8))}
	need(disk.UploadPages(ctx, body(ofPages("x", 1)), pages(0, 1), at))(t)
}

func TestPageDifferences(t *testing.T) {
	disk := newPageBlob(t, newContainer(t), 8)
	need(disk.UploadPages(ctx, body(ofPages("a", 4)), pages(0, 4), nil))(t)
	first := *need(disk.CreateSnapshot(ctx, nil))(t).Snapshot
	need(disk.UploadPages(ctx, body(ofPages("b", 1)), pages(6, 1), nil))(t)
	need(disk.ClearPages(ctx, pages(1, 1), nil))(t)
	second := *need(disk.CreateSnapshot(ctx, nil))(t).Snapshot
	need(disk.UploadPages(ctx, body(ofPages("c", 1)), pages(3, 1), nil))(t)
	since := func(client *pageblob.Client, snapshot string) (pageblob.GetPageRangesDiffResponse, error) {
		return client.NewGetPageRangesDiffPager(&pageblob.GetPageRangesDiffOptions{PrevSnapshot: &snapshot}).NextPage(ctx)
	}
	equal(t, text(need(since(disk, first))(t).PageList), "3-3 6-6 -1-1")
	equal(t, text(need(since(disk, second))(t).PageList), "3-3")
	equal(t, text(need(since(need(disk.WithSnapshot(second))(t), first))(t).PageList), "6-6 -1-1")
	refused(since(need(disk.WithSnapshot(first))(t), second))(t, 400, "PreviousSnapshotCannotBeNewer")
	refused(since(disk, aMoment))(t, 409, "PreviousSnapshotNotFound")
	need(disk.Delete(ctx, &blob.DeleteOptions{DeleteSnapshots: to.Ptr(blob.DeleteSnapshotsOptionTypeInclude)}))(t)
}
