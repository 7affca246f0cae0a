package conformance

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/lease"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/service"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/share"
)

// callsUnder is every operation on a share that takes a lease id.
func callsUnder(home *share.Client, id string) map[string]func() error {
	held := &share.LeaseAccessConditions{LeaseID: &id}
	return map[string]func() error{
		"get properties": func() error {
			return failure(home.GetProperties(ctx, &share.GetPropertiesOptions{LeaseAccessConditions: held}))
		},
		"set properties": func() error {
			return failure(home.SetProperties(ctx, &share.SetPropertiesOptions{Quota: to.Ptr(int32(5)), LeaseAccessConditions: held}))
		},
		"set metadata": func() error {
			return failure(home.SetMetadata(ctx, &share.SetMetadataOptions{LeaseAccessConditions: held}))
		},
		"get policies": func() error {
			return failure(home.GetAccessPolicy(ctx, &share.GetAccessPolicyOptions{LeaseAccessConditions: held}))
		},
		"set policies": func() error {
			return failure(home.SetAccessPolicy(ctx, &share.SetAccessPolicyOptions{LeaseAccessConditions: held}))
		},
		"get statistics": func() error {
			return failure(home.GetStatistics(ctx, &share.GetStatisticsOptions{LeaseAccessConditions: held}))
		},
		"delete": func() error { return failure(home.Delete(ctx, &share.DeleteOptions{LeaseAccessConditions: held})) },
	}
}

func TestShareUnderALease(t *testing.T) {
	home := newShare(t, nil)
	eachRefused(t, callsUnder(home, leaseA), 412, "LeaseNotPresentWithContainerOperation")
	held := leaseOfShare(t, home, leaseA)
	need(held.Acquire(ctx, -1, nil))(t)
	eachRefused(t, callsUnder(home, leaseB), 412, "LeaseIdMismatchWithContainerOperation")
	need(held.Release(ctx, nil))(t)
}

func TestLeaseOfAShareRefusals(t *testing.T) {
	home := newShare(t, nil)
	held, other := leaseOfShare(t, home, leaseA), leaseOfShare(t, home, leaseB)
	missing := leaseOfShare(t, missingShare(t), leaseA)
	refused(missing.Renew(ctx, nil))(t, 404, "ShareNotFound")
	refused(missing.Change(ctx, leaseB, nil))(t, 404, "ShareNotFound")
	refused(leaseOfShare(t, missingShare(t), leaseA).Release(ctx, nil))(t, 404, "ShareNotFound")
	refused(missing.Break(ctx, nil))(t, 404, "ShareNotFound")
	refused(leaseOfShare(t, home, leaseA).Change(ctx, leaseB, nil))(t, 409, "LeaseNotPresentWithLeaseOperation")
	need(held.Acquire(ctx, 60, nil))(t)
	refused(held.Break(ctx, &lease.ShareBreakOptions{BreakPeriod: to.Ptr(int32(61))}))(t, 400, "InvalidHeaderValue")
	refused(other.Change(ctx, "33333333-aaaa-bbbb-cccc-000000000003", nil))(t, 409, "LeaseIdMismatchWithLeaseOperation")
	need(held.Break(ctx, &lease.ShareBreakOptions{BreakPeriod: to.Ptr(int32(60))}))(t)
	refused(leaseOfShare(t, home, leaseA).Acquire(ctx, 60, nil))(t, 409, "LeaseIsBreakingAndCannotBeAcquired")
	refused(leaseOfShare(t, home, leaseA).Change(ctx, leaseB, nil))(t, 409, "LeaseIsBreakingAndCannotBeChanged")
	need(held.Break(ctx, &lease.ShareBreakOptions{BreakPeriod: to.Ptr(int32(0))}))(t)
}

func TestShareSnapshotRefusals(t *testing.T) {
	home := newShare(t, nil)
	at := func(snapshot string) *share.Client { return need(home.WithSnapshot(snapshot))(t) }
	refused(at("2020-01-01T00:00:00.0000000Z").GetProperties(ctx, nil))(t, 404, "ShareSnapshotNotFound")
	refused(at("yesterday").GetProperties(ctx, nil))(t, 400, "InvalidQueryParameterValue")
	refused(fileService(t).NewShareClient("Upper").GetProperties(ctx, nil))(t, 400, "InvalidResourceName")
	taken := *need(home.CreateSnapshot(ctx, nil))(t).Snapshot
	need(leaseOfShare(t, at(taken), leaseA).Acquire(ctx, -1, nil))(t)
	include := &share.DeleteOptions{DeleteSnapshots: to.Ptr(share.DeleteSnapshotsOptionTypeInclude)}
	refused(home.Delete(ctx, include))(t, 409, "DeleteShareWhenSnapshotLeased")
}

func TestSnapshotsBeyondTheirNumber(t *testing.T) {
	home := newShare(t, nil)
	for range 200 {
		need(home.CreateSnapshot(ctx, nil))(t)
	}
	refused(home.CreateSnapshot(ctx, nil))(t, 409, "ShareSnapshotCountExceeded")
}

func TestFileServiceRefusals(t *testing.T) {
	account, _ := fileAccount(t, "{}")
	rule := &service.CORSRule{
		AllowedOrigins: pointer("*"), AllowedMethods: pointer("TRACE"), AllowedHeaders: pointer(""),
		ExposedHeaders: pointer(""), MaxAgeInSeconds: to.Ptr(int32(5)),
	}
	refused(account.SetProperties(ctx, &service.SetPropertiesOptions{CORS: []*service.CORSRule{rule}}))(t, 400, "InvalidXmlNodeValue")
	pager := account.NewListSharesPager(&service.ListSharesOptions{Marker: pointer("none")})
	refused(pager.NextPage(ctx))(t, 400, "OutOfRangeInput")

}
