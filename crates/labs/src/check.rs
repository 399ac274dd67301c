//! Checks of a variant by runs: one seed, faults or none, until a time, and what became of each property.
//!
//! The command line runs many of them in parallel, the tests few, the page one at a time. One trial is one function
//! without memory, so whoever calls decides about threads.

use std::sync::Arc;

use faultscope_protocol::Outcome;
use faultscope_sim::{Kind, Nemesis, Payload, Pinned, Property, Run, RunText};

use crate::lab::{Lab, Variant};
use crate::schema::Settings;
use crate::session::{nemesis, plan_of};
use crate::verdict::{self, End, Judged};

/// The most steps of one trial: a variant that sends without end must not stall a check.
pub const TRIAL_STEPS_MAX: u64 = 5_000_000;

/// Which faults strike a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Faults {
    /// None.
    None,
    /// Those that the variant assumes, drawn from this seed, as the nemesis usually does.
    Random(u64),
    /// Those that the variant assumes, drawn as told.
    Drawn(Drawn),
}

/// How the faults of a trial are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The seed.
    pub seed: u64,
    /// How many in a thousand seconds, on average; the nemesis' own rate if it is not told.
    pub rate_per_thousand_s: Option<u32>,
    /// How many at the most.
    pub budget: u32,
    /// Whether all of them are undone in the end.
    pub heals: bool,
}

impl Drawn {
    /// As the nemesis usually does.
    pub const fn usual(seed: u64) -> Self {
        Self { seed, rate_per_thousand_s: None, budget: u32::MAX, heals: true }
    }
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

    /// The claimed properties of which nobody knows whether they held.
    pub fn given_up(&self) -> impl Iterator<Item = &Judged> {
        let is_given_up = |judged: &&Judged| matches!(judged.end, End::GaveUp { .. });
        self.properties.iter().filter(|judged| judged.is_claimed).filter(is_given_up)
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
            Faults::Random(seed) => self.draw(Drawn::usual(seed)),
            Faults::Drawn(drawn) => self.draw(drawn),
        }
    }

    fn draw(&self, drawn: Drawn) -> Vec<Pinned> {
        let plan = plan_of(self.variant, &self.settings, self.seed, false);
        let usual = nemesis(self.variant, &plan, drawn.seed, self.until_us);
        let rated = match drawn.rate_per_thousand_s {
            Some(rate) => usual.with_rate(rate),
            None => usual,
        };
        Nemesis { budget: drawn.budget, heals: drawn.heals, ..rated }.actions(&plan)
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
        Judgement {
            steps,
            is_cut_short: steps == TRIAL_STEPS_MAX,
            fingerprint: run.head().world.fingerprint(),
            actions: text.actions.len() as u64,
            answered,
            properties: self.judge_properties(&run),
            run: text,
        }
    }

    fn judge_properties(&self, run: &Run) -> Vec<Judged> {
        let claims = self.variant.about().claims;
        let judged = run.head().properties.iter().map(|property| Judged {
            id: property.id,
            mode: property.mode,
            is_claimed: claims.contains(&property.id),
            end: self.end_of(run, property),
            premises: property.premises,
        });
        judged.collect()
    }

    /// What a run that was played until the end of the trial says of a property.
    pub(crate) fn end_of(&self, run: &Run, property: &Property) -> End {
        // The last step's time, so that a link to that step is judged alike.
        let end_us = run.head().world.now_us();
        let needed_us = verdict::needed_us(self.variant, &self.settings);
        verdict::judge(property, run.head(), end_us, !run.has_waiting_action(), needed_us)
    }
}

const fn place_of(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Ok => 0,
        Outcome::Fail => 1,
        Outcome::Info => 2,
    }
}
