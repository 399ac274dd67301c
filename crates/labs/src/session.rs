//! A run in someone's hands: one type for the page and the command line, with every lab erased.
//!
//! A session has a run, and one cursor in it. The cursor is a step and a virtual time not before that step. Whatever
//! is shown comes from the moment at the cursor; verdicts come from the whole run as far as it was played.

mod branches;
mod storm;
mod strand;
mod until;

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_scene::Scene;
use faultscope_sim::{
    Action, BadCommand, DiskPlan, FaultKind, Kind, Latency, MAX_PANELS, Nemesis, NetworkPlan, Pinned, Placed,
    Plan, Property, Run, RunText, SeatPlan, Shape, Step, Tally, TextError, World, is_panel,
};
use serde_json::Value;

use crate::catalogue;
use crate::lab::{Lab, Variant};
use crate::link::{self, LinkError};
use crate::schema::{Setting, Settings};
use crate::stage::{self, Frame};
use crate::versus::{self, Versus};
use crate::words::{self, Lang, Text, unknown};

pub use branches::{BRANCHES_MAX, BranchId, BranchInfo, Comparison, NAME_LETTERS_MAX, Side};
pub use storm::{STORM_FAULTS_MAX, STORM_MAX_US, Storm};
pub use until::{PlaceError, Stop};

use branches::Tree;
use strand::Strand;

/// The furthest step to which a link's cursor may point.
pub const OPENING_STEPS_MAX: u64 = 2_000_000;
/// The most steps that opening plays to show what comes around the last action; the cursor may ask for more.
const AROUND_STEPS_MAX: u64 = 200_000;
/// The most steps that [`Session::open_in_parts`] plays at once: so many take a browser well under a second.
const FIRST_PART_STEPS: u64 = 20_000;

