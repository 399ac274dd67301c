//! Random faults that a person lets strike a run.

use faultscope_sim::{FaultKind, Nemesis, Pinned, Plan};

use crate::lab::Variant;

/// How random faults strike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storm {
    /// The seed of the faults.
    pub seed: u64,
    /// How many strike in a thousand seconds, on average.
    pub per_thousand_s: u32,
    /// How many may strike at the most.
    pub budget: u32,
    /// For how long they strike, in microseconds.
    pub length_us: u64,
    /// Whether each is undone in the end.
    pub heals: bool,
    /// Whether they go beyond what the variant assumes: every kind, and every server may be down.
    pub is_beyond: bool,
}

/// The longest storm, in microseconds: ten minutes.
pub const STORM_MAX_US: u64 = 600_000_000;
/// The most faults of one storm.
pub const STORM_FAULTS_MAX: u32 = 1_000;

impl Storm {
    /// The faults, from `now_us` on, in order of time.
    pub(super) fn actions(&self, variant: &dyn Variant, plan: &Plan, now_us: u64) -> Vec<Pinned> {
        let assumes = variant.about().assumes;
        let servers = plan.servers.len();
        let (kinds, most_down) = if self.is_beyond {
            (FaultKind::ALL.to_vec(), servers)
        } else {
            (assumes.faults.to_vec(), servers * usize::from(assumes.most_down_percent) / 100)
        };
        let window_us = now_us..now_us.saturating_add(self.length_us.min(STORM_MAX_US));
        let nemesis = Nemesis {
            budget: self.budget.min(STORM_FAULTS_MAX),
            heals: self.heals,
            ..Nemesis::new(self.seed, kinds, window_us, most_down).with_rate(self.per_thousand_s)
        };
        nemesis.actions(plan)
    }
}
