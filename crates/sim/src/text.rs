//! The run as a text: parse and print.
//!
//! ```text
//! raft:basic;r1;s42;servers=5;@153200+1crash.n2;@400000restart.n2;t213;plog.lanes;f0123456789abcdef
//! ```
//!
//! A lab and a variant, then fields between semicolons: `r` the revision of the rules and of this grammar, `s` the
//! seed, `t` the step at which the cursor stands, `p` the panels that are open (words between dots, which mean
//! nothing here), `f` the fingerprint at the end of what opening the text plays (16 hexadecimal digits), `manual` for a
//! manual schedule, `key=value` settings, and actions, each an `@` with its time in microseconds, `+` steps already
//! played at that instant (left out when 0), a verb and its arguments between dots. All characters stand in a URL
//! fragment without escape.

use std::fmt::{self, Display, Write};
use std::str::FromStr;

use faultscope_protocol::NodeId;

use crate::action::{Action, MessageName, Pin, Pinned};

/// The revision of the rules and the grammar that this build plays.
pub const REVISION: u32 = 1;
/// The longest text that is read, in bytes.
pub const MAX_TEXT_BYTES: usize = 256 * 1024;
/// The most actions that a text may hold.
pub const MAX_ACTIONS: usize = 10_000;
/// The latest time of an action, in microseconds: ten days.
pub const MAX_TIME_US: u64 = 864_000_000_000;
/// The most panels that a text may name.
pub const MAX_PANELS: usize = 16;
/// The most settings that a text may change.
pub const MAX_SETTINGS: usize = 64;
const MAX_WORD: usize = 48;

/// What a run's text says, before any lab has looked at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunText {
    /// The lab's id.
    pub lab: String,
    /// The variant's id.
    pub variant: String,
    /// The seed.
    pub seed: u64,
    /// Settings that differ from their defaults, in order.
    pub settings: Vec<(String, String)>,
    /// Whether nothing happens by itself.
    pub manual: bool,
    /// The actions.
    pub actions: Vec<Pinned>,
    /// The step at which the cursor stands.
    pub cursor: Option<u64>,
    /// The panels that are open, in words of the page that wrote them.
    pub panels: Vec<String>,
    /// The fingerprint at the end of what opening the text plays, as it was when the text was written.
    pub fingerprint: Option<u64>,
}

/// Why a text is not a run, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The place in the text, in characters from 0.
    pub at: usize,
    /// What is wrong there.
    pub kind: TextErrorKind,
}

/// What is wrong with a run's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextErrorKind {
    /// It is longer than the limit, in bytes.
    TooLong(usize),
    /// It has more actions than the limit.
    TooManyActions(usize),
    /// It names more panels than the limit.
    TooManyPanels(usize),
    /// It changes more settings than the limit.
    TooManySettings(usize),
    /// It does not begin with `lab:variant`.
    NoLab,
    /// It was made by another revision.
    Revision(u32),
    /// A field is none of the grammar's.
    UnknownField(String),
    /// A field stands twice.
    Repeated(String),
    /// A number was expected.
    BadNumber(String),
    /// A time is later than the limit, in microseconds.
    TooLate(u64),
    /// A verb is none of the grammar's; the known ones.
    UnknownVerb(String, &'static [&'static str]),
    /// The arguments of a verb do not fit; the form that was expected.
    BadArguments(&'static str),
}

