//! The whole fault palette, as a sheet: what stands, and forms for every fault of nodes, zones and links.

use faultscope_labs::sim::Action;
use faultscope_labs::{Lang, NodeId, Session, Text, words as engine_words};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::palette::{Amount, LinkFault, NodeFault, Side, Whom, accepted, beyond, cut, links, storm};
use super::sheet::Sheet;
use super::{PanelProps, words};
use crate::handle::Handle;
use crate::icons::{Icon, icon};
use crate::intent::{Intent, Selection};

/// The palette.
#[component]
pub(crate) fn FaultSheet(props: &PanelProps) -> Html {
    let lang = props.lang;
    let form = FormProps {
        handle: props.handle.clone(),
        lang,
        selection: props.selection,
        on: props.on.clone(),
        // The lists of nodes and zones are those of the run on screen.
        count: props.handle.read().world().nodes().count(),
    };
    html! {
        <Sheet title={words::ALL_FAULTS.get(lang)} class="palette" {lang} on={props.on.clone()}>
            { standing(&props.handle.read(), lang, &props.on) }
            <NodeForm ..form.clone() />
            <LinkForm ..form.clone() />
            <CutForm ..form.clone() />
            <StormForm ..form.clone() />
            <WordsForm ..form />
        </Sheet>
    }
}

/// The faults that stand, and the way to undo them all.
fn standing(session: &Session, lang: Lang, on: &Callback<Intent>) -> Html {
    let faults = session.world().standing();
    let mend = on.reform(|_: MouseEvent| Intent::Act(Action::Mend));
    let none = faults.is_empty();
    html! {
        <>
            <h3 class="lab">{ words::STANDING.get(lang) }</h3>
            if none { <p class="note">{ words::NOTHING_STANDS.get(lang) }</p> }
            <ul class="standing">{ for faults.iter().map(|fault| html! { <li>{ engine_words::standing(fault, lang) }</li> }) }</ul>
            <button type="button" class="btn" onclick={mend} disabled={none}>{ icon(Icon::Heal) }{ words::MEND.get(lang) }</button>
        </>
    }
}

/// What a form of the palette is given.
#[derive(Clone, PartialEq, Properties)]
struct FormProps {
    handle: Handle,
    lang: Lang,
    selection: Selection,
    on: Callback<Intent>,
    count: usize,
}

/// A fault of a node or a zone.
#[component]
fn NodeForm(props: &FormProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let all = Whom::all(session.world());
    let picked = match props.selection {
        Selection::Node(node) => all.iter().position(|whom| *whom == Whom::Node(node)),
        _ => None,
    };
    let whom = use_state(|| picked.unwrap_or(0));
    let fault = use_state(|| 0);
    let typed = use_state(|| NodeFault::ALL[0].0.amount().first());
    let (kind, _) = NodeFault::ALL[*fault];
    let action = all.get(*whom).and_then(|whom| kind.action(*whom, &typed)).and_then(accepted);
    let names: Vec<String> = all.iter().map(|whom| whom.name()).collect();
    let choose_fault = {
        let (fault, typed) = (fault.clone(), typed.clone());
        Callback::from(move |place: usize| {
            fault.set(place);
            typed.set(NodeFault::ALL[place].0.amount().first());
        })
    };
    html! {
        <fieldset class="form">
            <legend class="lab">{ words::NODES_AND_ZONES.get(lang) }</legend>
            <div class="control">
                { select(words::WHOM.get(lang), &names, *whom, &setting(&whom)) }
                { select(words::WHAT.get(lang), &titles(&NodeFault::ALL, lang), *fault, &choose_fault) }
            </div>
            { amount(kind.amount(), &typed, lang) }
            { do_it(&session, action, lang, &props.on) }
        </fieldset>
    }
}

/// What happens on links.
#[component]
fn LinkForm(props: &FormProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let all = Whom::all(session.world());
    let (from, to) = (use_state(|| 0_usize), use_state(|| 0_usize));
    let fault = use_state(|| 0);
    let typed = use_state(|| LinkFault::ALL[0].0.amount().first());
    let (kind, _) = LinkFault::ALL[*fault];
    let end = |place: usize| place.checked_sub(1).and_then(|place| all.get(place)).copied();
    let action = links(end(*from), end(*to)).and_then(|links| kind.action(links, &typed)).and_then(accepted);
    let mut names = vec![words::ALL_LINKS.get(lang).to_owned()];
    names.extend(all.iter().map(|whom| whom.name()));
    let choose_fault = {
        let (fault, typed) = (fault.clone(), typed.clone());
        Callback::from(move |place: usize| {
            fault.set(place);
            typed.set(LinkFault::ALL[place].0.amount().first());
        })
    };
    html! {
        <fieldset class="form">
            <legend class="lab">{ words::LINKS.get(lang) }</legend>
            <div class="control">
                { select(words::FROM.get(lang), &names, *from, &setting(&from)) }
                <span class="unit" aria-hidden="true">{ "→" }</span>
                { select(words::TO.get(lang), &names, *to, &setting(&to)) }
            </div>
            <div class="control">{ select(words::WHAT.get(lang), &titles(&LinkFault::ALL, lang), *fault, &choose_fault) }</div>
            { amount(kind.amount(), &typed, lang) }
            { do_it(&session, action, lang, &props.on) }
        </fieldset>
    }
}

