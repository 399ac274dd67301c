//! The bar of fault tools over the stage, each with its key, and the way back.

use faultscope_labs::Lang;
use faultscope_labs::Text;
use faultscope_labs::sim::Action;
use yew::prelude::*;

use super::words;
use crate::handle::Handle;
use crate::icons::{Icon, icon};
use crate::intent::{Intent, Overlay, Selection, Tool};

/// What the bar is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct FaultBarProps {
    /// The run.
    pub handle: Handle,
    /// The language.
    pub lang: Lang,
    /// What is picked up.
    pub selection: Selection,
    /// The tool in hand; none for selecting.
    pub tool: Option<Tool>,
    /// Where wishes go.
    pub on: Callback<Intent>,
}

/// The tools: what each takes in hand, its icon, its name, its key, and what to do with it.
const TOOLS: [(Option<Tool>, Icon, Text, &str, Text); 5] = [
    (None, Icon::Select, words::SELECT, "V", words::SELECT_HELP),
    (Some(Tool::Cut), Icon::Cut, words::CUT, "X", words::CUT_HELP),
    (Some(Tool::Crash), Icon::Crash, words::CRASH, "C", words::CRASH_HELP),
    (Some(Tool::Pause), Icon::Pause, words::PAUSE, "P", words::PAUSE_HELP),
    (Some(Tool::Drop), Icon::Drop, words::DROP, "D", words::DROP_HELP),
];

/// What is done at once: its icon, its name, its key on screen and for the browser, the wish, and whether it is
/// possible now.
type AtOnce = (Icon, Text, &'static str, &'static str, Intent, bool);

/// The bar of fault tools.
#[component]
pub(crate) fn FaultBar(props: &FaultBarProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let heal =
        (Icon::Heal, words::HEAL, "H", "H", Intent::Act(Action::Heal), !session.world().cuts().is_empty());
    let undo = (Icon::Undo, words::UNDO, "U", "U", Intent::Undo, session.can_undo());
    let redo = (Icon::Redo, words::REDO, "⇧U", "Shift+U", Intent::Redo, session.can_redo());
    let at_once = |(sign, title, key, shortcut, intent, is_possible): AtOnce| {
        let onclick = props.on.reform(move |_: MouseEvent| intent.clone());
        html! {
            <button type="button" class={(sign == Icon::Heal).then_some("heal")} {onclick} disabled={!is_possible} aria-label={title.get(lang)} title={title.get(lang)}
                aria-keyshortcuts={shortcut} data-key={key}>
                { icon(sign) }<span>{ title.get(lang) }</span>
            </button>
        }
    };
    let all = props.on.reform(|_: MouseEvent| Intent::Overlay(Some(Overlay::Faults)));
    let count = session.world().standing().len();
    let branches = props.on.reform(|_: MouseEvent| Intent::Overlay(Some(Overlay::Branches)));
    let branch_count = session.branches().len();
    html! {
        <div class="faults" role="group" aria-label={words::FAULTS.get(lang)}>
            <div class="group">{ for TOOLS.iter().map(|tool| tool_button(tool, props)) }</div>
            <div class="group">
                { at_once(heal) }
                <button type="button" onclick={all} aria-label={words::ALL_FAULTS.get(lang)} aria-haspopup="dialog" aria-keyshortcuts="F"
                    data-key="F" data-standing={(count > 0).then(|| count.to_string())}>
                    { icon(Icon::Settings) }<span>{ words::ALL_FAULTS.get(lang) }</span>
                </button>
            </div>
            <div class="group ways">
                { at_once(undo) }{ at_once(redo) }
                <button type="button" onclick={branches} aria-label={words::BRANCHES.get(lang)} title={words::BRANCHES.get(lang)} aria-haspopup="dialog" aria-keyshortcuts="G"
                    data-key="G" data-branches={(branch_count > 1).then(|| branch_count.to_string())}>
                    { icon(Icon::Branch) }<span>{ words::BRANCHES.get(lang) }</span>
                </button>
            </div>
        </div>
    }
}

fn tool_button(
    &(tool, sign, title, key, help): &(Option<Tool>, Icon, Text, &'static str, Text),
    props: &FaultBarProps,
) -> Html {
    let lang = props.lang;
    let is_on = props.tool == tool;
    let next = if is_on { None } else { tool };
    let onclick = props.on.reform(move |_: MouseEvent| Intent::Tool(next));
    let class = classes!(tool.is_some().then_some("fault"), is_on.then_some("on"));
    html! {
        <button type="button" {class} {onclick} aria-pressed={is_on.to_string()} aria-label={title.get(lang)} title={help.get(lang)}
            aria-keyshortcuts={key} data-key={key}>
            { icon(sign) }<span>{ title.get(lang) }</span>
        </button>
    }
}
