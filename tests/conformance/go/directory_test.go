package conformance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
)

func TestDirectory(t *testing.T) {
	home := newShare(t, nil)
	client := home.NewDirectoryClient("Größe")
	moment := time.Date(2020, 1, 2, 3, 4, 5, 123456700, time.UTC)
	created := need(client.Create(ctx, &directory.CreateOptions{
		Metadata:          map[string]*string{"one": pointer("1")},
		FileSMBProperties: &file.SMBProperties{Attributes: &file.NTFSFileAttributes{Hidden: true}, CreationTime: &moment},
	}))(t)
	refused(client.Create(ctx, nil))(t, 409, "ResourceAlreadyExists")
	found := need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.ID, *created.ID)
	equal(t, *found.FileAttributes, "Hidden | Directory")
	equal(t, found.FileCreationTime.UTC(), moment)
	sameMetadata(t, found.Metadata, map[string]string{"one": "1"})
	equal(t, *need(home.NewDirectoryClient("GRÖßE").GetProperties(ctx, nil))(t).ID, *created.ID)

	need(client.SetProperties(ctx, &directory.SetPropertiesOptions{
		FileSMBProperties: &file.SMBProperties{Attributes: &file.NTFSFileAttributes{None: true}, LastWriteTime: &moment},
		FilePermissions:   &file.Permissions{Permission: pointer(systemPermission)},
	}))(t)
	need(client.SetMetadata(ctx, &directory.SetMetadataOptions{Metadata: map[string]*string{"two": pointer("2")}}))(t)
	found = need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.FileAttributes, "Directory")
	equal(t, found.FileLastWriteTime.UTC(), moment)
	equal(t, *need(home.GetPermission(ctx, *found.FilePermissionKey, nil))(t).Permission, systemPermission)
	sameMetadata(t, found.Metadata, map[string]string{"two": "2"})

	inner := client.NewSubdirectoryClient("inner")
	need(inner.Create(ctx, nil))(t)
	refused(client.Delete(ctx, nil))(t, 409, "DirectoryNotEmpty")
	need(inner.Delete(ctx, nil))(t)
	need(client.Delete(ctx, nil))(t)
	refused(client.Delete(ctx, nil))(t, 404, "ResourceNotFound")
}

func TestDirectoryRefusals(t *testing.T) {
	home := newShare(t, nil)
	newFile(t, home, "file", "hello")
	for path, code := range map[string]bloberror.Code{
		"no/where": "ParentNotFound", "nowhere": "ResourceNotFound",
	} {
		refused(home.NewDirectoryClient(path).GetProperties(ctx, nil))(t, 404, code)
		refused(home.NewDirectoryClient(path).SetProperties(ctx, nil))(t, 404, code)
		refused(home.NewDirectoryClient(path).SetMetadata(ctx, nil))(t, 404, code)
		refused(home.NewDirectoryClient(path).Delete(ctx, nil))(t, 404, code)
		refused(home.NewDirectoryClient(path).ListHandles(ctx, nil))(t, 404, code)
		refused(home.NewDirectoryClient(path).NewListFilesAndDirectoriesPager(nil).NextPage(ctx))(t, 404, code)
	}
	refused(home.NewDirectoryClient("no/where").Create(ctx, nil))(t, 404, "ParentNotFound")
	refused(home.NewDirectoryClient("file").GetProperties(ctx, nil))(t, 404, "ResourceNotFound")
	refused(home.NewDirectoryClient("file").Delete(ctx, nil))(t, 409, "ResourceTypeMismatch")
	refused(home.NewDirectoryClient("a|b").Create(ctx, nil))(t, 400, "InvalidResourceName")
	refused(home.NewDirectoryClient(strings.Repeat("a", 256)).Create(ctx, nil))(t, 400, "InvalidResourceName")
	refused(missingShare(t).NewDirectoryClient("d").Create(ctx, nil))(t, 404, "ShareNotFound")
	refused(missingShare(t).NewRootDirectoryClient().NewListFilesAndDirectoriesPager(nil).NextPage(ctx))(t, 404, "ShareNotFound")
}

