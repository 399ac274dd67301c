//! Where everything stands on the lab page: one grid on a desk, one on a tablet, and a page with tabs on a phone. The
//! style sheet places the parts; here is only which parts there are.

use faultscope_labs::stage::Class;
use faultscope_labs::{Lang, Text};
use yew::prelude::*;

use super::{LabPage, Msg};
use crate::embed;
use crate::focus;
use crate::intent::{Intent, Overlay, Selection, Tab};
use crate::panels::{
    ActionsCard, BesideCard, BranchSheet, CompareSheet, EventLog, ExperimentSheet, FaultBar, FaultSheet,
    Inspector, KeysSheet, Pair, PanelProps, Rules, SearchSheet, SettingsSheet, ShareSheet, StatisticsPanel,
    StoryPanel, UntilSheet, VariantsSheet, Verdicts, costs, pane_words,
};
use crate::panes::{Pane, splitter};
use crate::spacetime::SpaceTime;
use crate::stage::{Legend, StageList, spotlight};
use crate::timeline::{Timeline, second_row};
use crate::top_bar::TopBar;
use crate::transport::{DockRow, TimePanel, Transport};
use crate::words;

const TABS: [(Tab, Text); 5] = [
    (Tab::Story, words::TAB_STORY),
    (Tab::Inspect, words::TAB_INSPECT),
    (Tab::Verdicts, words::TAB_VERDICTS),
    (Tab::Log, words::TAB_LOG),
    (Tab::Time, words::TAB_TIME),
];

impl LabPage {
    /// The whole page.
    pub(super) fn lay_out(&self, ctx: &Context<Self>) -> Html {
        let on = ctx.link().callback(Msg::Do);
        let (lang, theme) = (ctx.props().lang, ctx.props().theme);
        let session = self.handle.read();
        let pair = self.second.borrow_mut().as_mut().map(|second| {
            // What stands beside the stages is of the same step as they are.
            second.keep_up(&session);
            second.look_where_they_part(&session);
            second.pair(&session, lang)
        });
        html! {
            <div class="app" data-lab={session.lab().id} data-variant={session.variant().about().id}
                data-step={session.step().to_string()} data-now-us={session.now_us().to_string()}
                data-playing={self.is_playing.to_string()}>
                if !embed::is_on() {
                    <TopBar handle={Some(self.handle.clone())} {lang} {theme} on={on.clone()} />
                }
                { ctx.props().problem.clone() }
                { self.notice(ctx) }
                <main class={classes!("frame", pair.is_some().then_some("comparing"))} data-tab={tab_name(self.tab)}>
                    { self.stage(pair.as_ref(), lang, &on) }
                    if embed::is_on() {
                        { self.embedded(ctx, &on) }
                    } else if let Some(pair) = &pair {
                        { self.comparing(pair, lang, &on) }
                    } else if self.class == Class::Phone {
                        { self.phone(ctx, &on) }
                    } else {
                        { self.wide(ctx, &on) }
                    }
                </main>
                { self.overlay(lang, &on) }
                <p class="hid" id="said" aria-live="polite">
                    { self.narrator.said() }{ " " }{ self.notice.clone() }
                </p>
            </div>
        }
    }

    fn notice(&self, ctx: &Context<Self>) -> Html {
        let Some(notice) = &self.notice else { return Html::default() };
        let onclick = ctx.link().callback(|_: MouseEvent| Msg::Dismiss);
        html! {
            // The live region says it: one that comes with its words is often not heard.
            <div class="notice">
                <span>{ notice }</span>
                <button type="button" {onclick}>{ words::DISMISS.get(ctx.props().lang) }</button>
            </div>
        }
    }

    fn stage(&self, pair: Option<&Pair>, lang: Lang, on: &Callback<Intent>) -> Html {
        let (handle, selection) = (self.handle.clone(), self.selection);
        let label = self.handle.read().lab().title.get(lang);
        html! {
            <section class={classes!("stage", pair.is_some().then_some("duo"))} aria-label={words::STAGE.get(lang)} data-tool={self.tool.map(tool_name)}>
                <FaultBar handle={handle.clone()} {lang} {selection} tool={self.tool} on={on.clone()} />
                <canvas class="stage-canvas" ref={self.canvas.node.clone()} role="img"
                    aria-label={words::PICTURE.fill(lang, &[("label", label)])} />
                <p class="note unpainted-note">{ words::UNPAINTED.get(lang) }</p>
                { self.card_beside(lang, on) }
                { self.second_stage(pair, label, lang) }
                if !self.spot.is_empty() && pair.is_none() { { spotlight::veil(&self.veil) } }
                <Legend lab={self.handle.read().lab()} {lang} />
                <StageList {handle} {lang} {selection} on={on.clone()} />
            </section>
        }
    }

