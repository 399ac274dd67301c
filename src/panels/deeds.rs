//! What can be done to a node or a message that is picked up: the inspector and the actions card offer the same.

use faultscope_labs::ordered::sort_by_key;
use faultscope_labs::sim::{Action, ArmedTimer, Flight, Node, Status};
use faultscope_labs::{Lang, NodeId, Session, words as engine_words};
use serde_json::Value;
use yew::prelude::*;

use super::{palette, words};
use crate::format::time_words;
use crate::icons::{Icon, icon};
use crate::intent::Intent;

/// How far a clock is put ahead by one touch, in microseconds.
const SKEW_US: i64 = 500_000;
/// How fast a drifting clock runs by one touch, in millionths.
const DRIFT_PPM: i32 = 200_000;
/// How long a forced write takes on a disk that one touch made slow, in microseconds.
const SLOW_DISK_US: u64 = 200_000;

/// How long an input takes on a processor that one touch made slow, in microseconds.
const SLOW_PROCESSOR_US: u64 = 20_000;
/// How much later a message arrives that one touch delayed, in microseconds.
const DELAY_US: u64 = 50_000;

/// One thing to do.
#[derive(Clone, PartialEq)]
pub(super) struct Deed {
    /// Its icon.
    pub(super) icon: Icon,
    /// What it is called.
    pub(super) words: String,
    /// The key that does it.
    pub(super) key: Option<&'static str>,
    /// Whether it hurts.
    pub(super) is_fault: bool,
    /// Whether it is offered only where all are.
    pub(super) is_rare: bool,
    /// What it does.
    pub(super) action: Action,
}

impl Deed {
    fn new(icon: Icon, words: impl Into<String>, action: Action) -> Self {
        Self { icon, words: words.into(), key: None, is_fault: false, is_rare: false, action }
    }

    fn with_key(self, key: &'static str) -> Self {
        Self { key: Some(key), ..self }
    }

    fn fault(self) -> Self {
        Self { is_fault: true, ..self }
    }

    fn rare(self) -> Self {
        Self { is_rare: true, ..self }
    }
}

/// What can be done to a node now.
pub(super) fn node_deeds(session: &Session, id: NodeId, lang: Lang) -> Vec<Deed> {
    let Some(node) = session.world().node(id) else { return Vec::new() };
    let mut deeds = life_deeds(node, lang);
    deeds.extend(link_deeds(session, id, lang));
    deeds.extend(timer_deeds(session, node, lang));
    deeds.extend(disk_deeds(node, lang));
    deeds.extend(processor_deeds(node, lang));
    deeds.extend(clock_deeds(node, lang));
    deeds
}

/// Crash, restart, pause, resume.
fn life_deeds(node: &Node, lang: Lang) -> Vec<Deed> {
    let id = node.id;
    let crash = |keep: usize| Action::Crash { node: id, keep: u32::try_from(keep).unwrap_or(u32::MAX) };
    match node.status {
        Status::Absent => Vec::new(),
        Status::Down => {
            vec![Deed::new(Icon::Restart, words::RESTART.get(lang), Action::Restart(id)).with_key("C")]
        }
        Status::Up | Status::Paused => {
            let mut deeds =
                vec![Deed::new(Icon::Crash, words::CRASH.get(lang), crash(0)).with_key("C").fault()];
            let unfinished = node.pending_writes().len();
            if unfinished > 0 {
                deeds.push(
                    Deed::new(Icon::Crash, words::CRASH_KEEPING.get(lang), crash(unfinished)).fault().rare(),
                );
            }
            deeds.push(match node.status {
                Status::Paused => {
                    Deed::new(Icon::Play, words::RESUME.get(lang), Action::Resume(id)).with_key("P")
                }
                _ => Deed::new(Icon::Pause, words::PAUSE.get(lang), Action::Pause(id)).with_key("P"),
            });
            deeds
        }
    }
}

/// Cut off, both ways or one, and heal.
fn link_deeds(session: &Session, id: NodeId, lang: Lang) -> Vec<Deed> {
    let world = session.world();
    let cut = |one_way| Action::Cut { from: vec![id], to: Vec::new(), one_way };
    let mut others = world.nodes().map(|node| node.id).filter(|&other| other != id).peekable();
    let is_alone =
        others.peek().is_some() && others.all(|other| world.is_cut(id, other) && world.is_cut(other, id));
    let mut deeds = Vec::new();
    if !is_alone {
        deeds.push(Deed::new(Icon::Isolate, words::ISOLATE.get(lang), cut(false)).fault());
        deeds.push(Deed::new(Icon::Cut, words::MUTE.get(lang), cut(true)).fault().rare());
    }
    if !world.cuts().is_empty() {
        deeds.push(Deed::new(Icon::Heal, words::HEAL.get(lang), Action::Heal).with_key("H").rare());
    }
    deeds
}

/// Let a timer run out now; the one that is due next comes first.
fn timer_deeds(session: &Session, node: &Node, lang: Lang) -> Vec<Deed> {
    if node.status != Status::Up {
        return Vec::new();
    }
    let now_us = session.now_us();
    let mut timers: Vec<(usize, &ArmedTimer)> = node.timers().enumerate().collect();
    sort_by_key(&mut timers, |(_, timer)| timer.fires_us);
    let deed = |(index, timer): (usize, &ArmedTimer)| {
        let left = time_words(timer.fires_us.saturating_sub(now_us));
        let name = timer_words(session.lab().timer(node.timer_name(timer), lang), &node.timer_value(timer));
        let text = words::FIRE.fill(lang, &[("timer", &name), ("left", &left)]);
        let action = Action::Fire { node: node.id, index: u32::try_from(index).unwrap_or(u32::MAX) };
        Deed::new(Icon::Fire, text, action).rare()
    };
    timers.into_iter().map(deed).collect()
}

