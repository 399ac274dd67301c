//! A client's way to the lock over the coordination service: ZooKeeper's recipe, a plain znode, and Chubby's sequencer.
//!
//! - [`Variant::Znode`]: an ephemeral sequential znode; the lowest number holds, everyone else watches the one before
//!   its own. The number is the fencing token.
//! - [`Variant::ZnodePersistent`]: one plain znode. It stays when its maker dies, and anybody may delete it.
//! - [`Variant::Chubby`]: one ephemeral znode; each grant writes the parent and thereby raises its version, the
//!   *generation number* of the sequencer. A holder that frees the lock writes `free` first. Whoever finds the lock
//!   taken without a holder waits for the *lock-delay*: its requests may be under way. (Chubby's servers keep that rule
//!   themselves; here its client library does, with the service's help.)

use serde::Serialize;

use super::client::{Client, Phase};
use super::message::{Owner, Reply, Timer};
use super::note::Note;
use super::{Fx, Variant, with_service};
use crate::Input;
use crate::coordination::{self, Answer, Coordination, Event, Guard, Op, Stable};

/// The parent of all that belongs to the lock.
pub const PARENT: &str = "/lock";
/// The one znode of those variants that have one.
pub const HOLDER: &str = "/lock/holder";

/// What a client waits for from the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Nothing.
    #[default]
    Idle,
    /// A session.
    Opening,
    /// Its znode.
    Creating,
    /// The list of all znodes, to find its place.
    Listing,
    /// That another znode goes.
    Watching,
    /// The parent's data: did the last holder free the lock?
    Checking,
    /// The end of the lock-delay.
    Delaying,
    /// The generation number.
    Numbering,
    /// That its znode is gone.
    Deleting,
}

/// A client's part of the coordination service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Service {
    /// Its session.
    pub client: coordination::Client,
    /// What it waits for.
    pub step: Step,
    /// The number of the request that it waits for.
    pub request: Option<u64>,
    /// Its own znode.
    pub znode: Option<String>,
    /// The znode that it watches.
    pub watching: Option<String>,
    /// What it held when its session became doubtful (Chubby).
    pub in_jeopardy: Option<Owner>,
    /// Commands to release whatever lock there is: the number of the request, and the command's.
    pub releases: Vec<(u64, u64)>,
}

impl Service {
    pub(super) fn boot(stable: &Stable, fx: &mut Fx<'_>) -> Self {
        Self {
            client: with_service(fx, |fx| coordination::Client::boot(stable, fx)),
            step: Step::Idle,
            request: None,
            znode: None,
            watching: None,
            in_jeopardy: None,
            releases: Vec::new(),
        }
    }

    fn submit(&mut self, op: Op, fx: &mut Fx<'_>) -> u64 {
        with_service(fx, |fx| self.client.submit(op, fx))
    }

    /// Asks for something, and waits for the answer.
    fn ask(&mut self, step: Step, op: Op, fx: &mut Fx<'_>) {
        self.request = Some(self.submit(op, fx));
        self.step = step;
    }

    fn create(&mut self, owner: Owner, fx: &mut Fx<'_>) {
        if self.client.session().is_none() {
            self.step = Step::Opening;
            return;
        }
        let is_recipe = fx.setup().variant == Variant::Znode;
        let op = Op::Create {
            path: if is_recipe { format!("{PARENT}/n_") } else { HOLDER.to_owned() },
            data: owner.to_string(),
            ephemeral: fx.setup().variant != Variant::ZnodePersistent,
            sequential: is_recipe,
        };
        self.ask(Step::Creating, op, fx);
    }

    fn list(&mut self, fx: &mut Fx<'_>) {
        let watch = fx.setup().watches_all;
        self.ask(Step::Listing, Op::GetChildren { path: PARENT.to_owned(), watch }, fx);
    }

