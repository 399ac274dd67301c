//! A run's text as it stands in an address: plain while it is short, packed where it would be long.
//!
//! ```text
//! raft:basic;r1;s42;@153200crash.n2        plain: up to 1,500 characters, and readable
//! z1.BgqVTm9cY3R5...                       packed: base64url without padding, behind the packing's version
//! ```
//!
//! Packing 1 predicts each bit of the text from the one, two and four letters before it, and codes it by its chance
//! (arithmetic coding: Witten, Neal, Cleary 1987; mixing of contexts by how often they were seen: PAQ, Mahoney 2002).
//! Links get a little shorter than with DEFLATE, and the page is spared the 16 KB that its usual crate weighs there. Before the
//! coded bits stand the length of the text (seven bits a byte, low ones first) and two bytes of its hash.

use faultscope_sim::{MAX_TEXT_BYTES, RunText, stable_hash};

use crate::session::OpenError;
use crate::words::{Lang, Text};

/// The longest text that is written plainly, in characters.
pub const PLAIN_MAX: usize = 1_500;
const PACKED: &str = "z1.";
/// The longest link that is read, in bytes: the longest text and an address around it.
pub const MAX_LINK_BYTES: usize = MAX_TEXT_BYTES + 4_096;

/// Why a packed text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// It was packed in a way that this build does not know.
    Version(String),
    /// A letter is none of base64url's; its place in characters from 0.
    Letter(usize),
    /// The link, or the text in it, is longer than the limit, in bytes.
    TooLong(usize),
    /// A part of it is missing or was changed.
    Damaged,
}

impl LinkError {
    /// One clear message.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Version(word) => Text::new(
                "the link is packed as “{word}”; this version reads “z1”",
                "链接的压缩格式是“{word}”，本版本只能读取“z1”",
            )
            .fill(lang, &[("word", word)]),
            Self::Letter(at) => Text::new(
                "character {place} cannot stand in a packed link",
                "压缩链接的第 {place} 个字符不合法",
            )
            .fill(lang, &[("place", &(at + 1).to_string())]),
            Self::TooLong(limit) => {
                Text::new("the link holds more than {limit} bytes", "链接内容超过 {limit} 字节")
                    .fill(lang, &[("limit", &limit.to_string())])
            }
            Self::Damaged => Text::new(
                "the link is damaged: a part of it is missing or was changed",
                "链接已损坏：内容缺失或被改动",
            )
            .get(lang)
            .to_owned(),
        }
    }
}

/// The run's text for an address.
pub fn write(run: &RunText) -> String {
    let text = run.to_string();
    if text.len() <= PLAIN_MAX || !text.is_ascii() { text } else { pack(&text) }
}

/// The run of an address's text, plain or packed.
///
/// # Errors
/// [`OpenError`] says what is wrong with it, and where.
pub fn read(link: &str) -> Result<RunText, OpenError> {
    match unpack(link).map_err(OpenError::Link)? {
        Some(text) => text.parse().map_err(OpenError::Text),
        None => link.parse().map_err(OpenError::Text),
    }
}

/// The text that is packed in a link; none where it is plain.
///
/// # Errors
/// [`LinkError`] says why it cannot be unpacked.
pub fn unpack(link: &str) -> Result<Option<String>, LinkError> {
    if let Some(letters) = link.strip_prefix(PACKED) {
        return unpack_letters(letters).map(Some);
    }
    match link.split_once('.') {
        Some((version, _)) if is_other_version(version) => Err(LinkError::Version(version.to_owned())),
        _ => Ok(None),
    }
}