/// Every verb, with the form of its action.
const FORMS: [(&str, &str); 23] = [
    ("crash", "crash.n1 or crash.n1.KEPT_WRITES"),
    ("restart", "restart.n1"),
    ("pause", "pause.n1"),
    ("resume", "resume.n1"),
    ("join", "join.n6"),
    ("cut", "cut.n1_n2 or cut.n1_n2.n3_n4"),
    ("oneway", "oneway.n1_n2 or oneway.n1_n2.n3_n4"),
    ("heal", "heal"),
    ("latency", "latency.10000-15000 or latency.n1-n2.10000-15000"),
    ("loss", "loss.PARTS_IN_A_MILLION or loss.n1-n2.PARTS_IN_A_MILLION"),
    ("duplication", "duplication.PARTS_IN_A_MILLION"),
    ("disk", "disk.n1.1000-5000"),
    ("wipe", "wipe.n1"),
    ("clock", "clock.n1.OFFSET_US or clock.n1.OFFSET_US.RATE_PPM"),
    ("drop", "drop.n1-n2.ORDINAL"),
    ("hold", "hold.n1-n2.ORDINAL"),
    ("release", "release.n1-n2.ORDINAL"),
    ("deliver", "deliver.n1-n2.ORDINAL"),
    ("duplicate", "duplicate.n1-n2.ORDINAL"),
    ("fire", "fire.n1.TIMER_INDEX"),
    ("finish", "finish.n1"),
    ("pick", "pick.n1.VALUE"),
    ("do", "do.n1.COMMAND.ARGUMENTS"),
];

const VERBS: [&str; 23] = {
    let mut verbs = [""; 23];
    let mut place = 0;
    while place < verbs.len() {
        verbs[place] = FORMS[place].0;
        place += 1;
    }
    verbs
};

impl FromStr for RunText {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(TextError { at: 0, kind: TextErrorKind::TooLong(MAX_TEXT_BYTES) });
        }
        let mut fields = fields_of(text);
        let mut run =
            fields.next().ok_or(TextError { at: 0, kind: TextErrorKind::NoLab }).and_then(head_of)?;
        let mut seen = Seen::default();
        for (at, field) in fields {
            read_field(&mut run, &mut seen, field).map_err(|kind| TextError { at, kind })?;
        }
        run.actions.sort_by_key(|pinned| pinned.pin);
        Ok(run)
    }
}

impl RunText {
    /// The run of a variant as it is by itself: seed 1, no setting changed, nothing done.
    pub fn new(lab: &str, variant: &str) -> Self {
        Self {
            lab: lab.to_owned(),
            variant: variant.to_owned(),
            seed: 1,
            settings: Vec::new(),
            manual: false,
            actions: Vec::new(),
            cursor: None,
            panels: Vec::new(),
            fingerprint: None,
        }
    }
}

#[derive(Default)]
struct Seen {
    revision: bool,
    seed: bool,
}

/// The fields with their places in characters.
fn fields_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(';').map(move |field| {
        let place = at;
        at += field.chars().count() + 1;
        (place, field)
    })
}

fn head_of((at, field): (usize, &str)) -> Result<RunText, TextError> {
    let no_lab = TextError { at, kind: TextErrorKind::NoLab };
    let (lab, variant) = field.split_once(':').ok_or_else(|| no_lab.clone())?;
    if !is_word(lab) || !is_word(variant) {
        return Err(no_lab);
    }
    Ok(RunText::new(lab, variant))
}

fn is_word(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= MAX_WORD
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
}

fn read_field(run: &mut RunText, seen: &mut Seen, field: &str) -> Result<(), TextErrorKind> {
    let unknown = || TextErrorKind::UnknownField(shorten(field));
    if let Some(rest) = field.strip_prefix('@') {
        if run.actions.len() == MAX_ACTIONS {
            return Err(TextErrorKind::TooManyActions(MAX_ACTIONS));
        }
        run.actions.push(read_pinned(rest)?);
        return Ok(());
    }
    if let Some((key, value)) = field.split_once('=') {
        if !is_word(key) || !is_word(value) {
            return Err(unknown());
        }
        if run.settings.iter().any(|(known, _)| known == key) {
            return Err(TextErrorKind::Repeated(key.to_owned()));
        }
        if run.settings.len() == MAX_SETTINGS {
            return Err(TextErrorKind::TooManySettings(MAX_SETTINGS));
        }
        run.settings.push((key.to_owned(), value.to_owned()));
        return Ok(());
    }
    if field == "manual" {
        run.manual = true;
        return Ok(());
    }
    let Some(digits) = field.get(1..).filter(|digits| !digits.is_empty()) else { return Err(unknown()) };
    let once =
        |was_seen: bool| if was_seen { Err(TextErrorKind::Repeated(shorten(field))) } else { Ok(true) };
    match &field[..1] {
        "r" => {
            seen.revision = once(seen.revision)?;
            let revision: u32 = number(digits)?;
            if revision == REVISION { Ok(()) } else { Err(TextErrorKind::Revision(revision)) }
        }
        "s" => {
            seen.seed = once(seen.seed)?;
            run.seed = number(digits)?;
            Ok(())
        }
        "t" => {
            once(run.cursor.is_some())?;
            run.cursor = Some(number(digits)?);
            Ok(())
        }
        "p" => {
            once(!run.panels.is_empty())?;
            run.panels = panels_of(digits).ok_or_else(unknown)??;
            Ok(())
        }
        "f" => {
            once(run.fingerprint.is_some())?;
            run.fingerprint = Some(fingerprint_of(digits)?);
            Ok(())
        }
        _ => Err(unknown()),
    }
}

