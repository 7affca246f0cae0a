package conformance

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/lease"
)

// Two ids of leases.
const (
	leaseA = "11111111-aaaa-bbbb-cccc-000000000001"
	leaseB = "22222222-aaaa-bbbb-cccc-000000000002"
)

func leaseOfBlob(t *testing.T, client *blockblob.Client, id string) *lease.BlobClient {
	t.Helper()
	return need(lease.NewBlobClient(client, &lease.BlobClientOptions{LeaseID: &id}))(t)
}

func leaseOfContainer(t *testing.T, client *container.Client, id string) *lease.ContainerClient {
	t.Helper()
	return need(lease.NewContainerClient(client, &lease.ContainerClientOptions{LeaseID: &id}))(t)
}

func holding(id string) *blob.AccessConditions {
	return &blob.AccessConditions{LeaseAccessConditions: &blob.LeaseAccessConditions{LeaseID: &id}}
}

func TestLeaseOfABlob(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "hello")
	mine, other := leaseOfBlob(t, client, leaseA), leaseOfBlob(t, client, leaseB)

	equal(t, *need(mine.AcquireLease(ctx, 60, nil))(t).LeaseID, leaseA)
	properties := need(client.GetProperties(ctx, nil))(t)
	equal(t, *properties.LeaseState, lease.StateTypeLeased)
	equal(t, *properties.LeaseStatus, lease.StatusTypeLocked)
	equal(t, *properties.LeaseDuration, lease.DurationTypeFixed)
	refused(other.AcquireLease(ctx, 60, nil))(t, 409, "LeaseAlreadyPresent")
	refused(other.RenewLease(ctx, nil))(t, 409, "LeaseIdMismatchWithLeaseOperation")
	need(mine.RenewLease(ctx, nil))(t)

	equal(t, *need(mine.ChangeLease(ctx, leaseB, nil))(t).LeaseID, leaseB)
	refused(leaseOfBlob(t, client, leaseA).ReleaseLease(ctx, nil))(t, 409, "LeaseIdMismatchWithLeaseOperation")
	need(mine.ReleaseLease(ctx, nil))(t) // it knows its new id
	equal(t, *need(client.GetProperties(ctx, nil))(t).LeaseState, lease.StateTypeAvailable)
	refused(other.BreakLease(ctx, nil))(t, 409, "LeaseNotPresentWithLeaseOperation")
	refused(mine.AcquireLease(ctx, 14, nil))(t, 400, "InvalidHeaderValue")

	need(other.AcquireLease(ctx, -1, nil))(t)
	equal(t, *need(client.GetProperties(ctx, nil))(t).LeaseDuration, lease.DurationTypeInfinite)
	equal(t, *need(other.BreakLease(ctx, &lease.BlobBreakOptions{BreakPeriod: to.Ptr(int32(60))}))(t).LeaseTime, 60)
	equal(t, *need(client.GetProperties(ctx, nil))(t).LeaseState, lease.StateTypeBreaking)
	refused(leaseOfBlob(t, client, leaseA).AcquireLease(ctx, 15, nil))(t, 409, "LeaseAlreadyPresent")
	refused(other.ChangeLease(ctx, leaseA, nil))(t, 409, "LeaseIsBreakingAndCannotBeChanged")
	equal(t, *need(other.BreakLease(ctx, &lease.BlobBreakOptions{BreakPeriod: to.Ptr(int32(0))}))(t).LeaseTime, 0)
	equal(t, *need(client.GetProperties(ctx, nil))(t).LeaseState, lease.StateTypeBroken)
	refused(leaseOfBlob(t, client, leaseB).RenewLease(ctx, nil))(t, 409, "LeaseIsBrokenAndCannotBeRenewed")
}

