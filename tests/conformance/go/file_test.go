package conformance

import (
	"crypto/md5"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	blobsas "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/lease"
)

func TestFile(t *testing.T) {
	home := newShare(t, nil)
	client := home.NewRootDirectoryClient().NewFileClient("file")
	moment := time.Date(2020, 1, 2, 3, 4, 5, 123456700, time.UTC)
	created := need(client.Create(ctx, 10, &file.CreateOptions{
		HTTPHeaders:   &file.HTTPHeaders{ContentType: pointer("a/b"), CacheControl: pointer("no-store"), ContentLanguage: pointer("de")},
		Metadata:      map[string]*string{"one": pointer("1")},
		SMBProperties: &file.SMBProperties{Attributes: &file.NTFSFileAttributes{ReadOnly: true, Archive: true}, LastWriteTime: &moment},
	}))(t)
	found := need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.ETag, *created.ETag)
	equal(t, *found.ID, *created.ID)
	equal(t, *found.ContentLength, 10)
	equal(t, *found.ContentType+" "+*found.CacheControl+" "+*found.ContentLanguage, "a/b no-store de")
	equal(t, *found.FileAttributes, "ReadOnly | Archive")
	equal(t, found.FileLastWriteTime.UTC(), moment)
	sameMetadata(t, found.Metadata, map[string]string{"one": "1"})
	equal(t, readFile(t, client, nil), strings.Repeat("\x00", 10))

	refused(client.Delete(ctx, nil))(t, 409, "ReadOnlyAttribute")
	refused(client.UploadRange(ctx, 0, body([]byte("x")), nil))(t, 409, "ReadOnlyAttribute")
	need(client.SetHTTPHeaders(ctx, &file.SetHTTPHeadersOptions{
		HTTPHeaders:   &file.HTTPHeaders{ContentType: pointer("c/d")},
		SMBProperties: &file.SMBProperties{Attributes: &file.NTFSFileAttributes{None: true}},
	}))(t)
	need(client.SetMetadata(ctx, &file.SetMetadataOptions{Metadata: map[string]*string{"two": pointer("2")}}))(t)
	need(client.Resize(ctx, 1000, nil))(t)
	found = need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.ContentLength, 1000)
	equal(t, *found.FileAttributes, "None")
	if found.CacheControl != nil {
		t.Fatal(*found.CacheControl)
	}
	sameMetadata(t, found.Metadata, map[string]string{"two": "2"})
	need(client.Delete(ctx, nil))(t)
	refused(client.Delete(ctx, nil))(t, 404, "ResourceNotFound")
}

func TestFileWithData(t *testing.T) {
	client := newShare(t, nil).NewRootDirectoryClient().NewFileClient("file")
	wrong := &file.CreateOptions{OptionalBody: body([]byte("hello")), ContentMD5: make([]byte, 16)}
	refused(client.Create(ctx, 5, wrong))(t, 400, "Md5Mismatch")
	need(client.Create(ctx, 5, &file.CreateOptions{OptionalBody: body([]byte("hello"))}))(t)
	equal(t, readFile(t, client, nil), "hello")
}

func TestFileRefusals(t *testing.T) {
	home := newShare(t, nil)
	root := home.NewRootDirectoryClient()
	newDirectory(t, home, "d")
	for path, code := range map[string]bloberror.Code{"nowhere": "ResourceNotFound", "no/where": "ParentNotFound"} {
		client := root.NewFileClient(path)
		refused(client.DownloadStream(ctx, nil))(t, 404, code)
		refused(client.GetProperties(ctx, nil))(t, 404, code)
		refused(client.SetHTTPHeaders(ctx, nil))(t, 404, code)
		refused(client.SetMetadata(ctx, nil))(t, 404, code)
		refused(client.Delete(ctx, nil))(t, 404, code)
		refused(client.UploadRange(ctx, 0, body([]byte("x")), nil))(t, 404, code)
		refused(client.ClearRange(ctx, file.HTTPRange{Count: 1}, nil))(t, 404, code)
		refused(client.GetRangeList(ctx, nil))(t, 404, code)
		refused(client.ListHandles(ctx, nil))(t, 404, code)
	}
	refused(root.NewFileClient("no/where").Create(ctx, 1, nil))(t, 404, "ParentNotFound")
	refused(missingShare(t).NewRootDirectoryClient().NewFileClient("f").Create(ctx, 1, nil))(t, 404, "ShareNotFound")
	refused(root.NewFileClient("d").Create(ctx, 1, nil))(t, 409, "ResourceTypeMismatch")
	refused(root.NewFileClient("d").DownloadStream(ctx, nil))(t, 409, "ResourceTypeMismatch")
	refused(root.NewFileClient("a|b").Create(ctx, 1, nil))(t, 400, "InvalidResourceName")
	large := &file.SetMetadataOptions{Metadata: map[string]*string{"a": pointer(strings.Repeat("x", 8192))}}
	refused(newFile(t, home, "file", "hello").SetMetadata(ctx, large))(t, 400, "MetadataTooLarge")
	bad := &file.CreateOptions{Permissions: &file.Permissions{Permission: pointer("everybody")}}
	refused(root.NewFileClient("file").Create(ctx, 1, bad))(t, 400, "FileInvalidPermission")
}