/// The words between the dots; none where one is no word.
fn panels_of(text: &str) -> Option<Result<Vec<String>, TextErrorKind>> {
    let words: Vec<String> = text.split('.').take(MAX_PANELS + 1).map(str::to_owned).collect();
    if words.len() > MAX_PANELS {
        return Some(Err(TextErrorKind::TooManyPanels(MAX_PANELS)));
    }
    words.iter().all(|word| is_panel(word)).then_some(Ok(words))
}

/// Whether a text may name a panel by this word: small letters, digits, `-` and `_`, at most 48 of them.
pub fn is_panel(word: &str) -> bool {
    is_word(word)
}

/// Sixteen hexadecimal digits in small letters: as they are written, so that equal runs have equal texts.
fn fingerprint_of(digits: &str) -> Result<u64, TextErrorKind> {
    let bad = || TextErrorKind::BadNumber(shorten(digits));
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if digits.len() != 16 || !is_hex {
        return Err(bad());
    }
    u64::from_str_radix(digits, 16).map_err(|_| bad())
}

fn number<T: FromStr>(digits: &str) -> Result<T, TextErrorKind> {
    let bad = || TextErrorKind::BadNumber(shorten(digits));
    let bare = digits.strip_prefix('-').unwrap_or(digits);
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    digits.parse().map_err(|_| bad())
}

/// Enough of a word to recognise it in a message.
fn shorten(word: &str) -> String {
    const SHOWN: usize = 24;
    if word.chars().count() <= SHOWN {
        word.to_owned()
    } else {
        word.chars().take(SHOWN).chain(['…']).collect()
    }
}

fn read_pinned(text: &str) -> Result<Pinned, TextErrorKind> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (time, rest) = text.split_at(digits);
    let at_us = time_of(time)?;
    let (after_steps, rest) = match rest.strip_prefix('+') {
        None => (0, rest),
        Some(rest) => {
            let (count, rest) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
            (number(count)?, rest)
        }
    };
    let action = Action::from_words(rest)?;
    Ok(Pinned { pin: Pin { at_us, after_steps }, action })
}

fn time_of(digits: &str) -> Result<u64, TextErrorKind> {
    let at_us: u64 = number(digits)?;
    if at_us > MAX_TIME_US { Err(TextErrorKind::TooLate(MAX_TIME_US)) } else { Ok(at_us) }
}

impl Action {
    /// An action from its verb and arguments, such as `crash.n2`.
    ///
    /// # Errors
    /// Says whether the verb is unknown or its arguments do not fit.
    pub fn from_words(text: &str) -> Result<Self, TextErrorKind> {
        let mut words = text.split('.');
        let verb = words.next().unwrap_or_default();
        let arguments: Vec<&str> = words.collect();
        let Some(&(_, form)) = FORMS.iter().find(|(known, _)| *known == verb) else {
            return Err(TextErrorKind::UnknownVerb(shorten(verb), &VERBS));
        };
        read_action(verb, &arguments).ok_or(TextErrorKind::BadArguments(form))
    }
}

