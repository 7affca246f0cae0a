package conformance

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
)

const aMoment = "2020-01-01T00:00:00.0000000Z"

func TestSnapshots(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "one")
	taken := need(client.CreateSnapshot(ctx, &blob.CreateSnapshotOptions{Metadata: map[string]*string{"of": pointer("test")}}))(t)
	upload(t, client, "two")
	snapshot := need(client.WithSnapshot(*taken.Snapshot))(t)
	sameBytes(t, download(t, snapshot, nil), []byte("one"))
	sameBytes(t, download(t, client, nil), []byte("two"))
	sameMetadata(t, need(snapshot.GetProperties(ctx, nil))(t).Metadata, map[string]string{"of": "test"})
	refused(client.Delete(ctx, nil))(t, 409, "SnapshotsPresent")
	refused(need(client.WithSnapshot(aMoment))(t).DownloadStream(ctx, nil))(t, 404, "BlobNotFound")

	need(client.Delete(ctx, &blob.DeleteOptions{DeleteSnapshots: to.Ptr(blob.DeleteSnapshotsOptionTypeOnly)}))(t)
	refused(snapshot.GetProperties(ctx, nil))(t, 404, "BlobNotFound")
	need(client.CreateSnapshot(ctx, nil))(t)
	need(client.Delete(ctx, &blob.DeleteOptions{DeleteSnapshots: to.Ptr(blob.DeleteSnapshotsOptionTypeInclude)}))(t)
	refused(client.CreateSnapshot(ctx, nil))(t, 404, "BlobNotFound")
}

func TestListOfSnapshots(t *testing.T) {
	account := newContainer(t)
	client := account.NewBlockBlobClient("blob")
	upload(t, client, "one")
	need(client.CreateSnapshot(ctx, nil))(t)
	equal(t, listed(t, account, container.ListBlobsInclude{}), "blob")
	equal(t, listed(t, account, container.ListBlobsInclude{Snapshots: true}), "blob snapshot|blob")
}

func TestVersions(t *testing.T) {
	account := newAccount(t, `{"blobVersioning": true}`)
	client := account.blob(t, "blob")
	first := *upload(t, client, "one").VersionID
	second := *upload(t, client, "two").VersionID
	if first >= second {
		t.Fatal("versions out of order")
	}
	old := need(client.WithVersionID(first))(t)
	sameBytes(t, download(t, old, nil), []byte("one"))
	equal(t, *need(client.GetProperties(ctx, nil))(t).IsCurrentVersion, true)
	refused(need(client.WithVersionID(second))(t).Delete(ctx, nil))(t, 403, "OperationNotAllowedOnRootBlob")
	all := container.ListBlobsInclude{Versions: true}
	equal(t, listed(t, account.container, all), "blob version|blob")

	need(old.SetTier(ctx, blob.AccessTierCool, nil))(t)
	equal(t, *need(old.GetProperties(ctx, nil))(t).AccessTier, "Cool")
	equal(t, *need(client.GetProperties(ctx, nil))(t).AccessTier, "Hot")
	need(client.SetTags(ctx, map[string]string{"of": "first"}, &blob.SetTagsOptions{VersionID: &first}))(t)
	equal(t, len(need(client.GetTags(ctx, &blob.GetTagsOptions{VersionID: &first}))(t).BlobTagSet), 1)
	equal(t, len(need(client.GetTags(ctx, nil))(t).BlobTagSet), 0)

	need(client.Delete(ctx, nil))(t)
	refused(client.GetProperties(ctx, nil))(t, 404, "BlobNotFound")
	equal(t, listed(t, account.container, all), "blob version|blob version")
	need(client.StartCopyFromURL(ctx, old.URL(), nil))(t) // the first is promoted
	sameBytes(t, download(t, client, nil), []byte("one"))
	need(old.Delete(ctx, nil))(t)
	equal(t, listed(t, account.container, all), "blob version|blob")
}

func TestSoftDeletedBlob(t *testing.T) {
	account := newAccount(t, "{}")
	account.keepDeleted(t)
	client := account.blob(t, "blob")
	upload(t, client, "one")
	upload(t, client, "two")
	everything := container.ListBlobsInclude{Deleted: true, Snapshots: true}
	equal(t, listed(t, account.container, everything), "blob deleted snapshot|blob")
	need(client.Delete(ctx, nil))(t)
	refused(client.DownloadStream(ctx, nil))(t, 404, "BlobNotFound")
	equal(t, listed(t, account.container, container.ListBlobsInclude{}), "")
	equal(t, listed(t, account.container, everything), "blob deleted snapshot|blob deleted")
	need(client.Undelete(ctx, nil))(t)
	sameBytes(t, download(t, client, nil), []byte("two"))
	equal(t, listed(t, account.container, everything), "blob snapshot|blob")
	need(client.Delete(ctx, &blob.DeleteOptions{DeleteSnapshots: to.Ptr(blob.DeleteSnapshotsOptionTypeInclude)}))(t)
	account.advance(7*24*3600 + 1)
	refused(client.Undelete(ctx, nil))(t, 404, "BlobNotFound")
	equal(t, listed(t, account.container, everything), "")
}

