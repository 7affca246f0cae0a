use std::time::Duration;

use azure_core::http::RequestContent;
use azure_storage_blob::models::{
    BlobClientGetPropertiesResultHeaders, BlobContainerClientGetPropertiesResultHeaders,
    BlobServiceClientListContainersOptions, PublicAccessType, SignedIdentifiers,
};
use futures::TryStreamExt;

use crate::env::{
    account_sas, after, blob_with, container_with, in_container, refused, service_with, set_acl, some, text_of, upload, Outcome, ServiceSas,
    HOUR,
};

#[tokio::test]
async fn account() -> Outcome {
    in_container(|_, name| async move {
        let service = service_with(&account_sas("sco", "rwdlac", &after(HOUR)));
        let container = service.blob_container_client(&name);
        upload(&container.blob_client("blob"), "hello").await?;
        assert_eq!(text_of(&container.blob_client("blob")).await?, "hello");
        assert_eq!(some(container.list_blobs(None)?.try_next().await?).name.as_deref(), Some("blob"));
        let options = BlobServiceClientListContainersOptions { prefix: Some(name.clone()), ..Default::default() };
        assert_eq!(some(service.list_containers(Some(options))?.try_next().await?).name, Some(name));
        container.blob_client("blob").delete(None).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn account_for_one_container_or_blob() -> Outcome {
    in_container(|_, name| async move {
        let query = account_sas("co", "rwl", &after(HOUR));
        upload(&blob_with(&name, "a/b c", &query), "hello").await?;
        let found = container_with(&name, &query).list_blobs(None)?.try_next().await?;
        assert_eq!(some(found).name.as_deref(), Some("a/b c"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn account_without_the_permission() -> Outcome {
    in_container(|owner, name| async move {
        upload(&owner.blob_client("blob"), "hello").await?;
        let reader = service_with(&account_sas("sco", "r", &after(HOUR))).blob_container_client(&name);
        let blob = reader.blob_client("blob");
        assert_eq!(text_of(&blob).await?, "hello");
        refused(upload(&blob, "x").await, 403, "AuthorizationPermissionMismatch");
        refused(blob.delete(None).await, 403, "AuthorizationPermissionMismatch");
        refused(reader.list_blobs(None)?.try_next().await, 403, "AuthorizationPermissionMismatch");

        let creator = service_with(&account_sas("sco", "c", &after(HOUR))).blob_container_client(&name);
        upload(&creator.blob_client("new"), "x").await?;
        let again = creator.blob_client("blob").upload(RequestContent::from(b"x".to_vec()), None).await;
        refused(again, 403, "UnauthorizedBlobOverwrite");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn account_for_another_resource_type() -> Outcome {
    in_container(|_, name| async move {
        let service = service_with(&account_sas("o", "rl", &after(HOUR)));
        let listing = service.blob_container_client(&name).list_blobs(None)?.try_next().await;
        refused(listing, 403, "AuthorizationResourceTypeMismatch");
        refused(service.list_containers(None)?.try_next().await, 403, "AuthorizationResourceTypeMismatch");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn account_that_expires_now() -> Outcome {
    in_container(|_, name| async move {
        let service = service_with(&account_sas("sco", "r", &after(Duration::ZERO)));
        refused(service.blob_container_client(&name).get_properties(None).await, 403, "AuthenticationFailed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn account_with_a_changed_letter() -> Outcome {
    in_container(|_, name| async move {
        let query = account_sas("sco", "r", &after(HOUR)).replace("sp=r", "sp=rw");
        refused(service_with(&query).blob_container_client(&name).get_properties(None).await, 403, "AuthenticationFailed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_a_blob() -> Outcome {
    in_container(|owner, name| async move {
        upload(&owner.blob_client("blob"), "hello").await?;
        upload(&owner.blob_client("other"), "other").await?;
        let query = ServiceSas { permissions: "r", expiry: &after(HOUR), ..Default::default() }.of(&name, Some("blob"));
        let reader = blob_with(&name, "blob", &query);
        assert_eq!(text_of(&reader).await?, "hello");
        refused(upload(&reader, "x").await, 403, "AuthorizationPermissionMismatch");
        // Signed for another name.
        refused(blob_with(&name, "other", &query).download(None).await, 403, "AuthenticationFailed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_a_blob_that_creates() -> Outcome {
    in_container(|owner, name| async move {
        let by = |permissions| {
            let query = ServiceSas { permissions, expiry: &after(HOUR), ..Default::default() }.of(&name, Some("a/ö b"));
            blob_with(&name, "a/ö b", &query)
        };
        // blob_with takes one path segment: its "/" arrives as %2F, which names the same blob.
        upload(&by("c"), "hello").await?;
        refused(upload(&by("c"), "x").await, 403, "UnauthorizedBlobOverwrite");
        upload(&by("w"), "again").await?;
        assert_eq!(text_of(&owner.blob_client("a/ö b")).await?, "again");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_a_blob_with_a_header() -> Outcome {
    in_container(|owner, name| async move {
        upload(&owner.blob_client("blob"), "hello").await?;
        let sas = ServiceSas { permissions: "r", expiry: &after(HOUR), content_type: "text/plain; charset=utf-8", ..Default::default() };
        let found = blob_with(&name, "blob", &sas.of(&name, Some("blob"))).get_properties(None).await?;
        assert_eq!(found.content_type()?.as_deref(), Some("text/plain; charset=utf-8"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_a_container() -> Outcome {
    in_container(|_, name| async move {
        let by = |permissions| {
            container_with(&name, &ServiceSas { permissions, expiry: &after(HOUR), ..Default::default() }.of(&name, None))
        };
        let all = by("rlcwd");
        upload(&all.blob_client("blob"), "hello").await?;
        assert_eq!(text_of(&all.blob_client("blob")).await?, "hello");
        assert_eq!(some(all.list_blobs(None)?.try_next().await?).name.as_deref(), Some("blob"));
        all.blob_client("blob").delete(None).await?;

        let writer = by("w");
        upload(&writer.blob_client("blob"), "hello").await?;
        refused(writer.blob_client("blob").download(None).await, 403, "AuthorizationPermissionMismatch");
        refused(writer.list_blobs(None)?.try_next().await, 403, "AuthorizationPermissionMismatch");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn by_time_address_and_protocol() -> Outcome {
    in_container(|owner, name| async move {
        upload(&owner.blob_client("blob"), "hello").await?;
        let (soon, hour) = (after(HOUR / 2), after(HOUR));
        let good = || ServiceSas { permissions: "r", expiry: &hour, ..Default::default() };
        for (sas, code) in [
            (ServiceSas { expiry: "2020-01-01T00:00:00Z", ..good() }, "AuthenticationFailed"),
            (ServiceSas { start: &soon, ..good() }, "AuthenticationFailed"),
            (ServiceSas { addresses: "168.1.5.60-168.1.5.70", ..good() }, "AuthorizationSourceIPMismatch"),
            (ServiceSas { protocol: "https", ..good() }, "AuthorizationProtocolMismatch"),
        ] {
            let blob = container_with(&name, &sas.of(&name, None)).blob_client("blob");
            refused(blob.get_properties(None).await, 403, code);
        }
        let both = ServiceSas { protocol: "https,http", start: "2020-01-01", ..good() };
        assert_eq!(text_of(&container_with(&name, &both.of(&name, None)).blob_client("blob")).await?, "hello");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn by_stored_policy() -> Outcome {
    in_container(|owner, name| async move {
        upload(&owner.blob_client("blob"), "hello").await?;
        let policy = |letters: &str| {
            format!(
                "<SignedIdentifier><Id>readers</Id><AccessPolicy><Expiry>2100-01-02T03:04:05Z</Expiry>\
                 <Permission>{letters}</Permission></AccessPolicy></SignedIdentifier>"
            )
        };
        refused(owner.set_access_policy(SignedIdentifiers::default().try_into()?, None).await, 403, "AuthorizationFailure");
        refused(owner.get_access_policy(None).await, 403, "AuthorizationFailure");
        set_acl(&name, None, &policy("r"))?;

        let client = container_with(&name, &ServiceSas { identifier: "readers", ..Default::default() }.of(&name, None));
        assert_eq!(text_of(&client.blob_client("blob")).await?, "hello");
        refused(client.list_blobs(None)?.try_next().await, 403, "AuthorizationPermissionMismatch");
        let unknown = container_with(&name, &ServiceSas { identifier: "writers", ..Default::default() }.of(&name, None));
        refused(unknown.blob_client("blob").get_properties(None).await, 403, "AuthenticationFailed");

        set_acl(&name, None, &policy("l"))?; // the same SAS follows
        assert_eq!(some(client.list_blobs(None)?.try_next().await?).name.as_deref(), Some("blob"));
        set_acl(&name, None, "")?;
        refused(client.list_blobs(None)?.try_next().await, 403, "AuthenticationFailed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn public_access() -> Outcome {
    in_container(|owner, name| async move {
        upload(&owner.blob_client("blob"), "hello").await?;
        let nobody = container_with(&name, "");
        refused(nobody.blob_client("blob").get_properties(None).await, 401, "NoAuthenticationInformation");
        set_acl(&name, Some("blob"), "")?;
        assert_eq!(owner.get_properties(None).await?.access()?, Some(PublicAccessType::Blob));
        assert_eq!(text_of(&nobody.blob_client("blob")).await?, "hello");
        refused(nobody.list_blobs(None)?.try_next().await, 401, "NoAuthenticationInformation");
        set_acl(&name, Some("container"), "")?;
        assert_eq!(some(nobody.list_blobs(None)?.try_next().await?).name.as_deref(), Some("blob"));
        Ok(())
    })
    .await
}
