// Package identity drives user delegation keys and the SAS they sign, against the server of tests/conformance/identity.
package identity

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	fileservice "github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/service"
)

var (
	ctx    = context.Background()
	oneTry = azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}, Transport: &http.Client{Transport: transport()}}
	start  = time.Now().UTC().Add(-time.Hour)
	expiry = time.Now().UTC().Add(time.Hour)
)

// Names below localhost are this machine, which not every resolver knows.
func transport() *http.Transport {
	made := http.DefaultTransport.(*http.Transport).Clone()
	made.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
	return made
}

// endpoint has the account in its host, where this SDK looks for the name that a user delegation key signs.
func endpoint(t *testing.T, name string) string {
	url := need(url.Parse(os.Getenv("STORAGE_" + strings.ToUpper(name))))(t)
	return "https://devstoreaccount1." + name + ".localhost:" + url.Port() + "/"
}

func need[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func refused(t *testing.T, err error, status int, code string) {
	t.Helper()
	var refusal *azcore.ResponseError
	if !errors.As(err, &refusal) || refusal.StatusCode != status || refusal.ErrorCode != code {
		t.Fatalf("expected %d %s, got %v", status, code, err)
	}
}

func as(t *testing.T, name string) azcore.TokenCredential {
	id := azidentity.ClientID(os.Getenv(name + "_CLIENT"))
	return need(azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ID: id}))(t)
}

func blobs(t *testing.T, name string) *service.Client {
	return need(service.NewClient(endpoint(t, "blob"), as(t, name), &service.ClientOptions{ClientOptions: oneTry}))(t)
}

func info() service.KeyInfo {
	return service.KeyInfo{Start: to.Ptr(start.Format(time.RFC3339)), Expiry: to.Ptr(expiry.Format(time.RFC3339))}
}

func keyOf(t *testing.T, name string) *service.UserDelegationCredential {
	return need(blobs(t, name).GetUserDelegationCredential(ctx, info(), nil))(t)
}

// aPrivateBlob is in a container that nobody reads without credentials.
func aPrivateBlob(t *testing.T, name string) *container.Client {
	there := blobs(t, "APP").NewContainerClient(name)
	need(there.Create(ctx, nil))(t)
	t.Cleanup(func() { _, _ = there.Delete(ctx, nil) })
	need(there.NewBlockBlobClient("blob").UploadBuffer(ctx, []byte("hello"), nil))(t)
	return there
}

func bySas(t *testing.T, url string, values sas.BlobSignatureValues, key *service.UserDelegationCredential) *blockblob.Client {
	values.StartTime, values.ExpiryTime = start, expiry
	query := need(values.SignWithUserDelegation(key))(t)
	return need(blockblob.NewClientWithNoCredential(url+"?"+query.Encode(), &blockblob.ClientOptions{ClientOptions: oneTry}))(t)
}

func content(t *testing.T, client *blockblob.Client) string {
	t.Helper()
	answer := need(client.DownloadStream(ctx, nil))(t)
	defer answer.Body.Close()
	return string(need(io.ReadAll(answer.Body))(t))
}

func TestContainer(t *testing.T) {
	there := aPrivateBlob(t, "go-container")
	values := sas.BlobSignatureValues{ContainerName: "go-container", Permissions: "rw"}
	blob := bySas(t, there.NewBlockBlobClient("another").URL(), values, keyOf(t, "APP"))
	need(blob.UploadBuffer(ctx, []byte("by SAS"), nil))(t)
	if text := content(t, blob); text != "by SAS" {
		t.Fatal(text)
	}
	_, err := blob.Delete(ctx, nil)
	refused(t, err, 403, "AuthorizationPermissionMismatch")
}

func TestBlobAndSnapshot(t *testing.T) {
	there := aPrivateBlob(t, "go-blob").NewBlockBlobClient("blob")
	values := sas.BlobSignatureValues{ContainerName: "go-blob", BlobName: "blob", Permissions: "r"}
	blob := bySas(t, there.URL(), values, keyOf(t, "APP"))
	if text := content(t, blob); text != "hello" {
		t.Fatal(text)
	}
	_, err := blob.UploadBuffer(ctx, []byte("changed"), nil)
	refused(t, err, 403, "AuthorizationPermissionMismatch")

	snapshot := *need(there.CreateSnapshot(ctx, nil))(t).Snapshot
	need(there.UploadBuffer(ctx, []byte("changed"), nil))(t)
	values.SnapshotTime = need(time.Parse("2006-01-02T15:04:05.0000000Z07:00", snapshot))(t)
	old := need(bySas(t, there.URL(), values, keyOf(t, "APP")).WithSnapshot(snapshot))(t)
	if text := content(t, old); text != "hello" {
		t.Fatal(text)
	}
}

func TestKeyOfAReader(t *testing.T) {
	there := aPrivateBlob(t, "go-reader")
	values := sas.BlobSignatureValues{ContainerName: "go-reader", BlobName: "blob", Permissions: "rw"}
	blob := bySas(t, there.NewBlockBlobClient("blob").URL(), values, keyOf(t, "READER"))
	if text := content(t, blob); text != "hello" {
		t.Fatal(text)
	}
	_, err := blob.UploadBuffer(ctx, []byte("changed"), nil)
	refused(t, err, 403, "AuthorizationPermissionMismatch")
}

func TestNoKey(t *testing.T) {
	_, err := blobs(t, "NOBODY").GetUserDelegationCredential(ctx, info(), nil)
	refused(t, err, 403, "AuthorizationPermissionMismatch")
}

// The SAS that this release signs for files has lines that the other SDKs do not sign; which the service takes is on no page.
func TestKeyForFiles(t *testing.T) {
	options := &fileservice.ClientOptions{ClientOptions: oneTry, FileRequestIntent: to.Ptr(fileservice.ShareTokenIntentBackup)}
	service := need(fileservice.NewClient(endpoint(t, "file"), as(t, "APP"), options))(t)
	times := fileservice.KeyInfo{Start: to.Ptr(start.Format(time.RFC3339)), Expiry: to.Ptr(expiry.Format(time.RFC3339))}
	need(service.GetUserDelegationCredential(ctx, times, nil))(t)
}
