package conformance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
)

// pagesOf joins the names of a page by spaces.
func pagesOf(t *testing.T, client *container.Client, options *container.ListBlobsFlatOptions) []string {
	t.Helper()
	pages := []string{}
	for pager := client.NewListBlobsFlatPager(options); pager.More(); {
		names := []string{}
		for _, item := range need(pager.NextPage(ctx))(t).Segment.BlobItems {
			names = append(names, *item.Name)
		}
		pages = append(pages, strings.Join(names, " "))
	}
	return pages
}

func fill(t *testing.T, client *container.Client, names ...string) {
	t.Helper()
	for _, name := range names {
		upload(t, client.NewBlockBlobClient(name), name)
	}
}

func TestListInPages(t *testing.T) {
	client := newContainer(t)
	fill(t, client, "e", "B", "a", "d", "c", "a/b", "é")
	pages := pagesOf(t, client, &container.ListBlobsFlatOptions{MaxResults: to.Ptr(int32(3))})
	equal(t, strings.Join(pages, "|"), "B a a/b|c d e|é")
}

func TestListOfNothing(t *testing.T) {
	equal(t, fmt.Sprint(pagesOf(t, newContainer(t), nil)), "[]")
}

func TestListByPrefix(t *testing.T) {
	client := newContainer(t)
	fill(t, client, "a", "ab", "abc", "b")
	equal(t, strings.Join(pagesOf(t, client, &container.ListBlobsFlatOptions{Prefix: pointer("ab")}), "|"), "ab abc")
}

func TestListByHierarchy(t *testing.T) {
	client := newContainer(t)
	fill(t, client, "x/1", "x/2", "x/y/3", "top", "z/1")
	found := []string{}
	pager := client.NewListBlobsHierarchyPager("/", &container.ListBlobsHierarchyOptions{MaxResults: to.Ptr(int32(1))})
	for pager.More() {
		page := need(pager.NextPage(ctx))(t)
		for _, prefix := range page.Segment.BlobPrefixes {
			found = append(found, "prefix "+*prefix.Name)
		}
		for _, item := range page.Segment.BlobItems {
			found = append(found, *item.Name)
		}
	}
	equal(t, strings.Join(found, "|"), "top|prefix x/|prefix z/")

	below := need(client.NewListBlobsHierarchyPager("/", &container.ListBlobsHierarchyOptions{Prefix: pointer("x/")}).NextPage(ctx))(t)
	equal(t, len(below.Segment.BlobPrefixes), 1)
	equal(t, *below.Segment.BlobPrefixes[0].Name, "x/y/")
	equal(t, len(below.Segment.BlobItems), 2)
}

// The SDK offers Arrow and XML; the service chooses XML.
func TestListWithArrowOffered(t *testing.T) {
	client := newContainer(t)
	fill(t, client, "a", "b")
	options := &container.ListBlobsFlatOptions{ResponseFormat: container.StorageResponseFormatArrow}
	equal(t, strings.Join(pagesOf(t, client, options), "|"), "a b")
}

func TestListShowsProperties(t *testing.T) {
	client := newContainer(t)
	blockBlob := client.NewBlockBlobClient("blob")
	put := need(blockBlob.Upload(ctx, body([]byte("hello")), &blockblob.UploadOptions{
		Metadata:    map[string]*string{"Name": pointer("value")},
		HTTPHeaders: &blob.HTTPHeaders{BlobContentType: pointer("text/plain"), BlobCacheControl: pointer("no-store")},
	}))(t)
	need(client.NewBlockBlobClient("staged").StageBlock(ctx, blockID(0), body([]byte("x")), nil))(t)

	plain := need(client.NewListBlobsFlatPager(nil).NextPage(ctx))(t).Segment.BlobItems
	equal(t, len(plain), 1)
	equal(t, len(plain[0].Metadata), 0)

	include := container.ListBlobsInclude{Metadata: true, UncommittedBlobs: true}
	items := need(client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Include: include}).NextPage(ctx))(t).Segment.BlobItems
	equal(t, len(items), 2)
	sameMetadata(t, items[0].Metadata, map[string]string{"name": "value"})
	properties := items[0].Properties
	equal(t, `"`+string(*properties.ETag)+`"`, string(*put.ETag)) // a listing shows ETags without quotes
	equal(t, properties.LastModified.UTC(), put.LastModified.UTC())
	equal(t, *properties.ContentLength, 5)
	equal(t, *properties.ContentType, "text/plain")
	equal(t, *properties.CacheControl, "no-store")
	equal(t, *properties.BlobType, blob.BlobTypeBlockBlob)
	equal(t, *properties.AccessTier, blob.AccessTierHot)
	equal(t, *properties.AccessTierInferred, true)
	equal(t, *items[1].Name, "staged")
	equal(t, *items[1].Properties.ContentLength, 0)
}

func TestListNamesOfAllKinds(t *testing.T) {
	client := newContainer(t)
	wanted := []string{"100% a+b&c=d;e?#", "<tag>&amp;\"'", "a//b", "größe/日本/𝄞"}
	fill(t, client, wanted...)
	found := []string{}
	for pager := client.NewListBlobsFlatPager(nil); pager.More(); {
		for _, item := range need(pager.NextPage(ctx))(t).Segment.BlobItems {
			found = append(found, *item.Name)
			equal(t, string(download(t, client.NewBlockBlobClient(*item.Name), nil)), *item.Name)
		}
	}
	equal(t, strings.Join(found, "|"), strings.Join(wanted, "|"))
}

func TestListContainers(t *testing.T) {
	account := serviceClient(t)
	prefix := unique()
	for _, letter := range []string{"c", "a", "b"} {
		made := account.NewContainerClient(prefix + letter)
		need(made.Create(ctx, &container.CreateOptions{Metadata: map[string]*string{"letter": pointer(letter)}}))(t)
		t.Cleanup(func() { need(made.Delete(ctx, nil))(t) })
	}
	pages := []string{}
	pager := account.NewListContainersPager(&service.ListContainersOptions{
		Prefix: &prefix, MaxResults: to.Ptr(int32(2)), Include: service.ListContainersInclude{Metadata: true},
	})
	for pager.More() {
		names := ""
		for _, item := range need(pager.NextPage(ctx))(t).ContainerItems {
			names += strings.TrimPrefix(*item.Name, prefix) + *item.Metadata["letter"]
		}
		pages = append(pages, names)
	}
	equal(t, strings.Join(pages, "|"), "aabb|cc")
}
