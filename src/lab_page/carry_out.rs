//! What the lab page does with wishes, keys and gestures. Every function returns whether the page is to be drawn anew.

use faultscope_labs::sim::Action;
use faultscope_labs::{Lang, OpenError, Session, Stop, Versus};
use gloo::render::request_animation_frame;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::{LabPage, Msg, PANELS_LATER_MS};
use crate::handle::Handle;
use crate::intent::{BranchDeed, Intent, Overlay, Selection, Tool};
use crate::keys::Key;
use crate::panels::{self, pane_words};
use crate::reopen::{self, Reopened};
use crate::stage::canvas::selection_of;
use crate::stage::{Outcome, StageCanvas};
use crate::{acts, panes, play, transport, words};

/// The most steps that a run to the next message, note, decision or broken property looks at.
const RUN_TO_STEPS: u64 = 100_000;

impl LabPage {
    /// Carries out a wish.
    pub(super) fn carry_out(&mut self, ctx: &Context<Self>, intent: Intent) -> bool {
        let lang = ctx.props().lang;
        self.nudged = None;
        match intent {
            Intent::TogglePlay if self.is_playing => return self.pause(ctx),
            Intent::TogglePlay => self.play(ctx),
            Intent::Pause => return self.pause(ctx),
            Intent::StepForward => {
                let was_there = self.handle.write(Session::step_forward);
                let word = (!was_there).then(|| words::NOTHING_LEFT.get(lang).to_owned());
                return self.moved(ctx, word);
            }
            Intent::StepBack => {
                self.handle.write(Session::step_back);
                return self.moved(ctx, None);
            }
            Intent::SeekStep(step) => {
                self.handle.write(|session| session.seek_step(step));
                return self.moved(ctx, None);
            }
            Intent::SeekTime(at_us) => return self.scrub(ctx, at_us),
            Intent::RunTo(stop) => return self.run_to(ctx, stop),
            Intent::BackTo(stop) => {
                let was_found = self.handle.write(|session| session.run_back(stop));
                let notice = (!was_found).then(|| words::NOTHING_BEFORE.get(lang).to_owned());
                return self.moved(ctx, notice);
            }
            Intent::RunUntil(place) => return self.run_until(ctx, &place),
            Intent::Storm(storm) => {
                let count = self.handle.write(|session| session.let_storm(&storm));
                self.notice = (count == 0).then(|| words::NO_STORM.get(lang).to_owned());
                return self.after_change(ctx);
            }
            Intent::Branch(deed) => return self.do_with_branch(ctx, &deed),
            Intent::Speed(speed) => self.speed = play::clamp(speed),
            Intent::Act(action) => return self.act(ctx, action),
            Intent::Undo => {
                let was_undone = self.change_actions(ctx, Session::undo);
                if let Some(second) = self.second.borrow_mut().as_mut().filter(|_| was_undone) {
                    second.undo();
                }
                return was_undone;
            }
            Intent::Redo => return self.change_actions(ctx, Session::redo),
            Intent::Select(selection) => self.selection = selection,
            Intent::PutBack(node) => return self.put_back(ctx, node),
            Intent::Tool(tool) => self.take(tool),
            Intent::Variant(id) => {
                let reopened = reopen::with_variant(&self.handle.read(), id);
                return self.reopen(ctx, reopened);
            }
            Intent::Setting(key, value) => {
                let reopened = reopen::with_setting(&self.handle.read(), key, &value);
                return self.reopen(ctx, reopened);
            }
            Intent::Seed(seed) => {
                let reopened = reopen::with_seed(&self.handle.read(), seed);
                return self.reopen(ctx, reopened);
            }
            Intent::StartOver => {
                let reopened = reopen::without_actions(&self.handle.read());
                return self.reopen(ctx, reopened);
            }
            Intent::Title(_) => {
                ctx.props().on.emit(intent);
                return false;
            }
            Intent::Open(_) | Intent::Lang(_) | Intent::Theme(_) => ctx.props().on.emit(intent),
            Intent::Lanes => self.note_panels(ctx),
            Intent::Overlay(overlay) => {
                self.overlay = overlay;
                self.note_panels(ctx);
            }
            Intent::Tab(tab) => {
                self.tab = tab;
                self.note_panels(ctx);
            }
            Intent::Spot(nodes) => self.spot = nodes,
            Intent::Fold(pane) => {
                panes::fold(pane);
                self.touch();
            }
            Intent::Versus(versus) => {
                self.overlay = None;
                self.handle.write(|session| session.set_versus(versus));
                self.notice = None;
                self.open_second(lang);
                self.note_panels(ctx);
                self.touch();
            }
        }
        true
    }

