package conformance

import (
	"crypto/md5"
	"io"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
)

func TestRanges(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "0123456789")
	for _, asked := range []struct {
		offset, count int64
		text, header  string
	}{
		{0, 1, "0", "bytes 0-0/10"},
		{3, 4, "3456", "bytes 3-6/10"},
		{9, 1, "9", "bytes 9-9/10"},
		{4, 0, "456789", "bytes 4-9/10"},
		{8, 100, "89", "bytes 8-9/10"},
	} {
		answer := need(client.DownloadStream(ctx, &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: asked.offset, Count: asked.count}}))(t)
		equal(t, string(need(io.ReadAll(answer.Body))(t)), asked.text)
		equal(t, *answer.ContentRange, asked.header)
		equal(t, *answer.ContentLength, int64(len(asked.text)))
	}
}

func TestRangeBehindTheEnd(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "0123456789")
	options := &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 10, Count: 1}}
	refused(client.DownloadStream(ctx, options))(t, 416, "InvalidRange")
}

func TestRangeMD5(t *testing.T) {
	client := newBlob(t)
	content := pattern(8 * mib)
	need(client.Upload(ctx, body(content), nil))(t)
	options := &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 1000, Count: 4 * mib}, RangeGetContentMD5: to.Ptr(true)}
	answer := need(client.DownloadStream(ctx, options))(t)
	answer.Body.Close()
	sum := md5.Sum(content[1000 : 1000+4*mib])
	sameBytes(t, answer.ContentMD5, sum[:])

	options.Range.Count++ // the hash is offered for at most 4 MiB
	refused(client.DownloadStream(ctx, options))(t, 400, "OutOfRangeInput")
}

func TestDownloadWithChecksums(t *testing.T) {
	client := newBlob(t)
	content := pattern(9*mib + 1) // three segments
	need(client.Upload(ctx, body(content), nil))(t)
	validation := blob.TransferValidationTypeComputeStructuredMessageCRC64(4 * mib)
	sameBytes(t, download(t, client, &blob.DownloadStreamOptions{TransactionalValidation: validation}), content)
	part := blob.HTTPRange{Offset: 5, Count: 5 * mib}
	sameBytes(t, download(t, client, &blob.DownloadStreamOptions{TransactionalValidation: validation, Range: part}), content[5:5+5*mib])
}

func TestDownloadBufferInParallel(t *testing.T) {
	client := newBlob(t)
	content := pattern(5*mib + 12_345)
	need(client.Upload(ctx, body(content), nil))(t)
	whole := make([]byte, len(content))
	equal(t, need(client.DownloadBuffer(ctx, whole, &blob.DownloadBufferOptions{BlockSize: 256 * kib, Concurrency: 4}))(t), int64(len(content)))
	sameBytes(t, whole, content)
	part := make([]byte, 2_000_003)
	need(client.DownloadBuffer(ctx, part, &blob.DownloadBufferOptions{
		Range: blob.HTTPRange{Offset: 1_000_001, Count: 2_000_003}, BlockSize: 256 * kib, Concurrency: 4,
	}))(t)
	sameBytes(t, part, content[1_000_001:3_000_004])
}