    fn watch(&mut self, path: String, fx: &mut Fx<'_>) {
        self.watching = Some(path.clone());
        self.ask(Step::Watching, Op::Exists { path, watch: true }, fx);
    }

    /// Deletes its znode, if it has one. Returns whether there is anything to wait for.
    fn delete(&mut self, fx: &mut Fx<'_>) -> bool {
        let Some(path) = self.znode.take() else { return false };
        if fx.setup().variant == Variant::Chubby {
            let (path, data) = (PARENT.to_owned(), "free".to_owned());
            self.submit(Op::SetData { path, data, guard: Guard::Any }, fx);
        }
        self.ask(Step::Deleting, Op::Delete { path, guard: guard_of(fx) }, fx);
        true
    }

    /// Deletes its znode without waiting.
    fn clean_up(&mut self, fx: &mut Fx<'_>) {
        if let Some(path) = self.znode.take() {
            self.submit(Op::Delete { path, guard: guard_of(fx) }, fx);
        }
        (self.step, self.request) = (Step::Idle, None);
    }
}

/// The plain znode may be deleted by anybody, the others by the session that made them.
fn guard_of(fx: &Fx<'_>) -> Guard {
    if fx.setup().variant == Variant::ZnodePersistent { Guard::Any } else { Guard::Owner }
}

impl Client {
    /// Asks the service for the lock.
    pub(super) fn join(&mut self, fx: &mut Fx<'_>) {
        let owner = self.owner(fx.id());
        let (Some(service), Some(owner), Some(job)) = (self.service.as_mut(), owner, self.job.as_mut())
        else {
            return;
        };
        job.phase = Phase::Asking;
        service.create(owner, fx);
    }

    /// Gives the lock back. Returns whether there is anything to wait for.
    pub(super) fn leave(&mut self, fx: &mut Fx<'_>) -> bool {
        self.service.as_mut().is_some_and(|service| service.delete(fx))
    }

    /// Drops what it has at the service, and goes on without waiting.
    pub(super) fn clean_up(&mut self, fx: &mut Fx<'_>) {
        if let Some(service) = &mut self.service {
            service.clean_up(fx);
        }
    }

    /// A person lets this client delete whatever lock there is.
    pub(super) fn release_any(&mut self, op: u64, fx: &mut Fx<'_>) {
        match &mut self.service {
            Some(service) if fx.setup().variant == Variant::ZnodePersistent => {
                let delete = Op::Delete { path: HOLDER.to_owned(), guard: Guard::Any };
                let request = service.submit(delete, fx);
                service.releases.push((request, op));
            }
            _ => fx.reply(op, Reply::WrongRole),
        }
    }

    pub(super) fn hear_service(&mut self, input: Input<Coordination>, fx: &mut Fx<'_>) {
        let Some(service) = &mut self.service else { return };
        for event in with_service(fx, |fx| service.client.handle(input, fx)) {
            self.on_event(event, fx);
        }
    }

    fn on_event(&mut self, event: Event, fx: &mut Fx<'_>) {
        match event {
            Event::Opened(_) => {
                if self.step() == Step::Opening {
                    self.join(fx);
                }
            }
            Event::Answered { serial, answer, .. } => self.on_service_answer(serial, answer, fx),
            Event::Fired { .. } if self.step() == Step::Watching => self.look_again(fx),
            Event::Fired { .. } => {}
            Event::InDoubt => self.on_doubt(fx),
            Event::Sure => self.on_sure(fx),
            Event::Expired => self.on_expired(fx),
        }
    }

    fn step(&self) -> Step {
        self.service.as_ref().map_or(Step::Idle, |service| service.step)
    }

