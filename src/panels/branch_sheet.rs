//! The branches of the run, as a sheet: which there are, switch, name, delete, link, and compare with the one on screen.

use faultscope_labs::sim::{Mode, Verdict};
use faultscope_labs::{BranchId, BranchInfo, Comparison, Lang, Session, Side, link};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::sheet::Sheet;
use super::{PanelProps, words};
use crate::format::{thousands, time_words};
use crate::icons::{Icon, icon};
use crate::intent::{BranchDeed, Intent};
use crate::route;

/// The branches.
#[component]
pub(crate) fn BranchSheet(props: &PanelProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let compared = use_state(|| None::<BranchId>);
    let branches = session.branches();
    let comparison = compared.and_then(|other| session.compare(session.current_branch(), other));
    let rows = branches.iter().map(|branch| row(&session, branch, branches.len() > 1, &compared, props));
    html! {
        <Sheet title={words::BRANCHES.get(lang)} class="branches" {lang} on={props.on.clone()}>
            <p class="note">{ words::BRANCHES_NOTE.get(lang) }</p>
            <ul class="branch-list">{ for rows }</ul>
            { comparison.map(|comparison| table(&session, &comparison, lang, &props.on)) }
        </Sheet>
    }
}

fn row(
    session: &Session,
    branch: &BranchInfo,
    has_others: bool,
    compared: &UseStateHandle<Option<BranchId>>,
    props: &PanelProps,
) -> Html {
    let (lang, id) = (props.lang, branch.id);
    let does = |deed: BranchDeed| props.on.reform(move |_: MouseEvent| Intent::Branch(deed.clone()));
    let compare = {
        let compared = compared.clone();
        Callback::from(move |_: MouseEvent| compared.set(Some(id).filter(|_| *compared != Some(id))))
    };
    let address = session.text_of(id).map(|text| route::fragment(&link::write(&text))).unwrap_or_default();
    let place = if branch.parent.is_none() { words::BRANCH_LENGTH } else { words::BRANCH_PLACE };
    let place = place.fill(
        lang,
        &[
            ("step", &thousands(branch.parted_step)),
            ("steps", &thousands(branch.end_step)),
            ("end", &time_words(branch.end_us)),
        ],
    );
    html! {
        <li key={id.0} class={branch.is_current.then_some("current")} aria-current={branch.is_current.then_some("true")}>
            <RenameField id={id} title={branch.title(lang)} name={branch.name.clone().unwrap_or_default()} {lang} on={props.on.clone()} />
            <p class="q">{ place }</p>
            <div class="ends">
                if branch.is_current {
                    <span class="q">{ words::ON_SCREEN.get(lang) }</span>
                } else {
                    <button type="button" class="btn" onclick={does(BranchDeed::Switch(id))}>{ icon(Icon::Play) }{ words::SWITCH.get(lang) }</button>
                    <button type="button" class="btn" onclick={compare} aria-pressed={(**compared == Some(id)).to_string()}>{ words::COMPARE.get(lang) }</button>
                }
                <a class="btn" href={address}>{ icon(Icon::Share) }{ words::BRANCH_LINK.get(lang) }</a>
                if has_others {
                    <button type="button" class="btn" onclick={does(BranchDeed::Delete(id))}>{ words::DELETE.get(lang) }</button>
                }
            </div>
        </li>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct RenameProps {
    id: BranchId,
    title: String,
    name: String,
    lang: Lang,
    on: Callback<Intent>,
}

/// The name of a branch, which can be written over; what it is called without one stands in it faintly.
#[component]
fn RenameField(props: &RenameProps) -> Html {
    let (id, on) = (props.id, props.on.clone());
    let onchange = Callback::from(move |event: Event| {
        let name = event.target_unchecked_into::<HtmlInputElement>().value();
        on.emit(Intent::Branch(BranchDeed::Rename(id, name)));
    });
    html! {
        <input class="field name" type="text" autocomplete="off" maxlength="60" aria-label={words::BRANCH_NAME.get(props.lang)}
            placeholder={props.title.clone()} value={props.name.clone()} {onchange} />
    }
}

/// Two branches side by side.
fn table(session: &Session, comparison: &Comparison, lang: Lang, on: &Callback<Intent>) -> Html {
    let [ours, theirs] = &comparison.sides;
    let step = comparison.parted_step;
    let seek = on.reform(move |_: MouseEvent| Intent::SeekStep(step));
    let title =
        |side: &Side| session.branch(side.branch).map(|branch| branch.title(lang)).unwrap_or_default();
    let count = |name: &'static str, ours: u64, theirs: u64| {
        html! { <tr><th scope="row">{ name }</th><td>{ thousands(ours) }</td><td>{ thousands(theirs) }</td></tr> }
    };
    let first = |side: &Side| {
        let row = side.first_step.and_then(|step| session.row_of(side.branch, step, lang));
        row.map(|row| format!("{} {}", row.node.map(|node| node.to_string()).unwrap_or_default(), row.words))
            .unwrap_or_default()
    };
    let verdicts = ours.verdicts.iter().zip(&theirs.verdicts).filter(|(ours, theirs)| ours.2 != theirs.2);
    html! {
        <>
            <h3 class="lab">{ words::COMPARED.fill(lang, &[("step", &thousands(step)), ("time", &time_words(comparison.parted_us)), ("until", &time_words(comparison.until_us))]) }</h3>
            <button type="button" class="btn" onclick={seek}>{ words::TO_PARTING.get(lang) }</button>
            <table class="compare">
                <thead><tr><td></td><th scope="col">{ title(ours) }</th><th scope="col">{ title(theirs) }</th></tr></thead>
                <tbody>
                    <tr><th scope="row">{ words::FIRST_DIFFERENCE.get(lang) }</th><td>{ first(ours) }</td><td>{ first(theirs) }</td></tr>
                    { count(words::ARRIVED.get(lang), ours.messages, theirs.messages) }
                    { count(words::LOST_COUNT.get(lang), ours.lost, theirs.lost) }
                    { count(words::ANSWERED.get(lang), ours.answers, theirs.answers) }
                    { for verdicts.map(|(ours, theirs)| verdict_row(session, ours, theirs, lang)) }
                </tbody>
            </table>
        </>
    }
}

type Judged = (&'static str, Mode, Verdict);

fn verdict_row(session: &Session, ours: &Judged, theirs: &Judged, lang: Lang) -> Html {
    let title = session.lab().property(ours.0).map_or(ours.0, |words| words.title.get(lang));
    let word = |(_, mode, verdict): &Judged| verdict_words(*mode, verdict, lang);
    html! { <tr><th scope="row">{ title }</th><td>{ word(ours) }</td><td>{ word(theirs) }</td></tr> }
}

fn verdict_words(mode: Mode, verdict: &Verdict, lang: Lang) -> String {
    let at = |text: faultscope_labs::Text, step: u64| text.fill(lang, &[("step", &thousands(step))]);
    match (mode, verdict) {
        (Mode::Always, Verdict::Open | Verdict::Met { .. }) => words::HELD.get(lang).to_owned(),
        (Mode::Eventually, Verdict::Open) => words::DUE.get(lang).to_owned(),
        (Mode::Sometimes, Verdict::Open | Verdict::Met { .. }) => words::NOT_YET.get(lang).to_owned(),
        (Mode::Eventually, Verdict::Met { step, .. }) => at(words::MET_AT, *step),
        (Mode::Sometimes, Verdict::Struck { step, .. }) => at(words::SEEN_AT, *step),
        (_, Verdict::Struck { step, .. }) => at(words::BROKEN_AT, *step),
        (_, Verdict::GaveUp { step, .. }) => at(words::GAVE_UP_AT, *step),
    }
}
