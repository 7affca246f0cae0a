package conformance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
)

func TestTags(t *testing.T) {
	client := newBlob(t)
	need(client.Upload(ctx, body(nil), &blockblob.UploadOptions{Tags: map[string]string{"a b": "1", "c": ""}}))(t)
	equal(t, *need(client.GetProperties(ctx, nil))(t).TagCount, 2)
	need(client.SetTags(ctx, map[string]string{"state": "new"}, nil))(t)
	found := need(client.GetTags(ctx, nil))(t).BlobTagSet
	equal(t, len(found), 1)
	equal(t, *found[0].Key+"="+*found[0].Value, "state=new")
	closed := when(blob.ModifiedAccessConditions{IfTags: pointer("state = 'closed'")})
	refused(client.GetProperties(ctx, &blob.GetPropertiesOptions{AccessConditions: closed}))(t, 412, "ConditionNotMet")
	need(client.GetProperties(ctx, &blob.GetPropertiesOptions{AccessConditions: when(blob.ModifiedAccessConditions{IfTags: pointer("state <> 'closed'")})}))(t)
	refused(client.SetTags(ctx, map[string]string{"k": strings.Repeat("v", 257)}, nil))(t, 400, "TagsTooLarge")
	refused(newBlob(t).GetTags(ctx, nil))(t, 404, "BlobNotFound")
}

func TestFindByTags(t *testing.T) {
	home, mark := newContainer(t), unique()
	for number := range 5 {
		client := home.NewBlockBlobClient(fmt.Sprint("b", number))
		need(client.Upload(ctx, body(nil), &blockblob.UploadOptions{Tags: map[string]string{"mark": mark, "n": fmt.Sprint(number)}}))(t)
	}
	where := fmt.Sprintf("mark = '%s' AND n >= '1'", mark)
	names, marker := []string{}, to.Ptr("")
	for marker != nil {
		page := need(home.FilterBlobs(ctx, where, &container.FilterBlobsOptions{MaxResults: to.Ptr(int32(3)), Marker: marker}))(t)
		for _, item := range page.Blobs {
			names = append(names, *item.Name)
		}
		if marker = page.NextMarker; marker != nil && *marker == "" {
			break
		}
	}
	equal(t, strings.Join(names, " "), "b1 b2 b3 b4")
	everywhere := need(serviceClient(t).FilterBlobs(ctx, where, nil))(t).Blobs
	equal(t, len(everywhere), 4)
	equal(t, *everywhere[0].ContainerName, nameOf(t, home))
	refused(home.FilterBlobs(ctx, "n = 1", nil))(t, 400, "InvalidQueryParameterValue")
}

func results(items []*container.BatchResponseItem) string {
	words := []string{}
	for _, item := range items {
		word := "done"
		if refusal, is := item.Error.(*azcore.ResponseError); is {
			word = fmt.Sprint(refusal.StatusCode, " ", refusal.ErrorCode)
		}
		words = append(words, word)
	}
	return strings.Join(words, "|")
}

func TestBatches(t *testing.T) {
	home := newContainer(t)
	fill(t, home, "a", "b ä", "c", "d")
	tiers := need(home.NewBatchBuilder())(t)
	for _, name := range []string{"a", "c"} {
		if err := tiers.SetTier(name, blob.AccessTierCool, nil); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, results(need(home.SubmitBatch(ctx, tiers, nil))(t).Responses), "done|done")
	equal(t, *need(home.NewBlockBlobClient("c").GetProperties(ctx, nil))(t).AccessTier, "Cool")

	deletes := need(home.NewBatchBuilder())(t)
	for _, name := range []string{"a", "missing", "b ä"} {
		if err := deletes.Delete(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, results(need(home.SubmitBatch(ctx, deletes, nil))(t).Responses), "done|404 BlobNotFound|done")
	equal(t, strings.Join(pagesOf(t, home, nil), "|"), "c d")

	account := serviceClient(t)
	across := need(account.NewBatchBuilder())(t)
	for _, name := range []string{"c", "d"} {
		if err := across.Delete(nameOf(t, home), name, nil); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, results(need(account.SubmitBatch(ctx, across, nil))(t).Responses), "done|done")
	equal(t, strings.Join(pagesOf(t, home, nil), "|"), "")
}

func TestImmutability(t *testing.T) {
	account := newAccount(t, `{"immutableStorageWithVersioning": {"enabled": true}}`)
	client := account.blob(t, "blob")
	upload(t, client, "hello")
	until := time.Now().UTC().Add(time.Hour).Truncate(time.Second)
	set := func(until time.Time, mode blob.ImmutabilityPolicySetting) (blob.SetImmutabilityPolicyResponse, error) {
		return client.SetImmutabilityPolicy(ctx, until, &blob.SetImmutabilityPolicyOptions{Mode: &mode})
	}
	need(set(until, blob.ImmutabilityPolicySettingUnlocked))(t)
	properties := need(client.GetProperties(ctx, nil))(t)
	equal(t, properties.ImmutabilityPolicyExpiresOn.Equal(until), true)
	equal(t, strings.ToLower(string(*properties.ImmutabilityPolicyMode)), "unlocked")
	refused(client.SetMetadata(ctx, map[string]*string{"a": pointer("1")}, nil))(t, 409, "BlobImmutableDueToPolicy")
	need(client.DeleteImmutabilityPolicy(ctx, nil))(t)
	need(client.SetLegalHold(ctx, true, nil))(t)
	equal(t, *need(client.GetProperties(ctx, nil))(t).LegalHold, true)
	refused(client.SetMetadata(ctx, map[string]*string{"a": pointer("1")}, nil))(t, 409, "BlobImmutableDueToLegalHold")
	need(client.SetLegalHold(ctx, false, nil))(t)
	need(set(until, blob.ImmutabilityPolicySettingLocked))(t)
	refused(client.DeleteImmutabilityPolicy(ctx, nil))(t, 409, "ImmutabilityPolicyDeleteOnLockedPolicy")
	refused(set(until.Add(-time.Minute), blob.ImmutabilityPolicySettingLocked))(t, 409, "BlobImmutableDueToPolicy")
}

func TestServiceProperties(t *testing.T) {
	account := newAccount(t, "{}")
	account.keepDeleted(t)
	found := need(account.blobs.GetProperties(ctx, nil))(t)
	equal(t, *found.DeleteRetentionPolicy.Days, 7)
	bad := &service.RetentionPolicy{Enabled: to.Ptr(true), Days: to.Ptr(int32(0))}
	refused(account.blobs.SetProperties(ctx, &service.SetPropertiesOptions{DeleteRetentionPolicy: bad}))(t, 400, "InvalidXmlDocument")
	secondary := strings.Replace(setting("BlobEndpoint"), setting("AccountName"), setting("AccountName")+"-secondary", 1)
	credential := need(service.NewSharedKeyCredential(setting("AccountName"), setting("AccountKey")))(t)
	stats := need(service.NewClientWithSharedKeyCredential(secondary, credential, &service.ClientOptions{ClientOptions: oneTry}))(t)
	equal(t, *need(stats.GetStatistics(ctx, nil))(t).GeoReplication.Status, "live")
}

func TestAccountInformationEverywhere(t *testing.T) {
	home := newContainer(t)
	equal(t, *need(home.GetAccountInfo(ctx, nil))(t).AccountKind, "StorageV2")
	equal(t, *need(home.NewBlobClient("blob").GetAccountInfo(ctx, nil))(t).AccountKind, "StorageV2")
}
