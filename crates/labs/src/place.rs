//! Places in a run, said in words: `any.role = leader and time >= 500ms`.
//!
//! A story moves from place to place, never to a step number, so that it still holds when a protocol changes by a
//! message. A place is one condition, or several joined by `and`; `not` stands before a condition. What follows is
//! every condition; `WHO` is a node (`n3`), `any` or `all` (of the servers).
//!
//! ```text
//! n3.role = leader              a field of a node's state, with = != < <= > >=; `status` is up, paused or down
//! any.log.len >= 2              a path: keys, numbers from 0, `last`, and `len` of a list
//! count role = leader >= 2      how many servers have such a field
//! time >= 500ms                 virtual time: us, ms, s, or plain microseconds
//! note "became leader" at n3    a machine remarks it in this step (`at WHO` may be left out, here and below)
//! message RequestVote from n1 to n3   it leaves in this step
//! arrives RequestVote to n3     it arrives
//! lost RequestVote to n3        it is lost
//! event crash at n2             a step of this kind: boot, timer, command, durable, crash, restart …
//! reply ok at c1                a command is answered: ok, fail or info
//! broken election-safety        an *always* property is broken by now
//! met leader-exists             an *eventually* property is met now
//! seen split-vote               a *sometimes* property was seen by now
//! ```
//!
//! A place may end with `as NAME`: the node for which the first condition came true is then known by that name.

use faultscope_protocol::NodeId;
use faultscope_sim::{Kind, Mode, Moment, Node, Payload, Status, Step, Verdict, World};
use serde_json::{Map, Value};

use crate::lab::Variant;
use crate::words::{Lang, Text};

/// Why the words of a place were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPlace {
    /// The word that does not fit; empty where words are missing.
    pub word: String,
    /// What was expected there.
    pub expected: String,
}

impl BadPlace {
    fn new(word: &str, expected: impl Into<String>) -> Self {
        Self { word: word.to_owned(), expected: expected.into() }
    }

    /// One clear message.
    pub fn message(&self, lang: Lang) -> String {
        let values = [("word", self.word.as_str()), ("expected", self.expected.as_str())];
        if self.word.is_empty() {
            return Text::new("something is missing, expected {expected}", "缺少内容，应为 {expected}")
                .fill(lang, &values);
        }
        Text::new("“{word}” does not fit, expected {expected}", "“{word}”不合适，应为 {expected}")
            .fill(lang, &values)
    }
}

