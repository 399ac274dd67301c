//! `faultscope labs`: what there is.

use std::io::Write;

use faultscope_labs::export::mode_word;
use faultscope_labs::lab::BrokenBy;
use faultscope_labs::schema::{ArgumentKind, Taker};
use faultscope_labs::{
    CommandSchema, LABS, Lab, Lang, Setting, Settings, Standing, Text, Unit, Variant, words,
};
use serde_json::{Value, json};

use crate::arguments::LabsWanted;
use crate::failure::{Failure, Verdict};

/// Prints the catalogue.
pub(crate) fn print(wanted: &LabsWanted, out: &mut dyn Write) -> Result<Verdict, Failure> {
    if wanted.json {
        let labs: Vec<Value> = LABS.iter().map(|lab| lab_value(lab)).collect();
        writeln!(out, "{}", Value::from(labs))?;
    } else {
        for lab in LABS {
            write_lab(lab, out)?;
        }
    }
    Ok(if LABS.is_empty() { Verdict::Broken } else { Verdict::Good })
}

fn write_lab(lab: &Lab, out: &mut dyn Write) -> std::io::Result<()> {
    let en = |text: Text| text.get(Lang::En);
    writeln!(out, "{}: {}", lab.id, en(lab.title))?;
    writeln!(out, "  {}", en(lab.sentence))?;
    for variant in lab.variants {
        let about = variant.about();
        let (sign, said) = match about.standing {
            Standing::Right => ("right", en(about.sentence)),
            Standing::Naive { flaw, .. } => ("naive", en(flaw)),
        };
        writeln!(out, "  {} ({sign}): {said}", about.id)?;
    }
    for story in lab.stories {
        writeln!(out, "  story {}/{}: {}", lab.id, story.id, en(story.title))?;
    }
    for tool in lab.tools {
        writeln!(out, "  tool {}: {}", tool.name, en(tool.about))?;
    }
    writeln!(out)
}

fn both(text: Text) -> Value {
    json!({"en": text.get(Lang::En), "zh": text.get(Lang::Zh)})
}

fn lab_value(lab: &Lab) -> Value {
    let (family, question) = lab.family.words();
    let variants: Vec<Value> = lab.variants.iter().map(|variant| variant_value(*variant)).collect();
    let stories: Vec<Value> =
        lab.stories.iter().map(|story| json!({"id": story.id, "title": both(story.title)})).collect();
    let tools: Vec<Value> = lab
        .tools
        .iter()
        .map(|tool| json!({"name": tool.name, "form": tool.form, "about": both(tool.about)}))
        .collect();
    let properties: Vec<Value> = lab
        .properties
        .iter()
        .map(|words| json!({"id": words.id, "title": both(words.title), "sentence": both(words.sentence)}))
        .collect();
    json!({
        "id": lab.id,
        "family": both(family),
        "family_order": lab.family as u8,
        "question": both(question),
        "title": both(lab.title),
        "sentence": both(lab.sentence),
        "broken_by": both(lab.broken_by),
        "miniature": lab.miniature,
        "variants": variants,
        "properties": properties,
        "stories": stories,
        "tools": tools,
    })
}

fn variant_value(variant: &dyn Variant) -> Value {
    let about = variant.about();
    let schema = variant.settings();
    let properties: Vec<Value> = variant
        .properties(&Settings::defaults(&schema))
        .iter()
        .map(|property| {
            let is_claimed = about.claims.contains(&property.id);
            json!({"id": property.id, "mode": mode_word(property.mode), "claimed": is_claimed})
        })
        .collect();
    let (standing, flaw, broken_by) = match about.standing {
        Standing::Right => ("right", Value::Null, Value::Null),
        Standing::Naive { flaw, broken_by } => ("naive", both(flaw), broken_value(broken_by)),
    };
    let faults: Vec<Value> = about.assumes.faults.iter().map(|&kind| both(words::fault(kind))).collect();
    let assumed: Vec<Value> = about.assumes.words.iter().map(|&text| both(text)).collect();
    json!({
        "id": about.id,
        "title": both(about.title),
        "sentence": both(about.sentence),
        "standing": standing,
        "flaw": flaw,
        "broken_by": broken_by,
        "faults": faults,
        "assumes": assumed,
        "properties": properties,
        "settings": schema.iter().map(setting_value).collect::<Vec<_>>(),
        "commands": variant.commands().iter().map(command_value).collect::<Vec<_>>(),
    })
}

fn broken_value(broken_by: BrokenBy) -> Value {
    match broken_by {
        BrokenBy::Seeds(count) => json!({"seeds": count}),
        BrokenBy::Run(text) => json!({"run": text}),
    }
}

fn setting_value(setting: &Setting) -> Value {
    let unit = match setting.unit {
        Unit::Count => "count",
        Unit::Micros => "us",
        Unit::Ppm => "ppm",
    };
    json!({
        "key": setting.key,
        "title": both(setting.title),
        "help": both(setting.help),
        "unit": unit,
        "default": setting.default_value().to_string(),
        "expected": setting.expected(),
    })
}

fn command_value(command: &CommandSchema) -> Value {
    let taker = match command.taker {
        Taker::Client => json!("client"),
        Taker::Server => json!("server"),
        Taker::Role(role) => json!({"role": role}),
        Taker::Newcomer => json!("newcomer"),
    };
    let arguments: Vec<Value> = command
        .arguments
        .iter()
        .map(|argument| {
            let expected = match argument.kind {
                ArgumentKind::Number { min, max, .. } => format!("{min}..{max}"),
                ArgumentKind::Choice(options) => options.join(" | "),
                ArgumentKind::Server => "n1, n2 …".to_owned(),
            };
            json!({"name": argument.name, "title": both(argument.title), "expected": expected})
        })
        .collect();
    json!({"name": command.name, "title": both(command.title), "taker": taker, "arguments": arguments})
}
