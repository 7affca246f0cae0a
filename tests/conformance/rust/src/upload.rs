use std::{io, num::NonZero, pin::Pin, task::Context, task::Poll};

use azure_core::{
    http::{Body, RequestContent},
    stream::SeekableStream,
    Result,
};
use azure_storage_blob::{
    models::{
        BlobClientGetPropertiesResultHeaders, BlobType, BlockBlobClientStageBlockOptions, BlockBlobClientUploadOptions,
        BlockListType, BlockLookupList,
    },
    BlobClient, BlockBlobClient,
};
use futures::{io::AsyncRead, TryStreamExt};

use crate::env::{pairs, pattern, refused, same_bytes, some, text_of, upload, with_blob, Outcome, MIB};

fn latest(names: &[&str]) -> BlockLookupList {
    let names = names.iter().map(|name| name.as_bytes().to_vec()).collect();
    BlockLookupList { latest: Some(names), ..Default::default() }
}

async fn stage(blob: &BlockBlobClient, name: &str, content: &str) -> Outcome {
    let body = RequestContent::from(content.as_bytes().to_vec());
    blob.stage_block(name.as_bytes(), content.len() as u64, body, None).await?;
    Ok(())
}

/// "name:size" of each committed block, then of each that is not.
async fn blocks(blob: &BlobClient) -> std::result::Result<(Vec<String>, Vec<String>), Box<dyn std::error::Error>> {
    let list = blob.block_blob_client().get_block_list(BlockListType::All, None).await?.into_model()?;
    let names = |blocks: Option<Vec<azure_storage_blob::models::Block>>| {
        let text = |block: azure_storage_blob::models::Block| {
            format!("{}:{}", String::from_utf8_lossy(&some(block.name)), some(block.size))
        };
        blocks.unwrap_or_default().into_iter().map(text).collect()
    };
    Ok((names(list.committed_blocks), names(list.uncommitted_blocks)))
}

