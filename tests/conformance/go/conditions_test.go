package conformance

import (
	"io"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// What each condition says of a blob that is there: whether a read and a write go through.
func conditions(etag azcore.ETag, modified time.Time) map[string]struct {
	conditions blob.ModifiedAccessConditions
	holds      bool
} {
	type row = struct {
		conditions blob.ModifiedAccessConditions
		holds      bool
	}
	earlier, later := modified.Add(-time.Hour), modified.Add(time.Hour)
	return map[string]row{
		"If-Match, its ETag":                   {blob.ModifiedAccessConditions{IfMatch: &etag}, true},
		"If-Match, another ETag":               {blob.ModifiedAccessConditions{IfMatch: to.Ptr(otherETag)}, false},
		"If-Match, any":                        {blob.ModifiedAccessConditions{IfMatch: to.Ptr(azcore.ETagAny)}, true},
		"If-None-Match, its ETag":              {blob.ModifiedAccessConditions{IfNoneMatch: &etag}, false},
		"If-None-Match, another ETag":          {blob.ModifiedAccessConditions{IfNoneMatch: to.Ptr(otherETag)}, true},
		"If-Modified-Since, an hour ago":       {blob.ModifiedAccessConditions{IfModifiedSince: &earlier}, true},
		"If-Modified-Since, its time":          {blob.ModifiedAccessConditions{IfModifiedSince: &modified}, false},
		"If-Unmodified-Since, its time":        {blob.ModifiedAccessConditions{IfUnmodifiedSince: &modified}, true},
		"If-Unmodified-Since, an hour ago":     {blob.ModifiedAccessConditions{IfUnmodifiedSince: &earlier}, false},
		"If-Unmodified-Since, in an hour":      {blob.ModifiedAccessConditions{IfUnmodifiedSince: &later}, true},
		"If-Match and If-Unmodified-Since":     {blob.ModifiedAccessConditions{IfMatch: &etag, IfUnmodifiedSince: &later}, true},
		"If-None-Match and If-Modified-Since":  {blob.ModifiedAccessConditions{IfNoneMatch: to.Ptr(otherETag), IfModifiedSince: &earlier}, true},
		"If-Match its, If-Unmodified-Since no": {blob.ModifiedAccessConditions{IfMatch: &etag, IfUnmodifiedSince: &earlier}, false},
	}
}

// notModified tells the two ways to refuse a read apart: 304 when If-None-Match or If-Modified-Since stops it, else 412.
func notModified(c blob.ModifiedAccessConditions) bool {
	return c.IfNoneMatch != nil || c.IfModifiedSince != nil
}

func TestConditionsOfReads(t *testing.T) {
	client := newBlob(t)
	put := upload(t, client, "hello")
	for name, row := range conditions(*put.ETag, *put.LastModified) {
		t.Run(name, func(t *testing.T) {
			answer, err := client.DownloadStream(ctx, &blob.DownloadStreamOptions{AccessConditions: when(row.conditions)})
			properties, errOfProperties := client.GetProperties(ctx, &blob.GetPropertiesOptions{AccessConditions: when(row.conditions)})
			switch {
			case row.holds:
				sameBytes(t, need(io.ReadAll(need(answer, err)(t).Body))(t), []byte("hello"))
				equal(t, *need(properties, errOfProperties)(t).ETag, *put.ETag)
			case notModified(row.conditions): // to this SDK a download that was not modified is no error
				equal(t, *need(answer, err)(t).ErrorCode, "ConditionNotMet")
				refused(properties, errOfProperties)(t, 304, "ConditionNotMet")
			default:
				refused(answer, err)(t, 412, "ConditionNotMet")
				refused(properties, errOfProperties)(t, 412, "ConditionNotMet")
			}
		})
	}
}

func TestConditionsOfWrites(t *testing.T) {
	client := newBlob(t)
	put := upload(t, client, "hello")
	for name, row := range conditions(*put.ETag, *put.LastModified) {
		if row.conditions.IfMatch != nil && row.conditions.IfUnmodifiedSince != nil ||
			row.conditions.IfNoneMatch != nil && row.conditions.IfModifiedSince != nil {
			continue // for writes see TestTwoConditionsOfAWrite
		}
		t.Run(name, func(t *testing.T) {
			client := newBlob(t)
			first := upload(t, client, "hello")
			row := conditions(*first.ETag, *first.LastModified)[name]
			answer, err := client.Upload(ctx, body([]byte("again")), &blockblob.UploadOptions{AccessConditions: when(row.conditions)})
			if row.holds {
				need(answer, err)(t)
				sameBytes(t, download(t, client, nil), []byte("again"))
				return
			}
			refused(answer, err)(t, 412, "ConditionNotMet")
			sameBytes(t, download(t, client, nil), []byte("hello"))
		})
	}
}

func TestCreateOnlyIfAbsent(t *testing.T) {
	client := newBlob(t)
	absent := &blockblob.UploadOptions{AccessConditions: when(blob.ModifiedAccessConditions{IfNoneMatch: to.Ptr(azcore.ETagAny)})}
	need(client.Upload(ctx, body([]byte("first")), absent))(t)
	refused(client.Upload(ctx, body([]byte("second")), absent))(t, 409, "BlobAlreadyExists")
	sameBytes(t, download(t, client, nil), []byte("first"))

	need(client.StageBlock(ctx, blockID(0), body([]byte("third")), nil))(t)
	commit := &blockblob.CommitBlockListOptions{AccessConditions: absent.AccessConditions}
	refused(client.CommitBlockList(ctx, []string{blockID(0)}, commit))(t, 409, "BlobAlreadyExists")
}

func TestDatesOfUncommittedBlocks(t *testing.T) {
	client := newBlob(t)
	need(client.StageBlock(ctx, blockID(0), body([]byte("first")), nil))(t)
	commit := func(since time.Time) *blockblob.CommitBlockListOptions {
		return &blockblob.CommitBlockListOptions{AccessConditions: when(blob.ModifiedAccessConditions{IfModifiedSince: &since})}
	}
	later, earlier := commit(time.Now().Add(time.Hour)), commit(time.Now().Add(-time.Hour))
	refused(client.CommitBlockList(ctx, []string{blockID(0)}, later))(t, 412, "ConditionNotMet")
	need(client.CommitBlockList(ctx, []string{blockID(0)}, earlier))(t)
	sameBytes(t, download(t, client, nil), []byte("first"))
}

func TestUpdateOnlyIfPresent(t *testing.T) {
	present := &blockblob.UploadOptions{AccessConditions: when(blob.ModifiedAccessConditions{IfMatch: to.Ptr(azcore.ETagAny)})}
	refused(newBlob(t).Upload(ctx, body([]byte("x")), present))(t, 412, "ConditionNotMet")
}

func TestConditionsOfDelete(t *testing.T) {
	client := newBlob(t)
	put := upload(t, client, "hello")
	other := &blob.DeleteOptions{AccessConditions: when(blob.ModifiedAccessConditions{IfMatch: to.Ptr(otherETag)})}
	refused(client.Delete(ctx, other))(t, 412, "ConditionNotMet")
	its := &blob.DeleteOptions{AccessConditions: when(blob.ModifiedAccessConditions{IfMatch: put.ETag})}
	need(client.Delete(ctx, its))(t)
	refused(client.GetProperties(ctx, nil))(t, 404, "BlobNotFound")
}

func TestConditionsOfMetadataAndHeaders(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "hello")
	other := when(blob.ModifiedAccessConditions{IfMatch: to.Ptr(otherETag)})
	refused(client.SetMetadata(ctx, map[string]*string{"a": pointer("b")}, &blob.SetMetadataOptions{AccessConditions: other}))(t, 412, "ConditionNotMet")
	refused(client.SetHTTPHeaders(ctx, blob.HTTPHeaders{}, &blob.SetHTTPHeadersOptions{AccessConditions: other}))(t, 412, "ConditionNotMet")
}

func TestConditionsOfDeleteContainer(t *testing.T) {
	client := newContainer(t)
	modified := *need(client.GetProperties(ctx, nil))(t).LastModified
	earlier := &container.DeleteOptions{AccessConditions: &container.AccessConditions{
		ModifiedAccessConditions: &container.ModifiedAccessConditions{IfUnmodifiedSince: to.Ptr(modified.Add(-time.Hour))},
	}}
	refused(client.Delete(ctx, earlier))(t, 412, "ConditionNotMet")
	need(client.GetProperties(ctx, nil))(t)
}