    fn pause(&mut self, ctx: &Context<Self>) -> bool {
        let was_playing = self.is_playing;
        self.stand();
        if was_playing {
            self.narrator.sum_up(&self.handle.read(), ctx.props().lang);
            self.note_change(ctx);
            self.touch();
        }
        was_playing
    }

    /// The cursor was moved by hand: the run stands, and is told.
    fn moved(&mut self, ctx: &Context<Self>, notice: Option<String>) -> bool {
        self.stand();
        self.notice = notice;
        self.say_step(ctx.props().lang);
        self.note_change(ctx);
        self.touch();
        true
    }

    /// The cursor follows a finger: the picture at once, the panels a little later.
    fn scrub(&mut self, ctx: &Context<Self>, at_us: u64) -> bool {
        self.stand();
        self.chase(ctx, at_us)
    }

    /// Brings the cursor to a time, playing on where the run ends: a part for each frame.
    pub(super) fn chase(&mut self, ctx: &Context<Self>, at_us: u64) -> bool {
        let is_there = self.handle.write(|session| {
            if at_us > session.end_us() {
                return session.advance(at_us, play::FRAME_STEPS);
            }
            session.seek_time(at_us);
            true
        });
        let link = ctx.link().clone();
        self.chasing =
            (!is_there).then(|| request_animation_frame(move |_| link.send_message(Msg::Chase(at_us))));
        self.note_change(ctx);
        self.paint(ctx);
        if self.panels_later.is_none() {
            let link = ctx.link().clone();
            let later = Timeout::new(PANELS_LATER_MS, move || link.send_message(Msg::PanelsDue));
            self.panels_later = Some(later);
        }
        false
    }

    fn run_to(&mut self, ctx: &Context<Self>, stop: Stop) -> bool {
        let lang = ctx.props().lang;
        let was_found = self.handle.write(|session| session.run_to(stop, RUN_TO_STEPS));
        let notice = (!was_found).then(|| {
            let what = transport::stop_words(stop, lang);
            let steps = crate::format::thousands(RUN_TO_STEPS);
            words::NOT_FOUND.fill(lang, &[("what", &what), ("steps", &steps)])
        });
        self.moved(ctx, notice)
    }

    /// Runs until a place said in words. What is played in vain must not stretch the run on screen.
    fn run_until(&mut self, ctx: &Context<Self>, text: &str) -> bool {
        let lang = ctx.props().lang;
        let mut scout = self.handle.read().fork();
        let notice = match scout.place(text).map(|place| scout.run_until(&place, RUN_TO_STEPS)) {
            Ok(true) => {
                self.handle.write(|session| *session = scout);
                None
            }
            Ok(false) => {
                let steps = crate::format::thousands(RUN_TO_STEPS);
                Some(words::NOT_FOUND.fill(lang, &[("what", text), ("steps", &steps)]))
            }
            Err(error) => Some(error.message(lang)),
        };
        self.moved(ctx, notice)
    }

    fn do_with_branch(&mut self, ctx: &Context<Self>, deed: &BranchDeed) -> bool {
        self.handle.write(|session| match deed {
            BranchDeed::Switch(id) => session.switch(*id),
            BranchDeed::Rename(id, name) => session.rename(*id, name),
            BranchDeed::Delete(id) => session.delete(*id),
        });
        self.stand();
        self.after_change(ctx)
    }

    /// Does something to the world. A run that plays goes on playing.
    fn act(&mut self, ctx: &Context<Self>, action: Action) -> bool {
        let lang = ctx.props().lang;
        self.spot.clear();
        let did = self.handle.write(|session| session.act(action.clone()));
        match did {
            Ok(()) => self.notice = self.act_on_second(action, lang).or_else(|| self.news(lang)),
            Err(refusal) => self.notice = Some(refused(&refusal, lang)),
        }
        self.after_change(ctx)
    }

