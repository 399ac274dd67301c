//! A static host as a good one is: everything compressed with Brotli, media types told, files with their version in the
//! address kept for ever, and pages asked for again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Brotli as hosts do it ahead of time: the highest quality, the largest ordinary window.
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW_BITS: u32 = 22;
const BUFFER: usize = 1 << 16;

/// A served folder; the service ends with the program.
pub(super) struct Host {
    address: SocketAddr,
}

/// Files that were compressed, by their names.
type Compressed = Arc<Mutex<BTreeMap<PathBuf, Arc<Vec<u8>>>>>;

impl Host {
    /// Serves a folder on a free port.
    pub(super) fn of(folder: PathBuf) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (folder, compressed): (Arc<Path>, Compressed) = (folder.into(), Compressed::default());
        thread::spawn(move || {
            for visitor in listener.incoming().map_while(Result::ok) {
                let (folder, compressed) = (Arc::clone(&folder), Arc::clone(&compressed));
                thread::spawn(move || {
                    // A browser that goes away in the middle of an answer is no fault of the site.
                    let _ = answer(&visitor, &folder, &compressed);
                });
            }
        });
        Ok(Self { address })
    }

    /// The address of the start page.
    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

/// Answers the requests of one visitor, one after the other.
fn answer(visitor: &TcpStream, folder: &Path, compressed: &Compressed) -> io::Result<()> {
    visitor.set_nodelay(true)?;
    let mut lines = BufReader::new(visitor).lines();
    while let Some(first) = lines.next().transpose()? {
        for line in lines.by_ref() {
            if line?.is_empty() {
                break;
            }
        }
        let address = first.split(' ').nth(1).unwrap_or_default();
        let (place, query) = address.split_once('?').unwrap_or((address, ""));
        match file_of(place, folder).and_then(|file| content(&file, compressed).ok().map(|it| (file, it))) {
            Some((file, content)) => {
                send(visitor, "200 OK", media_type(&file), lifetime(&file, query), &content)?
            }
            None => send(visitor, "404 Not Found", "text/plain; charset=utf-8", "no-cache", &[])?,
        }
    }
    Ok(())
}

/// The file at a place such as `/app.css`.
fn file_of(place: &str, folder: &Path) -> Option<PathBuf> {
    let inside = place.strip_prefix('/').filter(|inside| !inside.contains(".."))?;
    Some(folder.join(if inside.is_empty() { "index.html" } else { inside })).filter(|file| file.is_file())
}

fn content(file: &Path, compressed: &Compressed) -> io::Result<Arc<Vec<u8>>> {
    let known = || compressed.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(content) = known().get(file) {
        return Ok(Arc::clone(content));
    }
    let mut brotli = brotli::CompressorWriter::new(Vec::new(), BUFFER, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
    brotli.write_all(&fs::read(file)?)?;
    let content = Arc::new(brotli.into_inner());
    known().insert(file.to_path_buf(), Arc::clone(&content));
    Ok(content)
}

/// How long a browser may keep a file: for ever if its version is in the address, else it asks again.
fn lifetime(file: &Path, query: &str) -> &'static str {
    let is_page = file.extension().is_some_and(|extension| extension == "html");
    match query.starts_with("v=") && !is_page {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    }
}

fn send(mut visitor: &TcpStream, status: &str, kind: &str, lifetime: &str, content: &[u8]) -> io::Result<()> {
    let encoding = if content.is_empty() { "" } else { "Content-Encoding: br\r\n" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{encoding}Cache-Control: {lifetime}\r\n\
         Vary: Accept-Encoding\r\nX-Content-Type-Options: nosniff\r\n\r\n",
        content.len()
    );
    visitor.write_all(head.as_bytes())?;
    visitor.write_all(content)
}

/// The media type by the end of the name.
fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("txt" | "story") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn files_come_compressed_and_with_their_lifetime() {
        let folder = std::env::temp_dir().join(format!("faultscope-host-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("app.css"), "p{}".repeat(100)).unwrap();
        let host = Host::of(folder.clone()).unwrap();
        let ask = |place: &str| {
            let mut stream = TcpStream::connect(host.address).unwrap();
            stream.write_all(format!("GET {place} HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
            (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
        };
        let (head, body) = ask("/app.css?v=1");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/css"), "{head}");
        assert!(head.contains("Content-Encoding: br") && head.contains("immutable"), "{head}");
        let mut text = String::new();
        brotli::Decompressor::new(&body[..], 4096).read_to_string(&mut text).unwrap();
        assert_eq!(text, "p{}".repeat(100));
        assert!(ask("/app.css").0.contains("no-cache"));
        assert!(ask("/../app.css").0.starts_with("HTTP/1.1 404"));
        assert!(ask("/nothing").0.starts_with("HTTP/1.1 404"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
