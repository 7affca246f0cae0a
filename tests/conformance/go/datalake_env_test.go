package conformance

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	blobservice "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/filesystem"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azdatalake/service"
)

// lakeAccount is an account with a hierarchical namespace. This SDK takes the Blob endpoint to be the Data Lake one with
// another host, so with the account in the path it sends Blob requests to the Data Lake endpoint as well.
type lakeAccount struct {
	name       string
	credential *azdatalake.SharedKeyCredential
	service    *service.Client
	blobs      *blobservice.Client
	advance    func(seconds int)
}

func lakeOptions() *service.ClientOptions { return &service.ClientOptions{ClientOptions: oneTry} }

func lakeEndpoint() string {
	if given := os.Getenv("LAZULITE_DFS"); given != "" {
		return strings.TrimRight(given, "/")
	}
	return "http://127.0.0.1:10004"
}

// newLake is an account of the test's own; more settings (JSON) come after that of the namespace.
func newLake(t *testing.T, settings string) lakeAccount {
	t.Helper()
	endpoint := need(url.Parse(lakeEndpoint()))(t)
	if host := endpoint.Hostname(); host != "127.0.0.1" && host != "localhost" && host != "::1" {
		t.Skip("the real service makes no account for a test")
	}
	name := ("a" + unique())[:24]
	key := base64.StdEncoding.EncodeToString([]byte(name))
	change(t, "PUT", "accounts/"+name, fmt.Sprintf(`{"keys": [%q], "hierarchicalNamespace": true}`, key))
	change(t, "PUT", "accounts/"+name, settings)
	credential := need(azdatalake.NewSharedKeyCredential(name, key))(t)
	blobKey := need(blobservice.NewSharedKeyCredential(name, key))(t)
	address := lakeEndpoint() + "/" + name
	blobEndpoint := need(url.Parse(setting("BlobEndpoint")))(t)
	blobAddress := fmt.Sprintf("%s://%s/%s", blobEndpoint.Scheme, blobEndpoint.Host, name)
	blobOptions := &blobservice.ClientOptions{ClientOptions: oneTry}
	return lakeAccount{
		name: name, credential: credential,
		service: need(service.NewClientWithSharedKeyCredential(address, credential, lakeOptions()))(t),
		blobs:   need(blobservice.NewClientWithSharedKeyCredential(blobAddress, blobKey, blobOptions))(t),
		advance: func(seconds int) { change(t, "POST", fmt.Sprintf("clock?account=%s&advance=%d", name, seconds), "") },
	}
}

var shared struct {
	sync.Mutex
	lake *lakeAccount
}

// theLake is one account for all tests that advance no clock.
func theLake(t *testing.T) lakeAccount {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.lake == nil {
		shared.lake = to.Ptr(newLake(t, "{}"))
	}
	return *shared.lake
}

// newFileSystem is a filesystem of the test's own, deleted afterwards.
func newFileSystem(t *testing.T) *filesystem.Client {
	t.Helper()
	made := theLake(t).service.NewFileSystemClient(unique())
	need(made.Create(ctx, nil))(t)
	t.Cleanup(func() { need(made.Delete(ctx, nil))(t) })
	return made
}

func missingFileSystem(t *testing.T) *filesystem.Client {
	t.Helper()
	return theLake(t).service.NewFileSystemClient(unique())
}

func fileSystemName(t *testing.T, client *filesystem.Client) string {
	t.Helper()
	return need(azdatalake.ParseURL(client.DFSURL()))(t).FileSystemName
}

func lakeDirectory(t *testing.T, home *filesystem.Client, path string) *directory.Client {
	t.Helper()
	made := home.NewDirectoryClient(path)
	need(made.Create(ctx, nil))(t)
	return made
}

// lakeFile is a file with that content.
func lakeFile(t *testing.T, home *filesystem.Client, path, content string) *file.Client {
	t.Helper()
	made := home.NewFileClient(path)
	need(made.Create(ctx, nil))(t)
	if content != "" {
		need(made.AppendData(ctx, 0, body([]byte(content)), nil))(t)
		need(made.FlushData(ctx, int64(len(content)), nil))(t)
	}
	return made
}

func readLake(t *testing.T, client *file.Client, options *file.DownloadStreamOptions) string {
	t.Helper()
	answer := need(client.DownloadStream(ctx, options))(t)
	defer answer.Body.Close()
	return string(need(io.ReadAll(answer.Body))(t))
}

// pathsOf has a page a line: names, those of directories with a slash.
func pathsOf(t *testing.T, home *filesystem.Client, recursive bool, options *filesystem.ListPathsOptions) string {
	t.Helper()
	pages := []string{}
	pager := home.NewListPathsPager(recursive, options)
	for pager.More() {
		names := []string{}
		for _, path := range need(pager.NextPage(ctx))(t).Paths {
			if path.IsDirectory != nil && *path.IsDirectory {
				names = append(names, *path.Name+"/")
			} else {
				names = append(names, *path.Name)
			}
		}
		pages = append(pages, strings.Join(names, " "))
	}
	return strings.Join(pages, "\n")
}

// accessOf is what Get Access Control says: owner, group, permissions and the list.
func accessOf(t *testing.T, client interface {
	GetAccessControl(context.Context, *file.GetAccessControlOptions) (file.GetAccessControlResponse, error)
}) string {
	t.Helper()
	found := need(client.GetAccessControl(ctx, nil))(t)
	return strings.Join([]string{*found.Owner, *found.Group, *found.Permissions, *found.ACL}, " ")
}

// refusedWith is for refusals whose status the reference leaves open.
func refusedWith(t *testing.T, code string, err error) {
	t.Helper()
	var response *azcore.ResponseError
	if !errors.As(err, &response) || response.RawResponse.Header.Get("x-ms-error-code") != code {
		t.Fatalf("%v instead of %s", err, code)
	}
}
