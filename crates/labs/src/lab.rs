//! What a lab is: the variants, each a typed unit behind one trait, and the words around them.
//!
//! To add a lab: write a machine in `protocol`, a folder here with a `pub static LAB: Lab`, their `mod` lines, and
//! one line in the catalogue.

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_sim::{Factory, FaultKind, Node, Payload, Property, SeatPlan, World};
use serde_json::{Map, Value};

use crate::experiment::Experiment;
use crate::schema::{CommandSchema, Setting, Settings};
use crate::stage::{Arrangement, Look, Stage};
use crate::tool::Tool;
use crate::words::{Lang, Text};

/// The families of labs, in the order of the home page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// How do machines decide one thing?
    Agree,
    /// Who may act now?
    Coordinate,
    /// All of it, or none of it?
    Commit,
    /// Where does it live?
    Place,
    /// How do copies stay one?
    Replicate,
    /// Is it dead, or slow?
    Detect,
    /// Does the answer survive?
    Compute,
    /// How do we come back?
    Recover,
}

impl Family {
    /// The name, and the question that it asks.
    pub const fn words(self) -> (Text, Text) {
        match self {
            Self::Agree => (
                Text::new("Agree", "共识"),
                Text::new("How do machines decide one thing?", "多台机器如何做出同一个决定？"),
            ),
            Self::Coordinate => {
                (Text::new("Coordinate", "协调"), Text::new("Who may act now?", "现在轮到谁？"))
            }
            Self::Commit => (
                Text::new("Commit", "提交"),
                Text::new("All of it, or none of it?", "要么全做，要么全不做？"),
            ),
            Self::Place => (Text::new("Place", "放置"), Text::new("Where does it live?", "数据放在哪里？")),
            Self::Replicate => (
                Text::new("Replicate", "复制"),
                Text::new("How do copies stay one?", "多个副本如何保持一致？"),
            ),
            Self::Detect => {
                (Text::new("Detect", "检测"), Text::new("Is it dead, or slow?", "是宕机了，还是变慢了？"))
            }
            Self::Compute => {
                (Text::new("Compute", "计算"), Text::new("Does the answer survive?", "结果经得起故障吗？"))
            }
            Self::Recover => {
                (Text::new("Recover", "恢复"), Text::new("How do we come back?", "如何恢复如初？"))
            }
        }
    }
}

/// A lab: one subject, with right and naive variants.
pub struct Lab {
    /// The id in links, such as `raft`.
    pub id: &'static str,
    /// Its family.
    pub family: Family,
    /// Its name.
    pub title: Text,
    /// What it is about, in one sentence.
    pub sentence: Text,
    /// What breaks it, to be read after "Broken by".
    pub broken_by: Text,
    /// Its variants; the first is opened first.
    pub variants: &'static [&'static dyn Variant],
    /// Every property that any of its variants checks, in words.
    pub properties: &'static [PropertyWords],
    /// The protocol's rules in our words: each that a note names.
    pub rules: &'static [Rule],
    /// The messages, each by the name that it has in the protocol, with their colours.
    pub kinds: &'static [MessageKind],
    /// The timers: each by the name that `Timer::name` gives, in words.
    pub timers: &'static [(&'static str, Text)],
    /// How fields of the state are spelled in the paper: key in traces, word on screen.
    pub spelling: &'static [(&'static str, &'static str)],
    /// The stories, as files.
    pub stories: &'static [StorySource],
    /// What it offers on the command line beside its runs.
    pub tools: &'static [Tool],
    /// What can be measured with it: figures of papers, and formulas.
    pub experiments: &'static [&'static Experiment],
    /// The run that the home page plays as a miniature: a run text, such as `raft:basic;r1;s4`.
    pub miniature: &'static str,
}

