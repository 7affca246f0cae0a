package conformance

import (
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/share"
)

// What a file is refused for its lease, its attributes, its kind, its size or what a request says of it.

func readOnly() *file.SMBProperties {
	return &file.SMBProperties{Attributes: &file.NTFSFileAttributes{ReadOnly: true}}
}

// writesUnder is every write that a lease guards, with a lease id or without one.
func writesUnder(t *testing.T, client, from *file.Client, id *string) map[string]func() error {
	t.Helper()
	source := readable(t, from)
	held := &file.LeaseAccessConditions{LeaseID: id}
	return map[string]func() error{
		"create": func() error { return failure(client.Create(ctx, 5, &file.CreateOptions{LeaseAccessConditions: held})) },
		"set properties": func() error {
			return failure(client.SetHTTPHeaders(ctx, &file.SetHTTPHeadersOptions{LeaseAccessConditions: held}))
		},
		"set metadata": func() error {
			return failure(client.SetMetadata(ctx, &file.SetMetadataOptions{LeaseAccessConditions: held}))
		},
		"put range": func() error {
			return failure(client.UploadRange(ctx, 0, body([]byte("x")), &file.UploadRangeOptions{LeaseAccessConditions: held}))
		},
		"clear range": func() error {
			return failure(client.ClearRange(ctx, file.HTTPRange{Count: 1}, &file.ClearRangeOptions{LeaseAccessConditions: held}))
		},
		"put range from URL": func() error {
			return failure(client.UploadRangeFromURL(ctx, source, 0, 0, 1, &file.UploadRangeFromURLOptions{LeaseAccessConditions: held}))
		},
		"copy": func() error {
			return failure(client.StartCopyFromURL(ctx, from.URL(), &file.StartCopyFromURLOptions{LeaseAccessConditions: held}))
		},
		"abort copy": func() error {
			return failure(client.AbortCopy(ctx, leaseA, &file.AbortCopyOptions{LeaseAccessConditions: held}))
		},
		"rename": func() error {
			options := &file.RenameOptions{}
			if id != nil {
				options.SourceLeaseAccessConditions = &file.SourceLeaseAccessConditions{SourceLeaseID: id}
			}
			return failure(client.Rename(ctx, "renamed", options))
		},
		"delete": func() error { return failure(client.Delete(ctx, &file.DeleteOptions{LeaseAccessConditions: held})) },
	}
}

func readsUnder(client *file.Client, id *string) map[string]func() error {
	held := &file.LeaseAccessConditions{LeaseID: id}
	return map[string]func() error{
		"get": func() error {
			return failure(client.DownloadStream(ctx, &file.DownloadStreamOptions{LeaseAccessConditions: held}))
		},
		"get properties": func() error {
			return failure(client.GetProperties(ctx, &file.GetPropertiesOptions{LeaseAccessConditions: held}))
		},
		"list ranges": func() error {
			return failure(client.GetRangeList(ctx, &file.GetRangeListOptions{LeaseAccessConditions: held}))
		},
	}
}

func TestFileUnderALease(t *testing.T) {
	home := newShare(t, nil)
	client, from := newFile(t, home, "file", "hello"), newFile(t, home, "from", "hello")
	eachRefused(t, writesUnder(t, client, from, pointer(leaseA)), 412, "LeaseNotPresentWithFileOperation")
	eachRefused(t, readsUnder(client, pointer(leaseA)), 412, "LeaseNotPresentWithFileOperation")
	need(leaseOfFile(t, client, leaseA).Acquire(ctx, nil))(t)
	eachRefused(t, writesUnder(t, client, from, nil), 412, "LeaseIdMissing")
	eachRefused(t, writesUnder(t, client, from, pointer(leaseB)), 412, "LeaseIdMismatchWithFileOperation")
	eachRefused(t, readsUnder(client, pointer(leaseB)), 412, "LeaseIdMismatchWithFileOperation")
	equal(t, readFile(t, client, nil), "hello")
}

func TestLeaseOfAFileRefusals(t *testing.T) {
	home := newShare(t, nil)
	missing := leaseOfFile(t, home.NewRootDirectoryClient().NewFileClient("nowhere"), leaseA)
	refused(missing.Acquire(ctx, nil))(t, 404, "ResourceNotFound")
	refused(missing.Change(ctx, leaseB, nil))(t, 404, "ResourceNotFound")
	refused(missing.Release(ctx, nil))(t, 404, "ResourceNotFound")
	refused(missing.Break(ctx, nil))(t, 404, "ResourceNotFound")
	held := leaseOfFile(t, newFile(t, home, "file", ""), leaseA)
	refused(held.Break(ctx, nil))(t, 409, "LeaseNotPresentWithLeaseOperation")
	refused(held.Change(ctx, leaseB, nil))(t, 409, "LeaseNotPresentWithLeaseOperation")
	need(held.Acquire(ctx, nil))(t)
	other := leaseOfFile(t, home.NewRootDirectoryClient().NewFileClient("file"), leaseB)
	refused(other.Change(ctx, "33333333-aaaa-bbbb-cccc-000000000003", nil))(t, 409, "LeaseIdMismatchWithLeaseOperation")
}

