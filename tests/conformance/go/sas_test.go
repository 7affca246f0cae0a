package conformance

import (
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
)

// accountSAS is a client that holds nothing but an account SAS.
func accountSAS(t *testing.T, resources sas.AccountResourceTypes, permissions sas.AccountPermissions, expiry time.Time) *service.Client {
	t.Helper()
	url := need(serviceClient(t).GetSASURL(resources, permissions, expiry, nil))(t)
	return need(service.NewClientWithNoCredential(url, &service.ClientOptions{ClientOptions: oneTry}))(t)
}

var everything = sas.AccountResourceTypes{Service: true, Container: true, Object: true}

func inAnHour() time.Time { return time.Now().UTC().Add(time.Hour) }

func nameOf(t *testing.T, client *container.Client) string {
	t.Helper()
	return need(sas.ParseURL(client.URL()))(t).ContainerName
}

func TestAccountSAS(t *testing.T) {
	owner := newContainer(t)
	all := sas.AccountPermissions{Read: true, Write: true, Delete: true, List: true, Add: true, Create: true}
	client := accountSAS(t, everything, all, inAnHour())
	mine := client.NewContainerClient(nameOf(t, owner))
	upload(t, mine.NewBlockBlobClient("blob"), "hello")
	sameBytes(t, download(t, mine.NewBlockBlobClient("blob"), nil), []byte("hello"))
	equal(t, strings.Join(pagesOf(t, mine, nil), "|"), "blob")
	prefix := nameOf(t, owner)
	page := need(client.NewListContainersPager(&service.ListContainersOptions{Prefix: &prefix}).NextPage(ctx))(t)
	equal(t, len(page.ContainerItems), 1)
	need(mine.NewBlockBlobClient("blob").Delete(ctx, nil))(t)
}

