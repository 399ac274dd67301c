//! The labs' machines as actors of Stateright: its own network, timers, crashes and checker around the same
//! `Protocol`. Nothing here calls our search or our world.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use faultscope_protocol::{Door, Effect, Effects, Input, NodeId, Protocol, Seat};
use stateright::actor::{
    Actor, ActorModel, ActorModelAction, ActorModelState, Id, LossyNetwork, Network, Out, model_timeout,
};
use stateright::{Checker, Expectation, Model, Property};

/// One seat with its machine, and the commands that it is given right after its first boot.
#[derive(Clone)]
pub(crate) struct Seated<P: Protocol> {
    pub(crate) seat: Arc<Seat<P::Setup>>,
    pub(crate) commands: Vec<(u64, P::Command)>,
    /// Every node, in the order of Stateright's ids.
    pub(crate) nodes: Arc<[NodeId]>,
}

/// A machine, none while it is down; and the commands that are not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Node<P> {
    machine: Option<P>,
    open: BTreeSet<u64>,
}

struct NoChance;

impl Door for NoChance {
    fn now_us(&mut self) -> u64 {
        panic!("a machine that looks at its clock")
    }
    fn delay_us(&mut self, _: &'static str, range_us: Range<u64>) -> u64 {
        range_us.start
    }
    fn choose(&mut self, label: &'static str, _: u32) -> u32 {
        panic!("a machine that chooses {label}")
    }
}

impl<P: Protocol> Seated<P> {
    fn id_of(&self, node: NodeId) -> Id {
        let place = self.nodes.iter().position(|&known| known == node).expect("a node of the run");
        Id::from(place)
    }

    fn run<R>(
        &self,
        out: &mut Out<Self>,
        open: &mut BTreeSet<u64>,
        run: impl FnOnce(&mut Effects<'_, P>) -> R,
    ) -> R {
        let mut list = Vec::new();
        let result = run(&mut Effects::new(&self.seat, &mut NoChance, &mut list));
        for effect in list {
            match effect {
                Effect::Send { to, body } => out.send(self.id_of(to), body),
                Effect::SetTimer { timer, .. } => out.set_timer(timer, model_timeout()),
                Effect::CancelTimer(timer) => out.cancel_timer(timer),
                Effect::Persist { stable, .. } => out.save(stable),
                Effect::Reply { op, .. } => {
                    open.remove(&op);
                }
                Effect::Note(_) => {}
            }
        }
        result
    }

    fn handle(&self, state: &mut Cow<'_, Node<P>>, input: Input<P>, out: &mut Out<Self>) {
        let mut next = state.as_ref().clone();
        let Node { machine, open } = &mut next;
        let Some(machine) = machine else { return };
        self.run(out, open, |fx| machine.handle(input, fx));
        // Stateright takes a state that was borrowed mutably for one that changed.
        if next != **state {
            *state.to_mut() = next;
        }
    }
}

impl<P: Protocol> Actor for Seated<P> {
    type Msg = P::Message;
    type Timer = P::Timer;
    type State = Node<P>;
    type Storage = P::Stable;
    type Random = ();

    fn on_start(&self, _: Id, storage: &Option<P::Stable>, out: &mut Out<Self>) -> Node<P> {
        let mut open = BTreeSet::new();
        let stable = storage.clone().unwrap_or_default();
        let mut machine = self.run(out, &mut open, |fx| P::boot(stable, fx));
        if storage.is_none() {
            for (op, body) in self.commands.clone() {
                open.insert(op);
                self.run(out, &mut open, |fx| machine.handle(Input::Command { op, body }, fx));
            }
        }
        Node { machine: Some(machine), open }
    }

    fn on_msg(&self, _: Id, state: &mut Cow<'_, Node<P>>, source: Id, body: P::Message, out: &mut Out<Self>) {
        let from = self.nodes[usize::from(source)];
        self.handle(state, Input::Message { from, body }, out);
    }

    fn on_timeout(&self, _: Id, state: &mut Cow<'_, Node<P>>, timer: &P::Timer, out: &mut Out<Self>) {
        self.handle(state, Input::Timer(timer.clone()), out);
    }
}

/// What the model may do beside delivering and firing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Faults {
    pub(crate) drops: bool,
    pub(crate) most_down: usize,
    pub(crate) fifo: bool,
}

/// Stateright's model of these seats, except that what a crashed actor had in memory is forgotten: Stateright keeps
/// the dead state in the hash.
#[derive(Clone)]
pub(crate) struct Seats<P: Protocol>(ActorModel<Seated<P>>)
where
    P::Message: Ord,
    P::Timer: Ord;

impl<P: Protocol> Seats<P> {
    pub(crate) fn new(seats: Vec<Seated<P>>, faults: Faults) -> Self {
        let lossy = if faults.drops { LossyNetwork::Yes } else { LossyNetwork::No };
        let network =
            if faults.fifo { Network::new_ordered([]) } else { Network::new_unordered_nonduplicating([]) };
        let model = ActorModel::new((), ()).actors(seats).init_network(network);
        Self(model.lossy_network(lossy).max_crashes(faults.most_down))
    }

    /// How many unique states there are up to so many choices from the start, by Stateright's breadth-first checker:
    /// its depth counts states, not choices. And how many were generated.
    pub(crate) fn count(self, depth: Option<u32>) -> (u64, u64) {
        let mut checker = self.checker();
        if let Some(depth) = depth {
            checker = checker.target_max_depth(depth as usize + 1);
        }
        let checker = checker.spawn_bfs().join();
        (checker.unique_state_count() as u64, checker.state_count() as u64)
    }
}

impl<P: Protocol> Model for Seats<P> {
    type State = ActorModelState<Seated<P>>;
    type Action = ActorModelAction<P::Message, P::Timer, ()>;

    fn init_states(&self) -> Vec<Self::State> {
        self.0.init_states()
    }

    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>) {
        self.0.actions(state, actions);
    }

    fn next_state(&self, last: &Self::State, action: Self::Action) -> Option<Self::State> {
        let struck = match action {
            ActorModelAction::Crash(id) | ActorModelAction::Recover(id) => Some(usize::from(id)),
            _ => None,
        };
        let mut next = self.0.next_state(last, action)?;
        if let Some(place) = struck {
            let machine = next.actor_states[place].machine.clone().filter(|_| !next.crashed[place]);
            // A client's program does not forget what it asked for.
            let open = last.actor_states[place].open.clone();
            next.actor_states[place] = Arc::new(Node { machine, open });
        }
        Some(next)
    }

    /// Without any property the checker would stop at once.
    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property { expectation: Expectation::Always, name: "nothing", condition: |_, _| true }]
    }
}