func TestReadOnlyFile(t *testing.T) {
	home := newShare(t, nil)
	root, from := home.NewRootDirectoryClient(), newFile(t, home, "from", "hello")
	client := root.NewFileClient("file")
	need(client.Create(ctx, 5, &file.CreateOptions{SMBProperties: readOnly()}))(t)
	refused(client.Create(ctx, 5, nil))(t, 409, "ReadOnlyAttribute")
	refused(client.Resize(ctx, 6, nil))(t, 409, "ReadOnlyAttribute")
	refused(client.ClearRange(ctx, file.HTTPRange{Count: 1}, nil))(t, 409, "ReadOnlyAttribute")
	refused(client.UploadRangeFromURL(ctx, readable(t, from), 0, 0, 1, nil))(t, 409, "ReadOnlyAttribute")
	inner := root.NewSubdirectoryClient("d")
	need(inner.Create(ctx, &directory.CreateOptions{FileSMBProperties: readOnly()}))(t)
	refused(inner.Delete(ctx, nil))(t, 409, "ReadOnlyAttribute")
}

func TestOtherKindThanAFile(t *testing.T) {
	home := newShare(t, nil)
	newDirectory(t, home, "d")
	from := newFile(t, home, "from", "hello")
	client, inner := home.NewRootDirectoryClient().NewFileClient("d"), home.NewDirectoryClient("from")
	eachRefused(t, map[string]func() error{
		"set properties":           func() error { return failure(client.SetHTTPHeaders(ctx, nil)) },
		"set metadata":             func() error { return failure(client.SetMetadata(ctx, nil)) },
		"put range":                func() error { return failure(client.UploadRange(ctx, 0, body([]byte("x")), nil)) },
		"clear range":              func() error { return failure(client.ClearRange(ctx, file.HTTPRange{Count: 1}, nil)) },
		"list ranges":              func() error { return failure(client.GetRangeList(ctx, nil)) },
		"copy":                     func() error { return failure(client.StartCopyFromURL(ctx, from.URL(), nil)) },
		"rename":                   func() error { return failure(client.Rename(ctx, "e", nil)) },
		"delete":                   func() error { return failure(client.Delete(ctx, nil)) },
		"set directory properties": func() error { return failure(inner.SetProperties(ctx, nil)) },
		"set directory metadata":   func() error { return failure(inner.SetMetadata(ctx, nil)) },
		"list":                     func() error { return failure(inner.NewListFilesAndDirectoriesPager(nil).NextPage(ctx)) },
		"rename directory":         func() error { return failure(inner.Rename(ctx, "e", nil)) },
	}, 409, "ResourceTypeMismatch")
}

// writesWith is everything that makes or sets a file or directory, with that permission.
func writesWith(home *share.Client, permissions *file.Permissions) map[string]func() error {
	root := home.NewRootDirectoryClient()
	client, inner := root.NewFileClient("file"), root.NewSubdirectoryClient("d")
	return map[string]func() error{
		"create": func() error {
			return failure(root.NewFileClient("new").Create(ctx, 1, &file.CreateOptions{Permissions: permissions}))
		},
		"set properties": func() error {
			return failure(client.SetHTTPHeaders(ctx, &file.SetHTTPHeadersOptions{Permissions: permissions}))
		},
		"rename": func() error {
			return failure(client.Rename(ctx, "other", &file.RenameOptions{Permissions: permissions}))
		},
		"copy": func() error {
			options := &file.StartCopyFromURLOptions{Permissions: permissions, CopyFileSMBInfo: &file.CopyFileSMBInfo{
				PermissionCopyMode: to.Ptr(file.PermissionCopyModeTypeOverride),
			}}
			return failure(root.NewFileClient("copy").StartCopyFromURL(ctx, client.URL(), options))
		},
		"create directory": func() error {
			return failure(root.NewSubdirectoryClient("e").Create(ctx, &directory.CreateOptions{FilePermissions: permissions}))
		},
		"set directory properties": func() error {
			return failure(inner.SetProperties(ctx, &directory.SetPropertiesOptions{FilePermissions: permissions}))
		},
		"rename directory": func() error {
			return failure(inner.Rename(ctx, "other", &directory.RenameOptions{FilePermissions: permissions}))
		},
	}
}

