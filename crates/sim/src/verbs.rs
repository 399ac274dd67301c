//! Actions as words: parse and print.
//!
//! A verb and its arguments between dots, such as `crash.n2`, `cut.n1_n2.n3`, `latency.n1-n2.heavy.1000-5000`. What can
//! be done to a node can be done to a zone: `crash.z2`. All characters stand in a URL fragment without escape.

use std::fmt::{self, Display, Write};

use faultscope_protocol::NodeId;

use crate::action::{Action, Deed, MessageName};
use crate::network::{Latency, Links, Shape};
use crate::text::{MAX_TIME_US, TextErrorKind, is_word, number, shorten, time_of};

/// The most nodes that one side of a cut may name.
const MAX_GROUP: usize = 1_000;
/// The most words of a command.
const MAX_WORDS: usize = 64;

/// Every verb, with the form of its action.
const FORMS: [(&str, &str); 31] = [
    ("crash", "crash.n1, crash.n1.KEPT_WRITES or crash.z1"),
    ("restart", "restart.n1 or restart.z1"),
    ("pause", "pause.n1 or pause.z1"),
    ("resume", "resume.n1 or resume.z1"),
    ("join", "join.n6"),
    ("cut", "cut.n1_n2, cut.n1_n2.n3_n4 or cut.z1"),
    ("oneway", "oneway.n1_n2, oneway.n1_n2.n3_n4 or oneway.z1"),
    ("heal", "heal or heal.CUT_NUMBER"),
    (
        "latency",
        "latency.10000-15000, with n1-n2. or z1-z2. and with exponential. or heavy. before the range",
    ),
    ("loss", "loss.PARTS_IN_A_MILLION, with n1-n2. or z1-z2. before it"),
    ("duplication", "duplication.PARTS_IN_A_MILLION, with n1-n2. or z1-z2. before it"),
    ("reordering", "reordering.PARTS_IN_A_MILLION, with n1-n2. or z1-z2. before it"),
    ("disk", "disk.n1.1000-5000 or disk.z1.1000-5000"),
    ("wipe", "wipe.n1 or wipe.z1"),
    ("clock", "clock.n1.OFFSET_US or clock.n1.OFFSET_US.RATE_PPM, or with z1"),
    ("step", "step.n1.MICROSECONDS or step.z1.MICROSECONDS"),
    ("processor", "processor.n1.1000-5000 or processor.z1.1000-5000"),
    ("restore", "restore"),
    ("mend", "mend"),
    ("drop", "drop.n1-n2.ORDINAL"),
    ("hold", "hold.n1-n2.ORDINAL"),
    ("release", "release.n1-n2.ORDINAL"),
    ("deliver", "deliver.n1-n2.ORDINAL"),
    ("duplicate", "duplicate.n1-n2.ORDINAL"),
    ("delay", "delay.n1-n2.ORDINAL.MICROSECONDS"),
    ("fire", "fire.n1.TIMER_INDEX"),
    ("finish", "finish.n1"),
    ("pick", "pick.n1.VALUE"),
    ("load", "load.c1"),
    ("manual", "manual"),
    ("do", "do.n1.COMMAND.ARGUMENTS"),
];

const VERBS: [&str; FORMS.len()] = {
    let mut verbs = [""; FORMS.len()];
    let mut place = 0;
    while place < verbs.len() {
        verbs[place] = FORMS[place].0;
        place += 1;
    }
    verbs
};

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
    if let Some(zone) = arguments.first().and_then(|word| zone_of(word)) {
        // Read as if it were done to a node, then done to each of the zone's.
        let mut words = arguments.to_vec();
        words[0] = "n1";
        let deed =
            Deed::of(&read_action(verb, &words)?).filter(|_| !words[1..].iter().any(|word| names(word)))?;
        return Some(Action::Zone { zone, deed });
    }
    if let Some(action) = read_about_links(verb, arguments) {
        return Some(action);
    }
    read_about_message(verb, arguments).or_else(|| read_about_node(verb, arguments))
}

/// Whether a word names nodes.
fn names(word: &str) -> bool {
    group(word).is_some()
}

