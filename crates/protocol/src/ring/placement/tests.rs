//! Golden values computed elsewhere, the laws of consistent hashing over random node sets, and the statistics.

use super::*;

const KEYS: [&str; 6] = ["0", "1", "2", "alpha", "beta", "键"];

fn four(algorithm: Algorithm) -> Placement {
    Placement::new(Scheme::of(algorithm), ["n1", "n2", "n3", "n4"])
}

fn positions(scheme: Scheme) -> Vec<u64> {
    (0..).zip(KEYS).map(|(index, key)| scheme.position(key, index)).collect()
}

fn owners(placement: &Placement) -> Vec<&str> {
    let owners = placement.place(KEYS);
    KEYS.iter().map(|key| owners[key]).collect()
}

/// Computed with python3, from FACTS' words alone:
///
/// ```python
/// import hashlib, bisect
/// pts = []
/// for n in ["n1", "n2", "n3", "n4"]:
///     for k in range(40):
///         d = hashlib.md5(f"{n}-{k}".encode()).digest()
///         for h in range(4): pts.append((int.from_bytes(d[4*h:4*h+4], 'little'), n))
/// pts.sort()
/// def own(key):
///     h = int.from_bytes(hashlib.md5(key.encode()).digest()[:4], 'little')
///     return h, pts[bisect.bisect_left(pts, (h, "")) % len(pts)][1]
/// print(pts[:3], pts[-1], [own(k) for k in ["0", "1", "2", "alpha", "beta", "键"]])
/// print(collections.Counter(own(str(k))[1] for k in range(10000)))
/// ```
#[test]
fn ketama_is_libketama() {
    let ketama = four(Algorithm::Ketama);
    let point = |index: usize| {
        let point = ketama.points()[index];
        (point.position, ketama.nodes()[point.node as usize].as_str())
    };
    assert_eq!(ketama.points().len(), 640);
    assert_eq!([point(0), point(1), point(2)], [(5182600, "n2"), (12334322, "n3"), (14876945, "n4")]);
    assert_eq!(point(639), (4282026994, "n4"));
    assert_eq!(
        positions(ketama.scheme()),
        [2216742351, 943901380, 2373066440, 2739083052, 2966059928, 4201590007]
    );
    assert_eq!(owners(&ketama), ["n2", "n1", "n1", "n3", "n1", "n2"]);
    assert_eq!(loads(&ketama, 10_000), [2432, 2389, 2559, 2620]);
}

/// Computed with python3:
///
/// ```python
/// P = sorted((int.from_bytes(hashlib.sha1(f"{n}#{i}".encode()).digest()[:8], 'big'), n, i)
///            for n in ["n1", "n2", "n3", "n4"] for i in range(10))
/// def ro(key, r):
///     h = int.from_bytes(hashlib.sha1(key.encode()).digest()[:8], 'big')
///     i = bisect.bisect_left(P, (h, "", 0)); out = []
///     for j in range(len(P)):
///         n = P[(i+j) % len(P)][1]
///         if n not in out: out.append(n)
///     return h, out[:r]
/// print(P[0], P[-1], [ro(k, 3) for k in KEYS], collections.Counter(ro(str(k), 1)[1][0] for k in range(10000)))
/// ```
#[test]
fn ring_is_as_documented() {
    let ring = four(Algorithm::Ring);
    let first = Point { position: 236681187843717064, node: 0, number: 6 };
    let last = Point { position: 18266215896394862921, node: 2, number: 2 };
    assert_eq!((ring.points().first(), ring.points().last()), (Some(&first), Some(&last)));
    assert_eq!(
        positions(ring.scheme()),
        [
            13139427588475570220,
            3848916506047131724,
            15729826891576430065,
            13724213108029768601,
            11715517111753849041,
            6524740854501065244
        ]
    );
    let replicas: Vec<_> = positions(ring.scheme()).into_iter().map(|at| ring.replicas(at, 3)).collect();
    assert_eq!(replicas, [[1, 0, 3], [3, 0, 2], [1, 3, 2], [1, 0, 3], [3, 1, 0], [2, 1, 3]]);
    assert_eq!(loads(&ring, 10_000), [1785, 2391, 3788, 2036]);
}

/// Computed with python3, `s = int.from_bytes(hashlib.sha1(key.encode()).digest(), 'big')`:
/// `s % 128000` is 92428, 115883, 87216, 107599, 14437, 113821; `(s % 128000 + 1) % 4` and the first eight bytes
/// `% 4` are as below.
#[test]
fn naive_algorithms_are_as_printed() {
    let by_index = |indices: [usize; 6]| indices.map(|index| ["n1", "n2", "n3", "n4"][index]);
    let off = four(Algorithm::OffByRing);
    assert_eq!(positions(off.scheme()), [92429, 115884, 87217, 107600, 14438, 113822]);
    assert_eq!(owners(&off), by_index([1, 0, 1, 0, 2, 2]));
    assert_eq!(owners(&four(Algorithm::ModN)), by_index([0, 1, 2, 1, 1, 0]));
    let hashed = Scheme { hashed_keys: true, ..Scheme::of(Algorithm::ModN) };
    assert_eq!(owners(&Placement::new(hashed, ["n1", "n2", "n3", "n4"])), by_index([0, 0, 1, 1, 1, 0]));
    assert_eq!(owners(&four(Algorithm::Mod360)), by_index([0, 1, 2, 3, 0, 1]));
    assert_eq!(four(Algorithm::ModN).replicas(3, 3), [3, 0, 1]);
}

