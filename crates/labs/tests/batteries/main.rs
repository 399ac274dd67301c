//! Batteries: what every lab and variant in the catalogue must keep, with no code that knows one lab from another.
//!
//! `FAULTSCOPE_SEEDS` sets how many seeds of random faults each right variant must stand (40 if it is not set),
//! `FAULTSCOPE_LABS=raft,commit` keeps to these labs. A failure prints the text of the
//! run, which opens in the page and on the command line.

mod exports;
mod pictures;
mod proof;
mod runs;
mod statistics;
mod texts;
mod time;
mod words;

use faultscope_labs::check::{Faults, Trial};
use faultscope_labs::{LABS, Lab, Settings, Variant};

/// Every variant of every lab that is wanted. They are some, or all batteries would pass by doing nothing.
fn variants() -> Vec<(&'static Lab, &'static dyn Variant)> {
    let all: Vec<_> = (labs().into_iter())
        .flat_map(|lab| lab.variants.iter().map(move |variant| (lab, *variant)))
        .collect();
    assert!(!all.is_empty(), "there is no lab");
    all
}

/// The labs that are wanted.
fn labs() -> Vec<&'static Lab> {
    let Ok(wanted) = std::env::var("FAULTSCOPE_LABS") else { return LABS.to_vec() };
    let find =
        |id| faultscope_labs::lab(id).unwrap_or_else(|| panic!("FAULTSCOPE_LABS: there is no lab {id:?}"));
    wanted.split(',').map(find).collect()
}

/// A run of a variant with its default settings; the seed is the faults' too.
fn trial(lab: &'static Lab, variant: &'static dyn Variant, seed: u64, until_us: u64) -> Trial {
    let settings = Settings::defaults(&variant.settings());
    Trial { lab, variant, settings, seed, faults: Faults::Random(seed), until_us }
}

/// How many seeds of random faults to play.
fn seeds() -> u64 {
    match std::env::var("FAULTSCOPE_SEEDS") {
        Ok(text) => text.parse().expect("FAULTSCOPE_SEEDS is a number"),
        Err(_) => 40,
    }
}

/// The name of a variant in messages.
fn name_of(lab: &Lab, variant: &dyn Variant) -> String {
    format!("{}:{}", lab.id, variant.about().id)
}

/// Whether a variant's clients have a load of commands of their own.
fn gives_load(variant: &dyn Variant) -> bool {
    let blueprint = variant.blueprint(&Settings::defaults(&variant.settings()));
    blueprint.factory.load_after_us(0).is_some()
}