    /// Does the same to the second run of a comparison. Returns why it does not fit there, if it does not.
    fn act_on_second(&self, action: Action, lang: Lang) -> Option<String> {
        let mut second = self.second.borrow_mut();
        let second = second.as_mut()?;
        let refused = second.act(action).err().map(|error| error.message(lang));
        self.handle.write(|session| session.set_versus(Some(second.versus())));
        let name = second.pair(&self.handle.read(), lang).names[1].clone();
        refused.map(|what| pane_words::DOES_NOT_FIT.fill(lang, &[("second", &name), ("what", &what)]))
    }

    fn change_actions(&mut self, ctx: &Context<Self>, change: impl FnOnce(&mut Session) -> bool) -> bool {
        if !self.handle.write(change) {
            return false;
        }
        self.notice = None;
        self.after_change(ctx)
    }

    fn after_change(&mut self, ctx: &Context<Self>) -> bool {
        self.lively_at = None;
        self.quiet_frames = 0;
        if !self.is_playing {
            self.say_step(ctx.props().lang);
        }
        self.note_change(ctx);
        self.touch();
        true
    }

    fn take(&mut self, tool: Option<Tool>) {
        self.tool = tool;
        self.tool_in_hand.set(tool);
    }

    /// Shows a run that was opened anew, or says why it was not.
    fn reopen(&mut self, ctx: &Context<Self>, reopened: Result<Reopened, OpenError>) -> bool {
        let lang = ctx.props().lang;
        match reopened {
            Ok(Reopened { mut session, left_out }) => {
                // What it was compared with stays, unless it would be compared with itself.
                let versus = self.handle.read().versus().cloned();
                let own = Versus::Variant(session.variant().about().id.to_owned());
                session.set_versus(versus.filter(|versus| *versus != own));
                let is_whole = left_out.is_empty();
                let what = left_out.join(" ");
                self.notice = (!is_whole).then(|| words::LEFT_OUT.fill(lang, &[("what", &what)]));
                ctx.props().show.emit(Handle::new(session));
            }
            Err(refusal) => self.notice = Some(refused(&refusal, lang)),
        }
        true
    }

    /// What a key does: a wish of its own, or a tool for the next thing that is touched.
    pub(super) fn press(&mut self, ctx: &Context<Self>, key: Key) -> bool {
        let intent = match key {
            Key::Play => Intent::TogglePlay,
            Key::StepBack => Intent::StepBack,
            Key::StepForward => Intent::StepForward,
            Key::Start => Intent::SeekStep(0),
            Key::End => Intent::SeekStep(self.handle.read().len()),
            Key::Slower => Intent::Speed(self.speed - play::SPEED_STEP),
            Key::Faster => Intent::Speed(self.speed + play::SPEED_STEP),
            Key::Crash => self.act_or_take(Tool::Crash),
            Key::Pause => self.act_or_take(Tool::Pause),
            Key::Drop => self.act_or_take(Tool::Drop),
            Key::Cut => self.take_or_put_down(Tool::Cut),
            Key::Select => Intent::Tool(None),
            Key::Heal => Intent::Act(Action::Heal),
            Key::Faults => self.open_or_close(Overlay::Faults),
            Key::Branches => self.open_or_close(Overlay::Branches),
            Key::Until => self.open_or_close(Overlay::Until),
            Key::Search => self.open_or_close(Overlay::Search),
            Key::Compare => self.open_or_close(Overlay::Compare),
            Key::NodeStepBack => self.step_of_node(Intent::BackTo),
            Key::NodeStepOn => self.step_of_node(Intent::RunTo),
            Key::Experiments => self.open_or_close(Overlay::Experiments(0)),
            Key::Undo => Intent::Undo,
            Key::Redo => Intent::Redo,
            Key::NextNode => self.select_neighbour(true),
            Key::NodeBefore => self.select_neighbour(false),
            Key::NextMessage => self.select_message(true),
            Key::MessageBefore => self.select_message(false),
            Key::Actions if self.selection == Selection::Nothing => return false,
            Key::Actions => self.open_or_close(Overlay::Actions),
            Key::Move(right, down) => return self.nudge(ctx, right, down),
            Key::PutBack => Intent::PutBack(self.selected_node()),
            Key::PutAllBack => Intent::PutBack(None),
            Key::Help => self.open_or_close(Overlay::Keys),
            Key::Escape => self.way_out(),
        };
        self.carry_out(ctx, intent)
    }

