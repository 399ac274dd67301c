//! A conversation with Chromium's debugging service: calls with answers, and events in between.
//!
//! It is written here because it is small: JSON over one socket, one thread, no generated code to compile.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Error, Message, WebSocket};

/// How long one call may take on a busy machine.
const CALL_LIMIT: Duration = Duration::from_secs(60);

/// How long one read waits before it looks at the clock again.
const READ_SLICE: Duration = Duration::from_millis(20);

/// Something that the browser told unasked.
#[derive(Debug)]
pub(crate) struct Event {
    /// Domain and name, such as `Runtime.exceptionThrown`.
    pub(crate) method: String,
    /// What it tells.
    pub(crate) params: Value,
}

/// A point in time at which waiting ends.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// The point in time after this long.
    #[expect(clippy::disallowed_methods, reason = "a real browser answers in real time")]
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// Whether the time is up.
    #[expect(clippy::disallowed_methods, reason = "a real browser answers in real time")]
    pub(crate) fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}

/// An open conversation.
pub(crate) struct Connection {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    events: VecDeque<Event>,
}

impl Connection {
    /// Opens a conversation at an address such as `ws://127.0.0.1:41231/devtools/page/..`.
    pub(crate) fn open(url: &str) -> Self {
        let host = url.trim_start_matches("ws://").split('/').next().unwrap_or_default();
        let stream = TcpStream::connect(host).unwrap_or_else(|error| panic!("{url}: {error}"));
        // Both ends are on this machine: send each message at once.
        stream.set_nodelay(true).unwrap_or_else(|error| panic!("{url}: {error}"));
        let (socket, _) = tungstenite::client(url, stream).unwrap_or_else(|error| panic!("{url}: {error}"));
        socket.get_ref().set_read_timeout(Some(READ_SLICE)).unwrap_or_else(|error| panic!("{url}: {error}"));
        Self { socket, last_id: 0, events: VecDeque::new() }
    }

    /// Calls a method and returns its result; fails the test when the browser refuses.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.try_call(method, params, None).unwrap_or_else(|refusal| panic!("{method}: {refusal}"))
    }

    /// Calls a method, in a worker if a session is given; an error is the browser's refusal.
    pub(crate) fn try_call(
        &mut self,
        method: &str,
        params: Value,
        session: Option<&str>,
    ) -> Result<Value, Value> {
        self.last_id += 1;
        let id = self.last_id;
        let mut call = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            call["sessionId"] = session.into();
        }
        self.socket.send(Message::text(call.to_string())).unwrap_or_else(|error| panic!("{method}: {error}"));
        let deadline = Deadline::after(CALL_LIMIT);
        loop {
            match self.read() {
                Some(mut answer) if answer["id"] == id => {
                    return match answer.get_mut("error") {
                        Some(error) => Err(error.take()),
                        None => Ok(answer["result"].take()),
                    };
                }
                Some(event) => self.keep(event),
                None => assert!(!deadline.is_over(), "{method}: no answer within {CALL_LIMIT:?}"),
            }
        }
    }

    /// The next event that came so far, or comes within one short wait.
    pub(crate) fn next_event(&mut self) -> Option<Event> {
        if self.events.is_empty()
            && let Some(message) = self.read()
        {
            self.keep(message);
        }
        self.events.pop_front()
    }

    /// The next event that came so far.
    pub(crate) fn heard(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn keep(&mut self, mut message: Value) {
        if let Some(method) = message["method"].as_str().map(str::to_owned) {
            self.events.push_back(Event { method, params: message["params"].take() });
        }
    }

    /// One message, or none within one short wait.
    fn read(&mut self) -> Option<Value> {
        match self.socket.read() {
            Ok(Message::Text(text)) => Some(
                serde_json::from_str(&text)
                    .unwrap_or_else(|error| panic!("not JSON from the browser: {error}")),
            ),
            Ok(_) => None,
            Err(Error::Io(error)) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                None
            }
            Err(error) => panic!("the browser ended the conversation: {error}"),
        }
    }
}