/// A place in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    conditions: Vec<Condition>,
    /// The name under which the node of the first condition is known afterwards.
    name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    is_negated: bool,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Time(u64),
    Field { who: Who, field: FieldTest },
    Count { field: FieldTest, compare: Compare, number: u64 },
    Note { name: String, at: Who },
    Message { part: MessagePart, name: String, from: Who, to: Who },
    Event { kind: String, at: Who },
    Reply { outcome: String, at: Who },
    Property { word: PropertyWord, id: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Any,
    All,
    Node(NodeId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct FieldTest {
    path: Vec<String>,
    compare: Compare,
    value: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MessagePart {
    Leaves,
    Arrives,
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PropertyWord {
    Broken,
    Met,
    Seen,
}

const FORMS: &str = "WHO.FIELD = VALUE | count FIELD = VALUE >= N | time >= 500ms | note NAME | message TYPE | \
                     arrives TYPE | lost TYPE | event KIND | reply OUTCOME | broken PROPERTY | met PROPERTY | \
                     seen PROPERTY";

const KINDS: [Kind; 12] = [
    Kind::Boot,
    Kind::Deliver,
    Kind::Timer,
    Kind::Command,
    Kind::Reply,
    Kind::Durable,
    Kind::Lost,
    Kind::Crash,
    Kind::Restart,
    Kind::Pause,
    Kind::Resume,
    Kind::Fault,
];

/// A duration from its words, in microseconds: `10s`, `500ms`, `20us`, or plain microseconds.
pub fn duration_us(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let factor = match unit {
        "" | "us" | "µs" => 1,
        "ms" => 1_000,
        "s" => 1_000_000,
        "m" | "min" => 60_000_000,
        _ => return None,
    };
    number.checked_mul(factor).filter(|&us| us <= faultscope_sim::MAX_TIME_US)
}

/// The word for a node's status in traces; none for a node that was not started.
pub const fn status_word(status: Status) -> Option<&'static str> {
    match status {
        Status::Absent => None,
        Status::Up => Some("up"),
        Status::Paused => Some("paused"),
        Status::Down => Some("down"),
    }
}

impl Place {
    /// A place from its words.
    ///
    /// # Errors
    /// [`BadPlace`] says which word does not fit.
    pub fn parse(text: &str) -> Result<Self, BadPlace> {
        let words = words_of(text)?;
        let mut words = &words[..];
        let mut name = None;
        if let [before @ .., Word { text: keyword, is_quoted: false }, given] = words
            && keyword == "as"
        {
            if !given.text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(BadPlace::new(&given.text, "a name of letters"));
            }
            name = Some(given.text.clone());
            words = before;
        }
        let conditions: Vec<Condition> =
            words.split(|word| word.is("and")).map(read_condition).collect::<Result<_, _>>()?;
        Ok(Self { conditions, name })
    }

    /// The name that it gives to the node of its first condition.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The time that it waits for, if that is all that it waits for, in microseconds.
    pub fn time_us(&self) -> Option<u64> {
        match &self.conditions[..] {
            [Condition { is_negated: false, what: What::Time(at_us) }] => Some(*at_us),
            _ => None,
        }
    }

    /// The properties that it names.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().filter_map(|condition| match &condition.what {
            What::Property { id, .. } => Some(id.as_str()),
            _ => None,
        })
    }

    /// The nodes that it names.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        let whos = self.conditions.iter().flat_map(|condition| match &condition.what {
            What::Field { who, .. } => [Some(*who), None],
            What::Note { at, .. } | What::Event { at, .. } | What::Reply { at, .. } => [Some(*at), None],
            What::Message { from, to, .. } => [Some(*from), Some(*to)],
            What::Time(_) | What::Count { .. } | What::Property { .. } => [None, None],
        });
        whos.flatten().filter_map(|who| match who {
            Who::Node(id) => Some(id),
            Who::Any | Who::All => None,
        })
    }

    /// The first key of each field that it looks at.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().filter_map(|condition| match &condition.what {
            What::Field { field, .. } | What::Count { field, .. } => field.path.first().map(String::as_str),
            _ => None,
        })
    }

    /// Whether a run is there, at a moment, right after `step` if it was reached by one. The node of the first
    /// condition comes along, if it was one.
    pub fn holds(
        &self,
        variant: &dyn Variant,
        moment: &Moment,
        step: Option<&Step>,
    ) -> Option<Option<NodeId>> {
        let scene = Scenery { variant, moment, step };
        let mut found = None;
        for (place, condition) in self.conditions.iter().enumerate() {
            let (holds, node) = scene.look(&condition.what);
            if holds == condition.is_negated {
                return None;
            }
            if place == 0 {
                found = node;
            }
        }
        Some(found)
    }
}

/// What a condition is judged by.
struct Scenery<'a> {
    variant: &'a dyn Variant,
    moment: &'a Moment,
    step: Option<&'a Step>,
}

