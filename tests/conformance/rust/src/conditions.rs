use azure_core::{
    http::{Etag, RequestContent},
    time::OffsetDateTime,
};
use azure_storage_blob::models::{
    BlobClientDeleteOptions, BlobClientDownloadOptions, BlobClientGetPropertiesOptions, BlobClientGetPropertiesResultHeaders,
    BlobClientSetMetadataOptions, BlobClientSetPropertiesOptions, BlobContainerClientDeleteOptions,
    BlobContainerClientGetPropertiesResultHeaders, BlockBlobClientUploadOptions,
};

use crate::env::{etag, in_container, pairs, refused, some, text_of, upload, with_blob, Outcome, HOUR, OTHER_ETAG};

#[derive(Clone, Debug, Default)]
struct Conditions {
    if_match: Option<Etag>,
    if_none_match: Option<Etag>,
    if_modified_since: Option<OffsetDateTime>,
    if_unmodified_since: Option<OffsetDateTime>,
}

/// Each condition, and whether it holds for a blob of this ETag and time.
fn conditions(its: &Etag, modified: OffsetDateTime) -> Vec<(Conditions, bool)> {
    let (its, other, none) = (Some(its.clone()), etag(OTHER_ETAG), Conditions::default);
    let (time, earlier, later) = (Some(modified), Some(modified - HOUR), Some(modified + HOUR));
    vec![
        (Conditions { if_match: its.clone(), ..none() }, true),
        (Conditions { if_match: other.clone(), ..none() }, false),
        (Conditions { if_match: etag("*"), ..none() }, true),
        (Conditions { if_none_match: its, ..none() }, false),
        (Conditions { if_none_match: other, ..none() }, true),
        (Conditions { if_modified_since: earlier, ..none() }, true),
        (Conditions { if_modified_since: time, ..none() }, false),
        (Conditions { if_unmodified_since: time, ..none() }, true),
        (Conditions { if_unmodified_since: earlier, ..none() }, false),
        (Conditions { if_unmodified_since: later, ..none() }, true),
    ]
}

/// A read that If-None-Match or If-Modified-Since stops is 304, any other 412.
fn read_status(when: &Conditions) -> u16 {
    if when.if_none_match.is_some() || when.if_modified_since.is_some() { 304 } else { 412 }
}

#[tokio::test]
async fn of_reads() -> Outcome {
    with_blob(|blob| async move {
        let put = upload(&blob, "hello").await?;
        for (when, holds) in conditions(&some(put.etag.clone()), some(put.last_modified)) {
            let Conditions { if_match, if_none_match, if_modified_since, if_unmodified_since } = when.clone();
            let options = BlobClientDownloadOptions {
                if_match, if_none_match, if_modified_since, if_unmodified_since, ..Default::default()
            };
            let download = blob.download(Some(options)).await;
            let Conditions { if_match, if_none_match, if_modified_since, if_unmodified_since } = when.clone();
            let options = BlobClientGetPropertiesOptions {
                if_match, if_none_match, if_modified_since, if_unmodified_since, ..Default::default()
            };
            let properties = blob.get_properties(Some(options)).await;
            if holds {
                assert_eq!(&download?.body.collect().await?[..], b"hello");
                assert_eq!(properties?.etag()?, put.etag);
            } else {
                refused(download, read_status(&when), "ConditionNotMet");
                refused(properties, read_status(&when), "ConditionNotMet");
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_writes() -> Outcome {
    with_blob(|blob| async move {
        for number in 0..10 {
            let put = upload(&blob, "hello").await?;
            let (when, holds) = conditions(&some(put.etag), some(put.last_modified)).swap_remove(number);
            let Conditions { if_match, if_none_match, if_modified_since, if_unmodified_since } = when;
            let options = BlockBlobClientUploadOptions {
                if_match, if_none_match, if_modified_since, if_unmodified_since, ..Default::default()
            };
            let answer = blob.upload(RequestContent::from(b"again".to_vec()), Some(options)).await;
            if holds {
                answer?;
                assert_eq!(text_of(&blob).await?, "again");
            } else {
                refused(answer, 412, "ConditionNotMet");
                assert_eq!(text_of(&blob).await?, "hello");
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn create_only_if_absent() -> Outcome {
    with_blob(|blob| async move {
        let absent = || Some(BlockBlobClientUploadOptions::default().if_not_exists());
        blob.upload(RequestContent::from(b"first".to_vec()), absent()).await?;
        refused(blob.upload(RequestContent::from(b"second".to_vec()), absent()).await, 409, "BlobAlreadyExists");
        assert_eq!(text_of(&blob).await?, "first");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn update_only_if_present() -> Outcome {
    with_blob(|blob| async move {
        let options = BlockBlobClientUploadOptions { if_match: etag("*"), ..Default::default() };
        refused(blob.upload(RequestContent::from(b"x".to_vec()), Some(options)).await, 412, "ConditionNotMet");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_delete() -> Outcome {
    with_blob(|blob| async move {
        let put = upload(&blob, "hello").await?;
        let other = BlobClientDeleteOptions { if_match: etag(OTHER_ETAG), ..Default::default() };
        refused(blob.delete(Some(other)).await, 412, "ConditionNotMet");
        assert!(blob.exists().await?);
        blob.delete(Some(BlobClientDeleteOptions { if_match: put.etag, ..Default::default() })).await?;
        assert!(!blob.exists().await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_metadata_and_headers() -> Outcome {
    with_blob(|blob| async move {
        upload(&blob, "hello").await?;
        let options = BlobClientSetMetadataOptions { if_match: etag(OTHER_ETAG), ..Default::default() };
        refused(blob.set_metadata(&pairs(&[("a", "b")]), Some(options)).await, 412, "ConditionNotMet");
        let options = BlobClientSetPropertiesOptions { if_match: etag(OTHER_ETAG), ..Default::default() };
        refused(blob.set_properties(Some(options)).await, 412, "ConditionNotMet");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_delete_container() -> Outcome {
    in_container(|container, _| async move {
        let modified = some(container.get_properties(None).await?.last_modified()?);
        let earlier = BlobContainerClientDeleteOptions { if_unmodified_since: Some(modified - HOUR), ..Default::default() };
        refused(container.delete(Some(earlier)).await, 412, "ConditionNotMet");
        assert!(container.exists().await?);
        Ok(())
    })
    .await
}
