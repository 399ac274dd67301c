//! The replicated state: a tree of znodes, the sessions, and what one entry does to them. No clock, no network.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::NodeId;
use crate::ordered::SharedMap;

/// The number of an entry: the leader's epoch, then a counter. Later entries have greater numbers, in every epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zxid {
    /// The epoch of the leader that proposed it.
    pub epoch: u32,
    /// Its place among the leader's entries; 0 is the empty one that opens the epoch.
    pub counter: u32,
}

impl Zxid {
    /// As one number, which rises from entry to entry: a fencing token.
    pub const fn token(self) -> u64 {
        (self.epoch as u64) << 32 | self.counter as u64
    }

    /// The next one in the same epoch.
    pub const fn next(self) -> Self {
        Self { epoch: self.epoch, counter: self.counter.saturating_add(1) }
    }
}

impl fmt::Display for Zxid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.counter)
    }
}

impl Serialize for Zxid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A session: the number of the entry that opened it.
pub type SessionId = Zxid;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Make a znode.
    Create {
        /// Its path, such as `/lock/n_`; the parent must be there.
        path: String,
        /// A word to keep in it.
        data: String,
        /// Whether it goes when the session ends.
        ephemeral: bool,
        /// Whether ten digits of the parent's rising counter are put behind the path.
        sequential: bool,
    },
    /// Delete a znode without children.
    Delete {
        /// Its path.
        path: String,
        /// On what condition.
        guard: Guard,
    },
    /// Put another word in.
    SetData {
        /// The path.
        path: String,
        /// The word.
        data: String,
        /// On what condition.
        guard: Guard,
    },
    /// Ask whether a znode is there; a watch is told when it comes, changes or goes.
    Exists {
        /// The path.
        path: String,
        /// Whether to leave a watch.
        watch: bool,
    },
    /// Read the word; a watch is told when it changes or goes.
    GetData {
        /// The path.
        path: String,
        /// Whether to leave a watch.
        watch: bool,
    },
    /// List the names of the children; a watch is told when one comes or goes, or the znode itself goes.
    GetChildren {
        /// The path.
        path: String,
        /// Whether to leave a watch.
        watch: bool,
    },
    /// End the session now.
    Close,
}

impl Op {
    /// Whether it changes something, and so goes through the log.
    pub const fn is_write(&self) -> bool {
        matches!(self, Self::Create { .. } | Self::Delete { .. } | Self::SetData { .. } | Self::Close)
    }

    /// A short name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Delete { .. } => "delete",
            Self::SetData { .. } => "setData",
            Self::Exists { .. } => "exists",
            Self::GetData { .. } => "getData",
            Self::GetChildren { .. } => "getChildren",
            Self::Close => "close",
        }
    }

    /// The path that it is about.
    pub fn path(&self) -> &str {
        match self {
            Self::Create { path, .. }
            | Self::Delete { path, .. }
            | Self::SetData { path, .. }
            | Self::Exists { path, .. }
            | Self::GetData { path, .. }
            | Self::GetChildren { path, .. } => path,
            Self::Close => "",
        }
    }
}

/// The condition of a delete or a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// None: anybody may.
    Any,
    /// The data have this version.
    Version(u32),
    /// The session that asks is the one that made the znode, which is ephemeral.
    Owner,
}

/// Why a request was refused. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// There is no such znode.
    NoNode,
    /// There is one already.
    NodeExists,
    /// It has children.
    NotEmpty,
    /// The data have another version.
    BadVersion,
    /// Another session made it.
    NotOwner,
    /// An ephemeral znode has no children.
    NoChildrenForEphemerals,
    /// A path begins with `/`, has no empty part and does not end with `/`.
    BadPath,
}

/// What a client hears of a znode beside its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stat {
    /// The entry that made it: a fencing token for whoever holds it.
    pub created: Zxid,
    /// How often its data were changed.
    pub version: u32,
    /// The session that it goes with, if it is ephemeral.
    pub owner: Option<SessionId>,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The znode was made.
    Created {
        /// Its full path, with the digits of a sequential one.
        path: String,
        /// The entry that made it.
        zxid: Zxid,
    },
    /// It was deleted, or the session was closed.
    Done,
    /// The data were changed.
    Set {
        /// Their version now.
        version: u32,
    },
    /// Whether it is there.
    Exists(Option<Stat>),
    /// The data.
    Data {
        /// The word.
        data: String,
        /// The rest.
        stat: Stat,
    },
    /// The names of the children, in order.
    Children(Vec<String>),
    /// It was refused.
    Refused(Refusal),
}

/// What a watch looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A znode and its data.
    Node,
    /// The list of its children.
    Children,
}

/// A watch that a client has left and that has not fired.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Watch {
    /// The path.
    pub path: String,
    /// What it looks at.
    pub kind: Kind,
    /// Whether the znode was there.
    pub existed: bool,
    /// The state that the client knows: it wants to hear of what comes after.
    pub since: Zxid,
}

/// What happened to what was watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was made.
    Created,
    /// It was deleted.
    Deleted,
    /// Its data were changed.
    Data,
    /// A child came or went.
    Children,
}