func TestPermissionRefusals(t *testing.T) {
	home := newShare(t, nil)
	newFile(t, home, "file", "hello")
	newDirectory(t, home, "d")
	eachRefused(t, writesWith(home, &file.Permissions{Permission: pointer("everybody")}), 400, "FileInvalidPermission")
	eachRefused(t, writesWith(home, &file.Permissions{PermissionKey: pointer("1*1")}), 400, "FileInvalidPermissionKey")
	eachRefused(t, writesWith(home, &file.Permissions{PermissionKey: pointer("none")}), 400, "InvalidHeaderValue")
	refused(home.GetPermission(ctx, "none", nil))(t, 400, "InvalidHeaderValue")
	refused(missingShare(t).GetPermission(ctx, "1*1", nil))(t, 404, "ShareNotFound")
	override := &file.StartCopyFromURLOptions{CopyFileSMBInfo: &file.CopyFileSMBInfo{PermissionCopyMode: to.Ptr(file.PermissionCopyModeTypeOverride)}}
	client := home.NewRootDirectoryClient().NewFileClient("file")
	refused(client.StartCopyFromURL(ctx, client.URL(), override))(t, 400, "MissingRequiredHeader")
}

func TestMetadataRefusals(t *testing.T) {
	home := newShare(t, nil)
	root, client, inner := home.NewRootDirectoryClient(), newFile(t, home, "file", "hello"), newDirectory(t, home, "d")
	with := func(metadata map[string]*string) map[string]func() error {
		return map[string]func() error{
			"create": func() error {
				return failure(root.NewFileClient("new").Create(ctx, 1, &file.CreateOptions{Metadata: metadata}))
			},
			"set": func() error { return failure(client.SetMetadata(ctx, &file.SetMetadataOptions{Metadata: metadata})) },
			"create directory": func() error {
				return failure(root.NewSubdirectoryClient("e").Create(ctx, &directory.CreateOptions{Metadata: metadata}))
			},
			"set of a directory": func() error {
				return failure(inner.SetMetadata(ctx, &directory.SetMetadataOptions{Metadata: metadata}))
			},
			"create share":   func() error { return failure(missingShare(t).Create(ctx, &share.CreateOptions{Metadata: metadata})) },
			"set of a share": func() error { return failure(home.SetMetadata(ctx, &share.SetMetadataOptions{Metadata: metadata})) },
			"snapshot": func() error {
				return failure(home.CreateSnapshot(ctx, &share.CreateSnapshotOptions{Metadata: metadata}))
			},
		}
	}
	bad := map[string]*string{"a-b": pointer("1")}
	eachRefused(t, with(bad), 400, "InvalidMetadata")
	eachRefused(t, with(map[string]*string{"a": pointer(strings.Repeat("x", 8192))}), 400, "MetadataTooLarge")
	refused(client.Rename(ctx, "other", &file.RenameOptions{Metadata: bad}))(t, 400, "InvalidMetadata")
	to := root.NewFileClient("to")
	refused(to.StartCopyFromURL(ctx, client.URL(), &file.StartCopyFromURLOptions{Metadata: bad}))(t, 400, "InvalidMetadata")
}

func TestFilesBeyondTheQuota(t *testing.T) {
	home := newShare(t, &share.CreateOptions{Quota: to.Ptr(int32(1))})
	root := home.NewRootDirectoryClient()
	client := newFile(t, home, "file", "hello")
	refused(root.NewFileClient("large").Create(ctx, 1<<30, nil))(t, 403, "ShareSizeLimitReached")
	refused(root.NewFileClient("large").Create(ctx, file.MaxFileSize+1, nil))(t, 400, "OutOfRangeInput")
	refused(client.Resize(ctx, 1<<30+1, nil))(t, 403, "ShareSizeLimitReached")
	need(client.Resize(ctx, 1<<29+1, nil))(t)
	refused(root.NewFileClient("copy").StartCopyFromURL(ctx, client.URL(), nil))(t, 403, "ShareSizeLimitReached")
}

