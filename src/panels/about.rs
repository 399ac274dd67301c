//! What the lab and its variant are: sentence, flaw, what it is made for, and the commands of its nodes.

use faultscope_labs::ordered::sort;
use faultscope_labs::sim::FaultKind;
use faultscope_labs::words::fault;
use faultscope_labs::{Lang, Session, Standing};
use yew::prelude::*;

use super::command::CommandForm;
use super::variants::mark;
use super::{PanelProps, words};

/// What the description is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct AboutProps {
    /// What the panel around it was given.
    pub panel: PanelProps,
    /// What stands behind the variant, before the commands.
    pub children: Html,
}

/// What the lab and its variant are.
#[component]
pub(super) fn About(props: &AboutProps) -> Html {
    let AboutProps { panel, children } = props;
    let session = panel.handle.read();
    let lang = panel.lang;
    let (lab, variant) = (session.lab(), session.variant());
    let about = variant.about();
    let commands = variant.commands();
    html! {
        <>
            <p class="lab">{ words::ABOUT.get(lang) }</p>
            <h2 tabindex="-1">{ lab.title.get(lang) }</h2>
            <p class="say">{ lab.sentence.get(lang) }</p>
            <div class="variant-about">
                <h3>{ mark(about.standing == Standing::Right) }{ about.title.get(lang) }</h3>
                <p>{ about.sentence.get(lang) }</p>
                if let Standing::Naive { flaw, .. } = about.standing {
                    <p class="flaw">{ flaw.get(lang) }</p>
                }
            </div>
            { children.clone() }
            if !commands.is_empty() {
                <div class="commands">
                    <h3 class="lab">{ words::ASK_A_NODE.get(lang) }</h3>
                    { for commands.iter().map(|schema| html! {
                        <CommandForm key={schema.name} schema={*schema} panel={panel.clone()} />
                    }) }
                </div>
            }
            { assumptions(&session, lang) }
            { outside(&session, lang) }
        </>
    }
}

/// What the variant is made for.
fn assumptions(session: &Session, lang: Lang) -> Html {
    let assumes = session.variant().about().assumes;
    let servers = session.world().plan().servers.len();
    let most_down = servers * usize::from(assumes.most_down_percent) / 100;
    let down = (most_down > 0).then(|| {
        words::MOST_DOWN.fill(lang, &[("down", &most_down.to_string()), ("servers", &servers.to_string())])
    });
    let faults = assumes.faults.iter().map(|kind| fault(*kind).get(lang).to_owned());
    let told: Vec<String> =
        faults.chain(down).chain(assumes.words.iter().map(|text| text.get(lang).to_owned())).collect();
    html! {
        <details class="more">
            <summary>{ words::MADE_FOR.get(lang) }</summary>
            <ul>
                if told.is_empty() { <li>{ words::NO_FAULTS.get(lang) }</li> }
                { for told.into_iter().map(|text| html! { <li>{ text }</li> }) }
            </ul>
        </details>
    }
}

/// Which assumption a person has stepped out of, at the cursor.
fn outside(session: &Session, lang: Lang) -> Html {
    let faults = session.variant().about().assumes.faults;
    let done = session.run().actions().iter().filter(|pinned| pinned.pin.at_us <= session.now_us());
    let mut gone: Vec<FaultKind> =
        done.filter_map(|pinned| pinned.action.fault()).filter(|kind| !faults.contains(kind)).collect();
    sort(&mut gone);
    gone.dedup();
    if gone.is_empty() {
        return html! {};
    }
    html! {
        <div class="outside" role="status">
            <p class="lab">{ words::OUTSIDE.get(lang) }</p>
            <ul>{ for gone.into_iter().map(|kind| html! { <li>{ fault(kind).get(lang) }</li> }) }</ul>
        </div>
    }
}
