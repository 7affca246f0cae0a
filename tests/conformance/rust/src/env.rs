//! Where the suite runs, and small helpers every file uses.

use std::{
    collections::HashMap,
    error::Error,
    fmt::Debug,
    future::Future,
    io::{Read, Write},
    net::TcpStream,
    panic::{resume_unwind, AssertUnwindSafe},
    time::Duration,
};

use azure_core::{
    credentials::Secret,
    hmac::hmac_sha256,
    http::{ClientOptions, Etag, RequestContent, RetryOptions, Url},
    time::{to_rfc3339, to_rfc7231, OffsetDateTime},
};
use azure_storage_blob::{
    models::BlockBlobClientUploadResult, BlobClient, BlobContainerClient, BlobContainerClientOptions, BlobClientOptions,
    BlobServiceClient, BlobServiceClientOptions,
};
use futures::FutureExt;

pub type Outcome = Result<(), Box<dyn Error>>;

pub const MIB: usize = 1 << 20;
pub const OTHER_ETAG: &str = "\"0x8D4BCC2E4835CD0\"";
pub const HOUR: Duration = Duration::from_secs(3600);

/// What `UseDevelopmentStorage=true` stands for; this SDK reads no connection strings.
const DEVELOPMENT: &str = "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4\
                           I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;";

/// One part of the connection string.
pub fn setting(name: &str) -> String {
    let given = std::env::var("LAZULITE_CONNECTION_STRING").unwrap_or_default();
    let text = if given.is_empty() || given.starts_with("UseDevelopmentStorage=true") { DEVELOPMENT } else { &given };
    let value = text.split(';').filter_map(|part| part.split_once('=')).find(|(key, _)| *key == name);
    value.unwrap_or_else(|| panic!("the connection string has no {name}")).1.to_owned()
}

/// The query of a SAS: its fields and, as `sig`, the signature of `lines`.
pub fn signed(fields: &[(&str, &str)], lines: &[&str]) -> String {
    let signature = hmac_sha256(&lines.join("\n"), &Secret::new(setting("AccountKey"))).unwrap();
    let mut query = Url::parse("http://query").unwrap();
    query.query_pairs_mut().extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty())).append_pair("sig", &signature);
    query.query().unwrap().to_owned()
}

/// "2026-01-02T03:04:05Z", so long from now.
pub fn after(span: Duration) -> String {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
    to_rfc3339(&(now + span))
}

/// An account SAS of the Blob service by "Create an account SAS", version 2020-12-06 and later.
pub fn account_sas(resource_types: &str, permissions: &str, expiry: &str) -> String {
    let (version, account) = ("2022-11-02", setting("AccountName"));
    let fields = [("sv", version), ("ss", "b"), ("srt", resource_types), ("sp", permissions), ("se", expiry)];
    signed(&fields, &[&account, permissions, "b", resource_types, "", expiry, "", "", version, "", ""])
}

/// Set Container ACL with the account's key, which this SDK does not sign with: no SAS may do that.
pub fn set_acl(container: &str, access: Option<&str>, identifiers: &str) -> Outcome {
    let (endpoint, account) = (url(&[container], ""), setting("AccountName"));
    let date = to_rfc7231(&OffsetDateTime::now_utc());
    let body = format!("<SignedIdentifiers>{identifiers}</SignedIdentifiers>");
    let access = access.map(|level| format!("x-ms-blob-public-access:{level}\n")).unwrap_or_default();
    let headers = format!("{access}x-ms-date:{date}\nx-ms-version:2022-11-02\n");
    let resource = format!("/{account}{}\ncomp:acl\nrestype:container", endpoint.path());
    let text = format!("PUT\n\n\n{}\n\n\n\n\n\n\n\n\n{headers}{resource}", body.len());
    let signature = hmac_sha256(&text, &Secret::new(setting("AccountKey")))?;
    let authority = format!("{}:{}", some(endpoint.host_str()), some(endpoint.port()));
    let mut stream = TcpStream::connect(&authority)?;
    write!(
        stream,
        "PUT {}?restype=container&comp=acl HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n{}\
         Authorization: SharedKey {account}:{signature}\r\nContent-Length: {}\r\n\r\n{body}",
        endpoint.path(), headers.replace('\n', "\r\n"), body.len(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    Ok(())
}

/// What a service SAS may say besides its version.
#[derive(Default)]
pub struct ServiceSas<'a> {
    pub permissions: &'a str,
    pub start: &'a str,
    pub expiry: &'a str,
    pub identifier: &'a str,
    pub addresses: &'a str,
    pub protocol: &'a str,
    pub content_type: &'a str,
}

impl ServiceSas<'_> {
    /// The query for a container, or for one of its blobs, by "Create a service SAS", version 2020-12-06 and later.
    pub fn of(&self, container: &str, blob: Option<&str>) -> String {
        let version = "2022-11-02";
        let kind = if blob.is_some() { "b" } else { "c" };
        let name = blob.map(|name| format!("/{name}")).unwrap_or_default();
        let resource = format!("/blob/{}/{container}{name}", setting("AccountName"));
        let fields = [
            ("sv", version), ("sr", kind), ("sp", self.permissions), ("st", self.start), ("se", self.expiry),
            ("si", self.identifier), ("sip", self.addresses), ("spr", self.protocol), ("rsct", self.content_type),
        ];
        let lines = [
            self.permissions, self.start, self.expiry, &resource, self.identifier, self.addresses, self.protocol, version, kind, "", "",
            "", "", "", "", self.content_type,
        ];
        signed(&fields, &lines)
    }
}