fn read_action(verb: &str, arguments: &[&str]) -> Option<Action> {
    Some(match (verb, arguments) {
        ("crash", [node]) => Action::Crash { node: node.parse().ok()?, keep: 0 },
        ("crash", [node, keep]) => Action::Crash { node: node.parse().ok()?, keep: number(keep).ok()? },
        ("restart", [node]) => Action::Restart(node.parse().ok()?),
        ("pause", [node]) => Action::Pause(node.parse().ok()?),
        ("resume", [node]) => Action::Resume(node.parse().ok()?),
        ("join", [node]) => Action::Join(node.parse().ok()?),
        ("cut" | "oneway", [from]) => {
            Action::Cut { from: group(from)?, to: Vec::new(), one_way: verb == "oneway" }
        }
        ("cut" | "oneway", [from, to]) => {
            let (from, to) = (group(from)?, group(to)?);
            if from.iter().any(|id| to.contains(id)) {
                return None;
            }
            Action::Cut { from, to, one_way: verb == "oneway" }
        }
        ("heal", []) => Action::Heal,
        ("latency", [range]) => latency(None, range)?,
        ("latency", [ends, range]) => latency(Some(link(ends)?), range)?,
        ("loss", [parts]) => Action::Loss { link: None, parts_ppm: parts_of(parts)? },
        ("loss", [ends, parts]) => Action::Loss { link: Some(link(ends)?), parts_ppm: parts_of(parts)? },
        ("duplication", [parts]) => Action::Duplication { parts_ppm: parts_of(parts)? },
        ("disk", [node, range]) => {
            let (low_us, high_us) = range_of(range)?;
            Action::Disk { node: node.parse().ok()?, low_us, high_us }
        }
        ("wipe", [node]) => Action::Wipe(node.parse().ok()?),
        ("clock", [node, offset]) => clock(node, offset, "0")?,
        ("clock", [node, offset, rate]) => clock(node, offset, rate)?,
        ("drop", [ends, ordinal]) => Action::Drop(message(ends, ordinal)?),
        ("hold", [ends, ordinal]) => Action::Hold(message(ends, ordinal)?),
        ("release", [ends, ordinal]) => Action::Release(message(ends, ordinal)?),
        ("deliver", [ends, ordinal]) => Action::Deliver(message(ends, ordinal)?),
        ("duplicate", [ends, ordinal]) => Action::Duplicate(message(ends, ordinal)?),
        ("fire", [node, index]) => Action::Fire { node: node.parse().ok()?, index: number(index).ok()? },
        ("finish", [node]) => Action::FinishWrite(node.parse().ok()?),
        ("pick", [node, value]) => Action::Pick { node: node.parse().ok()?, value: number(value).ok()? },
        ("do", [node, words @ ..])
            if !words.is_empty() && words.len() <= 64 && words.iter().all(|w| is_word(w)) =>
        {
            Action::Do {
                node: node.parse().ok()?,
                words: words.iter().map(|&word| word.to_owned()).collect(),
            }
        }
        _ => return None,
    })
}

/// A group of nodes, each once, as a cut wants it: `n1_n2`.
fn group(text: &str) -> Option<Vec<NodeId>> {
    let mut nodes = Vec::new();
    for word in text.split('_') {
        let node = word.parse().ok()?;
        if nodes.contains(&node) || nodes.len() == 1000 {
            return None;
        }
        nodes.push(node);
    }
    Some(nodes)
}

fn link(text: &str) -> Option<(NodeId, NodeId)> {
    let (from, to) = text.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn message(ends: &str, ordinal: &str) -> Option<MessageName> {
    let (from, to) = link(ends)?;
    Some(MessageName { from, to, ordinal: number(ordinal).ok()? })
}

fn range_of(text: &str) -> Option<(u64, u64)> {
    let (low, high) = text.split_once('-')?;
    let (low, high) = (time_of(low).ok()?, time_of(high).ok()?);
    (low <= high).then_some((low, high))
}

fn latency(link: Option<(NodeId, NodeId)>, range: &str) -> Option<Action> {
    let (low_us, high_us) = range_of(range)?;
    Some(Action::Latency { link, low_us, high_us })
}

fn parts_of(text: &str) -> Option<u32> {
    number(text).ok().filter(|&parts: &u32| parts <= 1_000_000)
}

fn clock(node: &str, offset: &str, rate: &str) -> Option<Action> {
    let offset_us: i64 = number(offset).ok()?;
    let rate_ppm: i32 = number(rate).ok()?;
    let is_sane = offset_us.unsigned_abs() <= MAX_TIME_US && (-900_000..=9_000_000).contains(&rate_ppm);
    is_sane.then_some(Action::Clock { node: node.parse().ok()?, offset_us, rate_ppm })
}

impl Display for RunText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{};r{REVISION};s{}", self.lab, self.variant, self.seed)?;
        if self.manual {
            f.write_str(";manual")?;
        }
        for (key, value) in &self.settings {
            write!(f, ";{key}={value}")?;
        }
        for pinned in &self.actions {
            write!(f, ";{pinned}")?;
        }
        if let Some(step) = self.cursor {
            write!(f, ";t{step}")?;
        }
        if !self.panels.is_empty() {
            write!(f, ";p{}", self.panels.join("."))?;
        }
        match self.fingerprint {
            Some(fingerprint) => write!(f, ";f{fingerprint:016x}"),
            None => Ok(()),
        }
    }
}

