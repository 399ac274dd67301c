//! `labs` knows; it never decides for a protocol, moves time, or touches a browser.
//!
//! The only place that knows machines, world and picture together. One folder holds one lab: its settings,
//! commands, looks, properties, stories and words. The page and the command line reach runs through one type,
//! [`Session`], in which every lab is erased behind [`Variant`]; they name no protocol.
//!
//! What this crate never does: it holds no wall clock, opens no file, and draws on no canvas: it makes values.

pub mod bench;
pub mod catalogue;
pub mod check;
pub mod commit;
mod coordination;
pub mod election;
pub mod eventlog;
pub mod experiment;
pub mod explore;
pub mod export;
pub mod import;
pub mod lab;
pub mod linear;
pub mod link;
pub mod lock;
pub mod paxos;
pub mod place;
pub mod raft;
pub mod ring;
pub mod schema;
pub mod session;
pub mod shrink;
pub mod spacetime;
pub mod stage;
pub mod statistics;
pub mod story;
pub mod tool;
mod toys;
pub mod verdict;
pub mod versus;
pub mod words;

pub use catalogue::{LABS, lab};
pub use faultscope_protocol::{NodeId, Outcome, ordered};
pub use faultscope_scene as scene;
pub use faultscope_sim as sim;
pub use lab::{
    About, Assumptions, Blueprint, Family, Lab, MessageKind, PropertyWords, Rule, Standing, StorySource,
    Variant,
};
pub use schema::{Argument, ArgumentKind, CommandSchema, Setting, SettingKind, SettingValue, Settings, Unit};
pub use session::{
    BranchId, BranchInfo, Comparison, Era, Field, Inspection, News, OpenError, PlaceError, Row,
    STORM_FAULTS_MAX, STORM_MAX_US, Session, Side, Stop, Storm,
};
pub use statistics::{KindCount, Statistics};
pub use story::{Player, Story, StoryError};
pub use tool::{Tool, ToolError};
pub use versus::Versus;
pub use words::{Lang, Text};
