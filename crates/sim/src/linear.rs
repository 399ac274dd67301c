//! Linearizability (Herlihy and Wing 1990), judged while a history grows.
//!
//! An object's history is linearizable if every answered call seems to take effect at once, at some instant between
//! its call and its answer. The judge keeps every *configuration* that explains the history so far: a state, and the
//! open calls that took effect already, each with the answer that it would get. Calls take effect as late as they
//! can, right before an answer that needs them (Lowe 2017, "just-in-time linearization", after Wing and Gong 1993).
//! An answer that no configuration explains breaks the property at that very step.
//!
//! A call that nobody will ever answer may take effect at any later time, or never. Of two configurations in the
//! same state the one that spent fewer such calls can do all that the other can, so only that one is kept.
//!
//! The property is local (Herlihy and Wing, theorem 1): each object is judged alone. The work for one answer is
//! bounded; beyond it the judge gives up, and says so.

use faultscope_protocol::ordered::Map;
use std::fmt::Debug;

/// The most configurations that are looked at for one answer.
pub const CONFIGURATIONS_MAX: u32 = 100_000;

/// What an object does when it is asked, one call after the other.
pub trait Model: Clone + Debug {
    /// Its state; the default is where it starts.
    type State: Clone + Debug + Default + Ord;
    /// What can be asked of it.
    type Ask: Clone + Debug;
    /// What it answers.
    type Answer: Clone + Debug + Ord;

    /// The state after a call, and the answer.
    fn apply(state: &Self::State, ask: &Self::Ask) -> (Self::State, Self::Answer);
    /// Whether a call leaves every state as it is.
    fn is_read_only(ask: &Self::Ask) -> bool;
}

/// What an answer means for the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explained {
    /// Some order of the calls explains every answer so far.
    Yes,
    /// None does.
    No,
    /// Nobody knows: so many configurations were looked at.
    GaveUp(u32),
}

/// A call that is not answered.
#[derive(Clone, Debug, Hash)]
struct Open<A> {
    call: u64,
    ask: A,
    /// Whether it will never be answered: it may take effect at any later time, or never.
    is_lost: bool,
}

/// The state, and the answers that calls which took effect are still to get, by call.
type Reached<M> = (<M as Model>::State, Vec<(u64, <M as Model>::Answer)>);

/// Configurations: for what was reached, the sets of lost calls that were spent on it, none of which holds another.
type Front<M> = Map<Reached<M>, Vec<Vec<u64>>>;

/// The history of one object, as far as its future depends on it.
#[derive(Clone, Debug)]
pub struct History<M: Model> {
    open: Vec<Open<M::Ask>>,
    front: Front<M>,
}

impl<M: Model> std::hash::Hash for History<M>
where
    M::State: std::hash::Hash,
    M::Ask: std::hash::Hash,
    M::Answer: std::hash::Hash,
{
    fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
        self.open.hash(hasher);
        self.front.hash(hasher);
    }
}

impl<M: Model> Default for History<M> {
    fn default() -> Self {
        Self { open: Vec::new(), front: Map::from([(Reached::<M>::default(), vec![Vec::new()])]) }
    }
}

impl<M: Model> History<M> {
    /// A call is made. Numbers of calls are never used twice.
    pub fn call(&mut self, call: u64, ask: M::Ask) {
        self.open.push(Open { call, ask, is_lost: false });
    }

    /// A call is answered.
    pub fn answer(&mut self, call: u64, answer: &M::Answer) -> Explained {
        let (mut kept, mut seen) = (Front::<M>::new(), Front::<M>::new());
        let mut waiting: Vec<(Reached<M>, Vec<u64>)> = Vec::new();
        for (reached, spent) in each(&std::mem::take(&mut self.front)) {
            waiting.push((reached.clone(), spent.clone()));
        }
        let mut looked_at = 0;
        while let Some((reached, spent)) = waiting.pop() {
            looked_at += 1;
            if looked_at > CONFIGURATIONS_MAX {
                return Explained::GaveUp(CONFIGURATIONS_MAX);
            }
            match place_of(&reached, call) {
                Some(place) if reached.1[place].1 == *answer => {
                    let (state, mut answers) = reached;
                    answers.remove(place);
                    add::<M>(&mut kept, (state, answers), spent);
                }
                Some(_) => {}
                None => {
                    for (reached, spent) in self.next(&reached, &spent) {
                        if add::<M>(&mut seen, reached.clone(), spent.clone()) {
                            waiting.push((reached, spent));
                        }
                    }
                }
            }
        }
        self.settle(call, kept)
    }