impl Display for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.pin.at_us)?;
        if self.pin.after_steps > 0 {
            write!(f, "+{}", self.pin.after_steps)?;
        }
        Display::fmt(&self.action, f)
    }
}

impl Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}.{}", self.from, self.to, self.ordinal)
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crash { node, keep: 0 } => write!(f, "crash.{node}"),
            Self::Crash { node, keep } => write!(f, "crash.{node}.{keep}"),
            Self::Restart(node) => write!(f, "restart.{node}"),
            Self::Pause(node) => write!(f, "pause.{node}"),
            Self::Resume(node) => write!(f, "resume.{node}"),
            Self::Join(node) => write!(f, "join.{node}"),
            Self::Cut { from, to, one_way } => write_cut(f, from, to, *one_way),
            Self::Heal => f.write_str("heal"),
            Self::Latency { link, low_us, high_us } => {
                f.write_str("latency.")?;
                write_link(f, *link)?;
                write!(f, "{low_us}-{high_us}")
            }
            Self::Loss { link, parts_ppm } => {
                f.write_str("loss.")?;
                write_link(f, *link)?;
                write!(f, "{parts_ppm}")
            }
            Self::Duplication { parts_ppm } => write!(f, "duplication.{parts_ppm}"),
            Self::Disk { node, low_us, high_us } => write!(f, "disk.{node}.{low_us}-{high_us}"),
            Self::Wipe(node) => write!(f, "wipe.{node}"),
            Self::Clock { node, offset_us, rate_ppm: 0 } => write!(f, "clock.{node}.{offset_us}"),
            Self::Clock { node, offset_us, rate_ppm } => write!(f, "clock.{node}.{offset_us}.{rate_ppm}"),
            Self::Drop(name) => write!(f, "drop.{name}"),
            Self::Hold(name) => write!(f, "hold.{name}"),
            Self::Release(name) => write!(f, "release.{name}"),
            Self::Deliver(name) => write!(f, "deliver.{name}"),
            Self::Duplicate(name) => write!(f, "duplicate.{name}"),
            Self::Fire { node, index } => write!(f, "fire.{node}.{index}"),
            Self::FinishWrite(node) => write!(f, "finish.{node}"),
            Self::Pick { node, value } => write!(f, "pick.{node}.{value}"),
            Self::Do { node, words } => write!(f, "do.{node}.{}", words.join(".")),
        }
    }
}

fn write_cut(f: &mut fmt::Formatter<'_>, from: &[NodeId], to: &[NodeId], one_way: bool) -> fmt::Result {
    f.write_str(if one_way { "oneway" } else { "cut" })?;
    for side in [from, to].into_iter().filter(|side| !side.is_empty()) {
        for (place, node) in side.iter().enumerate() {
            write!(f, "{}{node}", if place == 0 { '.' } else { '_' })?;
        }
    }
    Ok(())
}

