//! Plays one workload for a profiler: WORKLOAD[+properties] SECONDS.
use faultscope_labs::bench::{Workload, datagrams, gossip};
fn main() {
    let words: Vec<String> = std::env::args().collect();
    let seconds: u64 = words[2].parse().unwrap();
    let mut run = match words[1].as_str() {
        "datagrams" => datagrams(),
        "gossip" => gossip(1000),
        name => match name.strip_suffix("+properties") {
            Some(name) => Workload::named(name).unwrap().run(true).unwrap(),
            None => Workload::named(name).unwrap().run(false).unwrap(),
        },
    };
    let played = run.play_until(seconds * 1_000_000, u64::MAX);
    println!("{played} {} {:016x}", run.head().world.messages_sent(), run.head().world.fingerprint());
}
