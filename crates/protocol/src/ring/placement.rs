//! Which node a key belongs to: pure placement algorithms over names, for the machine and for the command line.
//!
//! Every algorithm works in two halves. [`Scheme::position`] turns a key into a number, once, without looking at
//! the nodes; [`Placement::owner`] and [`Placement::replicas`] turn that number into nodes. A further algorithm
//! (jump, rendezvous, hash slots) is one more [`Algorithm`] and its arm in each half.
//!
//! Hashes are SHA-1 and MD5 over UTF-8 bytes, so the answer is the same in every process and on every platform.
//!
//! Consistent hashing places keys; it never makes copies agree. A look-up by search on `n` nodes with `v` points
//! each costs O(log nv).

use crate::ordered::sort_by;
use std::collections::BTreeMap;

use md5::Md5;
use serde::Serialize;
use sha1::{Digest, Sha1};

#[cfg(test)]
mod tests;

/// How keys are placed on nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// A hash ring with virtual nodes (Karger et al., STOC 1997).
    ///
    /// Point `i` (from 0) of node `N` lies at the first 8 bytes, big-endian, of SHA-1(`N#i`), `i` in decimal. A
    /// key lies at the first 8 bytes, big-endian, of SHA-1(key). Its owner has the first point at or after it;
    /// behind the last point the ring wraps to the lowest. Points at one position are ordered by node name.
    #[default]
    Ring,
    /// The ring of libketama with all weights 1: 160 points a node.
    ///
    /// For `k` in 0..40, MD5(`N-k`) gives four points, the little-endian `u32` of bytes 0–3, 4–7, 8–11, 12–15. A
    /// key lies at the little-endian `u32` of the first four bytes of MD5(key); owner as in [`Algorithm::Ring`].
    /// The C library reckons with `float` weights; exactly 40 digests a node is what equal weights mean.
    Ketama,
    /// Naive: `k mod n`, the remainder counting nodes in list order.
    ///
    /// `k` is the key itself where it is a decimal `u64` (and the scheme does not ask for hashed keys), else its
    /// position on the ring of [`Algorithm::Ring`].
    ModN,
    /// Naive, as a tutorial prints it: keys are hashed to 360 degrees, and then the `i`-th key of the list goes to
    /// node `i mod n`. The hash is unused, so one key put in front of the list moves all.
    Mod360,
    /// Naive, as a tutorial prints it: `((SHA-1(key) mod 128000) + 1) mod n`, the digest read as one 160-bit
    /// big-endian number, the remainder counting nodes in list order. Called a ring there; it is not one.
    OffByRing,
}

impl Algorithm {
    /// Every algorithm, the right ones first.
    pub const ALL: [Self; 5] = [Self::Ring, Self::Ketama, Self::ModN, Self::Mod360, Self::OffByRing];

    /// Its name on the command line and on screen, such as `mod-n`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Ketama => "ketama",
            Self::ModN => "mod-n",
            Self::Mod360 => "mod-360",
            Self::OffByRing => "off-by-ring",
        }
    }

    /// The algorithm called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether a join moves keys only to the newcomer, and a leave only the leaver's own.
    pub const fn is_consistent(self) -> bool {
        self.circle_bits().is_some()
    }

    /// The length of the circle of positions, as a power of two; `None` where there is no circle.
    pub const fn circle_bits(self) -> Option<u32> {
        match self {
            Self::Ring => Some(64),
            Self::Ketama => Some(32),
            Self::ModN | Self::Mod360 | Self::OffByRing => None,
        }
    }
}

/// Virtual nodes where nothing else is said: few enough to see each of them.
pub const VIRTUAL_NODES_TO_SEE: u32 = 10;

/// Virtual nodes for balance: shares then vary by about a tenth.
pub const VIRTUAL_NODES_FOR_BALANCE: u32 = 100;