/// Why a run cannot be opened, or an action not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The text is none of the grammar's.
    Text(TextError),
    /// The packed text cannot be read.
    Link(LinkError),
    /// No lab has this id.
    UnknownLab(String),
    /// The lab has no variant of this id.
    UnknownVariant(&'static str, String),
    /// The variant has no setting of this key; the known ones.
    UnknownSetting(String, Vec<&'static str>),
    /// A setting's value does not fit; what is expected.
    BadSetting(&'static str, String, String),
    /// An action names a node that the run does not have.
    UnknownNode(String, NodeId),
    /// An action names a zone (from 0) that the run does not have.
    UnknownZone(String, u16),
    /// An action's command cannot be read.
    Command(String, BadCommand),
    /// The cursor is further than a link may reach, in steps.
    TooFar(u64),
}

impl OpenError {
    /// One clear message: what, and where.
    pub fn message(&self, lang: Lang) -> String {
        let say = |text: Text, values: &[(&str, &str)]| text.fill(lang, values);
        match self {
            Self::Text(error) => words::text_error(error, lang),
            Self::Link(error) => error.message(lang),
            Self::UnknownLab(word) => {
                let known: Vec<&str> = catalogue::LABS.iter().map(|lab| lab.id).collect();
                unknown(Text::new("no lab is called “{word}”", "没有名为“{word}”的实验"), word, &known, lang)
            }
            Self::UnknownVariant(lab, word) => {
                let known: Vec<&str> = catalogue::lab(lab)
                    .map(|lab| lab.variants.iter().map(|variant| variant.about().id).collect())
                    .unwrap_or_default();
                unknown(
                    Text::new("no variant is called “{word}”", "没有名为“{word}”的变体"),
                    word,
                    &known,
                    lang,
                )
            }
            Self::UnknownSetting(word, known) => unknown(
                Text::new("no setting is called “{word}”", "没有名为“{word}”的设置"),
                word,
                known,
                lang,
            ),
            Self::BadSetting(key, value, expected) => say(
                Text::new("{key}={value}: expected {expected}", "{key}={value}：应为 {expected}"),
                &[("key", key), ("value", value), ("expected", expected)],
            ),
            Self::UnknownNode(action, node) => say(
                Text::new("{action}: this run has no node {node}", "{action}：本次运行没有节点 {node}"),
                &[("action", action), ("node", &node.to_string())],
            ),
            Self::UnknownZone(action, zone) => say(
                Text::new("{action}: this run has no zone z{zone}", "{action}：本次运行没有分区 z{zone}"),
                &[("action", action), ("zone", &(zone + 1).to_string())],
            ),
            Self::Command(action, BadCommand::Unknown { word, known }) => {
                let what = unknown(
                    Text::new("no command is called “{word}”", "没有名为“{word}”的命令"),
                    word,
                    known,
                    lang,
                );
                format!("{action}: {what}")
            }
            Self::Command(action, BadCommand::Argument { word, expected }) => say(
                Text::new(
                    "{action}: “{word}” does not fit, expected {expected}",
                    "{action}：“{word}”不合适，应为 {expected}",
                ),
                &[("action", action), ("word", word), ("expected", expected)],
            ),
            Self::TooFar(limit) => say(
                Text::new("the cursor is beyond step {limit}", "游标超出第 {limit} 步"),
                &[("limit", &limit.to_string())],
            ),
        }
    }
}

/// A run in someone's hands.
#[derive(Clone)]
pub struct Session {
    lab: &'static Lab,
    variant: &'static dyn Variant,
    settings: Settings,
    schema: Vec<Setting>,
    seed: u64,
    manual: bool,
    strand: Strand,
    tree: Tree,
    panels: Vec<String>,
    placed: Vec<Placed>,
    versus: Option<Versus>,
    arrival: Option<Arrival>,
    has_changed_behaviour: bool,
    news: Vec<News>,
}

/// What is left to be played of a run that was opened.
#[derive(Clone, Copy)]
struct Arrival {
    cursor: u64,
    /// Whether the text said so.
    is_told: bool,
    wrote: Option<u64>,
}

/// Something that a session has to tell, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The link was written when the same text played otherwise.
    BehaviourChanged,
    /// There were too many branches: this one, the oldest without a name, had to go.
    BranchDropped(Box<BranchInfo>),
}

impl News {
    /// One clear message.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::BehaviourChanged => Text::new(
                "this link was made when the run went differently: the rules have changed since, and what its author saw may be \
                 elsewhere",
                "链接生成之后规则有变化：本次运行与作者当时看到的不同",
            )
            .get(lang)
            .to_owned(),
            Self::BranchDropped(branch) => Text::new(
                "no more than {limit} branches are kept: “{name}” was dropped; named branches go last",
                "最多保留 {limit} 个分支：已移除“{name}”；已命名的分支最后移除",
            )
            .fill(lang, &[("limit", &BRANCHES_MAX.to_string()), ("name", &branch.title(lang))]),
        }
    }
}

/// A stretch of a run under one era: a term, a ballot, a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era {
    /// The step that began it.
    pub step: u64,
    /// When it began.
    pub from_us: u64,
    /// Its number, which tints it; 0 for none yet.
    pub era: u64,
}

impl Session {
    /// Opens the run that a link's text describes, plain or packed, at its cursor, or at its beginning.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong with the text, and where.
    pub fn open(text: &str) -> Result<Self, OpenError> {
        let mut session = Self::of_link(text)?;
        session.arrive(u64::MAX);
        Ok(session)
    }

    /// Opens the run that a parsed text describes.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong with it.
    pub fn from_text(text: &RunText) -> Result<Self, OpenError> {
        let mut session = Self::at_start(text)?;
        session.arrive(u64::MAX);
        Ok(session)
    }

    /// Opens the run of a link's text for somebody who looks: awake, as [`Session::open_awake`] says, and only a first
    /// part of it is played, for a page must not stall. [`Session::arrive`] plays on.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong with the text, and where.
    pub fn open_in_parts(text: &str) -> Result<Self, OpenError> {
        let mut session = Self::of_link(text)?;
        session.open_awake();
        session.arrive(FIRST_PART_STEPS);
        Ok(session)
    }

