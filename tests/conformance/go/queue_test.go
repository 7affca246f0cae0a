package conformance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2/sas"
)

func TestQueueThatIsThere(t *testing.T) {
	client := queueService(t).NewQueueClient(unique())
	metadata := map[string]*string{"one": pointer("1")}
	need(client.Create(ctx, &azqueue.CreateOptions{Metadata: metadata}))(t)
	need(client.Create(ctx, &azqueue.CreateOptions{Metadata: metadata}))(t) // the same again: 204
	refused(client.Create(ctx, nil))(t, 409, "QueueAlreadyExists")
	sameMetadata(t, need(client.GetProperties(ctx, nil))(t).Metadata, map[string]string{"one": "1"})
	need(client.Delete(ctx, nil))(t)
	refused(client.Delete(ctx, nil))(t, 404, "QueueNotFound")
}

func TestQueueNames(t *testing.T) {
	for name, code := range map[string]bloberror.Code{
		"Upper": "InvalidResourceName", "a--b": "InvalidResourceName", "a_b": "InvalidResourceName",
		"ab": "OutOfRangeInput", strings.Repeat("a", 64): "OutOfRangeInput",
	} {
		refused(queueService(t).CreateQueue(ctx, name, nil))(t, 400, code)
	}
}

func TestQueueMetadata(t *testing.T) {
	client := newQueue(t)
	need(client.SetMetadata(ctx, &azqueue.SetMetadataOptions{Metadata: map[string]*string{"a": pointer("1"), "b": pointer("2")}}))(t)
	need(client.SetMetadata(ctx, &azqueue.SetMetadataOptions{Metadata: map[string]*string{"b": pointer("3")}}))(t)
	sameMetadata(t, need(client.GetProperties(ctx, nil))(t).Metadata, map[string]string{"b": "3"})
	large := &azqueue.SetMetadataOptions{Metadata: map[string]*string{"a": pointer(strings.Repeat("x", 8192))}}
	refused(client.SetMetadata(ctx, large))(t, 400, "MetadataTooLarge")
	refused(missingQueue(t).SetMetadata(ctx, nil))(t, 404, "QueueNotFound")
	refused(missingQueue(t).GetProperties(ctx, nil))(t, 404, "QueueNotFound")
}

func TestListQueues(t *testing.T) {
	account := queueService(t)
	prefix := unique()
	for _, letter := range []string{"c", "a", "b"} {
		need(account.CreateQueue(ctx, prefix+letter, &azqueue.CreateOptions{Metadata: map[string]*string{"letter": pointer(letter)}}))(t)
		t.Cleanup(func() { need(account.DeleteQueue(ctx, prefix+letter, nil))(t) })
	}
	pages := []string{}
	pager := account.NewListQueuesPager(&azqueue.ListQueuesOptions{
		Prefix: &prefix, MaxResults: to.Ptr(int32(2)), Include: azqueue.ListQueuesInclude{Metadata: true},
	})
	for pager.More() {
		names := ""
		for _, item := range need(pager.NextPage(ctx))(t).Queues {
			names += strings.TrimPrefix(*item.Name, prefix) + *item.Metadata["letter"]
		}
		pages = append(pages, names)
	}
	equal(t, strings.Join(pages, "|"), "aabb|cc")
	refused(account.NewListQueuesPager(&azqueue.ListQueuesOptions{MaxResults: to.Ptr(int32(-1))}).NextPage(ctx))(t, 400, "OutOfRangeQueryParameterValue")
}

// The SDK cannot take CORS rules away again, so none are set that the service accepts.
func TestQueueServiceProperties(t *testing.T) {
	account := queueService(t)
	before := need(account.GetServiceProperties(ctx, nil))(t)
	t.Cleanup(func() {
		need(account.SetProperties(ctx, &azqueue.SetPropertiesOptions{HourMetrics: before.HourMetrics, Logging: before.Logging}))(t)
	})
	retention := &azqueue.RetentionPolicy{Enabled: to.Ptr(true), Days: to.Ptr(int32(4))}
	need(account.SetProperties(ctx, &azqueue.SetPropertiesOptions{
		HourMetrics: &azqueue.Metrics{Enabled: to.Ptr(true), IncludeAPIs: to.Ptr(true), RetentionPolicy: retention},
		Logging:     &azqueue.Logging{Read: to.Ptr(true), Write: to.Ptr(false), Delete: to.Ptr(true), RetentionPolicy: retention},
	}))(t)
	found := need(account.GetServiceProperties(ctx, nil))(t)
	equal(t, *found.HourMetrics.RetentionPolicy.Days, 4)
	equal(t, fmt.Sprint(*found.Logging.Read, *found.Logging.Write, *found.Logging.Delete), "true false true")
	six := make([]*azqueue.CORSRule, 6)
	for place := range six {
		six[place] = &azqueue.CORSRule{AllowedOrigins: pointer("*"), AllowedMethods: pointer("GET")}
	}
	refused(account.SetProperties(ctx, &azqueue.SetPropertiesOptions{CORS: six}))(t, 400, "InvalidXmlDocument")
}

