package conformance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/filesystem"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/lease"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/service"
)

// This SDK makes, changes and lists filesystems by the Blob service: the codes are that service's.

func TestFileSystem(t *testing.T) {
	home := missingFileSystem(t)
	need(home.Create(ctx, &filesystem.CreateOptions{Metadata: map[string]*string{"a": pointer("1")}}))(t)
	refused(home.Create(ctx, nil))(t, 409, "ContainerAlreadyExists")
	found := need(home.GetProperties(ctx, nil))(t)
	sameMetadata(t, found.Metadata, map[string]string{"a": "1"})
	equal(t, *found.LeaseState, filesystem.StateTypeAvailable)
	need(home.SetMetadata(ctx, &filesystem.SetMetadataOptions{Metadata: map[string]*string{"b": pointer("2")}}))(t)
	changed := need(home.GetProperties(ctx, nil))(t)
	sameMetadata(t, changed.Metadata, map[string]string{"b": "2"})
	if *changed.ETag == *found.ETag {
		t.Fatal("the ETag stayed")
	}
	need(home.Delete(ctx, nil))(t)
	refused(home.Delete(ctx, nil))(t, 404, "ContainerNotFound")
	refused(home.SetMetadata(ctx, nil))(t, 404, "ContainerNotFound")
	refused(home.GetAccessPolicy(ctx, nil))(t, 404, "ContainerNotFound")
	refused(home.NewListPathsPager(true, nil).NextPage(ctx))(t, 404, "FilesystemNotFound")
	refused(home.NewDirectoryClient("d").Create(ctx, nil))(t, 404, "FilesystemNotFound")
}

func TestFileSystemConditions(t *testing.T) {
	home := newFileSystem(t)
	earlier := need(home.GetProperties(ctx, nil))(t).LastModified.AddDate(0, 0, -1)
	unmodified := &filesystem.ModifiedAccessConditions{IfUnmodifiedSince: &earlier}
	refused(home.Delete(ctx, &filesystem.DeleteOptions{
		AccessConditions: &filesystem.AccessConditions{ModifiedAccessConditions: unmodified},
	}))(t, 412, "ConditionNotMet")
}

func TestFileSystemPolicies(t *testing.T) {
	home := newFileSystem(t)
	policy := &filesystem.SignedIdentifier{ID: pointer("readers"), AccessPolicy: &filesystem.AccessPolicy{Permission: pointer("rl")}}
	need(home.SetAccessPolicy(ctx, &filesystem.SetAccessPolicyOptions{
		Access: to.Ptr(filesystem.File), FileSystemACL: []*filesystem.SignedIdentifier{policy},
	}))(t)
	found := need(home.GetAccessPolicy(ctx, nil))(t)
	equal(t, *found.PublicAccess, filesystem.File)
	equal(t, *found.SignedIdentifiers[0].ID+" "+*found.SignedIdentifiers[0].AccessPolicy.Permission, "readers rl")
}

func TestLeaseOfAFileSystem(t *testing.T) {
	home := newFileSystem(t)
	held := need(lease.NewFileSystemClient(home, &lease.FileSystemClientOptions{LeaseID: pointer(leaseA)}))(t)
	need(held.AcquireLease(ctx, 60, nil))(t)
	refused(home.Delete(ctx, nil))(t, 412, "LeaseIdMissing")
	need(held.ChangeLease(ctx, leaseB, nil))(t)
	need(held.RenewLease(ctx, nil))(t)
	need(held.BreakLease(ctx, &lease.FileSystemBreakOptions{BreakPeriod: to.Ptr(int32(0))}))(t)
	need(held.ReleaseLease(ctx, nil))(t)
}

func TestListFileSystems(t *testing.T) {
	account := newLake(t, "{}")
	for _, letter := range []string{"c", "a", "b"} {
		options := &filesystem.CreateOptions{Metadata: map[string]*string{"letter": pointer(letter)}}
		need(account.service.CreateFileSystem(ctx, "list-"+letter, &service.CreateFileSystemOptions{Metadata: options.Metadata}))(t)
	}
	need(account.service.CreateFileSystem(ctx, "other", nil))(t)
	pages := []string{}
	pager := account.service.NewListFileSystemsPager(&service.ListFileSystemsOptions{
		Prefix: pointer("list-"), MaxResults: to.Ptr(int32(2)), Include: service.ListFileSystemsInclude{Metadata: to.Ptr(true)},
	})
	for pager.More() {
		names := []string{}
		for _, item := range need(pager.NextPage(ctx))(t).FileSystemItems {
			names = append(names, *item.Name+metadataOf(item.Metadata)["letter"])
		}
		pages = append(pages, strings.Join(names, " "))
	}
	equal(t, strings.Join(pages, "|"), "list-aa list-bb|list-cc")
	need(account.service.DeleteFileSystem(ctx, "other", nil))(t)
	refused(account.service.DeleteFileSystem(ctx, "other", nil))(t, 404, "ContainerNotFound")
}

