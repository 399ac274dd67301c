//! What the nodes of an election say to each other, their timers, and what is asked of them.

use serde::Serialize;

use crate::{NodeId, Outcome, coordination};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Message {
    /// The number that the sender has drawn.
    Number {
        /// The number.
        value: u32,
    },
    /// Bully: the sender starts an election and asks whether a higher node lives. Ring: an id on its way around.
    Election {
        /// The number of the election.
        epoch: u32,
        /// The id: the node's number, or on the ring the id that travels.
        id: u32,
    },
    /// Bully: a higher node lives and takes the election over.
    Ok {
        /// The number of the election.
        epoch: u32,
    },
    /// Bully: the sender leads.
    Coordinator {
        /// The number of the election.
        epoch: u32,
    },
    /// Bully: a node that is back tells what it knows, and is told what others know.
    Hello {
        /// The number of the last election that the sender knows of.
        epoch: u32,
        /// Whether this answers another one.
        is_reply: bool,
    },
    /// Ring: the election is over; travels around once.
    Elected {
        /// The number of the election.
        epoch: u32,
        /// The leader's id on the ring.
        id: u32,
        /// The leader.
        leader: NodeId,
    },
    /// The leader lives.
    Heartbeat {
        /// The number of its election.
        epoch: u32,
        /// The leader.
        leader: NodeId,
    },
    /// A message of the coordination service.
    #[serde(untagged)]
    Service(coordination::Message),
}

impl crate::Message for Message {
    fn name(&self) -> &'static str {
        match self {
            Self::Number { .. } => "NUMBER",
            Self::Election { .. } => "ELECTION",
            Self::Ok { .. } => "OK",
            Self::Coordinator { .. } => "COORDINATOR",
            Self::Hello { .. } => "HELLO",
            Self::Elected { .. } => "ELECTED",
            Self::Heartbeat { .. } => "HEARTBEAT",
            Self::Service(message) => message.name(),
        }
    }

    fn is_reply(&self) -> bool {
        match self {
            Self::Ok { .. } => true,
            Self::Hello { is_reply, .. } => *is_reply,
            Self::Service(message) => message.is_reply(),
            _ => false,
        }
    }
}

impl From<coordination::Message> for Message {
    fn from(message: coordination::Message) -> Self {
        Self::Service(message)
    }
}

/// The timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A node waits no longer for the numbers of the others.
    Collect,
    /// A leader tells that it lives.
    Heartbeat,
    /// The leader has been silent for too long.
    Detect,
    /// Bully: nobody higher has answered.
    Answer,
    /// Bully: somebody higher has answered, and nobody has become leader.
    Coordinator,
    /// A timer of the coordination service.
    Service(coordination::Timer),
}

impl crate::Timer for Timer {
    fn name(&self) -> &'static str {
        match self {
            Self::Collect => "collect timeout",
            Self::Heartbeat => "heartbeat",
            Self::Detect => "leader timeout",
            Self::Answer => "answer timeout",
            Self::Coordinator => "coordinator timeout",
            Self::Service(timer) => timer.name(),
        }
    }
}

impl From<coordination::Timer> for Timer {
    fn from(timer: coordination::Timer) -> Self {
        Self::Service(timer)
    }
}

/// What can be asked of a participant of the bully algorithm or the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// Start an election, as if the leader had been silent for too long.
    Elect,
}

impl crate::Command for Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Elect => "elect",
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The election has begun.
    Started,
    /// This node starts no elections.
    WrongNode,
}

impl crate::Reply for Reply {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Started => Outcome::Ok,
            Self::WrongNode => Outcome::Fail,
        }
    }
}
