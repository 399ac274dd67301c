//! What went wrong behind a page: console errors, exceptions, failed requests, requests to other hosts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::connection::Event;

/// What a page said and asked for, as events told it.
#[derive(Default)]
pub(crate) struct Console {
    /// Scheme, host and port to which the page may talk.
    origin: String,
    /// Every line of the console, with its level.
    lines: Vec<String>,
    /// What must not happen.
    faults: Vec<String>,
    /// Address of each request under way, by its id.
    requests: BTreeMap<String, String>,
    /// Address of every request, in order.
    asked: Vec<String>,
}

impl Console {
    /// Listens to a page that may talk to this origin alone.
    pub(crate) fn of(origin: String) -> Self {
        Self { origin, ..Self::default() }
    }

    /// Every line of the console so far.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// What went wrong so far.
    pub(crate) fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Addresses of the requests under way.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &str> {
        self.requests.values().map(String::as_str)
    }

    /// Every address that was asked for.
    pub(crate) fn asked(&self) -> &[String] {
        &self.asked
    }

    /// Takes note of one event.
    pub(crate) fn hear(&mut self, event: &Event) {
        let params = &event.params;
        match event.method.as_str() {
            "Runtime.consoleAPICalled" => self.console_call(params),
            "Runtime.exceptionThrown" => self.fault(&format!("exception: {}", exception(params))),
            "Log.entryAdded" => self.log_entry(&params["entry"]),
            "Network.requestWillBeSent" => self.request(params),
            "Network.responseReceived" => self.response(&params["response"]),
            "Network.loadingFailed" => self.failure(params),
            "Network.loadingFinished" => drop(self.forget(params)),
            "Inspector.targetCrashed" => self.fault("the page crashed"),
            _ => {}
        }
    }

    fn fault(&mut self, fault: &str) {
        self.faults.push(fault.to_owned());
    }

    fn console_call(&mut self, params: &Value) {
        let words = params["args"].as_array().into_iter().flatten().map(plain).collect::<Vec<_>>().join(" ");
        let level = params["type"].as_str().unwrap_or_default();
        self.lines.push(format!("{level}: {words}"));
        if matches!(level, "error" | "assert") {
            self.fault(&format!("console {level}: {words}"));
        }
    }

    fn log_entry(&mut self, entry: &Value) {
        let part = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let line = format!("{}: {} {}", part("level"), part("text"), part("url"));
        self.lines.push(line.clone());
        if entry["level"] == "error" {
            self.fault(&format!("browser {line}"));
        }
    }

    fn request(&mut self, params: &Value) {
        let url = params["request"]["url"].as_str().unwrap_or_default();
        let id = params["requestId"].as_str().unwrap_or_default();
        self.requests.insert(id.to_owned(), url.to_owned());
        self.asked.push(url.to_owned());
        let inside = url.strip_prefix(&self.origin).is_some_and(|path| path.starts_with('/'));
        let made_here = ["data:", "blob:", "about:"].iter().any(|scheme| url.starts_with(scheme));
        if !inside && !made_here {
            self.fault(&format!("request to another host: {url}"));
        }
    }

    fn response(&mut self, response: &Value) {
        let status = response["status"].as_u64().unwrap_or_default();
        if status >= 400 {
            let url = response["url"].as_str().unwrap_or_default();
            self.fault(&format!("request answered with {status}: {url}"));
        }
    }

    fn forget(&mut self, params: &Value) -> Option<String> {
        self.requests.remove(params["requestId"].as_str().unwrap_or_default())
    }

    fn failure(&mut self, params: &Value) {
        let url = self.forget(params);
        // The page itself may give up a request, for instance when the reader goes on.
        if params["canceled"] != true {
            let url = url.as_deref().unwrap_or("an unknown address");
            let reason = params["errorText"].as_str().unwrap_or_default();
            self.fault(&format!("request failed: {url}: {reason}"));
        }
    }
}

fn exception(params: &Value) -> String {
    let details = &params["exceptionDetails"];
    let description = details["exception"]["description"].as_str();
    description.or(details["text"].as_str()).unwrap_or("unknown").to_owned()
}

/// A value of the page in words.
fn plain(value: &Value) -> String {
    match (&value["value"], value["description"].as_str()) {
        (Value::String(text), _) => text.clone(),
        (Value::Null, Some(description)) => description.to_owned(),
        (other, _) => other.to_string(),
    }
}