    fn on_service_answer(&mut self, serial: u64, answer: Answer, fx: &mut Fx<'_>) {
        let Some(service) = &mut self.service else { return };
        if let Some(place) = service.releases.iter().position(|(request, _)| *request == serial) {
            let (_, op) = service.releases.remove(place);
            return fx.reply(op, Reply::Released { was_held: answer == Answer::Done });
        }
        if service.request != Some(serial) {
            return;
        }
        service.request = None;
        match (service.step, answer) {
            (Step::Creating, Answer::Created { path, .. }) => self.on_created(path, fx),
            (Step::Creating, _) if fx.setup().variant == Variant::Chubby => {
                service.watch(HOLDER.to_owned(), fx);
            }
            (Step::Creating, _) => {
                service.step = Step::Idle;
                self.back_off(fx);
            }
            (Step::Listing, Answer::Children(names)) => self.find_place(&names, fx),
            (Step::Watching, Answer::Exists(None)) => self.look_again(fx),
            (Step::Checking, Answer::Data { data, .. }) => self.on_checked(&data, fx),
            (Step::Numbering, Answer::Set { version }) => self.on_service_grant(Some(u64::from(version)), fx),
            (Step::Deleting, _) => {
                service.step = Step::Idle;
                self.on_released(fx);
            }
            _ => {}
        }
    }

    fn on_created(&mut self, path: String, fx: &mut Fx<'_>) {
        let Some(service) = &mut self.service else { return };
        service.znode = Some(path);
        match fx.setup().variant {
            Variant::Znode => service.list(fx),
            Variant::Chubby => {
                service.ask(Step::Checking, Op::GetData { path: PARENT.to_owned(), watch: false }, fx);
            }
            _ => self.on_service_grant(None, fx),
        }
    }

    /// The lowest number holds; the others wait for the one before them, and for nobody else.
    fn find_place(&mut self, names: &[String], fx: &mut Fx<'_>) {
        let Some(service) = &mut self.service else { return };
        let own = service.znode.as_ref().and_then(|path| path.rsplit('/').next());
        let place = names.iter().position(|name| Some(name.as_str()) == own);
        match place {
            Some(0) => {
                let token = names.first().and_then(|name| name.trim_start_matches("n_").parse().ok());
                self.on_service_grant(token, fx);
            }
            Some(_) if fx.setup().watches_all => service.step = Step::Watching,
            Some(place) => {
                let before = format!("{PARENT}/{}", names[place - 1]);
                service.watch(before, fx);
            }
            None => {
                service.clean_up(fx);
                self.back_off(fx);
            }
        }
    }

    /// What it watched has changed.
    fn look_again(&mut self, fx: &mut Fx<'_>) {
        let owner = self.owner(fx.id());
        let (Some(service), Some(owner)) = (self.service.as_mut(), owner) else { return };
        service.watching = None;
        match fx.setup().variant {
            Variant::Chubby => service.create(owner, fx),
            _ => service.list(fx),
        }
    }

    /// The last holder freed the lock, or it failed, and then the lock-delay must pass.
    fn on_checked(&mut self, data: &str, fx: &mut Fx<'_>) {
        let Some(service) = &mut self.service else { return };
        if data == "held" && fx.setup().lock_delay_us > 0 {
            service.step = Step::Delaying;
            fx.note(Note::LockDelay);
            return fx.set_timer(Timer::LockDelay, fx.setup().lock_delay_us);
        }
        self.on_delay_over(fx);
    }

    pub(super) fn on_delay_over(&mut self, fx: &mut Fx<'_>) {
        let Some(service) = &mut self.service else { return };
        if matches!(service.step, Step::Checking | Step::Delaying) {
            let (path, data) = (PARENT.to_owned(), "held".to_owned());
            service.ask(Step::Numbering, Op::SetData { path, data, guard: Guard::Any }, fx);
        }
    }

    fn on_service_grant(&mut self, token: Option<u64>, fx: &mut Fx<'_>) {
        let owner = self.owner(fx.id()).filter(|_| self.phase() == Some(Phase::Asking));
        let (Some(service), Some(owner)) = (self.service.as_mut(), owner) else { return };
        service.step = Step::Idle;
        fx.note(Note::Granted { owner, token });
        self.on_grant(token, fx);
    }

