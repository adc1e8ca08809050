//! The store of objects on S3.

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use gatetrail_engine::{
    BoxError, ListPage, ListedObject, NewObject, Object, ObjectBody, ObjectStore, Operation, StoreError,
    StoreErrorKind,
};

use crate::environment::Environment;
use crate::error::store_error;

/// To which account a bucket has to belong, for the buckets where that is known. S3 refuses a request whose bucket is
/// somebody else's, so that a name that was given up and taken by a stranger is neither read nor written.
pub type BucketOwners = BTreeMap<String, String>;

/// S3. Clones share one client, and with it connections and the budget of retries.
#[derive(Debug, Clone)]
pub struct S3Store {
    client: Client,
    owners: BucketOwners,
}

impl S3Store {
    /// What the adapter asks of AWS, as permissions are named. A role that reads needs `s3:ListBucket` too: without it a
    /// missing object looks like a forbidden one, and is tried again until it lands in the dead-letter queue.
    pub const CALLS: &'static [&'static str] = &["s3:GetObject", "s3:ListBucket", "s3:PutObject"];

    /// A store with a function's region and credentials.
    ///
    /// Loads the machine's root certificates. In a function this belongs into its start, which has a whole processor
    /// whatever the function's memory.
    #[must_use]
    pub fn new(environment: &Environment, owners: BucketOwners) -> Self {
        Self::from_client(Client::from_conf(environment.s3_config()), owners)
    }

    pub(crate) fn from_client(client: Client, owners: BucketOwners) -> Self {
        Self { client, owners }
    }

    fn owner(&self, bucket: &str) -> Option<String> {
        self.owners.get(bucket).cloned()
    }
}

impl ObjectStore for S3Store {
    type Body = S3Body;

    async fn get(&self, bucket: &str, key: &str) -> Result<Object<S3Body>, StoreError> {
        if key.is_empty() {
            return Err(invalid_key(Operation::Get, bucket, key));
        }
        let request =
            self.client.get_object().bucket(bucket).key(key).set_expected_bucket_owner(self.owner(bucket));
        let answer = request.send().await.map_err(|error| store_error(Operation::Get, bucket, key, error))?;
        Ok(Object {
            etag: unquoted(answer.e_tag),
            size_bytes: answer.content_length.and_then(|length| u64::try_from(length).ok()),
            body: S3Body(answer.body),
        })
    }

    async fn put(&self, bucket: &str, key: &str, object: NewObject) -> Result<(), StoreError> {
        let request = self.client.put_object().bucket(bucket).key(key);
        let request = request.set_expected_bucket_owner(self.owner(bucket)).content_type(object.content_type);
        let answer = request.body(ByteStream::from(object.bytes)).send().await;
        answer.map_err(|error| store_error(Operation::Put, bucket, key, error))?;
        Ok(())
    }

    async fn list(&self, bucket: &str, prefix: &str, page: Option<&str>) -> Result<ListPage, StoreError> {
        let request = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
        let request = request.set_expected_bucket_owner(self.owner(bucket));
        let answer = request.set_continuation_token(page.map(str::to_owned)).send().await;
        let answer = answer.map_err(|error| store_error(Operation::List, bucket, prefix, error))?;
        let objects = answer.contents.unwrap_or_default().into_iter().filter_map(|object| {
            Some(ListedObject {
                key: object.key?,
                etag: unquoted(object.e_tag),
                size_bytes: object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            })
        });
        Ok(ListPage { objects: objects.collect(), next: answer.next_continuation_token })
    }
}

/// The SDK takes an empty key for a mistake of the program; here it is one of a message.
fn invalid_key(operation: Operation, bucket: &str, key: &str) -> StoreError {
    StoreError {
        operation,
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        kind: StoreErrorKind::InvalidKey,
        source: None,
    }
}

/// S3 quotes ETags in headers and listings, and leaves the quotes out in its events.
fn unquoted(etag: Option<String>) -> String {
    etag.map(|etag| etag.trim_matches('"').to_owned()).unwrap_or_default()
}

/// The content of an object on S3.
#[derive(Debug)]
pub struct S3Body(ByteStream);

impl ObjectBody for S3Body {
    async fn next_chunk(&mut self) -> Result<Option<Bytes>, BoxError> {
        Ok(self.0.try_next().await?)
    }
}
