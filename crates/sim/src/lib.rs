//! `sim` plays; it never decides, draws or names a protocol.
//!
//! The world of a run: virtual time in integer microseconds, a network, disks, clocks, faults, and one node for
//! each erased machine. A run is a [`Plan`] and a list of pinned [`Action`]s; everything else follows from them to
//! the bit, on every platform: the trace, the verdicts, the fingerprint. Seeking is the nearest snapshot and a
//! replay.
//!
//! What this crate never does: it names no protocol, reads no clock, keeps no float in its state, iterates no
//! hash map, and knows no language: errors and findings are values, and get their words in `labs`.

mod action;
mod erased;
mod hash;
mod index;
pub mod linear;
mod monitor;
mod nemesis;
mod network;
mod node;
mod run;
mod search;
mod tally;
mod text;
mod verbs;
mod world;

pub use action::{Action, Deed, MessageName, Pin, Pinned, sort_by_pin};
pub use erased::{BadCommand, Factory, Load, Machine, MachineCore, Payload, TypedFactory};
pub use hash::{Draw, StableHasher, stable_hash};
pub use index::{Entries, IndexEntry};
pub use monitor::{Finding, Mode, Monitor, Property, Signal, Verdict, Watch};
pub use nemesis::{FaultKind, Nemesis};
pub use network::{Cut, Fate, Flight, Latency, LinkPlan, Links, LostFlight, NetworkPlan, Shape};
pub use node::{ArmedTimer, ClockSkew, DiskPlan, Node, PendingWrite, Status};
pub use run::{Moment, Plan, Run, SeatPlan};
pub use search::{
    Asymmetry, Bounds, Classes, Counterexample, Disks, Goal, Judged, Judgement, Limit, Progress, Search,
    Symmetry, classes,
};
pub use tally::{KindTally, Latencies, Service, Tally, WINDOW_US};
pub use text::{
    MAX_ACTIONS, MAX_PANELS, MAX_PLACED, MAX_SETTINGS, MAX_TEXT_BYTES, MAX_TIME_US, Placed, REVISION,
    RunText, TextError, TextErrorKind, is_panel,
};
pub use world::{Kind, OpenCommand, Sent, Standing, Step, World};