    /// Acts on what is picked up; where nothing fitting is, the tool is taken in hand.
    fn act_or_take(&self, tool: Tool) -> Intent {
        match acts::use_tool(tool, self.handle.read().world(), self.selection) {
            Some(action) => Intent::Act(action),
            None => self.take_or_put_down(tool),
        }
    }

    /// To the step of the inspected node before or after the cursor.
    fn step_of_node(&self, way: impl FnOnce(Stop) -> Intent) -> Intent {
        let node = panels::shown_node(&self.handle.read(), self.selection);
        node.map_or(Intent::Pause, |node| way(Stop::StepAt(node)))
    }

    fn take_or_put_down(&self, tool: Tool) -> Intent {
        Intent::Tool(Some(tool).filter(|_| self.tool != Some(tool)))
    }

    fn select_neighbour(&self, forward: bool) -> Intent {
        let node = acts::neighbour(&self.handle.read(), self.selection, forward);
        Intent::Select(node.map_or(Selection::Nothing, Selection::Node))
    }

    fn select_message(&self, forward: bool) -> Intent {
        let message = acts::message_beside(self.handle.read().world(), self.selection, forward);
        Intent::Select(message.map_or(Selection::Nothing, Selection::Message))
    }

    fn open_or_close(&self, overlay: Overlay) -> Intent {
        Intent::Overlay(Some(overlay).filter(|_| self.overlay != Some(overlay)))
    }

    /// What Escape closes: what lies on top, then the tool, then the selection.
    fn way_out(&self) -> Intent {
        match (self.overlay, self.tool) {
            (Some(_), _) => Intent::Overlay(None),
            (None, Some(_)) => Intent::Tool(None),
            (None, None) => Intent::Select(Selection::Nothing),
        }
    }

    /// What a gesture on the stage means, by the tool in hand.
    pub(super) fn on_pointer(&mut self, ctx: &Context<Self>, outcome: Outcome) -> bool {
        let canvas = self.canvas.clone();
        self.gestured(ctx, outcome, &canvas, true)
    }

    /// What a gesture on one of two stages means. Messages are picked up on the first.
    pub(super) fn gestured(
        &mut self,
        ctx: &Context<Self>,
        outcome: Outcome,
        canvas: &StageCanvas,
        is_first: bool,
    ) -> bool {
        match outcome {
            Outcome::Nothing => false,
            Outcome::Line | Outcome::Move(..) => {
                self.paint(ctx);
                false
            }
            Outcome::Dropped => self.drop_dragged(ctx, canvas),
            Outcome::Tap(subject) => {
                let touched = selection_of(subject).unwrap_or_default();
                let is_meant = is_first || !matches!(touched, Selection::Message(_));
                is_meant && self.tap(ctx, touched)
            }
            Outcome::Cut(from, to) => match acts::cut_along(from, to, &canvas.node_places()) {
                Some(action) => {
                    self.take(None);
                    self.act(ctx, action)
                }
                None => {
                    self.notice = Some(words::EMPTY_CUT.get(ctx.props().lang).to_owned());
                    true
                }
            },
        }
    }

    fn tap(&mut self, ctx: &Context<Self>, touched: Selection) -> bool {
        let action = self.tool.and_then(|tool| acts::use_tool(tool, self.handle.read().world(), touched));
        if let Some(action) = action {
            // A tool is for the next thing that is touched.
            self.take(None);
            return self.act(ctx, action);
        }
        let is_again = touched == self.selection && touched != Selection::Nothing;
        if is_again && self.class == faultscope_labs::stage::Class::Phone {
            self.overlay = Some(Overlay::Actions);
        }
        self.selection = touched;
        true
    }
}

fn refused(refusal: &OpenError, lang: Lang) -> String {
    format!("{}: {}", words::CANNOT_DO.get(lang), refusal.message(lang))
}
