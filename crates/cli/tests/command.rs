//! The command as a person and a script use it: words in, lines and exit codes out. No test names a protocol; the
//! labs are asked for what they have.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn command(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_faultscope"));
    command.args(words).stdin(Stdio::null());
    command
}

fn call(words: &[&str]) -> Output {
    command(words).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// What a call that works prints.
fn printed(words: &[&str]) -> String {
    let output = call(words);
    assert_eq!(output.status.code(), Some(0), "{words:?}: {}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "{words:?}");
    text(&output.stdout)
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn labs() -> Vec<Value> {
    serde_json::from_str(&printed(&["labs", "--json"])).expect("JSON")
}

fn word(value: &Value) -> &str {
    value.as_str().expect("a word")
}

/// The first lab, and its first variant of a standing.
fn variant_of(standing: &str) -> (String, String) {
    let labs = labs();
    let found = labs.iter().find_map(|lab| {
        let variants = lab["variants"].as_array()?;
        let variant = variants.iter().find(|variant| variant["standing"] == standing)?;
        Some((word(&lab["id"]).to_owned(), word(&variant["id"]).to_owned()))
    });
    found.expect("a lab has such a variant")
}

/// Bad input: exit code 2, nothing on the standard output, one line that contains these words.
fn is_refused(words: &[&str], parts: &[&str]) {
    let output = call(words);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{words:?}: {error}");
    assert_eq!(text(&output.stdout), "", "{words:?}");
    assert_eq!(error.lines().count(), 1, "{words:?}: {error}");
    for part in parts {
        assert!(error.contains(part), "{words:?}: {error:?} without {part:?}");
    }
}

#[test]
fn labs_are_listed_for_people_and_for_scripts() {
    let list = printed(&["labs"]);
    for lab in labs() {
        assert!(list.contains(word(&lab["title"]["en"])));
        for variant in lab["variants"].as_array().expect("variants") {
            assert!(list.contains(word(&variant["id"])));
            assert!(!variant["settings"].as_array().expect("settings").is_empty());
        }
    }
}

#[test]
fn one_run_in_every_format() {
    let (lab, variant) = variant_of("right");
    let run = |format: &str| {
        printed(&["run", &lab, "--variant", &variant, "--seed", "7", "--until", "800ms", "--format", format])
    };
    let events = json_lines(&run("events"));
    assert_eq!((word(&events[0]["lab"]), word(&events[0]["variant"])), (lab.as_str(), variant.as_str()));
    assert_eq!(events[0]["seed"], 7);
    assert!(events.len() > 50);
    assert!(events[1..].iter().all(|line| line["at_us"].as_u64().is_some_and(|at_us| at_us <= 800_000)));
    assert_eq!(run("events"), run("events"), "the same again");
    assert!(
        json_lines(&run("states")).iter().all(|line| line["status"] == "up" && line["event"].is_string())
    );
    assert!(
        json_lines(&run("history")).iter().all(|line| line["call_us"].is_u64() && line["status"].is_string())
    );
    let summary = run("summary");
    assert!(summary.contains(&format!("{lab}:{variant};r1;s7")) && summary.contains("held"), "{summary}");
    assert!(run("svg").starts_with("<svg") && run("svg").trim_end().ends_with("</svg>"));
    let shiviz = run("shiviz");
    assert_eq!(
        shiviz.lines().next(),
        Some(r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})"),
        "ShiViz's own default"
    );
    assert!(shiviz.lines().nth(3).is_some_and(|line| line.contains(" {\"")));
    assert!(run("mermaid").starts_with("sequenceDiagram\n"));
    let link = run("link");
    let fingerprint = link.trim().strip_prefix(&format!("#{lab}:{variant};r1;s7;t0;f")).expect("a link");
    assert!(fingerprint.len() == 16 && u64::from_str_radix(fingerprint, 16).is_ok(), "{link}");
}

#[test]
fn a_link_is_a_run_again() {
    let (lab, _) = variant_of("right");
    let link =
        printed(&["run", &lab, "--seed", "3", "--faults", "random", "--until", "3s", "--format", "link"]);
    let address = format!("https://example.org/lab/{}", link.trim());
    assert!(link.contains(";@"), "faults are in the link: {link}");
    let by_words = ["run", &lab, "--seed", "3", "--faults", "random", "--until", "3s", "--format", "events"];
    let by_link = ["run", &address, "--until", "3s", "--format", "events"];
    assert_eq!(printed(&by_words), printed(&by_link));
    let other = ["run", &lab, "--seed", "3", "--faults", "random", "--nemesis-seed", "4", "--until", "3s"];
    assert_ne!(printed(&[&other[..], &["--format", "link"]].concat()), link);
}

/// A folder of this test's own, with a file in it; the file's path.
fn file(name: &str, bytes: &[u8]) -> String {
    let folder = std::env::temp_dir().join(format!("faultscope-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path.to_string_lossy().into_owned()
}

#[test]
fn a_run_is_a_file_and_a_run_again() {
    let (lab, _) = variant_of("right");
    let words = ["run", &lab, "--seed", "3", "--faults", "random", "--until", "2s", "--format"];
    let run = printed(&[&words[..], &["run"]].concat());
    let events = printed(&[&words[..], &["events"]].concat());
    assert_eq!(run.lines().count(), 1);
    let kept = [
        file("plain.run", run.as_bytes()),
        file("windows.run", format!("\u{feff}#{}\r\n", run.trim()).as_bytes()),
        file("link.txt", format!("https://example.org/course/#{run}").as_bytes()),
    ];
    for path in &kept {
        assert_eq!(printed(&["run", path, "--until", "2s", "--format", "events"]), events, "{path}");
    }
    let mut child = command(&["run", "-", "--until", "2s", "--format", "events"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    child.stdin.take().expect("a pipe").write_all(run.as_bytes()).expect("it is read");
    assert_eq!(text(&child.wait_with_output().expect("it ends").stdout), events);

    let (binary, empty) = (file("picture.run", b"\x89PNG\0\xff"), file("empty.run", b" \n"));
    let (large, other) = (file("large.run", &vec![b'a'; 300_000]), file("other.run", b"once upon a time"));
    is_refused(&["run", &binary], &["picture.run", "UTF-8"]);
    is_refused(&["run", &empty], &["empty.run", "empty"]);
    is_refused(&["run", &large], &["large.run", "256 KB"]);
    is_refused(&["run", &other], &["once upon a time"]);
}

#[test]
fn spans_and_pictures_of_time() {
    let (lab, _) = variant_of("right");
    let run = |words: &[&str]| printed(&[&["run", &lab], words].concat());
    let part = json_lines(&run(&["--from", "300ms", "--until", "500ms", "--format", "events"]));
    let times = part[1..].iter().map(|line| line["at_us"].as_u64().expect("a time"));
    assert!(times.clone().count() > 5 && times.clone().all(|at_us| (300_000..=500_000).contains(&at_us)));
    let diagram = run(&["--from", "300ms", "--until", "500ms", "--format", "spacetime", "--lang", "zh"]);
    assert!(diagram.starts_with("<svg") && diagram.contains("300 ms 到 500 ms 的时空图"), "{diagram}");
    assert!(run(&["--format", "spacetime"]).contains("from 0 ms to 400 ms"));
    let film = run(&["--from", "300ms", "--until", "400ms", "--format", "animation", "--frames", "12"]);
    assert!(film.contains("@keyframes") && film.ends_with("</svg>\n"));
    is_refused(&["run", &lab, "--format", "animation", "--frames", "1000"], &["--frames", "240"]);
    is_refused(&["run", &lab, "--from", "3s", "--until", "2s", "--format", "events"], &["--from"]);
    is_refused(&["run", &lab, "--until", "1000s", "--format", "spacetime"], &["4000", "choose a span"]);
    let long = call(&["run", &lab, "--until", "60s", "--format", "mermaid"]);
    assert_eq!(long.status.code(), Some(0));
    assert!(text(&long.stdout).encode_utf16().count() <= 50_000);
    assert!(text(&long.stderr).contains("ends at step") && text(&long.stderr).lines().count() == 1);
}

#[test]
fn settings_and_scripts_reach_the_run() {
    let (lab, _) = variant_of("right");
    let script = "# two faults\n@100000 crash.n1\n\n@200ms restart n1 # back\n";
    let mut child = command(&["run", &lab, "--set", "loss_ppm=10000", "--script", "-", "--format", "link"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("it is read");
    let output = child.wait_with_output().expect("it ends");
    let link = text(&output.stdout);
    assert!(link.contains(";loss_ppm=10000;@100000crash.n1;@200000restart.n1"), "{link}");
}

#[test]
fn a_naive_variant_is_found_out_and_its_link_shows_it() {
    // Of all naive variants, one that says it breaks within few seeds.
    let labs = labs();
    let all = labs.iter().flat_map(|lab| {
        let variants = lab["variants"].as_array().expect("variants").iter();
        variants.map(move |variant| (word(&lab["id"]), variant))
    });
    let (lab, variant) = all
        .filter(|(_, variant)| variant["broken_by"]["seeds"].is_u64())
        .min_by_key(|(_, variant)| variant["broken_by"]["seeds"].as_u64())
        .expect("a variant that random faults break");
    let seeds = format!("0..{}", variant["broken_by"]["seeds"]);
    let words = ["check", lab, "--variant", word(&variant["id"]), "--seeds", &seeds, "--until", "10s"];
    let output = call(&[&words[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let found: Value = serde_json::from_str(&text(&output.stdout)).expect("JSON");
    let properties = found["properties"].as_array().expect("properties");
    let broken = properties.iter().find(|property| property["shortest"]["link"].is_string()).expect("a link");
    let link = word(&broken["shortest"]["link"]);
    let told = call(&["check", lab, "--variant", word(&variant["id"]), "--seeds", &seeds, "--until", "10s"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(text(&told.stdout).contains(link), "the same link for people");
    let summary = call(&["run", link, "--until", "10s", "--json"]);
    let summary: Value = serde_json::from_str(&text(&summary.stdout)).expect("JSON");
    let verdicts = summary["properties"].as_array().expect("verdicts");
    let verdict =
        verdicts.iter().find(|verdict| verdict["property"] == broken["property"]).expect("a verdict");
    assert!(["broken", "unmet"].contains(&word(&verdict["verdict"])), "{link}: {verdict}");
    assert_eq!(verdict["step"], broken["shortest"]["step"], "{link} breaks where its cursor stands");
    let actions = broken["shortest"]["actions"].as_u64().expect("a count");
    assert_eq!(link.matches('@').count() as u64, actions, "{link}");
    assert_eq!(verdict["finding"], broken["shortest"]["finding"], "{link}");
}

/// A rate, a budget, and faults that stand: each changes what strikes, and says so.
#[test]
fn faults_are_drawn_as_told() {
    let (lab, variant) = variant_of("right");
    let count = |more: &[&str]| {
        let words = ["check", &lab, "--variant", &variant, "--seeds", "0..4", "--until", "5s", "--json"];
        let found: Value = serde_json::from_str(&printed(&[&words[..], more].concat())).expect("JSON");
        found["fault_actions"].as_u64().expect("a count")
    };
    let usual = count(&[]);
    assert_eq!(count(&["--fault-budget", "0"]), 0);
    let few = count(&["--fault-budget", "2"]);
    assert!(few > 0 && few < usual, "{few} of {usual}");
    assert!(count(&["--fault-rate", "40"]) > usual);
    assert!(count(&["--fault-rate", "0.5"]) < usual);
    assert!(count(&["--no-heal"]) < usual);
    let refused = call(&["check", &lab, "--fault-rate", "many"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("faults a second"), "{}", text(&refused.stderr));
}

#[test]
fn a_search_breaks_a_naive_variant_with_a_run_that_shows_it() {
    let labs = labs();
    let naive = labs.iter().flat_map(|lab| {
        let variants = lab["variants"].as_array().expect("variants").iter();
        variants.filter(|variant| variant["standing"] == "naive").map(|variant| (word(&lab["id"]), variant))
    });
    let bounds = ["--crashes", "1", "--states", "4000"];
    let explore = |lab: &str, variant: &Value, more: &[&str]| {
        call(&[&["explore", lab, "--variant", word(&variant["id"])], &bounds[..], more].concat())
    };
    let (lab, variant, output) = naive
        .map(|(lab, variant)| (lab, variant, explore(lab, variant, &["--json"])))
        .find(|(.., output)| output.status.code() == Some(1))
        .expect("a naive variant that breaks within few states");
    let found: Value = serde_json::from_str(&text(&output.stdout)).expect("JSON");
    assert_eq!(found["exhausted"], false);
    assert!(found["unique"].as_u64() <= Some(4000) && found["states"].as_u64() > found["unique"].as_u64());
    let properties = found["properties"].as_array().expect("properties");
    let broken = properties
        .iter()
        .find(|property| property["verdict"] == "broken" && property["claimed"] == true)
        .expect("a broken claim");
    assert_eq!(broken["replayed"], true);
    let link = word(&broken["link"]);
    assert!(text(&explore(lab, variant, &[]).stdout).contains(link), "the same link for people");
    let summary: Value = serde_json::from_str(&text(&call(&["run", link, "--json"]).stdout)).expect("JSON");
    let verdicts = summary["properties"].as_array().expect("verdicts");
    let verdict = verdicts.iter().find(|verdict| verdict["property"] == broken["property"]);
    assert_eq!(verdict.expect("a verdict")["verdict"], "broken", "{link}");
}

#[test]
fn a_search_says_whether_it_visited_every_state() {
    let (lab, variant) = variant_of("right");
    let explore = |more: &[&str]| printed(&[&["explore", &lab, "--variant", &variant], more].concat());
    let still: Value =
        serde_json::from_str(&explore(&["--timers", "0", "--commands", "0", "--json"])).expect("JSON");
    assert_eq!((&still["exhausted"], &still["limits"]), (&Value::Bool(true), &Value::Array(Vec::new())));
    let mut properties = still["properties"].as_array().expect("properties").iter();
    assert!(properties.any(|property| property["verdict"] == "held"));
    let cut: Value = serde_json::from_str(&explore(&["--states", "100", "--json"])).expect("JSON");
    assert_eq!((&cut["exhausted"], &cut["unique"]), (&Value::Bool(false), &Value::from(100)));
    let mut properties = cut["properties"].as_array().expect("properties").iter();
    assert!(properties.all(|property| property["verdict"] != "held"));
    assert!(explore(&["--states", "100"]).contains("not exhausted: there are more states than the bound"));
    let later: Value =
        serde_json::from_str(&explore(&["--at", "40", "--depth", "1", "--json"])).expect("JSON");
    assert_eq!((&later["from_step"], &later["depth"]), (&Value::from(40), &Value::from(1)));
}

#[test]
fn a_right_variant_is_not() {
    let (lab, variant) = variant_of("right");
    let found =
        printed(&["check", &lab, "--variant", &variant, "--seeds", "0..10", "--until", "5s", "--json"]);
    let found: Value = serde_json::from_str(&found).expect("JSON");
    assert_eq!(found["runs"], 10);
    assert!(found["fault_actions"].as_u64() > Some(10));
    let mut properties = found["properties"].as_array().expect("properties").iter();
    assert!(properties.all(|property| property["broken_runs"] == 0));
}

#[test]
fn stories_are_played_in_both_languages() {
    let labs = labs();
    let stories = labs.iter().flat_map(|lab| {
        let stories = lab["stories"].as_array().expect("stories").iter();
        stories.map(move |story| (format!("{}/{}", word(&lab["id"]), word(&story["id"])), &story["title"]))
    });
    for (name, title) in stories {
        assert!(printed(&["story", &name]).starts_with(word(&title["en"])));
        assert!(printed(&["story", &name, "--lang", "zh"]).starts_with(word(&title["zh"])));
    }
}

#[test]
fn a_story_whose_claim_fails_is_broken_and_a_bad_one_refused() {
    let (lab, variant) = variant_of("right");
    let story = |place: &str| {
        format!(
            "story x\ntitle\n  en: X\n  zh: 测试\nrun {lab}:{variant}\nstep\n  {place}\n  en: X\n  zh: 测试\n"
        )
    };
    let folder = std::env::temp_dir().join(format!("faultscope-stories-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, place: &str| {
        let path = folder.join(name);
        std::fs::write(&path, story(place)).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let (good, broken, bad) = (
        file("good", "until time >= 1ms"),
        file("broken", "claim time >= 1ms"),
        file("bad", "unitl time >= 1ms"),
    );
    assert!(printed(&["story", &good]).contains("1. X"));
    let output = call(&["story", &broken]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("line 7: “time >= 1ms” does not hold"), "{}", text(&output.stderr));
    is_refused(&["story", &bad], &["line 7", "unitl", "did you mean “until”?"]);
    std::fs::remove_dir_all(&folder).expect("it goes");
}

#[test]
fn bad_input_is_refused_in_one_line_that_says_what_and_where() {
    let (lab, variant) = variant_of("right");
    let close = format!("{lab}x");
    let bad_run = format!("{lab}:{variant};r1;@5crush.n1");
    let nobody = format!("{lab}:{variant};@5crash.n99");
    is_refused(&[], &["subcommand"]);
    is_refused(&["rnu"], &["unknown command “rnu”; did you mean “run”?"]);
    is_refused(&["run"], &["<LAB>"]);
    is_refused(&["run", &close], &[&format!("did you mean “{lab}”?")]);
    is_refused(&["run", &lab, "--variant", "nonesuch"], &["nonesuch"]);
    is_refused(&["run", &lab, "--set", "los_ppm=1"], &["did you mean “loss_ppm”?"]);
    is_refused(&["run", &lab, "--set", "loss_ppm=x"], &["loss_ppm=x", "expected"]);
    is_refused(&["run", &lab, "--set", "loss_ppm"], &["KEY=VALUE"]);
    is_refused(&["run", &lab, "--until", "5h"], &["--until", "5h", "10s"]);
    is_refused(&["run", &lab, "--format", "evnts"], &["evnts", "events"]);
    is_refused(&["run", &lab, "--seed", "-1"], &["-1"]);
    is_refused(&["run", &lab, "--sed", "1"], &["--sed", "--seed"]);
    is_refused(&["run", &bad_run], &["crush", "did you mean “crash”?"]);
    is_refused(&["run", &nobody], &["no node n99"]);
    is_refused(&["run", &lab, "--script", "no-such-file"], &["no-such-file"]);
    is_refused(&["check", &lab, "--seeds", "5..1"], &["--seeds"]);
    is_refused(&["check", &bad_run.replace("crush", "crash")], &["actions"]);
    is_refused(&["explore", &lab, "--crashes", "some"], &["--crashes", "expected a number, or any"]);
    is_refused(&["explore", &lab, "--property", "nonesuch"], &["no property is called “nonesuch”"]);
    is_refused(&["explore", &lab, "--at", "999999999"], &["step"]);
    is_refused(&["explore", &bad_run], &["crush"]);
    is_refused(&["story", "no-such/story"], &["no-such/story"]);
}

#[test]
fn a_script_error_names_file_and_line() {
    let (lab, _) = variant_of("right");
    let path = std::env::temp_dir().join(format!("faultscope-script-{}", std::process::id()));
    std::fs::write(&path, "@1 heal\n@2 crush.n1\n").expect("a file");
    let name = path.to_string_lossy().into_owned();
    is_refused(&["run", &lab, "--script", &name], &[&format!("{name}:2:"), "did you mean “crash”?"]);
    std::fs::remove_file(&path).expect("it goes");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let (lab, _) = variant_of("right");
    let mut child = command(&["run", &lab, "--until", "20s", "--format", "events"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn help_and_version_are_results() {
    assert!(printed(&["--help"]).contains("Usage: faultscope"));
    assert!(printed(&["--version"]).starts_with("faultscope "));
    for subcommand in ["labs", "run", "check", "explore", "story"] {
        assert!(printed(&[subcommand, "--help"]).contains("Usage:"));
    }
    for tool in labs().iter().flat_map(|lab| lab["tools"].as_array().expect("tools")) {
        assert!(printed(&["--help"]).contains(word(&tool["name"])));
        assert!(printed(&[word(&tool["name"]), "--help"]).contains("Usage:"));
        is_refused(&[word(&tool["name"]), "--no-such-flag"], &["--no-such-flag"]);
    }
}
