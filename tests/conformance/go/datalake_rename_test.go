package conformance

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/file"
)

// This SDK renames within a filesystem, in the mode called legacy. It names the source without escaping it.

func TestRenameOfAFile(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "a/source", "hello")
	need(it.SetMetadata(ctx, map[string]*string{"k": pointer("v")}, nil))(t)
	before := need(it.GetProperties(ctx, nil))(t)
	lakeDirectory(t, home, "b")
	need(it.Rename(ctx, "b/größer", nil))(t)
	moved := home.NewFileClient("b/größer")
	equal(t, readLake(t, moved, nil), "hello")
	after := need(moved.GetProperties(ctx, nil))(t)
	sameMetadata(t, after.Metadata, map[string]string{"k": "v"})
	equal(t, *after.ETag, *before.ETag) // Hadoop's committers count on it
	equal(t, after.CreationTime.UTC(), before.CreationTime.UTC())
	equal(t, pathsOf(t, home, true, nil), "a/ b/ b/größer")
	refused(it.Rename(ctx, "c", nil))(t, 404, "SourcePathNotFound")
	// github.com/Azure/azure-sdk-for-go/issues/24369 has what the service says to it.
	refused(lakeFile(t, home, "a b", "").Rename(ctx, "c", nil))(t, 400, "InvalidSourceUri")
}

func TestRenameOfADirectory(t *testing.T) {
	home := newFileSystem(t)
	lakeFile(t, home, "a/b/file", "hello")
	lakeFile(t, home, "a/other", "")
	lakeFile(t, home, "a-b", "")
	need(home.NewDirectoryClient("a").Rename(ctx, "c", nil))(t)
	equal(t, pathsOf(t, home, true, nil), "a-b c/ c/b/ c/b/file c/other")
	equal(t, readLake(t, home.NewFileClient("c/b/file"), nil), "hello")
	need(home.NewDirectoryClient("c/b").Rename(ctx, "b", nil))(t)
	equal(t, pathsOf(t, home, true, nil), "a-b b/ b/file c/ c/other")
}

func TestRenameOntoWhatIsThere(t *testing.T) {
	home := newFileSystem(t)
	source, target := lakeFile(t, home, "source", "new"), lakeFile(t, home, "target", "old")
	fresh := whenLake(file.ModifiedAccessConditions{IfNoneMatch: to.Ptr(azcore.ETagAny)})
	refused(source.Rename(ctx, "target", &file.RenameOptions{AccessConditions: fresh}))(t, 409, "PathAlreadyExists")
	stale := whenLake(file.ModifiedAccessConditions{IfMatch: to.Ptr(otherETag)})
	refused(source.Rename(ctx, "target", &file.RenameOptions{AccessConditions: stale}))(t, 412, "ConditionNotMet")
	need(source.Rename(ctx, "target", nil))(t)
	equal(t, readLake(t, target, nil), "new")

	inner := lakeDirectory(t, home, "a")
	lakeFile(t, home, "a/file", "")
	lakeDirectory(t, home, "empty")
	need(inner.Rename(ctx, "empty", nil))(t)
	equal(t, pathsOf(t, home, true, nil), "empty/ empty/file target")
}

func TestRenameRefusalsOfPaths(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "a/file", "")
	inner := home.NewDirectoryClient("a")
	lakeFile(t, home, "full/file", "")
	refused(it.Rename(ctx, "nowhere/file", nil))(t, 404, "RenameDestinationParentPathNotFound")
	refused(inner.Rename(ctx, "a/below", nil))(t, 409, "InvalidRenameSourcePath")
	refused(inner.Rename(ctx, "a/file", nil))(t, 409, "InvalidRenameSourcePath")
	refused(inner.Rename(ctx, "full", nil))(t, 409, "DirectoryNotEmpty")
	refused(inner.Rename(ctx, "full/file", nil))(t, 409, "InvalidSourceOrDestinationResourceType")
	refused(missingFileSystem(t).NewDirectoryClient("a").Rename(ctx, "b", nil))(t, 404, "FilesystemNotFound")
	equal(t, pathsOf(t, home, true, nil), "a/ a/file full/ full/file")
}

func TestRenameOfTheLeased(t *testing.T) {
	home := newFileSystem(t)
	it := home.NewFileClient("file")
	need(it.Create(ctx, &file.CreateOptions{ProposedLeaseID: pointer(leaseA), LeaseDuration: to.Ptr(int64(-1))}))(t)
	refused(it.Rename(ctx, "other", nil))(t, 412, "LeaseIdMissing")
	held := &file.SourceAccessConditions{SourceLeaseAccessConditions: &file.LeaseAccessConditions{LeaseID: pointer(leaseA)}}
	need(it.Rename(ctx, "other", &file.RenameOptions{SourceAccessConditions: held}))(t)
	equal(t, pathsOf(t, home, true, nil), "other")
}

func TestRenameKeepsAccess(t *testing.T) {
	home := newFileSystem(t)
	inner := home.NewDirectoryClient("d")
	need(inner.Create(ctx, &directory.CreateOptions{ACL: pointer("user::rwx,group::r-x,other::rwx,default:user::rwx,default:group::r--,default:other::---")}))(t)
	need(inner.Rename(ctx, "e", nil))(t)
	equal(t, accessOf(t, home.NewDirectoryClient("e")),
		"$superuser $superuser rwxr-xrwx+ user::rwx,group::r-x,other::rwx,default:user::rwx,default:group::r--,default:other::---")
}
