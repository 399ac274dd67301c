//! How far a search may go.

/// What a search may spend and where it ends. A budget of none is without limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many crashes there may be on one path.
    pub crashes: Option<u32>,
    /// How many nodes may be down at once.
    pub most_down: u32,
    /// How many messages may be lost on one path.
    pub drops: Option<u32>,
    /// How many messages may be delivered twice on one path.
    pub duplicates: Option<u32>,
    /// How many times a node may be paused on one path.
    pub pauses: Option<u32>,
    /// How many timers may fire on one path.
    pub timers: Option<u32>,
    /// How many commands of the clients' load may be given on one path.
    pub commands: Option<u32>,
    /// The most choices on one path.
    pub depth: Option<u32>,
    /// The most messages in flight at once.
    pub messages: Option<u32>,
    /// The most unique states.
    pub states: u64,
    /// The most memory, in estimated bytes.
    pub bytes: u64,
    /// What disks do.
    pub disks: Disks,
    /// When the search is over before all is visited.
    pub goal: Goal,
    /// The ids of the properties to judge; all of them where it is empty. Fewer make the search smaller: the memory of
    /// a monitor is a part of the state.
    pub properties: Vec<&'static str>,
    /// Whether of states that differ only in which interchangeable node is which, one stands for all.
    pub symmetry: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            crashes: Some(0),
            most_down: 1,
            drops: Some(0),
            duplicates: Some(0),
            pauses: Some(0),
            timers: Some(2),
            commands: Some(1),
            depth: None,
            messages: None,
            states: 1_000_000,
            bytes: 1 << 29,
            disks: Disks::Immediate,
            goal: Goal::FirstBreak,
            properties: Vec::new(),
            symmetry: true,
        }
    }
}

impl Bounds {
    pub(crate) fn is_wanted(&self, id: &str) -> bool {
        self.properties.is_empty() || self.properties.contains(&id)
    }
}

/// What disks do in a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disks {
    /// Every write is durable at once, forced or not: a crash loses none.
    Immediate,
    /// A write waits until it is finished, which is a choice; a crash keeps or loses each that waits.
    Pending,
}

/// When a search is over before all is visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// When an *always* property is broken.
    FirstBreak,
    /// When every *always* property is broken and every *sometimes* property seen.
    Everything,
}

/// Why a search did not visit every state within its budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// What was looked for was found.
    Found,
    /// Paths are longer than the bound.
    Depth,
    /// There are more messages in flight than the bound.
    Messages,
    /// There are more unique states than the bound.
    States,
    /// They need more memory than the bound.
    Memory,
    /// A machine looks at its clock, which stands still.
    Clock,
    /// Whoever called gave up.
    Stopped,
}
