//! The standing workloads: what `faultscope bench` and the web worker play to measure the simulator.
//!
//! Nothing here reads a clock: who asks takes the time from outside.

use faultscope_sim::{Draw, Run};

use crate::schema::Settings;
use crate::session::plan_of;
use crate::{OpenError, Session};

pub use crate::toys::{CROWD, CrowdVariant, crowd, datagrams, gossip};

/// A run of a lab that is played for its speed.
pub struct Workload {
    /// Its name.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// The run's text.
    pub text: &'static str,
}

/// Every workload that is a run of a lab.
pub static WORKLOADS: &[Workload] = &[
    Workload {
        name: "raft",
        about: "five Raft servers, latency U[10,15) ms, election timeout U[100,200) ms, heartbeat 50 ms, \
                one command of one client each simulated second",
        text: "raft:basic;r1;s1;servers=5;clients=1;election_timeout_us=100000-200000;heartbeat_us=50000;\
               latency_us=10000-15000;think_us=950000-950001",
    },
    Workload {
        name: "ring",
        about: "a ring of eight nodes and 10,000 keys, two clients",
        text: "ring:ring;r1;s1;nodes=8;keys=10000;clients=2",
    },
];

impl Workload {
    /// The workload of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        WORKLOADS.iter().find(|workload| workload.name == name)
    }

    /// The run at its beginning, with the lab's properties or without any.
    ///
    /// # Errors
    /// [`OpenError`] where the text does not fit its lab any more.
    pub fn run(&self, with_properties: bool) -> Result<Run, OpenError> {
        let session = Session::open(self.text)?;
        let settings: &Settings = session.settings();
        let mut plan = plan_of(session.variant(), settings, session.seed(), false);
        if !with_properties {
            plan.properties.clear();
        }
        Ok(Run::new(plan.into(), session.run().actions().to_vec()))
    }
}

/// `count` steps of a run of `steps` steps, scattered evenly by keyed draws.
pub fn positions(steps: u64, count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(move |place| Draw::new(1, "position", 0, place).in_range(&(1..steps.saturating_add(1))))
}