    /// The run of a link before anything of it was played: [`Session::arrive`] goes on from there.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong with the text, and where.
    pub fn of_link(text: &str) -> Result<Self, OpenError> {
        let (first, second) = versus::split(text);
        let versus = second.map(Versus::read).transpose()?;
        Ok(Self { versus, ..Self::at_start(&link::read(first)?)? })
    }

    fn at_start(text: &RunText) -> Result<Self, OpenError> {
        let lab = catalogue::lab(&text.lab).ok_or_else(|| OpenError::UnknownLab(text.lab.clone()))?;
        let variant = lab
            .variant(&text.variant)
            .ok_or_else(|| OpenError::UnknownVariant(lab.id, text.variant.clone()))?;
        let schema = variant.settings();
        let settings = read_settings(&schema, &text.settings)?;
        let plan = plan_of(variant, &settings, text.seed, text.manual);
        check_actions(&plan, &text.actions)?;
        let cursor = text.cursor.unwrap_or(0);
        if cursor > OPENING_STEPS_MAX {
            return Err(OpenError::TooFar(OPENING_STEPS_MAX));
        }
        Ok(Self {
            lab,
            variant,
            settings,
            schema,
            seed: text.seed,
            manual: text.manual,
            strand: Strand::new(Run::new(Arc::new(plan), text.actions.clone())),
            tree: Tree::new(),
            panels: text.panels.clone(),
            placed: text.placed.clone(),
            versus: None,
            arrival: Some(Arrival { cursor, is_told: text.cursor.is_some(), wrote: text.fingerprint }),
            has_changed_behaviour: false,
            news: Vec::new(),
        })
    }

    /// Whether a part of the opened run is still to be played before the cursor stands where the link says.
    pub fn is_arriving(&self) -> bool {
        self.arrival.is_some()
    }

    /// Plays on what is to be seen of an opened run: its variant's opening span, the actions and a second, the cursor;
    /// at most `most` steps. Returns whether nothing of it is left.
    pub fn arrive(&mut self, most: u64) -> bool {
        let Some(Arrival { cursor, wrote, .. }) = self.arrival else { return true };
        let around = AROUND_STEPS_MAX.saturating_sub(self.len());
        let mut played = self.play_ahead(self.opening_until_us(&self.strand), most.min(around));
        if played < most {
            played += self.play_ahead(u64::MAX, cursor.saturating_sub(self.len()).min(most - played));
        }
        if played == most {
            return false;
        }
        self.arrival = None;
        self.strand.seek_step(cursor);
        if wrote.is_some_and(|wrote| wrote != self.end_fingerprint()) {
            self.has_changed_behaviour = true;
            self.news.push(News::BehaviourChanged);
        }
        true
    }

    /// A text that names no step opens where every node has started, not where nothing has happened yet. That is for
    /// those who look; whoever computes begins at step 0.
    pub fn open_awake(&mut self) {
        let boots = self.boots();
        if let Some(arrival) = self.arrival.as_mut().filter(|arrival| !arrival.is_told) {
            arrival.cursor = boots;
        }
    }

    /// How many steps a run has before anything happens but the start of its nodes.
    pub fn boots(&self) -> u64 {
        self.run().plan().seats.len() as u64
    }

    /// To what time opening plays by itself, in microseconds.
    fn opening_until_us(&self, strand: &Strand) -> u64 {
        let last_action_us = strand.run.actions().last().map_or(0, |pinned| pinned.pin.at_us);
        self.variant.opening_us().max(last_action_us.saturating_add(1_000_000))
    }

    /// The fingerprint at the end of what opening this run at this cursor plays.
    fn end_fingerprint(&self) -> u64 {
        self.end_fingerprint_of(&self.strand, self.text_step())
    }

    fn end_fingerprint_of(&self, strand: &Strand, cursor: u64) -> u64 {
        let (step, fingerprint) = strand.around(self.opening_until_us(strand), AROUND_STEPS_MAX);
        match cursor {
            cursor if cursor <= step => fingerprint,
            cursor if cursor == strand.step() => strand.cursor.world.fingerprint(),
            cursor => strand.run.moment(cursor).world.fingerprint(),
        }
    }

