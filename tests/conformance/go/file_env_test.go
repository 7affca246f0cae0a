package conformance

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/service"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/share"
)

// fileOptions are new for each client: a client with a key adds its signing to them.
func fileOptions() *service.ClientOptions { return &service.ClientOptions{ClientOptions: oneTry} }

func fileService(t *testing.T) *service.Client {
	t.Helper()
	return need(service.NewClientFromConnectionString(connectionString(), fileOptions()))(t)
}

// newShare is a share of the test's own, deleted afterwards with its snapshots.
func newShare(t *testing.T, options *share.CreateOptions) *share.Client {
	t.Helper()
	made := fileService(t).NewShareClient(unique())
	need(made.Create(ctx, options))(t)
	t.Cleanup(func() {
		all := &share.DeleteOptions{DeleteSnapshots: to.Ptr(share.DeleteSnapshotsOptionTypeIncludeLeased)}
		need(made.Delete(ctx, all))(t)
	})
	return made
}

func nfsShare(t *testing.T) *share.Client {
	t.Helper()
	return newShare(t, &share.CreateOptions{EnabledProtocols: pointer("NFS")})
}

func missingShare(t *testing.T) *share.Client {
	t.Helper()
	return fileService(t).NewShareClient(unique())
}

func shareName(t *testing.T, client *share.Client) string {
	t.Helper()
	return need(sas.ParseURL(client.URL()))(t).ShareName
}

// newFile is a file in the root directory of a share, with that content.
func newFile(t *testing.T, home *share.Client, name, content string) *file.Client {
	t.Helper()
	made := home.NewRootDirectoryClient().NewFileClient(name)
	writeFile(t, made, content)
	return made
}

// readable is the URL of a file with a SAS for reading: what is written from a URL needs one also within an account.
func readable(t *testing.T, client *file.Client) string {
	t.Helper()
	return need(client.GetSASURL(sas.FilePermissions{Read: true}, inAnHour(), nil))(t)
}

func writeFile(t *testing.T, client *file.Client, content string) {
	t.Helper()
	need(client.Create(ctx, int64(len(content)), nil))(t)
	if content != "" {
		need(client.UploadRange(ctx, 0, body([]byte(content)), nil))(t)
	}
}

func readFile(t *testing.T, client *file.Client, options *file.DownloadStreamOptions) string {
	t.Helper()
	answer := need(client.DownloadStream(ctx, options))(t)
	defer answer.Body.Close()
	return string(need(io.ReadAll(answer.Body))(t))
}

func newDirectory(t *testing.T, home *share.Client, path string) *directory.Client {
	t.Helper()
	made := home.NewDirectoryClient(path)
	need(made.Create(ctx, nil))(t)
	return made
}

// entriesOf has a page a line: its directories with a slash, then its files.
func entriesOf(t *testing.T, client *directory.Client, options *directory.ListFilesAndDirectoriesOptions) string {
	t.Helper()
	pages := []string{}
	pager := client.NewListFilesAndDirectoriesPager(options)
	for pager.More() {
		found, names := need(pager.NextPage(ctx))(t).Segment, []string{}
		for _, item := range found.Directories {
			names = append(names, *item.Name+"/")
		}
		for _, item := range found.Files {
			names = append(names, *item.Name)
		}
		pages = append(pages, strings.Join(names, " "))
	}
	return strings.Join(pages, "\n")
}

// rangesOf has the ranges of a file as first-last, and those that were cleared with a minus before them.
func rangesOf(t *testing.T, client *file.Client, options *file.GetRangeListOptions) string {
	t.Helper()
	found, texts := need(client.GetRangeList(ctx, options))(t), []string{}
	for _, one := range found.Ranges {
		texts = append(texts, fmt.Sprintf("%d-%d", *one.Start, *one.End))
	}
	for _, one := range found.ClearRanges {
		texts = append(texts, fmt.Sprintf("-%d-%d", *one.Start, *one.End))
	}
	return strings.Join(texts, " ")
}

// fileAccount is the File service of an account of the test's own with these settings (JSON), and what advances its clock.
func fileAccount(t *testing.T, settings string) (*service.Client, func(seconds int)) {
	t.Helper()
	endpoint := need(url.Parse(setting("FileEndpoint")))(t)
	if host := endpoint.Hostname(); host != "127.0.0.1" && host != "localhost" && host != "::1" {
		t.Skip("the real service makes no account for a test")
	}
	name := ("a" + unique())[:24]
	key := base64.StdEncoding.EncodeToString([]byte(name))
	change(t, "PUT", "accounts/"+name, fmt.Sprintf(`{"keys": [%q]}`, key))
	change(t, "PUT", "accounts/"+name, settings)
	credential := need(service.NewSharedKeyCredential(name, key))(t)
	address := fmt.Sprintf("%s://%s/%s", endpoint.Scheme, endpoint.Host, name)
	client := need(service.NewClientWithSharedKeyCredential(address, credential, fileOptions()))(t)
	return client, func(seconds int) {
		change(t, "POST", fmt.Sprintf("clock?account=%s&advance=%d", name, seconds), "")
	}
}
