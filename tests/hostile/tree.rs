//! DER as a tree that can be changed anywhere and encoded again with lengths that are right, so that
//! a change is seen by the code that looks for it and not by the reader of lengths.

use crate::encode::tlv;
use crate::random::Random;

/// An element by its identifier octet.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// Its content.
    Leaf(u8, Vec<u8>),
    /// What is in it; also of an OCTET STRING that holds elements, as extensions do.
    Inner(u8, Vec<Self>),
}

/// Identifiers that a request has, and others.
const IDENTIFIERS: &[u8] = &[
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1e, 0x30, 0x31, 0x80,
    0x81, 0x82, 0x86, 0x87, 0x88, 0xa0, 0xa1, 0xa3, 0xa4,
];

/// What strings and numbers may be changed to.
const VALUES: &[&[u8]] = &[
    b"",
    b"\0",
    b"\x01",
    b"\xff",
    b"\x00\x80",
    b" ",
    b"*",
    b"*.example.com",
    b"*.co.uk",
    b"a.example.com",
    b"xn--bcher-kva.example",
    b"10.0.0.1",
    b"a@example.com",
    b"https://example.com/a",
    b"system:masters",
    b"system:node:w1",
    b"\x1b[31m",
    b"CH",
    "\u{202e}moc".as_bytes(),
    "p\u{430}ypal".as_bytes(),
    "M\u{fc}ller".as_bytes(),
    // Object identifiers.
    b"\x55\x04\x03",
    b"\x55\x04\x0a",
    b"\x55\x04\x0b",
    b"\x55\x1d\x11",
    b"\x55\x1d\x0f",
    b"\x55\x1d\x13",
    b"\x55\x1d\x25",
    b"\x55\x1d\x25\x00",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07",
];

impl Node {
    /// The one element that `input` is.
    pub(crate) fn read_only(input: &[u8]) -> Option<Self> {
        match Self::read(input)? {
            (node, []) => Some(node),
            _ => None,
        }
    }

    fn read(input: &[u8]) -> Option<(Self, &[u8])> {
        let (identifier, rest) = input.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81 => (usize::from(*rest.first()?), &rest[1..]),
            0x82 => (usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?])), &rest[2..]),
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let wraps = identifier & 0x20 != 0 || *identifier == 4;
        let inner = if wraps { Self::read_all(content) } else { None };
        let node = match inner {
            Some(children) if !(children.is_empty() && *identifier == 4) => {
                Self::Inner(*identifier, children)
            }
            _ => Self::Leaf(*identifier, content.to_vec()),
        };
        Some((node, rest))
    }

    fn read_all(mut input: &[u8]) -> Option<Vec<Self>> {
        let mut children = Vec::new();
        while !input.is_empty() {
            let (child, rest) = Self::read(input)?;
            children.push(child);
            input = rest;
        }
        Some(children)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Leaf(identifier, content) => tlv(*identifier, content),
            Self::Inner(identifier, children) => {
                let content: Vec<u8> = children.iter().flat_map(Self::encode).collect();
                tlv(*identifier, &content)
            }
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Leaf(..) => 1,
            Self::Inner(_, children) => 1 + children.iter().map(Self::count).sum::<usize>(),
        }
    }

    fn get(&mut self, mut index: usize) -> &mut Self {
        if index == 0 {
            return self;
        }
        index -= 1;
        let Self::Inner(_, children) = self else { panic!("beyond the tree") };
        for child in children {
            let count = child.count();
            if index < count {
                return child.get(index);
            }
            index -= count;
        }
        panic!("beyond the tree")
    }

    /// Changes something somewhere; parts may come from `other`.
    pub(crate) fn change(&mut self, other: &Self, random: &mut Random) {
        let mut donor = other.clone();
        let donor = donor.get(random.below(other.count())).clone();
        let index = random.below(self.count());
        let node = self.get(index);
        match (node, random.below(8)) {
            (node, 0) => *node = donor,
            (Self::Leaf(identifier, _) | Self::Inner(identifier, _), 1) => {
                *identifier = *random.pick(IDENTIFIERS);
            }
            (Self::Inner(_, children), choice) if !children.is_empty() => {
                let (at, to) = (random.below(children.len()), random.below(children.len()));
                match choice {
                    2 => drop(children.remove(at)),
                    3 => children.insert(to, children[at].clone()),
                    4 => children.swap(at, to),
                    5 => children.insert(at, donor),
                    6 => children.sort_by_key(Self::encode),
                    _ => children.truncate(at),
                }
            }
            (Self::Inner(_, children), _) => children.push(donor),
            (Self::Leaf(_, content), 2) => *content = random.pick(VALUES).to_vec(),
            (Self::Leaf(_, content), 3) => {
                let at = random.below(content.len() + 1);
                content.insert(at, random.octet());
            }
            (Self::Leaf(_, content), 4) if !content.is_empty() => {
                content.remove(random.below(content.len()));
            }
            (Self::Leaf(_, content), 5) => *content = content.repeat(2 + random.below(20)),
            (Self::Leaf(_, content), _) => match content.len() {
                0 => content.push(random.octet()),
                length => content[random.below(length)] ^= 1 << random.below(8),
            },
        }
    }
}
