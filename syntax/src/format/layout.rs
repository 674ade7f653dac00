//! Breaks lines: groups are on one line where they fit, else each of their breaks is a new line. Knows
//! nothing of the language.

/// What is printed, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Text(String),
    /// Between two texts on the same line.
    Space,
    /// A new line where the group around it is broken, else a space.
    Line,
    /// A new line where the group around it is broken, else nothing.
    Soft,
    /// A new line where the group around it is broken and what comes up to its next break does not fit on the
    /// line, else a space.
    Fill,
    /// A new line always.
    Hard,
    /// An empty line, if nothing was printed yet none.
    Blank,
    /// A comment at the end of the line; a new line always follows it.
    Trailing(String),
    /// A comment on a line of its own.
    Comment(String),
    Open,
    Close,
    /// From here on new lines begin this much further right.
    Indent(isize),
}

/// The lines without their breaks.
pub(super) fn render(ops: Vec<Op>, width: usize) -> Vec<String> {
    let measures = Measures::new(&ops);
    let mut out = Out { lines: Vec::new(), line: String::new(), columns: 0, indent: 0, begins: 0, space: false };
    // Of each group that is open: is it broken?
    let mut broken = vec![true];
    for (index, op) in ops.iter().enumerate() {
        let is_broken = *broken.last().unwrap_or(&true);
        match op {
            Op::Text(text) => out.text(text),
            Op::Space => out.space = true,
            Op::Line if is_broken => out.new_line(),
            Op::Line => out.space = true,
            Op::Soft if is_broken => out.new_line(),
            Op::Soft => {}
            Op::Fill if is_broken && measures.flat(index).is_none_or(|flat| out.column() + flat > width) => {
                out.new_line();
            }
            Op::Fill => out.space = true,
            Op::Hard => out.new_line(),
            Op::Blank => out.blank(),
            Op::Trailing(text) => {
                if !out.line.is_empty() {
                    out.space = false;
                    out.push("  ");
                }
                out.text(text);
                out.new_line();
            }
            Op::Comment(text) => {
                out.new_line();
                out.text(text);
                out.new_line();
            }
            Op::Open => {
                let space = usize::from(out.space);
                broken.push(measures.flat(index).is_none_or(|flat| out.column() + space + flat > width));
            }
            Op::Close => {
                broken.pop();
            }
            Op::Indent(by) => out.indent = out.indent.saturating_add_signed(*by),
        }
    }
    out.new_line();
    out.lines
}

struct Out {
    lines: Vec<String>,
    line: String,
    columns: usize,
    indent: usize,
    /// The indent of this line, as it was when the line began.
    begins: usize,
    /// A space is due before the next text of this line.
    space: bool,
}

impl Out {
    fn text(&mut self, text: &str) {
        if self.line.is_empty() {
            self.push(&" ".repeat(self.begins));
        } else if self.space {
            self.push(" ");
        }
        self.space = false;
        self.push(text);
    }

    fn push(&mut self, text: &str) {
        self.columns += text.chars().count();
        self.line.push_str(text);
    }

    fn new_line(&mut self) {
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
        self.columns = 0;
        self.begins = self.indent;
        self.space = false;
    }

    fn blank(&mut self) {
        self.new_line();
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// Where the next text would begin.
    fn column(&self) -> usize {
        if self.line.is_empty() { self.begins } else { self.columns }
    }
}

/// How wide groups are on one line.
struct Measures {
    /// For each op, the columns of all before it when nothing is broken.
    before: Vec<usize>,
    /// For each `Open` the end of what has to fit on its line: up to the first break after its `Close`. For each
    /// `Fill` up to the next break of its group.
    ends: Vec<Option<usize>>,
}

impl Measures {
    fn new(ops: &[Op]) -> Measures {
        let mut before = Vec::with_capacity(ops.len() + 1);
        let mut columns = 0;
        for op in ops {
            before.push(columns);
            columns += match op {
                Op::Text(text) => text.chars().count(),
                Op::Space | Op::Line | Op::Fill => 1,
                _ => 0,
            };
        }
        before.push(columns);
        // From the back: where the next break is, and how much of it cannot be on one line.
        let mut ends = vec![None; ops.len()];
        let mut next_break = ops.len();
        let mut next_hard = ops.len();
        let mut next_text = ops.len();
        let mut closes = Vec::new();
        // In each group that is open, the next break of its own.
        let mut own_breaks = vec![ops.len()];
        for (index, op) in ops.iter().enumerate().rev() {
            match op {
                Op::Close => {
                    closes.push((index, next_break));
                    own_breaks.push(next_break);
                }
                Op::Open => {
                    own_breaks.pop();
                    if let Some((close, end)) = closes.pop() {
                        ends[index] = (next_hard > close).then_some(end);
                    }
                }
                Op::Line | Op::Soft => next_break = index,
                Op::Fill => {
                    ends[index] = own_breaks.last().copied();
                    next_break = index;
                }
                Op::Hard | Op::Blank | Op::Comment(_) => {
                    next_break = index;
                    next_hard = index;
                }
                // Breaks a group only if more of the group comes after the comment.
                Op::Trailing(_) => {
                    next_break = index;
                    next_hard = next_hard.min(next_text);
                }
                Op::Text(_) => next_text = index,
                Op::Space | Op::Indent(_) => {}
            }
            if next_break == index
                && let Some(own) = own_breaks.last_mut()
            {
                *own = index;
            }
        }
        Measures { before, ends }
    }

    /// The columns from here to its end if nothing in it is broken; None where it has to be.
    fn flat(&self, from: usize) -> Option<usize> {
        self.ends[from].map(|end| self.before[end] - self.before[from])
    }
}
