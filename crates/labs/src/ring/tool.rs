//! `faultscope ring`: which node owns which key, and which keys move when the list of nodes changes.
//!
//! Files have one name a line; blank lines mean nothing. The answer in JSON is `{"owner": {key: node}}`, and with
//! `--then` also `"then": {key: node}` and `"moved": {key: {"from": node, "to": node}}`.

use std::collections::BTreeMap;
use std::io::Write;

use faultscope_protocol::ring::placement::{Algorithm, Balance, Moved, Placement, Scheme, moved};
use serde_json::{Map, Value, json};

use crate::tool::{Arguments, ReadFile, Tool, ToolError, unknown};
use crate::words::Text;

/// The tool.
pub(super) const TOOL: Tool = Tool {
    name: "ring",
    about: Text::new(
        "Places keys on nodes, and tells which keys move when the nodes change.",
        "把键放置到节点上，并指出节点变化时哪些键会移动。",
    ),
    form: "--algo ring|ketama|mod-n|mod-360|off-by-ring --nodes FILE --keys FILE [--then FILE] \
           [--virtual-nodes N] [--hashed] [--json]",
    run,
};

fn run(words: &[String], read: &mut ReadFile<'_>, out: &mut dyn Write) -> Result<(), ToolError> {
    let arguments = Arguments::read(
        words,
        &["--algo", "--nodes", "--keys", "--then", "--virtual-nodes"],
        &["--hashed", "--json"],
    )?;
    let scheme = scheme_of(&arguments)?;
    let keys_path = arguments.must("--keys")?;
    let nodes = node_names(arguments.must("--nodes")?, read)?;
    let keys = names(keys_path, read)?;
    let placement = Placement::new(scheme, nodes);
    let before = placement.place(keys.iter().map(String::as_str));
    let later = match arguments.value("--then") {
        None => None,
        Some(path) => Some(Placement::new(scheme, node_names(path, read)?)),
    };
    let after = later.as_ref().map(|later| later.place(keys.iter().map(String::as_str)));
    if arguments.has("--json") {
        write_value(&before, after.as_ref(), out)
    } else {
        write_words(&placement, &before, after.as_ref(), out)
    }
}

fn scheme_of(arguments: &Arguments) -> Result<Scheme, ToolError> {
    let name = arguments.must("--algo")?;
    let known: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
    let algorithm =
        Algorithm::from_name(name).ok_or_else(|| ToolError::Input(unknown("algorithm", name, &known)))?;
    let mut scheme = Scheme { hashed_keys: arguments.has("--hashed"), ..Scheme::of(algorithm) };
    if let Some(text) = arguments.value("--virtual-nodes") {
        let most = Scheme::VIRTUAL_NODES_MAX;
        let count = text.parse().ok().filter(|count| (1..=most).contains(count));
        let refuse = || ToolError::Input(format!("--virtual-nodes {text}: expected 1..{most}"));
        scheme.virtual_nodes = count.ok_or_else(refuse)?;
    }
    Ok(scheme)
}

fn names(path: &str, read: &mut ReadFile<'_>) -> Result<Vec<String>, ToolError> {
    let text = read(path).map_err(ToolError::Input)?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// Names of nodes: at least one, each once.
fn node_names(path: &str, read: &mut ReadFile<'_>) -> Result<Vec<String>, ToolError> {
    let nodes = names(path, read)?;
    if nodes.is_empty() {
        return Err(ToolError::Input(format!("{path}: no node stands in it")));
    }
    let mut sorted: Vec<&String> = nodes.iter().collect();
    sorted.sort();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(ToolError::Input(format!("{path}: the node “{}” stands twice", pair[0]))),
        None => Ok(nodes),
    }
}

type Owners<'a> = BTreeMap<&'a str, &'a str>;

fn write_value(
    before: &Owners<'_>,
    after: Option<&Owners<'_>>,
    out: &mut dyn Write,
) -> Result<(), ToolError> {
    let owners = |owners: &Owners<'_>| -> Value {
        owners.iter().map(|(key, node)| ((*key).to_owned(), Value::from(*node))).collect::<Map<_, _>>().into()
    };
    let mut answer = Map::new();
    answer.insert("owner".into(), owners(before));
    if let Some(after) = after {
        let changes: Map<String, Value> = moved(before, after)
            .into_iter()
            .map(|Moved { key, from, to }| (key.to_owned(), json!({"from": from, "to": to})))
            .collect();
        answer.insert("then".into(), owners(after));
        answer.insert("moved".into(), changes.into());
    }
    Ok(writeln!(out, "{}", Value::Object(answer))?)
}

