//! Where a JSON value ends: a scan that can stop after any byte and go on with the next ones. Follows brackets, commas
//! and strings exactly, and takes any word for a number.

use memchr::memchr3;

/// Deeper than this is no JSON that anybody writes, and refused anyway.
const DEEPEST: usize = 512;
/// Bytes of a key that are compared.
const KEY: usize = 256;

#[derive(Default)]
pub(in crate::source) struct Scan {
    /// The brackets that are open: true for an object.
    open: Vec<bool>,
    expect: Expect,
    /// Must be a list of objects, which is to be read element by element.
    only_list: bool,
    /// The member of the outermost object that is to be read element by element.
    list: Option<Box<[u8]>>,
    key: Vec<u8>,
    is_list: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Expect {
    #[default]
    Value,
    /// After `[`.
    ValueOrEnd,
    /// After `{`.
    KeyOrEnd,
    Key,
    Colon,
    /// After a value.
    CommaOrEnd,
    String {
        key: bool,
    },
    Escaped {
        key: bool,
    },
    Word,
    /// In the list that is to be read element by element, before its first.
    Object,
    /// After the brace of that first, before its first key.
    FirstKey,
}

/// How far a scan came.
pub(in crate::source) enum Step {
    /// All bytes belong to the value, and it goes on.
    More,
    /// The value ends before this byte.
    Done(usize),
    /// The elements of the list have begun: up to this byte there is the first brace.
    List(usize),
    /// No value goes on with this byte.
    Broken(usize),
}

impl Scan {
    pub(in crate::source) fn value() -> Scan {
        Scan::default()
    }

    /// Begins anew, with any value.
    pub(super) fn begin(&mut self) {
        self.open.clear();
        self.expect = Expect::Value;
        (self.only_list, self.list, self.is_list) = (false, None, false);
    }

    /// `list`: the member whose elements are looked for.
    pub(super) fn object(list: Option<Box<[u8]>>) -> Scan {
        Scan { list, ..Scan::default() }
    }

    pub(super) fn list_of_objects() -> Scan {
        Scan { only_list: true, ..Scan::default() }
    }

    /// The list that was found is a member of an object, which goes on after it.
    pub(super) fn is_around(&self) -> bool {
        !self.only_list
    }

    pub(in crate::source) fn feed(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match self.expect {
                Expect::String { key } => {
                    let Some(end) = memchr3(b'"', b'\\', b'\n', &bytes[at..]).map(|end| at + end) else {
                        self.in_key(key, &bytes[at..]);
                        return Step::More;
                    };
                    self.in_key(key, &bytes[at..end]);
                    at = end;
                    match bytes[end] {
                        b'"' if key => {
                            self.is_list = self.open.len() == 1 && self.list.as_deref() == Some(&self.key);
                            self.expect = Expect::Colon;
                        }
                        b'"' => self.expect = Expect::CommaOrEnd,
                        b'\\' => self.expect = Expect::Escaped { key },
                        // A string never goes over a line's end.
                        _ => return Step::Broken(end),
                    }
                }
                Expect::Escaped { .. } if byte == b'\n' => return Step::Broken(at),
                Expect::Escaped { key } => {
                    self.in_key(key, &[b'\\', byte]);
                    self.expect = Expect::String { key };
                }
                Expect::Word if byte.is_ascii_alphanumeric() || b"+-.".contains(&byte) => {}
                Expect::Word => {
                    self.expect = Expect::CommaOrEnd;
                    if self.open.is_empty() {
                        return Step::Done(at);
                    }
                    continue;
                }
                _ if byte.is_ascii_whitespace() => {}
                Expect::Object if byte == b'{' => self.expect = Expect::FirstKey,
                Expect::FirstKey if matches!(byte, b'"' | b'}') => {
                    // The list itself is not looked into by this scan.
                    self.open.pop();
                    self.expect = Expect::CommaOrEnd;
                    return Step::List(at);
                }
                Expect::FirstKey => return Step::Broken(at),
                Expect::Object if self.only_list => return Step::Broken(at),
                Expect::Object => {
                    self.expect = Expect::ValueOrEnd;
                    continue;
                }
                Expect::Value | Expect::ValueOrEnd => match byte {
                    b'"' => self.expect = Expect::String { key: false },
                    b'{' => {
                        self.open.push(true);
                        self.expect = Expect::KeyOrEnd;
                    }
                    b'[' => {
                        let listed = self.only_list || self.is_list;
                        self.open.push(false);
                        let this = self.open.len() == 1 + usize::from(!self.only_list);
                        self.expect = if listed && this { Expect::Object } else { Expect::ValueOrEnd };
                    }
                    b']' if self.expect == Expect::ValueOrEnd => {
                        if self.close(false) {
                            return Step::Done(at + 1);
                        }
                    }
                    b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => self.expect = Expect::Word,
                    _ => return Step::Broken(at),
                },
                Expect::KeyOrEnd | Expect::Key => match byte {
                    b'"' => {
                        self.key.clear();
                        self.expect = Expect::String { key: true };
                    }
                    b'}' if self.expect == Expect::KeyOrEnd => {
                        if self.close(true) {
                            return Step::Done(at + 1);
                        }
                    }
                    _ => return Step::Broken(at),
                },
                Expect::Colon if byte == b':' => self.expect = Expect::Value,
                Expect::Colon => return Step::Broken(at),
                Expect::CommaOrEnd => match (byte, self.open.last()) {
                    (b',', Some(true)) => self.expect = Expect::Key,
                    (b',', Some(false)) => self.expect = Expect::Value,
                    (b'}', Some(true)) | (b']', Some(false)) => {
                        if self.close(byte == b'}') {
                            return Step::Done(at + 1);
                        }
                    }
                    _ => return Step::Broken(at),
                },
            }
            if self.open.len() > DEEPEST {
                return Step::Broken(at);
            }
            at += 1;
            // A string is the whole value.
            if self.open.is_empty() && self.expect == Expect::CommaOrEnd {
                return Step::Done(at);
            }
        }
        Step::More
    }

    /// True where that was the outermost.
    fn close(&mut self, object: bool) -> bool {
        debug_assert_eq!(self.open.last(), Some(&object));
        self.open.pop();
        self.expect = Expect::CommaOrEnd;
        self.open.is_empty()
    }

    fn in_key(&mut self, key: bool, bytes: &[u8]) {
        if key && self.list.is_some() && self.open.len() == 1 && self.key.len() < KEY {
            self.key.extend_from_slice(&bytes[..bytes.len().min(KEY)]);
        }
    }
}
