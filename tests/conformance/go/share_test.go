package conformance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/lease"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/service"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/share"
)

func TestShare(t *testing.T) {
	client := missingShare(t)
	need(client.Create(ctx, &share.CreateOptions{
		AccessTier: to.Ptr(share.AccessTierHot), Quota: to.Ptr(int32(5)), Metadata: map[string]*string{"one": pointer("1")},
	}))(t)
	refused(client.Create(ctx, nil))(t, 409, "ShareAlreadyExists")
	found := need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.Quota, 5)
	equal(t, *found.AccessTier, "Hot")
	equal(t, *found.EnabledProtocols, "SMB")
	equal(t, *found.LeaseState, lease.StateTypeAvailable)
	sameMetadata(t, found.Metadata, map[string]string{"one": "1"})

	need(client.SetProperties(ctx, &share.SetPropertiesOptions{Quota: to.Ptr(int32(6)), AccessTier: to.Ptr(share.AccessTierCool)}))(t)
	need(client.SetMetadata(ctx, &share.SetMetadataOptions{Metadata: map[string]*string{"two": pointer("2")}}))(t)
	found = need(client.GetProperties(ctx, nil))(t)
	equal(t, fmt.Sprint(*found.Quota, *found.AccessTier), "6Cool")
	sameMetadata(t, found.Metadata, map[string]string{"two": "2"})
	newFile(t, client, "file", strings.Repeat("x", 100))
	equal(t, *need(client.GetStatistics(ctx, nil))(t).ShareUsageBytes, 100)

	need(client.Delete(ctx, nil))(t)
	refused(client.Delete(ctx, nil))(t, 404, "ShareNotFound")
}

func TestShareRefusals(t *testing.T) {
	for name, code := range map[string]bloberror.Code{
		"Upper": "InvalidResourceName", "a--b": "InvalidResourceName", "ab": "OutOfRangeInput", strings.Repeat("a", 64): "OutOfRangeInput",
	} {
		refused(fileService(t).CreateShare(ctx, name, nil))(t, 400, code)
	}
	client, missing := newShare(t, nil), missingShare(t)
	refused(missing.Create(ctx, &share.CreateOptions{Quota: to.Ptr(int32(0))}))(t, 400, "InvalidHeaderValue")
	refused(missing.Create(ctx, &share.CreateOptions{EnabledProtocols: pointer("FTP")}))(t, 400, "InvalidHeaderValue")
	refused(missing.Create(ctx, &share.CreateOptions{Metadata: map[string]*string{"a": pointer(strings.Repeat("x", 8192))}}))(t, 400, "MetadataTooLarge")
	refused(client.SetProperties(ctx, &share.SetPropertiesOptions{AccessTier: to.Ptr(share.AccessTier("Lukewarm"))}))(t, 400, "InvalidHeaderValue")
	refused(client.SetProperties(ctx, &share.SetPropertiesOptions{RootSquash: to.Ptr(share.RootSquashAllSquash)}))(t, 400, "InvalidHeaderValue")

	refused(missing.GetProperties(ctx, nil))(t, 404, "ShareNotFound")
	refused(missing.SetProperties(ctx, &share.SetPropertiesOptions{Quota: to.Ptr(int32(1))}))(t, 404, "ShareNotFound")
	refused(missing.SetMetadata(ctx, nil))(t, 404, "ShareNotFound")
	refused(missing.GetAccessPolicy(ctx, nil))(t, 404, "ShareNotFound")
	refused(missing.SetAccessPolicy(ctx, nil))(t, 404, "ShareNotFound")
	refused(missing.GetStatistics(ctx, nil))(t, 404, "ShareNotFound")
	refused(missing.CreateSnapshot(ctx, nil))(t, 404, "ShareNotFound")
	refused(missing.CreatePermission(ctx, systemPermission, nil))(t, 404, "ShareNotFound")
}

