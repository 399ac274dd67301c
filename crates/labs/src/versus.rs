//! Two runs side by side: under what the second is played, how a link says it, and where the two part.
//!
//! ```text
//! raft:basic;r1;s42;@153200crash.n2&vs=local-read        the same seed, settings and actions under another variant
//! raft:basic;r1;s42&vs=servers=3                         with one setting changed
//! raft:basic;r1;s42&vs=raft:basic;r1;s42;@9000crash.n1   against another run, such as a branch
//! ```

use std::fmt::{self, Display};

use faultscope_sim::RunText;

use crate::link;
use crate::session::{OpenError, Session};

/// What stands in a link between the first run and what the second differs in. No run's text holds it.
const SIGN: &str = "&vs=";

/// Under what the second run is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versus {
    /// Another variant of the lab, by its id.
    Variant(String),
    /// One setting has another value: key and value.
    Setting(String, String),
    /// Another run altogether.
    Run(Box<RunText>),
}

impl Display for Versus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variant(id) => f.write_str(id),
            Self::Setting(key, value) => write!(f, "{key}={value}"),
            Self::Run(text) => f.write_str(&link::write(text)),
        }
    }
}

impl Versus {
    /// Reads what a link says of the second run. Whether the lab has such a variant or setting, opening it tells.
    ///
    /// # Errors
    /// If it is a run that cannot be read.
    pub fn read(text: &str) -> Result<Self, OpenError> {
        // Ids have no such signs in them: a run's text has a colon, and a packed one a dot.
        let is_run = text.contains(':') || (text.contains('.') && !text.contains('='));
        match text.split_once('=') {
            _ if is_run => link::read(text).map(|run| Self::Run(Box::new(run))),
            Some((key, value)) => Ok(Self::Setting(key.to_owned(), value.to_owned())),
            None => Ok(Self::Variant(text.to_owned())),
        }
    }
}

/// A link of two runs in its parts: the first run's link, and what is said of the second.
pub fn split(link: &str) -> (&str, Option<&str>) {
    match link.split_once(SIGN) {
        Some((first, second)) => (first, Some(second)),
        None => (link, None),
    }
}

/// The link of two runs.
pub fn join(first: &str, second: &Versus) -> String {
    format!("{first}{SIGN}{second}")
}

impl Session {
    /// The last step up to which another run is the same; none where they are the same as far as both were played.
    pub fn parts_from(&self, other: &Self) -> Option<u64> {
        let shared = self.len().min(other.len());
        // A fingerprint takes in every step, so it is the same as long as all steps are.
        let is_same = |step: u64| {
            self.run().moment(step).world.fingerprint() == other.run().moment(step).world.fingerprint()
        };
        if is_same(shared) {
            return None;
        }
        let (mut same, mut apart) = (0, shared);
        while same + 1 < apart {
            let middle = same + (apart - same) / 2;
            if is_same(middle) { same = middle } else { apart = middle }
        }
        Some(same)
    }

    /// Puts the cursor where that of another run stands: behind the same step while both are the same, else at the same
    /// time. Plays at most `most` new steps for it.
    pub fn follow(&mut self, other: &Self, parted: Option<u64>, most: u64) {
        if parted.is_none_or(|parted| other.step() <= parted) && other.step() <= self.len() {
            self.seek_step(other.step());
        }
        if self.now_us() != other.now_us() {
            match other.now_us() {
                now_us if now_us <= self.end_us() => self.seek_time(now_us),
                now_us => {
                    self.advance(now_us, most);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_second_run_differs_in_comes_back_from_its_link() {
        let run: RunText = "raft:basic;r1;s42;@9000crash.n1".parse().unwrap();
        let long = RunText { actions: vec![run.actions[0].clone(); 200], ..run.clone() };
        for versus in [
            Versus::Variant("local-read".to_owned()),
            Versus::Setting("servers".to_owned(), "3".to_owned()),
            Versus::Setting("loss_ppm".to_owned(), "2.5".to_owned()),
            Versus::Run(Box::new(run.clone())),
            Versus::Run(Box::new(long)),
        ] {
            let link = join("raft:basic;r1;s42", &versus);
            let (first, second) = split(&link);
            assert_eq!(first, "raft:basic;r1;s42");
            assert_eq!(Versus::read(second.unwrap()), Ok(versus), "{link}");
        }
        assert_eq!(split("raft:basic;r1;s42"), ("raft:basic;r1;s42", None));
        assert!(Versus::read("raft:basic;r1;@").is_err());
        assert!(Versus::read("z1.?").is_err());
    }

    #[test]
    fn a_session_keeps_what_it_is_compared_against() {
        let session = Session::open("raft:basic;r1;s42&vs=local-read").unwrap();
        assert_eq!(session.versus(), Some(&Versus::Variant("local-read".to_owned())));
        let again = Session::open(&session.link()).unwrap();
        assert_eq!(again.versus(), session.versus());
        assert!(again.run().index().iter().eq(session.run().index().iter()));
    }

    #[test]
    fn two_runs_part_at_the_first_step_that_differs() {
        let text = "raft:basic;r1;s42;servers=3";
        let mut first = Session::open(text).unwrap();
        let mut second = Session::open(&format!("{text};@500000crash.n1")).unwrap();
        let parted = first.parts_from(&second).unwrap();
        let naive =
            first.run().index().iter().zip(second.run().index().iter()).take_while(|(one, two)| one == two);
        assert_eq!(parted, naive.count() as u64);
        assert_eq!(second.parts_from(&first), Some(parted));
        assert_eq!(first.parts_from(&first.fork()), None, "a run is the same as itself");

        for step in [0, 5, parted, parted + 1, parted + 40] {
            first.seek_step(step);
            second.follow(&first, Some(parted), 10_000);
            assert_eq!(second.now_us(), first.now_us(), "{step}");
            if step <= parted {
                assert_eq!(second.step(), first.step(), "{step}");
                assert_eq!(second.statistics(), first.statistics(), "{step}");
            }
        }
        assert_ne!(second.statistics(), first.statistics());
    }
}