func TestLinkRefusals(t *testing.T) {
	windows := newFile(t, newShare(t, nil), "file", "hello")
	refused(windows.CreateSymbolicLink(ctx, "x", nil))(t, 400, "InvalidQueryParameterValue")
	refused(windows.CreateHardLink(ctx, "/x", nil))(t, 400, "InvalidQueryParameterValue")
	nowhere := missingShare(t).NewRootDirectoryClient().NewFileClient("f")
	refused(nowhere.CreateSymbolicLink(ctx, "x", nil))(t, 404, "ShareNotFound")

	home := nfsShare(t)
	root := home.NewRootDirectoryClient()
	client, fresh, far := newFile(t, home, "file", "hello"), root.NewFileClient("new"), root.NewFileClient("no/where")
	newDirectory(t, home, "d")
	refused(client.CreateSymbolicLink(ctx, "x", nil))(t, 409, "ResourceAlreadyExists")
	refused(client.CreateHardLink(ctx, "/file", nil))(t, 409, "ResourceAlreadyExists")
	refused(far.CreateSymbolicLink(ctx, "x", nil))(t, 404, "ParentNotFound")
	refused(far.CreateHardLink(ctx, "/file", nil))(t, 404, "ParentNotFound")
	refused(far.GetSymbolicLink(ctx, nil))(t, 404, "ParentNotFound")
	refused(fresh.CreateHardLink(ctx, "/d", nil))(t, 409, "ResourceTypeMismatch")
	named := &file.CreateSymbolicLinkOptions{FileNFSProperties: &file.NFSProperties{Owner: pointer("root")}}
	refused(fresh.CreateSymbolicLink(ctx, "x", named))(t, 400, "InvalidHeaderValue")
	under := func(id *string) error {
		return failure(fresh.CreateHardLink(ctx, "/file", &file.CreateHardLinkOptions{LeaseAccessConditions: &file.LeaseAccessConditions{LeaseID: id}}))
	}
	refused(0, under(pointer(leaseA)))(t, 412, "LeaseNotPresentWithFileOperation")
	need(leaseOfFile(t, client, leaseA).Acquire(ctx, nil))(t)
	refused(0, under(nil))(t, 412, "LeaseIdMissing")
	refused(0, under(pointer(leaseB)))(t, 412, "LeaseIdMismatchWithFileOperation")

	refused(fresh.Create(ctx, 1, &file.CreateOptions{SMBProperties: readOnly()}))(t, 400, "UnsupportedHeader")
	inner := &directory.CreateOptions{FilePermissions: &file.Permissions{Permission: pointer(systemPermission)}}
	refused(root.NewSubdirectoryClient("e").Create(ctx, inner))(t, 400, "UnsupportedHeader")
}

func TestRangeRefusals(t *testing.T) {
	home := newShare(t, nil)
	root := home.NewRootDirectoryClient()
	client, nowhere := newFile(t, home, "file", "hello"), root.NewFileClient("nowhere")
	source := readable(t, client)
	refused(client.ClearRange(ctx, file.HTTPRange{Offset: 4, Count: 2}, nil))(t, 416, "InvalidRange")
	refused(client.GetRangeList(ctx, &file.GetRangeListOptions{Range: file.HTTPRange{Offset: 9, Count: 1}}))(t, 416, "InvalidRange")
	refused(client.UploadRangeFromURL(ctx, source, 0, 4, 2, nil))(t, 416, "InvalidRange")
	refused(nowhere.UploadRangeFromURL(ctx, source, 0, 0, 1, nil))(t, 404, "ResourceNotFound")
	refused(root.NewFileClient("no/where").UploadRangeFromURL(ctx, source, 0, 0, 1, nil))(t, 404, "ParentNotFound")
	far := missingShare(t).NewRootDirectoryClient().NewFileClient("f")
	refused(far.UploadRange(ctx, 0, body([]byte("x")), nil))(t, 404, "ShareNotFound")
	refused(far.DownloadStream(ctx, nil))(t, 404, "ShareNotFound")
	refused(far.GetProperties(ctx, nil))(t, 404, "ShareNotFound")
	refused(far.SetHTTPHeaders(ctx, nil))(t, 404, "ShareNotFound")
	refused(far.StartCopyFromURL(ctx, client.URL(), nil))(t, 404, "ShareNotFound")
	crc := &file.UploadRangeFromURLOptions{SourceContentValidation: file.SourceContentValidationTypeCRC64(1)}
	refused(client.UploadRangeFromURL(ctx, source, 0, 0, 5, crc))(t, 400, "Crc64Mismatch")
	other := &file.UploadRangeFromURLOptions{SourceModifiedAccessConditions: &file.SourceModifiedAccessConditions{SourceIfMatchCRC64: make([]byte, 8)}}
	refused(client.UploadRangeFromURL(ctx, source, 0, 0, 5, other))(t, 412, "SourceConditionNotMet")
	short := &file.UploadRangeOptions{TransactionalValidation: file.TransferValidationTypeMD5([]byte("short"))}
	refused(client.UploadRange(ctx, 0, body([]byte("x")), short))(t, 400, "InvalidMd5")
	large := body(make([]byte, 4*mib+1))
	need(client.Resize(ctx, 8*mib, nil))(t)
	refused(client.UploadRange(ctx, 0, large, nil))(t, 413, "RequestBodyTooLarge")

	first := *need(home.CreateSnapshot(ctx, nil))(t).Snapshot
	second := *need(home.CreateSnapshot(ctx, nil))(t).Snapshot
	newer := &file.GetRangeListOptions{ShareSnapshot: &first, PrevShareSnapshot: &second}
	refused(client.GetRangeList(ctx, newer))(t, 400, "PreviousSnapshotCannotBeNewer")
	newFile(t, home, "file", "anew!")
	refused(client.GetRangeList(ctx, &file.GetRangeListOptions{PrevShareSnapshot: &first}))(t, 409, "FileGenerationMismatch")
	before := "2020-01-01T00:00:00.0000000Z"
	refused(client.GetProperties(ctx, &file.GetPropertiesOptions{ShareSnapshot: &before}))(t, 404, "ShareSnapshotNotFound")
	past := need(home.WithSnapshot(before))(t)
	refused(past.NewRootDirectoryClient().NewListFilesAndDirectoriesPager(nil).NextPage(ctx))(t, 404, "ShareSnapshotNotFound")
}