impl Scenery<'_> {
    fn look(&self, what: &What) -> (bool, Option<NodeId>) {
        match what {
            What::Time(at_us) => (self.moment.world.now_us() >= *at_us, None),
            What::Field { who, field } => self.field(*who, field),
            What::Count { field, compare, number } => {
                let count = self.moment.world.servers().filter(|node| self.has(node, field)).count() as u64;
                (compare.holds(count.cmp(number)), None)
            }
            What::Note { name, at } => {
                let is_said = |step: &Step| step.notes.iter().any(|note| note.name() == name);
                self.step_at(*at, is_said)
            }
            What::Event { kind, at } => self.step_at(*at, |step| step.kind.name() == kind),
            What::Reply { outcome, at } => self.step_at(*at, |step| {
                step.kind == Kind::Reply && step.body.as_ref().is_some_and(|body| body.name() == outcome)
            }),
            What::Message { part, name, from, to } => (self.message(*part, name, *from, *to), self.node()),
            What::Property { word, id } => (self.property(*word, id), None),
        }
    }

    fn node(&self) -> Option<NodeId> {
        self.step.and_then(|step| step.node)
    }

    fn world(&self) -> &World {
        &self.moment.world
    }

    fn field(&self, who: Who, field: &FieldTest) -> (bool, Option<NodeId>) {
        match who {
            Who::Node(id) => (self.world().node(id).is_some_and(|node| self.has(node, field)), Some(id)),
            Who::Any => {
                let found = self.world().servers().find(|node| self.has(node, field)).map(|node| node.id);
                (found.is_some(), found)
            }
            Who::All => (self.world().servers().all(|node| self.has(node, field)), None),
        }
    }

    fn has(&self, node: &Node, field: &FieldTest) -> bool {
        if field.path[..] == ["status"] {
            let word = status_word(node.status).unwrap_or("absent");
            return field.fits(&Value::from(word));
        }
        // A node that was not started has no state yet.
        node.status != Status::Absent
            && value_at(&self.variant.state(self.world(), node), &field.path)
                .is_some_and(|value| field.fits(&value))
    }

    fn step_at(&self, at: Who, is_it: impl Fn(&Step) -> bool) -> (bool, Option<NodeId>) {
        let holds = self.step.is_some_and(|step| at.is(step.node) && is_it(step));
        (holds, self.node())
    }

    fn message(&self, part: MessagePart, name: &str, from: Who, to: Who) -> bool {
        let Some(step) = self.step else { return false };
        let fits = |sender: Option<NodeId>, receiver: Option<NodeId>, body: &Payload| {
            body.name() == name && from.is(sender) && to.is(receiver)
        };
        let kind = match part {
            MessagePart::Leaves => {
                return step.sent.iter().any(|sent| fits(Some(sent.from), Some(sent.to), &sent.body));
            }
            MessagePart::Arrives => Kind::Deliver,
            MessagePart::Lost => Kind::Lost,
        };
        step.kind == kind && step.body.as_ref().is_some_and(|body| fits(step.from, step.node, body))
    }

    fn property(&self, word: PropertyWord, id: &str) -> bool {
        let found = self.moment.properties.iter().find(|property| property.id == id);
        found.is_some_and(|property| {
            matches!(
                (word, property.mode, &property.verdict),
                (PropertyWord::Broken, Mode::Always, Verdict::Struck { .. })
                    | (PropertyWord::Seen, Mode::Sometimes, Verdict::Struck { .. })
                    | (PropertyWord::Met, Mode::Eventually, Verdict::Met { .. })
            )
        })
    }
}

impl Who {
    /// Whether a step's node is meant.
    fn is(self, node: Option<NodeId>) -> bool {
        match self {
            Self::Any | Self::All => true,
            Self::Node(id) => node == Some(id),
        }
    }
}

impl FieldTest {
    fn fits(&self, value: &Value) -> bool {
        match self.compare {
            Compare::Equal => *value == self.value,
            Compare::Unequal => *value != self.value,
            order => match (value.as_i64(), self.value.as_i64()) {
                (Some(left), Some(right)) => order.holds(left.cmp(&right)),
                _ => false,
            },
        }
    }
}

impl Compare {
    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterEqual => order.is_ge(),
        }
    }

    fn read(word: &Word) -> Result<Self, BadPlace> {
        Ok(match word.text.as_str() {
            "=" => Self::Equal,
            "!=" => Self::Unequal,
            "<" => Self::Less,
            "<=" => Self::LessEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterEqual,
            other => return Err(BadPlace::new(other, "= != < <= > >=")),
        })
    }
}

/// The value at the end of a path of keys, numbers, `last` and `len`.
fn value_at(state: &Map<String, Value>, path: &[String]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let mut value = state.get(first)?;
    for key in rest {
        value = match value {
            Value::Object(map) => match map.get(key) {
                Some(inner) => inner,
                None if key == "len" => return Some(Value::from(map.len() as u64)),
                None => return None,
            },
            Value::Array(list) if key == "len" => return Some(Value::from(list.len() as u64)),
            Value::Array(list) if key == "last" => list.last()?,
            Value::Array(list) => list.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value.clone())
}

/// One word of a place; in quotes it may have spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: String,
    is_quoted: bool,
}

impl Word {
    fn is(&self, keyword: &str) -> bool {
        !self.is_quoted && self.text == keyword
    }
}

fn words_of(text: &str) -> Result<Vec<Word>, BadPlace> {
    let mut words = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, after) = if let Some(inner) = rest.strip_prefix('"') {
            let (quoted, after) = inner.split_once('"').ok_or_else(|| BadPlace::new(rest, "\""))?;
            (Word { text: quoted.to_owned(), is_quoted: true }, after)
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (Word { text: rest[..end].to_owned(), is_quoted: false }, &rest[end..])
        };
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

