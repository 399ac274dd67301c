//! Running on to what someone waits for: the next message, note, decision, or a place said in words.

use faultscope_protocol::NodeId;
use faultscope_sim::{IndexEntry, Kind, Status, Step};

use super::Session;
use crate::place::{BadPlace, Place};
use crate::words::{Lang, Text, unknown};

/// Until when to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The next message that arrives or is lost.
    Message,
    /// The next message to this node that arrives or is lost.
    MessageTo(NodeId),
    /// The next message from this node that arrives or is lost.
    MessageFrom(NodeId),
    /// The next step of this node.
    StepAt(NodeId),
    /// The next remark of a machine.
    Note,
    /// The next decision.
    Decision,
    /// The next broken property.
    Broken,
    /// The next step that follows this rule, by its id.
    Rule(&'static str),
}

/// Why a place cannot be waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceError {
    /// Its words do not fit the language of places.
    Words(BadPlace),
    /// It names a node that the run does not have.
    UnknownNode(NodeId),
    /// It names a field that no node of the run has; the known ones.
    UnknownField(String, Vec<String>),
    /// It names a property that the variant does not check; the known ones.
    UnknownProperty(String, Vec<&'static str>),
}

impl PlaceError {
    /// One clear message.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Words(error) => error.message(lang),
            Self::UnknownNode(node) => Text::new("this run has no node {node}", "本次运行没有节点 {node}")
                .fill(lang, &[("node", &node.to_string())]),
            Self::UnknownField(word, known) => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                unknown(
                    Text::new("no field is called “{word}”", "没有名为“{word}”的字段"),
                    word,
                    &known,
                    lang,
                )
            }
            Self::UnknownProperty(word, known) => unknown(
                Text::new("no property is called “{word}”", "没有名为“{word}”的性质"),
                word,
                known,
                lang,
            ),
        }
    }
}

/// Steps are replayed in pieces of so many.
const CHUNK: u64 = 512;

impl Session {
    /// Runs on to the next step of a kind, looking at no more than `most` steps and playing on where the run ends.
    /// Returns whether it was found; the cursor stays where it was if not.
    pub fn run_to(&mut self, stop: Stop, most: u64) -> bool {
        self.look_ahead(most, |session, first, last| {
            let mut found = None;
            session.each(stop, first, last, |step| {
                found.get_or_insert(step);
            });
            found
        })
    }

    /// Goes back to the step of a kind before the cursor. Returns whether there was one.
    pub fn run_back(&mut self, stop: Stop) -> bool {
        let mut last = self.step().saturating_sub(1);
        while last > 0 {
            let first = last.saturating_sub(CHUNK) + 1;
            let mut found = None;
            self.each(stop, first, last, |step| found = Some(step));
            if let Some(step) = found {
                self.seek_step(step);
                return true;
            }
            last = first - 1;
        }
        false
    }

    /// Reads a place and sees to it that this run can reach it, as far as one can know: its nodes, its properties and
    /// the first keys of its fields exist.
    ///
    /// # Errors
    /// [`PlaceError`] says which word does not fit.
    pub fn place(&self, text: &str) -> Result<Place, PlaceError> {
        let place = Place::parse(text).map_err(PlaceError::Words)?;
        if let Some(node) = place.nodes().find(|&node| self.run().head().world.node(node).is_none()) {
            return Err(PlaceError::UnknownNode(node));
        }
        let properties: Vec<&'static str> = self.properties().iter().map(|property| property.id).collect();
        if let Some(id) = place.properties().find(|id| !properties.contains(id)) {
            return Err(PlaceError::UnknownProperty(id.to_owned(), properties));
        }
        let fields = self.fields();
        let is_unknown = |key: &&str| !fields.is_empty() && fields.iter().all(|known| known != key);
        let stranger = place.fields().find(is_unknown).map(str::to_owned);
        match stranger {
            Some(key) => Err(PlaceError::UnknownField(key, fields)),
            None => Ok(place),
        }
    }