/// An algorithm with its knobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Scheme {
    /// Which algorithm.
    pub algorithm: Algorithm,
    /// Points of each node under [`Algorithm::Ring`]; at least 1, at most [`Scheme::VIRTUAL_NODES_MAX`].
    pub virtual_nodes: u32,
    /// Whether [`Algorithm::ModN`] hashes decimal keys too, instead of taking them as they are.
    pub hashed_keys: bool,
}

impl Default for Scheme {
    fn default() -> Self {
        Self::of(Algorithm::default())
    }
}

impl Scheme {
    /// The most points a node can have; more are cut off.
    pub const VIRTUAL_NODES_MAX: u32 = 4096;

    /// The algorithm with [`VIRTUAL_NODES_TO_SEE`] and raw keys.
    pub const fn of(algorithm: Algorithm) -> Self {
        Self { algorithm, virtual_nodes: VIRTUAL_NODES_TO_SEE, hashed_keys: false }
    }

    /// Where `key`, the `index`-th of its list (from 0), lies: the first half of the placement.
    ///
    /// A place on the circle for the rings; for the naive algorithms the number whose remainder counts.
    pub fn position(&self, key: &str, index: u64) -> u64 {
        match self.algorithm {
            Algorithm::Ring => sha1_position(key),
            Algorithm::Ketama => u64::from(ketama_points(key)[0]),
            Algorithm::ModN if self.hashed_keys => sha1_position(key),
            Algorithm::ModN => decimal(key).unwrap_or_else(|| sha1_position(key)),
            Algorithm::Mod360 => index,
            Algorithm::OffByRing => sha1_mod_128000(key) + 1,
        }
    }

    /// The positions of the points of `node`, in the order of their numbers; none for the naive algorithms.
    fn points_of(&self, node: &str) -> Vec<u64> {
        match self.algorithm {
            Algorithm::Ring => (0..self.virtual_nodes.clamp(1, Self::VIRTUAL_NODES_MAX))
                .map(|number| sha1_position(&format!("{node}#{number}")))
                .collect(),
            Algorithm::Ketama => {
                (0..40).flat_map(|digest| ketama_points(&format!("{node}-{digest}"))).map(u64::from).collect()
            }
            Algorithm::ModN | Algorithm::Mod360 | Algorithm::OffByRing => Vec::new(),
        }
    }
}

/// One virtual node: a point on the circle that belongs to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Point {
    /// Where it lies; it owns the arc that ends here, this place included.
    pub position: u64,
    /// The node, by its index in the list.
    pub node: u32,
    /// The number of the point among those of its node, from 0.
    pub number: u32,
}

/// A list of nodes, ready to be asked for owners: the second half of the placement.
///
/// Names should be distinct; equal names are nodes of their own, told apart by their index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Placement {
    scheme: Scheme,
    nodes: Vec<String>,
    points: Vec<Point>,
}

impl Placement {
    /// Places keys on `nodes`, in list order, as `scheme` says.
    pub fn new(scheme: Scheme, nodes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let nodes: Vec<String> = nodes.into_iter().map(Into::into).collect();
        let mut points = Vec::new();
        for (node, name) in (0u32..).zip(&nodes) {
            let positions = scheme.points_of(name);
            points.extend((0u32..).zip(positions).map(|(number, position)| Point { position, node, number }));
        }
        let name = |point: &Point| nodes.get(point.node as usize);
        sort_by(&mut points, |a, b| {
            a.position.cmp(&b.position).then_with(|| name(a).cmp(&name(b))).then_with(|| a.cmp(b))
        });
        Self { scheme, nodes, points }
    }

    /// The algorithm and its knobs.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The names of the nodes, in list order.
    pub fn nodes(&self) -> &[String] {
        &self.nodes
    }

    /// The points on the circle, clockwise from 0; empty for the naive algorithms.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The index of the node that owns the key at `position`; `None` if there is no node.
    pub fn owner(&self, position: u64) -> Option<u32> {
        if self.scheme.algorithm.is_consistent() {
            self.points.get(self.successor(position)).map(|point| point.node)
        } else {
            remainder(position, self.nodes.len())
        }
    }

