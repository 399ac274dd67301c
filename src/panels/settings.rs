//! The settings of the variant, the network and the disks, made from their schema. Changing one starts the run over
//! with the same actions; what does not fit is said beside its field.

use faultscope_labs::schema::engine_settings;
use faultscope_labs::{Lang, Setting, SettingKind, SettingValue, Unit};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::format::{read_scaled, scaled};
use super::sheet::Sheet;
use super::{PanelProps, words};
use crate::icons::{Icon, icon};
use crate::intent::Intent;

/// A number of at most so many values gets a slider beside its field.
const SLIDER_VALUES: u64 = 1_000;

/// The settings, as a sheet.
#[component]
pub(crate) fn SettingsSheet(props: &PanelProps) -> Html {
    let session = props.handle.read();
    let lang = props.lang;
    let engine = engine_settings((0, 0), (0, 0)).map(|setting| setting.key);
    let is_engine = |setting: &&Setting| engine.contains(&setting.key);
    let (world, own): (Vec<&Setting>, Vec<&Setting>) = session.schema().iter().partition(is_engine);
    let set = props.on.reform(|(key, text)| Intent::Setting(key, text));
    let field = |setting: &Setting| {
        let value = session.settings().get(setting.key).unwrap_or_else(|| setting.default_value());
        html! { <Field key={setting.key} setting={*setting} {value} {lang} on={set.clone()} /> }
    };
    let start_over = props.on.reform(|_: MouseEvent| Intent::StartOver);
    html! {
        <Sheet title={words::SETTINGS.get(lang)} class="settings" {lang} on={props.on.clone()}>
            <p class="note">{ words::SETTINGS_NOTE.get(lang) }</p>
            if !own.is_empty() {
                <h3 class="lab">{ session.variant().about().title.get(lang) }</h3>
                { for own.into_iter().map(field) }
            }
            <h3 class="lab">{ words::NETWORK_AND_DISKS.get(lang) }</h3>
            { for world.into_iter().map(field) }
            <h3 class="lab">{ words::RUN.get(lang) }</h3>
            <SeedField seed={session.seed()} {lang} on={props.on.clone()} />
            <div class="ends">
                <button type="button" class="btn" onclick={start_over}>{ icon(Icon::Restart) }{ words::START_OVER.get(lang) }</button>
                <p class="q">{ words::START_OVER_HELP.get(lang) }</p>
            </div>
        </Sheet>
    }
}

/// What one field is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct FieldProps {
    /// The setting.
    pub setting: Setting,
    /// Its value.
    pub value: SettingValue,
    /// The language.
    pub lang: Lang,
    /// Where a new value goes: the key, and the value as text.
    pub on: Callback<(&'static str, String)>,
}

/// One setting: its name, its control, its help, and what is wrong with what was typed.
#[component]
pub(super) fn Field(props: &FieldProps) -> Html {
    let wrong = use_state(|| None::<String>);
    let FieldProps { setting, value, lang, .. } = props;
    let id = format!("set-{}", setting.key);
    let help_id = format!("{id}-help");
    let write = {
        let (wrong, on, setting, lang) = (wrong.clone(), props.on.clone(), *setting, *lang);
        Callback::from(move |typed: Typed| {
            match typed.text(&setting).filter(|text| setting.read(text).is_some()) {
                Some(text) => {
                    wrong.set(None);
                    on.emit((setting.key, text));
                }
                None => wrong.set(Some(expected(&setting, lang))),
            }
        })
    };
    let is_wrong = wrong.is_some();
    html! {
        <div class={classes!("setting", is_wrong.then_some("wrong"))}>
            <label for={id.clone()}>{ setting.title.get(*lang) }</label>
            { control(setting, *value, &id, &help_id, is_wrong, *lang, &write) }
            <p class="help" id={help_id} role={is_wrong.then_some("alert")}>
                { wrong.as_deref().unwrap_or(setting.help.get(*lang)) }
            </p>
        </div>
    }
}

