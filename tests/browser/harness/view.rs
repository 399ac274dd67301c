//! How a reader sits before the page: window, theme, language, fingers.

/// Light or dark, as the reader's system prefers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// Dark letters on paper.
    Light,
    /// Light letters on black.
    Dark,
}

/// The language that the reader's browser asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

/// How a reader sits before the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Width of the window in CSS pixels.
    pub(crate) width: u32,
    /// Height of the window in CSS pixels.
    pub(crate) height: u32,
    /// Device pixels for one CSS pixel.
    pub(crate) scale: u32,
    /// Preferred theme.
    pub(crate) theme: Theme,
    /// Preferred language.
    pub(crate) language: Language,
    /// Fingers instead of a mouse.
    pub(crate) touch: bool,
    /// Whether the reader asked for little motion.
    pub(crate) reduced_motion: bool,
}

impl View {
    /// A window on a desk: 1280 by 800, light, English, mouse.
    pub(crate) const DESKTOP: Self = Self {
        width: 1280,
        height: 800,
        scale: 1,
        theme: Theme::Light,
        language: Language::English,
        touch: false,
        reduced_motion: false,
    };

    /// A phone held upright: 390 by 844, light, English, fingers.
    pub(crate) const PHONE: Self = Self { width: 390, height: 844, scale: 2, touch: true, ..Self::DESKTOP };
}

impl Theme {
    /// Both themes.
    pub(crate) const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// The word of the style sheet language.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Language {
    /// Both languages.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The short tag of the language.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }

    /// What the browser asks a host for, the most wanted first.
    pub(crate) fn accepted(self) -> &'static str {
        match self {
            Self::English => "en-US,en",
            Self::Chinese => "zh-CN,zh",
        }
    }
}
