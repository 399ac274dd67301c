//! What those hear who do not see the page: each step as it is taken, and a summary where many were taken at once.
//!
//! One live region says it, in whole sentences. While the run plays slowly, a step is told when there is time to hear
//! it; while it plays fast nothing is, and when it stops, what there was is summed up.

use faultscope_labs::sim::{Kind, Mode, Property, Verdict};
use faultscope_labs::{Lang, Session};

use crate::format::{thousands, time_words};
use crate::words;

/// How long one sentence is left alone, in milliseconds of the reader's time.
const APART_MS: f64 = 2_500.0;
/// The most steps between two sentences of a run that plays; with more, it plays too fast to be told.
const STEPS_MAX: u64 = 3;
/// The most broken properties that a summary names.
const NAMED_MAX: usize = 3;

/// What is said, and what was said last.
#[derive(Default)]
pub(super) struct Narrator {
    said: String,
    /// The step at which the run began to play.
    began: u64,
    /// When and where the last sentence was said while the run plays.
    last: Option<(f64, u64)>,
}

impl Narrator {
    /// What the live region holds.
    pub(super) fn said(&self) -> &str {
        &self.said
    }

    /// Another run is on screen.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The run begins to play.
    pub(super) fn begin(&mut self, step: u64) {
        self.said.clear();
        self.began = step;
        self.last = None;
    }

    /// The run plays and the panels are drawn anew: a step is said if there was time to hear the one before.
    pub(super) fn overhear(&mut self, session: &Session, now_ms: f64, lang: Lang) {
        let step = session.step();
        let (since_ms, before) = self.last.unwrap_or((now_ms, step));
        if self.last.is_some() && now_ms - since_ms < APART_MS {
            return;
        }
        self.last = Some((now_ms, step));
        if (1..=STEPS_MAX).contains(&(step - before.min(step))) {
            self.said = at_step(session, lang);
        }
    }

    /// The cursor was moved to a step, or something was done to the world there.
    pub(super) fn tell(&mut self, session: &Session, lang: Lang) {
        self.said = at_step(session, lang);
    }

    /// The run has played and stands again.
    pub(super) fn sum_up(&mut self, session: &Session, lang: Lang) {
        let step = session.step();
        let steps = step.saturating_sub(self.began);
        self.said = at_step(session, lang);
        if steps > STEPS_MAX {
            let count = thousands(steps);
            let played = words::SAID_PLAYED
                .fill(lang, &[("count", &count), ("what", &happened(session, self.began, lang))]);
            self.said = format!("{played} {}", self.said);
        }
    }
}

/// The step at the cursor in a sentence, with what it broke.
fn at_step(session: &Session, lang: Lang) -> String {
    let step = session.step();
    let Some(row) = session.rows(step, step, lang).pop().filter(|_| step > 0) else {
        return words::SAID_START.get(lang).to_owned();
    };
    let who = row.node.map(|node| format!("{node} ")).unwrap_or_default();
    let (number, time) = (step.to_string(), time_words(row.at_us));
    let parts = [("step", number.as_str()), ("time", &time), ("who", &who), ("words", &row.words)];
    let told = words::SAID.fill(lang, &parts);
    let broken = broken_between(session, step, step, lang);
    if broken.is_empty() {
        told
    } else {
        format!("{told} {}", words::SAID_BROKEN.fill(lang, &[("what", &broken)]))
    }
}

/// What happened behind one step and up to the cursor: messages, losses, crashes, and what broke.
fn happened(session: &Session, began: u64, lang: Lang) -> String {
    let entries = session.run().index().iter().skip(began as usize).take((session.step() - began) as usize);
    let mut counts = [(Kind::Deliver, 0_u64), (Kind::Lost, 0), (Kind::Crash, 0)];
    for kind in entries.map(|entry| entry.kind) {
        if let Some((_, count)) = counts.iter_mut().find(|(counted, _)| *counted == kind) {
            *count += 1;
        }
    }
    let told = [words::SAID_ARRIVED, words::SAID_LOST, words::SAID_CRASHED];
    let mut parts: Vec<String> = counts
        .iter()
        .zip(told)
        .filter(|((_, count), _)| *count > 0)
        .map(|((_, count), text)| text.fill(lang, &[("count", &thousands(*count))]))
        .collect();
    let broken = broken_between(session, began + 1, session.step(), lang);
    if !broken.is_empty() {
        parts.push(words::SAID_BROKEN.fill(lang, &[("what", &broken)]));
    }
    parts.join(words::COMMA.get(lang))
}

/// Names of the properties that broke in these steps.
fn broken_between(session: &Session, first: u64, last: u64, lang: Lang) -> String {
    let broke = |property: &&Property| {
        property.mode == Mode::Always
            && matches!(property.verdict, Verdict::Struck { step, .. } if (first..=last).contains(&step))
    };
    let name = |property: &Property| {
        session.lab().property(property.id).map_or(property.id, |told| told.title.get(lang))
    };
    let names: Vec<&str> = session.properties().iter().filter(broke).take(NAMED_MAX).map(name).collect();
    names.join(words::COMMA.get(lang))
}