#[tokio::test]
async fn small() -> Outcome {
    with_blob(|blob| async move {
        let answer = upload(&blob, "hello").await?;
        // MD5 of "hello" (RFC 1321 gives the algorithm; `printf hello | md5sum` the value)
        let md5 = *b"\x5d\x41\x40\x2a\xbc\x4b\x2a\x76\xb9\x71\x9d\x91\x10\x17\xc5\x92";
        assert_eq!(some(answer.content_md5), md5);
        assert_eq!(answer.is_server_encrypted, Some(true));
        let properties = blob.get_properties(None).await?;
        assert_eq!(properties.etag()?, answer.etag);
        assert_eq!(properties.last_modified()?, answer.last_modified);
        assert_eq!(properties.content_length()?, Some(5));
        assert_eq!(properties.blob_type()?, Some(BlobType::BlockBlob));
        assert_eq!(text_of(&blob).await?, "hello");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn empty() -> Outcome {
    with_blob(|blob| async move {
        upload(&blob, "").await?;
        assert_eq!(text_of(&blob).await?, "");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn twice_replaces() -> Outcome {
    with_blob(|blob| async move {
        let first = upload(&blob, "a longer first content").await?;
        let second = upload(&blob, "second").await?;
        assert_ne!(first.etag, second.etag);
        assert_eq!(text_of(&blob).await?, "second");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn stage_and_commit() -> Outcome {
    with_blob(|blob| async move {
        let block_blob = blob.block_blob_client();
        for (name, content) in [("0", "one "), ("1", "two "), ("2", "three ")] {
            stage(&block_blob, name, content).await?;
        }
        assert_eq!(blocks(&blob).await?, (vec![], vec!["0:4".into(), "1:4".into(), "2:6".into()]));
        block_blob.commit_block_list(latest(&["2", "0", "2"]).try_into()?, None).await?;
        assert_eq!(text_of(&blob).await?, "three one three ");
        // What the commit did not name is gone.
        assert_eq!(blocks(&blob).await?, (vec!["2:6".into(), "0:4".into(), "2:6".into()], vec![]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn commit_of_a_block_that_is_not_there() -> Outcome {
    with_blob(|blob| async move {
        let block_blob = blob.block_blob_client();
        stage(&block_blob, "0", "x").await?;
        refused(block_blob.commit_block_list(latest(&["1"]).try_into()?, None).await, 400, "InvalidBlockList");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn checksums_of_a_block() -> Outcome {
    with_blob(|blob| async move {
        let stage = async |options: BlockBlobClientStageBlockOptions<'_>| {
            let body = RequestContent::from(b"hello".to_vec());
            blob.block_blob_client().stage_block(b"0", 5, body, Some(options)).await
        };
        let md5 = |value: &[u8]| BlockBlobClientStageBlockOptions {
            transactional_content_md5: Some(value.to_vec()),
            ..Default::default()
        };
        let crc64 = |value: &[u8]| BlockBlobClientStageBlockOptions {
            transactional_content_crc64: Some(value.to_vec()),
            ..Default::default()
        };
        stage(md5(b"\x5d\x41\x40\x2a\xbc\x4b\x2a\x76\xb9\x71\x9d\x91\x10\x17\xc5\x92")).await?;
        refused(stage(md5(&[0; 16])).await, 400, "Md5Mismatch");
        refused(stage(md5(&[0; 15])).await, 400, "InvalidMd5");
        refused(stage(crc64(&[0; 8])).await, 400, "Crc64Mismatch");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn cut_into_blocks() -> Outcome {
    with_blob(|blob| async move {
        let content = pattern(5 * MIB + 12_345);
        let options = BlockBlobClientUploadOptions {
            partition_size: NonZero::new(MIB as u64),
            parallel: NonZero::new(4),
            metadata: Some(pairs(&[("k", "v")])),
            ..Default::default()
        };
        blob.upload(RequestContent::from(content.clone()), Some(options)).await?;
        let sizes: Vec<String> = blocks(&blob).await?.0.iter().map(|block| block.rsplit_once(':').unwrap().1.into()).collect();
        assert_eq!(sizes, ["1048576", "1048576", "1048576", "1048576", "1048576", "12345"]);
        assert_eq!(blob.get_properties(None).await?.metadata()?, pairs(&[("k", "v")]));
        same_bytes(&blob.download(None).await?.body.collect().await?, &content);
        Ok(())
    })
    .await
}

/// The same MiB again and again, without holding more than one.
#[derive(Clone, Debug)]
struct Repeated {
    piece: Vec<u8>,
    size: usize,
    at: usize,
}

impl AsyncRead for Repeated {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        let start = self.at % self.piece.len();
        let count = into.len().min(self.piece.len() - start).min(self.size - self.at);
        into[..count].copy_from_slice(&self.piece[start..start + count]);
        self.at += count;
        Poll::Ready(Ok(count))
    }
}

#[async_trait::async_trait]
impl SeekableStream for Repeated {
    async fn reset(&mut self) -> Result<()> {
        self.at = 0;
        Ok(())
    }
    fn len(&self) -> Option<u64> {
        Some(self.size as u64)
    }
    fn buffer_size(&self) -> usize {
        MIB
    }
}

#[tokio::test]
async fn streamed_300_mib() -> Outcome {
    if std::env::var("LAZULITE_LARGE").is_ok_and(|value| value == "0") {
        return Ok(());
    }
    with_blob(|blob| async move {
        let stream = Repeated { piece: pattern(MIB), size: 300 * MIB, at: 0 };
        let options = BlockBlobClientUploadOptions {
            partition_size: NonZero::new(8 * MIB as u64),
            parallel: NonZero::new(4),
            ..Default::default()
        };
        let body: Body = Body::SeekableStream(Box::new(stream));
        blob.upload(body.into(), Some(options)).await?;
        assert_eq!(blob.get_properties(None).await?.content_length()?, Some(300 * MIB as u64));
        let committed = blocks(&blob).await?.0;
        assert_eq!(committed.len(), 38);
        assert!(committed[37].ends_with(":4194304"));

        let piece = pattern(MIB);
        let mut received = 0;
        let mut body = blob.download(None).await?.body;
        while let Some(chunk) = body.try_next().await? {
            let mut rest = &chunk[..];
            while !rest.is_empty() {
                let start = received % MIB;
                let count = rest.len().min(MIB - start);
                same_bytes(&rest[..count], &piece[start..start + count]);
                (received, rest) = (received + count, &rest[count..]);
            }
        }
        assert_eq!(received, 300 * MIB);
        Ok(())
    })
    .await
}