impl Lab {
    /// A variant by its id.
    pub fn variant(&self, id: &str) -> Option<&'static dyn Variant> {
        self.variants.iter().copied().find(|variant| variant.about().id == id)
    }

    /// A property's words by its id.
    pub fn property(&self, id: &str) -> Option<&'static PropertyWords> {
        self.properties.iter().find(|words| words.id == id)
    }

    /// A rule by its id.
    pub fn rule(&self, id: &str) -> Option<&'static Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// How a message is drawn, by its name.
    pub fn kind(&self, name: &str) -> Option<&'static MessageKind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }

    /// A timer's words, by its name in the protocol.
    pub fn timer(&self, name: &'static str, lang: Lang) -> &'static str {
        self.timers.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words.get(lang))
    }

    /// A field's word on screen.
    pub fn spell<'a>(&self, key: &'a str) -> &'a str
    where
        'static: 'a,
    {
        self.spelling.iter().find(|(known, _)| *known == key).map_or(key, |(_, word)| word)
    }
}

/// A property in words.
#[derive(Clone, Copy, Debug)]
pub struct PropertyWords {
    /// The id, as the variant's properties have it.
    pub id: &'static str,
    /// Its name.
    pub title: Text,
    /// What it says, in one sentence.
    pub sentence: Text,
    /// What happened when it broke or was seen, with holes for the finding's facts.
    pub finding: Text,
}

/// A rule of the protocol in our words.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The id, as notes name it.
    pub id: &'static str,
    /// What it says.
    pub sentence: Text,
    /// Where it stands: paper and section.
    pub source: &'static str,
}

/// How a message is drawn.
#[derive(Clone, Copy, Debug)]
pub struct MessageKind {
    /// Its name in the protocol.
    pub name: &'static str,
    /// A short form, for narrow places.
    pub short: &'static str,
    /// Its colour: 1 to 4 are discs, 5 to 8 diamonds. A reply shares the colour of what it answers.
    pub ink: u8,
}

/// A story file.
#[derive(Clone, Copy, Debug)]
pub struct StorySource {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub title: Text,
    /// The file's text, where stories are compiled in; the page takes it from `stories/<lab>.json`.
    pub text: &'static str,
}

/// The text of a story file, where stories are compiled in: everywhere but in the page, which fetches them.
pub const fn embedded(text: &'static str) -> &'static str {
    if cfg!(target_arch = "wasm32") { "" } else { text }
}

/// Whether a variant is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It keeps what it claims, under what it assumes.
    Right,
    /// It does not, and is there to be broken.
    Naive {
        /// What is wrong with it, in one sentence.
        flaw: Text,
        /// How the tests break it.
        broken_by: BrokenBy,
    },
}

/// How the tests break a naive variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenBy {
    /// Random faults, within so many seeds.
    Seeds(u64),
    /// This run text, played on for ten seconds behind its last action, breaks at least one of the claims.
    Run(&'static str),
}

/// What a variant is, in words and in claims.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The id in links, such as `basic`.
    pub id: &'static str,
    /// Its name on screen.
    pub title: Text,
    /// What it is, in one sentence.
    pub sentence: Text,
    /// Whether it is right.
    pub standing: Standing,
    /// What it assumes.
    pub assumes: Assumptions,
    /// The properties that it claims under these assumptions, by id. For a naive variant: those that it pretends
    /// to have and that the tests break.
    pub claims: &'static [&'static str],
}

/// What a variant assumes of the world. Random faults stay within it.
#[derive(Clone, Copy, Debug)]
pub struct Assumptions {
    /// The faults that it is made for. The tests see to it that each is drawn, so with
    /// [`FaultKind::Crash`] at least one server may be down.
    pub faults: &'static [FaultKind],
    /// How many of its servers may be down at once: so many of a hundred, rounded down.
    pub most_down_percent: u8,
    /// What it assumes beside, in words.
    pub words: &'static [Text],
}

