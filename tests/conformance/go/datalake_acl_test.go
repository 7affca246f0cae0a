package conformance

import (
	"fmt"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/file"
)

const (
	mary  = "ec3595d6-2c17-4696-8caa-7e139758d24a"
	group = "4cf4e284-f6a8-4540-b53e-c3469af032dc"
)

func TestSetAccessControl(t *testing.T) {
	home := newFileSystem(t)
	it, inner := lakeFile(t, home, "d/file", "hello"), home.NewDirectoryClient("d")
	before := need(it.GetAccessControl(ctx, nil))(t).ETag
	need(it.SetAccessControl(ctx, &file.SetAccessControlOptions{Owner: pointer(mary), Group: pointer(group), Permissions: pointer("rwxr--r-x")}))(t)
	equal(t, accessOf(t, it), mary+" "+group+" rwxr--r-x user::rwx,group::r--,other::r-x")
	equal(t, *need(it.GetAccessControl(ctx, nil))(t).ETag, *before) // as in recordings of the service
	need(it.SetAccessControl(ctx, &file.SetAccessControlOptions{Permissions: pointer("1640")}))(t)
	equal(t, accessOf(t, it), mary+" "+group+" rw-r----T user::rw-,group::r--,other::---")

	// With a named entry the permissions of the group are those of the mask, which is made of the entries when it is left out.
	list := "user::rwx,user:" + mary + ":r--,group::r-x,other::---"
	need(inner.SetAccessControl(ctx, &directory.SetAccessControlOptions{ACL: &list}))(t)
	equal(t, accessOf(t, inner), "$superuser $superuser rwxr-x---+ user::rwx,user:"+mary+":r--,group::r-x,mask::r-x,other::---")
	need(inner.SetAccessControl(ctx, &directory.SetAccessControlOptions{Permissions: pointer("0740")}))(t)
	equal(t, accessOf(t, inner), "$superuser $superuser rwxr-----+ user::rwx,user:"+mary+":r--,group::r-x,mask::r--,other::---")
}

func TestAccessControlRefusals(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "file", "")
	set := func(list string) error {
		return failure(it.SetAccessControl(ctx, &file.SetAccessControlOptions{ACL: &list}))
	}
	eachRefused(t, map[string]func() error{
		"twice":      func() error { return set("user::rwx,user::r--,group::r-x,other::---") },
		"no letters": func() error { return set("user::rwz,group::r-x,other::---") },
		"of a file":  func() error { return set("user::rwx,group::r-x,other::---,default:user::rwx") },
		"no entries": func() error { return set("nonsense") },
	}, 400, "InvaldAccessControlList") // as the service spells it
	eachRefused(t, map[string]func() error{
		"no other": func() error { return set("user::rwx,group::r-x") },
	}, 400, "SetAclMissingAces")
	eachRefused(t, map[string]func() error{
		"permissions": func() error {
			return failure(it.SetAccessControl(ctx, &file.SetAccessControlOptions{Permissions: pointer("9999")}))
		},
	}, 400, "InvalidPermission")
}

func TestDefaultAccessControl(t *testing.T) {
	home := newFileSystem(t)
	list := "user::rwx,group::r-x,other::---,default:user::rwx,default:user:" + mary + ":rw-,default:group::r-x,default:mask::rwx,default:other::---"
	need(home.NewDirectoryClient("d").Create(ctx, &directory.CreateOptions{ACL: &list}))(t)
	// What is made below takes the default list, under its own mode.
	it := lakeFile(t, home, "d/file", "")
	equal(t, *need(it.GetAccessControl(ctx, nil))(t).ACL, "user::rw-,user:"+mary+":rw-,group::r-x,mask::rw-,other::---")
	inner := lakeDirectory(t, home, "d/inner")
	equal(t, *need(inner.GetAccessControl(ctx, nil))(t).ACL, "user::rwx,user:"+mary+":rw-,group::r-x,mask::rwx,other::---,"+
		"default:user::rwx,default:user:"+mary+":rw-,default:group::r-x,default:mask::rwx,default:other::---")
}

// tree is a directory with two files and a directory that holds a third.
func tree(t *testing.T) *directory.Client {
	t.Helper()
	home := newFileSystem(t)
	for _, path := range []string{"d/1", "d/2", "d/inner/3"} {
		lakeFile(t, home, path, "")
	}
	return home.NewDirectoryClient("d")
}

func counts(found directory.SetAccessControlRecursiveResponse) string {
	return fmt.Sprint(*found.DirectoriesSuccessful, *found.FilesSuccessful, *found.FailureCount, len(found.FailedEntries))
}

func TestSetAccessControlRecursive(t *testing.T) {
	root := tree(t)
	list := "user::rwx,group::r-x,other::rwx"
	equal(t, counts(need(root.SetAccessControlRecursive(ctx, list, nil))(t)), "2 3 0 0")
	equal(t, accessOf(t, need(root.NewFileClient("inner/3"))(t)), "$superuser $superuser rwxr-xrwx "+list)
	modified := "user::rwx,group::r--,other::r--,user:" + mary + ":rwx"
	equal(t, counts(need(root.UpdateAccessControlRecursive(ctx, modified, nil))(t)), "2 3 0 0")
	equal(t, *need(root.GetAccessControl(ctx, nil))(t).ACL, "user::rwx,user:"+mary+":rwx,group::r--,mask::rwx,other::r--")
	equal(t, counts(need(root.RemoveAccessControlRecursive(ctx, "user:"+mary, nil))(t)), "2 3 0 0")
	equal(t, *need(root.GetAccessControl(ctx, nil))(t).ACL, "user::rwx,group::r--,mask::r--,other::r--")
	missing := "mask,default:user,default:group,user:" + mary + ",default:group:" + mary
	equal(t, counts(need(root.RemoveAccessControlRecursive(ctx, missing, nil))(t)), "2 3 0 0")
}

func TestSetAccessControlRecursiveInBatches(t *testing.T) {
	root := tree(t)
	list := "user::rwx,group::r-x,other::rwx"
	one := &directory.SetAccessControlRecursiveOptions{BatchSize: to.Ptr(int32(2)), MaxBatches: to.Ptr(int32(1))}
	equal(t, counts(need(root.SetAccessControlRecursive(ctx, list, one))(t)), "1 1 0 0") // the directory comes first
	all := &directory.SetAccessControlRecursiveOptions{BatchSize: to.Ptr(int32(2)), ContinueOnFailure: to.Ptr(true)}
	equal(t, counts(need(root.SetAccessControlRecursive(ctx, list, all))(t)), "2 3 0 0")
	garbage := &directory.SetAccessControlRecursiveOptions{Marker: pointer("garbage")}
	equal(t, counts(need(root.SetAccessControlRecursive(ctx, list, garbage))(t)), "0 0 0 0")
}

func TestAccessControlOfAFileRecursive(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "file", "")
	need(it.UpdateAccessControl(ctx, "user::rwx,group::r--,other::r--", nil))(t)
	equal(t, *need(it.GetAccessControl(ctx, nil))(t).ACL, "user::rwx,group::r--,other::r--")
	need(it.UpdateAccessControl(ctx, "user:"+mary+":rwx", nil))(t)
	found := need(it.RemoveAccessControl(ctx, "user:"+mary, nil))(t)
	equal(t, fmt.Sprint(*found.DirectoriesSuccessful, *found.FilesSuccessful, *found.FailureCount), "0 1 0")
	refused(home.NewFileClient("nowhere").UpdateAccessControl(ctx, "other::r--", nil))(t, 404, "PathNotFound")
}