func TestShareOfNFS(t *testing.T) {
	client := newShare(t, &share.CreateOptions{EnabledProtocols: pointer("NFS"), RootSquash: to.Ptr(share.RootSquashRootSquash)})
	need(client.SetProperties(ctx, &share.SetPropertiesOptions{
		RootSquash: to.Ptr(share.RootSquashAllSquash), EnableSnapshotVirtualDirectoryAccess: to.Ptr(false),
	}))(t)
	found := need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.EnabledProtocols, "NFS")
	equal(t, *found.RootSquash, share.RootSquashAllSquash)
	equal(t, *found.EnableSnapshotVirtualDirectoryAccess, false)
}

func TestListShares(t *testing.T) {
	account := fileService(t)
	prefix := unique()
	all := &share.DeleteOptions{DeleteSnapshots: to.Ptr(share.DeleteSnapshotsOptionTypeInclude)}
	for _, letter := range []string{"c", "a", "b"} {
		need(account.CreateShare(ctx, prefix+letter, &share.CreateOptions{Metadata: map[string]*string{"letter": pointer(letter)}}))(t)
		t.Cleanup(func() { need(account.DeleteShare(ctx, prefix+letter, all))(t) })
	}
	need(account.NewShareClient(prefix+"a").CreateSnapshot(ctx, nil))(t)
	pages := []string{}
	pager := account.NewListSharesPager(&service.ListSharesOptions{
		Prefix: &prefix, MaxResults: to.Ptr(int32(2)), Include: service.ListSharesInclude{Metadata: true, Snapshots: true},
	})
	for pager.More() {
		names := ""
		for _, item := range need(pager.NextPage(ctx))(t).Shares {
			names += strings.TrimPrefix(*item.Name, prefix) + *item.Metadata["letter"]
			if item.Snapshot != nil {
				names += "-snapshot "
			}
		}
		pages = append(pages, names)
	}
	equal(t, strings.Join(pages, "|"), "aa-snapshot aa|bbcc")
	refused(account.NewListSharesPager(&service.ListSharesOptions{MaxResults: to.Ptr(int32(-1))}).NextPage(ctx))(t, 400, "OutOfRangeQueryParameterValue")
}

func TestRestoreShare(t *testing.T) {
	account, advance := fileAccount(t, `{"shareDeleteRetentionDays": 7}`)
	client := account.NewShareClient("kept")
	need(client.Create(ctx, nil))(t)
	newFile(t, client, "file", "hello")
	need(client.Delete(ctx, nil))(t)
	refused(client.GetProperties(ctx, nil))(t, 404, "ShareNotFound")
	deleted := need(account.NewListSharesPager(&service.ListSharesOptions{Include: service.ListSharesInclude{Deleted: true}}).NextPage(ctx))(t).Shares
	equal(t, len(deleted), 1)
	equal(t, *deleted[0].Deleted, true)
	if *deleted[0].Properties.RemainingRetentionDays > 7 || *deleted[0].Properties.DeletedTime == (time.Time{}) {
		t.Fatal(deleted[0].Properties)
	}
	version := *deleted[0].Version
	refused(account.RestoreShare(ctx, "kept", "01D60F8BB59A4652", nil))(t, 404, "ShareNotFound")
	need(account.RestoreShare(ctx, "kept", version, nil))(t)
	equal(t, readFile(t, client.NewRootDirectoryClient().NewFileClient("file"), nil), "hello")
	need(client.Delete(ctx, nil))(t)
	deleted = need(account.NewListSharesPager(&service.ListSharesOptions{Include: service.ListSharesInclude{Deleted: true}}).NextPage(ctx))(t).Shares
	need(client.Create(ctx, nil))(t)
	refused(account.RestoreShare(ctx, "kept", *deleted[0].Version, nil))(t, 409, "ShareAlreadyExists")
	need(client.Delete(ctx, nil))(t)
	advance(8 * 24 * 3600)
	refused(account.RestoreShare(ctx, "kept", *deleted[0].Version, nil))(t, 404, "ShareNotFound")
}

