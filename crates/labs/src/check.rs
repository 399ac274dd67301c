//! Checks of a variant by runs: one seed, faults or none, until a time, and what became of each property.
//!
//! The command line runs many of them in parallel, the tests few, the page one at a time. One trial is one function
//! without memory, so whoever calls decides about threads.

use std::sync::Arc;

use faultscope_protocol::Outcome;
use faultscope_sim::{Finding, Kind, Mode, Payload, Pinned, Run, RunText, Verdict};

use crate::lab::{Lab, Variant};
use crate::schema::Settings;
use crate::session::{nemesis, plan_of};

/// The most steps of one trial: a variant that sends without end must not stall a check.
pub const TRIAL_STEPS_MAX: u64 = 5_000_000;

/// How long a run must have been without faults before an *eventually* property counts as unmet, in microseconds.
pub const QUIET_US: u64 = 3_000_000;

/// How many runs may be played to shorten one.
const SHRINK_TRIES_MAX: u32 = 200;

/// Which faults strike a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faults {
    /// None.
    None,
    /// Those that the variant assumes, drawn from this seed.
    Random(u64),
}

/// One run to be judged.
#[derive(Clone)]
pub struct Trial {
    /// The lab.
    pub lab: &'static Lab,
    /// The variant.
    pub variant: &'static dyn Variant,
    /// Its settings.
    pub settings: Settings,
    /// The seed of the run.
    pub seed: u64,
    /// The faults.
    pub faults: Faults,
    /// Until when to play, in microseconds of virtual time.
    pub until_us: u64,
}

/// What became of one property in a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The property's id.
    pub id: &'static str,
    /// When it must hold.
    pub mode: Mode,
    /// Whether the variant claims it: a naive one pretends to.
    pub is_claimed: bool,
    /// What the run says of it.
    pub end: End,
    /// How often its premise held.
    pub premises: u64,
}

/// How a property ended in a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// *Always*: it held all along. *Eventually*: it was met. *Sometimes*: it was seen.
    Good,
    /// *Always*: it broke, at this step, with these facts.
    Broken {
        /// The step.
        step: u64,
        /// Its time.
        at_us: u64,
        /// The facts.
        finding: Finding,
    },
    /// *Eventually*: it is not met, though nothing struck for a while.
    Unmet,
    /// *Sometimes*: not seen. *Eventually*: not met, but there was no quiet time for it.
    Open,
}

impl Judged {
    /// Whether it is broken: an *always* property at some step, an *eventually* property at the end.
    pub const fn is_broken(&self) -> bool {
        matches!(self.end, End::Broken { .. } | End::Unmet)
    }
}

/// What became of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// How many steps were played.
    pub steps: u64,
    /// Whether it stopped because it had more steps than a trial may have.
    pub is_cut_short: bool,
    /// The hash of all steps.
    pub fingerprint: u64,
    /// How many faults were done, the undoing of each included.
    pub actions: u64,
    /// How many commands were answered with ok, fail and info.
    pub answered: [u64; 3],
    /// The properties, in the variant's order.
    pub properties: Vec<Judged>,
    /// The whole run, faults included.
    pub run: RunText,
}

impl Judgement {
    /// The claimed properties that broke.
    pub fn broken(&self) -> impl Iterator<Item = &Judged> {
        self.properties.iter().filter(|judged| judged.is_claimed && judged.is_broken())
    }

    /// The run up to where a property broke, without the actions after it: the text of a link.
    pub fn run_to(&self, judged: &Judged) -> RunText {
        let mut run = self.run.clone();
        match &judged.end {
            End::Broken { step, at_us, .. } => {
                run.actions.retain(|pinned| pinned.pin.at_us <= *at_us);
                run.cursor = Some(*step);
            }
            _ => run.cursor = Some(self.steps),
        }
        run
    }
}

impl Trial {
    /// The faults of this trial, in order.
    pub fn actions(&self) -> Vec<Pinned> {
        match self.faults {
            Faults::None => Vec::new(),
            Faults::Random(seed) => {
                let plan = plan_of(self.variant, &self.settings, self.seed, false);
                nemesis(self.variant, &plan, seed, self.until_us).actions(&plan)
            }
        }
    }