fn write_link(f: &mut fmt::Formatter<'_>, link: Option<(NodeId, NodeId)>) -> fmt::Result {
    match link {
        Some((from, to)) => {
            write!(f, "{from}-{to}")?;
            f.write_char('.')
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> TextError {
        text.parse::<RunText>().expect_err(text)
    }

    #[test]
    fn every_verb_round_trips() {
        let text = "raft:basic;r1;s42;manual;servers=5;latency_us=10000-15000;@0crash.n2;@1+2crash.n2.1;@2restart.n2;\
                    @3pause.n1;@4resume.n1;@5join.n6;@6cut.n1_n2;@7cut.n1_n2.n3_c1;@8oneway.n1.n3;@9heal;\
                    @10latency.1-2;@11latency.n1-n2.1-2;@12loss.5;@13loss.n1-n2.5;@14duplication.7;@15disk.n2.1-5;\
                    @16clock.n1.-5;@17clock.n1.5.-7;@18drop.n1-n2.3;@19hold.n1-n2.3;@20release.n1-n2.3;\
                    @21deliver.n1-n2.3;@22duplicate.n1-n2.3;@23fire.n1.0;@24finish.n1;@25pick.n1.2;\
                    @26do.n1.append.x.5;@27wipe.n1;t213;plog.lanes_2;f00c0ffee00c0ffee";
        let run: RunText = text.parse().expect("a run");
        assert_eq!(run.to_string(), text);
        assert!(VERBS.iter().all(|verb| text.contains(verb)));
    }

    #[test]
    fn errors_name_the_place() {
        assert_eq!(error(""), TextError { at: 0, kind: TextErrorKind::NoLab });
        assert_eq!(error("raft"), TextError { at: 0, kind: TextErrorKind::NoLab });
        assert_eq!(error("raft:basic;r9"), TextError { at: 11, kind: TextErrorKind::Revision(9) });
        assert_eq!(error("raft:basic;s-1").at, 11);
        assert_eq!(error("raft:basic;s1;x").at, 14);
        assert_eq!(error("raft:basic;s1;s2").kind, TextErrorKind::Repeated("s2".into()));
        assert!(
            matches!(error("raft:basic;@5crush.n1").kind, TextErrorKind::UnknownVerb(word, _) if word == "crush")
        );
        assert!(matches!(error("raft:basic;@5crash.n0").kind, TextErrorKind::BadArguments(_)));
        assert!(matches!(error("raft:basic;@-5crash.n1").kind, TextErrorKind::BadNumber(_)));
        assert!(matches!(error("raft:basic;@99999999999999crash.n1").kind, TextErrorKind::TooLate(_)));
        assert!(matches!(error("raft:basic;@5cut.n1.n1").kind, TextErrorKind::BadArguments(_)));
        assert_eq!(error("raft:basic;t5;t5").kind, TextErrorKind::Repeated("t5".into()));
        assert_eq!(error("raft:basic;plog;planes").kind, TextErrorKind::Repeated("planes".into()));
        assert_eq!(error("raft:basic;pLog").kind, TextErrorKind::UnknownField("pLog".into()));
        assert_eq!(error("raft:basic;plog..x").kind, TextErrorKind::UnknownField("plog..x".into()));
        let panels = format!("raft:basic;p{}", ["a"; MAX_PANELS + 1].join("."));
        assert_eq!(error(&panels).kind, TextErrorKind::TooManyPanels(MAX_PANELS));
        let settings: String = (0..=MAX_SETTINGS).map(|place| format!(";k{place}=1")).collect();
        assert_eq!(
            error(&format!("raft:basic{settings}")).kind,
            TextErrorKind::TooManySettings(MAX_SETTINGS)
        );
        for bad in ["f", "fabc", "f0123456789ABCDEF", "f+123456789abcdef", "f0123456789abcdef0"] {
            assert_eq!(error(&format!("raft:basic;{bad}")).at, 11, "{bad}");
        }
        assert!(matches!(error("é:basic").kind, TextErrorKind::NoLab));
        assert!(matches!(error("raft:basic;é").kind, TextErrorKind::UnknownField(_)));
        assert!(matches!(error(&"x".repeat(MAX_TEXT_BYTES + 1)).kind, TextErrorKind::TooLong(_)));
        let many = format!("raft:basic{}", ";@1heal".repeat(MAX_ACTIONS + 1));
        assert!(matches!(error(&many).kind, TextErrorKind::TooManyActions(_)));
    }
}
