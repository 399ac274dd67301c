//! Who was granted the lock, and for how long, as the service promised it.
//!
//! A grant runs from the service's word until its holder lets go or hears that it is over, until the service has taken
//! back what the holder gave back, or until the lease is over, counted from when the holder *asked*: no sooner may the
//! service give the lock to another. A lock that somebody else deleted is still granted: its holder knows nothing of it.
//! A lock that goes with a session is granted as long as a majority of the servers have its znode.

use faultscope_protocol::NodeId;
use faultscope_protocol::lock::{Message, Note, Owner, Setup, Variant};
use faultscope_sim::{Step, World};

use super::state;

/// How many grants of each client are remembered.
const REMEMBERED: usize = 4;

/// A grant that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Grant {
    /// Whose.
    pub(super) owner: Owner,
    /// Until when it was promised, in microseconds; none for ever.
    until_us: Option<u64>,
}

/// What happened in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The service granted the lock, while another grant ran or not.
    Granted {
        /// To whom.
        owner: Owner,
        /// With which token.
        token: Option<u64>,
        /// Whose grant still ran.
        other: Option<Owner>,
    },
    /// The resource answered a read, or accepted a write.
    Served {
        /// Whose.
        owner: Owner,
        /// Whether it was a write.
        is_write: bool,
    },
}

/// The grants of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Ledger {
    running: Vec<Grant>,
    /// When each client first asked in its newest attempt.
    asked: Vec<(Owner, u64)>,
    /// The newest grants of each client, with their place among all grants.
    places: Vec<(Owner, u64)>,
    count: u64,
}

impl Ledger {
    /// Takes in a step. Returns what it meant, in order.
    pub(super) fn observe(&mut self, world: &World, step: &Step) -> Vec<Event> {
        let mut events = Vec::new();
        for note in step.notes.iter().filter_map(|note| note.get::<Note>()) {
            events.extend(self.hear(world, step.at_us, note));
        }
        for sent in &step.sent {
            match sent.body.get::<Message>() {
                Some(&Message::SetNx { owner, .. }) => self.ask(owner, step.at_us),
                Some(&Message::Value { owner, .. }) => events.push(Event::Served { owner, is_write: false }),
                _ => {}
            }
        }
        events
    }

    /// The place of a grant among all grants, from 1; none where there was none, or long ago.
    pub(super) fn place(&self, owner: Owner) -> Option<u64> {
        self.places.iter().find(|(known, _)| *known == owner).map(|&(_, place)| place)
    }

    fn ask(&mut self, owner: Owner, at_us: u64) {
        match self.asked.iter_mut().find(|(known, _)| known.client == owner.client) {
            Some(known) if known.0 < owner => *known = (owner, at_us),
            Some(_) => {}
            None => self.asked.push((owner, at_us)),
        }
    }

    fn hear(&mut self, world: &World, at_us: u64, note: &Note) -> Option<Event> {
        match *note {
            Note::Granted { owner, token } => Some(self.grant(world, at_us, owner, token)),
            Note::Accepted { owner, .. } => Some(Event::Served { owner, is_write: true }),
            Note::LetGo { owner } | Note::LeaseEnded { owner } | Note::TooLate { owner, .. } => {
                self.end(owner);
                None
            }
            Note::Released { owner, whose } if owner == whose => {
                self.end(owner);
                None
            }
            _ => None,
        }
    }

    fn end(&mut self, owner: Owner) {
        self.running.retain(|grant| grant.owner != owner);
    }

    fn grant(&mut self, world: &World, at_us: u64, owner: Owner, token: Option<u64>) -> Event {
        let is_other = |grant: &Grant| {
            grant.owner.client != owner.client && grant.until_us.is_none_or(|until| at_us < until)
        };
        self.running.retain(is_other);
        self.running.retain(|grant| stands(world, grant.owner));
        let other = self.running.first().map(|grant| grant.owner);
        let until_us = lease_us(world).map(|lease_us| self.until_us(owner, lease_us));
        if until_us.is_none_or(|until_us| at_us < until_us) {
            self.running.push(Grant { owner, until_us });
        }
        self.count += 1;
        self.remember(owner);
        Event::Granted { owner, token, other }
    }

    /// Whoever has asked anew since does not rely on this grant.
    fn until_us(&self, owner: Owner, lease_us: u64) -> u64 {
        let asked = self.asked.iter().find(|(known, _)| *known == owner);
        asked.map_or(0, |&(_, asked_us)| asked_us.saturating_add(lease_us))
    }

    fn remember(&mut self, owner: Owner) {
        self.places.push((owner, self.count));
        let is_same = |(known, _): &&(Owner, u64)| known.client == owner.client;
        if self.places.iter().filter(is_same).count() > REMEMBERED
            && let Some(oldest) = self.places.iter().position(|(known, _)| known.client == owner.client)
        {
            self.places.remove(oldest);
        }
    }
}

/// Whether the service still has what it granted: the holder's znode. Locks that go with no session count as standing.
pub(super) fn stands(world: &World, owner: Owner) -> bool {
    let goes_with_session =
        rules_of(world).is_some_and(|rules| matches!(rules, Variant::Znode | Variant::Chubby));
    !goes_with_session || state::standing(world).iter().any(|(data, _)| *data == owner.to_string())
}

fn rules_of(world: &World) -> Option<Variant> {
    world.servers().next().and_then(state::rules_of)
}

/// For how long a grant is promised in this run, in microseconds; none for ever.
fn lease_us(world: &World) -> Option<u64> {
    world.servers().next()?.setup::<Setup>()?.lease_us()
}

/// The clients that believe to hold the lock.
pub(super) fn believers(world: &World) -> impl Iterator<Item = NodeId> {
    let believes = |node: &&faultscope_sim::Node| {
        node.status != faultscope_sim::Status::Down
            && state::client_of(node).is_some_and(|client| client.holding.is_some())
    };
    world.clients().filter(believes).map(|node| node.id)
}