func TestRangesOfAFile(t *testing.T) {
	client := newShare(t, nil).NewRootDirectoryClient().NewFileClient("file")
	need(client.Create(ctx, 4096, nil))(t)
	equal(t, rangesOf(t, client, nil), "")
	sum := md5.Sum([]byte("hello"))
	written := need(client.UploadRange(ctx, 1024, body([]byte("hello")), &file.UploadRangeOptions{TransactionalValidation: file.TransferValidationTypeMD5(sum[:])}))(t)
	sameBytes(t, written.ContentMD5, sum[:])
	wrong := &file.UploadRangeOptions{TransactionalValidation: file.TransferValidationTypeMD5(make([]byte, 16))}
	refused(client.UploadRange(ctx, 0, body([]byte("hello")), wrong))(t, 400, "Md5Mismatch")
	refused(client.UploadRange(ctx, 4095, body([]byte("hello")), nil))(t, 416, "InvalidRange")

	before := need(client.GetProperties(ctx, nil))(t).FileLastWriteTime.UTC()
	kept := &file.UploadRangeOptions{LastWrittenMode: to.Ptr(file.LastWrittenModePreserve)}
	equal(t, need(client.UploadRange(ctx, 3000, body([]byte("x")), kept))(t).FileLastWriteTime.UTC(), before)

	equal(t, rangesOf(t, client, nil), "1024-1535 2560-3071")
	equal(t, rangesOf(t, client, &file.GetRangeListOptions{Range: file.HTTPRange{Offset: 2048, Count: 1536}}), "2560-3071")
	need(client.ClearRange(ctx, file.HTTPRange{Offset: 2560, Count: 512}, nil))(t)
	equal(t, rangesOf(t, client, nil), "1024-1535")
	part := &file.DownloadStreamOptions{Range: file.HTTPRange{Offset: 1023, Count: 7}, RangeGetContentMD5: to.Ptr(true)}
	answer := need(client.DownloadStream(ctx, part))(t)
	equal(t, *answer.ContentRange, "bytes 1023-1029/4096")
	sum = md5.Sum([]byte("\x00hello\x00"))
	sameBytes(t, answer.ContentMD5, sum[:])
	sameBytes(t, need(io.ReadAll(answer.Body))(t), []byte("\x00hello\x00"))
	refused(client.DownloadStream(ctx, &file.DownloadStreamOptions{Range: file.HTTPRange{Offset: 4096, Count: 1}}))(t, 416, "InvalidRange")
}

func TestRangesSinceASnapshot(t *testing.T) {
	home := newShare(t, nil)
	client := home.NewRootDirectoryClient().NewFileClient("file")
	need(client.Create(ctx, 4096, nil))(t)
	need(client.UploadRange(ctx, 0, body(pattern(1024)), nil))(t)
	taken := *need(home.CreateSnapshot(ctx, nil))(t).Snapshot
	need(client.UploadRange(ctx, 2048, body(pattern(512)), nil))(t)
	need(client.ClearRange(ctx, file.HTTPRange{Count: 512}, nil))(t)
	equal(t, rangesOf(t, client, &file.GetRangeListOptions{PrevShareSnapshot: &taken}), "2048-2559 -0-511")
	equal(t, rangesOf(t, client, &file.GetRangeListOptions{ShareSnapshot: &taken}), "0-1023")
	refused(client.GetRangeList(ctx, &file.GetRangeListOptions{PrevShareSnapshot: pointer("2020-01-01T00:00:00.0000000Z")}))(t, 409, "PreviousSnapshotNotFound")

	other := home.NewRootDirectoryClient().NewFileClient("other")
	need(client.Rename(ctx, "other", nil))(t)
	since := &file.GetRangeListOptions{PrevShareSnapshot: &taken, SupportRename: to.Ptr(true)}
	equal(t, rangesOf(t, other, since), "2048-2559 -0-511")
}

