package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/lease"
)

func whenLake(conditions file.ModifiedAccessConditions) *file.AccessConditions {
	return &file.AccessConditions{ModifiedAccessConditions: &conditions}
}

func underLease(id string) *file.AccessConditions {
	return &file.AccessConditions{LeaseAccessConditions: &file.LeaseAccessConditions{LeaseID: &id}}
}

func TestCreatePaths(t *testing.T) {
	home := newFileSystem(t)
	lakeDirectory(t, home, "a/b/c")
	found := need(home.NewDirectoryClient("a/b").GetProperties(ctx, nil))(t)
	equal(t, *found.ResourceType+" "+*found.Permissions, "directory rwxr-x---")
	it := home.NewFileClient("a/größe + 100%")
	need(it.Create(ctx, &file.CreateOptions{HTTPHeaders: &file.HTTPHeaders{ContentType: pointer("a/b"), CacheControl: pointer("no-store")}}))(t)
	properties := need(it.GetProperties(ctx, nil))(t)
	equal(t, fmt.Sprint(*properties.ResourceType, " ", *properties.ContentLength, " ", *properties.ContentType, " ", *properties.CacheControl), "file 0 a/b no-store")
	equal(t, accessOf(t, it), "$superuser $superuser rw-r----- user::rw-,group::r--,other::---")
	equal(t, *properties.AccessControlList, "user::rw-,group::r--,other::---")
	system := need(it.GetSystemProperties(ctx, nil))(t)
	equal(t, fmt.Sprint(*system.ResourceType, " ", *system.ContentLength, " ", *system.Permissions, " ", system.ACL == nil), "file 0 rw-r----- true")
	equal(t, pathsOf(t, home, true, nil), "a/ a/b/ a/b/c/ a/größe + 100%")
}

func TestCreatePathsWithAccess(t *testing.T) {
	home, owner := newFileSystem(t), "4cf4e284-f6a8-4540-b53e-c3469af032dc"
	it := home.NewFileClient("file")
	need(it.Create(ctx, &file.CreateOptions{Permissions: pointer("0777"), Umask: pointer("0022"), Owner: &owner, Group: &owner}))(t)
	equal(t, accessOf(t, it), owner+" "+owner+" rwxr-xr-x user::rwx,group::r-x,other::r-x")
	inner := home.NewDirectoryClient("d")
	need(inner.Create(ctx, &directory.CreateOptions{ACL: pointer("user::rwx,group::r-x,other::rwx"), Umask: pointer("0000")}))(t)
	equal(t, accessOf(t, inner), "$superuser $superuser rwxr-xrwx user::rwx,group::r-x,other::rwx")
	refused(home.NewFileClient("other").Create(ctx, &file.CreateOptions{Permissions: pointer("rwz")}))(t, 400, "InvalidPermission")
}

func TestCreateOver(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "d/file", "hello")
	inner := home.NewDirectoryClient("d")
	need(inner.Create(ctx, nil))(t) // keeps what is in it
	equal(t, readLake(t, it, nil), "hello")
	need(it.Create(ctx, nil))(t)
	equal(t, readLake(t, it, nil), "")
	fresh := whenLake(file.ModifiedAccessConditions{IfNoneMatch: to.Ptr(azcore.ETagAny)})
	refused(it.Create(ctx, &file.CreateOptions{AccessConditions: fresh}))(t, 409, "PathAlreadyExists")
	refused(inner.Create(ctx, &directory.CreateOptions{AccessConditions: fresh}))(t, 409, "PathAlreadyExists")
	refused(home.NewFileClient("d").Create(ctx, nil))(t, 409, "PathConflict")
	refused(home.NewDirectoryClient("d/file").Create(ctx, nil))(t, 409, "PathConflict")
	refused(home.NewFileClient("d/file/below").Create(ctx, nil))(t, 409, "PathConflict")
}

// The account and the filesystem count among the 63 segments that there may be.
func TestDepthOfPaths(t *testing.T) {
	home := newFileSystem(t)
	need(home.NewDirectoryClient(strings.Repeat("d/", 59)+"d").Create(ctx, nil))(t)
	refusedWith(t, "PathIsTooDeep", failure(home.NewDirectoryClient(strings.Repeat("d/", 60)+"d").Create(ctx, nil)))
}

