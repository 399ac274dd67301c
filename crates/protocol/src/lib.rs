//! `protocol` decides; it never waits, sends, stores or draws.
//!
//! The core protocol crate holds the trait of a protocol machine, the vocabulary that all machines share, and
//! every machine. A machine gets one input, changes its state, and lists effects, in order. It has no clock, no
//! network, no disk and no random numbers: time and chance come in through [`Effects`], so that the simulator,
//! the search and the tests drive the same code, and a run replays to the bit.
//!
//! What this crate never does: it reads no clock, opens no socket, iterates no hash map, keeps no float and no
//! `usize` in its state, and never fails: [`Protocol::handle`] is total.

mod id;
mod machine;

pub mod commit;
pub mod coordination;
pub mod election;
pub mod lock;
pub mod ordered;
pub mod paxos;
pub mod raft;
pub mod ring;

pub use id::{BadNodeId, NodeId};
pub use machine::{
    Command, Door, Effect, Effects, Input, Message, Note, Outcome, Plain, Protocol, Reply, Seat, Timer,
};