    /// Whether the link from which the run was opened was written when the same text played otherwise.
    pub fn has_changed_behaviour(&self) -> bool {
        self.has_changed_behaviour
    }

    /// What there is to tell since the last time it was asked.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// A copy that goes its own way.
    pub fn fork(&self) -> Self {
        self.clone()
    }

    /// The lab.
    pub fn lab(&self) -> &'static Lab {
        self.lab
    }

    /// The variant.
    pub fn variant(&self) -> &'static dyn Variant {
        self.variant
    }

    /// The settings' schema.
    pub fn schema(&self) -> &[Setting] {
        &self.schema
    }

    /// The settings' values.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.strand.run
    }

    /// The run's text: with the cursor, the panels, and the fingerprint by which a later reader is warned.
    pub fn text(&self) -> RunText {
        RunText {
            panels: self.panels.clone(),
            placed: self.placed.clone(),
            fingerprint: if self.is_arriving() { None } else { Some(self.end_fingerprint()) },
            ..self.text_at_cursor()
        }
    }

    /// The text of a link to the run, packed where it would be long, with what it is compared against.
    pub fn link(&self) -> String {
        let link = link::write(&self.text());
        match &self.versus {
            Some(versus) => versus::join(&link, versus),
            None => link,
        }
    }

    /// Under what the run is played a second time, to be compared.
    pub fn versus(&self) -> Option<&Versus> {
        self.versus.as_ref()
    }

    /// Keeps under what the run is played a second time.
    pub fn set_versus(&mut self, versus: Option<Versus>) {
        self.versus = versus;
    }

    /// The run's text, from which it opens at its cursor: without panels and fingerprint. It points no further than
    /// a link may.
    pub fn text_at_cursor(&self) -> RunText {
        RunText { cursor: Some(self.text_step()), ..self.text_without_cursor() }
    }

    fn text_step(&self) -> u64 {
        self.arrival.map_or_else(|| self.step().min(OPENING_STEPS_MAX), |arrival| arrival.cursor)
    }

    /// The panels that are open, in the page's words.
    pub fn panels(&self) -> &[String] {
        &self.panels
    }

    /// Keeps which panels are open. What a text cannot hold is left out: more than 16, and words that are not small
    /// letters, digits, `-` and `_`.
    pub fn set_panels(&mut self, panels: impl IntoIterator<Item = String>) {
        self.panels = panels.into_iter().filter(|word| is_panel(word)).take(MAX_PANELS).collect();
    }

    /// Where nodes stand that were dragged.
    pub fn placed(&self) -> &[Placed] {
        &self.placed
    }

    /// The run's text, from which it opens at its beginning.
    pub fn text_without_cursor(&self) -> RunText {
        let changed = self.schema.iter().filter_map(|setting| {
            let value = self.settings.get(setting.key)?;
            (value != setting.default_value()).then(|| (setting.key.to_owned(), value.to_string()))
        });
        RunText {
            seed: self.seed,
            settings: changed.collect(),
            manual: self.manual,
            actions: self.run().actions().to_vec(),
            ..RunText::new(self.lab.id, self.variant.about().id)
        }
    }

    /// The world at the cursor.
    pub fn world(&self) -> &World {
        &self.strand.cursor.world
    }

    /// What the run has cost up to the step at the cursor.
    pub fn tally(&self) -> &Tally {
        &self.strand.cursor.tally
    }

    /// The step at the cursor: how many steps are behind it.
    pub fn step(&self) -> u64 {
        self.strand.cursor.world.steps()
    }

    /// How many steps were played so far, ahead of the cursor and behind it.
    pub fn len(&self) -> u64 {
        self.run().len()
    }

    /// Whether no step was played.
    pub fn is_empty(&self) -> bool {
        self.run().is_empty()
    }

    /// Virtual time at the cursor.
    pub fn now_us(&self) -> u64 {
        self.strand.now_us
    }

    /// Virtual time of the furthest step.
    pub fn end_us(&self) -> u64 {
        self.strand.end_us()
    }

    /// Whether nothing is left to happen behind the furthest step.
    pub fn is_over(&self) -> bool {
        !self.run().has_next()
    }

    /// The properties, with the verdicts on the whole run as far as it was played.
    pub fn properties(&self) -> &[Property] {
        &self.run().head().properties
    }

    /// Puts the cursor right behind a step; 0 is the beginning.
    pub fn seek_step(&mut self, step: u64) {
        self.arrival = None;
        self.strand.seek_step(step);
    }

    /// Puts the cursor at a time, behind all steps up to it, no further than what was played.
    pub fn seek_time(&mut self, at_us: u64) {
        self.arrival = None;
        self.strand.seek_time(at_us);
    }

    /// Moves the cursor on to `at_us`, playing on where the run ends, for at most `most` new steps. Returns whether
    /// it got there.
    pub fn advance(&mut self, at_us: u64, most: u64) -> bool {
        self.arrival = None;
        let played = if at_us > self.run().head().world.now_us() { self.play_ahead(at_us, most) } else { 0 };
        let target_us = if played == most { self.run().head().world.now_us() } else { at_us };
        self.strand.move_to(target_us);
        target_us == at_us
    }

    /// One step on. Returns whether there was one.
    pub fn step_forward(&mut self) -> bool {
        let next = self.step() + 1;
        if next > self.len() && self.play_ahead(u64::MAX, 1) == 0 {
            return false;
        }
        self.seek_step(next);
        true
    }

    /// One step back. Returns whether there was one.
    pub fn step_back(&mut self) -> bool {
        match self.step() {
            0 => {
                self.seek_time(0);
                false
            }
            step => {
                self.seek_step(step - 1);
                true
            }
        }
    }

    /// Plays on at the head for at most `most` steps, without moving the cursor. Returns how many were played.
    pub fn play_ahead(&mut self, until_us: u64, most: u64) -> u64 {
        self.strand.play_ahead(self.variant, until_us, most)
    }

    /// The eras of the run as far as it was played, in order of time.
    pub fn eras(&self) -> &[Era] {
        &self.strand.eras
    }

    /// The picture of the stage at the cursor.
    pub fn picture(&self, frame: &Frame) -> Scene {
        stage::picture(self.lab, self.variant, self.world(), frame)
    }

    /// Lines of the event log for the steps `first..=last`.
    pub fn rows(&self, first: u64, last: u64, lang: Lang) -> Vec<Row> {
        let mut rows = Vec::new();
        self.run().replay(first, last, |_, step| rows.push(self.row(step, lang)));
        rows
    }

    /// The line of the event log for a step.
    pub fn row(&self, step: &Step, lang: Lang) -> Row {
        Row {
            step: step.number,
            at_us: step.at_us,
            node: step.node,
            kind: step.kind,
            words: self.say(step, lang),
        }
    }

    /// A step as a sentence without its node.
    pub fn say(&self, step: &Step, lang: Lang) -> String {
        let mut said = self.say_cause(step, lang);
        let notes: Vec<String> = step.notes.iter().map(|note| self.variant.note_words(note, lang)).collect();
        if notes.is_empty() {
            return said;
        }
        if matches!(step.kind, Kind::Deliver | Kind::Durable) {
            return notes.join("; ");
        }
        said.push_str(": ");
        said.push_str(&notes.join("; "));
        said
    }

    fn say_cause(&self, step: &Step, lang: Lang) -> String {
        let from = step.from.map(|id| id.to_string()).unwrap_or_default();
        let say = |text: Text, values: &[(&str, &str)]| text.fill(lang, values);
        if let Some(action) = &step.action
            && !matches!(step.kind, Kind::Timer | Kind::Deliver)
        {
            return match (step.kind, &step.body) {
                (Kind::Command, Some(body)) => self.variant.command_words(body, lang),
                _ => words::action(action, lang),
            };
        }
        match (step.kind, &step.body) {
            (Kind::Deliver, Some(body)) => say(
                Text::new("{message} from {from}", "收到 {from} 的 {message}"),
                &[("message", &self.variant.message_words(body, true)), ("from", &from)],
            ),
            (Kind::Lost, Some(body)) => say(
                Text::new("{message} from {from} is lost", "{from} 发来的 {message} 丢失"),
                &[("message", &self.variant.message_words(body, true)), ("from", &from)],
            ),
            (Kind::Command, Some(body)) => say(
                Text::new("asks {command}", "请求 {command}"),
                &[("command", &self.variant.command_words(body, lang))],
            ),
            (Kind::Reply, Some(body)) => say(
                Text::new("gets {reply}", "得到 {reply}"),
                &[("reply", &self.variant.command_words(body, lang))],
            ),
            (Kind::Timer, _) => say(
                Text::new("{timer} runs out", "{timer} 到期"),
                &[("timer", self.lab.timer(step.timer.unwrap_or_default(), lang))],
            ),
            (kind, _) => words::kind(kind).get(lang).to_owned(),
        }
    }

    /// A node's state at the cursor, with what its last step changed.
    pub fn inspect(&self, id: NodeId) -> Option<Inspection> {
        let world = self.world();
        let node = world.node(id)?;
        let now = self.variant.state(world, node);
        let place = self
            .run()
            .index()
            .range(0..self.step() as usize)
            .iter()
            .rposition(|entry| entry.node() == Some(id));
        let changed_at = place.map_or(0, |place| place as u64 + 1);
        let before = self.run().moment(changed_at.saturating_sub(1));
        let was =
            before.world.node(id).map(|node| self.variant.state(&before.world, node)).unwrap_or_default();
        let fields = now
            .into_iter()
            .map(|(key, value)| {
                let previous =
                    was.get(&key).filter(|&previous| changed_at > 0 && *previous != value).cloned();
                Field { word: self.lab.spell(&key).to_owned(), key, value, previous }
            })
            .collect();
        Some(Inspection { node: id, changed_at, fields })
    }
}

