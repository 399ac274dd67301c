//! `faultscope story`: a story, played and printed, and what it claims proved.

use std::io::Write;
use std::path::Path;

use faultscope_labs::export::seconds_words;
use faultscope_labs::story::Question;
use faultscope_labs::{LABS, Lang, Player, Session, Story, StoryError, tool};

use crate::arguments::StoryWanted;
use crate::failure::{Failure, Verdict};
use crate::run::read_file;

/// Plays a story and prints it.
pub(crate) fn print(wanted: &StoryWanted, out: &mut dyn Write) -> Result<Verdict, Failure> {
    let name = &wanted.story;
    let story = Story::parse(&text_of(name)?).map_err(|error| input(name, &error))?;
    let (mut session, mut player) = Player::new(&story).map_err(|error| input(name, &error))?;
    let lang = Lang::from(wanted.lang);
    writeln!(out, "{}\n#{}", story.title.get(lang), story.run)?;
    loop {
        match player.next(&mut session) {
            Ok(true) => print_step(&player, &session, lang, out)?,
            Ok(false) => return Ok(Verdict::Good),
            Err(error) => return broken(name, &error, out),
        }
        if let Err(error) = player.prove_goal(&session) {
            return broken(name, &error, out);
        }
    }
}

fn input(name: &str, error: &StoryError) -> Failure {
    Failure::Input(format!("{name}: {error}"))
}

/// A story that is well written and does not hold is a result, not bad input.
fn broken(name: &str, error: &StoryError, out: &mut dyn Write) -> Result<Verdict, Failure> {
    if !error.is_broken_claim() {
        return Err(input(name, error));
    }
    out.flush()?;
    eprintln!("faultscope: {name}: {error}");
    Ok(Verdict::Broken)
}

/// The text of a story: a file's, or that of `LAB/ID`.
fn text_of(name: &str) -> Result<String, Failure> {
    if name == "-" || Path::new(name).exists() {
        return read_file(name);
    }
    let brought: Vec<(String, &str)> = LABS
        .iter()
        .flat_map(|lab| lab.stories.iter().map(|story| (format!("{}/{}", lab.id, story.id), story.text)))
        .collect();
    match brought.iter().find(|(known, _)| known == name) {
        Some((_, text)) => Ok((*text).to_owned()),
        None => {
            let known: Vec<&str> = brought.iter().map(|(known, _)| known.as_str()).collect();
            Err(Failure::Input(tool::unknown("story", name, &known)))
        }
    }
}

fn print_step(player: &Player, session: &Session, lang: Lang, out: &mut dyn Write) -> std::io::Result<()> {
    let number = player.position().map_or(0, |position| position + 1);
    let (step, time) = (session.step(), seconds_words(session.now_us()));
    writeln!(out, "\n{number}. {}", player.words(lang))?;
    writeln!(out, "   step {step}, {time}")?;
    let spots: Vec<String> = player.spotlight().iter().map(ToString::to_string).collect();
    if !spots.is_empty() {
        writeln!(out, "   spotlight: {}", spots.join(" "))?;
    }
    if let Some(question) = player.question() {
        print_question(player, question, lang, out)?;
    }
    if let Some(goal) = player.goal() {
        let allowed: Vec<String> =
            goal.allowed.iter().map(|(verb, times)| format!("{times} {verb}")).collect();
        writeln!(out, "   goal within {}; allowed: {}", seconds_words(goal.within_us), allowed.join(", "))?;
    }
    Ok(())
}

fn print_question(
    player: &Player,
    question: &Question,
    lang: Lang,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(out, "   ? {}", player.put(&question.words, lang))?;
    for option in &question.options {
        let sign = if option.is_right { '+' } else { '-' };
        writeln!(out, "     {sign} {}", player.put(&option.words, lang))?;
        writeln!(out, "       {}", player.put(&option.why, lang))?;
    }
    Ok(())
}