func TestDeletePaths(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "d/inner/file", "hello")
	lakeFile(t, home, "d-file", "")
	need(it.Delete(ctx, nil))(t)
	refused(it.Delete(ctx, nil))(t, 404, "PathNotFound")
	refused(it.GetProperties(ctx, nil))(t, 404, "PathNotFound") // the SDK says so of BlobNotFound
	refused(it.GetAccessControl(ctx, nil))(t, 404, "PathNotFound")
	refused(it.SetAccessControl(ctx, &file.SetAccessControlOptions{Permissions: pointer("0700")}))(t, 404, "PathNotFound")
	lakeFile(t, home, "d/inner/file", "hello")
	need(home.NewDirectoryClient("d").Delete(ctx, &directory.DeleteOptions{Paginated: to.Ptr(true)}))(t)
	equal(t, pathsOf(t, home, true, nil), "d-file")
}

func TestMetadataOfPaths(t *testing.T) {
	home := newFileSystem(t)
	it, inner := lakeFile(t, home, "d/file", ""), home.NewDirectoryClient("d")
	need(it.SetMetadata(ctx, map[string]*string{"a": pointer("1")}, nil))(t)
	sameMetadata(t, need(it.GetProperties(ctx, nil))(t).Metadata, map[string]string{"a": "1"})
	need(inner.SetMetadata(ctx, map[string]*string{"b": pointer("2")}, nil))(t)
	// What makes a directory known to programs that know blobs alone stays.
	sameMetadata(t, need(inner.GetProperties(ctx, nil))(t).Metadata, map[string]string{"b": "2", "hdi_isfolder": "true"})
	equal(t, *need(inner.GetProperties(ctx, nil))(t).ResourceType, "directory")
}

func TestHeadersOfPaths(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "file", "hello")
	need(it.SetHTTPHeaders(ctx, file.HTTPHeaders{ContentType: pointer("a/b"), ContentLanguage: pointer("de")}, nil))(t)
	found := need(it.GetProperties(ctx, nil))(t)
	equal(t, *found.ContentType+" "+*found.ContentLanguage, "a/b de")
	equal(t, readLake(t, it, nil), "hello")
}

func TestPathConditions(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "file", "hello")
	etag := need(it.GetProperties(ctx, nil))(t).ETag
	now := time.Now().In(time.FixedZone("GMT", 0)) // this SDK writes the zone that it is given
	earlier, later := now.Add(-time.Hour), now.Add(time.Hour)
	permissions := pointer("0700")
	for name, wrong := range map[string]file.ModifiedAccessConditions{
		"If-Match":            {IfMatch: to.Ptr(otherETag)},
		"If-None-Match":       {IfNoneMatch: etag},
		"If-Unmodified-Since": {IfUnmodifiedSince: &earlier},
	} {
		when := whenLake(wrong)
		t.Run(name, func(t *testing.T) {
			refused(it.SetAccessControl(ctx, &file.SetAccessControlOptions{Permissions: permissions, AccessConditions: when}))(t, 412, "ConditionNotMet")
			refused(it.FlushData(ctx, 5, &file.FlushDataOptions{AccessConditions: when}))(t, 412, "ConditionNotMet")
			refused(it.Delete(ctx, &file.DeleteOptions{AccessConditions: when}))(t, 412, "ConditionNotMet")
			if wrong.IfNoneMatch == nil {
				refused(it.GetAccessControl(ctx, &file.GetAccessControlOptions{AccessConditions: when}))(t, 412, "ConditionNotMet")
				refused(it.Create(ctx, &file.CreateOptions{AccessConditions: when}))(t, 412, "ConditionNotMet")
				refused(it.Rename(ctx, "other", &file.RenameOptions{SourceAccessConditions: &file.SourceAccessConditions{
					SourceModifiedAccessConditions: &file.SourceModifiedAccessConditions{
						SourceIfMatch: wrong.IfMatch, SourceIfUnmodifiedSince: wrong.IfUnmodifiedSince,
					},
				}}))(t, 412, "SourceConditionNotMet")
			}
		})
	}
	unchanged := whenLake(file.ModifiedAccessConditions{IfModifiedSince: &later})
	refused(it.GetAccessControl(ctx, &file.GetAccessControlOptions{AccessConditions: unchanged}))(t, 304, "ConditionNotMet")
	right := whenLake(file.ModifiedAccessConditions{IfMatch: etag, IfUnmodifiedSince: &later})
	need(it.SetAccessControl(ctx, &file.SetAccessControlOptions{Permissions: permissions, AccessConditions: right}))(t)
	need(it.SetMetadata(ctx, map[string]*string{"a": pointer("1")}, nil))(t) // with it the ETag is another, with access it stays
	refused(it.Delete(ctx, &file.DeleteOptions{AccessConditions: right}))(t, 412, "ConditionNotMet")
}