/// A line of the event log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The step's number.
    pub step: u64,
    /// Its virtual time.
    pub at_us: u64,
    /// The node that it happened to.
    pub node: Option<NodeId>,
    /// What it was.
    pub kind: Kind,
    /// What happened, in a sentence without the node.
    pub words: String,
}

/// A node's state, and what changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The node.
    pub node: NodeId,
    /// The last step that happened to it; 0 before its first.
    pub changed_at: u64,
    /// Its fields, in the lab's order.
    pub fields: Vec<Field>,
}

/// A field of a node's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its key in traces.
    pub key: String,
    /// Its word on screen, as the paper spells it.
    pub word: String,
    /// Its value.
    pub value: Value,
    /// What it was before the node's last step, where that differs.
    pub previous: Option<Value>,
}

fn read_settings(schema: &[Setting], given: &[(String, String)]) -> Result<Settings, OpenError> {
    let mut settings = Settings::defaults(schema);
    for (key, text) in given {
        let setting = schema.iter().find(|setting| setting.key == key).ok_or_else(|| {
            OpenError::UnknownSetting(key.clone(), schema.iter().map(|setting| setting.key).collect())
        })?;
        let value = setting
            .read(text)
            .ok_or_else(|| OpenError::BadSetting(setting.key, text.clone(), setting.expected()))?;
        settings.set(setting.key, value);
    }
    Ok(settings)
}