    /// The card beside what is picked up, where there is room for it and nothing lies over the page.
    fn card_beside(&self, lang: Lang, on: &Callback<Intent>) -> Html {
        if self.class == Class::Phone || self.selection == Selection::Nothing {
            return Html::default();
        }
        let (handle, selection, on) = (self.handle.clone(), self.selection, on.clone());
        let node = self.canvas.beside.node.clone();
        match self.overlay {
            None => html! { <BesideCard panel={PanelProps { handle, lang, selection, on }} {node} /> },
            // Asked for with a key: the same as a sheet, which takes the focus and gives it back.
            Some(Overlay::Actions) => html! {
                <div class="beside" ref={node}><ActionsCard {handle} {lang} {selection} {on} /></div>
            },
            Some(_) => Html::default(),
        }
    }

    /// The second stage of a comparison, and the names of both.
    fn second_stage(&self, pair: Option<&Pair>, label: &str, lang: Lang) -> Html {
        let second = self.second.borrow();
        let (Some(pair), Some(second)) = (pair, second.as_ref()) else { return Html::default() };
        let label = pane_words::SECOND_PICTURE.fill(lang, &[("label", label)]);
        html! {
            <>
                <canvas class="stage-canvas other" ref={second.canvas.node.clone()} role="img" aria-label={label} />
                { for pair.names.iter().zip(["one", "two"]).map(|(name, class)| html! { <p class={classes!("name", class)}>{ name }</p> }) }
            </>
        }
    }

    /// What stands around the two stages of a comparison.
    fn comparing(&self, pair: &Pair, lang: Lang, on: &Callback<Intent>) -> Html {
        let second = self.second.borrow();
        let Some(second) = second.as_ref() else { return Html::default() };
        let (is_playing, speed, live) = (self.is_playing, self.speed, self.live.clone());
        let (ours, theirs) = (self.handle.read(), second.handle.read());
        let row = second_row(&ours, &theirs, &pair.names[1], pair.parted, self.class, self.strip_width, lang);
        let costs = costs(&ours, &theirs, pair, lang, on);
        let strip = html! { <>{ self.strip(lang, on) }{ row }</> };
        if self.class == Class::Phone {
            return html! {
                <>
                    <div class="panel"><div class="side">{ costs }</div></div>
                    <div class="dock">{ strip }<DockRow {lang} {is_playing} {speed} {live} on={on.clone()} /></div>
                </>
            };
        }
        html! {
            <>
                <div class="side">{ costs }</div>
                { splitter(Pane::Side, lang) }
                <div class="time"><Transport {lang} {is_playing} {speed} {live} on={on.clone()} />{ strip }</div>
            </>
        }
    }

    fn wide(&self, ctx: &Context<Self>, on: &Callback<Intent>) -> Html {
        let lang = ctx.props().lang;
        let (handle, selection) = (self.handle.clone(), self.selection);
        html! {
            <>
                <div class="story">
                    <StoryPanel handle={handle.clone()} {lang} {selection} on={on.clone()} />
                </div>
                <div class="side">
                    <Inspector handle={handle.clone()} {lang} {selection} on={on.clone()} />
                    { splitter(Pane::Inspector, lang) }
                    <Verdicts handle={handle.clone()} {lang} {selection} on={on.clone()} />
                    { splitter(Pane::Verdicts, lang) }
                    <Rules handle={handle.clone()} {lang} {selection} on={on.clone()} />
                    { splitter(Pane::Rules, lang) }
                    <StatisticsPanel handle={handle.clone()} {lang} {selection} on={on.clone()} />
                    { splitter(Pane::Statistics, lang) }
                    <EventLog {handle} {lang} {selection} on={on.clone()} />
                </div>
                { splitter(Pane::Story, lang) }
                { splitter(Pane::Side, lang) }
                <div class="time">
                    <Transport {lang} is_playing={self.is_playing} speed={self.speed} live={self.live.clone()}
                        on={on.clone()} />
                    { self.strip(lang, on) }
                    { self.lanes(ctx, on) }
                </div>
                { splitter(Pane::Time, lang) }
            </>
        }
    }

    fn phone(&self, ctx: &Context<Self>, on: &Callback<Intent>) -> Html {
        let lang = ctx.props().lang;
        html! {
            <>
                <div class="tabs" role="tablist" aria-label={words::TABS.get(lang)} onkeydown={self.tab_arrows(on)}>
                    { for TABS.iter().map(|&(tab, title)| self.tab_key(tab, title.get(lang), on)) }
                </div>
                <div class="panel" role="tabpanel" id="panel" aria-labelledby={format!("tab-{}", tab_name(self.tab))}>
                    { self.panel(ctx, on) }
                </div>
                <div class="dock">
                    { self.strip(lang, on) }
                    <DockRow {lang} is_playing={self.is_playing} speed={self.speed} live={self.live.clone()}
                        on={on.clone()} />
                </div>
            </>
        }
    }

    pub(super) fn strip(&self, lang: Lang, on: &Callback<Intent>) -> Html {
        html! {
            <div class="strip" ref={self.strip.clone()}>
                <Timeline handle={self.handle.clone()} {lang} is_alone={self.second.borrow().is_some()} class={self.class} width={self.strip_width}
                    live={self.live.clone()} lens={self.lens.clone()} on={on.clone()} />
            </div>
        }
    }

