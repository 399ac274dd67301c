//! The run as a text: parse and print.
//!
//! ```text
//! raft:basic;r1;s42;servers=5;@153200+1crash.n2;@400000restart.n2;t213;plog.lanes;ln1.500.250;f0123456789abcdef
//! ```
//!
//! A lab and a variant, then fields between semicolons: `r` the revision of the rules and of this grammar, `s` the
//! seed, `t` the step at which the cursor stands, `p` the panels that are open (words between dots, which mean
//! nothing here), `l` where nodes stand that were dragged (each with its place in thousandths of the picture's width
//! and height), `f` the fingerprint at the end of what opening the text plays (16 hexadecimal digits), `manual` for a
//! manual schedule, `key=value` settings, and actions, each an `@` with its time in microseconds, `+` steps already
//! played at that instant (left out when 0), a verb and its arguments between dots. All characters stand in a URL
//! fragment without escape.

use std::fmt::{self, Display};
use std::str::FromStr;

use faultscope_protocol::NodeId;

use crate::action::{Action, Pin, Pinned, sort_by_pin};

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
/// The most nodes whose places a text may tell.
pub const MAX_PLACED: usize = 64;
/// How a text tells where nodes stand.
const PLACED_FORM: &str = "ln1.X.Y.n2.X.Y…, X, Y: 0..1000";
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
    /// Nodes that were dragged, with their places in thousandths of the picture's width and height.
    pub placed: Vec<Placed>,
    /// The fingerprint at the end of what opening the text plays, as it was when the text was written.
    pub fingerprint: Option<u64>,
}

/// Where a node stands that was dragged: to thousandths of the picture's width and height, 0 to 1000.
pub type Placed = (NodeId, u16, u16);

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
        sort_by_pin(&mut run.actions);
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
            placed: Vec::new(),
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

pub(crate) fn is_word(word: &str) -> bool {
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
        "l" => {
            once(!run.placed.is_empty())?;
            run.placed = placed_of(digits).ok_or(TextErrorKind::BadArguments(PLACED_FORM))?;
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

/// Each node once, with its place; none where it is not so.
fn placed_of(text: &str) -> Option<Vec<Placed>> {
    let words: Vec<&str> = text.split('.').take(3 * MAX_PLACED + 1).collect();
    let mut placed: Vec<Placed> = Vec::with_capacity(words.len() / 3);
    let share = |word: &str| number::<u16>(word).ok().filter(|&share| share <= 1000);
    for part in words.chunks(3) {
        let &[node, x, y] = part else { return None };
        let node: NodeId = node.parse().ok()?;
        if placed.len() == MAX_PLACED || placed.iter().any(|(known, ..)| *known == node) {
            return None;
        }
        placed.push((node, share(x)?, share(y)?));
    }
    Some(placed)
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

pub(crate) fn number<T: FromStr>(digits: &str) -> Result<T, TextErrorKind> {
    let bad = || TextErrorKind::BadNumber(shorten(digits));
    let bare = digits.strip_prefix('-').unwrap_or(digits);
    if bare.is_empty() || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    digits.parse().map_err(|_| bad())
}

/// Enough of a word to recognise it in a message.
pub(crate) fn shorten(word: &str) -> String {
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

pub(crate) fn time_of(digits: &str) -> Result<u64, TextErrorKind> {
    let at_us: u64 = number(digits)?;
    if at_us > MAX_TIME_US { Err(TextErrorKind::TooLate(MAX_TIME_US)) } else { Ok(at_us) }
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
        for (place, (node, x, y)) in self.placed.iter().enumerate() {
            write!(f, "{}{node}.{x}.{y}", if place == 0 { ";l" } else { "." })?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> TextError {
        text.parse::<RunText>().expect_err(text)
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
        for bad in
            ["ln1", "ln1.5", "ln1.5.1001", "ln1.5.-5", "ln1.5.5.n1.6.6", "ln0.5.5", "l5.5.n1", "ln1.5.5."]
        {
            assert_eq!(
                error(&format!("raft:basic;{bad}")).kind,
                TextErrorKind::BadArguments(PLACED_FORM),
                "{bad}"
            );
        }
        assert_eq!(error("raft:basic;ln1.5.5;ln2.5.5").kind, TextErrorKind::Repeated("ln2.5.5".into()));
        let placed: String = (1..=MAX_PLACED + 1).map(|number| format!(".n{number}.0.1000")).collect();
        assert_eq!(
            error(&format!("raft:basic;l{}", &placed[1..])).kind,
            TextErrorKind::BadArguments(PLACED_FORM)
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