func TestLeaseOfAPath(t *testing.T) {
	home := newFileSystem(t)
	it := home.NewFileClient("file")
	need(it.Create(ctx, &file.CreateOptions{ProposedLeaseID: pointer(leaseA), LeaseDuration: to.Ptr(int64(-1))}))(t)
	equal(t, *need(it.GetProperties(ctx, nil))(t).LeaseState, file.StateTypeLeased)
	content := []byte("hello")
	refused(it.AppendData(ctx, 0, body(content), nil))(t, 412, "LeaseIdMissing")
	refused(it.Delete(ctx, nil))(t, 412, "LeaseIdMissing")
	refused(it.Rename(ctx, "other", nil))(t, 412, "LeaseIdMissing")
	refused(it.Delete(ctx, &file.DeleteOptions{AccessConditions: underLease(leaseB)}))(t, 412, "LeaseIdMismatch")
	held := &file.LeaseAccessConditions{LeaseID: pointer(leaseA)}
	need(it.AppendData(ctx, 0, body(content), &file.AppendDataOptions{LeaseAccessConditions: held}))(t)
	need(it.FlushData(ctx, 5, &file.FlushDataOptions{
		AccessConditions: &file.AccessConditions{LeaseAccessConditions: held}, LeaseAction: &file.LeaseActionRelease,
	}))(t)
	found := need(it.GetProperties(ctx, nil))(t)
	equal(t, fmt.Sprint(*found.ContentLength, " ", *found.LeaseState), "5 available")

	client := need(lease.NewPathClient(it, &lease.PathClientOptions{LeaseID: pointer(leaseA)}))(t)
	need(client.AcquireLease(ctx, 60, nil))(t)
	need(client.ChangeLease(ctx, leaseB, nil))(t)
	need(client.RenewLease(ctx, nil))(t)
	need(client.BreakLease(ctx, &lease.PathBreakOptions{BreakPeriod: to.Ptr(int32(0))}))(t)
	need(client.ReleaseLease(ctx, nil))(t)

	inner := lakeDirectory(t, home, "d")
	lakeFile(t, home, "d/file", "")
	outer := need(lease.NewPathClient(inner, &lease.PathClientOptions{LeaseID: pointer(leaseA)}))(t)
	need(outer.AcquireLease(ctx, -1, nil))(t)
	refused(inner.Delete(ctx, nil))(t, 412, "LeaseIdMissing")
	need(inner.Delete(ctx, &directory.DeleteOptions{AccessConditions: underLease(leaseA)}))(t)
}

func TestExpiryOfFiles(t *testing.T) {
	account := newLake(t, "{}")
	home := account.service.NewFileSystemClient(unique())
	need(home.Create(ctx, nil))(t)
	at := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Second)
	absolute := home.NewFileClient("absolute")
	need(absolute.Create(ctx, &file.CreateOptions{
		Expiry: file.CreateExpiryValues{ExpiryType: file.CreateExpiryTypeAbsolute, ExpiresOn: at.Format(http.TimeFormat)},
	}))(t)
	equal(t, need(absolute.GetProperties(ctx, nil))(t).ExpiresOn.UTC(), at)
	never := lakeFile(t, home, "never", "")
	need(never.SetExpiry(ctx, file.SetExpiryValues{ExpiryType: file.SetExpiryTypeRelativeToNow, ExpiresOn: "3600000"}, nil))(t)
	if need(never.GetProperties(ctx, nil))(t).ExpiresOn == nil {
		t.Fatal("no expiry")
	}
	need(never.SetExpiry(ctx, file.SetExpiryValues{ExpiryType: file.SetExpiryTypeNeverExpire}, nil))(t)
	if need(never.GetProperties(ctx, nil))(t).ExpiresOn != nil {
		t.Fatal("still an expiry")
	}
	created := lakeFile(t, home, "created", "")
	need(created.SetExpiry(ctx, file.SetExpiryValues{ExpiryType: file.SetExpiryTypeRelativeToCreation, ExpiresOn: "5400000"}, nil))(t)
	account.advance(5400 + 60)
	refused(created.GetProperties(ctx, nil))(t, 404, "PathNotFound")
	refused(created.GetAccessControl(ctx, nil))(t, 404, "PathNotFound")
	equal(t, pathsOf(t, home, true, nil), "absolute never")
	account.advance(1800)
	equal(t, pathsOf(t, home, true, nil), "never")
	refused(home.NewFileClient("nowhere").SetExpiry(ctx, file.SetExpiryValues{}, nil))(t, 404, "BlobNotFound")
}
