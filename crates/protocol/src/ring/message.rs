//! What the nodes of the ring say, ask, answer and remark.

use std::sync::Arc;

use serde::Serialize;

use super::view::{ChangeKind, View};
use crate::{NodeId, Outcome};

/// The version of a value. The greater one wins, wherever two copies of a key meet.
///
/// Each client counts on from the greatest serial that it has seen, so with one writer a key the order of stamps is
/// the order of writes. Two writers of one key at the same time are not kept apart: the greater stamp wins, and
/// the other write is lost although it was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stamp {
    /// The writer's count, from 1; 0 for a key that was there from the beginning.
    pub serial: u64,
    /// The client that wrote it.
    pub writer: Option<NodeId>,
}

/// A value with its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Item {
    /// Which version of the key it is.
    pub stamp: Stamp,
    /// The value.
    pub value: u64,
}

impl Item {
    /// What the store holds under `key` from the beginning.
    pub const fn preloaded(key: u32) -> Self {
        Self { stamp: Stamp { serial: 0, writer: None }, value: key as u64 }
    }
}

/// What nodes send to each other. `view` is always the number of the sender's view: whoever has another one does
/// not act on the message, but sees to it that both have the newer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// A client reads a key.
    Get {
        /// Pairs it with its answer.
        request: u64,
        /// The client's view.
        view: u64,
        /// Which key.
        key: u32,
    },
    /// A client writes a key; the node that gets it coordinates the write.
    Put {
        /// Pairs it with its answer.
        request: u64,
        /// The client's view.
        view: u64,
        /// Which key.
        key: u32,
        /// What to store.
        item: Item,
    },
    /// Answers [`Message::Get`] with what is stored.
    Value {
        /// The request.
        request: u64,
        /// What is stored.
        item: Item,
    },
    /// Answers [`Message::Get`]: this replica has no such key. One such answer proves nothing.
    Missing {
        /// The request.
        request: u64,
        /// The replica's view.
        view: u64,
    },
    /// Answers [`Message::Put`]: every node of the write set has it on its disk.
    Stored {
        /// The request.
        request: u64,
    },
    /// Answers a client that asked the wrong node, or by an old view.
    WrongOwner {
        /// The request.
        request: u64,
        /// A view that knows better.
        ring: Arc<View>,
    },
    /// The coordinator of a write passes it to another replica.
    Replicate {
        /// The coordinator's view.
        view: u64,
        /// Which key.
        key: u32,
        /// What to store.
        item: Item,
    },
    /// Answers [`Message::Replicate`]: it is on the disk, or something newer is.
    ReplicateAck {
        /// The replica's view.
        view: u64,
        /// Which key.
        key: u32,
        /// Which version.
        stamp: Stamp,
    },
    /// A batch of keys moves.
    Transfer {
        /// The sender's view.
        view: u64,
        /// The keys with their values, in the order of their positions.
        items: Vec<(u32, Item)>,
    },
    /// Answers [`Message::Transfer`]: these keys are on the disk.
    TransferAck {
        /// The receiver's view.
        view: u64,
        /// The keys of the batch.
        keys: Vec<u32>,
    },
    /// A newcomer asks the steward to be admitted.
    JoinRequest,
    /// A member asks the steward to be let go.
    LeaveRequest,
    /// Asks for the receiver's view.
    RingViewRequest,
    /// Spreads a view.
    RingView {
        /// The view.
        ring: Arc<View>,
    },
    /// Tells the steward how far this node is.
    RingViewAck {
        /// The node's view, which is on its disk.
        view: u64,
        /// Whether all keys that this node has to send under that view were acknowledged.
        copied: bool,
    },
}