/// A timer's name, and what tells it from others of this name.
fn timer_words(name: &str, value: &Value) -> String {
    let mut words = vec![plain(name)];
    // A value that is a word alone is the name again.
    if let Value::Object(map) = value {
        map.values().for_each(|value| collect_scalars(value, &mut words));
    }
    words.join(" ")
}

/// Every text and number within a value.
fn collect_scalars(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => words.push(number.to_string()),
        Value::String(text) => words.push(text.clone()),
        Value::Array(parts) => parts.iter().for_each(|part| collect_scalars(part, words)),
        Value::Object(map) => map.values().for_each(|value| collect_scalars(value, words)),
    }
}

fn disk_deeds(node: &Node, lang: Lang) -> Vec<Deed> {
    let slow = Action::Disk { node: node.id, low_us: SLOW_DISK_US, high_us: SLOW_DISK_US + 1 };
    let slow = Deed::new(Icon::Disk, words::SLOW_DISK_BY.get(lang), slow).rare();
    let lose = Deed::new(Icon::Disk, words::LOSE_DISK.get(lang), Action::Wipe(node.id)).fault().rare();
    if node.status == Status::Up && node.pending_writes().len() > 0 {
        let finish =
            Deed::new(Icon::Disk, words::FINISH_WRITE.get(lang), Action::FinishWrite(node.id)).rare();
        return vec![finish, slow, lose];
    }
    vec![slow, lose]
}

fn processor_deeds(node: &Node, lang: Lang) -> Vec<Deed> {
    let set = |us| Action::Processor { node: node.id, low_us: us, high_us: us };
    let (words, action) = match node.slow_processor_us() {
        Some(_) => (words::PROCESSOR_RIGHT, set(0)),
        None => (words::SLOW_PROCESSOR_BY, set(SLOW_PROCESSOR_US)),
    };
    vec![Deed::new(Icon::Hold, words.get(lang), action).rare()]
}

fn clock_deeds(node: &Node, lang: Lang) -> Vec<Deed> {
    let set = |offset_us, rate_ppm| Action::Clock { node: node.id, offset_us, rate_ppm };
    if node.clock.is_off() {
        return vec![Deed::new(Icon::Clock, words::CLOCK_RIGHT.get(lang), set(0, 0)).rare()];
    }
    vec![
        Deed::new(Icon::Clock, words::CLOCK_AHEAD.get(lang), set(SKEW_US, 0)).rare(),
        Deed::new(Icon::Clock, words::CLOCK_FAST.get(lang), set(0, DRIFT_PPM)).rare(),
        Deed::new(
            Icon::Clock,
            words::CLOCK_BEHIND.get(lang),
            Action::StepClock { node: node.id, by_us: -SKEW_US },
        )
        .rare(),
    ]
}

/// What can be done to a message on its way.
pub(super) fn message_deeds(flight: &Flight, lang: Lang) -> Vec<Deed> {
    let name = flight.name();
    let hold = if flight.held {
        Deed::new(Icon::Play, words::RELEASE.get(lang), Action::Release(name))
    } else {
        Deed::new(Icon::Hold, words::HOLD.get(lang), Action::Hold(name))
    };
    vec![
        Deed::new(Icon::Drop, words::DROP.get(lang), Action::Drop(name)).with_key("D").fault(),
        Deed::new(Icon::Deliver, words::DELIVER.get(lang), Action::Deliver(name)),
        hold,
        Deed::new(Icon::Duplicate, words::DUPLICATE.get(lang), Action::Duplicate(name)),
        Deed::new(Icon::Clock, words::DELAY.get(lang), Action::Delay { message: name, by_us: DELAY_US }),
    ]
}

/// A name as a machine spells it, as a word: `election_timeout` becomes `election timeout`.
pub(super) fn plain(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

/// One deed as a button; it says if the variant on screen does not assume what it does.
pub(super) fn button(session: &Session, deed: &Deed, lang: Lang, on: &Callback<Intent>) -> Html {
    let beyond = palette::beyond(session, &deed.action)
        .map(|kind| words::BEYOND.fill(lang, &[("what", engine_words::fault(kind).get(lang))]));
    let onclick = {
        let (on, action) = (on.clone(), deed.action.clone());
        Callback::from(move |_: MouseEvent| on.emit(Intent::Act(action.clone())))
    };
    let class = classes!("deed", deed.is_fault.then_some("fault"));
    html! {
        <li class={deed.is_rare.then_some("rare")}>
            <button type="button" {class} {onclick} aria-keyshortcuts={deed.key} title={beyond.clone()}>
                { icon(deed.icon) }<span>{ &deed.words }</span>
                if beyond.is_some() { <i class="gone">{ words::BEYOND_SIGN.get(lang) }</i> }
                if let Some(key) = deed.key { <kbd aria-hidden="true">{ key }</kbd> }
            </button>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn timers_of_one_name_are_told_apart() {
        assert_eq!(timer_words("election_timeout", &json!("Election")), "election timeout");
        assert_eq!(timer_words("resend", &json!({"Resend": {"of": "c1.1", "round": 2}})), "resend c1.1 2");
        assert_eq!(timer_words("resend", &json!({"Resend": [[3], null]})), "resend 3");
    }

    #[test]
    fn every_node_and_message_has_something_to_do() {
        for lab in faultscope_labs::LABS {
            let session = Session::open(lab.miniature).unwrap();
            for lang in Lang::ALL {
                for node in session.world().nodes() {
                    assert!(!node_deeds(&session, node.id, lang).is_empty(), "{} {}", lab.id, node.id);
                }
                for flight in session.world().flights() {
                    assert_eq!(message_deeds(flight, lang).len(), 5);
                }
            }
        }
    }
}