    /// The indices of the first `count` distinct nodes for the key at `position`, the owner first.
    ///
    /// On a ring, the next distinct nodes clockwise; for the naive algorithms, the next in list order. Fewer than
    /// `count` if there are fewer nodes.
    pub fn replicas(&self, position: u64, count: usize) -> Vec<u32> {
        let count = count.min(self.nodes.len());
        if self.scheme.algorithm.is_consistent() {
            return self.next_distinct(self.successor(position), count);
        }
        let first = u64::from(remainder(position, self.nodes.len()).unwrap_or(0));
        (0..count as u64).filter_map(|step| remainder(first + step, self.nodes.len())).collect()
    }

    /// Naive: the indices of the nodes that have the next `count` points at or after `position`, each node once.
    /// Where points of one node follow each other, that is fewer than `count` nodes. Without a circle, as
    /// [`Placement::replicas`].
    pub fn next_points(&self, position: u64, count: usize) -> Vec<u32> {
        if self.points.is_empty() {
            return self.replicas(position, count);
        }
        let start = self.successor(position);
        let mut found: Vec<u32> = Vec::with_capacity(count);
        for point in self.points[start..].iter().chain(&self.points[..start]).take(count) {
            if !found.contains(&point.node) {
                found.push(point.node);
            }
        }
        found
    }

    /// The index in [`Placement::points`] of the first point at or after `position`, wrapping.
    pub fn successor(&self, position: u64) -> usize {
        let index = self.points.partition_point(|point| point.position < position);
        if index == self.points.len() { 0 } else { index }
    }

    /// Each node's share of the circle in parts per billion, by index; `None` without a circle.
    ///
    /// With `n` nodes of `v` points, its coefficient of variation over many rings is √((n−1)/(nv+1)).
    pub fn shares_ppb(&self) -> Option<Vec<u64>> {
        let circle = 1u128 << self.scheme.algorithm.circle_bits()?;
        let mut lengths = vec![0u128; self.nodes.len()];
        let mut previous = self.points.last().map_or(0, |point| u128::from(point.position));
        for (index, point) in self.points.iter().enumerate() {
            let position = u128::from(point.position);
            let wrap = if index == 0 { circle } else { 0 };
            if let Some(length) = lengths.get_mut(point.node as usize) {
                *length += position + wrap - previous;
            }
            previous = position;
        }
        Some(lengths.into_iter().map(|length| narrow(length * 1_000_000_000 / circle)).collect())
    }

    /// The owner of each key of a list, by name; the index in the list matters to [`Algorithm::Mod360`] alone.
    pub fn place<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> BTreeMap<&'a str, &str> {
        let owner = |(index, key)| {
            let node = self.owner(self.scheme.position(key, index))?;
            Some((key, self.nodes.get(node as usize)?.as_str()))
        };
        (0u64..).zip(keys).filter_map(owner).collect()
    }

    /// How many of the keys that `owners` places each node has, by index.
    pub fn loads<K>(&self, owners: &BTreeMap<K, &str>) -> Vec<u64> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for &owner in owners.values() {
            *counts.entry(owner).or_default() += 1;
        }
        self.nodes.iter().map(|node| counts.get(node.as_str()).copied().unwrap_or(0)).collect()
    }

    fn next_distinct(&self, start: usize, count: usize) -> Vec<u32> {
        let mut found = Vec::with_capacity(count);
        for point in self.points[start..].iter().chain(&self.points[..start]) {
            if found.len() == count {
                break;
            }
            if !found.contains(&point.node) {
                found.push(point.node);
            }
        }
        found
    }
}

/// A key that changed owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Moved<K, N> {
    /// Which key.
    pub key: K,
    /// Its owner before.
    pub from: N,
    /// Its owner after.
    pub to: N,
}

