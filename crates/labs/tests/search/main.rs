//! The search over the labs' machines: what it must find, what it must exhaust, and that it counts as many states as
//! Stateright does.

mod actors;
mod counts;
mod finds;
mod models;
mod symmetry;
