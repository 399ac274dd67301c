//! A property that any lab can claim: what its clients see of keys and values is linearizable.
//!
//! A lab says how its commands and replies read as asks and answers of one register a key; the judge itself is the
//! simulator's (`faultscope_sim::linear`) and knows no protocol.

use std::sync::Arc;

use faultscope_protocol::ordered::{Map, Set};
use faultscope_protocol::{NodeId, Outcome};
use faultscope_sim::linear::{Explained, History, Model};
use faultscope_sim::{
    Kind, Mode, Monitor, Payload, Property, Signal, StableHasher, Step, World, stable_hash,
};
use serde_json::{Value, json};

use crate::lab::PropertyWords;
use crate::words::Text;

/// The property in words, for the lists of the labs that claim it.
pub const WORDS: PropertyWords = PropertyWords {
    id: "linearizable",
    title: Text::new("Linearizability", "线性一致性"),
    sentence: Text::new(
        "Every answered command seems to take effect at one instant between call and answer.",
        "每条得到应答的命令，看起来都在发出与应答之间的某一瞬间生效。",
    ),
    finding: Text::new(
        "{node} got the answer {what}: no order of the commands explains it",
        "{node} 得到应答 {what}：任何命令次序都无法解释",
    ),
};

/// What a command asks of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ask {
    /// Its value.
    Read,
    /// To hold this value from now on.
    Write(u64),
}

/// What a reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// The key holds this; none where it was never written.
    Found(Option<u64>),
    /// The write took effect.
    Written,
}

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Register;

impl Model for Register {
    type State = Option<u64>;
    type Ask = Ask;
    type Answer = Answer;

    fn apply(state: &Option<u64>, ask: &Ask) -> (Option<u64>, Answer) {
        match ask {
            Ask::Read => (*state, Answer::Found(*state)),
            Ask::Write(value) => (Some(*value), Answer::Written),
        }
    }

    fn is_read_only(ask: &Ask) -> bool {
        *ask == Ask::Read
    }
}

/// How a lab's commands and replies read.
#[derive(Clone, Copy)]
pub struct Reading {
    /// The key that a command is about, and what it asks; none where it concerns no key.
    pub ask: fn(&Payload) -> Option<(String, Ask)>,
    /// What a reply of outcome ok answers.
    pub answer: fn(&Payload) -> Option<Answer>,
}

/// The property, fresh: judged at every reply, and broken at the first that nothing explains.
pub fn property(reading: Reading) -> Property {
    Property::new(WORDS.id, Mode::Always, Box::new(Linearizable { reading, keys: Keys::default() }))
}

#[derive(Clone)]
struct Linearizable {
    reading: Reading,
    keys: Keys,
}

impl Monitor for Linearizable {
    fn observe(&mut self, _: &World, step: &Step) -> Signal {
        let Some(node) = step.node else { return Signal::Silent };
        match (step.kind, step.op, &step.body) {
            (Kind::Command, Some(call), Some(body)) => {
                if let Some((key, ask)) = (self.reading.ask)(body) {
                    self.keys.call(call, node, key, ask);
                }
                Signal::Silent
            }
            (Kind::Reply, Some(call), Some(body)) => self.reply(call, step.at_us, body),
            (Kind::Crash, ..) => {
                self.keys.crash(node, step.at_us);
                Signal::Silent
            }
            _ => Signal::Silent,
        }
    }

    fn clone_box(&self) -> Box<dyn Monitor> {
        Box::new(self.clone())
    }

    fn hash_into(&self, hasher: &mut StableHasher) {
        std::hash::Hash::hash(&self.keys, hasher);
    }

    fn plain(&self) -> Option<Value> {
        Some(self.keys.plain())
    }
}

impl Linearizable {
    fn reply(&mut self, call: u64, at_us: u64, body: &Payload) -> Signal {
        match body.outcome() {
            Some(Outcome::Ok) => match (self.reading.answer)(body) {
                Some(answer) => self.keys.end(call, at_us, &End::Answered(answer)),
                None => Signal::Silent,
            },
            Some(Outcome::Fail) => self.keys.end(call, at_us, &End::Failed),
            Some(Outcome::Info) => self.keys.end(call, at_us, &End::Lost),
            None => Signal::Silent,
        }
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It took effect, and this came back.
    Answered(Answer),
    /// It surely took no effect, and never will.
    Failed,
    /// Nobody can tell: it may take effect at any later time, or never.
    Lost,
}

/// A call that is not ended.
#[derive(Clone, Debug, Hash)]
struct Call {
    node: NodeId,
    key: String,
    ask: Ask,
    /// When its node crashed: from the next instant on nobody will answer it.
    doomed_us: Option<u64>,
}

/// The histories of all keys.
#[derive(Clone, Debug, Default, Hash)]
pub struct Keys {
    calls: Map<u64, Call>,
    /// The calls that a crash took the answer from.
    lost: Set<u64>,
    /// Behind shared pointers: a snapshot costs what changed.
    histories: Map<String, Arc<History<Register>>>,
}

impl Keys {
    /// A node is asked something. Numbers of calls are never used twice.
    pub fn call(&mut self, call: u64, node: NodeId, key: String, ask: Ask) {
        self.history(&key).call(call, ask);
        self.calls.insert(call, Call { node, key, ask, doomed_us: None });
    }

    /// A node crashes: what it was asked will not be answered, but for replies that leave at this very instant.
    pub fn crash(&mut self, node: NodeId, at_us: u64) {
        for call in self.calls.values_mut().filter(|call| call.node == node) {
            call.doomed_us.get_or_insert(at_us);
        }
    }