fn read_condition(words: &[Word]) -> Result<Condition, BadPlace> {
    let (is_negated, words) = match words {
        [not, rest @ ..] if not.is("not") => (true, rest),
        _ => (false, words),
    };
    let Some((first, rest)) = words.split_first() else { return Err(BadPlace::new("", FORMS)) };
    Ok(Condition { is_negated, what: read_what(first, rest)? })
}

fn read_what(first: &Word, rest: &[Word]) -> Result<What, BadPlace> {
    match first.text.as_str() {
        "time" => read_time(rest),
        "count" => read_count(rest),
        "note" => {
            let (name, rest) = one(rest, "note NAME")?;
            Ok(What::Note { name: name.to_owned(), at: read_at(rest)? })
        }
        "event" => {
            let (kind, rest) = one(rest, "event KIND")?;
            if KINDS.iter().all(|known| known.name() != kind) {
                return Err(BadPlace::new(kind, KINDS.map(Kind::name).join(" | ")));
            }
            Ok(What::Event { kind: kind.to_owned(), at: read_at(rest)? })
        }
        "reply" => {
            let (outcome, rest) = one(rest, "reply OUTCOME")?;
            if !["ok", "fail", "info"].contains(&outcome) {
                return Err(BadPlace::new(outcome, "ok | fail | info"));
            }
            Ok(What::Reply { outcome: outcome.to_owned(), at: read_at(rest)? })
        }
        "message" => read_message(MessagePart::Leaves, rest),
        "arrives" => read_message(MessagePart::Arrives, rest),
        "lost" => read_message(MessagePart::Lost, rest),
        "broken" => read_property(PropertyWord::Broken, rest),
        "met" => read_property(PropertyWord::Met, rest),
        "seen" => read_property(PropertyWord::Seen, rest),
        other => match other.split_once('.') {
            Some((who, path)) if !first.is_quoted => {
                let who = read_who(who)?;
                let field = read_field(path, rest)?;
                Ok(What::Field { who, field })
            }
            _ => Err(BadPlace::new(other, FORMS)),
        },
    }
}

fn one<'a>(words: &'a [Word], form: &str) -> Result<(&'a str, &'a [Word]), BadPlace> {
    words.split_first().map(|(word, rest)| (word.text.as_str(), rest)).ok_or_else(|| BadPlace::new("", form))
}

fn end(words: &[Word]) -> Result<(), BadPlace> {
    match words.first() {
        None => Ok(()),
        Some(word) => Err(BadPlace::new(&word.text, "and")),
    }
}

fn read_time(words: &[Word]) -> Result<What, BadPlace> {
    let [compare, time, rest @ ..] = words else { return Err(BadPlace::new("", "time >= 500ms")) };
    if !compare.is(">=") {
        return Err(BadPlace::new(&compare.text, ">="));
    }
    end(rest)?;
    duration_us(&time.text).map(What::Time).ok_or_else(|| BadPlace::new(&time.text, "20us, 500ms, 10s"))
}

fn read_count(words: &[Word]) -> Result<What, BadPlace> {
    let [path, compare, value, than, number, rest @ ..] = words else {
        return Err(BadPlace::new("", "count FIELD = VALUE >= N"));
    };
    end(rest)?;
    let field = field_test(&path.text, compare, value)?;
    let number_read = number.text.parse().map_err(|_| BadPlace::new(&number.text, "0..100"))?;
    Ok(What::Count { field, compare: Compare::read(than)?, number: number_read })
}

fn read_field(path: &str, words: &[Word]) -> Result<FieldTest, BadPlace> {
    let [compare, value, rest @ ..] = words else { return Err(BadPlace::new("", "WHO.FIELD = VALUE")) };
    end(rest)?;
    field_test(path, compare, value)
}

fn field_test(path: &str, compare: &Word, value: &Word) -> Result<FieldTest, BadPlace> {
    let path: Vec<String> = path.split('.').map(str::to_owned).collect();
    if path.iter().any(String::is_empty) {
        return Err(BadPlace::new(&path.join("."), "FIELD or FIELD.KEY"));
    }
    let read = match value.text.as_str() {
        text if value.is_quoted => Value::from(text),
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        text => match (text.parse::<u64>(), text.parse::<i64>()) {
            (Ok(number), _) => Value::from(number),
            (_, Ok(number)) => Value::from(number),
            _ => Value::from(text),
        },
    };
    let compare = Compare::read(compare)?;
    if !matches!(compare, Compare::Equal | Compare::Unequal) && !read.is_number() {
        return Err(BadPlace::new(&value.text, "0, 1, 2 …"));
    }
    Ok(FieldTest { path, compare, value: read })
}

