//! Makes inputs of seeds: cut, doubled, mixed with each other and with words that mean something. The same number makes
//! the same input on every machine.

/// Words that are something to one of the decoders, and characters that nobody sees.
const WORDS: [&str; 64] = [
    "```headwater\n",
    "```\n",
    "~~~",
    "> ",
    "- ",
    "---\n",
    "<!--",
    "| where ",
    "| extend ",
    "| summarize ",
    " by ",
    "| join kind=inner (",
    "| union ",
    "let a = ",
    "spans",
    "logs",
    "duration",
    "dynamic([1])",
    "bin(timestamp, 10s)",
    "count()",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "`",
    ";",
    ",",
    "|",
    "=",
    "==",
    ":",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "//",
    "#",
    "\u{feff}",
    "\u{a0}",
    "e\u{301}",
    "𝒳",
    "\u{2028}",
    "\0",
    "\\u",
    "\\ud83d",
    "null",
    "true",
    "1e999",
    "-0",
    "9223372036854775808",
    "[sources.a]\n",
    "uri = \"demo:shop\"\n",
    "params:\n",
    "\"a\":",
    "a=",
    "{\"a\":\"b\"}\n",
    "2026-01-01T00:00:00Z",
    "headwater-ignore unused-let: x",
    "\u{1b}[2J",
];

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Mutator(u64);

impl Mutator {
    pub(crate) fn new(number: u64) -> Mutator {
        Mutator(number)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    pub(crate) fn made_of(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds[self.below(seeds.len())].clone();
        for _ in 0..1 + self.below(6) {
            let at = self.below(input.len() + 1);
            let to = (at + 1 + self.below(24)).min(input.len());
            match self.below(10) {
                0 | 1 => drop(input.drain(at.min(to)..to)),
                2 => {
                    let twice = input[at.min(to)..to].to_vec();
                    for _ in 0..1 + self.below(8) {
                        input.splice(at..at, twice.iter().copied());
                    }
                }
                3..6 => _ = input.splice(at..at, WORDS[self.below(WORDS.len())].bytes()),
                6 => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len() + 1);
                    let end = (from + self.below(60)).min(other.len());
                    input.splice(at..at, other[from..end].iter().copied());
                }
                7 if at < input.len() => input[at] = self.next() as u8,
                8 if at < input.len() => input[at] ^= 1 << self.below(8),
                _ => input.truncate(at),
            }
        }
        // What chooses in a text stands at its end.
        for _ in 0..self.below(9) {
            input.push(self.next() as u8 & 0x7f);
        }
        input
    }
}