fn read_about_node(verb: &str, arguments: &[&str]) -> Option<Action> {
    Some(match (verb, arguments) {
        ("heal", []) => Action::Heal,
        ("heal", [cut]) => Action::HealCut(number(cut).ok()?),
        ("restore", []) => Action::Restore,
        ("mend", []) => Action::Mend,
        ("manual", []) => Action::Manual,
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
        ("disk", [node, range]) => {
            let (low_us, high_us) = range_of(range)?;
            Action::Disk { node: node.parse().ok()?, low_us, high_us }
        }
        ("processor", [node, range]) => {
            let (low_us, high_us) = range_of(range)?;
            Action::Processor { node: node.parse().ok()?, low_us, high_us }
        }
        ("wipe", [node]) => Action::Wipe(node.parse().ok()?),
        ("clock", [node, offset]) => clock(node, offset, "0")?,
        ("clock", [node, offset, rate]) => clock(node, offset, rate)?,
        ("step", [node, by]) => Action::StepClock { node: node.parse().ok()?, by_us: offset_of(by)? },
        ("fire", [node, index]) => Action::Fire { node: node.parse().ok()?, index: number(index).ok()? },
        ("finish", [node]) => Action::FinishWrite(node.parse().ok()?),
        ("pick", [node, value]) => Action::Pick { node: node.parse().ok()?, value: number(value).ok()? },
        ("load", [node]) => Action::Load(node.parse().ok().filter(|node: &NodeId| node.is_client())?),
        ("do", [node, words @ ..])
            if !words.is_empty() && words.len() <= MAX_WORDS && words.iter().all(|w| is_word(w)) =>
        {
            Action::Do {
                node: node.parse().ok()?,
                words: words.iter().map(|&word| word.to_owned()).collect(),
            }
        }
        _ => return None,
    })
}

fn read_about_message(verb: &str, arguments: &[&str]) -> Option<Action> {
    let (name, rest) = match arguments {
        [ends, ordinal, rest @ ..] => (message(ends, ordinal)?, rest),
        _ => return None,
    };
    Some(match (verb, rest) {
        ("drop", []) => Action::Drop(name),
        ("hold", []) => Action::Hold(name),
        ("release", []) => Action::Release(name),
        ("deliver", []) => Action::Deliver(name),
        ("duplicate", []) => Action::Duplicate(name),
        ("delay", [by]) => Action::Delay { message: name, by_us: time_of(by).ok()? },
        _ => return None,
    })
}

fn read_about_links(verb: &str, arguments: &[&str]) -> Option<Action> {
    let (links, rest) = match arguments {
        [ends, rest @ ..] if links_of(ends).is_some() => (links_of(ends)?, rest),
        rest => (Links::All, rest),
    };
    Some(match (verb, rest) {
        ("latency", [range]) => Action::Latency { links, latency: Latency::uniform(span_of(range)?) },
        ("latency", [shape, range]) => {
            let shape = Shape::ALL.into_iter().find(|known| known.name() == *shape)?;
            Action::Latency { links, latency: Latency { shape, range_us: span_of(range)? } }
        }
        ("loss", [parts]) => Action::Loss { links, parts_ppm: parts_of(parts)? },
        ("duplication", [parts]) => Action::Duplication { links, parts_ppm: parts_of(parts)? },
        ("reordering", [parts]) => Action::Reordering { links, parts_ppm: parts_of(parts)? },
        _ => return None,
    })
}

/// A zone by its name: `z1` is zone 0.
fn zone_of(text: &str) -> Option<u16> {
    let number: u16 = number(text.strip_prefix('z')?).ok()?;
    number.checked_sub(1)
}

/// A group of nodes, each once, as a cut wants it: `n1_n2`.
fn group(text: &str) -> Option<Vec<NodeId>> {
    let mut nodes = Vec::new();
    for word in text.split('_') {
        let node = word.parse().ok()?;
        if nodes.contains(&node) || nodes.len() == MAX_GROUP {
            return None;
        }
        nodes.push(node);
    }
    Some(nodes)
}

