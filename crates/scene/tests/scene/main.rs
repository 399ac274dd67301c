//! Tests of the crate from outside: golden pictures, properties over drawn scenes, and the page's tokens.

mod draw;
mod golden;
mod properties;
mod tokens;
mod xml;