func TestSoftDeletedContainer(t *testing.T) {
	account := newAccount(t, `{"containerDeleteRetentionDays": 7}`)
	upload(t, account.blob(t, "blob"), "hello")
	need(account.container.Delete(ctx, nil))(t)
	deleted := func() []*service.ContainerItem {
		include := &service.ListContainersOptions{Include: service.ListContainersInclude{Deleted: true}}
		return need(account.blobs.NewListContainersPager(include).NextPage(ctx))(t).ContainerItems
	}
	item := deleted()[0]
	equal(t, *item.Deleted, true)
	refused(account.blobs.RestoreContainer(ctx, *item.Name, "01D0000000000000", nil))(t, 404, "ContainerNotFound")
	need(account.blobs.RestoreContainer(ctx, *item.Name, *item.Version, nil))(t)
	sameBytes(t, download(t, account.blob(t, "blob"), nil), []byte("hello"))
	need(account.container.Delete(ctx, nil))(t)
	item = deleted()[0]
	need(account.container.Create(ctx, nil))(t)
	refused(account.blobs.RestoreContainer(ctx, *item.Name, *item.Version, nil))(t, 409, "ContainerAlreadyExists")
	need(account.container.Delete(ctx, nil))(t)
	account.advance(7*24*3600 + 1)
	equal(t, len(deleted()), 0)
}

func TestTiers(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "hello")
	equal(t, *need(client.GetProperties(ctx, nil))(t).AccessTierInferred, true)
	need(client.SetTier(ctx, blob.AccessTierCool, nil))(t)
	properties := need(client.GetProperties(ctx, nil))(t)
	equal(t, *properties.AccessTier, "Cool")
	if properties.AccessTierInferred != nil {
		t.Fatal("inferred")
	}
	refused(client.SetTier(ctx, "Lukewarm", nil))(t, 400, "InvalidHeaderValue")
	refused(client.SetTier(ctx, blob.AccessTierP10, nil))(t, 400, "AccessTierNotSupportedForBlobType")
	refused(newBlob(t).SetTier(ctx, blob.AccessTierCool, nil))(t, 404, "BlobNotFound")

	need(client.Upload(ctx, body([]byte("old")), &blockblob.UploadOptions{Tier: to.Ptr(blob.AccessTierArchive)}))(t)
	refused(client.DownloadStream(ctx, nil))(t, 409, "BlobArchived")
	high := &blob.SetTierOptions{RehydratePriority: to.Ptr(blob.RehydratePriorityHigh)}
	need(client.SetTier(ctx, blob.AccessTierHot, high))(t)
	equal(t, *need(client.GetProperties(ctx, nil))(t).ArchiveStatus, "rehydrate-pending-to-hot")
	refused(client.DownloadStream(ctx, nil))(t, 409, "BlobBeingRehydrated")
}

func TestSnapshotsStayInTheArchive(t *testing.T) {
	client := newBlob(t)
	upload(t, client, "hello")
	taken := need(client.CreateSnapshot(ctx, nil))(t)
	snapshot := need(client.WithSnapshot(*taken.Snapshot))(t)
	need(snapshot.SetTier(ctx, blob.AccessTierArchive, nil))(t)
	refused(snapshot.SetTier(ctx, blob.AccessTierCool, nil))(t, 409, "BlobOperationNotSupported")
	equal(t, *need(snapshot.GetProperties(ctx, nil))(t).AccessTier, "Archive")
}

func TestRehydrationEnds(t *testing.T) {
	account := newAccount(t, "{}")
	client := account.blob(t, "blob")
	need(client.Upload(ctx, body([]byte("old")), &blockblob.UploadOptions{Tier: to.Ptr(blob.AccessTierArchive)}))(t)
	need(client.SetTier(ctx, blob.AccessTierHot, nil))(t)
	account.advance(15*3600 + 1)
	sameBytes(t, download(t, client, nil), []byte("old"))
	equal(t, *need(client.GetProperties(ctx, nil))(t).AccessTier, "Hot")
}