/// A cut between any two groups.
#[component]
fn CutForm(props: &FormProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let nodes: Vec<NodeId> = session.world().nodes().map(|node| node.id).collect();
    let sides = use_state(|| vec![Side::default(); props.count]);
    let one_way = use_state(|| false);
    let placed: Vec<(NodeId, Side)> = nodes
        .iter()
        .zip(sides.iter().chain(std::iter::repeat(&Side::Neither)))
        .map(|(node, side)| (*node, *side))
        .collect();
    let action = cut(&placed, *one_way).and_then(accepted);
    let key = |(place, (node, side)): (usize, &(NodeId, Side))| {
        let (sides, side) = (sides.clone(), *side);
        let onclick = Callback::from(move |_: MouseEvent| {
            let mut changed = (*sides).clone();
            changed.resize(changed.len().max(place + 1), Side::default());
            changed[place] = changed[place].next();
            sides.set(changed);
        });
        let (class, word) = match side {
            Side::Neither => ("neither", words::NO_SIDE),
            Side::One => ("one", words::ONE_SIDE),
            Side::Other => ("other", words::OTHER_SIDE),
        };
        let name = node.to_string();
        html! {
            <button type="button" {class} {onclick} >
                <b>{ &name }</b>{ " " }<span>{ word.get(lang) }</span>
            </button>
        }
    };
    let toggle = {
        let one_way = one_way.clone();
        Callback::from(move |_: Event| one_way.set(!*one_way))
    };
    html! {
        <fieldset class="form">
            <legend class="lab">{ words::CUT_BETWEEN.get(lang) }</legend>
            <p class="help">{ words::CUT_BETWEEN_HELP.get(lang) }</p>
            <div class="sides">{ for placed.iter().enumerate().map(key) }</div>
            <label class="check"><input type="checkbox" checked={*one_way} onchange={toggle} />{ words::ONE_WAY.get(lang) }</label>
            { do_it(&session, action, lang, &props.on) }
        </fieldset>
    }
}

/// Random faults, drawn from a seed.
#[component]
fn StormForm(props: &FormProps) -> Html {
    let lang = props.lang;
    let typed = use_state(|| ["1".to_owned(), "2".to_owned(), "10".to_owned(), "5".to_owned()]);
    let (heals, is_beyond) = (use_state(|| true), use_state(|| false));
    let storm = storm(&typed, *heals, *is_beyond);
    let field = |place: usize, label: Text, unit: Option<Text>| {
        let (typed, now) = (typed.clone(), typed[place].clone());
        let oninput = Callback::from(move |event: InputEvent| {
            let mut changed = (*typed).clone();
            changed[place] = event.target_unchecked_into::<HtmlInputElement>().value();
            typed.set(changed);
        });
        let id = format!("storm-{place}");
        html! {
            <div class="bound">
                <label for={id.clone()}>{ label.get(lang) }</label>
                <div class="control"><input class="field num" {id} type="text" inputmode="decimal" autocomplete="off" value={now} {oninput} />
                <span class="unit">{ unit.map(|unit| unit.get(lang)) }</span></div>
            </div>
        }
    };
    let check = |state: &UseStateHandle<bool>, label: Text| {
        let (setter, now) = (state.setter(), **state);
        let onchange = Callback::from(move |_: Event| setter.set(!now));
        html! { <label class="check"><input type="checkbox" checked={now} {onchange} />{ label.get(lang) }</label> }
    };
    let disabled = storm.is_none();
    let onclick = {
        let on = props.on.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(storm) = &storm {
                on.emit(Intent::Storm(storm.clone()));
            }
        })
    };
    html! {
        <fieldset class="form">
            <legend class="lab">{ words::STORM.get(lang) }</legend>
            <p class="help">{ words::STORM_HELP.get(lang) }</p>
            <div class="bounds">
                { field(0, words::SEED, None) }
                { field(1, words::STORM_RATE, Some(words::A_SECOND)) }
                { field(2, words::STORM_BUDGET, Some(words::TIMES)) }
                { field(3, words::STORM_LENGTH, Some(words::SECONDS)) }
            </div>
            { check(&heals, words::STORM_HEALS) }
            { check(&is_beyond, words::STORM_BEYOND) }
            <div class="ends"><button type="button" class="btn" {onclick} {disabled}>{ words::STORM_BEGIN.get(lang) }</button></div>
        </fieldset>
    }
}