func TestListDirectory(t *testing.T) {
	home := newShare(t, nil)
	client := newDirectory(t, home, "d")
	for _, name := range []string{"ba", "bc"} {
		need(client.NewSubdirectoryClient(name).Create(ctx, nil))(t)
	}
	for _, name := range []string{"a", "bb", "C & d"} {
		writeFile(t, client.NewFileClient(name), strings.Repeat("x", len(name)))
	}
	equal(t, entriesOf(t, client, nil), "ba/ bc/ a bb C & d")
	equal(t, entriesOf(t, client, &directory.ListFilesAndDirectoriesOptions{Prefix: pointer("b"), MaxResults: to.Ptr(int32(2))}), "ba/ bb\nbc/")
	found := need(client.NewListFilesAndDirectoriesPager(&directory.ListFilesAndDirectoriesOptions{
		Include:             directory.ListFilesInclude{Timestamps: true, ETag: true, Attributes: true, PermissionKey: true},
		IncludeExtendedInfo: to.Ptr(true), Prefix: pointer("bb"),
	}).NextPage(ctx))(t)
	equal(t, *found.DirectoryID, *need(client.GetProperties(ctx, nil))(t).ID)
	item, properties := found.Segment.Files[0], need(client.NewFileClient("bb").GetProperties(ctx, nil))(t)
	equal(t, *item.Properties.ContentLength, 2)
	equal(t, *item.ID, *properties.ID)
	equal(t, *item.Properties.ETag, *properties.ETag)
	equal(t, *item.Attributes, *properties.FileAttributes)
	equal(t, *item.PermissionKey, *properties.FilePermissionKey)
	equal(t, item.Properties.CreationTime.UTC(), properties.FileCreationTime.UTC())
	pager := client.NewListFilesAndDirectoriesPager(&directory.ListFilesAndDirectoriesOptions{MaxResults: to.Ptr(int32(-1))})
	refused(pager.NextPage(ctx))(t, 400, "OutOfRangeQueryParameterValue")
}

func TestRenameDirectory(t *testing.T) {
	home := newShare(t, nil)
	client := newDirectory(t, home, "d")
	writeFile(t, client.NewFileClient("file"), "hello")
	id := *need(client.GetProperties(ctx, nil))(t).ID
	newDirectory(t, home, "taken")
	refused(client.Rename(ctx, "taken", nil))(t, 409, "ResourceAlreadyExists")
	refused(client.Rename(ctx, "no/where", nil))(t, 404, "ParentNotFound")
	need(client.Rename(ctx, "taken/renamed", &directory.RenameOptions{Metadata: map[string]*string{"a": pointer("1")}}))(t)
	refused(client.Rename(ctx, "again", nil))(t, 404, "ResourceNotFound")
	found := need(home.NewDirectoryClient("taken/renamed").GetProperties(ctx, nil))(t)
	equal(t, *found.ID, id)
	sameMetadata(t, found.Metadata, map[string]string{"a": "1"})
	equal(t, readFile(t, home.NewDirectoryClient("taken/renamed").NewFileClient("file"), nil), "hello")
}

func TestHandles(t *testing.T) {
	home := newShare(t, nil)
	client, inner := newDirectory(t, home, "d"), newFile(t, home, "file", "hello")
	equal(t, len(need(client.ListHandles(ctx, &directory.ListHandlesOptions{Recursive: to.Ptr(true)}))(t).Handles), 0)
	equal(t, len(need(inner.ListHandles(ctx, nil))(t).Handles), 0)
	closed := need(client.ForceCloseHandles(ctx, "*", &directory.ForceCloseHandlesOptions{Recursive: to.Ptr(true)}))(t)
	equal(t, fmt.Sprint(*closed.NumberOfHandlesClosed, *closed.NumberOfHandlesFailedToClose), "0 0")
	equal(t, *need(inner.ForceCloseHandles(ctx, "*", nil))(t).NumberOfHandlesClosed, 0)
	refused(home.NewRootDirectoryClient().NewFileClient("nowhere").ForceCloseHandles(ctx, "*", nil))(t, 404, "ResourceNotFound")
}