/// What was typed or chosen, before it is read.
enum Typed {
    One(String),
    Both(String, String),
    Word(&'static str),
}

impl Typed {
    /// The text that a run would hold; none where what was typed is no number of this unit.
    fn text(&self, setting: &Setting) -> Option<String> {
        let decimals = decimals(setting.unit);
        match self {
            Self::Word(word) => Some((*word).to_owned()),
            Self::One(number) => read_scaled(number, decimals).map(|number| number.to_string()),
            Self::Both(low, high) => {
                Some(format!("{}-{}", read_scaled(low, decimals)?, read_scaled(high, decimals)?))
            }
        }
    }
}

/// How many decimals the shown unit has more than the kept one: milliseconds for microseconds, per cent for millionths.
const fn decimals(unit: Unit) -> u32 {
    match unit {
        Unit::Count => 0,
        Unit::Micros => 3,
        Unit::Ppm => 4,
    }
}

const fn sign(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "",
        Unit::Micros => "ms",
        Unit::Ppm => "%",
    }
}

fn shown(number: u64, unit: Unit) -> String {
    scaled(number, decimals(unit))
}

/// What is expected, in the unit on screen.
fn expected(setting: &Setting, lang: Lang) -> String {
    let unit = setting.unit;
    let bounds =
        |min, max| [("min", shown(min, unit)), ("max", shown(max, unit)), ("unit", sign(unit).to_owned())];
    let say = |text: faultscope_labs::Text, bounds: [(&str, String); 3]| {
        let facts: Vec<(&str, &str)> = bounds.iter().map(|(name, value)| (*name, value.as_str())).collect();
        text.fill(lang, &facts).replace(" .", ".").replace(" 。", "。")
    };
    match setting.kind {
        SettingKind::Number { min, max, .. } => say(words::EXPECTED_NUMBER, bounds(min, max)),
        SettingKind::Range { min, max, .. } => say(words::EXPECTED_RANGE, bounds(min, max)),
        SettingKind::Choice { .. } => setting.expected(),
    }
}

fn control(
    setting: &Setting,
    value: SettingValue,
    id: &str,
    help_id: &str,
    is_wrong: bool,
    lang: Lang,
    write: &Callback<Typed>,
) -> Html {
    let unit = setting.unit;
    let id = id.to_owned();
    let number = |id: Option<String>, label: Option<&'static str>, value: u64, onchange: Callback<Event>| {
        html! {
            <input class="field num" {id} aria-label={label} type="text" inputmode="decimal" autocomplete="off"
                value={shown(value, unit)} {onchange} aria-describedby={help_id.to_owned()}
                aria-invalid={is_wrong.then_some("true")} />
        }
    };
    match (setting.kind, value) {
        (SettingKind::Number { min, max, .. }, SettingValue::Number(now)) => {
            let slider = slider_step(min, max, unit).map(|step| {
                let oninput = typed_one(write);
                let label = setting.title.get(lang);
                html! {
                    <input class="slide" type="range" min={shown(min, unit)} max={shown(max, unit)} {step}
                        value={shown(now, unit)} onchange={oninput} aria-label={label} />
                }
            });
            html! {
                <div class="control">{ slider }{ number(Some(id), None, now, typed_one(write)) }<span class="unit">{ sign(unit) }</span></div>
            }
        }
        (SettingKind::Range { .. }, SettingValue::Range(low, high)) => {
            let (of_low, of_high) = (write.clone(), write.clone());
            let low_in = value_of(move |text| of_low.emit(Typed::Both(text, shown(high, unit))));
            let high_in = value_of(move |text| of_high.emit(Typed::Both(shown(low, unit), text)));
            html! {
                <div class="control">
                    { number(Some(id), None, low, low_in) }
                    <span class="unit">{ "–" }</span>
                    { number(None, Some(words::UP_TO.get(lang)), high, high_in) }
                    <span class="unit">{ sign(unit) }</span>
                </div>
            }
        }
        (SettingKind::Choice { options }, SettingValue::Choice(place, _)) => {
            let write = write.clone();
            let onchange = Callback::from(move |event: Event| {
                let picked = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
                if let Some((word, _)) = options.iter().find(|(word, _)| picked.as_deref() == Some(*word)) {
                    write.emit(Typed::Word(word));
                }
            });
            let option = |(at, (word, title)): (usize, &(&'static str, faultscope_labs::Text))| {
                html! { <option value={*word} selected={at == place}>{ title.get(lang) }</option> }
            };
            html! {
                <div class="control">
                    <select class="field" {id} {onchange} aria-describedby={help_id.to_owned()}>
                        { for options.iter().enumerate().map(option) }
                    </select>
                </div>
            }
        }
        // The session reads every value with its own schema, so kinds always agree.
        _ => html! {},
    }
}

