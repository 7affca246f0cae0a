package conformance

import (
	"bytes"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/file"
)

func TestAppendAndFlush(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "file", "")
	need(it.AppendData(ctx, 5, body([]byte(" world")), nil))(t) // in any order
	need(it.AppendData(ctx, 0, body([]byte("hello")), nil))(t)
	equal(t, readLake(t, it, nil), "")
	need(it.FlushData(ctx, 11, &file.FlushDataOptions{Close: to.Ptr(true), HTTPHeaders: &file.HTTPHeaders{ContentType: pointer("a/b")}}))(t)
	equal(t, readLake(t, it, nil), "hello world")
	equal(t, *need(it.GetProperties(ctx, nil))(t).ContentType, "a/b")
	need(it.AppendData(ctx, 11, body([]byte("!")), &file.AppendDataOptions{Flush: to.Ptr(true)}))(t)
	equal(t, readLake(t, it, nil), "hello world!")
	equal(t, readLake(t, it, &file.DownloadStreamOptions{Range: &file.HTTPRange{Offset: 6, Count: 5}}), "world")
}

func TestFlushPosition(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "file", "hello")
	refused(it.FlushData(ctx, 6, nil))(t, 400, "InvalidFlushPosition")
	need(it.AppendData(ctx, 7, body([]byte("gap")), nil))(t)
	refused(it.FlushData(ctx, 10, nil))(t, 400, "InvalidFlushPosition")
	need(it.AppendData(ctx, 5, body([]byte("--")), nil))(t)
	need(it.FlushData(ctx, 7, &file.FlushDataOptions{RetainUncommittedData: to.Ptr(true)}))(t)
	equal(t, readLake(t, it, nil), "hello--")
	need(it.FlushData(ctx, 10, nil))(t)
	equal(t, readLake(t, it, nil), "hello--gap")
	need(it.AppendData(ctx, 10, body([]byte("12345")), nil))(t)
	need(it.FlushData(ctx, 10, nil))(t) // drops what comes behind
	refused(it.FlushData(ctx, 15, nil))(t, 400, "InvalidFlushPosition")
}

func TestAppendRefusals(t *testing.T) {
	home := newFileSystem(t)
	refused(home.NewFileClient("nowhere").AppendData(ctx, 0, body([]byte("x")), nil))(t, 404, "PathNotFound")
	refused(home.NewFileClient("nowhere").FlushData(ctx, 0, nil))(t, 404, "PathNotFound")
	refused(missingFileSystem(t).NewFileClient("file").AppendData(ctx, 0, body([]byte("x")), nil))(t, 404, "FilesystemNotFound")
	lakeDirectory(t, home, "d")
	refused(home.NewFileClient("d").AppendData(ctx, 0, body([]byte("x")), nil))(t, 409, "ResourceTypeMismatch")
	refused(home.NewFileClient("d").FlushData(ctx, 0, nil))(t, 409, "ResourceTypeMismatch")
}

func TestAppendWithChecksum(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "file", "")
	checked := &file.AppendDataOptions{TransactionalValidation: file.TransferValidationTypeComputeCRC64()}
	found := need(it.AppendData(ctx, 0, body(pattern(8*kib)), checked))(t)
	equal(t, len(found.ContentCRC64), 8)
	wrong := &file.AppendDataOptions{TransactionalValidation: file.TransferValidationTypeCRC64(1)}
	refused(it.AppendData(ctx, 8*kib, body([]byte("x")), wrong))(t, 400, "Crc64Mismatch")
	need(it.FlushData(ctx, 8*kib, nil))(t)
	sameBytes(t, []byte(readLake(t, it, nil)), pattern(8*kib))
}

func TestAppendWithLeaseActions(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "file", "")
	need(it.AppendData(ctx, 0, body([]byte("hello")), &file.AppendDataOptions{
		LeaseAction: &file.LeaseActionAcquire, LeaseDuration: to.Ptr(int64(15)), ProposedLeaseID: pointer(leaseA),
	}))(t)
	equal(t, *need(it.GetProperties(ctx, nil))(t).LeaseState, file.StateTypeLeased)
	held := &file.LeaseAccessConditions{LeaseID: pointer(leaseA)}
	need(it.AppendData(ctx, 5, body([]byte("!")), &file.AppendDataOptions{LeaseAccessConditions: held, LeaseAction: &file.LeaseActionRenew}))(t)
	need(it.AppendData(ctx, 6, body([]byte("!")), &file.AppendDataOptions{
		LeaseAccessConditions: held, LeaseAction: &file.LeaseActionRelease, Flush: to.Ptr(true),
	}))(t)
	equal(t, *need(it.GetProperties(ctx, nil))(t).LeaseState, file.StateTypeAvailable)
	equal(t, readLake(t, it, nil), "hello!!")
}

func TestUploadAndDownloadOfFiles(t *testing.T) {
	home := newFileSystem(t)
	content := pattern(20*mib + 3)
	buffered := lakeFile(t, home, "buffer", "")
	need(0, buffered.UploadBuffer(ctx, content, &file.UploadBufferOptions{ChunkSize: 4 * mib, Concurrency: 4}))(t)
	found := make([]byte, len(content))
	need(buffered.DownloadBuffer(ctx, found, &file.DownloadBufferOptions{ChunkSize: 3 * mib}))(t)
	sameBytes(t, found, content)
	streamed := lakeFile(t, home, "stream", "")
	need(0, streamed.UploadStream(ctx, bytes.NewReader(content), &file.UploadStreamOptions{ChunkSize: mib, Concurrency: 4}))(t)
	sameBytes(t, []byte(readLake(t, streamed, nil)), content)
}

// The Blob service has the same bytes, under its own names.
func TestSameDataAsBlobs(t *testing.T) {
	home := newFileSystem(t)
	lakeFile(t, home, "d/file", "hello")
	container := theLake(t).blobs.NewContainerClient(fileSystemName(t, home))
	sameBytes(t, download(t, container.NewBlockBlobClient("d/file"), nil), []byte("hello"))
	upload(t, container.NewBlockBlobClient("e/f/blob"), "from there")
	equal(t, readLake(t, home.NewFileClient("e/f/blob"), nil), "from there")
	equal(t, pathsOf(t, home, true, nil), "d/ d/file e/ e/f/ e/f/blob")
	refused(container.NewBlockBlobClient("d").Delete(ctx, nil))(t, 409, "DirectoryIsNotEmpty")
	refused(container.NewPageBlobClient("page").Create(ctx, 512, nil))(t, 409, "FeatureNotYetSupportedForHierarchicalNamespaceAccounts")
}
