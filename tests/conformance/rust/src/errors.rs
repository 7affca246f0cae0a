use azure_core::http::StatusCode;
use azure_storage_blob::{models::StorageErrorCode, StorageError};
use futures::TryStreamExt;

use crate::env::{container_with, in_container, pairs, refused, service, unique, upload, with_blob, Outcome};

#[tokio::test]
async fn blob_that_is_not_there() -> Outcome {
    with_blob(|blob| async move {
        refused(blob.download(None).await, 404, "BlobNotFound");
        refused(blob.get_properties(None).await, 404, "BlobNotFound");
        refused(blob.delete(None).await, 404, "BlobNotFound");
        refused(blob.set_metadata(&pairs(&[]), None).await, 404, "BlobNotFound");
        assert!(!blob.exists().await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn container_that_is_not_there() -> Outcome {
    let nowhere = service().blob_container_client(&unique());
    refused(nowhere.get_properties(None).await, 404, "ContainerNotFound");
    refused(nowhere.delete(None).await, 404, "ContainerNotFound");
    refused(nowhere.list_blobs(None)?.try_next().await, 404, "ContainerNotFound");
    refused(upload(&nowhere.blob_client("blob"), "x").await, 404, "ContainerNotFound");
    assert!(!nowhere.exists().await?);
    Ok(())
}

#[tokio::test]
async fn container_that_is_there() -> Outcome {
    in_container(|container, _| async move {
        refused(container.create(None).await, 409, "ContainerAlreadyExists");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn container_names() -> Outcome {
    let long = "a".repeat(64);
    for (name, code) in [("Upper", "InvalidResourceName"), ("a--b", "InvalidResourceName"), ("ab", "OutOfRangeInput"), (&long, "OutOfRangeInput")] {
        refused(service().blob_container_client(name).create(None).await, 400, code);
    }
    Ok(())
}

/// The SDK takes code and text from the body.
#[tokio::test]
async fn text_of_an_error() -> Outcome {
    with_blob(|blob| async move {
        let error: StorageError = blob.download(None).await.err().unwrap().try_into()?;
        assert_eq!(error.status_code, StatusCode::NotFound);
        assert_eq!(error.error_code, Some(StorageErrorCode::BlobNotFound));
        assert!(error.message.unwrap().starts_with("The specified blob does not exist.\nRequestId:"));
        assert!(error.request_id.is_some());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn without_a_credential() -> Outcome {
    in_container(|container, name| async move {
        upload(&container.blob_client("blob"), "x").await?;
        refused(container_with(&name, "").get_properties(None).await, 401, "NoAuthenticationInformation");
        Ok(())
    })
    .await
}