    /// A call ends at `at_us`. Says whether the history of its key can still be explained.
    pub fn end(&mut self, call: u64, at_us: u64, end: &End) -> Signal {
        self.lose_doomed(at_us);
        if self.lost.contains(&call) {
            // A machine that answers across a crash: the judge has counted the call as lost already.
            return Signal::GaveUp(0);
        }
        let Some(ended) = self.calls.remove(&call) else { return Signal::Silent };
        let history = self.history(&ended.key);
        let explained = match end {
            End::Answered(answer) => history.answer(call, answer),
            End::Failed => history.fail(call),
            End::Lost => {
                history.lose(call);
                return Signal::Silent;
            }
        };
        match explained {
            Explained::Yes => Signal::Held,
            Explained::GaveUp(states) => Signal::GaveUp(states),
            Explained::No => Signal::Struck(vec![
                ("node", ended.node.to_string()),
                ("what", what_words(&ended.key, ended.ask, end)),
            ]),
        }
    }

    /// Everything, with the nodes by name; what names none, by its hash.
    fn plain(&self) -> Value {
        let call = |call: &Call| json!([call.node, stable_hash(&(&call.key, call.ask, call.doomed_us))]);
        let calls: Value = self.calls.iter().map(|(op, it)| (op.to_string(), call(it))).collect();
        json!([calls, stable_hash(&(&self.lost, &self.histories))])
    }

    fn lose_doomed(&mut self, at_us: u64) {
        let is_doomed = |call: &Call| call.doomed_us.is_some_and(|doomed_us| doomed_us < at_us);
        if !self.calls.values().any(is_doomed) {
            return;
        }
        let (doomed, calls) =
            std::mem::take(&mut self.calls).into_iter().partition(|(_, call)| is_doomed(call));
        self.calls = calls;
        for (number, call) in Map::<u64, Call>::into_iter(doomed) {
            self.history(&call.key).lose(number);
            self.lost.insert(number);
        }
    }

    fn history(&mut self, key: &str) -> &mut History<Register> {
        if !self.histories.contains_key(key) {
            self.histories.insert(key.to_owned(), Arc::default());
        }
        Arc::make_mut(self.histories.entry(key.to_owned()).or_default())
    }
}

/// In signs, so that it reads in every language: `x → 3`, `x → ∅`, `x ← 3`.
fn what_words(key: &str, ask: Ask, end: &End) -> String {
    let failed = if *end == End::Failed { " ✗" } else { "" };
    match (ask, end) {
        (_, End::Answered(Answer::Found(Some(value)))) => format!("{key} → {value}"),
        (_, End::Answered(Answer::Found(None))) => format!("{key} → ∅"),
        (Ask::Write(value), _) => format!("{key} ← {value}{failed}"),
        (Ask::Read, _) => format!("{key} → ?{failed}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(number: u16) -> NodeId {
        NodeId::client(number)
    }

    /// Two clients, one key: c1 writes 1 and then 2, and c2 reads `value` after both were answered.
    fn read_after_two_writes(value: u64) -> Signal {
        let mut keys = Keys::default();
        for (call, written) in [(1, 1), (2, 2)] {
            keys.call(call, client(1), "x".to_owned(), Ask::Write(written));
            assert_eq!(keys.end(call, call * 10, &End::Answered(Answer::Written)), Signal::Held);
        }
        keys.call(3, client(2), "x".to_owned(), Ask::Read);
        keys.end(3, 40, &End::Answered(Answer::Found(Some(value))))
    }

    #[test]
    fn a_stale_read_breaks_and_says_what_was_read() {
        assert_eq!(read_after_two_writes(2), Signal::Held);
        let Signal::Struck(finding) = read_after_two_writes(1) else { panic!("a stale read passes") };
        assert_eq!(finding, [("node", "c2".to_owned()), ("what", "x → 1".to_owned())]);
    }

    /// The write of a client that crashed may strike late; a read of it is no break.
    #[test]
    fn what_a_crashed_client_asked_may_strike_late() {
        let mut keys = Keys::default();
        keys.call(1, client(1), "x".to_owned(), Ask::Write(1));
        keys.crash(client(1), 10);
        let mut read = |call, value| {
            keys.call(call, client(2), "x".to_owned(), Ask::Read);
            keys.end(call, call * 10, &End::Answered(Answer::Found(value)))
        };
        assert_eq!(read(2, None), Signal::Held);
        assert_eq!(read(3, Some(1)), Signal::Held);
        assert!(matches!(read(4, None), Signal::Struck(_)));
    }

    /// A reply that left at the instant of the crash counts; a later one is more than the judge can weigh.
    #[test]
    fn a_reply_across_a_crash_is_given_up_aloud() {
        let crashed = |at_us| {
            let mut keys = Keys::default();
            keys.call(1, client(1), "x".to_owned(), Ask::Write(1));
            keys.crash(client(1), 10);
            keys.end(1, at_us, &End::Answered(Answer::Written))
        };
        assert_eq!(crashed(10), Signal::Held);
        assert_eq!(crashed(11), Signal::GaveUp(0));
    }

    #[test]
    fn keys_are_judged_apart() {
        let mut keys = Keys::default();
        keys.call(1, client(1), "x".to_owned(), Ask::Write(1));
        assert_eq!(keys.end(1, 10, &End::Answered(Answer::Written)), Signal::Held);
        keys.call(2, client(1), "y".to_owned(), Ask::Read);
        assert_eq!(keys.end(2, 20, &End::Answered(Answer::Found(None))), Signal::Held);
    }
}
