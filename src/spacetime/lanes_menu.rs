//! The list of lanes: which are shown, thin or hidden, and in which order. It does by buttons all that dragging does.

use faultscope_labs::spacetime::Arrangement;
use faultscope_labs::{Lang, NodeId, Text};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::words;
use crate::panels::Menu;

/// What is done to the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// A lane goes one place down, or up.
    Shift(NodeId, bool),
    /// A lane is shown so.
    Show(NodeId, Look),
    /// Clients share a lane, or not.
    Share(bool),
    /// Hidden lanes come back.
    Unhide,
    /// As at first.
    Reset,
}

/// How a lane is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Full,
    Thin,
    Hidden,
}

const LOOKS: [(Look, &str, Text); 3] = [
    (Look::Full, "full", words::FULL),
    (Look::Thin, "thin", words::THIN),
    (Look::Hidden, "hidden", words::HIDDEN),
];

impl Deed {
    pub(super) fn carry_out(self, arrangement: &mut Arrangement, natural: &[NodeId]) {
        match self {
            Self::Shift(node, down) => _ = arrangement.shift(natural, node, down),
            Self::Show(node, look) => {
                arrangement.thin.remove(&node);
                arrangement.hidden.remove(&node);
                match look {
                    Look::Full => {}
                    Look::Thin => _ = arrangement.thin.insert(node),
                    Look::Hidden => _ = arrangement.hidden.insert(node),
                }
            }
            Self::Share(share) => arrangement.clients_share = Some(share),
            Self::Unhide => arrangement.hidden.clear(),
            Self::Reset => *arrangement = Arrangement::default(),
        }
    }
}

fn look_of(arrangement: &Arrangement, node: NodeId) -> Look {
    if arrangement.hidden.contains(&node) {
        Look::Hidden
    } else if arrangement.thin.contains(&node) {
        Look::Thin
    } else {
        Look::Full
    }
}

/// The button that opens the list, and where lanes are hidden, the one that brings them back.
pub(super) fn menu(arrangement: &Arrangement, natural: &[NodeId], lang: Lang, on: &Callback<Deed>) -> Html {
    let hidden = natural.iter().filter(|node| arrangement.hidden.contains(node)).count();
    let unhide = on.reform(|_: MouseEvent| Deed::Unhide);
    let share = arrangement.clients_share(natural);
    // What is changed in the list changes behind it: it stays open.
    let stay = Callback::from(|event: MouseEvent| event.stop_propagation());
    html! {
        <>
            if hidden > 0 {
                <button type="button" class="space-hidden" onclick={unhide}>
                    { words::SHOW_HIDDEN.fill(lang, &[("count", &hidden.to_string())]) }
                </button>
            }
            <Menu class="of-lanes" face={html! { { words::LANES.get(lang) } }}>
                <div onclick={stay}>
                    if natural.iter().filter(|node| node.is_client()).count() > 1 {
                        <label class="lane-share">
                            <input type="checkbox" checked={share} onchange={on.reform(|event: Event| {
                                Deed::Share(event.target_dyn_into::<HtmlInputElement>().is_some_and(|box_| box_.checked()))
                            })} />
                            { words::SHARE.get(lang) }
                        </label>
                    }
                    <ul>{ for arrangement.ordered(natural).into_iter().map(|node| line(arrangement, node, lang, on)) }</ul>
                    <button type="button" class="btn" onclick={on.reform(|_: MouseEvent| Deed::Reset)}>
                        { words::RESET.get(lang) }
                    </button>
                </div>
            </Menu>
        </>
    }
}

fn line(arrangement: &Arrangement, node: NodeId, lang: Lang, on: &Callback<Deed>) -> Html {
    let name = node.to_string();
    let told = |text: Text| text.fill(lang, &[("node", &name)]);
    let shift = |down: bool, label: Text, sign: &'static str| {
        let onclick = on.reform(move |_: MouseEvent| Deed::Shift(node, down));
        html! {
            <button type="button" class="space-key" {onclick} aria-label={told(label)}>
                <svg class="ico" viewBox="0 0 16 16" aria-hidden="true"><path d={sign} /></svg>
            </button>
        }
    };
    let choose = on.reform(move |event: Event| {
        let place = event.target_dyn_into::<HtmlSelectElement>().map_or(0, |select| select.selected_index());
        Deed::Show(node, LOOKS.get(place.max(0) as usize).map_or(Look::Full, |(look, ..)| *look))
    });
    let look = look_of(arrangement, node);
    html! {
        <li key={name.clone()} data-lane={name.clone()}>
            <b>{ &name }</b>
            <select class="field" onchange={choose} aria-label={told(words::LOOK)}>
                { for LOOKS.iter().map(|(known, value, text)| html! {
                    <option value={*value} selected={*known == look}>{ text.get(lang) }</option>
                }) }
            </select>
            { shift(false, words::UP, "M8 13V3M4 7l4-4 4 4") }
            { shift(true, words::DOWN, "M8 3v10M4 9l4 4 4-4") }
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_deed_can_be_taken_back() {
        let natural: Vec<NodeId> = (1..=3).map(NodeId::server).collect();
        let node = NodeId::server(2);
        let mut arrangement = Arrangement::default();
        for (look, ..) in LOOKS {
            Deed::Show(node, look).carry_out(&mut arrangement, &natural);
            assert_eq!(look_of(&arrangement, node), look);
        }
        assert_eq!(arrangement.rows(&natural).len(), 2);
        Deed::Unhide.carry_out(&mut arrangement, &natural);
        assert_eq!(arrangement, Arrangement::default());
        Deed::Shift(node, true).carry_out(&mut arrangement, &natural);
        Deed::Share(true).carry_out(&mut arrangement, &natural);
        assert_ne!(arrangement, Arrangement::default());
        Deed::Reset.carry_out(&mut arrangement, &natural);
        assert_eq!(arrangement, Arrangement::default());
    }
}
