//! Branches: acting in the past forks, and nothing is lost.
//!
//! An action forks where it would change what is already written: where the branch has later actions; or where steps
//! were played after the cursor, and the branch is the run as it was opened, or has a name. The old branch then stays
//! as it is. Everywhere else an action extends its branch: what was merely played ahead of it is played anew, so that
//! ten actions in a row make one branch beside the opened run, not ten.
//!
//! Every action, fork, deletion and drag can be undone in order, whatever branch is on screen meanwhile. Where two branches
//! part follows from their actions alone; it is never stored.

use faultscope_sim::{Action, Kind, MAX_PLACED, Mode, Pinned, Placed, Run, RunText, Verdict};

use super::storm::Storm;
use super::strand::{Stand, Strand};
use super::{AROUND_STEPS_MAX, News, OPENING_STEPS_MAX, OpenError, Row, Session, check_action};
use crate::words::{self, Lang, Text};

/// The most branches that a session keeps.
pub const BRANCHES_MAX: usize = 32;
/// The longest name of a branch, in letters; what is beyond is cut off.
pub const NAME_LETTERS_MAX: usize = 60;
/// The most actions, forks, deletions and drags that can be undone.
const DEEDS_MAX: usize = 1_000;

/// The number of a branch in its session. The run as it was opened is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchId(pub u32);

/// A branch, for a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchInfo {
    /// Its number.
    pub id: BranchId,
    /// The name that a person gave it.
    pub name: Option<String>,
    /// The branch from which it parted; none for the first.
    pub parent: Option<BranchId>,
    /// The last step that it shares with its parent.
    pub parted_step: u64,
    /// When it parted from its parent, in microseconds.
    pub parted_us: u64,
    /// What was done there, and its parent did not do.
    pub cause: Option<Pinned>,
    /// How many steps were played of it.
    pub end_step: u64,
    /// Virtual time of its furthest step.
    pub end_us: u64,
    /// The step at its cursor.
    pub step: u64,
    /// Virtual time at its cursor.
    pub now_us: u64,
    /// Whether it is on screen.
    pub is_current: bool,
}

impl BranchInfo {
    /// Its name; without one, what parted it from its parent.
    pub fn title(&self, lang: Lang) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let time = time_words(self.parted_us);
        match (&self.cause, self.parent) {
            (Some(cause), _) => {
                let what = words::action(&cause.action, lang);
                let node = cause.action.node().map(|node| format!("{node} ")).unwrap_or_default();
                Text::new("{node}{what} at {time}", "{time} 时 {node}{what}")
                    .fill(lang, &[("node", &node), ("what", &what), ("time", &time)])
            }
            (None, None) if self.id == BranchId(0) => {
                Text::new("as opened", "打开时的运行").get(lang).to_owned()
            }
            (None, None) => Text::new("branch {number}", "分支 {number}")
                .fill(lang, &[("number", &self.id.0.to_string())]),
            (None, Some(_)) => {
                Text::new("undisturbed from {time} on", "{time} 之后不加干预").fill(lang, &[("time", &time)])
            }
        }
    }
}

/// Microseconds as milliseconds, without needless digits: `153 ms`, `153.2 ms`.
fn time_words(at_us: u64) -> String {
    let parts = format!("{:03}", at_us % 1_000);
    match parts.trim_end_matches('0') {
        "" => format!("{} ms", at_us / 1_000),
        parts => format!("{}.{parts} ms", at_us / 1_000),
    }
}

/// Two branches side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The last step that both share.
    pub parted_step: u64,
    /// When they part, in microseconds.
    pub parted_us: u64,
    /// Until when both were played: counts and verdicts are of this time.
    pub until_us: u64,
    /// The first branch, then the second.
    pub sides: [Side; 2],
}

/// One of two branches that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Which.
    pub branch: BranchId,
    /// Its first step that the other does not have; none where it has none.
    pub first_step: Option<u64>,
    /// How many messages arrived.
    pub messages: u64,
    /// How many messages were lost.
    pub lost: u64,
    /// How many commands were answered.
    pub answers: u64,
    /// The properties, with the verdict on each.
    pub verdicts: Vec<(&'static str, Mode, Verdict)>,
}

/// The branches of a session, and what was done to them.
#[derive(Clone)]
pub(super) struct Tree {
    /// In the order in which they were made.
    branches: Vec<Branch>,
    current: BranchId,
    next: u32,
    undo: Vec<Deed>,
    redo: Vec<Deed>,
}