/// A watch that fired.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Fired {
    /// The serial number of the request that left the watch.
    pub watch: u64,
    /// The path.
    pub path: String,
    /// What happened.
    pub change: Change,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A client opens a session. Asking again with the same nonce opens no second one.
    Open {
        /// Who.
        client: NodeId,
        /// Tells its openings apart.
        nonce: u64,
    },
    /// The leader has not heard from a session for too long.
    Expire {
        /// Which.
        session: SessionId,
    },
    /// A client's write.
    Write {
        /// Its session.
        session: SessionId,
        /// The number of the request in the session.
        serial: u64,
        /// What it asks for.
        op: Op,
    },
}

/// A znode.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Znode {
    /// The word in it.
    pub data: String,
    /// How often the data were changed.
    pub version: u32,
    /// The session that it goes with, if it is ephemeral.
    pub owner: Option<SessionId>,
    /// The entry that made it.
    pub created: Zxid,
    /// The entry that changed its data last.
    pub modified: Zxid,
    /// The entry that changed its list of children last.
    pub children_changed: Zxid,
    /// The number of the next sequential child.
    pub next_child: u32,
}

/// A session at the servers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Session {
    /// Whose it is.
    pub client: NodeId,
    /// Tells the client's openings apart.
    pub nonce: u64,
    /// The serial number of its last write.
    pub serial: u64,
    /// The answer to it: a repeated request gets it again.
    pub answer: Option<Answer>,
}

/// The state that the servers share. Copies share all that they have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct State {
    /// The last entry in it.
    pub zxid: Zxid,
    /// The znodes, by path.
    pub znodes: SharedMap<String, Znode>,
    /// The open sessions.
    pub sessions: SharedMap<SessionId, Session>,
}

impl Default for State {
    fn default() -> Self {
        let znodes = SharedMap::from_iter([("/".to_owned(), Znode::default())]);
        Self { zxid: Zxid::default(), znodes, sessions: SharedMap::new() }
    }
}

impl State {
    /// The state at the beginning, with these plain znodes.
    pub fn with_roots(roots: &[&str]) -> Self {
        let mut state = Self::default();
        for root in roots {
            state.znodes.insert((*root).to_owned(), Znode::default());
        }
        state
    }

    /// Applies the entry `zxid`. Returns the answer to a write.
    pub fn apply(&mut self, zxid: Zxid, entry: &Entry) -> Option<Answer> {
        self.zxid = zxid;
        match entry {
            Entry::Open { client, nonce } => {
                self.open(*client, *nonce);
                None
            }
            Entry::Expire { session } => {
                self.end(*session);
                None
            }
            Entry::Write { session, serial, op } => self.write(*session, *serial, op),
        }
    }

    /// The open session of a client with this nonce.
    pub fn session_of(&self, client: NodeId, nonce: u64) -> Option<SessionId> {
        let is_it = |session: &Session| session.client == client && session.nonce == nonce;
        self.sessions.iter().find(|(_, session)| is_it(session)).map(|(id, _)| *id)
    }

    /// The answer to a read; a write is refused.
    pub fn read(&self, op: &Op) -> Answer {
        let found = self.znodes.get(op.path());
        match (op, found) {
            (Op::Exists { .. }, found) => Answer::Exists(found.map(Znode::stat)),
            (Op::GetData { .. }, Some(znode)) => {
                Answer::Data { data: znode.data.clone(), stat: znode.stat() }
            }
            (Op::GetChildren { path, .. }, Some(_)) => Answer::Children(self.children(path)),
            (_, None) => Answer::Refused(Refusal::NoNode),
            (_, Some(_)) => Answer::Refused(Refusal::BadPath),
        }
    }

    /// The watch that a read leaves, if it wants one. A read that finds nothing leaves one only if it asked `exists`.
    pub fn watch_of(&self, op: &Op) -> Option<Watch> {
        let (kind, path) = match op {
            Op::Exists { path, watch: true } | Op::GetData { path, watch: true } => (Kind::Node, path),
            Op::GetChildren { path, watch: true } => (Kind::Children, path),
            _ => return None,
        };
        let existed = self.znodes.contains_key(path);
        let may_watch = existed || matches!(op, Op::Exists { .. });
        may_watch.then(|| Watch { path: path.clone(), kind, existed, since: self.zxid })
    }

    /// What a watch has to tell in this state, if anything.
    pub fn change_for(&self, watch: &Watch) -> Option<Change> {
        match (self.znodes.get(&watch.path), watch.kind) {
            (None, _) => watch.existed.then_some(Change::Deleted),
            (Some(_), _) if !watch.existed => Some(Change::Created),
            (Some(znode), _) if znode.created > watch.since => Some(Change::Deleted),
            (Some(znode), Kind::Node) => (znode.modified > watch.since).then_some(Change::Data),
            (Some(znode), Kind::Children) => {
                (znode.children_changed > watch.since).then_some(Change::Children)
            }
        }
    }

