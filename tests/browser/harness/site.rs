//! A static host on this machine that serves a folder below a sub-path, so that an absolute path would fail.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

/// The folder on the host in which the site stands.
const SUB_PATH: &str = "/some/course/faultscope/";

/// A served folder. Dropping it ends the service.
pub(crate) struct Site {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl Site {
    /// The built site, `dist/`, or the folder that the environment variable `FAULTSCOPE_DIST` names; one host for
    /// all tests.
    ///
    /// # Panics
    /// When there is no built site.
    pub(crate) fn built() -> &'static Self {
        static SITE: OnceLock<Site> = OnceLock::new();
        SITE.get_or_init(|| {
            // Cargo starts a test in the folder of its package.
            let folder = std::env::var_os("FAULTSCOPE_DIST").map_or_else(|| "dist".into(), PathBuf::from);
            let index = folder.join("index.html");
            assert!(index.is_file(), "{}: missing; build it with `cargo xtask dist`", index.display());
            Self::of(folder)
        })
    }

    /// Serves a folder.
    pub(crate) fn of(folder: PathBuf) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on this machine");
        let address = listener.local_addr().expect("an address, since it listens");
        let is_over = Arc::new(AtomicBool::new(false));
        let site = Self { address, is_over: Arc::clone(&is_over) };
        let folder: Arc<Path> = folder.into();
        thread::spawn(move || {
            for visitor in listener.incoming().map_while(Result::ok) {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                let folder = Arc::clone(&folder);
                // Each answer has a thread: a browser may leave one file in the pipe until it has read another.
                thread::spawn(move || {
                    // A browser that closes a page in the middle of an answer is no fault of the site.
                    let _ = answer(&visitor, &folder);
                });
            }
        });
        site
    }

    /// The address of the site's start page.
    pub(crate) fn url(&self) -> String {
        format!("{}{SUB_PATH}", self.origin())
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // One more visitor, so that the listener wakes up and sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

/// Reads one request and answers it.
fn answer(visitor: &TcpStream, folder: &Path) -> io::Result<()> {
    let mut request = BufReader::new(visitor).lines();
    let first = request.next().transpose()?.unwrap_or_default();
    for line in request {
        if line?.is_empty() {
            break;
        }
    }
    let found = file_of(&first, folder).and_then(|file| Some((media_type(&file), fs::read(file).ok()?)));
    match found {
        Some((kind, content)) => send(visitor, "200 OK", kind, &content),
        None => send(visitor, "404 Not Found", "text/plain", b"not found"),
    }
}

/// The file that a request's first line asks for, such as `GET /some/course/faultscope/app.css?v=1 HTTP/1.1`.
fn file_of(first: &str, folder: &Path) -> Option<PathBuf> {
    let url = first.split(' ').nth(1)?;
    let path = url.split('?').next()?;
    let inside = path.strip_prefix(SUB_PATH).filter(|inside| !inside.contains(".."))?;
    let start = if inside.is_empty() || inside.ends_with('/') { "index.html" } else { "" };
    Some(folder.join(format!("{inside}{start}")))
}

fn send(mut visitor: &TcpStream, status: &str, kind: &str, content: &[u8]) -> io::Result<()> {
    let length = content.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    visitor.write_all(head.as_bytes())?;
    visitor.write_all(content)
}

/// The media type by the end of the name, as a static host tells it.
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
