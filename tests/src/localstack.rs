//! LocalStack's S3 and CloudWatch, as a process: loopback only, no Docker, no token.

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::http::{Request, send};

/// Ready in two seconds, but not on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Ends with the test: the pipe to its standard input closes however the test process ends.
const START: &str = r#"
import os, runpy, shutil, sys, threading
def ends_with_the_test():
    sys.stdin.buffer.read()
    shutil.rmtree(os.environ["FILESYSTEM_ROOT"], ignore_errors=True)
    os._exit(0)
threading.Thread(target=ends_with_the_test, daemon=True).start()
runpy.run_module("localstack.runtime.main", run_name="__main__")
"#;

/// Where the LocalStack of this test process listens; it is started with the first call. `None` where
/// `GATETRAIL_LOCALSTACK_PYTHON` names no Python with LocalStack in it.
///
/// # Panics
/// Where it does not start.
pub fn localstack() -> Option<SocketAddr> {
    static ADDRESS: OnceLock<Option<SocketAddr>> = OnceLock::new();
    *ADDRESS.get_or_init(|| {
        let python = crate::needed("GATETRAIL_LOCALSTACK_PYTHON")?;
        Some(start(&python))
    })
}

fn start(python: &str) -> SocketAddr {
    let address =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let folder = std::env::temp_dir().join(format!("gatetrail-localstack-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("tmp")).expect("a folder for LocalStack");
    let folder = folder.to_str().expect("a path that is text");
    let child = Command::new(python)
        .args(["-c", START])
        .env_clear()
        .env("HOME", folder)
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .env("GATEWAY_LISTEN", address.to_string())
        // Its other servers listen on all addresses, whatever they are told.
        .env("GATEWAY_SERVER", "hypercorn")
        .env("SERVICES", "s3,cloudwatch")
        .env("DISABLE_EVENTS", "1")
        .env("SKIP_SSL_CERT_DOWNLOAD", "1")
        .env("DNS_ADDRESS", "0")
        .env("FILESYSTEM_ROOT", folder)
        .env("TMPDIR", format!("{folder}/tmp"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("LocalStack's Python starts");
    // Never dropped: it is to end when this process does, and not before.
    std::mem::forget(child);
    let until = Instant::now() + PATIENCE;
    let health = Request::new("GET", "/_localstack/health", Vec::new());
    while Instant::now() < until {
        if send(address, &health).is_ok_and(|response| response.status == 200) {
            return address;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("LocalStack did not start within {PATIENCE:?}");
}
