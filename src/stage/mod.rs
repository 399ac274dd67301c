//! The stage: the picture of the run at its cursor, on a canvas, and the same in words.
//!
//! The picture is painted outside the framework's diff, once a frame while the run plays; the framework only keeps the
//! canvas element, the bar of faults, the legend and the list.

pub(crate) mod bench;
mod beside;
pub(crate) mod canvas;
mod gesture;
pub(crate) mod hooks;
mod legend;
pub(crate) mod list;
mod painter;
mod pointer;
pub(crate) mod spotlight;

pub(crate) use canvas::{StageCanvas, View};
pub(crate) use gesture::Outcome;
pub(crate) use legend::Legend;
pub(crate) use list::StageList;
pub(crate) use painter::Painter;
pub(crate) use pointer::{Listeners, listen};