func TestQueueServiceStats(t *testing.T) {
	refused(queueService(t).GetStatistics(ctx, nil))(t, 400, "InvalidQueryParameterValue") // had from the secondary
	credential := need(azqueue.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
	address := strings.TrimRight(setting("QueueEndpoint"), "/") + "-secondary"
	secondary := need(azqueue.NewServiceClientWithSharedKeyCredential(address, credential, queueOptions()))(t)
	found := need(secondary.GetStatistics(ctx, nil))(t).GeoReplication
	equal(t, string(*found.Status), "live")
	if age := time.Since(*found.LastSyncTime); age > time.Hour || age < -time.Hour {
		t.Fatal(age)
	}
}

func TestMessage(t *testing.T) {
	client := newQueue(t)
	sent := enqueue(t, client, "hello", nil)
	equal(t, sent.ExpirationTime.Sub(*sent.InsertionTime), 7*24*time.Hour)
	equal(t, sent.TimeNextVisible.UTC(), sent.InsertionTime.UTC())
	equal(t, peeked(t, client), "hello")

	got := dequeue(t, client, 60)[0]
	equal(t, *got.MessageID, *sent.MessageID)
	equal(t, *got.DequeueCount, 1)
	equal(t, messageCount(t, client), 1)
	equal(t, len(dequeue(t, client, 60)), 0)

	updated := need(client.UpdateMessage(ctx, *got.MessageID, *got.PopReceipt, "again", &azqueue.UpdateMessageOptions{VisibilityTimeout: to.Ptr(int32(0))}))(t)
	equal(t, peeked(t, client), "again")
	refused(client.UpdateMessage(ctx, *got.MessageID, *got.PopReceipt, "lost", &azqueue.UpdateMessageOptions{VisibilityTimeout: to.Ptr(int32(0))}))(t, 400, "PopReceiptMismatch")
	refused(client.DeleteMessage(ctx, *got.MessageID, *got.PopReceipt, nil))(t, 400, "PopReceiptMismatch")
	need(client.DeleteMessage(ctx, *got.MessageID, *updated.PopReceipt, nil))(t)
	refused(client.DeleteMessage(ctx, *got.MessageID, *updated.PopReceipt, nil))(t, 404, "MessageNotFound")
	refused(client.UpdateMessage(ctx, *got.MessageID, *updated.PopReceipt, "x", &azqueue.UpdateMessageOptions{VisibilityTimeout: to.Ptr(int32(0))}))(t, 404, "MessageNotFound")
}

func TestMessagesInOrder(t *testing.T) {
	client := newQueue(t)
	wanted := []string{}
	for number := range 40 {
		wanted = append(wanted, fmt.Sprint(number))
		enqueue(t, client, fmt.Sprint(number), nil)
	}
	equal(t, *need(client.DequeueMessage(ctx, nil))(t).Messages[0].MessageText, "0")
	equal(t, taken(dequeue(t, client, 60)), strings.Join(wanted[1:33], "|"))
	equal(t, taken(dequeue(t, client, 60)), strings.Join(wanted[33:], "|"))
	equal(t, taken(dequeue(t, client, 60)), "")
}

func TestMessageTexts(t *testing.T) {
	client := newQueue(t)
	for _, text := range []string{"", " a ", "a\nb", `<tag attr="1">&amp;'</tag>`, "]]>", "größe 日本 𝄞", strings.Repeat("x", 64*kib), strings.Repeat("ü", 32*kib)} {
		enqueue(t, client, text, nil)
		equal(t, peeked(t, client), text)
		got := dequeue(t, client, 60)
		equal(t, taken(got), text)
		need(client.DeleteMessage(ctx, *got[0].MessageID, *got[0].PopReceipt, nil))(t)
	}
	refused(client.EnqueueMessage(ctx, strings.Repeat("x", 64*kib+1), nil))(t, 413, "RequestBodyTooLarge")
}

func TestMessageRefusals(t *testing.T) {
	client, missing := newQueue(t), missingQueue(t)
	sent := enqueue(t, client, "hello", nil)
	id, receipt := *sent.MessageID, *sent.PopReceipt
	number := func(value int32) *int32 { return &value }
	for _, most := range []int32{0, 33} {
		refused(client.DequeueMessages(ctx, &azqueue.DequeueMessagesOptions{NumberOfMessages: number(most)}))(t, 400, "OutOfRangeQueryParameterValue")
		refused(client.PeekMessages(ctx, &azqueue.PeekMessagesOptions{NumberOfMessages: number(most)}))(t, 400, "OutOfRangeQueryParameterValue")
	}
	refused(client.DequeueMessage(ctx, &azqueue.DequeueMessageOptions{VisibilityTimeout: number(0)}))(t, 400, "OutOfRangeQueryParameterValue")
	refused(client.EnqueueMessage(ctx, "x", &azqueue.EnqueueMessageOptions{VisibilityTimeout: number(604801)}))(t, 400, "OutOfRangeQueryParameterValue")
	refused(client.EnqueueMessage(ctx, "x", &azqueue.EnqueueMessageOptions{TimeToLive: number(0)}))(t, 400, "InvalidQueryParameterValue")
	refused(client.EnqueueMessage(ctx, "x", &azqueue.EnqueueMessageOptions{TimeToLive: number(5), VisibilityTimeout: number(5)}))(t, 400, "InvalidQueryParameterValue")
	zero := &azqueue.UpdateMessageOptions{VisibilityTimeout: number(0)}
	refused(client.UpdateMessage(ctx, id, "none", "x", zero))(t, 400, "InvalidQueryParameterValue")
	refused(client.UpdateMessage(ctx, id, receipt, "x", &azqueue.UpdateMessageOptions{VisibilityTimeout: number(604801)}))(t, 400, "OutOfRangeQueryParameterValue")
	refused(client.DeleteMessage(ctx, id, "none", nil))(t, 400, "InvalidQueryParameterValue")

	refused(missing.EnqueueMessage(ctx, "x", nil))(t, 404, "QueueNotFound")
	refused(missing.DequeueMessage(ctx, nil))(t, 404, "QueueNotFound")
	refused(missing.PeekMessage(ctx, nil))(t, 404, "QueueNotFound")
	refused(missing.UpdateMessage(ctx, id, receipt, "x", zero))(t, 404, "QueueNotFound")
	refused(missing.DeleteMessage(ctx, id, receipt, nil))(t, 404, "QueueNotFound")
	refused(missing.ClearMessages(ctx, nil))(t, 404, "QueueNotFound")
	refused(missing.GetAccessPolicy(ctx, nil))(t, 404, "QueueNotFound")
	refused(missing.SetAccessPolicy(ctx, nil))(t, 404, "QueueNotFound")
}

func TestClearMessages(t *testing.T) {
	client := newQueue(t)
	for _, text := range []string{"a", "b", "c"} {
		enqueue(t, client, text, nil)
	}
	need(client.DequeueMessage(ctx, nil))(t)
	need(client.ClearMessages(ctx, nil))(t)
	equal(t, messageCount(t, client), 0)
}

func TestMessageTimes(t *testing.T) {
	client, advance := ownAccount(t)
	enqueue(t, client, "poison", &azqueue.EnqueueMessageOptions{TimeToLive: to.Ptr(int32(-1))})
	enqueue(t, client, "short", &azqueue.EnqueueMessageOptions{TimeToLive: to.Ptr(int32(60)), VisibilityTimeout: to.Ptr(int32(59))})
	for count := range int64(5) {
		got := dequeue(t, client, 10)
		equal(t, taken(got), "poison")
		equal(t, *got[0].DequeueCount, count+1)
		advance(9)
		equal(t, len(dequeue(t, client, 10)), 0)
		advance(1)
	}
	equal(t, peeked(t, client), "poison")
	advance(9)
	equal(t, peeked(t, client), "poison|short")
	advance(1)
	equal(t, peeked(t, client), "poison")
	advance(7 * 24 * 3600)
	slow := dequeue(t, client, 10)[0]
	advance(10)
	quick := dequeue(t, client, 10)[0]
	refused(client.DeleteMessage(ctx, *slow.MessageID, *slow.PopReceipt, nil))(t, 400, "PopReceiptMismatch")
	advance(11)
	need(client.DeleteMessage(ctx, *quick.MessageID, *quick.PopReceipt, nil))(t)
	equal(t, messageCount(t, client), 0)
}

func TestQueueACL(t *testing.T) {
	client := newQueue(t)
	start, expiry := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC)
	policy := func(letters string) []*azqueue.SignedIdentifier {
		return []*azqueue.SignedIdentifier{{ID: pointer("p"), AccessPolicy: &azqueue.AccessPolicy{Start: &start, Expiry: &expiry, Permission: &letters}}}
	}
	need(client.SetAccessPolicy(ctx, &azqueue.SetAccessPolicyOptions{QueueACL: policy("raup")}))(t)
	found := need(client.GetAccessPolicy(ctx, nil))(t).SignedIdentifiers
	equal(t, len(found), 1)
	equal(t, *found[0].ID+*found[0].AccessPolicy.Permission, "praup")
	equal(t, found[0].AccessPolicy.Start.UTC(), start)
	equal(t, found[0].AccessPolicy.Expiry.UTC(), expiry)
	refused(client.SetAccessPolicy(ctx, &azqueue.SetAccessPolicyOptions{QueueACL: policy("w")}))(t, 400, "InvalidXmlDocument")

	mine := queueBy(t, client, sas.QueueSignatureValues{Identifier: "p"})
	enqueue(t, mine, "hello", nil)
	need(client.SetAccessPolicy(ctx, &azqueue.SetAccessPolicyOptions{QueueACL: policy("r")}))(t)
	equal(t, peeked(t, mine), "hello")
	refused(mine.DequeueMessage(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	need(client.SetAccessPolicy(ctx, nil))(t)
	refused(mine.PeekMessage(ctx, nil))(t, 403, "AuthenticationFailed")
}

// queueBy is a client that holds nothing but a SAS of the queue.
func queueBy(t *testing.T, client *azqueue.QueueClient, values sas.QueueSignatureValues) *azqueue.QueueClient {
	t.Helper()
	credential := need(azqueue.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
	if values.QueueName == "" {
		values.QueueName = queueName(t, client)
	}
	query := need(values.SignWithSharedKey(credential))(t)
	return need(azqueue.NewQueueClientWithNoCredential(client.URL()+"?"+query.Encode(), queueOptions()))(t)
}

func TestQueueSAS(t *testing.T) {
	owner := newQueue(t)
	by := func(letters string) *azqueue.QueueClient {
		return queueBy(t, owner, sas.QueueSignatureValues{ExpiryTime: inAnHour(), Permissions: letters})
	}
	all := by("raup")
	enqueue(t, all, "hello", nil)
	got := dequeue(t, all, 60)[0]
	zero := &azqueue.UpdateMessageOptions{VisibilityTimeout: to.Ptr(int32(0))}
	updated := need(all.UpdateMessage(ctx, *got.MessageID, *got.PopReceipt, "again", zero))(t)
	equal(t, peeked(t, all), "again")
	equal(t, messageCount(t, all), 1)

	refused(by("rup").EnqueueMessage(ctx, "x", nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(by("rau").DequeueMessage(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(by("aup").PeekMessage(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(by("rap").UpdateMessage(ctx, *got.MessageID, *updated.PopReceipt, "x", zero))(t, 403, "AuthorizationPermissionMismatch")
	refused(by("rau").DeleteMessage(ctx, *got.MessageID, *updated.PopReceipt, nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(all.Delete(ctx, nil))(t, 403, "AuthorizationFailure")
	need(by("p").DeleteMessage(ctx, *got.MessageID, *updated.PopReceipt, nil))(t)

	expired := queueBy(t, owner, sas.QueueSignatureValues{ExpiryTime: time.Now().UTC().Add(-time.Hour), Permissions: "r"})
	refused(expired.PeekMessage(ctx, nil))(t, 403, "AuthenticationFailed")
	other := queueBy(t, owner, sas.QueueSignatureValues{ExpiryTime: inAnHour(), Permissions: "r", QueueName: unique()})
	refused(other.PeekMessage(ctx, nil))(t, 403, "AuthenticationFailed")
}

func TestQueueByAccountSAS(t *testing.T) {
	owner := newQueue(t)
	credential := need(azqueue.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
	by := func(letters, resources string) *azqueue.ServiceClient {
		values := sas.AccountSignatureValues{ExpiryTime: inAnHour(), Permissions: letters, ResourceTypes: resources}
		query := need(values.SignWithSharedKey(credential))(t)
		return need(azqueue.NewServiceClientWithNoCredential(setting("QueueEndpoint")+"?"+query.Encode(), queueOptions()))(t)
	}
	name := queueName(t, owner)
	all := by("rwdlacup", "sco")
	mine := all.NewQueueClient(name)
	enqueue(t, mine, "hello", nil)
	equal(t, taken(dequeue(t, mine, 60)), "hello")
	need(mine.ClearMessages(ctx, nil))(t)
	equal(t, len(need(all.NewListQueuesPager(&azqueue.ListQueuesOptions{Prefix: &name}).NextPage(ctx))(t).Queues), 1)

	reader := by("r", "sco")
	refused(reader.NewQueueClient(name).EnqueueMessage(ctx, "x", nil))(t, 403, "AuthorizationPermissionMismatch")
	refused(reader.NewQueueClient(name).ClearMessages(ctx, nil))(t, 403, "AuthorizationPermissionMismatch")
	objects := by("rl", "o")
	refused(objects.NewListQueuesPager(nil).NextPage(ctx))(t, 403, "AuthorizationResourceTypeMismatch")
	refused(objects.NewQueueClient(name).GetProperties(ctx, nil))(t, 403, "AuthorizationResourceTypeMismatch")
}