func TestShareSnapshot(t *testing.T) {
	client := newShare(t, &share.CreateOptions{Metadata: map[string]*string{"when": pointer("before")}})
	newFile(t, client, "file", "before")
	taken := *need(client.CreateSnapshot(ctx, &share.CreateSnapshotOptions{Metadata: map[string]*string{"taken": pointer("now")}}))(t).Snapshot
	newFile(t, client, "file", "after!")
	newFile(t, client, "new", "")
	past := need(client.WithSnapshot(taken))(t)
	root := past.NewRootDirectoryClient()
	equal(t, readFile(t, root.NewFileClient("file"), nil), "before")
	equal(t, entriesOf(t, root, nil), "file")
	sameMetadata(t, need(past.GetProperties(ctx, nil))(t).Metadata, map[string]string{"taken": "now"})
	refused(root.NewFileClient("file").Create(ctx, 1, nil))(t, 400, "InvalidQueryParameterValue")

	refused(client.Delete(ctx, nil))(t, 409, "ShareHasSnapshots")
	need(client.Delete(ctx, &share.DeleteOptions{ShareSnapshot: &taken}))(t)
	refused(client.Delete(ctx, &share.DeleteOptions{ShareSnapshot: &taken}))(t, 404, "ShareSnapshotNotFound")
	refused(root.NewFileClient("file").DownloadStream(ctx, nil))(t, 404, "ShareSnapshotNotFound")
}

func leaseOfShare(t *testing.T, client *share.Client, id string) *lease.ShareClient {
	t.Helper()
	return need(lease.NewShareClient(client, &lease.ShareClientOptions{LeaseID: &id}))(t)
}

func TestLeaseOfAShare(t *testing.T) {
	client := newShare(t, nil)
	mine, other := leaseOfShare(t, client, leaseA), leaseOfShare(t, client, leaseB)
	refused(mine.Acquire(ctx, 14, nil))(t, 400, "InvalidHeaderValue")
	equal(t, *need(mine.Acquire(ctx, 60, nil))(t).LeaseID, leaseA)
	refused(other.Acquire(ctx, 60, nil))(t, 409, "LeaseAlreadyPresent")
	refused(other.Renew(ctx, nil))(t, 409, "LeaseIdMismatchWithLeaseOperation")
	need(mine.Renew(ctx, nil))(t)
	equal(t, *need(mine.Change(ctx, leaseB, nil))(t).LeaseID, leaseB)
	refused(leaseOfShare(t, client, leaseA).Release(ctx, nil))(t, 409, "LeaseIdMismatchWithLeaseOperation")
	refused(client.Delete(ctx, nil))(t, 412, "LeaseIdMissing")
	equal(t, *need(other.Break(ctx, &lease.ShareBreakOptions{BreakPeriod: to.Ptr(int32(60))}))(t).LeaseTime, 60)
	equal(t, *need(client.GetProperties(ctx, nil))(t).LeaseState, lease.StateTypeBreaking)
	equal(t, *need(other.Break(ctx, &lease.ShareBreakOptions{BreakPeriod: to.Ptr(int32(0))}))(t).LeaseTime, 0)
	refused(other.Renew(ctx, nil))(t, 409, "LeaseIsBrokenAndCannotBeRenewed")
	need(other.Release(ctx, nil))(t)
	refused(other.Break(ctx, nil))(t, 409, "LeaseNotPresentWithLeaseOperation")
	refused(leaseOfShare(t, missingShare(t), leaseA).Acquire(ctx, 60, nil))(t, 404, "ShareNotFound")
}

// systemPermission gives everything to the system and to administrators.
const systemPermission = "O:SYG:SYD:(A;;FA;;;SY)(A;;FA;;;BA)S:NO_ACCESS_CONTROL"