fn write_words(
    placement: &Placement,
    before: &Owners<'_>,
    after: Option<&Owners<'_>>,
    out: &mut dyn Write,
) -> Result<(), ToolError> {
    for (key, node) in before {
        match after.and_then(|after| after.get(key)) {
            None => writeln!(out, "{key}\t{node}")?,
            Some(later) => writeln!(out, "{key}\t{node}\t{later}")?,
        }
    }
    let loads = placement.loads(before);
    for (node, load) in placement.nodes().iter().zip(&loads) {
        writeln!(out, "# {node}: {load} keys")?;
    }
    let balance = Balance::of(&loads);
    writeln!(
        out,
        "# most to mean {}.{:03}, variation {}.{:03}",
        balance.most_to_mean_ppm / 1_000_000,
        balance.most_to_mean_ppm % 1_000_000 / 1000,
        balance.variation_ppm / 1_000_000,
        balance.variation_ppm % 1_000_000 / 1000
    )?;
    if let Some(after) = after {
        writeln!(out, "# {} of {} keys moved", moved(before, after).len(), before.len())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &str, files: &[(&str, &str)]) -> Result<String, String> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let mut read = |path: &str| {
            let found = files.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| format!("{path}: not found"))
        };
        let mut out = Vec::new();
        match run(&words, &mut read, &mut out) {
            Ok(()) => Ok(String::from_utf8(out).expect("text")),
            Err(ToolError::Input(line)) => Err(line),
            Err(ToolError::Output(error)) => panic!("{error}"),
        }
    }

    const NODES: (&str, &str) = ("nodes", "a\nb\r\n\nc\n");
    const MORE: (&str, &str) = ("more", "a\nb\nc\nd\n");
    const KEYS: (&str, &str) = ("keys", "0\n1\n2\n3\n4\n5\n");

    #[test]
    fn the_remainder_places_keys_in_list_order() {
        let answer = call("--algo mod-n --nodes nodes --keys=keys --json", &[NODES, KEYS]);
        let expected = r#"{"owner":{"0":"a","1":"b","2":"c","3":"a","4":"b","5":"c"}}"#;
        assert_eq!(answer.as_deref().map(str::trim), Ok(expected));
    }

    #[test]
    fn a_newcomer_on_the_ring_takes_keys_and_no_other_key_moves() {
        let keys: String = (0..500).map(|key| format!("key-{key}\n")).collect();
        let files = [NODES, MORE, ("keys", keys.as_str())];
        for algorithm in ["ring", "ketama"] {
            let call =
                call(&format!("--algo {algorithm} --nodes nodes --keys keys --then more --json"), &files);
            let answer: Value = serde_json::from_str(&call.expect("an answer")).expect("JSON");
            let moved = answer["moved"].as_object().expect("an object");
            assert!(!moved.is_empty() && moved.len() < 300, "{algorithm}: {}", moved.len());
            assert!(moved.values().all(|change| change["to"] == "d"), "{algorithm}");
            assert!(moved.iter().all(|(key, change)| answer["owner"][key] == change["from"]), "{algorithm}");
        }
    }

    #[test]
    fn words_tell_the_same() {
        let answer = call("--algo mod-n --nodes nodes --keys keys --then more", &[NODES, MORE, KEYS]);
        let answer = answer.expect("an answer");
        assert!(answer.contains("3\ta\td\n") && answer.ends_with("# 3 of 6 keys moved\n"), "{answer}");
    }

    #[test]
    fn bad_input_is_one_clear_line() {
        let files = [NODES, KEYS, ("empty", "\n"), ("twice", "a\nb\na")];
        for (words, part) in [
            ("", "--algo is missing"),
            ("--algo rng --nodes nodes --keys keys", "unknown algorithm “rng”; did you mean “ring”?"),
            ("--algo ring --keys keys", "--nodes is missing"),
            ("--algo ring --nodes gone --keys keys", "gone: not found"),
            ("--algo ring --nodes empty --keys keys", "empty: no node"),
            ("--algo ring --nodes twice --keys keys", "twice: the node “a” stands twice"),
            (
                "--algo ring --nodes nodes --keys keys --jsn",
                "unknown argument “--jsn”; did you mean “--json”?",
            ),
            ("--algo ring --nodes nodes --keys", "--keys needs a value"),
            ("--algo ring --algo ring", "--algo stands twice"),
            (
                "--algo ring --virtual-nodes 0 --nodes nodes --keys keys",
                "--virtual-nodes 0: expected 1..4096",
            ),
        ] {
            let error = call(words, &files).expect_err(words);
            assert!(error.contains(part) && !error.contains('\n'), "{words}: {error}");
        }
    }
}
