//! The comparison of two runs: what to compare with, as a sheet; and what the two cost, as a table.

use faultscope_labs::{BranchId, Lang, Session, Statistics, Text, Versus, verdict};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::sheet::Sheet;
use super::variants::mark;
use super::{PanelProps, pane_words as words, statistics, verdicts};
use crate::format::{thousands, time_words};
use crate::icons::{Icon, icon};
use crate::intent::Intent;
use crate::reopen;

/// Two runs for the eye.
#[derive(Clone, PartialEq)]
pub(crate) struct Pair {
    /// What tells each from the other.
    pub(crate) names: [String; 2],
    /// What both share.
    pub(crate) note: Option<Text>,
    /// The last step that both share; none where they did not part yet.
    pub(crate) parted: Option<u64>,
    /// What of the first does not fit the second, as texts.
    pub(crate) left_out: Vec<String>,
}

impl Pair {
    /// What is compared, in a sentence.
    pub(crate) fn title(&self, lang: Lang) -> String {
        let [first, second] = &self.names;
        let title = words::AGAINST.fill(lang, &[("first", first), ("second", second)]);
        match (self.note, lang) {
            (None, _) => title,
            (Some(note), Lang::En) => format!("{title}, {}", note.get(lang)),
            (Some(note), Lang::Zh) => format!("{title}，{}", note.get(lang)),
        }
    }
}

