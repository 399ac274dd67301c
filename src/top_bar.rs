//! The bar at the top of every screen.

use faultscope_labs::Lang;
use yew::prelude::*;

use crate::handle::Handle;
use crate::intent::{Intent, ThemeChoice};

/// What the bar is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TopBarProps {
    /// The run; none on the home page.
    #[prop_or_default]
    pub handle: Option<Handle>,
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: ThemeChoice,
    /// Where wishes go.
    pub on: Callback<Intent>,
}

/// See the module.
#[component]
pub(crate) fn TopBar(props: &TopBarProps) -> Html {
    let _ = props;
    html! {}
}
