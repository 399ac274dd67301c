//! One Chromium for all tests, started by the first page. It ends when the tests end, however they end.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::connection::Connection;
use super::path_search::{CHROMIUM_NAMES, chromium};

/// How long a Chromium may take to start on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);

/// What Chromium is told on its command line. A root user has no sandbox in a container; everything else keeps it
/// from talking to hosts of its own.
const FLAGS: [&str; 16] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--force-color-profile=srgb",
    "--remote-debugging-port=0",
];

/// Starts Chromium and waits for the end of its input, which comes when the process of the tests is gone, even if
/// somebody killed it; then ends Chromium and removes its profile, the first argument.
const GUARD: &str = "profile=$1; shift; \"$@\" </dev/null & read -r _; kill $!; wait $!; rm -rf \"$profile\"";

/// A running Chromium.
pub(crate) struct Browser {
    /// Its input stays open as long as this process lives; see [`GUARD`].
    _guard: Child,
    /// Address of the debugging service, such as `127.0.0.1:41231`.
    host: String,
    connection: Mutex<Connection>,
}

impl Browser {
    /// The browser of all tests.
    pub(crate) fn shared() -> &'static Self {
        static BROWSER: OnceLock<Browser> = OnceLock::new();
        BROWSER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let program = chromium().unwrap_or_else(|| {
            let names = CHROMIUM_NAMES.join(", ");
            panic!("no Chromium: install chromium, or set CHROME to its path; looked for {names} in PATH")
        });
        let profile = fresh_profile();
        let mut guard = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(&profile)
            .arg(&program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("sh: {error}"));
        let stderr = guard.stderr.take().expect("a pipe was asked for");
        let url = debugging_url(stderr)
            .recv_timeout(START_LIMIT)
            .unwrap_or_else(|_| panic!("{}: no debugging service within {START_LIMIT:?}", program.display()));
        let host = url.trim_start_matches("ws://").split('/').next().unwrap_or_default().to_owned();
        let connection = Mutex::new(Connection::open(&url));
        Self { _guard: guard, host, connection }
    }

    /// A new, empty page with storage of its own; returns its target and its context.
    pub(crate) fn new_page(&self) -> (String, String) {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let context = connection.call("Target.createBrowserContext", json!({}))["browserContextId"].clone();
        let asked = json!({ "url": "about:blank", "browserContextId": context, "newWindow": true });
        let target = connection.call("Target.createTarget", asked)["targetId"].clone();
        (text(&target), text(&context))
    }

    /// Closes a page and forgets what it stored.
    pub(crate) fn close_page(&self, context: &str) {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.call("Target.disposeBrowserContext", json!({ "browserContextId": context }));
    }

    /// The address at which one page is driven.
    pub(crate) fn page_url(&self, target: &str) -> String {
        format!("ws://{}/devtools/page/{target}", self.host)
    }
}

fn fresh_profile() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("faultscope-browser-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}

/// Waits for the line in which Chromium tells its address, then reads on, so that Chromium never blocks.
fn debugging_url(stderr: ChildStderr) -> Receiver<String> {
    let (found, url) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if let Some(url) = line.strip_prefix("DevTools listening on ") {
                // The other end has given up waiting, and said so.
                let _ = found.send(url.trim().to_owned());
            }
        }
    });
    url
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("the browser sent {value} instead of a name")).to_owned()
}