/// The plan of a variant's run under these settings.
pub fn plan_of(variant: &dyn Variant, settings: &Settings, seed: u64, manual: bool) -> Plan {
    let blueprint = variant.blueprint(settings);
    let ids = |clients: bool| -> Arc<[NodeId]> {
        blueprint.seats.iter().map(|seat| seat.id).filter(|id| id.is_client() == clients).collect()
    };
    let (latency_low, latency_high) = settings.range("latency_us");
    let (disk_low, disk_high) = settings.range("disk_us");
    Plan {
        seed,
        servers: ids(false),
        clients: ids(true),
        max_servers: blueprint.max_servers,
        joiner_role: blueprint.joiner_role,
        factory: blueprint.factory,
        network: NetworkPlan {
            latency: Latency { shape: shape_of(settings), range_us: latency_low..latency_high },
            loss_ppm: settings.number("loss_ppm") as u32,
            duplicate_ppm: settings.number("duplicate_ppm") as u32,
            reorder_ppm: settings.number("reorder_ppm") as u32,
            fifo: settings.choice("fifo") == "kept",
        },
        disk: DiskPlan { force_us: disk_low..disk_high, lazy_us: blueprint.lazy_us },
        manual,
        properties: variant.properties(settings),
        symmetry: variant.symmetry(settings),
        seats: zoned(blueprint.seats, settings.number("zones")),
    }
}

