//! One page in the browser, and a reader's hands and eyes on it.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::browser::Browser;
use super::connection::{Connection, Deadline, Event};
use super::console::Console;
use super::keys::Key;
use super::{Site, View};

/// How long a condition may take to come true on a busy machine.
const WAIT_LIMIT: Duration = Duration::from_secs(30);

/// How many times the pointer is told where it is on its way.
const DRAG_STEPS: u32 = 8;

/// Listens for the moment at which the page's program runs.
const NOTE_START: &str = "addEventListener('faultscope-started', () => { window.programStarted = true; });";

/// Takes the browser's service workers away, as some browsers do: a page that is kept for offline use would ask for all
/// files of the site in every test.
const NOTHING_KEPT: &str = "delete Navigator.prototype.serviceWorker;";

/// An open page. It must end with [`Page::finish`].
pub(crate) struct Page {
    browser: &'static Browser,
    connection: Connection,
    context: String,
    console: Console,
    /// Conversations with frames and workers that have a process of their own.
    parts: Vec<String>,
    is_closed: bool,
}

impl Page {
    /// Opens the built site, with this behind its address (such as `#raft:basic` or nothing), and waits until its
    /// program runs.
    pub(crate) fn open(rest: &str, view: View) -> Self {
        Self::open_where(rest, view, "")
    }

    /// Opens the built site in a browser in which this script has run first: one that refuses something.
    pub(crate) fn open_where(rest: &str, view: View, before: &str) -> Self {
        let mut page = Self::start_where(rest, view, before);
        page.wait_for_program();
        page
    }

    /// Opens the built site as [`Page::open_where`] does, but does not wait for its program, which may never run.
    pub(crate) fn start_where(rest: &str, view: View, before: &str) -> Self {
        let site = Site::built();
        let first = format!("{NOTE_START}{NOTHING_KEPT}{before}");
        Self::open_any(&site.origin(), &format!("{}{rest}", site.url()), view, &first)
    }

    /// Opens an address in a browser that keeps what a page wants kept, and waits until its program runs.
    pub(crate) fn open_kept(site: &Site, rest: &str, view: View) -> Self {
        let mut page = Self::open_any(&site.origin(), &format!("{}{rest}", site.url()), view, NOTE_START);
        page.wait_for_program();
        page
    }

    /// Waits until the page's program runs.
    pub(crate) fn wait_for_program(&mut self) {
        self.wait_for("window.programStarted === true && !document.querySelector('.shell')");
    }

    /// Opens any address of one origin and waits until it is loaded; it need not be our program.
    pub(crate) fn open_url(origin: &str, url: &str, view: View) -> Self {
        Self::open_any(origin, url, view, &format!("{NOTE_START}{NOTHING_KEPT}"))
    }

    fn open_any(origin: &str, url: &str, view: View, first: &str) -> Self {
        let browser = Browser::shared();
        let (target, context) = browser.new_page();
        let connection = Connection::open(&browser.page_url(&target));
        let console = Console::of(origin.to_owned());
        let mut page = Self { browser, connection, context, console, parts: Vec::new(), is_closed: false };
        page.listen();
        page.set_view(view);
        page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": first }));
        let answer = page.call("Page.navigate", json!({ "url": url }));
        assert!(answer["errorText"].is_null(), "{url}: {}", answer["errorText"]);
        page.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'");
        page
    }

    /// Changes how the reader sits before the page, also while it is open.
    pub(crate) fn set_view(&mut self, view: View) {
        let View { width, height, scale, theme, language, touch, reduced_motion } = view;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": touch });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
        let fingers =
            if touch { json!({ "enabled": true, "maxTouchPoints": 5 }) } else { json!({ "enabled": false }) };
        self.call("Emulation.setTouchEmulationEnabled", fingers);
        let motion = if reduced_motion { "reduce" } else { "no-preference" };
        let wishes = json!({ "features": [
            { "name": "prefers-color-scheme", "value": theme.word() },
            { "name": "prefers-reduced-motion", "value": motion },
        ] });
        self.call("Emulation.setEmulatedMedia", wishes);
        let agent = self.eval("navigator.userAgent");
        let asked = json!({ "userAgent": agent, "acceptLanguage": language.accepted() });
        self.call("Emulation.setUserAgentOverride", asked);
    }