#[derive(Clone)]
struct Branch {
    id: BranchId,
    parent: Option<BranchId>,
    name: Option<String>,
    /// Its run while another branch is on screen.
    shelf: Option<Box<Strand>>,
}

/// Something that can be undone and done again.
#[derive(Clone)]
enum Deed {
    /// Nodes that were dragged: where they stood on the other side of it.
    Placed(Vec<Placed>),
    /// An action that extended a branch: how the branch was on the other side of it.
    Extended { branch: BranchId, other: Version },
    /// An action that forked: from where, and the new branch while it is undone.
    Forked { from: BranchId, stand: Stand, branch: BranchId, folded: Option<Folded> },
    /// A deletion: what was deleted while it is not undone, whether it was on screen, and everyone's parent before.
    Deleted {
        branch: BranchId,
        folded: Option<Folded>,
        was_current: bool,
        parents: Vec<(BranchId, Option<BranchId>)>,
    },
}

impl Deed {
    fn is_about(&self, id: BranchId) -> bool {
        match self {
            Self::Placed(_) => false,
            Self::Extended { branch, .. } | Self::Deleted { branch, .. } => *branch == id,
            Self::Forked { from, branch, .. } => *from == id || *branch == id,
        }
    }
}

/// A branch at one time, without its run: the actions give it again.
#[derive(Clone)]
struct Version {
    actions: Vec<Pinned>,
    stand: Stand,
    end_us: u64,
    len: u64,
}

impl Version {
    fn of(strand: &Strand) -> Self {
        Self {
            actions: strand.run.actions().to_vec(),
            stand: strand.stand(),
            end_us: strand.end_us(),
            len: strand.run.len(),
        }
    }
}

/// A branch that is not among the others, without its run.
#[derive(Clone)]
struct Folded {
    place: usize,
    branch: Branch,
    version: Version,
}

impl Tree {
    pub(super) fn new() -> Self {
        let opened = Branch { id: BranchId(0), parent: None, name: None, shelf: None };
        Self { branches: vec![opened], current: BranchId(0), next: 1, undo: Vec::new(), redo: Vec::new() }
    }

    fn get(&self, id: BranchId) -> Option<&Branch> {
        self.branches.iter().find(|branch| branch.id == id)
    }

    fn get_mut(&mut self, id: BranchId) -> Option<&mut Branch> {
        self.branches.iter_mut().find(|branch| branch.id == id)
    }

    fn do_new(&mut self, deed: Deed) {
        self.redo.clear();
        self.undo.push(deed);
        if self.undo.len() > DEEDS_MAX {
            self.undo.remove(0);
        }
    }

    fn forget_deeds_about(&mut self, id: BranchId) {
        self.undo.retain(|deed| !deed.is_about(id));
        self.redo.retain(|deed| !deed.is_about(id));
    }

    /// Whoever parted from `gone` now counts as parted from its parent; the first branch has none.
    fn adopt(&mut self, gone: BranchId, parent: Option<BranchId>) {
        let first = self.branches.first().map(|branch| branch.id);
        for branch in self.branches.iter_mut().filter(|branch| branch.parent == Some(gone)) {
            branch.parent = parent.or(first).filter(|&parent| parent != branch.id);
        }
    }
}

impl Session {
    /// Does an action at the cursor. Where that would change what is written, it makes a branch of its own, and the
    /// branch that was on screen stays; [`Session::undo`] leads back to it.
    ///
    /// # Errors
    /// If the action names a node that is not there, or a command that cannot be read.
    pub fn act(&mut self, action: Action) -> Result<(), OpenError> {
        check_action(self.world().plan(), &action, |id| self.world().node(id).is_some())?;
        let (stand, end_us) = (self.strand.stand(), self.strand.end_us());
        let deed = self.begin_deed();
        self.write_action(stand, end_us, action);
        self.tree.do_new(deed);
        self.drop_surplus();
        Ok(())
    }

    /// Lets random faults strike from the cursor on. They are actions like any other: the run's text holds them, and one
    /// undo takes them all back. Returns how many actions that were.
    pub fn let_storm(&mut self, storm: &Storm) -> usize {
        let actions = storm.actions(self.variant, self.run().plan(), self.now_us());
        let count = actions.len();
        if count > 0 {
            let until_us = actions.last().map_or(0, |last| last.pin.at_us);
            let deed = self.begin_deed();
            let (stand, end_us) = (self.strand.stand(), self.strand.end_us());
            self.strand.truncate(stand.step);
            self.strand.run.act_later(actions);
            self.play_ahead(end_us.max(until_us.saturating_add(1)), AROUND_STEPS_MAX);
            self.strand.stand_at(stand);
            self.tree.do_new(deed);
            self.drop_surplus();
        }
        count
    }