func TestRangeFromURL(t *testing.T) {
	home := newShare(t, nil)
	from, client := newFile(t, home, "from", "hello"), newFile(t, home, "to", "-----")
	need(client.UploadRangeFromURL(ctx, readable(t, from), 1, 0, 3, nil))(t)
	equal(t, readFile(t, client, nil), "ell--")
	refused(client.UploadRangeFromURL(ctx, from.URL(), 1, 0, 3, nil))(t, 401, "CannotVerifyCopySource")
	source := readable(t, newFile(t, home, "gone", "hello"))
	need(home.NewRootDirectoryClient().NewFileClient("gone").Delete(ctx, nil))(t)
	refused(client.UploadRangeFromURL(ctx, source, 0, 0, 3, nil))(t, 404, "CannotVerifyCopySource")

	picture := newBlob(t)
	upload(t, picture, "blob!")
	url := need(picture.GetSASURL(blobsas.BlobPermissions{Read: true}, inAnHour(), nil))(t)
	need(client.UploadRangeFromURL(ctx, url, 0, 0, 5, nil))(t)
	equal(t, readFile(t, client, nil), "blob!")
}

// In chunks, by several goroutines at once, and back.
func TestTransferOfAFile(t *testing.T) {
	client := newShare(t, nil).NewRootDirectoryClient().NewFileClient("file")
	content := pattern(9*mib + 17)
	need(client.Create(ctx, int64(len(content)), nil))(t)
	need("", client.UploadBuffer(ctx, content, nil))(t)
	found := make([]byte, len(content))
	equal(t, need(client.DownloadBuffer(ctx, found, &file.DownloadBufferOptions{ChunkSize: mib}))(t), int64(len(content)))
	sameBytes(t, found, content)
}

func TestSparseFile(t *testing.T) {
	client := newShare(t, nil).NewRootDirectoryClient().NewFileClient("file")
	need(client.Create(ctx, file.MaxFileSize, nil))(t)
	need(client.UploadRange(ctx, file.MaxFileSize-4, body([]byte("tail")), nil))(t)
	equal(t, rangesOf(t, client, nil), "4398046510592-4398046511103")
	equal(t, readFile(t, client, &file.DownloadStreamOptions{Range: file.HTTPRange{Offset: file.MaxFileSize - 6}}), "\x00\x00tail")
	refused(client.Resize(ctx, file.MaxFileSize+1, nil))(t, 400, "OutOfRangeInput")
}

func TestRenameFile(t *testing.T) {
	home := newShare(t, nil)
	client := newFile(t, home, "from", "hello")
	id := *need(client.GetProperties(ctx, nil))(t).ID
	newDirectory(t, home, "d")
	refused(client.Rename(ctx, "no/where", nil))(t, 404, "ParentNotFound")
	need(home.NewRootDirectoryClient().NewFileClient("taken").Create(ctx, 0, &file.CreateOptions{
		SMBProperties: &file.SMBProperties{Attributes: &file.NTFSFileAttributes{ReadOnly: true}},
	}))(t)
	refused(client.Rename(ctx, "taken", nil))(t, 409, "ResourceAlreadyExists")
	over := &file.RenameOptions{ReplaceIfExists: to.Ptr(true)}
	refused(client.Rename(ctx, "taken", over))(t, 409, "ReadOnlyAttribute")
	over.IgnoreReadOnly, over.ContentType, over.Metadata = to.Ptr(true), pointer("a/b"), map[string]*string{"a": pointer("1")}
	need(client.Rename(ctx, "taken", over))(t)
	refused(client.Rename(ctx, "again", nil))(t, 404, "ResourceNotFound")
	found := need(home.NewRootDirectoryClient().NewFileClient("TAKEN").GetProperties(ctx, nil))(t)
	equal(t, *found.ID+*found.ContentType, id+"a/b")
	sameMetadata(t, found.Metadata, map[string]string{"a": "1"})

	moved := home.NewRootDirectoryClient().NewFileClient("taken")
	held := leaseOfFile(t, moved, leaseA)
	need(held.Acquire(ctx, nil))(t)
	refused(moved.Rename(ctx, "d/in", nil))(t, 412, "LeaseIdMissing")
	need(moved.Rename(ctx, "d/in", &file.RenameOptions{SourceLeaseAccessConditions: &file.SourceLeaseAccessConditions{SourceLeaseID: pointer(leaseA)}}))(t)
	equal(t, readFile(t, home.NewDirectoryClient("d").NewFileClient("in"), nil), "hello")
}

