//! A static host on this machine that serves a folder below a sub-path, so that an absolute path would fail.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};

use tiny_http::{Header, Request, Response, Server};

/// The folder on the host in which the site stands.
const SUB_PATH: &str = "/some/course/faultscope/";

/// A served folder. Dropping it ends the service.
pub(crate) struct Site {
    server: Arc<Server>,
    address: SocketAddr,
    service: Option<JoinHandle<()>>,
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
        let server = Server::http((Ipv4Addr::LOCALHOST, 0)).expect("a free port on this machine");
        let address = server.server_addr().to_ip().expect("an address of the internet protocol");
        let server = Arc::new(server);
        let listener = Arc::clone(&server);
        let service = thread::spawn(move || {
            thread::scope(|scope| {
                for request in listener.incoming_requests() {
                    // Each answer has a thread: a browser may leave one file in the pipe until it has read another.
                    let folder = &folder;
                    scope.spawn(move || {
                        // A browser that closes a page in the middle of an answer is no fault of the site.
                        let _ = answer(request, folder);
                    });
                }
            })
        });
        Self { server, address, service: Some(service) }
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
        self.server.unblock();
        if let Some(service) = self.service.take() {
            // A panic there has been printed by itself.
            let _ = service.join();
        }
    }
}

fn answer(request: Request, folder: &Path) -> io::Result<()> {
    let path = request.url().split(['?', '#']).next().unwrap_or_default();
    let file = path.strip_prefix(SUB_PATH).filter(|inside| !inside.contains("..")).map(|inside| {
        let inside = if inside.is_empty() { "index.html" } else { inside };
        folder.join(inside)
    });
    match file.and_then(|file| fs::read(&file).ok().map(|content| (file, content))) {
        Some((file, content)) => {
            let header =
                Header::from_bytes("Content-Type", media_type(&file)).expect("a header of plain letters");
            request.respond(Response::from_data(content).with_header(header))
        }
        None => request.respond(Response::from_string("not found").with_status_code(404)),
    }
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
