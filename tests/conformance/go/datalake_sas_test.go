package conformance

import (
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/filesystem"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/service"
)

func bare() *filesystem.ClientOptions { return &filesystem.ClientOptions{ClientOptions: oneTry} }

// signedLake is the filesystem by a SAS for what these values name.
func signedLake(t *testing.T, home *filesystem.Client, values sas.DatalakeSignatureValues) *filesystem.Client {
	t.Helper()
	values.FileSystemName, values.ExpiryTime = fileSystemName(t, home), inAnHour()
	query := need(values.SignWithSharedKey(theLake(t).credential))(t)
	return need(filesystem.NewClientWithNoCredential(home.DFSURL()+"?"+query.Encode(), bare()))(t)
}

func TestDirectorySAS(t *testing.T) {
	home := newFileSystem(t)
	lakeFile(t, home, "a/b/file", "hello")
	lakeFile(t, home, "a/other", "")
	values := sas.DatalakeSignatureValues{DirectoryPath: "a/b", Permissions: "racwdl"}
	mine := signedLake(t, home, values)
	equal(t, readLake(t, mine.NewFileClient("a/b/file"), nil), "hello")
	equal(t, readLake(t, lakeFile(t, mine, "a/b/new/deep", "there"), nil), "there")
	equal(t, pathsOf(t, mine, true, &filesystem.ListPathsOptions{Prefix: pointer("a/b")}), "a/b/file a/b/new/ a/b/new/deep")
	refused(mine.NewListPathsPager(true, &filesystem.ListPathsOptions{Prefix: pointer("a")}).NextPage(ctx))(t, 403, "AuthenticationFailed")
	refused(mine.NewFileClient("a/other").GetAccessControl(ctx, nil))(t, 403, "AuthenticationFailed")
	refused(mine.NewFileClient("a/b-file").Create(ctx, nil))(t, 403, "AuthenticationFailed")
	need(mine.NewDirectoryClient("a/b/new").Delete(ctx, nil))(t)

	values.Permissions = "r"
	reader := signedLake(t, home, values)
	equal(t, readLake(t, reader.NewFileClient("a/b/file"), nil), "hello")
	refused(reader.NewFileClient("a/b/new").Create(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(reader.NewFileClient("a/b/file").Delete(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(reader.NewListPathsPager(true, &filesystem.ListPathsOptions{Prefix: pointer("a/b")}).NextPage(ctx))(t, 403, "AuthorizationPermissionMismatch")
}

func TestSASOfAPath(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "file", "hello")
	url := need(it.GetSASURL(sas.FilePermissions{Read: true, Write: true}, inAnHour(), nil))(t)
	mine := need(file.NewClientWithNoCredential(url, &file.ClientOptions{ClientOptions: oneTry}))(t)
	equal(t, readLake(t, mine, nil), "hello")
	need(mine.AppendData(ctx, 5, body([]byte("!")), nil))(t)
	need(mine.FlushData(ctx, 6, nil))(t)
	refused(mine.Delete(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	lakeFile(t, home, "d/file", "")
	address := need(home.NewDirectoryClient("d").GetSASURL(sas.DirectoryPermissions{Delete: true}, inAnHour(), nil))(t)
	inner := need(directory.NewClientWithNoCredential(address, &directory.ClientOptions{ClientOptions: oneTry}))(t)
	need(inner.Delete(ctx, nil))(t)
	equal(t, pathsOf(t, home, true, nil), "file")
}

// Moving, and changing access and owner, have letters of their own.
func TestLettersOfALakeSAS(t *testing.T) {
	home := newFileSystem(t)
	lakeFile(t, home, "file", "")
	with := func(letters string) *file.Client {
		return signedLake(t, home, sas.DatalakeSignatureValues{Permissions: letters}).NewFileClient("file")
	}
	permissions, owner := &file.SetAccessControlOptions{Permissions: pointer("0700")}, &file.SetAccessControlOptions{Owner: pointer(mary)}
	refused(with("racwdl").SetAccessControl(ctx, permissions))(t, 403, "AuthorizationPermissionMismatch")
	need(with("p").SetAccessControl(ctx, permissions))(t)
	refused(with("p").SetAccessControl(ctx, owner))(t, 403, "AuthorizationPermissionMismatch")
	need(with("o").SetAccessControl(ctx, owner))(t)
	need(with("r").GetAccessControl(ctx, nil))(t)
	refused(with("r").Rename(ctx, "moved", nil))(t, 403, "AuthorizationPermissionMismatch")
	need(with("racwdm").Rename(ctx, "moved", nil))(t)
	equal(t, pathsOf(t, home, true, nil), "moved")
}

func TestLakeAccountSAS(t *testing.T) {
	home := newFileSystem(t)
	it := lakeFile(t, home, "d/file", "hello")
	url := need(theLake(t).service.GetSASURL(sas.AccountResourceTypes{Service: true, Container: true, Object: true},
		sas.AccountPermissions{Read: true, List: true}, inAnHour(), nil))(t)
	account := need(service.NewClientWithNoCredential(url, lakeOptions()))(t)
	mine := account.NewFileSystemClient(fileSystemName(t, home))
	equal(t, pathsOf(t, mine, true, nil), "d/ d/file")
	equal(t, accessOf(t, mine.NewFileClient("d/file")), accessOf(t, it))
	refused(mine.NewFileClient("d/file").Delete(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")

	past := need(theLake(t).service.GetSASURL(sas.AccountResourceTypes{Object: true}, sas.AccountPermissions{Read: true}, time.Now().Add(-time.Hour), nil))(t)
	expired := need(service.NewClientWithNoCredential(past, lakeOptions()))(t).NewFileSystemClient(fileSystemName(t, home))
	refused(expired.NewFileClient("d/file").GetAccessControl(ctx, nil))(t, 403, "AuthenticationFailed")
	nobody := need(filesystem.NewClientWithNoCredential(home.DFSURL(), bare()))(t)
	refused(nobody.NewFileClient("d/file").GetAccessControl(ctx, nil))(t, 401, "NoAuthenticationInformation")
}