/// What a variant's world is built from.
pub struct Blueprint {
    /// The nodes: servers by number first, then clients by number. All servers are known to each other.
    pub seats: Vec<SeatPlan>,
    /// How many servers there may be, joiners included.
    pub max_servers: usize,
    /// The role of a server that joins.
    pub joiner_role: u8,
    /// Makes the nodes and reads commands.
    pub factory: Arc<dyn Factory>,
    /// After how long an unforced write reaches the disk by itself, in microseconds.
    pub lazy_us: u64,
}

/// A variant: machine, setup, picture and properties, behind one trait. Each variant of a lab may run another
/// machine.
pub trait Variant: Sync {
    /// What it is.
    fn about(&self) -> &'static About;
    /// Its settings: its own, then the engine's, which [`crate::schema::engine_settings`] returns.
    fn settings(&self) -> Vec<Setting>;
    /// What clients, or people, can ask of its nodes.
    fn commands(&self) -> &'static [CommandSchema];
    /// The world under these settings.
    fn blueprint(&self, settings: &Settings) -> Blueprint;
    /// The properties to check, fresh.
    fn properties(&self, settings: &Settings) -> Vec<Property>;
    /// Groups of interchangeable nodes, for the search: of states that differ only in which node of a group is which,
    /// it visits one. It is right to name a group where
    ///
    /// - the machine treats these nodes alike: none is first, none wins by its number, and nothing depends on the order
    ///   in which one step sends its messages;
    /// - the properties treat them alike;
    /// - whoever names a node in a state, a message or a command writes its [`NodeId`], alone: as a value or as a key,
    ///   never in a longer text and never as a number; and serializing leaves out nothing that decides the future;
    /// - a list, set or tuple of nothing but nodes is a set: its order says nothing.
    ///
    /// Where clients have commands left in their load the search uses no symmetry: what the run draws may name a node.
    /// `labs/tests/search/symmetry.rs` plays random paths with the names exchanged and finds out who is not.
    fn symmetry(&self, settings: &Settings) -> Vec<Vec<NodeId>> {
        let _ = settings;
        Vec::new()
    }

    /// How long a healed world may take, by these settings, until what must happen eventually has happened, in
    /// microseconds; never less than [`crate::verdict::QUIET_US`].
    fn settles_us(&self, settings: &Settings) -> u64 {
        let _ = settings;
        crate::verdict::QUIET_US
    }

    /// How long a run is when it is opened, in microseconds.
    fn opening_us(&self) -> u64 {
        2_000_000
    }

    /// The node's state, as traces print it and the inspector shows it: no floats, and none of the keys `step`,
    /// `at_us`, `node`, `event` and `status`. It may be down: then what the disk holds, if anything.
    fn state(&self, world: &World, node: &Node) -> Map<String, Value>;
    /// A message in a few words, such as `AppendEntries T2`; `roomy` allows its full name.
    fn message_words(&self, body: &Payload, roomy: bool) -> String;
    /// A note as a sentence without its node, such as `votes for n3 in term 2`.
    fn note_words(&self, note: &Payload, lang: Lang) -> String;
    /// A command or a reply, such as `x ← 3` or `ok`.
    fn command_words(&self, body: &Payload, lang: Lang) -> String;

    /// How the nodes stand on the stage.
    fn arrangement(&self, world: &World) -> Arrangement;
    /// How a node looks.
    fn look(&self, world: &World, node: &Node, lang: Lang) -> Look;
    /// What the picture has beside nodes, links and messages.
    fn draw_beside(&self, world: &World, stage: &mut Stage<'_>) {
        let _ = (world, stage);
    }
    /// The nodes between which a faint link is drawn though no message is on it.
    fn links(&self, world: &World) -> Vec<(NodeId, NodeId)>;
    /// The era that the timeline shows as a tint: term, ballot, view; 0 for none yet.
    fn era(&self, world: &World) -> u64;
    /// What the era is called, such as `T3`.
    fn era_words(&self, era: u64) -> String;
}