    fn tab_key(&self, tab: Tab, title: &'static str, on: &Callback<Intent>) -> Html {
        let is_on = self.tab == tab;
        let onclick = on.reform(move |_: MouseEvent| Intent::Tab(tab));
        html! {
            <button type="button" role="tab" id={format!("tab-{}", tab_name(tab))} aria-controls="panel"
                aria-selected={is_on.to_string()} tabindex={if is_on { "0" } else { "-1" }} {onclick}>{ title }</button>
        }
    }

    /// Arrows lead from tab to tab, round and round, and the focus goes along.
    fn tab_arrows(&self, on: &Callback<Intent>) -> Callback<KeyboardEvent> {
        let on = on.clone();
        let here = TABS.iter().position(|(tab, _)| *tab == self.tab).unwrap_or_default();
        Callback::from(move |event: KeyboardEvent| {
            let place = match event.key().as_str() {
                "ArrowLeft" => here + TABS.len() - 1,
                "ArrowRight" => here + 1,
                "Home" => 0,
                "End" => TABS.len() - 1,
                _ => return,
            };
            let (tab, _) = TABS[place % TABS.len()];
            event.prevent_default();
            focus::on_id(&format!("tab-{}", tab_name(tab)));
            on.emit(Intent::Tab(tab));
        })
    }

    fn lanes(&self, ctx: &Context<Self>, on: &Callback<Intent>) -> Html {
        html! {
            <SpaceTime handle={self.handle.clone()} lang={ctx.props().lang} theme={ctx.props().painted}
                width={self.strip_width} is_playing={self.is_playing} selection={self.selection}
                lens={self.lens.clone()} on={on.clone()} />
        }
    }

    fn panel(&self, ctx: &Context<Self>, on: &Callback<Intent>) -> Html {
        let lang = ctx.props().lang;
        let (handle, selection, on) = (self.handle.clone(), self.selection, on.clone());
        match self.tab {
            Tab::Story => html! { <div class="story"><StoryPanel {handle} {lang} {selection} {on} /></div> },
            Tab::Inspect => html! { <div class="side"><Inspector {handle} {lang} {selection} {on} /></div> },
            Tab::Verdicts => html! {
                <div class="side">
                    <Verdicts handle={handle.clone()} {lang} {selection} on={on.clone()} />
                    <Rules handle={handle.clone()} {lang} {selection} on={on.clone()} />
                    <StatisticsPanel {handle} {lang} {selection} {on} />
                </div>
            },
            Tab::Log => html! { <div class="side"><EventLog {handle} {lang} {selection} {on} /></div> },
            Tab::Time => html! {
                <>
                    { self.lanes(ctx, &on) }
                    <TimePanel {lang} is_playing={self.is_playing} speed={self.speed} live={self.live.clone()} {on} />
                </>
            },
        }
    }

    fn overlay(&self, lang: Lang, on: &Callback<Intent>) -> Html {
        let (handle, selection, on) = (self.handle.clone(), self.selection, on.clone());
        match self.overlay {
            None => Html::default(),
            Some(Overlay::Settings) => html! { <SettingsSheet {handle} {lang} {selection} {on} /> },
            Some(Overlay::Faults) => html! { <FaultSheet {handle} {lang} {selection} {on} /> },
            Some(Overlay::Search) => html! { <SearchSheet {handle} {lang} {selection} {on} /> },
            Some(Overlay::Experiments(first)) => html! {
                <ExperimentSheet panel={PanelProps { handle, lang, selection, on }} {first} />
            },
            Some(Overlay::Compare) => html! { <CompareSheet {handle} {lang} {selection} {on} /> },
            Some(Overlay::Branches) => html! { <BranchSheet {handle} {lang} {selection} {on} /> },
            Some(Overlay::Until) => html! { <UntilSheet {handle} {lang} {selection} {on} /> },
            Some(Overlay::Keys) => html! { <KeysSheet {handle} {lang} {selection} {on} /> },
            Some(Overlay::Share) => html! { <ShareSheet {handle} {lang} {selection} {on} /> },
            Some(Overlay::Variants) => html! { <VariantsSheet {handle} {lang} {selection} {on} /> },
            Some(Overlay::Actions) if self.class != Class::Phone => Html::default(),
            Some(Overlay::Actions) => html! { <ActionsCard {handle} {lang} {selection} {on} /> },
        }
    }
}

/// The name of a tab in the style sheet.
fn tab_name(tab: Tab) -> &'static str {
    match tab {
        Tab::Story => "story",
        Tab::Inspect => "inspect",
        Tab::Verdicts => "verdicts",
        Tab::Log => "log",
        Tab::Time => "time",
    }
}

/// The name of a tool in the style sheet.
fn tool_name(tool: crate::intent::Tool) -> &'static str {
    use crate::intent::Tool;
    match tool {
        Tool::Cut => "cut",
        Tool::Crash => "crash",
        Tool::Pause => "pause",
        Tool::Drop => "drop",
    }
}