fn read_who(word: &str) -> Result<Who, BadPlace> {
    match word {
        "any" => Ok(Who::Any),
        "all" => Ok(Who::All),
        node => node.parse().map(Who::Node).map_err(|_| BadPlace::new(word, "n1, c1, any, all")),
    }
}

fn read_at(words: &[Word]) -> Result<Who, BadPlace> {
    match words {
        [] => Ok(Who::Any),
        [at, who, rest @ ..] if at.is("at") => {
            end(rest)?;
            read_who(&who.text)
        }
        [other, ..] => Err(BadPlace::new(&other.text, "at WHO")),
    }
}

fn read_message(part: MessagePart, words: &[Word]) -> Result<What, BadPlace> {
    let (name, mut rest) = one(words, "message TYPE from WHO to WHO")?;
    let (mut from, mut to) = (Who::Any, Who::Any);
    while let [direction, who, after @ ..] = rest {
        match direction.text.as_str() {
            "from" => from = read_who(&who.text)?,
            "to" => to = read_who(&who.text)?,
            other => return Err(BadPlace::new(other, "from WHO | to WHO")),
        }
        rest = after;
    }
    match rest.first() {
        None => Ok(What::Message { part, name: name.to_owned(), from, to }),
        Some(word) => Err(BadPlace::new(&word.text, "from WHO | to WHO")),
    }
}

fn read_property(word: PropertyWord, words: &[Word]) -> Result<What, BadPlace> {
    let (id, rest) = one(words, "broken PROPERTY")?;
    end(rest)?;
    Ok(What::Property { word, id: id.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        for text in [
            "n3.role = leader",
            "any.log.len >= 2 as L",
            "all.status != down",
            "count role = leader >= 2",
            "time >= 500ms",
            "note \"became leader\" at n3",
            "note elected",
            "message RequestVote from n1 to n3",
            "arrives RequestVote",
            "lost RequestVote to n3 and not n1.term = -1",
            "event crash at n2",
            "reply ok at c1",
            "broken election-safety",
            "met leader-exists",
            "seen split-vote and time >= 1s",
        ] {
            assert!(Place::parse(text).is_ok(), "{text}: {:?}", Place::parse(text));
        }
    }

    #[test]
    fn refusals_name_the_word() {
        for (text, word) in [
            ("", ""),
            ("n3", "n3"),
            ("n03.role = leader", "n03"),
            ("n3.role is leader", "is"),
            ("n3.role = leader now", "now"),
            ("n3..role = leader", ".role"),
            ("n3.term >= high", "high"),
            ("time > 3s", ">"),
            ("time >= 3h", "3h"),
            ("note", ""),
            ("note \"half", "\"half"),
            ("note x on n3", "on"),
            ("event dies", "dies"),
            ("reply yes", "yes"),
            ("message X by n1", "by"),
            ("message X to", "to"),
            ("broken", ""),
            ("broken a b", "b"),
            ("n1.x = 1 and", ""),
            ("n1.x = 1 as L-1", "L-1"),
            ("count role = leader", ""),
        ] {
            assert_eq!(Place::parse(text).map_err(|error| error.word), Err(word.to_owned()), "{text}");
        }
    }

    #[test]
    fn durations() {
        let read = [("10s", 10_000_000), ("500ms", 500_000), ("20us", 20), ("7", 7), ("2m", 120_000_000)];
        assert!(read.iter().all(|&(text, us)| duration_us(text) == Some(us)));
        for bad in ["", "s", "-1s", "1.5s", "1h", "1 s", "999999999999999999999s", "9999999999999s"] {
            assert_eq!(duration_us(bad), None, "{bad}");
        }
    }

    #[test]
    fn paths_reach_into_values() {
        let Value::Object(state) = serde_json::json!({"log": [[1, "x"], [2, "y"]], "next": {"n2": 3}}) else {
            unreachable!("an object")
        };
        let at = |path: &str| {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            value_at(&state, &path)
        };
        assert_eq!(at("log.len"), Some(Value::from(2)));
        assert_eq!(at("log.last.1"), Some(Value::from("y")));
        assert_eq!(at("log.0.0"), Some(Value::from(1)));
        assert_eq!(at("next.n2"), Some(Value::from(3)));
        assert_eq!(at("next.len"), Some(Value::from(1)));
        assert_eq!((at("log.9"), at("no"), at("log.x")), (None, None, None));
    }
}