/// The keys that are in both placements and changed owner, in the order of keys.
pub fn moved<K: Ord + Clone, N: PartialEq + Clone>(
    before: &BTreeMap<K, N>,
    after: &BTreeMap<K, N>,
) -> Vec<Moved<K, N>> {
    let changed = |(key, from): (&K, &N)| {
        let to = after.get(key).filter(|&to| to != from)?;
        Some(Moved { key: key.clone(), from: from.clone(), to: to.clone() })
    };
    before.iter().filter_map(changed).collect()
}

/// How evenly loads are spread, in integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Balance {
    /// The number of nodes.
    pub nodes: u32,
    /// The sum of all loads.
    pub total: u64,
    /// The smallest load.
    pub least: u64,
    /// The greatest load.
    pub most: u64,
    /// The mean load, in thousandths, rounded down.
    pub mean_milli: u64,
    /// The greatest load as a part of the mean, in millionths; 0 without load.
    pub most_to_mean_ppm: u64,
    /// The coefficient of variation (standard deviation of the population over the mean), in millionths.
    pub variation_ppm: u64,
}

impl Balance {
    /// Measures `loads`, one a node: numbers of keys, or shares of the circle. They are few (below 2²⁰).
    pub fn of(loads: &[u64]) -> Self {
        let nodes = loads.len() as u128;
        let total: u128 = loads.iter().copied().map(u128::from).sum();
        let most = loads.iter().copied().max().unwrap_or(0);
        let per_mean = |load: u128, unit: u128| narrow((load * nodes * unit).checked_div(total).unwrap_or(0));
        Self {
            nodes: u32::try_from(nodes).unwrap_or(u32::MAX),
            total: narrow(total),
            least: loads.iter().copied().min().unwrap_or(0),
            most,
            mean_milli: narrow((total * 1000).checked_div(nodes).unwrap_or(0)),
            most_to_mean_ppm: per_mean(u128::from(most), 1_000_000),
            variation_ppm: variation_ppm(loads, total),
        }
    }
}

/// √(n Σx² / (Σx)² − 1), in millionths. Great loads are scaled down first, so that 128 bits are enough.
fn variation_ppm(loads: &[u64], total: u128) -> u64 {
    let shift = (128 - total.leading_zeros()).saturating_sub(32);
    let scaled: Vec<u128> = loads.iter().map(|&load| u128::from(load) >> shift).collect();
    let sum: u128 = scaled.iter().sum();
    let squares: u128 = scaled.iter().map(|load| load * load).sum();
    let spread = (squares * scaled.len() as u128).saturating_sub(sum * sum);
    narrow((spread * 1_000_000_000_000).checked_div(sum * sum).unwrap_or(0).isqrt())
}

/// The first 8 bytes of SHA-1, big-endian.
fn sha1_position(text: &str) -> u64 {
    Sha1::digest(text.as_bytes()).iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// The whole digest as one 160-bit big-endian number, mod 128000.
fn sha1_mod_128000(text: &str) -> u64 {
    Sha1::digest(text.as_bytes()).iter().fold(0, |rest, &byte| (rest << 8 | u64::from(byte)) % 128_000)
}

/// The four little-endian `u32` of MD5.
fn ketama_points(text: &str) -> [u32; 4] {
    let digest: [u8; 16] = Md5::digest(text.as_bytes()).into();
    [0, 4, 8, 12]
        .map(|at| digest[at..at + 4].iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

/// A key that is a number in the plain sense: digits alone, below 2⁶⁴.
fn decimal(key: &str) -> Option<u64> {
    if key.bytes().all(|byte| byte.is_ascii_digit()) { key.parse().ok() } else { None }
}

fn remainder(number: u64, count: usize) -> Option<u32> {
    number.checked_rem(count as u64).and_then(|rest| u32::try_from(rest).ok())
}

fn narrow(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
