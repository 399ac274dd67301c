//! The panels around the stage: pure views of the session, whose every wish is an [`Intent`].

mod about;
mod actions;
mod branch_sheet;
mod command;
mod compare;
mod deeds;
mod downloads;
mod experiment_sheet;
mod fault_sheet;
mod faults;
mod format;
mod inspector;
mod keys;
mod log;
mod menu;
mod open_file;
mod palette;
pub(crate) mod pane_words;
mod rules;
mod search_sheet;
mod settings;
mod share;
mod sheet;
mod statistics;
mod story;
mod until_sheet;
mod value;
pub(crate) mod variants;
mod verdicts;
pub(crate) mod words;

pub(crate) use actions::{ActionsCard, BesideCard};
pub(crate) use branch_sheet::BranchSheet;
pub(crate) use compare::{CompareSheet, Pair, costs};
pub(crate) use experiment_sheet::ExperimentSheet;
pub(crate) use fault_sheet::FaultSheet;
pub(crate) use faults::FaultBar;
pub(crate) use inspector::{Inspector, shown_node};
pub(crate) use keys::KeysSheet;
pub(crate) use log::EventLog;
pub(crate) use menu::Menu;
pub(crate) use rules::Rules;
pub(crate) use search_sheet::SearchSheet;
pub(crate) use settings::SettingsSheet;
pub(crate) use share::ShareSheet;
pub(crate) use statistics::StatisticsPanel;
pub(crate) use story::StoryPanel;
pub(crate) use until_sheet::UntilSheet;
pub(crate) use variants::VariantsSheet;
pub(crate) use verdicts::Verdicts;

use faultscope_labs::Lang;
use yew::prelude::*;

use crate::handle::Handle;
use crate::intent::{Intent, Selection};

/// What every panel is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PanelProps {
    /// The run.
    pub handle: Handle,
    /// The language.
    pub lang: Lang,
    /// What is picked up.
    pub selection: Selection,
    /// Where wishes go.
    pub on: Callback<Intent>,
}