    /// Puts nodes where they were dragged to; all others stand where the lab has them. [`Session::undo`] puts them
    /// back, at once with the drag before if this one `goes_on` with it. A text holds 64 of them, the last ones.
    pub fn put_nodes(&mut self, placed: Vec<Placed>, goes_on: bool) {
        let before = std::mem::replace(&mut self.placed, placed);
        self.placed.drain(..self.placed.len().saturating_sub(MAX_PLACED));
        let is_part = goes_on && matches!(self.tree.undo.last(), Some(Deed::Placed(_)));
        if self.placed != before && !is_part {
            self.tree.do_new(Deed::Placed(before));
        }
    }

    /// What is about to be done, to be undone: an extension of the branch, or a fork, which is then on screen.
    fn begin_deed(&mut self) -> Deed {
        self.arrival = None;
        let before = Version::of(&self.strand);
        if self.act_forks() {
            let from = self.tree.current;
            Deed::Forked { from, stand: before.stand, branch: self.fork_here(), folded: None }
        } else {
            Deed::Extended { branch: self.tree.current, other: before }
        }
    }

    /// Whether an action at the cursor makes a branch of its own.
    pub fn act_forks(&self) -> bool {
        let has_later_actions = self.strand.cursor.actions_done() < self.run().actions().len();
        let has_later_steps = self.step() < self.len();
        let is_kept =
            self.tree.get(self.tree.current).is_none_or(|it| it.parent.is_none() || it.name.is_some());
        has_later_actions || (has_later_steps && is_kept)
    }

    /// Lays the branch on screen aside, as it is, and shows a new one that shares it up to the cursor.
    fn fork_here(&mut self) -> BranchId {
        let stand = self.strand.stand();
        let mut forked = self.strand.sharing(self.run().fork(stand.step));
        forked.stand_at(stand);
        let (id, parent) = (BranchId(self.tree.next), Some(self.tree.current));
        self.tree.next += 1;
        self.tree.branches.push(Branch { id, parent, name: None, shelf: Some(Box::new(forked)) });
        self.show(id);
        id
    }

    /// Puts an action at a place, forgets what came after it, and plays on as far as was played before.
    fn write_action(&mut self, stand: Stand, until_us: u64, action: Action) {
        self.strand.truncate(stand.step);
        self.strand.run.act(stand.now_us, action);
        // One action may be several steps.
        while self.run().has_waiting_action() && self.play_ahead(stand.now_us, 1) > 0 {}
        let step = self.len();
        self.play_ahead(until_us.max(stand.now_us + 1), AROUND_STEPS_MAX);
        self.strand.seek_step(step);
    }

    /// Lets the oldest branches go where there are too many: those without a name first, never the first one or the
    /// one on screen.
    fn drop_surplus(&mut self) {
        while self.tree.branches.len() > BRANCHES_MAX {
            let current = self.tree.current;
            let mut others = self.tree.branches[1..].iter().filter(|branch| branch.id != current);
            let oldest = others.clone().find(|branch| branch.name.is_none()).or_else(|| others.next());
            let Some(id) = oldest.map(|branch| branch.id) else { return };
            self.news.extend(self.branch(id).map(|info| News::BranchDropped(Box::new(info))));
            self.take_out(id);
            self.tree.forget_deeds_about(id);
        }
    }

    /// Takes the last action, fork, deletion or drag back. Returns whether there was one.
    pub fn undo(&mut self) -> bool {
        self.arrival = None;
        let Some(deed) = self.tree.undo.pop() else { return false };
        let redo = match deed {
            Deed::Placed(before) => Deed::Placed(std::mem::replace(&mut self.placed, before)),
            Deed::Extended { branch, other } => self.exchange(branch, other),
            Deed::Forked { from, stand, branch, .. } => {
                self.show(from);
                self.strand.stand_at(stand);
                Deed::Forked { from, stand, branch, folded: self.take_out(branch) }
            }
            Deed::Deleted { branch, folded, was_current, parents } => {
                folded.into_iter().for_each(|folded| self.put_in(folded));
                for (id, parent) in &parents {
                    if let Some(branch) = self.tree.get_mut(*id) {
                        branch.parent = *parent;
                    }
                }
                if was_current {
                    self.show(branch);
                }
                Deed::Deleted { branch, folded: None, was_current, parents }
            }
        };
        self.tree.redo.push(redo);
        true
    }