/// The step of a slider in the shown unit; none where a slider would be too coarse to be of use.
fn slider_step(min: u64, max: u64, unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::Ppm => Some("0.5"),
        Unit::Count if max.saturating_sub(min) <= SLIDER_VALUES => Some("1"),
        _ => None,
    }
}

fn typed_one(write: &Callback<Typed>) -> Callback<Event> {
    let write = write.clone();
    value_of(move |text| write.emit(Typed::One(text)))
}

fn value_of(take: impl Fn(String) + 'static) -> Callback<Event> {
    Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            take(input.value());
        }
    })
}

/// What the seed's field is given.
#[derive(Clone, PartialEq, Properties)]
struct SeedProps {
    seed: u64,
    lang: Lang,
    on: Callback<Intent>,
}

/// The seed, and another one.
#[component]
fn SeedField(props: &SeedProps) -> Html {
    let is_wrong = use_state(|| false);
    let lang = props.lang;
    let onchange = {
        let (is_wrong, on) = (is_wrong.clone(), props.on.clone());
        value_of(move |text| {
            let seed = read_scaled(&text, 0);
            is_wrong.set(seed.is_none());
            if let Some(seed) = seed {
                on.emit(Intent::Seed(seed));
            }
        })
    };
    let another = {
        let seed = props.seed;
        props.on.reform(move |_: MouseEvent| Intent::Seed(another_seed(seed)))
    };
    let help = if *is_wrong { words::EXPECTED_SEED } else { words::SEED_HELP };
    html! {
        <div class={classes!("setting", is_wrong.then_some("wrong"))}>
            <label for="set-seed">{ words::SEED.get(lang) }</label>
            <div class="control">
                <input class="field num" id="set-seed" type="text" inputmode="numeric" autocomplete="off"
                    value={props.seed.to_string()} {onchange} aria-describedby="set-seed-help"
                    aria-invalid={is_wrong.then_some("true")} />
                <button type="button" class="btn" onclick={another}>{ icon(Icon::Seed) }{ words::ANOTHER_SEED.get(lang) }</button>
            </div>
            <p class="help" id="set-seed-help" role={is_wrong.then_some("alert")}>{ help.get(lang) }</p>
        </div>
    }
}

/// The next seed: one on, so that two people who try one after the other see the same.
const fn another_seed(seed: u64) -> u64 {
    if seed >= u32::MAX as u64 { 1 } else { seed + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::Text;

    const LATENCY: Setting = Setting {
        key: "latency_us",
        title: Text::new("Latency", "延迟"),
        help: Text::new("", ""),
        unit: Unit::Micros,
        kind: SettingKind::Range { min: 0, max: 10_000_000, default: (1_000, 2_000) },
    };

    #[test]
    fn milliseconds_become_the_text_of_a_run() {
        let text = |low: &str, high: &str| Typed::Both(low.to_owned(), high.to_owned()).text(&LATENCY);
        assert_eq!(text("1.5", "20").as_deref(), Some("1500-20000"));
        assert_eq!(text("1.5", "soon"), None);
    }

    #[test]
    fn what_is_expected_is_said_in_the_unit_on_screen() {
        for lang in Lang::ALL {
            let told = expected(&LATENCY, lang);
            assert!(told.contains("10000 ms"), "{told}");
        }
        let count = Setting {
            unit: Unit::Count,
            kind: SettingKind::Number { min: 1, max: 9, default: 5 },
            ..LATENCY
        };
        assert_eq!(expected(&count, Lang::En), "Expected a number from 1 to 9.");
    }

    #[test]
    fn another_seed_is_another_seed() {
        for seed in [0, 1, 42, u64::from(u32::MAX), u64::MAX] {
            assert_ne!(another_seed(seed), seed);
        }
    }
}