    /// The first keys of the fields that nodes have at the furthest step; none where no node was started yet.
    fn fields(&self) -> Vec<String> {
        let mut fields = Vec::new();
        let world = &self.run().head().world;
        let nodes = world.nodes().filter(|node| node.status != Status::Absent);
        for node in nodes {
            for (key, _) in self.variant.state(world, node) {
                if !fields.contains(&key) {
                    fields.push(key);
                }
            }
        }
        if !fields.is_empty() {
            fields.push("status".to_owned());
        }
        fields
    }

    /// Runs on to a place, looking at no more than `most` steps and playing on where the run ends. A place that holds
    /// at the cursor must cease to hold before it is found again. Returns whether it was found; the cursor stays
    /// where it was if not.
    pub fn run_until(&mut self, place: &Place, most: u64) -> bool {
        if let Some(at_us) = place.time_us() {
            return self.run_until_time(at_us, most);
        }
        let mut held = place.holds(self.variant, &self.strand.cursor, None).is_some();
        self.look_ahead(most, |session, first, last| {
            let mut found = None;
            session.run().replay(first, last, |moment, step| {
                if found.is_none() {
                    let holds = place.holds(session.variant, moment, Some(step)).is_some();
                    found = (holds && !held).then_some(step.number);
                    held &= holds;
                }
            });
            found
        })
    }

    fn run_until_time(&mut self, at_us: u64, most: u64) -> bool {
        let (len, stand) = (self.len(), self.strand.stand());
        if at_us <= stand.now_us {
            return false;
        }
        let is_there = self.advance(at_us, most);
        if !is_there {
            self.strand.rewind(len);
            self.strand.stand_at(stand);
        }
        is_there
    }

    /// Shows the steps after the cursor to `find`, piece by piece, until it finds one. What was played in vain is
    /// forgotten.
    fn look_ahead(&mut self, most: u64, mut find: impl FnMut(&Self, u64, u64) -> Option<u64>) -> bool {
        self.arrival = None;
        let (start, len) = (self.step(), self.len());
        let end = start.saturating_add(most);
        let mut from = start;
        while from < end {
            if from >= self.len() && self.play_ahead(u64::MAX, CHUNK.min(end - from)) == 0 {
                break;
            }
            let last = self.len().min(from + CHUNK).min(end);
            if let Some(step) = find(self, from + 1, last) {
                self.forget_after(len.max(step));
                self.seek_step(step);
                return true;
            }
            from = last;
        }
        self.forget_after(len);
        false
    }

    fn forget_after(&mut self, step: u64) {
        if step < self.len() {
            self.strand.rewind(step);
        }
    }

    /// Names the played steps of a kind among `first..=last`, in order.
    fn each(&self, stop: Stop, first: u64, last: u64, mut see: impl FnMut(u64)) {
        match stop {
            Stop::MessageFrom(node) => {
                let is_it = |step: &Step| is_message(step) && step.from == Some(node);
                return self.replayed(first, last, is_it, see);
            }
            Stop::Rule(id) => {
                let is_it = |step: &Step| step.notes.iter().any(|note| note.rule() == Some(id));
                return self.replayed(first, last, is_it, see);
            }
            _ => {}
        }
        let entries = self.run().index().range(first as usize - 1..last as usize);
        for (place, entry) in entries.iter().enumerate() {
            if stops_at(stop, entry) {
                see(first + place as u64);
            }
        }
    }

    /// Names the steps among `first..=last` of which more must be known than the index keeps.
    fn replayed(&self, first: u64, last: u64, is_it: impl Fn(&Step) -> bool, mut see: impl FnMut(u64)) {
        self.run().replay(first, last, |_, step| {
            if is_it(step) {
                see(step.number);
            }
        });
    }
}

fn is_message(step: &Step) -> bool {
    matches!(step.kind, Kind::Deliver | Kind::Lost)
}

fn stops_at(stop: Stop, entry: &IndexEntry) -> bool {
    let is_message = matches!(entry.kind, Kind::Deliver | Kind::Lost);
    match stop {
        Stop::Message | Stop::MessageFrom(_) => is_message,
        Stop::MessageTo(node) => is_message && entry.node() == Some(node),
        Stop::StepAt(node) => entry.node() == Some(node),
        Stop::Note | Stop::Rule(_) => entry.has_note(),
        Stop::Decision => entry.has_decision(),
        Stop::Broken => entry.has_broken(),
    }
}
