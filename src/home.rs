//! The home page: the labs by family, and a door for a run that someone has.

use faultscope_labs::Lang;
use yew::prelude::*;

use crate::intent::{Intent, ThemeChoice};

/// What the home page is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HomeProps {
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: ThemeChoice,
    /// Where wishes go.
    pub on: Callback<Intent>,
}

/// See the module.
#[component]
pub(crate) fn Home(props: &HomeProps) -> Html {
    let _ = props;
    html! {}
}
