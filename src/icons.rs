//! Small icons, 16 px on a 16 px grid, drawn with a 1.5 px line in the ink of the text beside them.
//!
//! An icon never stands for a word: it is hidden from screen readers, and what it means is written beside it or in
//! the label of its button.

use yew::prelude::*;

/// A part of an icon.
enum Part {
    /// A line.
    Line(&'static str),
    /// A dashed line.
    Dashed(&'static str),
    /// A filled shape.
    Solid(&'static str),
}

use Part::{Dashed, Line, Solid};

const CIRCLE: &str = "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z";

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// The arrow of the pointer: pick something up.
    Select,
    /// A severed link.
    Cut,
    /// A hatched disc.
    Crash,
    /// Two bars.
    Pause,
    /// A message that ends in a cross.
    Drop,
    /// A clock.
    Clock,
    /// A disk.
    Disk,
    /// Back, to the left.
    Undo,
    /// Again, to the right.
    Redo,
    /// A line that parts from another.
    Branch,
    /// A triangle to the left.
    Back,
    /// Two sliders.
    Settings,
    /// An arrow out of a box.
    Share,
    /// A disc, half of it filled: the system decides.
    ThemeSystem,
    /// A sun.
    ThemeLight,
    /// A moon.
    ThemeDark,
    /// Held, right.
    Check,
    /// Broken, naive.
    Cross,
    /// Due: a dashed ring.
    Due,
    /// Seen: a filled disc.
    Seen,
    /// Not yet: a ring.
    NotYet,
    /// A lens.
    Search,
    /// A curve between two axes.
    Measure,
    /// Close.
    Close,
    /// Two ends that meet.
    Heal,
    /// An arrow that turns around.
    Restart,
    /// A triangle.
    Play,
    /// A disc with a plus.
    Join,
    /// Two sheets.
    Copy,
    /// A hand that holds: a message stays where it is.
    Hold,
    /// An arrow to a bar: arrives now.
    Deliver,
    /// One becomes two.
    Duplicate,
    /// A bell: a timer runs out.
    Fire,
    /// A node without links.
    Isolate,
    /// An angle that points down.
    Open,
    /// Three dots.
    More,
    /// A keyboard.
    Keys,
    /// A die: another seed.
    Seed,
    /// An open book.
    Story,
    /// A sheet of paper.
    File,
    /// Two columns.
    Compare,
    /// One less.
    Minus,
    /// One more.
    Plus,
}

impl Icon {
    fn parts(self) -> &'static [Part] {
        match self {
            Self::Select => &[Line("M4 2.5v10l2.8-2.6 1.9 3.9 1.7-.8-1.9-3.9 3.8-.3z")],
            Self::Cut => &[Line("M8 1v3M8 6v4M8 12v3"), Line("M2 8h3M11 8h3")],
            Self::Crash => &[Line(CIRCLE), Line("M4.2 8.8l4.6-4.6M5.6 12.2l6.6-6.6")],
            Self::Pause => &[Line("M6 4v8M10 4v8")],
            Self::Drop => &[Line("M2 8h5"), Line("M9.5 5.5l5 5M14.5 5.5l-5 5")],
            Self::Clock => &[Line(CIRCLE), Line("M8 5v3l2 1.5")],
            Self::Disk => &[
                Line("M3 4.5c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2z"),
                Line("M3 4.5v7c0 1.1 2.2 2 5 2s5-.9 5-2v-7"),
            ],
            Self::Undo => &[Line("M3 6.5h7a3.25 3.25 0 0 1 0 6.5H7"), Line("M6 3.5l-3 3 3 3")],
            Self::Branch => {
                &[Line("M2 5h12M5 5c3 0 3 6 6 6h3"), Solid("M5 3.4a1.6 1.6 0 1 1 0 3.2a1.6 1.6 0 1 1 0-3.2z")]
            }
            Self::Back => &[Solid("M11 3.2v9.6L3 8z")],
            Self::Redo => &[Line("M13 6.5H6A3.25 3.25 0 0 0 6 13h3"), Line("M10 3.5l3 3-3 3")],
            Self::Settings => &[
                Line("M2 5h6.5M12.5 5H14M2 11h1.5M7.5 11H14"),
                Line("M10.5 3a2 2 0 1 1 0 4a2 2 0 1 1 0-4zM5.5 9a2 2 0 1 1 0 4a2 2 0 1 1 0-4z"),
            ],
            Self::Share => &[Line("M8 10V2M5 4.5L8 1.8l3 2.7M4.5 7H3v7h10V7h-1.5")],
            Self::ThemeSystem => &[Line(CIRCLE), Solid("M8 2.5a5.5 5.5 0 0 0 0 11z")],
            Self::ThemeLight => &[
                Line("M8 5a3 3 0 1 1 0 6a3 3 0 1 1 0-6z"),
                Line(
                    "M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9L13 13M3 13l1.1-1.1M11.9 4.1L13 3",
                ),
            ],
            Self::ThemeDark => &[Line("M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z")],
            Self::Check => &[Line("M3 8.5l3.5 3.5L13 4.5")],
            Self::Cross => &[Line("M4 4l8 8M12 4l-8 8")],
            Self::Due => &[Dashed(CIRCLE)],
            Self::Seen => &[Solid("M8 4a4 4 0 1 1 0 8a4 4 0 1 1 0-8z")],
            Self::NotYet => &[Line("M8 4a4 4 0 1 1 0 8a4 4 0 1 1 0-8z")],
            Self::Measure => &[Line("M2.5 2.5v11h11"), Line("M5 10.5l3-4l2 2l3.5-5")],
            Self::Search => &[Line("M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z"), Line("M10.3 10.3L14 14")],
            Self::Close => &[Line("M3.5 3.5l9 9M12.5 3.5l-9 9")],
            Self::Heal => &[Line("M1.5 8h13"), Line("M8 4.5v7"), Line("M5.5 6v4M10.5 6v4")],
            Self::Restart => &[Line("M13 8a5 5 0 1 1-1.6-3.7"), Line("M13.5 1.8v3.4h-3.4")],
            Self::Play => &[Solid("M5 3.2v9.6L13 8z")],
            Self::Join => &[Line(CIRCLE), Line("M8 5.5v5M5.5 8h5")],
            Self::Copy => &[Line("M5.5 5.5h8v8h-8z"), Line("M10.5 5.5v-3h-8v8h3")],
            Self::Hold => &[Line("M8 2.5v6M5.5 5L8 2.5 10.5 5"), Line("M3 11.5h10M3 13.5h10")],
            Self::Deliver => &[Line("M1.5 8h8.5M7 4.8L10.2 8 7 11.2"), Line("M13.5 3.5v9")],
            Self::Duplicate => &[
                Line("M2 8h3"),
                Solid("M5 8a1.8 1.8 0 1 1 3.6 0A1.8 1.8 0 1 1 5 8z"),
                Line("M9.5 6.6L13 4M9.5 9.4L13 12"),
            ],
            Self::Fire => &[Line("M8 4a5 5 0 1 1 0 10A5 5 0 1 1 8 4z"), Line("M8 6.8V9l1.6 1M6.2 1.8h3.6")],
            Self::Isolate => &[Line("M8 5.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 1 1 0-5.6z"), Dashed(CIRCLE_WIDE)],
            Self::Open => &[Line("M4 6l4 4 4-4")],
            Self::More => &[Solid(
                "M3.2 6.8a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 1 1 0-2.4zM8 6.8a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 1 1 \
                 0-2.4zM12.8 6.8a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 1 1 0-2.4z",
            )],
            Self::Keys => {
                &[Line("M1.5 4h13v8h-13z"), Line("M4 6.6h.1M6.7 6.6h.1M9.3 6.6h.1M12 6.6h.1M5 9.5h6")]
            }
            Self::Seed => &[
                Line("M3 3h10v10H3z"),
                Solid(
                    "M5.7 4.7a1 1 0 1 1 0 2a1 1 0 1 1 0-2zM8 7a1 1 0 1 1 0 2a1 1 0 1 1 0-2zM10.3 9.3a1 1 0 1 1 0 \
                     2a1 1 0 1 1 0-2z",
                ),
            ],
            Self::File => &[Line("M4 1.5h5L12.5 5v9.5H4zM9 1.5V5h3.5")],
            Self::Compare => &[Line("M2 3h4.5v10H2zM9.5 3H14v10H9.5z"), Line("M4.2 6v4M11.8 8v2")],
            Self::Minus => &[Line("M3.5 8h9")],
            Self::Plus => &[Line("M3.5 8h9M8 3.5v9")],
            Self::Story => &[Line(
                "M8 4C6.5 3 4.5 2.8 2 3v9.5c2.5-.2 4.5 0 6 1 1.5-1 3.5-1.2 6-1V3c-2.5-.2-4.5 0-6 1zM8 4v9.5",
            )],
        }
    }
}

const CIRCLE_WIDE: &str = "M8 1.2a6.8 6.8 0 1 1 0 13.6a6.8 6.8 0 1 1 0-13.6z";

/// An icon of 16 px.
pub(crate) fn icon(icon: Icon) -> Html {
    html! {
        <svg class="ico" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            { for icon.parts().iter().map(draw) }
        </svg>
    }
}

fn draw(part: &Part) -> Html {
    match *part {
        Line(path) => html! { <path d={path} /> },
        Dashed(path) => html! { <path d={path} stroke-dasharray="2.4 2.4" stroke-linecap="butt" /> },
        Solid(path) => html! { <path d={path} fill="currentColor" stroke="none" /> },
    }
}

/// The mark of Faultscope: a node with a crack.
pub(crate) fn brand() -> Html {
    html! {
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <circle cx="12" cy="12" r="9.5" />
            <path class="crack" d="M12 2.5v7l-3 3 5 2.5-2 2.5v4" />
        </svg>
    }
}