/// What two runs cost up to the cursor, and whose verdicts differ.
pub(crate) fn costs(
    first: &Session,
    second: &Session,
    pair: &Pair,
    lang: Lang,
    on: &Callback<Intent>,
) -> Html {
    let end = on.reform(|_: MouseEvent| Intent::Versus(None));
    html! {
        <section class="sec versus" aria-label={words::COMPARE.get(lang)}>
            <h2 class="title">{ pair.title(lang) }</h2>
            { parting(first, pair, lang, on) }
            if !pair.left_out.is_empty() {
                <p class="note bad" role="alert">
                    { words::DOES_NOT_FIT.fill(lang, &[("second", &pair.names[1]), ("what", &pair.left_out.join(" "))]) }
                </p>
            }
            <table class="compare">
                <caption class="lab">{ words::COSTS.fill(lang, &[("time", &time_words(first.now_us()))]) }</caption>
                <thead><tr><td></td>{ for pair.names.iter().map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                <tbody>{ cost_rows(&first.statistics(), &second.statistics(), lang) }</tbody>
                { verdict_rows(first, second, lang) }
            </table>
            <button type="button" class="btn" onclick={end}>{ icon(Icon::Close) }{ words::END_COMPARISON.get(lang) }</button>
        </section>
    }
}

fn parting(first: &Session, pair: &Pair, lang: Lang, on: &Callback<Intent>) -> Html {
    let Some(step) = pair.parted else {
        return html! { <p class="note">{ words::NOT_PARTED.get(lang) }</p> };
    };
    let at_us = first.run().index().get(step as usize).map_or_else(|| first.end_us(), |entry| entry.at_us);
    let told = words::PARTED.fill(lang, &[("step", &thousands(step)), ("time", &time_words(at_us))]);
    let go = on.reform(move |_: MouseEvent| Intent::SeekStep(step));
    html! {
        <p class="note">{ told }{ " " }<button type="button" class="link" onclick={go}>{ words::TO_PARTING.get(lang) }</button></p>
    }
}

fn cost_rows(first: &Statistics, second: &Statistics, lang: Lang) -> Html {
    let messages = |statistics: &Statistics| {
        [
            (words::MESSAGES_SENT, thousands(statistics.sum(|kind| kind.tally.sent))),
            (words::MESSAGES_ARRIVED, thousands(statistics.sum(|kind| kind.tally.arrived))),
            (words::MESSAGES_LOST, thousands(statistics.sum(|kind| kind.tally.lost))),
            (words::MESSAGES_FLYING, thousands(statistics.sum(|kind| kind.flying))),
        ]
    };
    let all = |statistics: &Statistics| {
        messages(statistics).into_iter().chain(statistics::figures(statistics, lang))
    };
    let rows = all(first).zip(all(second));
    rows.map(|((name, first), (_, second))| row(name.get(lang), &first, &second)).collect()
}

fn row(name: &str, first: &str, second: &str) -> Html {
    let class = (first != second).then_some("differs");
    html! { <tr {class}><th scope="row">{ name }</th><td>{ first }</td><td>{ second }</td></tr> }
}

fn verdict_rows(first: &Session, second: &Session, lang: Lang) -> Html {
    let read = |session: &Session, id: &str| {
        let property = session.properties().iter().find(|property| property.id == id);
        property.map_or_else(
            || words::NOT_CHECKED.get(lang).to_owned(),
            |property| {
                verdicts::reading(&verdict::of(session, property), property.mode, session.step(), lang)
            },
        )
    };
    let mut ids: Vec<&'static str> = first.properties().iter().map(|property| property.id).collect();
    ids.extend(
        second
            .properties()
            .iter()
            .map(|property| property.id)
            .filter(|id| !ids.contains(id))
            .collect::<Vec<_>>(),
    );
    let rows: Vec<Html> = ids
        .into_iter()
        .map(|id| (id, read(first, id), read(second, id)))
        .filter(|(_, first, second)| first != second)
        .map(|(id, ours, theirs)| {
            let told = first.lab().property(id).or_else(|| second.lab().property(id));
            row(told.map_or(id, |told| told.title.get(lang)), &ours, &theirs)
        })
        .collect();
    let title = if rows.is_empty() { words::SAME_VERDICTS } else { words::VERDICTS_DIFFER };
    html! { <tbody><tr><th class="lab" colspan="3" scope="colgroup">{ title.get(lang) }</th></tr>{ for rows }</tbody> }
}

/// What to compare with.
#[component]
pub(crate) fn CompareSheet(props: &PanelProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let versus = |versus: Versus| props.on.reform(move |_: MouseEvent| Intent::Versus(Some(versus.clone())));
    let shown = session.variant().about().id;
    let others = session.lab().variants.iter().filter(|variant| variant.about().id != shown);
    let branches = session.branches();
    let branches: Vec<_> = branches.iter().filter(|branch| !branch.is_current).collect();
    html! {
        <Sheet title={words::COMPARE_WITH.get(lang)} class="compare-sheet" {lang} on={props.on.clone()}>
            <p class="note">{ words::COMPARE_NOTE.get(lang) }</p>
            <h3 class="lab">{ words::A_SETTING.get(lang) }</h3>
            <SettingField panel={props.clone()} />
            <h3 class="lab">{ words::A_BRANCH.get(lang) }</h3>
            if branches.is_empty() { <p class="help">{ words::NO_BRANCHES.get(lang) }</p> }
            <ul class="choices">
                { for branches.into_iter().map(|branch| html! {
                    <li><button type="button" class="choice" onclick={branch_versus(&session, branch.id).map(versus)}>
                        { icon(Icon::Branch) }<b>{ branch.title(lang) }</b><span>{ time_words(branch.end_us) }</span>
                    </button></li>
                }) }
            </ul>
            <h3 class="lab">{ words::A_VARIANT.get(lang) }</h3>
            <ul class="choices">
                { for others.map(|variant| {
                    let about = variant.about();
                    let is_right = about.standing == faultscope_labs::Standing::Right;
                    html! {
                        <li><button type="button" class="choice" data-versus={about.id} onclick={versus(Versus::Variant(about.id.to_owned()))}>
                            { mark(is_right) }<b>{ about.title.get(lang) }</b><span>{ about.sentence.get(lang) }</span>
                        </button></li>
                    }
                }) }
            </ul>
        </Sheet>
    }
}

fn branch_versus(session: &Session, id: BranchId) -> Option<Versus> {
    let text = session.text_of(id)?;
    let text = faultscope_labs::sim::RunText { cursor: None, panels: Vec::new(), fingerprint: None, ..text };
    Some(Versus::Run(Box::new(text)))
}

#[derive(Clone, PartialEq, Properties)]
struct SettingProps {
    panel: PanelProps,
}

/// One setting, and the value that it has in the second run.
#[component]
fn SettingField(props: &SettingProps) -> Html {
    let panel = &props.panel;
    let lang = panel.lang;
    let session = panel.handle.read();
    let (chosen, typed, wrong) =
        (use_state(|| 0_usize), use_state(String::new), use_state(|| None::<String>));
    let schema = session.schema();
    let Some(setting) = schema.get(*chosen).or_else(|| schema.first()) else { return html! {} };
    let choose = {
        let (chosen, typed, wrong) = (chosen.clone(), typed.clone(), wrong.clone());
        Callback::from(move |event: Event| {
            let place = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            chosen.set(usize::try_from(place).unwrap_or_default());
            typed.set(String::new());
            wrong.set(None);
        })
    };
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| {
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let onsubmit = {
        let (panel, key, typed, wrong) = (panel.clone(), setting.key, typed.clone(), wrong.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let value = typed.trim().to_owned();
            let tried = reopen::with_setting(&panel.handle.read(), key, &value).map(|_| ());
            match tried {
                Ok(()) => panel.on.emit(Intent::Versus(Some(Versus::Setting(key.to_owned(), value)))),
                Err(error) => wrong.set(Some(error.message(panel.lang))),
            }
        })
    };
    let value = session.settings().get(setting.key).map(|value| value.to_string()).unwrap_or_default();
    let is_wrong = wrong.is_some();
    html! {
        <form class={classes!("setting", is_wrong.then_some("wrong"))} {onsubmit}>
            <div class="control">
                <select class="field" aria-label={words::SETTING.get(lang)} onchange={choose}>
                    { for schema.iter().enumerate().map(|(place, setting)| html! {
                        <option value={setting.key} selected={place == *chosen}>{ setting.title.get(lang) }</option>
                    }) }
                </select>
                <input class="field code" type="text" autocomplete="off" spellcheck="false" aria-label={words::VALUE.get(lang)}
                    placeholder={value} value={(*typed).clone()} {oninput} aria-invalid={is_wrong.then_some("true")} />
                <button type="submit" class="btn" disabled={typed.trim().is_empty()}>{ words::BEGIN.get(lang) }</button>
            </div>
            <p class="help" role={is_wrong.then_some("alert")}>
                { (*wrong).clone().unwrap_or_else(|| format!("{} ({})", setting.help.get(lang), setting.expected())) }
            </p>
        </form>
    }
}
