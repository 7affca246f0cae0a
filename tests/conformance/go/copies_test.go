package conformance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/pageblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
)

// readableBlob is the URL of a blob with a SAS of its container: what is written from a URL needs one also within an account.
func readableBlob(t *testing.T, home *container.Client, name string) string {
	t.Helper()
	url := need(home.GetSASURL(sas.ContainerPermissions{Read: true}, inAnHour(), nil))(t)
	return strings.Replace(url, "?", "/"+name+"?", 1)
}

func TestCopies(t *testing.T) {
	home := newContainer(t)
	from, client := home.NewBlockBlobClient("from"), home.NewBlockBlobClient("to")
	need(from.Upload(ctx, body([]byte("hello")), &blockblob.UploadOptions{Metadata: map[string]*string{"a": pointer("1")}}))(t)
	copied := need(client.StartCopyFromURL(ctx, from.URL(), nil))(t)
	equal(t, *copied.CopyStatus, blob.CopyStatusTypeSuccess)
	properties := need(client.GetProperties(ctx, nil))(t)
	equal(t, *properties.CopyID, *copied.CopyID)
	equal(t, *properties.CopySource, from.URL())
	equal(t, *properties.CopyProgress, "5/5")
	sameMetadata(t, properties.Metadata, map[string]string{"a": "1"})

	other := &blob.SourceModifiedAccessConditions{SourceIfMatch: to.Ptr(otherETag)}
	refused(client.StartCopyFromURL(ctx, from.URL(), &blob.StartCopyFromURLOptions{SourceModifiedAccessConditions: other}))(t, 412, "SourceConditionNotMet")
	refused(client.StartCopyFromURL(ctx, from.URL()+"x", nil))(t, 404, "CannotVerifyCopySource")
	source := readableBlob(t, home, "from")
	equal(t, *need(client.CopyFromURL(ctx, source, nil))(t).CopyStatus, "success")
	refused(client.CopyFromURL(ctx, readableBlob(t, home, "missing"), nil))(t, 404, "CannotVerifyCopySource")
	refused(client.CopyFromURL(ctx, from.URL(), nil))(t, 401, "CannotVerifyCopySource")
	refused(client.UploadBlobFromURL(ctx, from.URL(), nil))(t, 401, "CannotVerifyCopySource")
	refused(client.StageBlockFromURL(ctx, blockID(0), from.URL(), nil))(t, 401, "CannotVerifyCopySource")
	need(client.UploadBlobFromURL(ctx, source, nil))(t)
	sameBytes(t, download(t, client, nil), []byte("hello"))
	need(client.StageBlockFromURL(ctx, blockID(0), source, &blockblob.StageBlockFromURLOptions{Range: blob.HTTPRange{Offset: 1, Count: 3}}))(t)
	need(client.CommitBlockList(ctx, []string{blockID(0)}, nil))(t)
	sameBytes(t, download(t, client, nil), []byte("ell"))
}

func TestPendingCopy(t *testing.T) {
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		answer.Header().Set("Content-Length", "10")
		if request.Method == http.MethodGet {
			answer.WriteHeader(200)
			answer.(http.Flusher).Flush()
			<-over
		}
	}))
	defer server.Close()
	defer close(over)
	client := newBlob(t)
	copied := need(client.StartCopyFromURL(ctx, server.URL+"/file", nil))(t)
	equal(t, *copied.CopyStatus, blob.CopyStatusTypePending)
	refused(client.Upload(ctx, body(nil), nil))(t, 409, "PendingCopyOperation")
	refused(client.AbortCopyFromURL(ctx, "00000000-0000-0000-0000-000000000000", nil))(t, 409, "CopyIdMismatch")
	need(client.AbortCopyFromURL(ctx, *copied.CopyID, nil))(t)
	equal(t, *need(client.GetProperties(ctx, nil))(t).CopyStatus, blob.CopyStatusTypeAborted)
	refused(client.AbortCopyFromURL(ctx, *copied.CopyID, nil))(t, 409, "NoPendingCopyOperation")
}

// takeSnapshot copies a snapshot incrementally and says which snapshot of the backup it became.
func takeSnapshot(t *testing.T, home *container.Client, backup *pageblob.Client, snapshot string) *blob.Client {
	t.Helper()
	started := need(backup.StartCopyIncremental(ctx, home.NewPageBlobClient("disk").URL(), snapshot, nil))(t)
	equal(t, *started.CopyStatus, blob.CopyStatusTypePending)
	found := need(backup.GetProperties(ctx, nil))(t)
	for *found.CopyStatus == blob.CopyStatusTypePending {
		found = need(backup.GetProperties(ctx, nil))(t)
	}
	equal(t, *found.CopyStatus, blob.CopyStatusTypeSuccess)
	equal(t, *found.CopyID, *started.CopyID)
	equal(t, *found.IsIncrementalCopy, true)
	return need(backup.BlobClient().WithSnapshot(*found.DestinationSnapshot))(t)
}

func TestIncrementalCopies(t *testing.T) {
	home := newContainer(t)
	disk, backup := newPageBlob(t, home, 2), home.NewPageBlobClient("backup")
	refused(backup.StartCopyIncremental(ctx, disk.URL(), "2026-01-01T00:00:00.0000000Z", nil))(t, 404, "CannotVerifyCopySource")
	first := *need(disk.CreateSnapshot(ctx, nil))(t).Snapshot
	need(disk.UploadPages(ctx, body(ofPages("b", 1)), pages(1, 1), nil))(t)
	second := *need(disk.CreateSnapshot(ctx, nil))(t).Snapshot
	sameBytes(t, contentOf(t, takeSnapshot(t, home, backup, first)), make([]byte, 2*page))
	sameBytes(t, contentOf(t, takeSnapshot(t, home, backup, second)), append(make([]byte, page), ofPages("b", 1)...))
	refused(backup.StartCopyIncremental(ctx, disk.URL(), first, nil))(t, 409, "IncrementalCopyOfEarlierSnapshotNotAllowed")
	refused(backup.DownloadStream(ctx, nil))(t, 409, "OperationNotAllowedOnIncrementalCopyBlob")
	other := home.NewPageBlobClient("other")
	need(other.Create(ctx, page, nil))(t)
	refused(other.StartCopyIncremental(ctx, disk.URL(), second, nil))(t, 409, "IncrementalCopyBlobMismatch")
}