func TestPermission(t *testing.T) {
	client := newShare(t, nil)
	key := *need(client.CreatePermission(ctx, systemPermission, nil))(t).FilePermissionKey
	equal(t, *need(client.CreatePermission(ctx, systemPermission, nil))(t).FilePermissionKey, key)
	equal(t, *need(client.GetPermission(ctx, key, nil))(t).Permission, systemPermission)
	refused(client.GetPermission(ctx, "1*1", nil))(t, 400, "FileInvalidPermissionKey")
	refused(client.CreatePermission(ctx, "everybody", nil))(t, 400, "FileInvalidPermission")
	made := client.NewRootDirectoryClient().NewFileClient("file")
	created := need(made.Create(ctx, 0, &file.CreateOptions{Permissions: &file.Permissions{PermissionKey: &key}}))(t)
	equal(t, *created.FilePermissionKey, key)
}

func TestShareACL(t *testing.T) {
	client := newShare(t, nil)
	newFile(t, client, "file", "hello")
	start, expiry := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC)
	policy := func(letters string) *share.SetAccessPolicyOptions {
		access := &share.AccessPolicy{Start: &start, Expiry: &expiry, Permission: &letters}
		return &share.SetAccessPolicyOptions{ShareACL: []*share.SignedIdentifier{{ID: pointer("p"), AccessPolicy: access}}}
	}
	need(client.SetAccessPolicy(ctx, policy("rl")))(t)
	found := need(client.GetAccessPolicy(ctx, nil))(t).SignedIdentifiers
	equal(t, len(found), 1)
	equal(t, *found[0].ID+*found[0].AccessPolicy.Permission, "prl")
	equal(t, found[0].AccessPolicy.Expiry.UTC(), expiry)
	refused(client.SetAccessPolicy(ctx, policy("a")))(t, 400, "InvalidXmlDocument")

	mine := shareBy(t, client, sas.SignatureValues{Identifier: "p"})
	equal(t, entriesOf(t, mine.NewRootDirectoryClient(), nil), "file")
	need(client.SetAccessPolicy(ctx, policy("l")))(t)
	refused(mine.NewRootDirectoryClient().NewFileClient("file").DownloadStream(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	need(client.SetAccessPolicy(ctx, nil))(t)
	refused(mine.NewRootDirectoryClient().NewListFilesAndDirectoriesPager(nil).NextPage(ctx))(t, 403, "AuthenticationFailed")
}

// In an account of its own: the properties are those of all shares.
func TestFileServiceProperties(t *testing.T) {
	account, _ := fileAccount(t, "{}")
	retention := &service.RetentionPolicy{Enabled: to.Ptr(true), Days: to.Ptr(int32(4))}
	rule := &service.CORSRule{
		AllowedOrigins: pointer("http://a.example"), AllowedMethods: pointer("GET,PUT"), AllowedHeaders: pointer(""),
		ExposedHeaders: pointer(""), MaxAgeInSeconds: to.Ptr(int32(5)),
	}
	need(account.SetProperties(ctx, &service.SetPropertiesOptions{
		CORS:        []*service.CORSRule{rule},
		HourMetrics: &service.Metrics{Enabled: to.Ptr(true), IncludeAPIs: to.Ptr(true), RetentionPolicy: retention},
		Protocol:    &service.ProtocolSettings{Smb: &service.SMBSettings{Multichannel: &service.SMBMultichannel{Enabled: to.Ptr(false)}}},
	}))(t)
	found := need(account.GetProperties(ctx, nil))(t)
	equal(t, *found.CORS[0].AllowedMethods, "GET,PUT")
	equal(t, *found.HourMetrics.RetentionPolicy.Days, 4)
	equal(t, *found.Protocol.Smb.Multichannel.Enabled, false)
	six := &service.SetPropertiesOptions{CORS: []*service.CORSRule{rule, rule, rule, rule, rule, rule}}
	refused(account.SetProperties(ctx, six))(t, 400, "InvalidXmlDocument")
}

// shareBy is a client that holds nothing but a SAS of the share.
func shareBy(t *testing.T, client *share.Client, values sas.SignatureValues) *share.Client {
	t.Helper()
	credential := need(service.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
	values.ShareName = shareName(t, client)
	query := need(values.SignWithSharedKey(credential))(t)
	return need(share.NewClientWithNoCredential(client.URL()+"?"+query.Encode(), &share.ClientOptions{ClientOptions: oneTry}))(t)
}

func TestShareSAS(t *testing.T) {
	owner := newShare(t, nil)
	newFile(t, owner, "file", "hello")
	by := func(letters string) *file.Client {
		client := shareBy(t, owner, sas.SignatureValues{ExpiryTime: inAnHour(), Permissions: letters})
		return client.NewRootDirectoryClient().NewFileClient("file")
	}
	equal(t, readFile(t, by("r"), nil), "hello")
	refused(by("r").SetMetadata(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(by("r").Delete(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(by("l").DownloadStream(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	need(by("w").UploadRange(ctx, 0, body([]byte("J")), nil))(t)
	need(by("rw").Rename(ctx, "renamed", &file.RenameOptions{}))(t)
	need(by("c").Create(ctx, 0, nil))(t)
	need(by("d").Delete(ctx, nil))(t)
	equal(t, readFile(t, owner.NewRootDirectoryClient().NewFileClient("renamed"), nil), "Jello")

	expired := shareBy(t, owner, sas.SignatureValues{ExpiryTime: time.Now().UTC().Add(-time.Hour), Permissions: "l"})
	refused(expired.NewRootDirectoryClient().NewListFilesAndDirectoriesPager(nil).NextPage(ctx))(t, 403, "AuthenticationFailed")
}

func TestFileSAS(t *testing.T) {
	owner := newShare(t, nil)
	mine, other := newFile(t, owner, "file", "hello"), newFile(t, owner, "other", "secret")
	query := strings.SplitN(need(mine.GetSASURL(sas.FilePermissions{Read: true}, inAnHour(), nil))(t), "?", 2)[1]
	reader := need(file.NewClientWithNoCredential(mine.URL()+"?"+query, &file.ClientOptions{ClientOptions: oneTry}))(t)
	equal(t, readFile(t, reader, nil), "hello")
	refused(reader.UploadRange(ctx, 0, body([]byte("J")), nil))(t, 403, "AuthorizationPermissionMismatch")
	stranger := need(file.NewClientWithNoCredential(other.URL()+"?"+query, &file.ClientOptions{ClientOptions: oneTry}))(t)
	refused(stranger.DownloadStream(ctx, nil))(t, 403, "AuthenticationFailed")
}

func TestFilesByAccountSAS(t *testing.T) {
	owner := newShare(t, nil)
	newFile(t, owner, "file", "hello")
	name := shareName(t, owner)
	by := func(letters, resources string) *service.Client {
		credential := need(service.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
		values := sas.AccountSignatureValues{ExpiryTime: inAnHour(), Permissions: letters, ResourceTypes: resources}
		query := need(values.SignWithSharedKey(credential))(t)
		return need(service.NewClientWithNoCredential(setting("FileEndpoint")+"?"+query.Encode(), fileOptions()))(t)
	}
	all := by("rwdlc", "sco")
	equal(t, len(need(all.NewListSharesPager(&service.ListSharesOptions{Prefix: &name}).NextPage(ctx))(t).Shares), 1)
	equal(t, entriesOf(t, all.NewShareClient(name).NewRootDirectoryClient(), nil), "file")
	need(all.NewShareClient(name).SetMetadata(ctx, nil))(t)
	equal(t, readFile(t, all.NewShareClient(name).NewRootDirectoryClient().NewFileClient("file"), nil), "hello")
	refused(all.NewShareClient(name).GetAccessPolicy(ctx, nil))(t, 403, "AuthorizationFailure")

	reader := by("r", "sco").NewShareClient(name)
	refused(reader.Delete(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(reader.NewRootDirectoryClient().NewFileClient("file").Delete(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	objects := by("rl", "o")
	refused(objects.NewListSharesPager(nil).NextPage(ctx))(t, 403, "AuthorizationResourceTypeMismatch")
	refused(objects.NewShareClient(name).GetProperties(ctx, nil))(t, 403, "AuthorizationResourceTypeMismatch")
}
