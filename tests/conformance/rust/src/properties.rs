use azure_core::http::RequestContent;
use azure_storage_blob::models::{
    AccountKind, BlobClientGetPropertiesResultHeaders, BlobClientSetPropertiesOptions, BlobContainerClientCreateOptions,
    BlobContainerClientGetPropertiesResultHeaders, BlobServiceClientGetAccountInfoResultHeaders, BlockBlobClientUploadOptions,
    LeaseState, LeaseStatus,
};

use crate::env::{pairs, refused, service, some, unique, upload, with_blob, Outcome};

#[tokio::test]
async fn http_headers() -> Outcome {
    with_blob(|blob| async move {
        let options = BlockBlobClientUploadOptions {
            blob_content_type: Some("text/plain".into()),
            blob_content_encoding: Some("identity".into()),
            blob_content_language: Some("de".into()),
            blob_content_disposition: Some("attachment".into()),
            blob_cache_control: Some("no-store".into()),
            ..Default::default()
        };
        blob.upload(RequestContent::from(b"hello".to_vec()), Some(options)).await?;
        let found = blob.get_properties(None).await?;
        assert_eq!(found.content_type()?.as_deref(), Some("text/plain"));
        assert_eq!(found.content_encoding()?.as_deref(), Some("identity"));
        assert_eq!(found.content_language()?.as_deref(), Some("de"));
        assert_eq!(found.content_disposition()?.as_deref(), Some("attachment"));
        assert_eq!(found.cache_control()?.as_deref(), Some("no-store"));

        let options = BlobClientSetPropertiesOptions { blob_content_type: Some("a/b".into()), ..Default::default() };
        blob.set_properties(Some(options)).await?;
        let found = blob.get_properties(None).await?;
        assert_eq!(found.content_type()?.as_deref(), Some("a/b"));
        assert_eq!(found.cache_control()?, None); // what Set Blob Properties does not name it clears
        Ok(())
    })
    .await
}

#[tokio::test]
async fn blob_metadata() -> Outcome {
    with_blob(|blob| async move {
        let options = BlockBlobClientUploadOptions {
            metadata: Some(pairs(&[("one", "1"), ("two", "a b")])),
            ..Default::default()
        };
        blob.upload(RequestContent::from(vec![]), Some(options)).await?;
        let first = blob.get_properties(None).await?;
        assert_eq!(first.metadata()?, pairs(&[("one", "1"), ("two", "a b")]));
        blob.set_metadata(&pairs(&[("three", "3")]), None).await?;
        let second = blob.get_properties(None).await?;
        assert_eq!(second.metadata()?, pairs(&[("three", "3")]));
        assert_ne!(first.etag()?, second.etag()?);
        assert_eq!(blob.download(None).await?.properties.metadata, pairs(&[("three", "3")]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn invalid_metadata() -> Outcome {
    with_blob(|blob| async move {
        upload(&blob, "").await?;
        refused(blob.set_metadata(&pairs(&[("not-a-name", "1")]), None).await, 400, "InvalidMetadata");
        refused(blob.set_metadata(&pairs(&[("large", &"x".repeat(8 << 10))]), None).await, 400, "MetadataTooLarge");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_a_container() -> Outcome {
    let container = service().blob_container_client(&unique());
    let options = BlobContainerClientCreateOptions { metadata: Some(pairs(&[("of", "test")])), ..Default::default() };
    container.create(Some(options)).await?;
    let found = container.get_properties(None).await?;
    container.set_metadata(&pairs(&[("a", "1")]), None).await?;
    let changed = container.get_properties(None).await?;
    container.delete(None).await?;
    assert_eq!(found.metadata()?, pairs(&[("of", "test")]));
    assert_eq!(found.lease_state()?, Some(LeaseState::Available));
    assert_eq!(found.lease_status()?, Some(LeaseStatus::Unlocked));
    assert_eq!(found.access()?, None);
    assert_eq!(changed.metadata()?, pairs(&[("a", "1")]));
    assert_ne!(found.etag()?, changed.etag()?);
    Ok(())
}

#[tokio::test]
async fn of_the_account() -> Outcome {
    let found = service().get_account_info(None).await?;
    assert_eq!(found.account_kind()?, Some(AccountKind::StorageV2));
    some(found.sku_name()?);
    Ok(())
}