/// Whether it looks like a packing that came later: `z` and a number.
fn is_other_version(word: &str) -> bool {
    let digits = word.strip_prefix('z').unwrap_or_default();
    (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn pack(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut length = text.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(&check_of(text));
    let mut coder = Encoder { low: 0, high: u32::MAX, out: bytes };
    let mut model = Model::new();
    for letter in text.bytes() {
        model.code(|chance| {
            let bit = letter >> chance.place & 1;
            coder.put(chance.parts, bit != 0);
            bit
        });
    }
    letters_of(&coder.finish(), PACKED)
}

fn unpack_letters(letters: &str) -> Result<String, LinkError> {
    if letters.len() > MAX_LINK_BYTES {
        return Err(LinkError::TooLong(MAX_LINK_BYTES));
    }
    let bytes = bytes_of(letters).map_err(|at| LinkError::Letter(at + PACKED.len()))?;
    let head = bytes.iter().position(|byte| byte & 0x80 == 0).filter(|&last| last < 4);
    let head = head.ok_or(LinkError::Damaged)? + 1;
    let length = bytes[..head].iter().rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
    if length > MAX_TEXT_BYTES {
        return Err(LinkError::TooLong(MAX_TEXT_BYTES));
    }
    let (check, coded) = bytes[head..].split_at_checked(2).ok_or(LinkError::Damaged)?;
    let mut decoder = Decoder::new(coded);
    let mut model = Model::new();
    let text: String =
        (0..length).map(|_| char::from(model.code(|chance| u8::from(decoder.take(chance.parts))))).collect();
    if check_of(&text) == *check { Ok(text) } else { Err(LinkError::Damaged) }
}

/// What tells a text from one that was damaged on its way.
fn check_of(text: &str) -> [u8; 2] {
    let [first, second, ..] = stable_hash(text).to_le_bytes();
    [first, second]
}

/// What is known of the next bit.
#[derive(Clone, Copy)]
struct Chance {
    /// Its place in the letter: 6 to 0.
    place: u8,
    /// How likely it is 1, in parts of 65,536; never none and never all.
    parts: u32,
}

/// How often contexts were seen, and how often a 1 came next.
struct Model {
    /// For each order a table of chances (high bits) and counts (low bits), by hash.
    tables: [Vec<u32>; 3],
    /// The last four letters.
    past: u32,
}

const TABLE_BITS: u32 = 18;
const COUNT_MAX: u32 = 60;
/// The letters of a context, by order.
const MASKS: [u32; 3] = [0xff, 0xffff, 0xffff_ffff];
/// How much more a context says that has more letters.
const TRUST: [u64; 3] = [1, 6, 40];

impl Model {
    fn new() -> Self {
        Self { tables: std::array::from_fn(|_| vec![1 << 31; 1 << TABLE_BITS]), past: 0 }
    }

    /// Codes one letter of seven bits: `bit` is asked for each, high ones first.
    fn code(&mut self, mut bit: impl FnMut(Chance) -> u8) -> u8 {
        let mut node = 1_u32;
        for place in (0..7).rev() {
            let slots: [usize; 3] = std::array::from_fn(|order| slot(self.past & MASKS[order], node));
            let coded = bit(Chance { place, parts: self.chance(slots) });
            for (table, slot) in self.tables.iter_mut().zip(slots) {
                learn(&mut table[slot], coded != 0);
            }
            node = node << 1 | u32::from(coded);
        }
        let letter = (node & 0x7f) as u8;
        self.past = self.past << 8 | u32::from(letter);
        letter
    }

    /// The mean of what the contexts say, by how often each was seen.
    fn chance(&self, slots: [usize; 3]) -> u32 {
        let (mut sum, mut all) = (1_u64 << 15, 1_u64);
        for ((table, slot), trust) in self.tables.iter().zip(slots).zip(TRUST) {
            let entry = u64::from(table[slot]);
            let weight = (entry & 0x3ff) * trust;
            sum += (entry >> 16) * weight;
            all += weight;
        }
        ((sum / all) as u32).clamp(32, 65_536 - 32)
    }
}

fn slot(letters: u32, node: u32) -> usize {
    let mixed =
        (letters.wrapping_mul(0x9e37_79b1) ^ node.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
    (mixed >> (32 - TABLE_BITS)) as usize
}

/// Moves a chance towards what came, the less the more often it was seen.
fn learn(entry: &mut u32, was_one: bool) {
    let (chance, count) = (*entry >> 10, *entry & 0x3ff);
    let target = if was_one { (1 << 22) - 1 } else { 0 };
    let moved = i64::from(chance) + (i64::from(target) - i64::from(chance)) * 5 / i64::from(5 * count + 6);
    *entry = (moved as u32) << 10 | (count + 1).min(COUNT_MAX);
}

/// Where a bit with this chance of 1 divides what is left between `low` and `high`.
fn middle(low: u32, high: u32, parts: u32) -> u32 {
    low + ((u64::from(high - low) * u64::from(parts)) >> 16) as u32
}

struct Encoder {
    low: u32,
    high: u32,
    out: Vec<u8>,
}

impl Encoder {
    fn put(&mut self, parts: u32, bit: bool) {
        let middle = middle(self.low, self.high, parts);
        if bit {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
        while (self.low ^ self.high) >> 24 == 0 {
            self.out.push((self.high >> 24) as u8);
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
        }
    }

    /// The bytes, with as few at the end as tell the last bits: what is missing is read as 0.
    fn finish(mut self) -> Vec<u8> {
        if self.low > 0 {
            self.out.push((self.low >> 24) as u8 + 1);
        }
        self.out
    }
}

struct Decoder<'a> {
    low: u32,
    high: u32,
    code: u32,
    rest: std::slice::Iter<'a, u8>,
}

impl<'a> Decoder<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self { low: 0, high: u32::MAX, code: 0, rest: bytes.iter() };
        for _ in 0..4 {
            decoder.shift();
        }
        decoder
    }

    fn shift(&mut self) {
        self.code = self.code << 8 | u32::from(self.rest.next().copied().unwrap_or(0));
    }

    fn take(&mut self, parts: u32) -> bool {
        let middle = middle(self.low, self.high, parts);
        let bit = self.code <= middle;
        if bit {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
        while (self.low ^ self.high) >> 24 == 0 {
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
            self.shift();
        }
        bit
    }
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes in base64url without padding (RFC 4648, section 5).
fn letters_of(bytes: &[u8], before: &str) -> String {
    let mut letters = String::with_capacity(before.len() + bytes.len() * 4 / 3 + 2);
    letters.push_str(before);
    for group in bytes.chunks(3) {
        let word = group
            .iter()
            .enumerate()
            .fold(0, |word, (place, &byte)| word | u32::from(byte) << (16 - 8 * place));
        for place in 0..=group.len() {
            letters.push(char::from(LETTERS[(word >> (18 - 6 * place) & 63) as usize]));
        }
    }
    letters
}

/// The bytes of base64url; the place of the first letter that is none.
fn bytes_of(letters: &str) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::with_capacity(letters.len() * 3 / 4);
    let (mut word, mut bits) = (0_u32, 0);
    for (at, letter) in letters.chars().enumerate() {
        let value = LETTERS.iter().position(|&known| char::from(known) == letter).ok_or(at)?;
        word = word << 6 | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits) as u8);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long_text(actions: u64) -> String {
        let verbs = ["crash.n2", "restart.n2", "cut.n1_n2", "heal", "drop.n1-n3.7", "pause.n4", "resume.n4"];
        let mut text = "lab:basic;r1;s42".to_owned();
        for number in 0..actions {
            let at_us = number * 61_813 + number * number * 977 % 20_011;
            text += &format!(";@{at_us}{}", verbs[(number * 5 % 7) as usize]);
        }
        text
    }

    #[test]
    fn what_is_packed_comes_back() {
        for text in [
            "",
            "a",
            ";",
            "\u{0}\u{7f}",
            "z1.",
            &"a".repeat(MAX_TEXT_BYTES),
            &long_text(200),
            &long_text(9_000),
        ] {
            let packed = pack(text);
            assert_eq!(unpack(&packed), Ok(Some(text.to_owned())), "{}", text.len());
            assert!(packed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
        }
    }

    #[test]
    fn long_texts_get_less_than_half_as_long() {
        for actions in [100, 300, 3_000] {
            let text = long_text(actions);
            let packed = pack(&text);
            println!("{actions} actions: {} characters plain, {} packed", text.len(), packed.len());
            assert!(packed.len() * 2 < text.len(), "{} of {}", packed.len(), text.len());
        }
    }

    #[test]
    fn short_runs_stay_readable_and_long_ones_are_packed() {
        let short: RunText = "lab:basic;r1;s42;@5heal".parse().expect("a run");
        assert_eq!(write(&short), short.to_string());
        let long: RunText = long_text(200).parse().expect("a run");
        let link = write(&long);
        assert!(link.starts_with(PACKED) && link.len() < PLAIN_MAX * 2, "{link}");
        assert_eq!(read(&link), Ok(long.clone()));
        assert_eq!(read(&long.to_string()), Ok(long));
    }

    #[test]
    fn what_was_damaged_says_so() {
        let link = pack(&long_text(100));
        let damaged = |link: &str| unpack(link).expect_err(link);
        assert_eq!(damaged("z1."), LinkError::Damaged);
        assert_eq!(damaged("z1.A"), LinkError::Damaged);
        assert_eq!(damaged("z1._____w"), LinkError::Damaged);
        assert_eq!(damaged("z1.____AA"), LinkError::TooLong(MAX_TEXT_BYTES));
        assert_eq!(damaged("z1.AB+C"), LinkError::Letter(5));
        assert_eq!(damaged("z2.AAAA"), LinkError::Version("z2".to_owned()));
        let mut seen = 0;
        for place in PACKED.len()..link.len() {
            let mut letters = link.clone().into_bytes();
            letters[place] = if letters[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(letters).expect("letters");
            seen += u64::from(unpack(&changed).is_err());
            seen += u64::from(unpack(&link[..place]).is_err());
        }
        // Two bytes of a hash miss one damage in 65,536; the last letters may hold bits that say nothing.
        let all = 2 * (link.len() - PACKED.len()) as u64;
        assert!(seen + 6 >= all, "{seen} of {all}");
    }
}