func leaseOfFile(t *testing.T, client *file.Client, id string) *lease.FileClient {
	t.Helper()
	return need(lease.NewFileClient(client, &lease.FileClientOptions{LeaseID: &id}))(t)
}

func TestLeaseOfAFile(t *testing.T) {
	client := newFile(t, newShare(t, nil), "file", "hello")
	mine, other := leaseOfFile(t, client, leaseA), leaseOfFile(t, client, leaseB)
	equal(t, *need(mine.Acquire(ctx, nil))(t).LeaseID, leaseA)
	refused(other.Acquire(ctx, nil))(t, 409, "LeaseAlreadyPresent")
	properties := need(client.GetProperties(ctx, nil))(t)
	equal(t, *properties.LeaseState, lease.StateTypeLeased)
	equal(t, *properties.LeaseDuration, lease.DurationTypeInfinite)

	holding := func(id string) *file.LeaseAccessConditions { return &file.LeaseAccessConditions{LeaseID: &id} }
	refused(client.UploadRange(ctx, 0, body([]byte("J")), nil))(t, 412, "LeaseIdMissing")
	refused(client.SetMetadata(ctx, &file.SetMetadataOptions{LeaseAccessConditions: holding(leaseB)}))(t, 412, "LeaseIdMismatchWithFileOperation")
	refused(client.Delete(ctx, nil))(t, 412, "LeaseIdMissing")
	equal(t, readFile(t, client, nil), "hello")
	need(client.UploadRange(ctx, 0, body([]byte("J")), &file.UploadRangeOptions{LeaseAccessConditions: holding(leaseA)}))(t)
	equal(t, readFile(t, client, &file.DownloadStreamOptions{LeaseAccessConditions: holding(leaseA)}), "Jello")

	equal(t, *need(mine.Change(ctx, leaseB, nil))(t).LeaseID, leaseB)
	refused(leaseOfFile(t, client, leaseA).Release(ctx, nil))(t, 409, "LeaseIdMismatchWithLeaseOperation")
	need(mine.Release(ctx, nil))(t)
	refused(client.Delete(ctx, &file.DeleteOptions{LeaseAccessConditions: holding(leaseB)}))(t, 412, "LeaseNotPresentWithFileOperation")
	need(mine.Acquire(ctx, nil))(t)
	need(other.Break(ctx, nil))(t)
	equal(t, *need(client.GetProperties(ctx, nil))(t).LeaseState, lease.StateTypeBroken)
	need(client.Delete(ctx, nil))(t)
}

func TestLinks(t *testing.T) {
	home := nfsShare(t)
	root := home.NewRootDirectoryClient()
	client := root.NewFileClient("file")
	created := need(client.Create(ctx, 5, &file.CreateOptions{NFSProperties: &file.NFSProperties{
		FileMode: pointer("0640"), Owner: pointer("7"), Group: pointer("8"),
	}}))(t)
	equal(t, *created.FileMode+*created.Owner+*created.Group, "064078")
	need(client.UploadRange(ctx, 0, body([]byte("hello")), nil))(t)
	linked := need(root.NewFileClient("hard").CreateHardLink(ctx, "/file", nil))(t)
	equal(t, *linked.ID, *created.ID)
	equal(t, *linked.LinkCount, 2)
	need(client.Delete(ctx, nil))(t)
	equal(t, readFile(t, root.NewFileClient("hard"), nil), "hello")
	equal(t, *need(root.NewFileClient("hard").GetProperties(ctx, nil))(t).LinkCount, 1)
	refused(root.NewFileClient("other").CreateHardLink(ctx, "/file", nil))(t, 404, "ResourceNotFound")

	need(root.NewFileClient("soft").CreateSymbolicLink(ctx, "../a%20b/file", nil))(t)
	equal(t, *need(root.NewFileClient("soft").GetSymbolicLink(ctx, nil))(t).LinkText, "../a%20b/file")
	refused(root.NewFileClient("hard").GetSymbolicLink(ctx, nil))(t, 409, "ResourceTypeMismatch")
	refused(root.NewFileClient("nowhere").GetSymbolicLink(ctx, nil))(t, 404, "ResourceNotFound")
	need(root.NewFileClient("Hard").Create(ctx, 0, nil))(t) // letter case counts here
	equal(t, entriesOf(t, root, nil), "Hard hard soft")
}
