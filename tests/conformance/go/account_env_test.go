package conformance

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
)

// testAccount is an account of the test's own, with the settings that the test needs and a clock that it alone advances.
type testAccount struct {
	name      string
	blobs     *service.Client
	container *container.Client
	advance   func(seconds int)
	set       func(settings string)
}

// newAccount takes settings as JSON.
func newAccount(t *testing.T, settings string) testAccount {
	t.Helper()
	endpoint := need(url.Parse(setting("BlobEndpoint")))(t)
	if host := endpoint.Hostname(); host != "127.0.0.1" && host != "localhost" && host != "::1" {
		t.Skip("the real service makes no account for a test")
	}
	name := ("a" + unique())[:24]
	key := base64.StdEncoding.EncodeToString([]byte(name))
	set := func(settings string) { change(t, "PUT", "accounts/"+name, settings) }
	set(fmt.Sprintf(`{"keys": [%q]}`, key))
	set(settings)
	credential := need(service.NewSharedKeyCredential(name, key))(t)
	address := fmt.Sprintf("%s://%s/%s", endpoint.Scheme, endpoint.Host, name)
	blobs := need(service.NewClientWithSharedKeyCredential(address, credential, &service.ClientOptions{ClientOptions: oneTry}))(t)
	made := testAccount{name: name, blobs: blobs, container: blobs.NewContainerClient(unique()), set: set}
	made.advance = func(seconds int) {
		change(t, "POST", fmt.Sprintf("clock?account=%s&advance=%d", name, seconds), "")
	}
	need(made.container.Create(ctx, nil))(t)
	return made
}

func (a testAccount) blob(t *testing.T, name string) *blockblob.Client {
	t.Helper()
	return a.container.NewBlockBlobClient(name)
}

// keepDeleted makes soft delete keep blobs for seven days.
func (a testAccount) keepDeleted(t *testing.T) {
	t.Helper()
	policy := &service.RetentionPolicy{Enabled: to.Ptr(true), Days: to.Ptr(int32(7))}
	need(a.blobs.SetProperties(ctx, &service.SetPropertiesOptions{DeleteRetentionPolicy: policy}))(t)
}

// listed has a line for every entry: its name and what it is.
func listed(t *testing.T, client *container.Client, include container.ListBlobsInclude) string {
	t.Helper()
	lines := []string{}
	pager := client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Include: include})
	for pager.More() {
		for _, item := range need(pager.NextPage(ctx))(t).Segment.BlobItems {
			line := *item.Name
			if item.Deleted != nil && *item.Deleted {
				line += " deleted"
			}
			if item.Snapshot != nil {
				line += " snapshot"
			}
			if item.VersionID != nil && item.IsCurrentVersion == nil {
				line += " version"
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "|")
}