func TestCopyRefusals(t *testing.T) {
	home := newShare(t, nil)
	root, from := home.NewRootDirectoryClient(), newFile(t, home, "from", "hello")
	refused(root.NewFileClient("a|b").StartCopyFromURL(ctx, from.URL(), nil))(t, 400, "InvalidResourceName")
	refused(root.NewFileClient("to").StartCopyFromURL(ctx, "source", nil))(t, 400, "InvalidHeaderValue")
	refused(from.AbortCopy(ctx, "copynotstarted", nil))(t, 400, "InvalidQueryParameterValue")
	for path, code := range map[string]bloberror.Code{"nowhere": "ResourceNotFound", "no/where": "ParentNotFound"} {
		refused(root.NewFileClient(path).AbortCopy(ctx, leaseA, nil))(t, 404, code)
	}
}

func TestRenameRefusals(t *testing.T) {
	home := newShare(t, nil)
	client, inner := newFile(t, home, "file", "hello"), newDirectory(t, home, "d")
	for _, name := range []string{"a|b", strings.Repeat("a", 256)} {
		refused(client.Rename(ctx, name, nil))(t, 400, "InvalidResourceName")
		refused(inner.Rename(ctx, name, nil))(t, 400, "InvalidResourceName")
	}
	refused(inner.Rename(ctx, "d/e", nil))(t, 400, "InvalidInput")
	over := func(id *string) *directory.RenameOptions {
		options := &directory.RenameOptions{ReplaceIfExists: to.Ptr(true)}
		if id != nil {
			options.DestinationLeaseAccessConditions = &directory.DestinationLeaseAccessConditions{DestinationLeaseID: id}
		}
		return options
	}
	need(leaseOfFile(t, client, leaseA).Acquire(ctx, nil))(t)
	refused(inner.Rename(ctx, "file", over(nil)))(t, 412, "LeaseIdMissing")
	refused(inner.Rename(ctx, "file", over(pointer(leaseB))))(t, 412, "LeaseIdMismatchWithFileOperation")
	need(leaseOfFile(t, client, leaseA).Release(ctx, nil))(t)
	need(client.SetHTTPHeaders(ctx, &file.SetHTTPHeadersOptions{SMBProperties: readOnly()}))(t)
	refused(inner.Rename(ctx, "file", over(nil)))(t, 409, "ReadOnlyAttribute")
}

func TestDirectoryPathRefusals(t *testing.T) {
	home := newShare(t, nil)
	deep := strings.TrimSuffix(strings.Repeat("a/", 251), "/")
	refused(home.NewDirectoryClient(deep).Create(ctx, nil))(t, 400, "InvalidFileOrDirectoryPathName")
	refused(home.NewRootDirectoryClient().Delete(ctx, nil))(t, 405, "UnsupportedHttpVerb")
	refused(home.NewRootDirectoryClient().ForceCloseHandles(ctx, "first", nil))(t, 400, "InvalidHeaderValue")
	pager := home.NewRootDirectoryClient().NewListFilesAndDirectoriesPager(&directory.ListFilesAndDirectoriesOptions{Marker: pointer("none")})
	refused(pager.NextPage(ctx))(t, 400, "OutOfRangeInput")
}