/// The URL of the account, of a container or of a blob, with a query.
pub fn url(path: &[&str], query: &str) -> Url {
    let mut url = Url::parse(&setting("BlobEndpoint")).unwrap();
    url.path_segments_mut().unwrap().pop_if_empty().extend(path);
    url.set_query(Some(query));
    url
}

/// One try only: a refusal is what many tests look for, and a retry would hide a server that fails now and then.
fn one_try() -> ClientOptions {
    ClientOptions { retry: RetryOptions::none(), ..Default::default() }
}

pub fn service_with(query: &str) -> BlobServiceClient {
    let options = BlobServiceClientOptions { client_options: one_try(), ..Default::default() };
    BlobServiceClient::new(url(&[], query), None, Some(options)).unwrap()
}

pub fn container_with(name: &str, query: &str) -> BlobContainerClient {
    let options = BlobContainerClientOptions { client_options: one_try(), ..Default::default() };
    BlobContainerClient::new(url(&[name], query), None, Some(options)).unwrap()
}

pub fn blob_with(container: &str, name: &str, query: &str) -> BlobClient {
    let options = BlobClientOptions { client_options: one_try(), ..Default::default() };
    BlobClient::new(url(&[container, name], query), None, Some(options)).unwrap()
}

/// A client that may do everything.
pub fn service() -> BlobServiceClient {
    service_with(&account_sas("sco", "rwdlacu", &after(HOUR)))
}

pub fn unique() -> String {
    format!("t{}", uuid::Uuid::new_v4().simple())
}

/// Runs a test with the name of a new container, which is deleted afterwards.
pub async fn in_container<F: Future<Output = Outcome>>(test: impl FnOnce(BlobContainerClient, String) -> F) -> Outcome {
    let name = unique();
    let container = service().blob_container_client(&name);
    container.create(None).await?;
    let outcome = AssertUnwindSafe(test(service().blob_container_client(&name), name)).catch_unwind().await;
    container.delete(None).await?;
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The same with a client for a blob that is not there yet.
pub async fn with_blob<F: Future<Output = Outcome>>(test: impl FnOnce(BlobClient) -> F) -> Outcome {
    in_container(|container, _| test(container.blob_client("blob"))).await
}

pub async fn upload(blob: &BlobClient, content: impl Into<Vec<u8>>) -> azure_core::Result<BlockBlobClientUploadResult> {
    blob.upload(RequestContent::from(content.into()), None).await
}

pub async fn text_of(blob: &BlobClient) -> Result<String, Box<dyn Error>> {
    Ok(String::from_utf8(blob.download(None).await?.body.collect().await?.to_vec())?)
}

/// The call must have failed with exactly this status and this x-ms-error-code.
#[track_caller]
pub fn refused<T>(result: azure_core::Result<T>, status: u16, code: &str) {
    let Err(error) = result else { panic!("not refused") };
    let azure_core::error::ErrorKind::HttpResponse { status: found, error_code, .. } = error.kind() else { panic!("{error}") };
    assert_eq!((u16::from(*found), error_code.as_deref()), (status, Some(code)));
}

/// Bytes of which no two aligned KiB are alike, so that a block or range out of place shows.
pub fn pattern(size: usize) -> Vec<u8> {
    let mut content: Vec<u8> = (0..size.div_ceil(1024) as u64).flat_map(|number| number.to_be_bytes().repeat(128)).collect();
    content.truncate(size);
    content
}

pub fn pairs(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

pub fn etag(text: &str) -> Option<Etag> {
    Some(text.to_owned().into())
}

/// Fails unless both are byte for byte the same, without printing megabytes.
#[track_caller]
pub fn same_bytes(found: &[u8], wanted: &[u8]) {
    assert!(found == wanted, "{} bytes differ from the {} wanted", found.len(), wanted.len());
}

#[track_caller]
pub fn some<T: Debug>(value: Option<T>) -> T {
    value.expect("the answer lacks it")
}