fn links_of(text: &str) -> Option<Links> {
    let (from, to) = text.split_once('-')?;
    match (zone_of(from), zone_of(to)) {
        (Some(from), Some(to)) => Some(Links::Zones { from, to }),
        _ => link(text).map(|(from, to)| Links::One { from, to }),
    }
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

/// A range, or one number that is meant exactly.
fn span_of(text: &str) -> Option<std::ops::Range<u64>> {
    match range_of(text) {
        Some((low, high)) => Some(low..high),
        None => time_of(text).ok().map(|exact| exact..exact),
    }
}

fn parts_of(text: &str) -> Option<u32> {
    number(text).ok().filter(|&parts: &u32| parts <= 1_000_000)
}

fn offset_of(text: &str) -> Option<i64> {
    number(text).ok().filter(|offset_us: &i64| offset_us.unsigned_abs() <= MAX_TIME_US)
}

fn clock(node: &str, offset: &str, rate: &str) -> Option<Action> {
    let offset_us = offset_of(offset)?;
    let rate_ppm: i32 = number(rate).ok().filter(|rate| (-900_000..=9_000_000).contains(rate))?;
    Some(Action::Clock { node: node.parse().ok()?, offset_us, rate_ppm })
}

impl Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}.{}", self.from, self.to, self.ordinal)
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut { from, to, one_way } => write_cut(f, from, to, *one_way),
            Self::Heal => f.write_str("heal"),
            Self::HealCut(cut) => write!(f, "heal.{cut}"),
            Self::Latency { links, latency } => {
                f.write_str("latency.")?;
                write_links(f, *links)?;
                write_latency(f, latency)
            }
            Self::Loss { links, parts_ppm } => write_chance(f, "loss", *links, *parts_ppm),
            Self::Duplication { links, parts_ppm } => write_chance(f, "duplication", *links, *parts_ppm),
            Self::Reordering { links, parts_ppm } => write_chance(f, "reordering", *links, *parts_ppm),
            Self::Zone { zone, deed } => write_deed(f, *deed, &format_args!("z{}", zone + 1)),
            Self::Restore => f.write_str("restore"),
            Self::Mend => f.write_str("mend"),
            Self::Drop(name) => write!(f, "drop.{name}"),
            Self::Hold(name) => write!(f, "hold.{name}"),
            Self::Release(name) => write!(f, "release.{name}"),
            Self::Deliver(name) => write!(f, "deliver.{name}"),
            Self::Duplicate(name) => write!(f, "duplicate.{name}"),
            Self::Delay { message, by_us } => write!(f, "delay.{message}.{by_us}"),
            Self::Manual => f.write_str("manual"),
            Self::Crash { node, keep: keep @ 1.. } => write!(f, "crash.{node}.{keep}"),
            Self::Join(node) => write!(f, "join.{node}"),
            Self::Fire { node, index } => write!(f, "fire.{node}.{index}"),
            Self::FinishWrite(node) => write!(f, "finish.{node}"),
            Self::Pick { node, value } => write!(f, "pick.{node}.{value}"),
            Self::Load(node) => write!(f, "load.{node}"),
            Self::Do { node, words } => write!(f, "do.{node}.{}", words.join(".")),
            Self::Crash { node, .. }
            | Self::Restart(node)
            | Self::Pause(node)
            | Self::Resume(node)
            | Self::Wipe(node)
            | Self::Disk { node, .. }
            | Self::Clock { node, .. }
            | Self::StepClock { node, .. }
            | Self::Processor { node, .. } => match Deed::of(self) {
                Some(deed) => write_deed(f, deed, node),
                None => unreachable!("what is about one node alone, a zone can suffer too"),
            },
        }
    }
}

