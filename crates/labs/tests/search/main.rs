//! The search over the labs' machines: what it must find, and what it must exhaust.

mod finds;