func TestListPaths(t *testing.T) {
	home := newFileSystem(t)
	for _, path := range []string{"a/1", "a/b/2", "a-b", "c"} {
		lakeFile(t, home, path, "")
	}
	lakeDirectory(t, home, "a/empty")
	// A directory comes where its name with a slash does, and what is in it right behind it.
	equal(t, pathsOf(t, home, true, nil), "a-b a/ a/1 a/b/ a/b/2 a/empty/ c")
	equal(t, pathsOf(t, home, false, nil), "a-b a/ c")
	equal(t, pathsOf(t, home, false, &filesystem.ListPathsOptions{Prefix: pointer("a")}), "a/1 a/b/ a/empty/")
	equal(t, pathsOf(t, home, true, &filesystem.ListPathsOptions{Prefix: pointer("a/b")}), "a/b/2")
	equal(t, pathsOf(t, home, true, &filesystem.ListPathsOptions{MaxResults: to.Ptr(int32(3))}), "a-b a/ a/1\na/b/ a/b/2 a/empty/\nc")
	refused(home.NewListPathsPager(true, &filesystem.ListPathsOptions{Prefix: pointer("nowhere")}).NextPage(ctx))(t, 404, "PathNotFound")
}

func TestWhatAListOfPathsSays(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "d/file", "hello")
	properties := need(it.GetProperties(ctx, nil))(t)
	found := need(home.NewListPathsPager(true, nil).NextPage(ctx))(t).Paths
	equal(t, len(found), 2)
	inner, outer := found[1], found[0]
	equal(t, fmt.Sprint(*outer.Name, " ", *outer.IsDirectory, " ", *outer.ContentLength, " ", *outer.Permissions), "d true 0 rwxr-x---")
	equal(t, fmt.Sprint(*inner.Name, " ", inner.IsDirectory == nil, " ", *inner.ContentLength, " ", *inner.Permissions), "d/file true 5 rw-r-----")
	equal(t, *inner.Owner+" "+*inner.Group, "$superuser $superuser")
	equal(t, `"`+strings.Trim(*inner.ETag, `"`)+`"`, string(*properties.ETag))
}

// What a directory holds is deleted and listed, and brought back, with it; this SDK has no operation to bring it back.
func TestListDeletedPaths(t *testing.T) {
	account := newLake(t, "{}")
	retention := &service.RetentionPolicy{Enabled: to.Ptr(true), Days: to.Ptr(int32(7))}
	need(account.service.SetProperties(ctx, &service.SetPropertiesOptions{DeleteRetentionPolicy: retention}))(t)
	home := account.service.NewFileSystemClient(unique())
	need(home.Create(ctx, nil))(t)
	lakeFile(t, home, "kept", "")
	need(lakeFile(t, home, "gone", "").Delete(ctx, nil))(t)
	lakeFile(t, home, "d/file", "")
	need(home.NewDirectoryClient("d").Delete(ctx, nil))(t)
	names := []string{}
	pager := home.NewListDeletedPathsPager(nil)
	for pager.More() {
		segment := need(pager.NextPage(ctx))(t).Segment
		for _, item := range segment.PathItems {
			if item.DeletionID == nil || *item.DeletionID == "" {
				t.Fatalf("%s has no deletion id", *item.Name)
			}
			names = append(names, *item.Name)
		}
	}
	equal(t, strings.Join(names, " "), "d gone")
	equal(t, pathsOf(t, home, true, nil), "kept")
}

func TestLakeServiceProperties(t *testing.T) {
	account := newLake(t, "{}")
	retention := &service.RetentionPolicy{Enabled: to.Ptr(true), Days: to.Ptr(int32(3))}
	need(account.service.SetProperties(ctx, &service.SetPropertiesOptions{DeleteRetentionPolicy: retention}))(t)
	found := need(account.service.GetProperties(ctx, nil))(t)
	equal(t, *found.DeleteRetentionPolicy.Days, 3)
}