    // -------------------------------------------------------------------------------------------------------------
    // The session

    /// Nobody has answered for so long that the session may have ended: it acts no more under the lock.
    fn on_doubt(&mut self, fx: &mut Fx<'_>) {
        if fx.setup().variant == Variant::ZnodePersistent {
            return;
        }
        let Some(owner) = self.holding.take() else { return };
        let works = matches!(self.phase(), Some(Phase::Reading | Phase::Working));
        if fx.setup().variant == Variant::Chubby {
            fx.note(Note::Jeopardy { owner });
            fx.set_timer(Timer::Lease, fx.setup().grace_us);
            if let Some(service) = &mut self.service {
                service.in_jeopardy = Some(owner);
            }
            if let Some(job) = self.job.as_mut().filter(|_| works) {
                job.phase = Phase::Jeopardy;
                fx.cancel_timer(Timer::Retry);
                fx.cancel_timer(Timer::Work);
            }
            return;
        }
        fx.note(Note::LeaseEnded { owner });
        self.token = None;
        if works {
            fx.cancel_timer(Timer::Work);
            self.clean_up(fx);
            self.back_off(fx);
        }
    }

    /// The session stands after all.
    fn on_sure(&mut self, fx: &mut Fx<'_>) {
        let owner = self.service.as_mut().and_then(|service| service.in_jeopardy.take());
        let Some(owner) = owner else { return };
        fx.cancel_timer(Timer::Lease);
        fx.note(Note::Safe { owner });
        self.holding = Some(owner);
        if self.phase() == Some(Phase::Jeopardy) {
            self.go_to(Phase::Reading, fx);
        }
    }

    /// Chubby: the grace period is over, and no master has answered.
    pub(super) fn on_grace_end(&mut self, fx: &mut Fx<'_>) {
        let owner = self.service.as_mut().and_then(|service| service.in_jeopardy.take());
        let Some(owner) = owner else { return };
        self.lose(owner, fx);
        self.clean_up(fx);
        if self.phase() == Some(Phase::Jeopardy) {
            self.back_off(fx);
        }
    }

    fn lose(&mut self, owner: Owner, fx: &mut Fx<'_>) {
        (self.holding, self.token) = (None, None);
        fx.note(Note::LeaseEnded { owner });
    }

    /// The session has ended, and with it every ephemeral znode and every request.
    fn on_expired(&mut self, fx: &mut Fx<'_>) {
        let is_ephemeral = fx.setup().variant != Variant::ZnodePersistent;
        let Some(service) = &mut self.service else { return };
        for (_, op) in std::mem::take(&mut service.releases) {
            fx.reply(op, Reply::Unknown);
        }
        service.request = None;
        service.watching = None;
        let (step, doubtful) = (std::mem::take(&mut service.step), service.in_jeopardy.take());
        fx.cancel_timer(Timer::LockDelay);
        if !is_ephemeral {
            return self.go_on_without_session(step, fx);
        }
        service.znode = None;
        if let Some(owner) = self.holding.or(doubtful) {
            fx.cancel_timer(Timer::Lease);
            self.lose(owner, fx);
        }
        match self.phase() {
            Some(Phase::Asking | Phase::Reading | Phase::Working | Phase::Jeopardy) => {
                fx.cancel_timer(Timer::Work);
                self.back_off(fx);
            }
            Some(Phase::Releasing) => self.on_released(fx),
            _ => {}
        }
    }

    /// A plain znode stands whatever becomes of the session; a request that was lost is made again.
    fn go_on_without_session(&mut self, step: Step, fx: &mut Fx<'_>) {
        match step {
            Step::Creating | Step::Opening => self.back_off(fx),
            Step::Deleting => {
                if let Some(service) = &mut self.service {
                    service.znode = Some(HOLDER.to_owned());
                    service.delete(fx);
                }
            }
            _ => {}
        }
    }
}