    /// Does the last undone action, fork, deletion or drag again. Returns whether there was one.
    pub fn redo(&mut self) -> bool {
        self.arrival = None;
        let Some(deed) = self.tree.redo.pop() else { return false };
        let undo = match deed {
            Deed::Placed(after) => Deed::Placed(std::mem::replace(&mut self.placed, after)),
            Deed::Extended { branch, other } => self.exchange(branch, other),
            Deed::Forked { from, stand, branch, folded } => {
                folded.into_iter().for_each(|folded| self.put_in(folded));
                self.show(branch);
                Deed::Forked { from, stand, branch, folded: None }
            }
            Deed::Deleted { branch, parents, was_current, .. } => {
                Deed::Deleted { branch, folded: self.take_out(branch), was_current, parents }
            }
        };
        self.tree.undo.push(undo);
        true
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.tree.undo.is_empty()
    }

    /// Whether there is something undone.
    pub fn can_redo(&self) -> bool {
        !self.tree.redo.is_empty()
    }

    /// Shows a branch as it was before, or after, an action.
    fn exchange(&mut self, branch: BranchId, other: Version) -> Deed {
        self.show(branch);
        let present = Version::of(&self.strand);
        self.strand = self.restored(&other);
        Deed::Extended { branch, other: present }
    }

    /// The run of a version, from what the branch on screen shares with it.
    fn restored(&self, version: &Version) -> Strand {
        let mut strand = self.strand.with_actions(version.actions.clone());
        let most = version.len.saturating_sub(strand.run.len());
        strand.play_ahead(self.variant, version.end_us, most);
        strand.stand_at(version.stand);
        strand
    }

    /// All branches, in the order in which they were made.
    pub fn branches(&self) -> Vec<BranchInfo> {
        self.tree.branches.iter().map(|branch| self.info(branch)).collect()
    }

    /// One branch.
    pub fn branch(&self, id: BranchId) -> Option<BranchInfo> {
        self.tree.get(id).map(|branch| self.info(branch))
    }

    /// The branch on screen.
    pub fn current_branch(&self) -> BranchId {
        self.tree.current
    }

    fn info(&self, branch: &Branch) -> BranchInfo {
        let strand = self.strand_of(branch);
        let parent = branch.parent.and_then(|parent| self.tree.get(parent));
        let parting = parent.map(|parent| Parting::of(&self.strand_of(parent).run, &strand.run));
        let (parted_step, parted_us, cause) =
            parting.map_or((0, 0, None), |parting| (parting.step, parting.at_us, parting.second));
        BranchInfo {
            id: branch.id,
            name: branch.name.clone(),
            parent: branch.parent,
            parted_step,
            parted_us,
            cause,
            end_step: strand.run.len(),
            end_us: strand.end_us(),
            step: strand.step(),
            now_us: strand.now_us,
            is_current: branch.id == self.tree.current,
        }
    }

    fn strand_of<'a>(&'a self, branch: &'a Branch) -> &'a Strand {
        branch.shelf.as_deref().unwrap_or(&self.strand)
    }

    /// Shows another branch, with its cursor where it was left. Returns whether there is such a branch.
    pub fn switch(&mut self, id: BranchId) -> bool {
        self.arrival = None;
        self.show(id)
    }

    fn show(&mut self, id: BranchId) -> bool {
        if id == self.tree.current {
            return true;
        }
        let Some(strand) = self.tree.get_mut(id).and_then(|branch| branch.shelf.take()) else { return false };
        let before = std::mem::replace(&mut self.strand, *strand);
        if let Some(branch) = self.tree.get_mut(self.tree.current) {
            branch.shelf = Some(Box::new(before));
        }
        self.tree.current = id;
        true
    }

    /// Gives a branch a name; an empty one takes it away. Returns whether there is such a branch.
    pub fn rename(&mut self, id: BranchId, name: &str) -> bool {
        let Some(branch) = self.tree.get_mut(id) else { return false };
        let words: Vec<&str> =
            name.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let name: String = words.join(" ").chars().take(NAME_LETTERS_MAX).collect();
        branch.name = Some(name).filter(|name| !name.is_empty());
        true
    }