/// Any action, in the words of a run's text.
#[component]
fn WordsForm(props: &FormProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let typed = use_state(String::new);
    let read = Action::from_words(typed.trim());
    let wrong = match &read {
        Err(error) if !typed.trim().is_empty() => Some(engine_words::text_error_kind(error, lang)),
        _ => None,
    };
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| {
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let is_wrong = wrong.is_some();
    html! {
        <fieldset class={classes!("form", is_wrong.then_some("wrong"))}>
            <legend class="lab">{ words::IN_WORDS.get(lang) }</legend>
            <input class="field code" type="text" autocomplete="off" spellcheck="false" placeholder="delay.n1-n2.3.50000"
                aria-label={words::IN_WORDS.get(lang)} value={(*typed).clone()} {oninput} aria-invalid={is_wrong.then_some("true")} />
            <p class="help" role={is_wrong.then_some("alert")}>{ wrong.unwrap_or_else(|| words::IN_WORDS_HELP.get(lang).to_owned()) }</p>
            { do_it(&session, read.ok(), lang, &props.on) }
        </fieldset>
    }
}

/// The button that does it, the words of the run's text beside it, and the assumption that goes.
fn do_it(session: &Session, action: Option<Action>, lang: Lang, on: &Callback<Intent>) -> Html {
    let disabled = action.is_none();
    let said = action.as_ref().map(ToString::to_string).unwrap_or_default();
    let gone = action.as_ref().and_then(|action| beyond(session, action));
    let onclick = {
        let on = on.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(action) = &action {
                on.emit(Intent::Act(action.clone()));
            }
        })
    };
    html! {
        <>
            <div class="ends">
                <button type="button" class="btn" {onclick} {disabled}>{ words::DO_IT.get(lang) }</button>
                <code>{ said }</code>
            </div>
            if let Some(kind) = gone {
                <p class="beyond">{ words::BEYOND.fill(lang, &[("what", engine_words::fault(kind).get(lang))]) }</p>
            }
        </>
    }
}

/// The fields of an amount.
fn amount(amount: Amount, typed: &UseStateHandle<[String; 2]>, lang: Lang) -> Html {
    let field = |place: usize, label: Text| {
        let (typed, now) = (typed.clone(), typed[place].clone());
        let oninput = Callback::from(move |event: InputEvent| {
            let mut changed = (*typed).clone();
            changed[place] = event.target_unchecked_into::<HtmlInputElement>().value();
            typed.set(changed);
        });
        html! {
            <input class="field num" type="text" inputmode="decimal" autocomplete="off" aria-label={label.get(lang)} value={now} {oninput} />
        }
    };
    match amount {
        Amount::None => Html::default(),
        Amount::Span(..) => html! {
            <div class="control">
                { field(0, words::AT_LEAST) }<span class="unit">{ "–" }</span>{ field(1, words::UP_TO) }<span class="unit">{ "ms" }</span>
            </div>
        },
        Amount::Millis(_) => {
            html! { <div class="control">{ field(0, words::BY_HOW_MUCH) }<span class="unit">{ "ms" }</span></div> }
        }
        Amount::Percent(_) => {
            html! { <div class="control">{ field(0, words::BY_HOW_MUCH) }<span class="unit">{ "%" }</span></div> }
        }
    }
}

fn titles<T: Copy>(all: &[(T, Text)], lang: Lang) -> Vec<String> {
    all.iter().map(|(_, title)| title.get(lang).to_owned()).collect()
}

fn setting(state: &UseStateHandle<usize>) -> Callback<usize> {
    let setter = state.setter();
    Callback::from(move |place| setter.set(place))
}

/// A list to choose one from, by its place.
fn select(label: &'static str, options: &[String], chosen: usize, choose: &Callback<usize>) -> Html {
    let choose = choose.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Ok(place) =
            usize::try_from(event.target_unchecked_into::<HtmlSelectElement>().selected_index())
        {
            choose.emit(place);
        }
    });
    let option =
        |(place, title): (usize, &String)| html! { <option selected={place == chosen}>{ title }</option> };
    html! { <select class="field" aria-label={label} {onchange}>{ for options.iter().enumerate().map(option) }</select> }
}
