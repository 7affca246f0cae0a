package conformance

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
)

func bloberrorCode(text string) bloberror.Code { return bloberror.Code(text) }

func TestWhatIsNotThere(t *testing.T) {
	client := newBlob(t)
	refused(client.DownloadStream(ctx, nil))(t, 404, "BlobNotFound")
	refused(client.GetProperties(ctx, nil))(t, 404, "BlobNotFound")
	refused(client.Delete(ctx, nil))(t, 404, "BlobNotFound")
	refused(client.SetMetadata(ctx, nil, nil))(t, 404, "BlobNotFound")

	nowhere := serviceClient(t).NewContainerClient(unique())
	refused(nowhere.GetProperties(ctx, nil))(t, 404, "ContainerNotFound")
	refused(nowhere.Delete(ctx, nil))(t, 404, "ContainerNotFound")
	refused(nowhere.NewListBlobsFlatPager(nil).NextPage(ctx))(t, 404, "ContainerNotFound")
	refused(nowhere.NewBlockBlobClient("blob").Upload(ctx, body(nil), nil))(t, 404, "ContainerNotFound")
}

func TestContainerThatIsThere(t *testing.T) {
	refused(newContainer(t).Create(ctx, nil))(t, 409, "ContainerAlreadyExists")
}

func TestContainerNames(t *testing.T) {
	for name, code := range map[string]bloberror.Code{
		"Upper": "InvalidResourceName", "a--b": "InvalidResourceName", "-ab": "InvalidResourceName",
		"ab": "OutOfRangeInput", strings.Repeat("a", 64): "OutOfRangeInput",
	} {
		refused(serviceClient(t).NewContainerClient(name).Create(ctx, nil))(t, 400, code)
	}
}

func TestListOfTooMany(t *testing.T) {
	options := &container.ListBlobsFlatOptions{MaxResults: to.Ptr(int32(-1))}
	refused(newContainer(t).NewListBlobsFlatPager(options).NextPage(ctx))(t, 400, "OutOfRangeQueryParameterValue")
}

func TestWrongKey(t *testing.T) {
	key := base64.StdEncoding.EncodeToString([]byte("not the key"))
	credential := need(service.NewSharedKeyCredential(setting("AccountName"), key))(t)
	client := need(service.NewClientWithSharedKeyCredential(setting("BlobEndpoint"), credential, &service.ClientOptions{ClientOptions: oneTry}))(t)
	refused(client.GetProperties(ctx, nil))(t, 403, "AuthenticationFailed")
}

// The SDK takes code and text from the body.
func TestErrorText(t *testing.T) {
	_, err := newBlob(t).DownloadStream(ctx, nil)
	var response *azcore.ResponseError
	if !errors.As(err, &response) {
		t.Fatal(err)
	}
	equal(t, response.ErrorCode, "BlobNotFound")
	if !strings.Contains(err.Error(), "<Message>The specified blob does not exist.\nRequestId:") {
		t.Fatal(err)
	}
}