    /// The text of its run.
    pub fn text(&self) -> RunText {
        let changed = self.variant.settings().into_iter().filter_map(|setting| {
            let value = self.settings.get(setting.key)?;
            (value != setting.default_value()).then(|| (setting.key.to_owned(), value.to_string()))
        });
        RunText {
            seed: self.seed,
            settings: changed.collect(),
            actions: self.actions(),
            ..RunText::new(self.lab.id, self.variant.about().id)
        }
    }

    /// Plays it to the end, and judges.
    pub fn judge(&self) -> Judgement {
        let text = self.text();
        let plan = Arc::new(plan_of(self.variant, &self.settings, self.seed, false));
        let mut run = Run::new(plan, text.actions.clone());
        let mut answered = [0; 3];
        let steps = run.play_seen(self.until_us, TRIAL_STEPS_MAX, |_, step| {
            if let (Kind::Reply, Some(outcome)) = (step.kind, step.body.as_ref().and_then(Payload::outcome)) {
                answered[place_of(outcome)] += 1;
            }
        });
        let last_action_us = text.actions.last().map_or(0, |pinned| pinned.pin.at_us);
        let is_quiet = self.until_us.saturating_sub(last_action_us) >= QUIET_US;
        Judgement {
            steps,
            is_cut_short: steps == TRIAL_STEPS_MAX,
            fingerprint: run.head().world.fingerprint(),
            actions: text.actions.len() as u64,
            answered,
            properties: self.judge_properties(&run, is_quiet),
            run: text,
        }
    }

    /// The shortest run that this search finds in which a property that `judgement` saw broken still breaks, and how:
    /// actions are left out, many at once first, as long as it does (delta debugging, Zeller 1999).
    pub fn shrink(&self, judgement: &Judgement, judged: &Judged) -> (RunText, End) {
        let (mut run, mut end) = (judgement.run_to(judged), judged.end.clone());
        let mut tries = if matches!(end, End::Broken { .. }) { SHRINK_TRIES_MAX } else { 0 };
        let mut size = run.actions.len();
        while size > 0 {
            let mut start = 0;
            while start < run.actions.len() && tries > 0 {
                let mut fewer = run.actions.clone();
                fewer.drain(start..fewer.len().min(start + size));
                tries -= 1;
                match self.first_break(&fewer, judged.id) {
                    Some((step, at_us, found)) => {
                        fewer.retain(|pinned| pinned.pin.at_us <= at_us);
                        run.actions = fewer;
                        run.cursor = Some(step);
                        end = found;
                    }
                    None => start += size,
                }
            }
            size /= 2;
        }
        (run, end)
    }

    /// Where a property breaks under these actions: the step, its time, and the facts.
    fn first_break(&self, actions: &[Pinned], id: &str) -> Option<(u64, u64, End)> {
        let plan = Arc::new(plan_of(self.variant, &self.settings, self.seed, false));
        let mut run = Run::new(plan, actions.to_vec());
        while run.len() < TRIAL_STEPS_MAX {
            let played = run.play_until(self.until_us, 1024);
            let property = run.head().properties.iter().find(|property| property.id == id)?;
            if let end @ End::Broken { step, at_us, .. } = end_of(property.mode, &property.verdict, false) {
                return Some((step, at_us, end));
            }
            if played == 0 {
                break;
            }
        }
        None
    }

    fn judge_properties(&self, run: &Run, is_quiet: bool) -> Vec<Judged> {
        let claims = self.variant.about().claims;
        let judged = run.head().properties.iter().map(|property| Judged {
            id: property.id,
            mode: property.mode,
            is_claimed: claims.contains(&property.id),
            end: end_of(property.mode, &property.verdict, is_quiet),
            premises: property.premises,
        });
        judged.collect()
    }
}

fn end_of(mode: Mode, verdict: &Verdict, is_quiet: bool) -> End {
    match (mode, verdict) {
        (Mode::Always, Verdict::Struck { step, at_us, finding }) => {
            End::Broken { step: *step, at_us: *at_us, finding: finding.clone() }
        }
        (Mode::Eventually, Verdict::Open) if is_quiet => End::Unmet,
        (Mode::Eventually | Mode::Sometimes, Verdict::Open) => End::Open,
        _ => End::Good,
    }
}

const fn place_of(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Ok => 0,
        Outcome::Fail => 1,
        Outcome::Info => 2,
    }
}
