package conformance

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	blobsas "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
)

func TestCopyOfAFile(t *testing.T) {
	home := newShare(t, nil)
	moment := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	from, client := newFile(t, home, "from", "hello"), home.NewRootDirectoryClient().NewFileClient("to")
	need(from.SetMetadata(ctx, &file.SetMetadataOptions{Metadata: map[string]*string{"a": pointer("1")}}))(t)
	need(from.SetHTTPHeaders(ctx, &file.SetHTTPHeadersOptions{
		HTTPHeaders:   &file.HTTPHeaders{ContentType: pointer("a/b")},
		SMBProperties: &file.SMBProperties{Attributes: &file.NTFSFileAttributes{Hidden: true}, LastWriteTime: &moment},
	}))(t)
	copied := need(client.StartCopyFromURL(ctx, from.URL(), nil))(t)
	equal(t, *copied.CopyStatus, file.CopyStatusTypeSuccess)
	found := need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.CopyID, *copied.CopyID)
	equal(t, *found.CopySource, from.URL())
	equal(t, *found.CopyProgress+" "+*found.ContentType+" "+*found.FileAttributes, "5/5 a/b Archive")
	sameMetadata(t, found.Metadata, map[string]string{"a": "1"})
	equal(t, readFile(t, client, nil), "hello")

	need(client.StartCopyFromURL(ctx, from.URL(), &file.StartCopyFromURLOptions{
		Metadata: map[string]*string{"b": pointer("2")},
		CopyFileSMBInfo: &file.CopyFileSMBInfo{
			Attributes: file.SourceCopyFileAttributes{}, LastWriteTime: file.SourceCopyFileLastWriteTime{}, SetArchiveAttribute: to.Ptr(false),
		},
	}))(t)
	found = need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.FileAttributes, "Hidden")
	equal(t, found.FileLastWriteTime.UTC(), moment)
	sameMetadata(t, found.Metadata, map[string]string{"b": "2"})

	need(client.SetHTTPHeaders(ctx, &file.SetHTTPHeadersOptions{SMBProperties: &file.SMBProperties{Attributes: &file.NTFSFileAttributes{ReadOnly: true}}}))(t)
	refused(client.StartCopyFromURL(ctx, from.URL(), nil))(t, 409, "ReadOnlyAttribute")
	over := &file.StartCopyFromURLOptions{CopyFileSMBInfo: &file.CopyFileSMBInfo{IgnoreReadOnly: to.Ptr(true)}}
	need(client.StartCopyFromURL(ctx, from.URL(), over))(t)
	refused(client.StartCopyFromURL(ctx, from.URL()+"x", nil))(t, 404, "ResourceNotFound")
	refused(home.NewDirectoryClient("no").NewFileClient("where").StartCopyFromURL(ctx, from.URL(), nil))(t, 404, "ParentNotFound")
	refused(client.AbortCopy(ctx, *copied.CopyID, nil))(t, 409, "NoPendingCopyOperation")

	other := newShare(t, nil).NewRootDirectoryClient().NewFileClient("to")
	source := readable(t, from)
	need(other.StartCopyFromURL(ctx, source, nil))(t)
	equal(t, readFile(t, other, nil), "hello")
}

func waitForCopy(t *testing.T, client *file.Client) file.GetPropertiesResponse {
	t.Helper()
	for {
		found := need(client.GetProperties(ctx, nil))(t)
		if *found.CopyStatus != file.CopyStatusTypePending {
			return found
		}
	}
}

func TestCopyOfABlobToAFile(t *testing.T) {
	from, client := newBlob(t), newShare(t, nil).NewRootDirectoryClient().NewFileClient("to")
	content := pattern(3*mib + 5)
	need(from.UploadBuffer(ctx, content, nil))(t)
	refused(client.StartCopyFromURL(ctx, from.URL(), nil))(t, 401, "CannotVerifyCopySource")
	need(client.StartCopyFromURL(ctx, need(from.GetSASURL(blobsas.BlobPermissions{Read: true}, inAnHour(), nil))(t), nil))(t)
	equal(t, *waitForCopy(t, client).CopyStatus, file.CopyStatusTypeSuccess)
	sameBytes(t, []byte(readFile(t, client, nil)), content)
}

func TestPendingCopyOfAFile(t *testing.T) {
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
	client := newShare(t, nil).NewRootDirectoryClient().NewFileClient("to")
	copied := need(client.StartCopyFromURL(ctx, server.URL+"/file", nil))(t)
	equal(t, *copied.CopyStatus, file.CopyStatusTypePending)
	refused(client.SetMetadata(ctx, nil))(t, 409, "PendingCopyOperation")
	refused(client.UploadRange(ctx, 0, body([]byte("x")), nil))(t, 409, "PendingCopyOperation")
	refused(client.StartCopyFromURL(ctx, server.URL+"/file", nil))(t, 409, "PendingCopyOperation")
	refused(client.Delete(ctx, nil))(t, 409, "PendingCopyOperation")
	refused(client.AbortCopy(ctx, "00000000-0000-0000-0000-000000000000", nil))(t, 409, "CopyIdMismatch")
	need(client.AbortCopy(ctx, *copied.CopyID, nil))(t)
	found := need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.CopyStatus, file.CopyStatusTypeAborted)
	equal(t, *found.ContentLength, 0)
	refused(client.AbortCopy(ctx, *copied.CopyID, nil))(t, 409, "NoPendingCopyOperation")
}