#[test]
fn one_key_in_front_moves_all_of_mod_360_and_none_of_the_ring() {
    let in_front = ["new"].into_iter().chain(KEYS);
    let moves = |algorithm| {
        let placement = four(algorithm);
        moved(&placement.place(KEYS), &placement.place(in_front.clone())).len()
    };
    assert_eq!((moves(Algorithm::Mod360), moves(Algorithm::Ring), moves(Algorithm::ModN)), (6, 0, 0));
}

#[test]
fn off_by_ring_depends_on_the_order_of_the_list() {
    let moves = |algorithm| {
        let turned = Placement::new(Scheme::of(algorithm), ["n2", "n3", "n4", "n1"]);
        moved(&four(algorithm).place(KEYS), &turned.place(KEYS)).len()
    };
    assert_eq!((moves(Algorithm::OffByRing), moves(Algorithm::Ring), moves(Algorithm::Ketama)), (6, 0, 0));
}

#[test]
fn hostile_lists_are_answered() {
    for algorithm in Algorithm::ALL {
        let none = Placement::new(Scheme::of(algorithm), Vec::<String>::new());
        assert_eq!((none.owner(7), none.replicas(u64::MAX, 3)), (None, vec![]), "{}", algorithm.name());
        assert!(none.place(KEYS).is_empty());
        let twins = Placement::new(Scheme { virtual_nodes: 0, ..Scheme::of(algorithm) }, ["", ""]);
        let mut both = twins.replicas(u64::MAX, 9);
        both.sort_unstable();
        assert_eq!(both, [0, 1], "{}", algorithm.name());
        assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
    }
    assert_eq!(Algorithm::from_name("mod_n"), None);
    assert_eq!(decimal("18446744073709551616"), None);
    assert_eq!(decimal("+1"), None);
    assert_eq!(decimal(""), None);
}

#[test]
fn balance_counts_in_integers() {
    let balance = Balance::of(&[2, 4, 4, 4, 5, 5, 7, 9]); // mean 5, standard deviation 2: the textbook example
    assert_eq!((balance.total, balance.mean_milli, balance.variation_ppm), (40, 5000, 400_000));
    assert_eq!((balance.least, balance.most, balance.most_to_mean_ppm), (2, 9, 1_800_000));
    assert_eq!(Balance::of(&[]).variation_ppm, 0);
    assert_eq!(Balance::of(&[0, 0]).most_to_mean_ppm, 0);
    assert_eq!(Balance::of(&[u64::MAX, 0]).variation_ppm, 1_000_000);
}

#[test]
fn joins_move_keys_only_to_the_newcomer_and_leaves_only_the_leavers() {
    for seed in 0..60 {
        for scheme in consistent_schemes() {
            let nodes = node_set(seed);
            assert_eq!(check_minimal_movement(scheme, &nodes, 400), Ok(()), "{scheme:?} {nodes:?}");
        }
    }
}

/// The same check as above, to show that it can fail: it fails for every naive algorithm and every node set.
#[test]
fn naive_algorithms_move_keys_between_old_nodes() {
    for seed in 0..60 {
        for algorithm in [Algorithm::ModN, Algorithm::Mod360, Algorithm::OffByRing] {
            let (scheme, nodes) = (Scheme::of(algorithm), node_set(seed));
            assert!(check_minimal_movement(scheme, &nodes, 400).is_err(), "{scheme:?} {nodes:?}");
        }
    }
}

#[test]
fn replicas_are_distinct_and_the_owner_comes_first() {
    for seed in 0..60 {
        for algorithm in Algorithm::ALL {
            let placement = Placement::new(Scheme::of(algorithm), node_set(seed));
            for key in 0..100u64 {
                let at = placement.scheme().position(&key.to_string(), key);
                let replicas = placement.replicas(at, 3);
                let distinct: std::collections::BTreeSet<_> = replicas.iter().collect();
                assert_eq!(distinct.len(), placement.nodes().len().min(3));
                assert_eq!(replicas.first().copied(), placement.owner(at));
            }
        }
    }
}

