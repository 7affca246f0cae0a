package conformance

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	blobsas "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	blobservice "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/service"
)

func failure[T any](_ T, err error) error { return err }

// signed is the File service by an account SAS that gives these letters for these types of resource.
func signed(t *testing.T, letters, resources string) *service.Client {
	t.Helper()
	credential := need(service.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
	values := sas.AccountSignatureValues{ExpiryTime: inAnHour(), Permissions: letters, ResourceTypes: resources}
	query := need(values.SignWithSharedKey(credential))(t)
	return need(service.NewClientWithNoCredential(setting("FileEndpoint")+"?"+query.Encode(), fileOptions()))(t)
}

// callsOfShare is every operation on a share but those on its policies, which no account SAS is for.
func callsOfShare(t *testing.T, account *service.Client, name string) map[string]func() error {
	t.Helper()
	home := account.NewShareClient(name)
	held := leaseOfShare(t, home, leaseA)
	return map[string]func() error{
		"create":           func() error { return failure(home.Create(ctx, nil)) },
		"get properties":   func() error { return failure(home.GetProperties(ctx, nil)) },
		"set properties":   func() error { return failure(home.SetProperties(ctx, nil)) },
		"set metadata":     func() error { return failure(home.SetMetadata(ctx, nil)) },
		"get statistics":   func() error { return failure(home.GetStatistics(ctx, nil)) },
		"snapshot":         func() error { return failure(home.CreateSnapshot(ctx, nil)) },
		"restore":          func() error { return failure(account.RestoreShare(ctx, name, "01D60F8BB59A4652", nil)) },
		"put a permission": func() error { return failure(home.CreatePermission(ctx, systemPermission, nil)) },
		"get a permission": func() error { return failure(home.GetPermission(ctx, "1*1", nil)) },
		"acquire":          func() error { return failure(held.Acquire(ctx, -1, nil)) },
		"renew":            func() error { return failure(held.Renew(ctx, nil)) },
		"change":           func() error { return failure(held.Change(ctx, leaseB, nil)) },
		"release":          func() error { return failure(held.Release(ctx, nil)) },
		"break":            func() error { return failure(held.Break(ctx, nil)) },
		"delete":           func() error { return failure(home.Delete(ctx, nil)) },
	}
}

// callsOfObjects is every operation on a directory and a file, and on what could be there.
func callsOfObjects(t *testing.T, account *service.Client, name, source string) map[string]func() error {
	t.Helper()
	root := account.NewShareClient(name).NewRootDirectoryClient()
	inner, it := root.NewSubdirectoryClient("d"), root.NewFileClient("file")
	held := leaseOfFile(t, it, leaseA)
	return map[string]func() error{
		"create directory":         func() error { return failure(inner.Create(ctx, nil)) },
		"get directory properties": func() error { return failure(inner.GetProperties(ctx, nil)) },
		"set directory properties": func() error { return failure(inner.SetProperties(ctx, nil)) },
		"set directory metadata":   func() error { return failure(inner.SetMetadata(ctx, nil)) },
		"list":                     func() error { return failure(inner.NewListFilesAndDirectoriesPager(nil).NextPage(ctx)) },
		"list handles":             func() error { return failure(inner.ListHandles(ctx, nil)) },
		"close handles":            func() error { return failure(inner.ForceCloseHandles(ctx, "*", nil)) },
		"rename directory":         func() error { return failure(inner.Rename(ctx, "e", nil)) },
		"delete directory":         func() error { return failure(inner.Delete(ctx, nil)) },
		"create":                   func() error { return failure(it.Create(ctx, 1, nil)) },
		"get":                      func() error { return failure(it.DownloadStream(ctx, nil)) },
		"get properties":           func() error { return failure(it.GetProperties(ctx, nil)) },
		"set properties":           func() error { return failure(it.SetHTTPHeaders(ctx, nil)) },
		"set metadata":             func() error { return failure(it.SetMetadata(ctx, nil)) },
		"put range":                func() error { return failure(it.UploadRange(ctx, 0, body([]byte("x")), nil)) },
		"clear range":              func() error { return failure(it.ClearRange(ctx, file.HTTPRange{Count: 1}, nil)) },
		"put range from URL":       func() error { return failure(it.UploadRangeFromURL(ctx, source, 0, 0, 1, nil)) },
		"list ranges":              func() error { return failure(it.GetRangeList(ctx, nil)) },
		"rename":                   func() error { return failure(it.Rename(ctx, "g", nil)) },
		"copy":                     func() error { return failure(it.StartCopyFromURL(ctx, source, nil)) },
		"abort copy":               func() error { return failure(it.AbortCopy(ctx, leaseA, nil)) },
		"acquire":                  func() error { return failure(held.Acquire(ctx, nil)) },
		"change":                   func() error { return failure(held.Change(ctx, leaseB, nil)) },
		"release":                  func() error { return failure(held.Release(ctx, nil)) },
		"break":                    func() error { return failure(held.Break(ctx, nil)) },
		"create symbolic link":     func() error { return failure(it.CreateSymbolicLink(ctx, "f", nil)) },
		"get symbolic link":        func() error { return failure(it.GetSymbolicLink(ctx, nil)) },
		"create hard link":         func() error { return failure(it.CreateHardLink(ctx, "/f", nil)) },
		"delete":                   func() error { return failure(it.Delete(ctx, nil)) },
	}
}

func callsOfAccount(account *service.Client) map[string]func() error {
	return map[string]func() error{
		"list shares":    func() error { return failure(account.NewListSharesPager(nil).NextPage(ctx)) },
		"get properties": func() error { return failure(account.GetProperties(ctx, nil)) },
		"set properties": func() error {
			return failure(account.SetProperties(ctx, &service.SetPropertiesOptions{
				Protocol: &service.ProtocolSettings{Smb: &service.SMBSettings{Multichannel: &service.SMBMultichannel{Enabled: to.Ptr(false)}}},
			}))
		},
	}
}

func eachRefused(t *testing.T, calls map[string]func() error, status int, code bloberror.Code) {
	t.Helper()
	for name, call := range calls {
		t.Run(name, func(t *testing.T) { refused(0, call())(t, status, code) })
	}
}

// only has the calls for which one has to be allowed to list, or the others.
func only(calls map[string]func() error, lists bool) map[string]func() error {
	some := map[string]func() error{}
	for name, call := range calls {
		if (name == "list" || name == "list shares") == lists {
			some[name] = call
		}
	}
	return some
}

// A letter that is not the operation's, and types of which it is not one.
func TestFilesByAWeakSignature(t *testing.T) {
	owner := newShare(t, nil)
	name, from := shareName(t, owner), newFile(t, owner, "from", "hello")
	source := readable(t, from)
	const permission, resource = "AuthorizationPermissionMismatch", "AuthorizationResourceTypeMismatch"
	lister, reader := signed(t, "l", "sco"), signed(t, "r", "sco")
	eachRefused(t, only(callsOfAccount(lister), false), 403, permission)
	eachRefused(t, only(callsOfAccount(reader), true), 403, permission)
	eachRefused(t, callsOfShare(t, lister, name), 403, permission)
	eachRefused(t, only(callsOfObjects(t, lister, name, source), false), 403, permission)
	eachRefused(t, only(callsOfObjects(t, reader, name, source), true), 403, permission)
	eachRefused(t, callsOfAccount(signed(t, "rwdlc", "co")), 403, resource)
	eachRefused(t, callsOfShare(t, signed(t, "rwdlc", "so"), name), 403, resource)
	eachRefused(t, only(callsOfObjects(t, signed(t, "rwdlc", "sc"), name, source), false), 403, resource)
	eachRefused(t, only(callsOfObjects(t, signed(t, "rwdlc", "so"), name, source), true), 403, resource)

	blobs := need(blobservice.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
	values := blobsas.AccountSignatureValues{ExpiryTime: inAnHour(), Permissions: "rwdlc", ResourceTypes: "sco"}
	query := need(values.SignWithSharedKey(blobs))(t)
	other := need(service.NewClientWithNoCredential(setting("FileEndpoint")+"?"+query.Encode(), fileOptions()))(t)
	eachRefused(t, callsOfAccount(other), 403, "AuthorizationServiceMismatch")
}

// A SAS of a share is for what is in it.
func TestShareByItsOwnSignature(t *testing.T) {
	owner := newShare(t, nil)
	mine := shareBy(t, owner, sas.SignatureValues{ExpiryTime: inAnHour(), Permissions: "rcwdl"})
	refused(mine.Create(ctx, nil))(t, 403, "AuthorizationFailure")
	refused(mine.GetProperties(ctx, nil))(t, 403, "AuthorizationFailure")
	all := signed(t, "rwdlc", "sco").NewShareClient(shareName(t, owner))
	refused(all.GetAccessPolicy(ctx, nil))(t, 403, "AuthorizationFailure")
	refused(all.SetAccessPolicy(ctx, nil))(t, 403, "AuthorizationFailure")
}