    /// The names of the children of a path, in order.
    pub fn children(&self, path: &str) -> Vec<String> {
        let prefix = if path == "/" { "/".to_owned() } else { format!("{path}/") };
        let below = self.znodes.range(prefix.clone()..).map(|(path, _)| path);
        let below = below.take_while(|path| path.starts_with(&prefix));
        let names = below.map(|path| &path[prefix.len()..]);
        names.filter(|name| !name.is_empty() && !name.contains('/')).map(str::to_owned).collect()
    }

    fn open(&mut self, client: NodeId, nonce: u64) {
        if self.session_of(client, nonce).is_none() {
            self.sessions.insert(self.zxid, Session { client, nonce, serial: 0, answer: None });
        }
    }

    /// Ends a session: its ephemeral znodes go with it.
    fn end(&mut self, session: SessionId) {
        if self.sessions.remove(&session).is_some() {
            let is_its = |znode: &Znode| znode.owner == Some(session);
            let paths = self.znodes.iter().filter(|(_, znode)| is_its(znode));
            let paths: Vec<String> = paths.map(|(path, _)| path.clone()).collect();
            paths.iter().for_each(|path| self.remove(path));
        }
    }

    fn write(&mut self, session: SessionId, serial: u64, op: &Op) -> Option<Answer> {
        let known = self.sessions.get(&session)?;
        if serial <= known.serial {
            return known.answer.clone().filter(|_| serial == known.serial);
        }
        let answer = match op {
            Op::Create { path, data, ephemeral, sequential } => {
                self.create(path, data, ephemeral.then_some(session), *sequential)
            }
            Op::Delete { path, guard } => self.delete(path, *guard, session),
            Op::SetData { path, data, guard } => self.set(path, data, *guard, session),
            Op::Close => {
                self.end(session);
                Ok(Answer::Done)
            }
            Op::Exists { .. } | Op::GetData { .. } | Op::GetChildren { .. } => Ok(self.read(op)),
        };
        let answer = answer.unwrap_or_else(Answer::Refused);
        if let Some(known) = self.sessions.get_mut(&session) {
            known.serial = serial;
            known.answer = Some(answer.clone());
        }
        Some(answer)
    }

    fn create(
        &mut self,
        path: &str,
        data: &str,
        owner: Option<SessionId>,
        is_sequential: bool,
    ) -> Result<Answer, Refusal> {
        let zxid = self.zxid;
        let parent = self.znodes.get(parent_of(path)?).ok_or(Refusal::NoNode)?;
        if parent.owner.is_some() {
            return Err(Refusal::NoChildrenForEphemerals);
        }
        let path = if is_sequential { format!("{path}{:010}", parent.next_child) } else { path.to_owned() };
        if self.znodes.contains_key(&path) {
            return Err(Refusal::NodeExists);
        }
        if let Some(parent) = self.znodes.get_mut(parent_of(&path)?) {
            parent.next_child += u32::from(is_sequential);
            parent.children_changed = zxid;
        }
        let fresh = Znode { data: data.to_owned(), owner, created: zxid, ..Znode::default() };
        let znode = Znode { modified: zxid, children_changed: zxid, ..fresh };
        self.znodes.insert(path.clone(), znode);
        Ok(Answer::Created { path, zxid })
    }

    fn delete(&mut self, path: &str, guard: Guard, session: SessionId) -> Result<Answer, Refusal> {
        self.check(path, guard, session)?;
        if !self.children(path).is_empty() {
            return Err(Refusal::NotEmpty);
        }
        parent_of(path)?;
        self.remove(path);
        Ok(Answer::Done)
    }

    fn remove(&mut self, path: &str) {
        self.znodes.remove(path);
        let zxid = self.zxid;
        if let Some(parent) = parent_of(path).ok().and_then(|parent| self.znodes.get_mut(parent)) {
            parent.children_changed = zxid;
        }
    }

    fn set(&mut self, path: &str, data: &str, guard: Guard, session: SessionId) -> Result<Answer, Refusal> {
        self.check(path, guard, session)?;
        let zxid = self.zxid;
        let znode = self.znodes.get_mut(path).ok_or(Refusal::NoNode)?;
        data.clone_into(&mut znode.data);
        znode.version = znode.version.saturating_add(1);
        znode.modified = zxid;
        Ok(Answer::Set { version: znode.version })
    }

    fn check(&self, path: &str, guard: Guard, session: SessionId) -> Result<(), Refusal> {
        let znode = self.znodes.get(path).ok_or(Refusal::NoNode)?;
        match guard {
            Guard::Version(version) if version != znode.version => Err(Refusal::BadVersion),
            Guard::Owner if znode.owner != Some(session) => Err(Refusal::NotOwner),
            Guard::Any | Guard::Version(_) | Guard::Owner => Ok(()),
        }
    }
}

impl Znode {
    fn stat(&self) -> Stat {
        Stat { created: self.created, version: self.version, owner: self.owner }
    }
}

/// The path of the parent.
fn parent_of(path: &str) -> Result<&str, Refusal> {
    let is_good = path.starts_with('/') && path.len() > 1 && !path.ends_with('/') && !path.contains("//");
    let cut = path.rfind('/').filter(|_| is_good).ok_or(Refusal::BadPath)?;
    Ok(if cut == 0 { "/" } else { &path[..cut] })
}
