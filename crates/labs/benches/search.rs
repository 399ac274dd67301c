//! States per second of our search and of Stateright's, on the same machines, in one run.

#[path = "../tests/search/actors.rs"]
mod actors;
#[path = "../tests/search/models.rs"]
mod models;

fn main() {
    for pair in models::PAIRS {
        println!("{}", pair.name);
    }
}
