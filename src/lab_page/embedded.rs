//! The lab page as a frame in somebody's page, below its stage: how to play, the story, and the way to the whole page.

use faultscope_labs::stage::Class;
use yew::prelude::*;

use super::LabPage;
use crate::embed;
use crate::intent::Intent;
use crate::panels::StoryPanel;
use crate::transport::{DockRow, Transport};

impl LabPage {
    /// What stands below the stage.
    pub(super) fn embedded(&self, ctx: &Context<Self>, on: &Callback<Intent>) -> Html {
        let lang = ctx.props().lang;
        let (handle, selection) = (self.handle.clone(), self.selection);
        let (is_playing, speed, live) = (self.is_playing, self.speed, self.live.clone());
        let linked = self.handle.clone();
        html! {
            <>
                if self.class == Class::Phone {
                    <div class="dock">
                        { self.strip(lang, on) }
                        <DockRow {lang} {is_playing} {speed} {live} on={on.clone()} />
                    </div>
                } else {
                    <div class="time">
                        <Transport {lang} {is_playing} {speed} {live} on={on.clone()} />
                        { self.strip(lang, on) }
                    </div>
                }
                <div class="story">
                    <StoryPanel {handle} {lang} {selection} on={on.clone()} />
                </div>
                { embed::way_out(move || linked.read().link(), lang) }
            </>
        }
    }
}