fn shape_of(settings: &Settings) -> Shape {
    let word = settings.choice("latency_shape");
    Shape::ALL.into_iter().find(|shape| shape.name() == word).unwrap_or_default()
}

/// The seats divided into zones: servers in blocks, as equal as can be, and so the clients. A lab that has zones of its
/// own keeps them where the setting is 1.
fn zoned(mut seats: Vec<SeatPlan>, zones: u64) -> Vec<SeatPlan> {
    if zones < 2 {
        return seats;
    }
    for is_client in [false, true] {
        let mut class: Vec<&mut SeatPlan> =
            seats.iter_mut().filter(|seat| seat.id.is_client() == is_client).collect();
        let count = class.len() as u64;
        for (place, seat) in class.iter_mut().enumerate() {
            seat.zone = (place as u64 * zones / count) as u16;
        }
    }
    seats
}

fn check_actions(plan: &Plan, actions: &[Pinned]) -> Result<(), OpenError> {
    let mut servers = plan.servers.len();
    for pinned in actions {
        check_action(plan, &pinned.action, |id| {
            if id.is_client() { plan.clients.contains(&id) } else { usize::from(id.number()) <= servers }
        })?;
        if matches!(pinned.action, Action::Join(_)) {
            servers += 1;
        }
    }
    Ok(())
}

fn check_action(plan: &Plan, action: &Action, is_there: impl Fn(NodeId) -> bool) -> Result<(), OpenError> {
    if let Action::Join(node) = action {
        let is_next = !node.is_client()
            && usize::from(node.number()) <= plan.max_servers
            && !is_there(*node)
            && (node.number() == 1 || is_there(NodeId::server(node.number() - 1)));
        return if is_next { Ok(()) } else { Err(OpenError::UnknownNode(action.to_string(), *node)) };
    }
    let known = |zone: &u16| plan.seats.iter().any(|seat| seat.zone == *zone);
    if let Some(zone) = action.zones().into_iter().find(|zone| !known(zone)) {
        return Err(OpenError::UnknownZone(action.to_string(), zone));
    }
    if let Some(&node) = action.nodes().iter().find(|&&node| !is_there(node)) {
        return Err(OpenError::UnknownNode(action.to_string(), node));
    }
    if let Action::Do { words, .. } = action {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        plan.factory.command(&words).map_err(|error| OpenError::Command(action.to_string(), error))?;
    }
    Ok(())
}

/// The nemesis that a variant's assumptions allow: faults from 200 ms on, all undone by `until_us`.
pub fn nemesis(variant: &dyn Variant, plan: &Plan, seed: u64, until_us: u64) -> Nemesis {
    let assumes = variant.about().assumes;
    let kinds: Vec<FaultKind> = assumes.faults.to_vec();
    let most_down = plan.servers.len() * usize::from(assumes.most_down_percent) / 100;
    let end_us = until_us.saturating_sub(until_us / 4).max(1);
    Nemesis::new(seed, kinds, 200_000.min(end_us)..end_us, most_down)
}