    /// A call surely took no effect, and never will.
    pub fn fail(&mut self, call: u64) -> Explained {
        let front = std::mem::take(&mut self.front);
        let kept = front.into_iter().filter(|(reached, _)| place_of(reached, call).is_none()).collect();
        self.settle(call, kept)
    }

    /// A call will never be answered.
    pub fn lose(&mut self, call: u64) {
        let Some(open) = self.open.iter_mut().find(|open| open.call == call) else { return };
        open.is_lost = true;
        let is_read_only = M::is_read_only(&open.ask);
        let mut kept = Front::<M>::new();
        for ((state, mut answers), spent) in std::mem::take(&mut self.front) {
            let place = answers.iter().position(|(known, _)| *known == call);
            if let Some(place) = place {
                answers.remove(place);
            }
            for mut spent in spent {
                if place.is_some() && !is_read_only {
                    spent.insert(spent.partition_point(|&other| other < call), call);
                }
                add::<M>(&mut kept, (state.clone(), answers.clone()), spent);
            }
        }
        self.front = kept;
        if is_read_only {
            self.open.retain(|open| open.call != call);
        }
    }

    /// How many configurations explain the history.
    pub fn configurations(&self) -> usize {
        self.front.values().map(Vec::len).sum()
    }

    /// The configurations after one more call took effect.
    fn next<'a>(
        &'a self,
        reached: &'a Reached<M>,
        spent: &'a [u64],
    ) -> impl Iterator<Item = (Reached<M>, Vec<u64>)> + 'a {
        let is_free =
            |open: &&Open<M::Ask>| place_of(reached, open.call).is_none() && !spent.contains(&open.call);
        self.open.iter().filter(is_free).map(|open| {
            let (state, answer) = M::apply(&reached.0, &open.ask);
            let (mut answers, mut spent) = (reached.1.clone(), spent.to_vec());
            if open.is_lost {
                spent.insert(spent.partition_point(|&other| other < open.call), open.call);
            } else {
                answers.insert(answers.partition_point(|(other, _)| *other < open.call), (open.call, answer));
            }
            ((state, answers), spent)
        })
    }

    fn settle(&mut self, call: u64, kept: Front<M>) -> Explained {
        self.open.retain(|open| open.call != call);
        self.front = kept;
        self.forget_spent();
        if self.front.is_empty() { Explained::No } else { Explained::Yes }
    }

    /// A lost call that every configuration spent has no future.
    fn forget_spent(&mut self) {
        let Some(first) = self.front.values().next().and_then(|sets| sets.first()) else { return };
        let mut by_all = first.clone();
        by_all.retain(|call| each(&self.front).all(|(_, spent)| spent.contains(call)));
        if by_all.is_empty() {
            return;
        }
        self.open.retain(|open| !by_all.contains(&open.call));
        for spent in self.front.values_mut().flatten() {
            spent.retain(|call| !by_all.contains(call));
        }
    }
}

fn place_of<S, A>(reached: &(S, Vec<(u64, A)>), call: u64) -> Option<usize> {
    reached.1.iter().position(|(known, _)| *known == call)
}

fn each<K, V>(front: &Map<K, Vec<V>>) -> impl Iterator<Item = (&K, &V)> {
    front.iter().flat_map(|(reached, sets)| sets.iter().map(move |spent| (reached, spent)))
}

/// Adds a configuration, unless one that spent no other calls is there. Those that spent these and more go.
fn add<M: Model>(front: &mut Front<M>, reached: Reached<M>, spent: Vec<u64>) -> bool {
    let holds = |more: &[u64], fewer: &[u64]| fewer.iter().all(|call| more.contains(call));
    let sets = front.entry(reached).or_default();
    if sets.iter().any(|known| holds(&spent, known)) {
        return false;
    }
    sets.retain(|known| !holds(known, &spent));
    sets.push(spent);
    true
}
