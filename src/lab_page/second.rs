//! The second run of a comparison: it is played under the first one's seed and actions, with one thing changed, and its
//! cursor follows the first one's.

use std::rc::Rc;

use faultscope_labs::sim::{Action, Pinned};
use faultscope_labs::{Lang, OpenError, Session, Versus};

use crate::handle::Handle;
use crate::panels::{Pair, pane_words as words};
use crate::reopen::{self, Reopened};
use crate::stage::{Listeners, StageCanvas};

/// The most new steps that the second run plays for one frame of the screen.
const FRAME_STEPS: u64 = 4_000;

/// The second run.
pub(super) struct Second {
    /// The run.
    pub(super) handle: Handle,
    /// Its stage.
    pub(super) canvas: Rc<StageCanvas>,
    /// What listens on its stage.
    pub(super) pointer: Option<Listeners>,
    versus: Versus,
    /// The first run's actions under which it was opened.
    actions: Vec<Pinned>,
    /// What of the first run does not fit it.
    left_out: Vec<String>,
    /// Of the actions done since, whether it took each; where it is a run of its own.
    deeds: Vec<bool>,
    parted: Option<u64>,
    /// How far both were played when it was asked where they part.
    asked: (u64, u64),
}

impl Second {
    /// Plays the first run a second time.
    pub(super) fn open(first: &Session, versus: Versus) -> Result<Self, OpenError> {
        let Reopened { session, left_out } = played(first, &versus)?;
        let mut second = Self {
            handle: Handle::new(session),
            canvas: Rc::default(),
            pointer: None,
            versus,
            actions: first.run().actions().to_vec(),
            left_out,
            deeds: Vec::new(),
            parted: None,
            asked: (0, 0),
        };
        second.look_where_they_part(first);
        Ok(second)
    }

    /// Under what it is played, as the first run's link says it.
    pub(super) fn versus(&self) -> Versus {
        match &self.versus {
            Versus::Run(_) => Versus::Run(Box::new(self.handle.read().text_without_cursor())),
            other => other.clone(),
        }
    }

    /// An action was done to the first run, so it is done here. Returns why it does not fit, if it does not; a run that
    /// is the first one under something else takes the action over with all others.
    pub(super) fn act(&mut self, action: Action) -> Result<(), OpenError> {
        if !matches!(self.versus, Versus::Run(_)) {
            return Ok(());
        }
        let done = self.handle.write(|session| session.act(action));
        self.deeds.push(done.is_ok());
        self.forget_parting();
        done
    }

    /// The first run's last action was undone.
    pub(super) fn undo(&mut self) {
        if self.deeds.pop() == Some(true) {
            self.handle.write(Session::undo);
            self.forget_parting();
        }
    }

    /// Plays on and puts the cursor where the first one's stands. Returns whether it is there.
    pub(super) fn keep_up(&mut self, first: &Session) -> bool {
        self.take_over_actions(first);
        let parted = self.parted;
        self.handle.write(|second| {
            let behind_us = first.end_us().max(first.now_us());
            let most = FRAME_STEPS.saturating_sub(second.play_ahead(behind_us, FRAME_STEPS));
            second.follow(first, parted, most);
            second.now_us() == first.now_us()
        })
    }

    fn take_over_actions(&mut self, first: &Session) {
        if matches!(self.versus, Versus::Run(_)) || self.actions == first.run().actions() {
            return;
        }
        self.actions = first.run().actions().to_vec();
        // What could be opened before opens again: actions that do not fit are left out, and told.
        if let Ok(Reopened { session, left_out }) = played(first, &self.versus) {
            self.handle.write(|second| *second = session);
            self.left_out = left_out;
            self.forget_parting();
        }
    }

    fn forget_parting(&mut self) {
        (self.parted, self.asked) = (None, (0, 0));
    }

    /// Looks where both part, if they may have gone on since it was asked last.
    pub(super) fn look_where_they_part(&mut self, first: &Session) {
        let second = self.handle.read();
        let played = (first.len(), second.len());
        if self.parted.is_none() && self.asked != played {
            self.parted = first.parts_from(&second);
            self.asked = played;
        }
    }

    /// The two runs for the eye: their names, where they part, what does not fit.
    pub(super) fn pair(&self, first: &Session, lang: Lang) -> Pair {
        let second = self.handle.read();
        let title = |session: &Session| session.variant().about().title.get(lang).to_owned();
        let names = match &self.versus {
            Versus::Variant(_) => [title(first), title(&second)],
            Versus::Setting(key, _) => [first, &second].map(|session| setting(session, key, lang)),
            Versus::Run(_) => [branch(first, first, lang), branch(first, &second, lang)],
        };
        let note = match &self.versus {
            Versus::Run(_) if first.seed() != second.seed() => None,
            Versus::Run(_) => Some(words::SAME_SEED),
            _ => Some(words::SAME_FAULTS),
        };
        Pair { names, note, parted: self.parted, left_out: self.left_out.clone() }
    }
}

fn played(first: &Session, versus: &Versus) -> Result<Reopened, OpenError> {
    match versus {
        Versus::Variant(id) => reopen::with_variant(first, id),
        Versus::Setting(key, value) => reopen::with_setting(first, key, value),
        Versus::Run(text) => Ok(Reopened { session: Session::from_text(text)?, left_out: Vec::new() }),
    }
}

/// A setting with its value, such as `Servers 5`.
fn setting(session: &Session, key: &str, lang: Lang) -> String {
    let known = session.schema().iter().find(|setting| setting.key == key);
    let title = known.map_or(key, |setting| setting.title.get(lang));
    let value = session.settings().get(key).map(|value| value.to_string()).unwrap_or_default();
    format!("{title} {value}")
}

/// The name of the branch that has this run, or of its variant.
fn branch(first: &Session, session: &Session, lang: Lang) -> String {
    let actions = session.run().actions();
    let is_it = |id| first.text_of(id).is_some_and(|text| text.actions == actions);
    let known = first.branches().into_iter().find(|branch| is_it(branch.id));
    known.map_or_else(|| session.variant().about().title.get(lang).to_owned(), |branch| branch.title(lang))
}
