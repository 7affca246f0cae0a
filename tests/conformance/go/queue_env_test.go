package conformance

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
)

// queueOptions are new for each client: a client with a key adds its signing to them.
func queueOptions() *azqueue.ClientOptions { return &azqueue.ClientOptions{ClientOptions: oneTry} }

func queueService(t *testing.T) *azqueue.ServiceClient {
	t.Helper()
	return need(azqueue.NewServiceClientFromConnectionString(connectionString(), queueOptions()))(t)
}

// newQueue is a queue of the test's own, deleted afterwards.
func newQueue(t *testing.T) *azqueue.QueueClient {
	t.Helper()
	made := queueService(t).NewQueueClient(unique())
	need(made.Create(ctx, nil))(t)
	t.Cleanup(func() { need(made.Delete(ctx, nil))(t) })
	return made
}

func missingQueue(t *testing.T) *azqueue.QueueClient {
	t.Helper()
	return queueService(t).NewQueueClient(unique())
}

func queueName(t *testing.T, client *azqueue.QueueClient) string {
	t.Helper()
	return need(azqueue.ParseURL(client.URL()))(t).QueueName
}

func enqueue(t *testing.T, client *azqueue.QueueClient, text string, options *azqueue.EnqueueMessageOptions) *azqueue.EnqueuedMessage {
	t.Helper()
	return need(client.EnqueueMessage(ctx, text, options))(t).Messages[0]
}

// dequeue takes up to 32 messages.
func dequeue(t *testing.T, client *azqueue.QueueClient, seconds int32) []*azqueue.DequeuedMessage {
	t.Helper()
	options := &azqueue.DequeueMessagesOptions{NumberOfMessages: to.Ptr(int32(32)), VisibilityTimeout: &seconds}
	return need(client.DequeueMessages(ctx, options))(t).Messages
}

// peeked joins the texts of up to 32 messages.
func peeked(t *testing.T, client *azqueue.QueueClient) string {
	t.Helper()
	texts := []string{}
	for _, message := range need(client.PeekMessages(ctx, &azqueue.PeekMessagesOptions{NumberOfMessages: to.Ptr(int32(32))}))(t).Messages {
		texts = append(texts, *message.MessageText)
	}
	return strings.Join(texts, "|")
}

func taken(messages []*azqueue.DequeuedMessage) string {
	texts := []string{}
	for _, message := range messages {
		texts = append(texts, *message.MessageText)
	}
	return strings.Join(texts, "|")
}

func messageCount(t *testing.T, client *azqueue.QueueClient) int64 {
	t.Helper()
	return *need(client.GetProperties(ctx, nil))(t).ApproximateMessagesCount
}

// change asks the emulator's own endpoint for something.
func change(t *testing.T, method, path, body string) {
	t.Helper()
	control := os.Getenv("LAZULITE_CONTROL")
	if control == "" {
		endpoint := need(url.Parse(setting("BlobEndpoint")))(t)
		control = endpoint.Scheme + "://" + endpoint.Host + "/_lazulite"
	}
	request := need(http.NewRequest(method, control+"/"+path, strings.NewReader(body)))(t)
	request.Header.Set("x-lazulite-control", "1")
	answer := need(http.DefaultClient.Do(request))(t)
	answer.Body.Close()
	equal(t, answer.StatusCode/100, 2)
}

// ownAccount is a queue in an account of the test's own, and what advances that account's clock.
func ownAccount(t *testing.T) (*azqueue.QueueClient, func(seconds int)) {
	t.Helper()
	endpoint := need(url.Parse(setting("QueueEndpoint")))(t)
	if host := endpoint.Hostname(); host != "127.0.0.1" && host != "localhost" && host != "::1" {
		t.Skip("the clock of the real service cannot be advanced")
	}
	name := ("a" + unique())[:24]
	key := base64.StdEncoding.EncodeToString([]byte(name))
	change(t, "PUT", "accounts/"+name, fmt.Sprintf(`{"keys": [%q]}`, key))
	credential := need(azqueue.NewSharedKeyCredential(name, key))(t)
	address := fmt.Sprintf("%s://%s/%s", endpoint.Scheme, endpoint.Host, name)
	queue := need(azqueue.NewServiceClientWithSharedKeyCredential(address, credential, queueOptions()))(t).NewQueueClient(unique())
	need(queue.Create(ctx, nil))(t)
	return queue, func(seconds int) {
		change(t, "POST", fmt.Sprintf("clock?account=%s&advance=%d", name, seconds), "")
	}
}
