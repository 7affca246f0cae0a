package conformance

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
)

func blockID(number int) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "block-%04d", number))
}

func committedSizes(t *testing.T, client *blockblob.Client) []int64 {
	t.Helper()
	sizes := []int64{}
	for _, block := range need(client.GetBlockList(ctx, blockblob.BlockListTypeCommitted, nil))(t).CommittedBlocks {
		sizes = append(sizes, *block.Size)
	}
	return sizes
}

func TestUploadSmall(t *testing.T) {
	client := newBlob(t)
	answer := need(client.Upload(ctx, body([]byte("hello")), nil))(t)
	sum := md5.Sum([]byte("hello"))
	sameBytes(t, answer.ContentMD5, sum[:])
	equal(t, *answer.IsServerEncrypted, true)
	properties := need(client.GetProperties(ctx, nil))(t)
	equal(t, *properties.ETag, *answer.ETag)
	equal(t, properties.LastModified.UTC(), answer.LastModified.UTC())
	equal(t, *properties.ContentLength, 5)
	equal(t, *properties.BlobType, blob.BlobTypeBlockBlob)
	sameBytes(t, download(t, client, nil), []byte("hello"))
}

func TestUploadEmpty(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "")
	equal(t, len(download(t, client, nil)), 0)
}

func TestUploadTwiceReplaces(t *testing.T) {
	client := newBlob(t)
	first := upload(t, client, "a longer first content")
	second := upload(t, client, "second")
	if *first.ETag == *second.ETag {
		t.Fatal("one ETag for two contents")
	}
	sameBytes(t, download(t, client, nil), []byte("second"))
}

func TestStageAndCommitBlocks(t *testing.T) {
	client := newBlob(t)
	for number, text := range []string{"one ", "two ", "three "} {
		need(client.StageBlock(ctx, blockID(number), body([]byte(text)), nil))(t)
	}
	staged := need(client.GetBlockList(ctx, blockblob.BlockListTypeAll, nil))(t)
	equal(t, len(staged.CommittedBlocks), 0)
	equal(t, len(staged.UncommittedBlocks), 3)

	need(client.CommitBlockList(ctx, []string{blockID(2), blockID(0), blockID(2)}, nil))(t)
	sameBytes(t, download(t, client, nil), []byte("three one three "))
	lists := need(client.GetBlockList(ctx, blockblob.BlockListTypeAll, nil))(t)
	equal(t, len(lists.UncommittedBlocks), 0) // what the commit did not name is gone
	names := ""
	for _, block := range lists.CommittedBlocks {
		names += fmt.Sprintf("%s:%d ", *block.Name, *block.Size)
	}
	equal(t, names, fmt.Sprintf("%s:6 %s:4 %s:6 ", blockID(2), blockID(0), blockID(2)))
}

func TestCommitOfABlockThatIsNotThere(t *testing.T) {
	client := newBlob(t)
	need(client.StageBlock(ctx, blockID(0), body([]byte("x")), nil))(t)
	refused(client.CommitBlockList(ctx, []string{blockID(1)}, nil))(t, 400, "InvalidBlockList")
}

func TestStageBlockChecksums(t *testing.T) {
	for name, validation := range map[string]blob.TransferValidationType{
		"computed CRC64":  blob.TransferValidationTypeComputeCRC64(),
		"structured body": blob.TransferValidationTypeComputeStructuredMessageCRC64(4 * mib),
	} {
		t.Run(name, func(t *testing.T) {
			client := newBlob(t)
			content := pattern(100_000)
			need(client.StageBlock(ctx, blockID(0), body(content), &blockblob.StageBlockOptions{TransactionalValidation: validation}))(t)
			need(client.CommitBlockList(ctx, []string{blockID(0)}, nil))(t)
			sameBytes(t, download(t, client, nil), content)
		})
	}
	for name, wrong := range map[string]struct {
		validation blob.TransferValidationType
		code       string
	}{
		"wrong MD5":   {blob.TransferValidationTypeMD5(make([]byte, 16)), "Md5Mismatch"},
		"wrong CRC64": {blob.TransferValidationTypeCRC64(1), "Crc64Mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			options := &blockblob.StageBlockOptions{TransactionalValidation: wrong.validation}
			refused(newBlob(t).StageBlock(ctx, blockID(0), body([]byte("hello")), options))(t, 400, bloberrorCode(wrong.code))
		})
	}
}

func TestUploadBufferInBlocks(t *testing.T) {
	client := newBlob(t)
	content := pattern(5*mib + 12_345)
	options := &blockblob.UploadBufferOptions{BlockSize: mib, Concurrency: 4, Metadata: map[string]*string{"k": pointer("v")}}
	// Above 256 MiB this SDK cuts by itself; below, UploadBuffer is one request.
	need(client.UploadBuffer(ctx, content, options))(t)
	sameBytes(t, download(t, client, nil), content)
	sameMetadata(t, need(client.GetProperties(ctx, nil))(t).Metadata, map[string]string{"k": "v"})
}

func TestUploadStreamInBlocks(t *testing.T) {
	client := newBlob(t)
	content := pattern(5*mib + 12_345)
	stream := io.MultiReader(bytes.NewReader(content)) // neither seeks nor knows its length
	need(client.UploadStream(ctx, stream, &blockblob.UploadStreamOptions{BlockSize: mib, Concurrency: 4}))(t)
	equal(t, fmt.Sprint(committedSizes(t, client)), "[1048576 1048576 1048576 1048576 1048576 12345]")
	sameBytes(t, download(t, client, nil), content)
}

func TestFiles(t *testing.T) {
	client := newBlob(t)
	content := pattern(3*mib + 7)
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "from"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	from := need(os.Open(filepath.Join(folder, "from")))(t)
	defer from.Close()
	need(client.UploadFile(ctx, from, nil))(t)
	to := need(os.Create(filepath.Join(folder, "to")))(t)
	defer to.Close()
	equal(t, need(client.DownloadFile(ctx, to, &blob.DownloadFileOptions{BlockSize: mib, Concurrency: 4}))(t), int64(len(content)))
	sameBytes(t, need(os.ReadFile(filepath.Join(folder, "to")))(t), content)
}

// repeated gives the same MiB again and again without holding more than one.
type repeated struct {
	piece []byte
	at    int
	left  int
}

func (r *repeated) Read(into []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	count := min(copy(into, r.piece[r.at:]), r.left)
	r.at = (r.at + count) % len(r.piece)
	r.left -= count
	return count, nil
}

func Test300MiBStreamed(t *testing.T) {
	if os.Getenv("LAZULITE_LARGE") == "0" {
		t.Skip("LAZULITE_LARGE=0")
	}
	client := newBlob(t)
	content := func() *repeated { return &repeated{piece: pattern(mib), left: 300 * mib} }
	need(client.UploadStream(ctx, content(), &blockblob.UploadStreamOptions{BlockSize: 8 * mib, Concurrency: 4}))(t)
	equal(t, *need(client.GetProperties(ctx, nil))(t).ContentLength, 300*mib)
	sizes := committedSizes(t, client)
	equal(t, len(sizes), 38)
	equal(t, sizes[37], 4*mib)

	wanted, found := md5.New(), md5.New()
	need(io.Copy(wanted, content()))(t)
	answer := need(client.DownloadStream(ctx, nil))(t)
	defer answer.Body.Close()
	equal(t, need(io.Copy(found, answer.Body))(t), 300*mib)
	sameBytes(t, found.Sum(nil), wanted.Sum(nil))
}