/// FACTS, card 7: a join of the (n+1)-th node moves K/(n+1) keys on average, n/(n+1) of them under mod n.
/// The mean over 100 rings of 50 points a node has a standard error of 2 % here; the tolerance is 8 %.
#[test]
fn movement_is_one_share() {
    const KEYS: u64 = 2000;
    let mean_moved = |scheme: Scheme, nodes: usize| {
        let moves = |ring| {
            let names: Vec<String> = (0..=nodes).map(|node| format!("ring{ring}-{node}")).collect();
            let before = Placement::new(scheme, names[..nodes].to_vec());
            let after = Placement::new(scheme, names);
            (0..KEYS).filter(move |&key| {
                let at = scheme.position(&key.to_string(), key);
                before.owner(at) != after.owner(at)
            })
        };
        (0..100).map(|ring| moves(ring).count() as u64).sum::<u64>() / 100
    };
    for nodes in [3, 7, 9] {
        let ideal = KEYS / (nodes as u64 + 1);
        let ring = mean_moved(Scheme { virtual_nodes: 50, ..Scheme::default() }, nodes);
        assert!(ring.abs_diff(ideal) * 100 <= 8 * ideal, "{nodes} nodes: {ring} moved, ideal {ideal}");
        let mod_n = mean_moved(Scheme::of(Algorithm::ModN), nodes);
        assert!(mod_n.abs_diff(KEYS - ideal) * 100 <= KEYS, "{nodes} nodes: {mod_n} moved under mod n");
    }
}

/// FACTS, card 7: the coefficient of variation of a node's share is √((n−1)/(nv+1)) (Beta law). Its square, the
/// variance, is averaged over 300 rings (100 of 160 points); the tolerance is 10 % of the coefficient.
#[test]
fn shares_vary_as_the_beta_law_says() {
    let measured_ppm = |scheme: Scheme, nodes: u64, rings: u64| {
        let square = |ring| {
            let names = (0..nodes).map(|node| format!("ring{ring}-{node}"));
            let shares = Placement::new(scheme, names).shares_ppb().unwrap();
            assert!(shares.iter().sum::<u64>().abs_diff(1_000_000_000) <= nodes, "shares sum to the circle");
            let ppm = Balance::of(&shares).variation_ppm;
            ppm * ppm
        };
        ((0..rings).map(square).sum::<u64>() / rings).isqrt()
    };
    for (nodes, points, rings) in [(8, 1, 300), (8, 10, 300), (20, 5, 300), (5, 100, 100), (5, 160, 100)] {
        let scheme = match points {
            160 => Scheme::of(Algorithm::Ketama),
            virtual_nodes => Scheme { virtual_nodes, ..Scheme::default() },
        };
        let law_ppm = ((nodes - 1) * 1_000_000_000_000 / (nodes * u64::from(points) + 1)).isqrt();
        let ppm = measured_ppm(scheme, nodes, rings);
        assert!(ppm.abs_diff(law_ppm) * 10 <= law_ppm, "n={nodes} v={points}: {ppm}, law {law_ppm}");
    }
}

fn loads(placement: &Placement, keys: u32) -> Vec<u64> {
    let keys: Vec<String> = (0..keys).map(|key| key.to_string()).collect();
    let owners = placement.place(keys.iter().map(String::as_str));
    placement.loads(&owners)
}

fn consistent_schemes() -> [Scheme; 4] {
    let ring = |virtual_nodes| Scheme { virtual_nodes, ..Scheme::default() };
    [ring(1), ring(10), ring(37), Scheme::of(Algorithm::Ketama)]
}

/// 2 to 9 names that are not in alphabetical order.
fn node_set(seed: u64) -> Vec<String> {
    let count = 2 + seed % 8;
    (0..count).map(|node| format!("s{:x}", sha1_position(&format!("{seed}/{node}")) % 9973)).collect()
}

/// Adds a node at the end of the list and takes it away again, for owners and for sets of three replicas.
fn check_minimal_movement(scheme: Scheme, nodes: &[String], keys: u64) -> Result<(), String> {
    let without = Placement::new(scheme, nodes.to_vec());
    let with = Placement::new(scheme, nodes.iter().cloned().chain(["newcomer".to_owned()]));
    let newcomer = nodes.len() as u32;
    for key in 0..keys {
        let at = scheme.position(&key.to_string(), key);
        if with.owner(at) != without.owner(at) && with.owner(at) != Some(newcomer) {
            return Err(format!("key {key} moves between old nodes"));
        }
        let (before, after) = (without.replicas(at, 3), with.replicas(at, 3));
        if after.iter().any(|&node| node != newcomer && !before.contains(&node)) {
            return Err(format!("a replica of key {key} moves between old nodes"));
        }
    }
    Ok(())
}

#[test]
fn next_points_are_nodes_only_once_but_may_be_too_few() {
    let ring = Placement::new(Scheme::of(Algorithm::Ring), ["n1", "n2", "n3"]);
    let count = |position: u64| ring.next_points(position, 2).len();
    let counts: Vec<usize> = (0..64).map(|step| count(step << 58)).collect();
    assert!(counts.contains(&1) && counts.contains(&2), "{counts:?}");
    for step in 0..64_u64 {
        assert_eq!(ring.next_points(step << 58, 1), ring.replicas(step << 58, 1));
    }
    let modulo = Placement::new(Scheme::of(Algorithm::ModN), ["n1", "n2", "n3"]);
    assert_eq!(modulo.next_points(4, 2), modulo.replicas(4, 2));
    assert_eq!(Placement::new(Scheme::of(Algorithm::Ring), [""; 0]).next_points(0, 2), Vec::<u32>::new());
}
