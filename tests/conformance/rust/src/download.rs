use std::num::NonZero;

use azure_core::http::RequestContent;
use azure_storage_blob::models::{BlobClientDownloadOptions, HttpRange};

use crate::env::{pattern, refused, same_bytes, upload, with_blob, Outcome, MIB};

fn range(range: impl Into<HttpRange>) -> Option<BlobClientDownloadOptions<'static>> {
    Some(BlobClientDownloadOptions { range: Some(range.into()), ..Default::default() })
}

#[tokio::test]
async fn ranges() -> Outcome {
    with_blob(|blob| async move {
        upload(&blob, "0123456789").await?;
        let text = async |options| -> azure_core::Result<String> {
            let bytes = blob.download(options).await?.body.collect().await?;
            Ok(String::from_utf8(bytes.to_vec()).unwrap())
        };
        assert_eq!(text(range(0..1u64)).await?, "0");
        assert_eq!(text(range(3..7u64)).await?, "3456");
        assert_eq!(text(range(9..10u64)).await?, "9");
        assert_eq!(text(range(4u64..)).await?, "456789");
        assert_eq!(text(range(8..108u64)).await?, "89");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn range_behind_the_end() -> Outcome {
    with_blob(|blob| async move {
        upload(&blob, "0123456789").await?;
        refused(blob.download(range(10..11u64)).await, 416, "InvalidRange");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn in_parallel() -> Outcome {
    with_blob(|blob| async move {
        let content = pattern(5 * MIB + 12_345);
        blob.upload(RequestContent::from(content.clone()), None).await?;
        let options = || BlobClientDownloadOptions {
            partition_size: NonZero::new(256 << 10),
            parallel: NonZero::new(4),
            ..Default::default()
        };
        same_bytes(&blob.download(Some(options())).await?.body.collect().await?, &content);

        let mut part = vec![0; 2_000_003];
        let asked = BlobClientDownloadOptions { range: Some((1_000_001..3_000_004u64).into()), ..options() };
        assert_eq!(blob.download_into(&mut part, Some(asked)).await?.len, 2_000_003);
        same_bytes(&part, &content[1_000_001..3_000_004]);
        Ok(())
    })
    .await
}
