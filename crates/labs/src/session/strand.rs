//! One branch's run, with its cursor: what a session shows, and what it lays aside when it shows another.

use std::sync::OnceLock;

use faultscope_sim::{Moment, Pinned, Run};

use super::Era;
use crate::lab::Variant;

/// A place of a cursor: a step, and a time not before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) step: u64,
    pub(super) now_us: u64,
}

/// A run, where its cursor stands, and what was seen of it while it was played.
#[derive(Clone)]
pub(super) struct Strand {
    pub(super) run: Run,
    pub(super) cursor: Moment,
    pub(super) now_us: u64,
    pub(super) eras: Vec<Era>,
    /// The step and the fingerprint at the end of what opening plays around the actions, once it was asked for.
    around: OnceLock<(u64, u64)>,
}

impl Strand {
    pub(super) fn new(run: Run) -> Self {
        let cursor = run.moment(0);
        Self { run, cursor, now_us: 0, eras: Vec::new(), around: OnceLock::new() }
    }

    /// Another run of the same plan, which shares its beginning; its cursor stands at the start.
    pub(super) fn sharing(&self, run: Run) -> Self {
        let eras = self.eras.iter().filter(|era| era.step <= run.len()).copied().collect();
        Self { eras, ..Self::new(run) }
    }

    /// The run under other actions, as far as both are the same.
    pub(super) fn with_actions(&self, actions: Vec<Pinned>) -> Self {
        self.sharing(self.run.with_actions(actions))
    }

    pub(super) fn step(&self) -> u64 {
        self.cursor.world.steps()
    }

    pub(super) fn end_us(&self) -> u64 {
        self.run.head().world.now_us().max(self.now_us)
    }

    pub(super) fn seek_step(&mut self, step: u64) {
        let step = step.min(self.run.len());
        self.put_cursor(step);
        self.now_us = self.cursor.world.now_us();
    }

    pub(super) fn seek_time(&mut self, at_us: u64) {
        self.move_to(at_us.min(self.end_us()));
    }

    /// Where the cursor stands.
    pub(super) fn stand(&self) -> Stand {
        Stand { step: self.step(), now_us: self.now_us }
    }

    pub(super) fn stand_at(&mut self, stand: Stand) {
        self.seek_step(stand.step);
        self.now_us = self.now_us.max(stand.now_us);
    }

    /// Puts the cursor at a time, beyond the furthest step too.
    pub(super) fn move_to(&mut self, at_us: u64) {
        self.put_cursor(self.run.steps_until(at_us));
        self.now_us = at_us.max(self.cursor.world.now_us());
    }

    fn put_cursor(&mut self, step: u64) {
        if step != self.step() {
            self.cursor = self.run.moment(step);
        }
    }

    pub(super) fn play_ahead(&mut self, variant: &dyn Variant, until_us: u64, most: u64) -> u64 {
        let eras = &mut self.eras;
        self.run.play_seen(until_us, most, |moment, step| {
            let era = variant.era(&moment.world);
            if eras.last().is_none_or(|last| last.era != era) {
                eras.push(Era { step: step.number, from_us: step.at_us, era });
            }
        })
    }

    /// Forgets the steps after `step`, and keeps the actions.
    pub(super) fn rewind(&mut self, step: u64) {
        self.run.rewind(step);
        self.eras.retain(|era| era.step <= step);
    }

    /// Forgets the steps after `step`, with the actions that come after it.
    pub(super) fn truncate(&mut self, step: u64) {
        self.run.truncate(step);
        self.eras.retain(|era| era.step <= step);
        self.around = OnceLock::new();
    }

    /// The step and the fingerprint that opening the run reaches by itself: at a time, or after so many steps.
    pub(super) fn around(&self, until_us: u64, most: u64) -> (u64, u64) {
        *self.around.get_or_init(|| {
            let world = self.run.moment_until(until_us, most).world;
            (world.steps(), world.fingerprint())
        })
    }
}
