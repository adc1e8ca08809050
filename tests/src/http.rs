//! HTTP/1.1, as much as servers and clients on loopback need: threads, keep-alive, bodies with a length or in chunks.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Names in lower case, in the order in which they came.
pub type Headers = Vec<(String, String)>;

/// A request, with its whole body.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `GET`, `PUT`, …
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// Headers.
    pub headers: Headers,
    /// Body, out of its chunks.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers.
    #[must_use]
    pub fn new(method: &str, target: &str, body: Vec<u8>) -> Self {
        Self { method: method.into(), target: target.into(), headers: Headers::new(), body }
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// A response.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Headers; the length is added when it is sent.
    pub headers: Headers,
    /// Body.
    pub body: Vec<u8>,
    /// The connection is cut after so many bytes of the body; of an empty one, in the middle of the head.
    pub cut_after: Option<usize>,
}

impl Response {
    /// A response without headers.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into(), ..Self::default() }
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

fn header<'h>(headers: &'h Headers, name: &str) -> Option<&'h str> {
    headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

/// A server on a free port of the loopback interface; ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// Starts serving; a thread a connection.
    pub fn start(handler: impl Fn(Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, handler) = (Arc::clone(&stop), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let handler = Arc::clone(&handler);
                // A client that goes away is no fault of the server.
                thread::spawn(move || serve(&stream, &*handler).ok());
            }
        });
        Self { address, stop }
    }

    /// `http://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener up; where that fails it is gone already.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(stream: &TcpStream, handler: &dyn Fn(Request) -> Response) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some((first, headers)) = read_head(&mut reader)? {
        if header(&headers, "expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
            writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let body = read_body(&mut reader, &headers, false)?;
        let mut words = first.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let response = handler(Request { method, target, headers, body });
        let mut head =
            format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", response.status, response.body.len());
        for (name, value) in &response.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut message = head.into_bytes();
        if response.cut_after.is_some() && response.body.is_empty() {
            message.truncate(message.len() / 2);
        }
        let sent = response.cut_after.unwrap_or(response.body.len()).min(response.body.len());
        message.extend_from_slice(&response.body[..sent]);
        writer.write_all(&message)?;
        if response.cut_after.is_some() {
            return stream.shutdown(std::net::Shutdown::Both);
        }
    }
    Ok(())
}

/// The first line and the headers; `None` where the other side has hung up.
fn read_head(reader: &mut impl BufRead) -> io::Result<Option<(String, Headers)>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut headers = Headers::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok(Some((first.trim_end().to_owned(), headers)))
}

fn read_body(reader: &mut impl BufRead, headers: &Headers, until_end: bool) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if header(headers, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size)?;
            let digits = size.trim_end().split(';').next().unwrap_or_default().to_owned();
            let size = u64::from_str_radix(&digits, 16).map_err(io::Error::other)?;
            reader.by_ref().take(size).read_to_end(&mut body)?;
            let mut end = String::new();
            reader.read_line(&mut end)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    match header(headers, "content-length") {
        Some(length) => {
            let length = length.parse().map_err(io::Error::other)?;
            reader.take(length).read_to_end(&mut body)?;
        }
        None if until_end => drop(reader.read_to_end(&mut body)?),
        None => {}
    }
    Ok(body)
}

/// Sends one request over a connection of its own.
///
/// # Errors
/// Where nobody listens, or nobody answers within a minute.
pub fn send(address: SocketAddr, request: &Request) -> io::Result<Response> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_nodelay(true)?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    if request.header("host").is_none() {
        head.push_str(&format!("host: {address}\r\n"));
    }
    let hop = ["connection", "transfer-encoding", "content-length", "expect"];
    for (name, value) in request.headers.iter().filter(|(name, _)| !hop.contains(&name.as_str())) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n", request.body.len()));
    let mut message = head.into_bytes();
    message.extend_from_slice(&request.body);
    (&stream).write_all(&message)?;
    let mut reader = BufReader::new(&stream);
    let (first, mut headers) = read_head(&mut reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let status =
        first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let body = if request.method == "HEAD" { Vec::new() } else { read_body(&mut reader, &headers, true)? };
    headers.retain(|(name, _)| !hop.contains(&name.as_str()));
    Ok(Response { status, headers, body, cut_after: None })
}
