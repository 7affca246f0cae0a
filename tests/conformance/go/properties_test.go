package conformance

import (
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/lease"
)

func headers(letter string) blob.HTTPHeaders {
	return blob.HTTPHeaders{
		BlobContentType: pointer("text/" + letter), BlobContentEncoding: pointer("gzip-" + letter), BlobContentLanguage: pointer("de-" + letter),
		BlobContentDisposition: pointer("attachment; filename=" + letter), BlobCacheControl: pointer("max-age=" + letter),
		BlobContentMD5: []byte(strings.Repeat(letter, 16)),
	}
}

func checkHeaders(t *testing.T, client *blockblob.Client, wanted blob.HTTPHeaders) {
	t.Helper()
	found := need(client.GetProperties(ctx, nil))(t)
	equal(t, *found.ContentType, *wanted.BlobContentType)
	equal(t, *found.ContentEncoding, *wanted.BlobContentEncoding)
	equal(t, *found.ContentLanguage, *wanted.BlobContentLanguage)
	equal(t, *found.ContentDisposition, *wanted.BlobContentDisposition)
	equal(t, *found.CacheControl, *wanted.BlobCacheControl)
	sameBytes(t, found.ContentMD5, wanted.BlobContentMD5)
}

func TestHTTPHeaders(t *testing.T) {
	client := newBlob(t)
	need(client.StageBlock(ctx, blockID(0), body([]byte("hello")), nil))(t)
	first, second := headers("1"), headers("2")
	need(client.CommitBlockList(ctx, []string{blockID(0)}, &blockblob.CommitBlockListOptions{HTTPHeaders: &first}))(t)
	checkHeaders(t, client, first)
	need(client.SetHTTPHeaders(ctx, second, nil))(t)
	checkHeaders(t, client, second)

	need(client.SetHTTPHeaders(ctx, blob.HTTPHeaders{BlobContentType: pointer("a/b")}, nil))(t) // the others are cleared
	cleared := need(client.GetProperties(ctx, nil))(t)
	equal(t, *cleared.ContentType, "a/b")
	if cleared.CacheControl != nil || cleared.ContentEncoding != nil || cleared.ContentMD5 != nil {
		t.Fatal("not cleared")
	}
}

func TestDefaultContentType(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "hello")
	equal(t, *need(client.GetProperties(ctx, nil))(t).ContentType, "application/octet-stream")
}

func TestBlobMetadata(t *testing.T) {
	client := newBlob(t)
	need(client.Upload(ctx, body(nil), &blockblob.UploadOptions{Metadata: map[string]*string{"One": pointer("1"), "two": pointer("a b")}}))(t)
	properties := need(client.GetProperties(ctx, nil))(t)
	sameMetadata(t, properties.Metadata, map[string]string{"one": "1", "two": "a b"})
	changed := need(client.SetMetadata(ctx, map[string]*string{"three": pointer("3")}, nil))(t)
	again := need(client.GetProperties(ctx, nil))(t)
	sameMetadata(t, again.Metadata, map[string]string{"three": "3"})
	equal(t, *again.ETag, *changed.ETag)
	if *changed.ETag == *properties.ETag {
		t.Fatal("Set Blob Metadata keeps the ETag")
	}
}

func TestInvalidMetadata(t *testing.T) {
	client := newBlob(t)
	options := &blockblob.UploadOptions{Metadata: map[string]*string{"not-a-name": pointer("1")}}
	refused(client.Upload(ctx, body(nil), options))(t, 400, "InvalidMetadata")
	options = &blockblob.UploadOptions{Metadata: map[string]*string{"large": pointer(strings.Repeat("x", 8*kib))}}
	refused(client.Upload(ctx, body(nil), options))(t, 400, "MetadataTooLarge")
}

func TestContainerProperties(t *testing.T) {
	client := serviceClient(t).NewContainerClient(unique())
	made := need(client.Create(ctx, &container.CreateOptions{Metadata: map[string]*string{"of": pointer("test")}}))(t)
	t.Cleanup(func() { need(client.Delete(ctx, nil))(t) })
	properties := need(client.GetProperties(ctx, nil))(t)
	sameMetadata(t, properties.Metadata, map[string]string{"of": "test"})
	equal(t, *properties.ETag, *made.ETag)
	equal(t, *properties.LeaseState, lease.StateTypeAvailable)
	equal(t, *properties.LeaseStatus, lease.StatusTypeUnlocked)
	equal(t, *properties.HasImmutabilityPolicy, false)
	if properties.BlobPublicAccess != nil {
		t.Fatal("public")
	}
	need(client.SetMetadata(ctx, &container.SetMetadataOptions{Metadata: map[string]*string{"a": pointer("1")}}))(t)
	sameMetadata(t, need(client.GetProperties(ctx, nil))(t).Metadata, map[string]string{"a": "1"})
}

func TestAccountInformation(t *testing.T) {
	answer := need(serviceClient(t).GetAccountInfo(ctx, nil))(t)
	equal(t, *answer.AccountKind, "StorageV2")
	if *answer.SKUName == "" {
		t.Fatal("no SKU")
	}
}