    /// The value of an expression in the page; a promise is awaited.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        self.try_eval(expression).unwrap_or_else(|complaint| self.fail(&format!("{expression}: {complaint}")))
    }

    /// Waits until an expression in the page is true.
    pub(crate) fn wait_for(&mut self, condition: &str) {
        let deadline = Deadline::after(WAIT_LIMIT);
        // While a page loads, an expression may find nothing to stand on: that is not yet true.
        while self.try_eval(&format!("Boolean({condition})")) != Ok(Value::Bool(true)) {
            if deadline.is_over() {
                self.fail(&format!("not true within {WAIT_LIMIT:?}: {condition}"));
            }
            self.listen_shortly();
        }
    }

    /// Goes to another address of the site.
    pub(crate) fn go_to(&mut self, url: &str) {
        let answer = self.call("Page.navigate", json!({ "url": url }));
        assert!(answer["errorText"].is_null(), "{url}: {}", answer["errorText"]);
    }

    /// The value of an expression in a frame that has a process of its own, as sandboxed ones do: the first whose
    /// address contains this. None while there is no such frame.
    pub(crate) fn eval_in_frame(&mut self, address: &str, expression: &str) -> Option<Value> {
        self.catch_up();
        let asked = |expression: &str| json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        for part in self.parts.clone() {
            // A worker, or a frame that is gone, has no address.
            let href = self.connection.try_call("Runtime.evaluate", asked("document.URL"), Some(&part));
            let is_meant = href.is_ok_and(|href| {
                href["result"]["value"].as_str().is_some_and(|href| href.contains(address))
            });
            if is_meant {
                let mut answer =
                    self.connection.try_call("Runtime.evaluate", asked(expression), Some(&part)).ok()?;
                return Some(answer["result"]["value"].take());
            }
        }
        None
    }

    /// Waits until an expression in such a frame is true.
    pub(crate) fn wait_for_frame(&mut self, address: &str, condition: &str) {
        let deadline = Deadline::after(WAIT_LIMIT);
        while self.eval_in_frame(address, &format!("Boolean({condition})")) != Some(Value::Bool(true)) {
            if deadline.is_over() {
                self.fail(&format!("not true in the frame {address} within {WAIT_LIMIT:?}: {condition}"));
            }
            self.listen_shortly();
        }
    }

    /// Every address that was asked for so far.
    pub(crate) fn requests(&mut self) -> Vec<String> {
        self.catch_up();
        self.console.asked().to_vec()
    }

    /// Clicks the middle of the first element that fits, once it is there and nothing covers it.
    pub(crate) fn click(&mut self, selector: &str) {
        let (x, y) = self.middle_of(selector);
        self.click_at(x, y);
    }

    /// Clicks a place, in CSS pixels from the upper left corner of the window.
    pub(crate) fn click_at(&mut self, x: f64, y: f64) {
        self.mouse("mouseMoved", (x, y), 0);
        self.mouse("mousePressed", (x, y), 1);
        self.mouse("mouseReleased", (x, y), 0);
    }

    /// Moves the pointer to a place.
    pub(crate) fn move_to(&mut self, x: f64, y: f64) {
        self.mouse("mouseMoved", (x, y), 0);
    }

    /// Presses at one place, moves, and lets go at the other.
    pub(crate) fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.mouse("mouseMoved", from, 0);
        self.mouse("mousePressed", from, 1);
        for place in way(from, to) {
            self.mouse("mouseMoved", place, 1);
        }
        self.mouse("mouseReleased", to, 0);
    }

    /// Turns the wheel at a place by this many CSS pixels downwards.
    pub(crate) fn wheel(&mut self, at: (f64, f64), down: f64) {
        let event = json!({ "type": "mouseWheel", "x": at.0, "y": at.1, "deltaX": 0, "deltaY": down });
        self.call("Input.dispatchMouseEvent", event);
    }

    /// Taps the middle of the first element that fits, with a finger.
    pub(crate) fn tap(&mut self, selector: &str) {
        let (x, y) = self.middle_of(selector);
        self.tap_at(x, y);
    }

    /// Taps a place with a finger.
    pub(crate) fn tap_at(&mut self, x: f64, y: f64) {
        self.touch("touchStart", Some((x, y)));
        self.touch("touchEnd", None);
    }

    /// Draws a finger from one place to the other.
    pub(crate) fn swipe(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.touch("touchStart", Some(from));
        for place in way(from, to) {
            self.touch("touchMove", Some(place));
        }
        self.touch("touchEnd", None);
    }

    /// Presses a key: `ArrowLeft`, `a`, `?`, `Control+z`, `Shift+Tab`, `Space`.
    pub(crate) fn key(&mut self, chord: &str) {
        let key = Key::parse(chord);
        self.call("Input.dispatchKeyEvent", key.down());
        self.call("Input.dispatchKeyEvent", key.up());
    }

    /// Writes into what has the focus.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Waits until fonts are there and two frames were painted, so that a picture shows what a reader sees.
    pub(crate) fn settle(&mut self) {
        self.eval(
            "document.fonts.ready.then(() => new Promise(painted =>
                requestAnimationFrame(() => requestAnimationFrame(() => painted(true)))))",
        );
    }

    /// The window as a PNG, with the device pixels of the view.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        self.settle();
        self.capture(json!({ "format": "png" }))
    }

    /// The whole page as a PNG, also what lies below the window.
    pub(crate) fn whole_picture(&mut self) -> Vec<u8> {
        self.settle();
        let size = self.call("Page.getLayoutMetrics", json!({}))["cssContentSize"].take();
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        self.capture(json!({ "format": "png", "captureBeyondViewport": true, "clip": clip }))
    }

    /// Writes a picture of the window to a file.
    pub(crate) fn screenshot(&mut self, path: &Path) {
        let picture = self.picture();
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        }
        fs::write(path, picture).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// What the browser's tracer tells of the page until an expression in it is true: how long each frame's script took,
    /// in milliseconds.
    pub(crate) fn script_per_frame(&mut self, until: &str) -> Vec<f64> {
        let wanted = json!({ "includedCategories": ["devtools.timeline"] });
        self.call("Tracing.start", json!({ "transferMode": "ReportEvents", "traceConfig": wanted }));
        self.wait_for(until);
        self.call("Tracing.end", json!({}));
        let deadline = Deadline::after(WAIT_LIMIT);
        let mut took_ms = Vec::new();
        loop {
            match self.connection.next_event() {
                Some(event) if event.method == "Tracing.tracingComplete" => return took_ms,
                Some(event) if event.method == "Tracing.dataCollected" => {
                    let told = event.params["value"].as_array().into_iter().flatten();
                    let frames =
                        told.filter(|event| event["name"] == "FireAnimationFrame" && event["ph"] == "X");
                    took_ms
                        .extend(frames.filter_map(|event| event["dur"].as_f64()).map(|micros| micros / 1e3));
                }
                Some(event) => self.hear(&event),
                None if deadline.is_over() => self.fail("the tracer does not end"),
                None => {}
            }
        }
    }

    /// What the browser counts of the page after a collection of garbage, by its own names, such as `JSHeapUsedSize`.
    pub(crate) fn metric(&mut self, name: &str) -> f64 {
        self.call("HeapProfiler.collectGarbage", json!({}));
        self.call("Performance.enable", json!({}));
        let told = self.call("Performance.getMetrics", json!({}));
        let metrics = told["metrics"].as_array().into_iter().flatten();
        let value =
            metrics.filter(|metric| metric["name"] == name).find_map(|metric| metric["value"].as_f64());
        value.unwrap_or_else(|| self.fail(&format!("the browser counts no {name}")))
    }

    /// Every line of the console so far, such as `log: ready`.
    pub(crate) fn console(&mut self) -> Vec<String> {
        self.catch_up();
        self.console.lines().to_vec()
    }

    /// Ends the test of this page: fails on any console error, exception, failed request or request to another host.
    pub(crate) fn finish(self) {
        let faults = self.close();
        assert!(faults.is_empty(), "behind the page:\n  {}", faults.join("\n  "));
    }

    /// Closes the page and returns what went wrong behind it. Tests of the page call [`Page::finish`].
    pub(crate) fn close(mut self) -> Vec<String> {
        self.catch_up();
        self.is_closed = true;
        self.browser.close_page(&self.context);
        self.console.faults().to_vec()
    }

    /// Turns on everything that tells what goes wrong, in the page and in its workers.
    fn listen(&mut self) {
        for domain in ["Page", "Runtime", "Log", "Network", "Inspector"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
        let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true });
        self.call("Target.setAutoAttach", attach);
        // A picture is as wide as the window.
        self.call("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
        // A page that is not in front would pause, and so would everything that waits for a frame.
        self.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
    }

    /// Hears one event that came so far, or comes within one short wait.
    fn listen_shortly(&mut self) {
        if let Some(event) = self.connection.next_event() {
            self.hear(&event);
        }
    }

    fn hear(&mut self, event: &Event) {
        if event.method == "Target.attachedToTarget"
            && let Some(session) = event.params["sessionId"].as_str()
        {
            self.parts.push(session.to_owned());
            for domain in ["Runtime", "Log", "Network"] {
                // Some kinds of workers lack a domain, and a worker may end at any time.
                let _ = self.connection.try_call(&format!("{domain}.enable"), json!({}), Some(session));
            }
        }
        self.console.hear(event);
    }

    /// Hears everything that the page has said up to now.
    fn catch_up(&mut self) {
        // The answer comes behind all that was said before the question.
        self.eval("true");
        while let Some(event) = self.connection.heard() {
            self.hear(&event);
        }
    }

    /// Asks the browser itself: a method of its debugging service.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.connection.call(method, params)
    }

    fn try_eval(&mut self, expression: &str) -> Result<Value, String> {
        let asked = json!({
            "expression": expression,
            "awaitPromise": true,
            "returnByValue": true,
            "userGesture": true,
        });
        let mut answer = self
            .connection
            .try_call("Runtime.evaluate", asked, None)
            .map_err(|refusal| refusal.to_string())?;
        match &answer["exceptionDetails"] {
            Value::Null => Ok(answer["result"]["value"].take()),
            details => Err(details["exception"]["description"].as_str().unwrap_or("exception").to_owned()),
        }
    }

    /// The middle of an element, once it is there, in the window, and not covered.
    fn middle_of(&mut self, selector: &str) -> (f64, f64) {
        let quoted = Value::from(selector);
        self.wait_for(&format!("document.querySelector({quoted})"));
        let place = self.eval(&format!(
            "(() => {{
                const element = document.querySelector({quoted});
                element.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }});
                const box = element.getBoundingClientRect();
                const x = box.x + box.width / 2, y = box.y + box.height / 2;
                const top = document.elementFromPoint(x, y);
                return top && (element.contains(top) || top.contains(element)) ? [x, y] : top?.outerHTML ?? 'nothing';
            }})()"
        ));
        match (place[0].as_f64(), place[1].as_f64()) {
            (Some(x), Some(y)) => (x, y),
            _ => self.fail(&format!("{selector}: its middle is covered by {place}")),
        }
    }

    fn mouse(&mut self, kind: &str, at: (f64, f64), buttons: u32) {
        let button = if kind == "mouseMoved" && buttons == 0 { "none" } else { "left" };
        let clicks = u32::from(kind != "mouseMoved");
        let event = json!({
            "type": kind, "x": at.0, "y": at.1, "button": button, "buttons": buttons, "clickCount": clicks,
        });
        self.call("Input.dispatchMouseEvent", event);
    }

    fn touch(&mut self, kind: &str, at: Option<(f64, f64)>) {
        let points: Vec<Value> = at.into_iter().map(|(x, y)| json!({ "x": x, "y": y })).collect();
        self.call("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points }));
    }

    fn capture(&mut self, asked: Value) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", asked);
        let data = answer["data"].as_str().unwrap_or_default();
        BASE64.decode(data.as_bytes()).unwrap_or_else(|error| panic!("picture: {error}"))
    }

    /// Ends the test with everything that helps to see why.
    fn fail(&mut self, message: &str) -> ! {
        while let Some(event) = self.connection.heard() {
            self.hear(&event);
        }
        let url = self.try_eval("location.href").unwrap_or_default();
        let lines = self.console.lines().iter().chain(self.console.faults());
        let lines: Vec<&str> = lines.map(String::as_str).collect();
        let waiting: Vec<&str> = self.console.waiting().collect();
        let (lines, waiting) = (lines.join("\n  "), waiting.join("\n  "));
        panic!("{message}\nat {url}\nconsole:\n  {lines}\nrequests under way:\n  {waiting}")
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let is_forgotten = !self.is_closed && !thread::panicking();
        assert!(!is_forgotten, "a browser test ends with Page::finish, which looks behind the page");
    }
}

/// Places on the way from one to the other, the end included.
fn way(from: (f64, f64), to: (f64, f64)) -> impl Iterator<Item = (f64, f64)> {
    (1..=DRAG_STEPS).map(move |step| {
        let part = f64::from(step) / f64::from(DRAG_STEPS);
        (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
    })
}