    /// Deletes a branch; [`Session::undo`] brings it back. One that is on screen gives way to the one from which it
    /// parted. The last branch stays. Returns whether it was deleted.
    pub fn delete(&mut self, id: BranchId) -> bool {
        self.arrival = None;
        let was_current = id == self.tree.current;
        let parents = self.tree.branches.iter().map(|branch| (branch.id, branch.parent)).collect();
        let Some(folded) = self.take_out(id) else { return false };
        self.tree.do_new(Deed::Deleted { branch: id, folded: Some(folded), was_current, parents });
        true
    }

    /// Takes a branch out of the others, if it is not the last.
    fn take_out(&mut self, id: BranchId) -> Option<Folded> {
        let place = self.tree.branches.iter().position(|branch| branch.id == id)?;
        if id == self.tree.current {
            let other = |branch: &&Branch| branch.id != id;
            let parent = self.tree.branches[place].parent.filter(|&parent| self.tree.get(parent).is_some());
            let next = parent.or_else(|| self.tree.branches.iter().find(other).map(|branch| branch.id))?;
            self.show(next);
        }
        let branch = self.tree.branches.remove(place);
        self.tree.adopt(id, branch.parent);
        let version = Version::of(branch.shelf.as_deref()?);
        Some(Folded { place, branch: Branch { shelf: None, ..branch }, version })
    }

    fn put_in(&mut self, folded: Folded) {
        let strand = self.restored(&folded.version);
        let place = folded.place.min(self.tree.branches.len());
        self.tree.branches.insert(place, Branch { shelf: Some(Box::new(strand)), ..folded.branch });
    }

    /// The text of a branch's run, with its cursor; none where there is no such branch.
    pub fn text_of(&self, id: BranchId) -> Option<RunText> {
        let branch = self.tree.get(id)?;
        let Some(strand) = branch.shelf.as_deref() else { return Some(self.text()) };
        let step = strand.step().min(OPENING_STEPS_MAX);
        let run = RunText {
            actions: strand.run.actions().to_vec(),
            cursor: Some(step),
            panels: self.panels.clone(),
            ..self.text_without_cursor()
        };
        Some(RunText { fingerprint: Some(self.end_fingerprint_of(strand, step)), ..run })
    }

    /// Two branches at the time until which both were played; none where one of them does not exist.
    pub fn compare(&self, first: BranchId, second: BranchId) -> Option<Comparison> {
        let strands = [self.strand_of(self.tree.get(first)?), self.strand_of(self.tree.get(second)?)];
        let parting = Parting::of(&strands[0].run, &strands[1].run);
        let until_us = strands[0].end_us().min(strands[1].end_us());
        let side = |branch, run: &Run| {
            let last = run.steps_until(until_us);
            let entries = run.index().range(0..last as usize);
            let count = |kind| entries.iter().filter(|entry| entry.kind == kind).count() as u64;
            let is_other = parting.is_parted && parting.step < run.len();
            let properties = run.moment(last).properties;
            Side {
                branch,
                first_step: is_other.then_some(parting.step + 1),
                messages: count(Kind::Deliver),
                lost: count(Kind::Lost),
                answers: count(Kind::Reply),
                verdicts: properties.into_iter().map(|it| (it.id, it.mode, it.verdict)).collect(),
            }
        };
        Some(Comparison {
            parted_step: parting.step,
            parted_us: parting.at_us,
            until_us,
            sides: [side(first, &strands[0].run), side(second, &strands[1].run)],
        })
    }

    /// A step of any branch as a line of the event log.
    pub fn row_of(&self, id: BranchId, step: u64, lang: Lang) -> Option<Row> {
        let run = &self.strand_of(self.tree.get(id)?).run;
        let mut row = None;
        run.replay(step, step, |_, step| row = Some(self.row(step, lang)));
        row
    }
}

/// Where two runs of one plan part.
struct Parting {
    /// The last step that both share.
    step: u64,
    at_us: u64,
    /// What the second does there.
    second: Option<Pinned>,
    /// Whether their actions differ.
    is_parted: bool,
}

impl Parting {
    fn of(first: &Run, second: &Run) -> Self {
        let pairs = first.actions().iter().zip(second.actions());
        let shared = pairs.take_while(|(left, right)| left == right).count();
        let [left, right] = [first, second].map(|run| run.actions().get(shared));
        let step = first.parting(second.actions()).min(second.parting(first.actions()));
        let pins = [left, right].into_iter().flatten().map(|pinned| pinned.pin.at_us);
        let ends = [first, second].map(|run| run.head().world.now_us());
        Self {
            step,
            at_us: pins.min().unwrap_or(ends[0].min(ends[1])),
            second: right.cloned(),
            is_parted: left.is_some() || right.is_some(),
        }
    }
}
