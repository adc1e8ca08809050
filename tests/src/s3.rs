//! Objects on any S3, by plain requests without signature: emulators do not look at it.

use std::net::SocketAddr;

use crate::http::{Request, Response, send};

/// A bucket of an emulator or of [`crate::stub::S3Stub`].
#[derive(Debug, Clone)]
pub struct Bucket {
    address: SocketAddr,
    /// Its name.
    pub name: String,
}

impl Bucket {
    /// Creates a bucket.
    #[must_use]
    pub fn create(address: SocketAddr, name: &str) -> Self {
        let bucket = Self { address, name: name.to_owned() };
        bucket.send("PUT", "", Vec::new());
        bucket
    }

    /// Writes an object.
    pub fn put(&self, key: &str, bytes: &[u8]) {
        self.send("PUT", &format!("/{}", encoded(key)), bytes.to_vec());
    }

    /// Reads an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Vec<u8> {
        self.send("GET", &format!("/{}", encoded(key)), Vec::new()).body
    }

    /// Deletes an object.
    pub fn delete(&self, key: &str) {
        self.send("DELETE", &format!("/{}", encoded(key)), Vec::new());
    }

    /// The keys of all objects, up to a thousand.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let listing = self.send("GET", "?list-type=2", Vec::new()).body;
        let listing = String::from_utf8(listing).expect("a listing is text");
        let keys = listing.split("<Key>").skip(1).filter_map(|part| part.split("</Key>").next());
        keys.map(|key| key.replace("&amp;", "&")).collect()
    }

    fn send(&self, method: &str, path: &str, body: Vec<u8>) -> Response {
        let target = format!("/{}{path}", self.name);
        let mut request = Request::new(method, &target, body);
        // Emulators tell S3 from other services by the credential's scope.
        let scope = "Credential=test/20260101/us-east-1/s3/aws4_request";
        let authorization = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none");
        request.headers.push(("authorization".into(), authorization));
        let response = send(self.address, &request).expect("the store answers");
        assert!(
            (200..300).contains(&response.status),
            "{method} {target}: {} {}",
            response.status,
            String::from_utf8_lossy(&response.body)
        );
        response
    }
}

/// A key in a path: every byte but the unreserved ones and `/` as `%XX`.
fn encoded(key: &str) -> String {
    key.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
        path
    })
}
