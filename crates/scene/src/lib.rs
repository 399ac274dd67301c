//! A picture as a value: an ordered, layered list of marks that any painter can draw.
//!
//! What this crate never does: it never measures text with a browser, names no protocol, knows no colour outside
//! `theme.rs`, keeps no time and animates nothing. It depends on the standard library alone.
//!
//! A lab builds a [`Scene`] for one moment of a run. The page paints it on a canvas, [`svg()`] writes it as text: the
//! golden file of a test, the poster of an embed, the export for slides. Both read the same marks, so they agree.
//!
//! ```
//! use faultscope_scene::{Ink, Layer, Lettering, Point, Scene, Style, Subject, SvgOptions, Theme, svg};
//!
//! let mut scene = Scene::new(200.0, 120.0, "One server");
//! let center = Point::new(100.0, 60.0);
//! scene
//!     .pen(Layer::Nodes, Subject::Node(1))
//!     .circle(center, 34.0, Style::fill(Ink::Epoch(2)).with_stroke(Ink::EpochInk(2), 1.5))
//!     .text(center, "n1", Lettering::sans(17.0).bold().middle(), Style::fill(Ink::Ink));
//!
//! assert_eq!(scene.hit(Point::new(110.0, 70.0), 22.0), Some(Subject::Node(1)));
//! assert!(svg(&scene, Theme::Light, &SvgOptions::default()).starts_with("<svg"));
//! ```
//!
//! Lengths are CSS pixels, y grows downwards, angles are *turns* clockwise from 12 o'clock (0.25 is 3 o'clock).

mod check;
mod geometry;
mod hit;
mod icon;
mod ink;
mod mark;
mod measure;
mod scene;
mod svg;
mod text;
pub mod theme;

pub use check::{out_of_view, overlaps};
pub use geometry::{Point, Rect, Segment, unit_of_turn};
pub use icon::{Icon, IconPaint, IconPart};
pub use ink::Ink;
pub use mark::{
    ArcSweep, HALO_WIDTH, HATCH_PITCH, HATCH_WIDTH, Layer, Mark, Shape, Style, Subject, arc_sweep,
};
pub use scene::{Pen, Scene};
pub use svg::{SvgOptions, SvgParts, svg, svg_parts};
pub use text::{Anchor, Face, Lettering, Text, Weight, text_bounds, text_width};
pub use theme::Theme;
