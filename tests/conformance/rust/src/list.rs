use azure_core::http::RequestContent;
use azure_storage_blob::{
    models::{
        AccessTier, BlobContainerClientCreateOptions, BlobContainerClientListBlobsOptions,
        BlobServiceClientListContainersOptions, BlobType, BlockBlobClientUploadOptions, ListBlobsIncludeItem,
        ListContainersIncludeType,
    },
    BlobContainerClient,
};
use futures::TryStreamExt;

use crate::env::{in_container, pairs, service, some, text_of, unique, upload, Outcome};

/// The names on each page, joined by spaces.
async fn pages(
    container: &BlobContainerClient,
    options: BlobContainerClientListBlobsOptions<'_>,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut pages = container.list_blobs(Some(options))?.into_pages();
    let mut found = vec![];
    while let Some(page) = pages.try_next().await? {
        let items = page.into_model()?.blob_items;
        let names: Vec<String> = items.into_iter().map(|item| some(item.name)).collect();
        found.push(names.join(" "));
    }
    Ok(found)
}

async fn fill(container: &BlobContainerClient, names: &[&str]) -> Outcome {
    for name in names {
        upload(&container.blob_client(name), *name).await?;
    }
    Ok(())
}

#[tokio::test]
async fn in_pages() -> Outcome {
    in_container(|container, _| async move {
        fill(&container, &["e", "B", "a", "d", "c", "a/b", "é"]).await?;
        let options = BlobContainerClientListBlobsOptions { maxresults: Some(3), ..Default::default() };
        assert_eq!(pages(&container, options).await?, ["B a a/b", "c d e", "é"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn of_nothing() -> Outcome {
    in_container(|container, _| async move {
        assert_eq!(pages(&container, Default::default()).await?, [""]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn by_prefix() -> Outcome {
    in_container(|container, _| async move {
        fill(&container, &["a", "ab", "abc", "b"]).await?;
        let options = BlobContainerClientListBlobsOptions { prefix: Some("ab".into()), ..Default::default() };
        assert_eq!(pages(&container, options).await?, ["ab abc"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn properties_shown() -> Outcome {
    in_container(|container, _| async move {
        let options = BlockBlobClientUploadOptions {
            blob_content_type: Some("text/plain".into()),
            metadata: Some(pairs(&[("name", "value")])),
            ..Default::default()
        };
        let put = container.blob_client("blob").upload(RequestContent::from(b"hello".to_vec()), Some(options)).await?;
        let include = Some(vec![ListBlobsIncludeItem::Metadata]);
        let options = BlobContainerClientListBlobsOptions { include, ..Default::default() };
        let item = some(container.list_blobs(Some(options))?.try_next().await?);
        assert_eq!(some(item.metadata).values, Some(pairs(&[("name", "value")])));
        let properties = some(item.properties);
        // A listing shows ETags without quotes.
        assert_eq!(some(put.etag).to_string(), format!("\"{}\"", some(properties.etag)));
        assert_eq!(properties.last_modified, put.last_modified);
        assert_eq!(properties.content_length, Some(5));
        assert_eq!(properties.content_type.as_deref(), Some("text/plain"));
        assert_eq!(properties.blob_type, Some(BlobType::BlockBlob));
        assert_eq!(properties.access_tier, Some(AccessTier::Hot));
        assert_eq!(properties.access_tier_inferred, Some(true));

        let plain = some(container.list_blobs(None)?.try_next().await?);
        assert!(plain.metadata.is_none());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn names_of_all_kinds() -> Outcome {
    in_container(|container, _| async move {
        let wanted = ["100% a+b&c=d;e?#", "<tag>&amp;\"'", "größe/日本/𝄞"];
        fill(&container, &wanted).await?;
        let mut found = vec![];
        let mut items = container.list_blobs(None)?;
        while let Some(item) = items.try_next().await? {
            let name = some(item.name);
            assert_eq!(text_of(&container.blob_client(&name)).await?, name);
            found.push(name);
        }
        assert_eq!(found, wanted);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn containers() -> Outcome {
    let prefix = unique();
    for letter in ["c", "a", "b"] {
        let options = BlobContainerClientCreateOptions { metadata: Some(pairs(&[("letter", letter)])), ..Default::default() };
        service().blob_container_client(&format!("{prefix}{letter}")).create(Some(options)).await?;
    }
    let options = BlobServiceClientListContainersOptions {
        prefix: Some(prefix.clone()),
        maxresults: Some(2),
        include: Some(vec![ListContainersIncludeType::Metadata]),
        ..Default::default()
    };
    let service = service();
    let mut pages = service.list_containers(Some(options))?.into_pages();
    let mut found = vec![];
    while let Some(page) = pages.try_next().await? {
        let mut names = String::new();
        for item in page.into_model()?.container_items {
            names += &some(item.name)[prefix.len()..];
            names += &some(item.metadata)["letter"];
        }
        found.push(names);
    }
    for letter in ["a", "b", "c"] {
        service.blob_container_client(&format!("{prefix}{letter}")).delete(None).await?;
    }
    assert_eq!(found, ["aabb", "cc"]);
    Ok(())
}