func TestLeaseGuardsABlob(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "hello")
	need(leaseOfBlob(t, client, leaseA).AcquireLease(ctx, -1, nil))(t)
	write := func(conditions *blob.AccessConditions) (blockblob.UploadResponse, error) {
		return client.Upload(ctx, body([]byte("again")), &blockblob.UploadOptions{AccessConditions: conditions})
	}
	refused(write(nil))(t, 412, "LeaseIdMissing")
	refused(write(holding(leaseB)))(t, 412, "LeaseIdMismatchWithBlobOperation")
	refused(client.Delete(ctx, nil))(t, 412, "LeaseIdMissing")
	refused(client.SetMetadata(ctx, nil, nil))(t, 412, "LeaseIdMissing")
	sameBytes(t, download(t, client, nil), []byte("hello"))
	sameBytes(t, download(t, client, &blob.DownloadStreamOptions{AccessConditions: holding(leaseA)}), []byte("hello"))
	refused(client.DownloadStream(ctx, &blob.DownloadStreamOptions{AccessConditions: holding(leaseB)}))(t, 412, "LeaseIdMismatchWithBlobOperation")
	need(write(holding(leaseA)))(t)
	need(leaseOfBlob(t, client, leaseA).ReleaseLease(ctx, nil))(t)
	refused(write(holding(leaseA)))(t, 412, "LeaseNotPresentWithBlobOperation")
	need(client.Delete(ctx, nil))(t)
}

func TestLeaseWithConditions(t *testing.T) {
	client := newBlob(t)
	put := upload(t, client, "hello")
	mine := leaseOfBlob(t, client, leaseA)
	no := &lease.ModifiedAccessConditions{IfMatch: to.Ptr(azcore.ETag(otherETag))}
	yes := &lease.ModifiedAccessConditions{IfMatch: put.ETag}
	refused(mine.AcquireLease(ctx, 15, &lease.BlobAcquireOptions{ModifiedAccessConditions: no}))(t, 412, "ConditionNotMet")
	need(mine.AcquireLease(ctx, 15, &lease.BlobAcquireOptions{ModifiedAccessConditions: yes}))(t)
	refused(mine.ReleaseLease(ctx, &lease.BlobReleaseOptions{ModifiedAccessConditions: no}))(t, 412, "ConditionNotMet")
	need(mine.ReleaseLease(ctx, &lease.BlobReleaseOptions{ModifiedAccessConditions: yes}))(t)
	refused(leaseOfBlob(t, newBlob(t), leaseA).AcquireLease(ctx, 15, nil))(t, 404, "BlobNotFound")
}

func TestLeaseOfAContainer(t *testing.T) {
	client := newContainer(t)
	mine, other := leaseOfContainer(t, client, leaseA), leaseOfContainer(t, client, leaseB)
	equal(t, *need(mine.AcquireLease(ctx, 15, nil))(t).LeaseID, leaseA)
	equal(t, *need(client.GetProperties(ctx, nil))(t).LeaseState, lease.StateTypeLeased)
	refused(client.Delete(ctx, nil))(t, 412, "LeaseIdMissing")
	refused(other.AcquireLease(ctx, 15, nil))(t, 409, "LeaseAlreadyPresent")
	refused(other.RenewLease(ctx, nil))(t, 409, "LeaseIdMismatchWithLeaseOperation")
	need(mine.RenewLease(ctx, nil))(t)
	equal(t, *need(mine.ChangeLease(ctx, leaseB, nil))(t).LeaseID, leaseB)
	held := &container.LeaseAccessConditions{LeaseID: to.Ptr(leaseA)}
	refused(client.GetProperties(ctx, &container.GetPropertiesOptions{LeaseAccessConditions: held}))(t, 412, "LeaseIdMismatchWithContainerOperation")
	need(other.ReleaseLease(ctx, nil))(t)
	need(other.AcquireLease(ctx, -1, nil))(t)
	equal(t, *need(other.BreakLease(ctx, nil))(t).LeaseTime, 0)
	equal(t, *need(client.GetProperties(ctx, nil))(t).LeaseState, lease.StateTypeBroken)
}

func TestLeaseExpires(t *testing.T) {
	account := newAccount(t, "{}")
	client := account.blob(t, "blob")
	upload(t, client, "hello")
	mine := leaseOfBlob(t, client, leaseA)
	need(mine.AcquireLease(ctx, 15, nil))(t)
	account.advance(16)
	equal(t, *need(client.GetProperties(ctx, nil))(t).LeaseState, lease.StateTypeExpired)
	need(mine.RenewLease(ctx, nil))(t)
	account.advance(16)
	upload(t, client, "again")
	refused(mine.RenewLease(ctx, nil))(t, 409, "LeaseIdMismatchWithLeaseOperation") // as the blob was changed since
}
