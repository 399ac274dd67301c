//! What a run has cost up to the cursor, in the lab's kinds of messages, and the costs of two runs side by side.
//!
//! The counts come from the tally that lies in each moment of a run (`sim::Tally`): nothing is counted twice, and
//! nothing is replayed for it.

use faultscope_protocol::ordered::sort_by_key;
use faultscope_sim::{KindTally, Latencies, Service};

use crate::session::Session;

/// The messages of one kind up to the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindCount {
    /// The counts.
    pub tally: KindTally,
    /// How many are on their way: copies too, and those that are held or wait at a node's door.
    pub flying: u64,
    /// Its colour and shape: see [`crate::MessageKind::ink`]; 0 where the lab does not know it.
    pub ink: u8,
}

/// What a run has cost up to the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// The kinds of messages that were sent, in the lab's order.
    pub kinds: Vec<KindCount>,
    /// How many commands were given.
    pub commands: u64,
    /// How long those that were answered had waited.
    pub latencies: Latencies,
    /// In how much of the time commands were answered.
    pub service: Service,
    /// How many writes nodes asked of their disks.
    pub writes: u64,
    /// How many timers ran out.
    pub timeouts: u64,
}

impl Statistics {
    /// One number over all kinds of messages.
    pub fn sum(&self, of: impl Fn(&KindCount) -> u64) -> u64 {
        self.kinds.iter().map(of).sum()
    }

    /// The share of the windows in which a command waited and one was answered, in thousandths; none where no command
    /// waited for a whole window.
    pub fn availability_permille(&self) -> Option<u64> {
        (self.service.answered * 1_000).checked_div(self.service.windows)
    }
}

impl Session {
    /// What the run has cost up to the cursor.
    pub fn statistics(&self) -> Statistics {
        let (world, tally) = (self.world(), self.tally());
        let lab_kinds = self.lab().kinds;
        let place = |name: &str| lab_kinds.iter().position(|kind| kind.name == name);
        let mut kinds: Vec<KindCount> = tally
            .kinds()
            .iter()
            .map(|&tally| KindCount {
                tally,
                flying: 0,
                ink: place(tally.name).map_or(0, |place| lab_kinds[place].ink),
            })
            .collect();
        for flight in world.flights() {
            let name = flight.body.name();
            if let Some(kind) = kinds.iter_mut().find(|kind| kind.tally.name == name) {
                kind.flying += 1;
            }
        }
        sort_by_key(&mut kinds, |kind| place(kind.tally.name).unwrap_or(lab_kinds.len()));
        Statistics {
            kinds,
            commands: tally.commands,
            latencies: tally.latencies.clone(),
            service: tally.service(self.now_us()),
            writes: tally.writes,
            timeouts: tally.timeouts,
        }
    }
}
