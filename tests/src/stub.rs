//! A store of objects in memory that speaks as much S3 as reading and writing needs, as fast as loopback is.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use crate::http::{Request, Response, Server};

/// Objects by `/bucket/key`, as the path has it.
type Objects = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// The store. Any bucket exists.
pub struct S3Stub {
    server: Server,
    objects: Objects,
}

impl Default for S3Stub {
    fn default() -> Self {
        Self::new()
    }
}

impl S3Stub {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        let objects = Objects::default();
        let shared = Arc::clone(&objects);
        Self { server: Server::start(move |request| respond(&shared, request)), objects }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Puts an object in place.
    ///
    /// # Panics
    /// Where a request has panicked.
    pub fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) {
        self.objects.lock().expect("no poison").insert(format!("/{bucket}/{key}"), bytes);
    }

    /// Deletes everything.
    ///
    /// # Panics
    /// Where a request has panicked.
    pub fn clear(&self) {
        self.objects.lock().expect("no poison").clear();
    }

    /// The objects of a bucket, by key.
    ///
    /// # Panics
    /// Where a request has panicked.
    #[must_use]
    pub fn objects(&self, bucket: &str) -> BTreeMap<String, Vec<u8>> {
        let objects = self.objects.lock().expect("no poison");
        let prefix = format!("/{bucket}/");
        let of_bucket = objects.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(&prefix)?, bytes)));
        of_bucket.map(|(key, bytes)| (key.to_owned(), bytes.clone())).collect()
    }
}

fn respond(objects: &Objects, request: Request) -> Response {
    let path = request.target.split('?').next().unwrap_or_default().to_owned();
    let mut objects = objects.lock().expect("no poison");
    match request.method.as_str() {
        "GET" if request.target.contains("list-type=2") => listing(&objects, &request.target),
        "GET" => match objects.get(&path) {
            Some(bytes) => Response::new(200, bytes.clone()).with("etag", format!("\"{:08x}\"", bytes.len())),
            None => Response::new(404, "<Error><Code>NoSuchKey</Code></Error>")
                .with("content-type", "application/xml"),
        },
        "PUT" => {
            assert_ne!(
                request.header("content-encoding"),
                Some("aws-chunked"),
                "a body of one piece is not chunked"
            );
            objects.insert(path, request.body);
            Response::new(200, "").with("etag", "\"written\"")
        }
        _ => Response::new(405, ""),
    }
}

/// All keys of a bucket that begin with a prefix, on one page, however many.
fn listing(objects: &HashMap<String, Vec<u8>>, target: &str) -> Response {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let prefix = query.split('&').find_map(|part| part.strip_prefix("prefix=")).unwrap_or_default();
    let prefix = format!("{}/{}", path.trim_end_matches('/'), prefix.replace("%2F", "/"));
    let mut found: Vec<_> = objects.iter().filter(|(path, _)| path.starts_with(&prefix)).collect();
    found.sort();
    let contents = found.into_iter().map(|(found, bytes)| {
        let key = found.splitn(3, '/').last().unwrap_or_default();
        format!("<Contents><Key>{key}</Key><Size>{}</Size><ETag>&quot;e&quot;</ETag></Contents>", bytes.len())
    });
    let contents: String = contents.collect();
    let body = format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>");
    Response::new(200, body).with("content-type", "application/xml")
}