impl crate::Message for Message {
    fn name(&self) -> &'static str {
        match self {
            Self::Get { .. } => "Get",
            Self::Put { .. } => "Put",
            Self::Value { .. } => "Value",
            Self::Missing { .. } => "Missing",
            Self::Stored { .. } => "Stored",
            Self::WrongOwner { .. } => "WrongOwner",
            Self::Replicate { .. } => "Replicate",
            Self::ReplicateAck { .. } => "ReplicateAck",
            Self::Transfer { .. } => "Transfer",
            Self::TransferAck { .. } => "TransferAck",
            Self::JoinRequest => "JoinRequest",
            Self::LeaveRequest => "LeaveRequest",
            Self::RingViewRequest => "RingViewRequest",
            Self::RingView { .. } => "RingView",
            Self::RingViewAck { .. } => "RingViewAck",
        }
    }

    fn is_reply(&self) -> bool {
        matches!(
            self,
            Self::Value { .. }
                | Self::Missing { .. }
                | Self::Stored { .. }
                | Self::WrongOwner { .. }
                | Self::ReplicateAck { .. }
                | Self::TransferAck { .. }
                | Self::RingViewAck { .. }
        )
    }
}

/// What a node can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A batch was not acknowledged: send it again.
    Transfer {
        /// The receiver of the batch.
        to: NodeId,
    },
    /// The steward's view was not acknowledged by all: send it again.
    RingView,
    /// A joining or leaving node has not heard that it is done: ask the steward again.
    Membership,
    /// A client has no answer: ask another replica.
    Request,
    /// The time has come for the change that this node makes of its own accord.
    Planned,
}

impl crate::Timer for Timer {
    fn name(&self) -> &'static str {
        match self {
            Self::Transfer { .. } => "transfer retry",
            Self::RingView => "view retry",
            Self::Membership => "membership retry",
            Self::Request => "request retry",
            Self::Planned => "planned change",
        }
    }
}

/// What clients and people ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Command {
    /// To a client: read a key.
    Get {
        /// Which key.
        key: u32,
    },
    /// To a client: write a key.
    Put {
        /// Which key.
        key: u32,
        /// What to write.
        value: u64,
    },
    /// To a server that is not a member: join the ring.
    Join,
    /// To a member other than the steward: hand the keys over and leave.
    Leave,
    /// To the steward: declare a failed node gone for good, and copy its keys from the replicas that are left.
    Remove {
        /// Who failed.
        node: NodeId,
    },
}

impl crate::Command for Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Get { .. } => "get",
            Self::Put { .. } => "put",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Remove { .. } => "remove",
        }
    }
}

/// Why a command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// It is for another kind of node: reads and writes for clients, `Remove` for the steward, the rest for servers.
    WrongNode,
    /// The node is no member (and is not joining).
    NotAMember,
    /// The node is a member already.
    AlreadyAMember,
    /// The steward can neither leave nor be removed: nobody would be left to order the changes.
    Steward,
    /// The node is busy with such a command.
    Busy,
    /// The node left or was removed before. Ids are never used again: let a new node join.
    Retired,
}

/// The answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Reply {
    /// A read found this.
    Value {
        /// Which key.
        key: u32,
        /// What is stored.
        item: Item,
    },
    /// A read was answered by every replica of one view, and none has the key.
    NotFound {
        /// Which key.
        key: u32,
    },
    /// A write is on the disk of every replica.
    Stored {
        /// Which key.
        key: u32,
        /// The version that was written.
        stamp: Stamp,
    },
    /// Not enough replicas answered, and the client gave up.
    Unavailable {
        /// Which key.
        key: u32,
        /// Whether it was a write: some replicas may have stored it, and it may still take effect.
        write: bool,
    },
    /// A change of the membership is done.
    Changed {
        /// The view in which it is done.
        view: u64,
    },
    /// The command was refused.
    Refused {
        /// Why.
        why: Refusal,
    },
}

impl crate::Reply for Reply {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Value { .. } | Self::NotFound { .. } | Self::Stored { .. } | Self::Changed { .. } => {
                Outcome::Ok
            }
            Self::Unavailable { write: true, .. } => Outcome::Info,
            Self::Unavailable { write: false, .. } | Self::Refused { .. } => Outcome::Fail,
        }
    }
}