fn write_deed(f: &mut fmt::Formatter<'_>, deed: Deed, target: &dyn Display) -> fmt::Result {
    match deed {
        Deed::Crash => write!(f, "crash.{target}"),
        Deed::Restart => write!(f, "restart.{target}"),
        Deed::Pause => write!(f, "pause.{target}"),
        Deed::Resume => write!(f, "resume.{target}"),
        Deed::Wipe => write!(f, "wipe.{target}"),
        Deed::Disk { low_us, high_us } => write!(f, "disk.{target}.{low_us}-{high_us}"),
        Deed::Clock { offset_us, rate_ppm: 0 } => write!(f, "clock.{target}.{offset_us}"),
        Deed::Clock { offset_us, rate_ppm } => write!(f, "clock.{target}.{offset_us}.{rate_ppm}"),
        Deed::StepClock { by_us } => write!(f, "step.{target}.{by_us}"),
        Deed::Processor { low_us, high_us } => write!(f, "processor.{target}.{low_us}-{high_us}"),
        Deed::Cut { one_way } => write!(f, "{}.{target}", if one_way { "oneway" } else { "cut" }),
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

fn write_links(f: &mut fmt::Formatter<'_>, links: Links) -> fmt::Result {
    match links {
        Links::All => return Ok(()),
        Links::One { from, to } => write!(f, "{from}-{to}")?,
        Links::Zones { from, to } => write!(f, "z{}-z{}", from + 1, to + 1)?,
    }
    f.write_char('.')
}

fn write_latency(f: &mut fmt::Formatter<'_>, latency: &Latency) -> fmt::Result {
    if latency.shape != Shape::Uniform {
        write!(f, "{}.", latency.shape.name())?;
    }
    if latency.range_us.is_empty() {
        write!(f, "{}", latency.range_us.start)
    } else {
        write!(f, "{}-{}", latency.range_us.start, latency.range_us.end)
    }
}

fn write_chance(f: &mut fmt::Formatter<'_>, verb: &str, links: Links, parts_ppm: u32) -> fmt::Result {
    write!(f, "{verb}.")?;
    write_links(f, links)?;
    write!(f, "{parts_ppm}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "crash.n2 crash.n2.1 crash.z2 restart.n2 restart.z1 pause.n1 pause.z1 resume.n1 resume.z1 join.n6 \
        cut.n1_n2 cut.n1_n2.n3_c1 cut.z3 oneway.n1.n3 oneway.z1 heal heal.2 latency.5 latency.1-2 latency.n1-n2.1-2 \
        latency.z1-z2.1-2 latency.exponential.1-2 latency.n1-n2.heavy.1-2 loss.5 loss.n1-n2.5 loss.z1-z1.5 \
        duplication.7 duplication.n1-n2.7 reordering.7 reordering.n1-n2.7 disk.n2.1-5 disk.z2.1-5 wipe.n1 wipe.z1 \
        clock.n1.-5 clock.n1.5.-7 clock.z1.5.-7 step.n1.-5 step.z1.5 processor.n1.1-5 processor.z1.0-0 restore mend \
        drop.n1-n2.3 hold.n1-n2.3 release.n1-n2.3 deliver.n1-n2.3 duplicate.n1-n2.3 delay.n1-n2.3.500 fire.n1.0 \
        finish.n1 pick.n1.2 load.c1 manual do.n1.append.x.5";

    #[test]
    fn every_verb_round_trips() {
        for words in ALL.split_whitespace() {
            let action = Action::from_words(words).expect(words);
            assert_eq!(action.to_string(), words);
        }
        for verb in VERBS {
            assert!(ALL.split_whitespace().any(|words| words.split('.').next() == Some(verb)), "{verb}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for words in [
            "crash",
            "crash.z0",
            "crash.z",
            "crash.z1.1",
            "cut.z1.n3",
            "cut.n1.n1",
            "join.z1",
            "latency",
            "latency.z1",
            "latency.normal.1-2",
            "latency.2-1",
            "loss.1000001",
            "load.n1",
            "delay.n1-n2.3",
            "delay.n1-n2",
            "heal.n1",
            "mend.n1",
            "manual.1",
            "step.n1.99999999999999",
            "do.n1",
            "drop.z1-z2.3",
            "finish.z1",
            "disk.z1",
        ] {
            assert!(matches!(Action::from_words(words), Err(TextErrorKind::BadArguments(_))), "{words}");
        }
    }

    #[test]
    fn a_zone_suffers_what_a_node_can() {
        for words in ALL.split_whitespace().filter(|words| words.contains(".z") && !words.contains("-z")) {
            let Ok(Action::Zone { deed, .. }) = Action::from_words(words) else { panic!("{words}") };
            assert_eq!(Deed::of(&deed.on(NodeId::server(4))), Some(deed), "{words}");
        }
    }
}