func TestAccountSASWithoutThePermission(t *testing.T) {
	owner := newContainer(t)
	upload(t, owner.NewBlockBlobClient("blob"), "hello")
	reader := accountSAS(t, everything, sas.AccountPermissions{Read: true}, inAnHour()).NewContainerClient(nameOf(t, owner))
	sameBytes(t, download(t, reader.NewBlockBlobClient("blob"), nil), []byte("hello"))
	refused(reader.NewBlockBlobClient("blob").Upload(ctx, body(nil), nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(reader.NewBlockBlobClient("blob").Delete(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(reader.NewListBlobsFlatPager(nil).NextPage(ctx))(t, 403, "AuthorizationPermissionMismatch")

	creator := accountSAS(t, everything, sas.AccountPermissions{Create: true}, inAnHour()).NewContainerClient(nameOf(t, owner))
	upload(t, creator.NewBlockBlobClient("new"), "x")
	refused(creator.NewBlockBlobClient("blob").Upload(ctx, body(nil), nil))(t, 403, "UnauthorizedBlobOverwrite")
}

func TestAccountSASForAnotherResourceType(t *testing.T) {
	owner := newContainer(t)
	client := accountSAS(t, sas.AccountResourceTypes{Object: true}, sas.AccountPermissions{Read: true, List: true}, inAnHour())
	refused(client.NewContainerClient(nameOf(t, owner)).NewListBlobsFlatPager(nil).NextPage(ctx))(t, 403, "AuthorizationResourceTypeMismatch")
	refused(client.NewListContainersPager(nil).NextPage(ctx))(t, 403, "AuthorizationResourceTypeMismatch")
}

func TestAccountSASThatExpired(t *testing.T) {
	owner := newContainer(t)
	client := accountSAS(t, everything, sas.AccountPermissions{Read: true}, time.Now().UTC().Add(-time.Hour))
	refused(client.NewContainerClient(nameOf(t, owner)).GetProperties(ctx, nil))(t, 403, "AuthenticationFailed")
}

func TestAccountSASByAddressAndProtocol(t *testing.T) {
	credential := need(service.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
	url := func(values sas.AccountSignatureValues) *service.Client {
		values.ExpiryTime, values.Permissions, values.ResourceTypes = inAnHour(), "r", "sco"
		query := need(values.SignWithSharedKey(credential))(t)
		return need(service.NewClientWithNoCredential(setting("BlobEndpoint")+"?"+query.Encode(), &service.ClientOptions{ClientOptions: oneTry}))(t)
	}
	owner := newContainer(t)
	name := nameOf(t, owner)
	elsewhere := sas.IPRange{Start: []byte{168, 1, 5, 60}, End: []byte{168, 1, 5, 70}}
	refused(url(sas.AccountSignatureValues{IPRange: elsewhere}).NewContainerClient(name).GetProperties(ctx, nil))(t, 403, "AuthorizationSourceIPMismatch")
	here := sas.IPRange{Start: []byte{127, 0, 0, 0}, End: []byte{127, 0, 0, 255}}
	if strings.HasPrefix(setting("BlobEndpoint"), "http://127.") {
		need(url(sas.AccountSignatureValues{IPRange: here}).NewContainerClient(name).GetProperties(ctx, nil))(t)
	}
	if strings.HasPrefix(setting("BlobEndpoint"), "http:") {
		values := sas.AccountSignatureValues{Protocol: sas.ProtocolHTTPS}
		refused(url(values).NewContainerClient(name).GetProperties(ctx, nil))(t, 403, "AuthorizationProtocolMismatch")
	}
	both := sas.AccountSignatureValues{Protocol: sas.ProtocolHTTPSandHTTP, StartTime: time.Now().UTC().Add(-time.Hour)}
	need(url(both).NewContainerClient(name).GetProperties(ctx, nil))(t)
	future := sas.AccountSignatureValues{StartTime: time.Now().UTC().Add(30 * time.Minute)}
	refused(url(future).NewContainerClient(name).GetProperties(ctx, nil))(t, 403, "AuthenticationFailed")
}

// withSAS is a client of the container, for its "blob" of one, that holds nothing but a service SAS.
func withSAS(t *testing.T, owner *container.Client, values sas.BlobSignatureValues) *container.Client {
	t.Helper()
	credential := need(service.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
	values.ContainerName = nameOf(t, owner)
	query := need(values.SignWithSharedKey(credential))(t)
	return need(container.NewClientWithNoCredential(owner.URL()+"?"+query.Encode(), &container.ClientOptions{ClientOptions: oneTry}))(t)
}

func TestBlobSAS(t *testing.T) {
	owner := newContainer(t)
	upload(t, owner.NewBlockBlobClient("blob"), "hello")
	upload(t, owner.NewBlockBlobClient("other"), "other")
	url := need(owner.NewBlobClient("blob").GetSASURL(sas.BlobPermissions{Read: true}, inAnHour(), nil))(t)
	answer, content := plainGet(t, url)
	equal(t, answer.StatusCode, 200)
	equal(t, string(content), "hello")

	reader := withSAS(t, owner, sas.BlobSignatureValues{BlobName: "blob", Permissions: "r", ExpiryTime: inAnHour()})
	sameBytes(t, download(t, reader.NewBlockBlobClient("blob"), nil), []byte("hello"))
	refused(reader.NewBlockBlobClient("blob").Upload(ctx, body(nil), nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(reader.NewBlockBlobClient("other").DownloadStream(ctx, nil))(t, 403, "AuthenticationFailed") // signed for another name
}

func TestBlobSASThatCreates(t *testing.T) {
	owner := newContainer(t)
	creator := withSAS(t, owner, sas.BlobSignatureValues{BlobName: "a/ö b", Permissions: "c", ExpiryTime: inAnHour()}).NewBlockBlobClient("a/ö b")
	upload(t, creator, "hello")
	refused(creator.Upload(ctx, body(nil), nil))(t, 403, "UnauthorizedBlobOverwrite")
	writer := withSAS(t, owner, sas.BlobSignatureValues{BlobName: "a/ö b", Permissions: "w", ExpiryTime: inAnHour()}).NewBlockBlobClient("a/ö b")
	upload(t, writer, "again")
	sameBytes(t, download(t, owner.NewBlockBlobClient("a/ö b"), nil), []byte("again"))
}

func TestBlobSASWithHeaders(t *testing.T) {
	owner := newContainer(t)
	upload(t, owner.NewBlockBlobClient("blob"), "hello")
	reader := withSAS(t, owner, sas.BlobSignatureValues{
		BlobName: "blob", Permissions: "r", ExpiryTime: inAnHour(), CacheControl: "no-store", ContentDisposition: `attachment; filename="ö"`,
		ContentEncoding: "identity", ContentLanguage: "de", ContentType: "text/plain; charset=utf-8",
	})
	found := need(reader.NewBlobClient("blob").GetProperties(ctx, nil))(t)
	equal(t, *found.CacheControl, "no-store")
	equal(t, *found.ContentDisposition, `attachment; filename="ö"`)
	equal(t, *found.ContentEncoding, "identity")
	equal(t, *found.ContentLanguage, "de")
	equal(t, *found.ContentType, "text/plain; charset=utf-8")
	equal(t, *need(owner.NewBlobClient("blob").GetProperties(ctx, nil))(t).ContentType, "application/octet-stream")
}

func TestContainerSAS(t *testing.T) {
	owner := newContainer(t)
	url := need(owner.GetSASURL(sas.ContainerPermissions{Read: true, List: true, Create: true, Write: true, Delete: true}, inAnHour(), nil))(t)
	client := need(container.NewClientWithNoCredential(url, &container.ClientOptions{ClientOptions: oneTry}))(t)
	upload(t, client.NewBlockBlobClient("blob"), "hello")
	sameBytes(t, download(t, client.NewBlockBlobClient("blob"), nil), []byte("hello"))
	equal(t, strings.Join(pagesOf(t, client, nil), "|"), "blob")
	need(client.NewBlockBlobClient("blob").Delete(ctx, nil))(t)

	writer := withSAS(t, owner, sas.BlobSignatureValues{Permissions: "w", ExpiryTime: inAnHour()})
	upload(t, writer.NewBlockBlobClient("blob"), "hello")
	refused(writer.NewBlockBlobClient("blob").DownloadStream(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(writer.NewListBlobsFlatPager(nil).NextPage(ctx))(t, 403, "AuthorizationPermissionMismatch")
}

func TestServiceSASByTimeAddressAndProtocol(t *testing.T) {
	owner := newContainer(t)
	upload(t, owner.NewBlockBlobClient("blob"), "hello")
	for name, row := range map[string]struct {
		values sas.BlobSignatureValues
		code   bloberror.Code
	}{
		"expired":      {sas.BlobSignatureValues{ExpiryTime: time.Now().UTC().Add(-time.Hour)}, "AuthenticationFailed"},
		"not yet":      {sas.BlobSignatureValues{ExpiryTime: inAnHour(), StartTime: time.Now().UTC().Add(30 * time.Minute)}, "AuthenticationFailed"},
		"elsewhere":    {sas.BlobSignatureValues{ExpiryTime: inAnHour(), IPRange: sas.IPRange{Start: []byte{168, 1, 5, 60}}}, "AuthorizationSourceIPMismatch"},
		"only https":   {sas.BlobSignatureValues{ExpiryTime: inAnHour(), Protocol: sas.ProtocolHTTPS}, "AuthorizationProtocolMismatch"},
		"both schemes": {sas.BlobSignatureValues{ExpiryTime: inAnHour(), Protocol: sas.ProtocolHTTPSandHTTP}, ""},
		"by now":       {sas.BlobSignatureValues{ExpiryTime: inAnHour(), StartTime: time.Now().UTC().Add(-time.Hour)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			row.values.Permissions = "r"
			client := withSAS(t, owner, row.values).NewBlockBlobClient("blob")
			if row.code == "" {
				sameBytes(t, download(t, client, nil), []byte("hello"))
			} else if name != "only https" || strings.HasPrefix(owner.URL(), "http:") {
				refused(client.GetProperties(ctx, nil))(t, 403, row.code)
			}
		})
	}
}

func TestStoredAccessPolicy(t *testing.T) {
	owner := newContainer(t)
	upload(t, owner.NewBlockBlobClient("blob"), "hello")
	start, expiry := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC)
	policy := func(permission string) *container.SetAccessPolicyOptions {
		return &container.SetAccessPolicyOptions{ContainerACL: []*container.SignedIdentifier{{
			ID: pointer("readers"), AccessPolicy: &container.AccessPolicy{Start: &start, Expiry: &expiry, Permission: &permission},
		}}}
	}
	need(owner.SetAccessPolicy(ctx, policy("r")))(t)
	found := need(owner.GetAccessPolicy(ctx, nil))(t).SignedIdentifiers
	equal(t, len(found), 1)
	equal(t, *found[0].ID, "readers")
	equal(t, *found[0].AccessPolicy.Permission, "r")
	equal(t, found[0].AccessPolicy.Start.UTC(), start)
	equal(t, found[0].AccessPolicy.Expiry.UTC(), expiry)

	client := withSAS(t, owner, sas.BlobSignatureValues{Identifier: "readers"})
	sameBytes(t, download(t, client.NewBlockBlobClient("blob"), nil), []byte("hello"))
	refused(client.NewListBlobsFlatPager(nil).NextPage(ctx))(t, 403, "AuthorizationPermissionMismatch")
	unknown := withSAS(t, owner, sas.BlobSignatureValues{Identifier: "writers"})
	refused(unknown.NewBlockBlobClient("blob").GetProperties(ctx, nil))(t, 403, "AuthenticationFailed")
	twice := withSAS(t, owner, sas.BlobSignatureValues{Identifier: "readers", Permissions: "r"})
	refused(twice.NewBlockBlobClient("blob").GetProperties(ctx, nil))(t, 403, "AuthenticationFailed") // given here and there

	need(owner.SetAccessPolicy(ctx, policy("l")))(t) // the same SAS follows
	equal(t, strings.Join(pagesOf(t, client, nil), "|"), "blob")
	refused(client.NewBlockBlobClient("blob").GetProperties(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	need(owner.SetAccessPolicy(ctx, nil))(t)
	refused(client.NewListBlobsFlatPager(nil).NextPage(ctx))(t, 403, "AuthenticationFailed")
	equal(t, len(need(owner.GetAccessPolicy(ctx, nil))(t).SignedIdentifiers), 0)
}

func TestPublicAccess(t *testing.T) {
	owner := newContainer(t)
	upload(t, owner.NewBlockBlobClient("blob"), "hello")
	nobody := need(container.NewClientWithNoCredential(owner.URL(), &container.ClientOptions{ClientOptions: oneTry}))(t)
	refused(nobody.NewBlobClient("blob").GetProperties(ctx, nil))(t, 401, "NoAuthenticationInformation")

	need(owner.SetAccessPolicy(ctx, &container.SetAccessPolicyOptions{Access: to.Ptr(container.PublicAccessTypeBlob)}))(t)
	equal(t, *need(owner.GetAccessPolicy(ctx, nil))(t).BlobPublicAccess, container.PublicAccessTypeBlob)
	equal(t, *need(owner.GetProperties(ctx, nil))(t).BlobPublicAccess, container.PublicAccessTypeBlob)
	sameBytes(t, download(t, nobody.NewBlockBlobClient("blob"), nil), []byte("hello"))
	refused(nobody.NewListBlobsFlatPager(nil).NextPage(ctx))(t, 401, "NoAuthenticationInformation")

	need(owner.SetAccessPolicy(ctx, &container.SetAccessPolicyOptions{Access: to.Ptr(container.PublicAccessTypeContainer)}))(t)
	equal(t, strings.Join(pagesOf(t, nobody, nil), "|"), "blob")
	refused(nobody.NewBlockBlobClient("new").Upload(ctx, body(nil), nil))(t, 401, "NoAuthenticationInformation")
}