/// The rules of the protocol, by the ids under which [`crate::Note::rule`] names them.
pub mod rules {
    /// A node adopts a view only if it is newer than its own, and puts it on its disk before it acts by it.
    pub const NEWER_VIEW: &str = "newer-view";
    /// The steward makes one change at a time.
    pub const ONE_CHANGE: &str = "one-change";
    /// While keys are copied, reads go to the old replicas and writes to old and new ones.
    pub const PENDING_RANGES: &str = "pending-ranges";
    /// Reads go to the new replicas only when every key of every arc was acknowledged.
    pub const COPY_THEN_SWITCH: &str = "copy-then-switch";
    /// A copy is dropped only when every member knows that it is no longer read.
    pub const DROP_LAST: &str = "drop-last";
    /// The naive way: all nodes read by the new placement at once.
    pub const SWITCH_AT_ONCE: &str = "switch-at-once";
    /// A key is missing only if every replica of one view says so.
    pub const ALL_MISS: &str = "all-miss";
}

/// What a node remarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Note {
    /// A node works by a new view from now on.
    ViewInstalled {
        /// The number of the view.
        view: u64,
        /// How many members it has before the change under way.
        members: u32,
    },
    /// The steward began a change.
    ChangeStarted {
        /// What it does.
        kind: ChangeKind,
        /// Who joins, leaves or is removed.
        node: NodeId,
        /// Whether reads switch at once, as in the naive variants.
        at_once: bool,
    },
    /// All keys are copied, and the steward lets reads go to the new replicas.
    ReadsSwitched {
        /// Who joins, leaves or is removed.
        node: NodeId,
    },
    /// The steward finished a change.
    ChangeFinished {
        /// What it did.
        kind: ChangeKind,
        /// Who joined, left or was removed.
        node: NodeId,
    },
    /// The steward gave a join up, because the newcomer was declared gone.
    JoinAborted {
        /// The newcomer.
        node: NodeId,
    },
    /// All keys for one receiver were sent and acknowledged.
    ArcHandedOver {
        /// The receiver.
        to: NodeId,
        /// How many keys.
        keys: u32,
    },
    /// A batch of keys arrived.
    KeysReceived {
        /// The sender.
        from: NodeId,
        /// How many keys.
        keys: u32,
    },
    /// Keys that this node no longer replicates were dropped.
    KeysDropped {
        /// How many keys.
        keys: u32,
    },
    /// A client's read found no replica with the key (remarked by the client).
    ReadMissed {
        /// Which key.
        key: u32,
    },
}

impl crate::Note for Note {
    fn name(&self) -> &'static str {
        match self {
            Self::ViewInstalled { .. } => "view installed",
            Self::ChangeStarted { kind: ChangeKind::Join, .. } => "join started",
            Self::ChangeStarted { kind: ChangeKind::Leave, .. } => "leave started",
            Self::ChangeStarted { kind: ChangeKind::Remove, .. } => "removal started",
            Self::ReadsSwitched { .. } => "reads switched",
            Self::ChangeFinished { kind: ChangeKind::Join, .. } => "join finished",
            Self::ChangeFinished { kind: ChangeKind::Leave, .. } => "leave finished",
            Self::ChangeFinished { kind: ChangeKind::Remove, .. } => "node removed",
            Self::JoinAborted { .. } => "join aborted",
            Self::ArcHandedOver { .. } => "arc handed over",
            Self::KeysReceived { .. } => "keys received",
            Self::KeysDropped { .. } => "keys dropped",
            Self::ReadMissed { .. } => "read missed",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        match self {
            Self::ViewInstalled { .. } => Some(rules::NEWER_VIEW),
            Self::ChangeStarted { at_once: true, .. } => Some(rules::SWITCH_AT_ONCE),
            Self::ChangeStarted { at_once: false, .. } => Some(rules::PENDING_RANGES),
            Self::ReadsSwitched { .. } => Some(rules::COPY_THEN_SWITCH),
            Self::ChangeFinished { .. } => Some(rules::ONE_CHANGE),
            Self::KeysDropped { .. } => Some(rules::DROP_LAST),
            Self::ReadMissed { .. } => Some(rules::ALL_MISS),
            Self::JoinAborted { .. } | Self::ArcHandedOver { .. } | Self::KeysReceived { .. } => None,
        }
    }

    fn is_decision(&self) -> bool {
        matches!(self, Self::ChangeFinished { .. } | Self::JoinAborted { .. })
    }
}
