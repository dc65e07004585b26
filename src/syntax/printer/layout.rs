//! Where lines are broken: the program as a flat list of texts and possible line breaks in nested groups, and the
//! decision, group by group, which of them become line breaks.
//!
//! All sizes are added up once in front, so that every decision takes constant time and the whole is linear.

use super::page::{Page, columns};

/// Columns that a line may use.
const WIDTH: usize = 100;

/// How a group is laid out if it does not fit on the line as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// All its lines are broken.
    Broken,
    /// As many items as fit share a line.
    Filled,
    /// None of its lines is broken if the text before command `last` fits; what is from there on breaks by itself.
    Hugging { last: usize },
    /// No line in it is broken, however long it gets.
    Flat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command<'a> {
    Text(&'a str),
    /// A space, unless the line is broken here anyway.
    Space,
    /// A possible line break; otherwise a space.
    Line,
    /// A possible line break; otherwise nothing.
    SoftLine,
    /// A line break.
    HardLine,
    /// A line break unless the line has just been broken; what continues is indented by `indent` steps.
    FreshLine {
        indent: usize,
    },
    /// A line break after a comment, whose indentation is kept.
    SameIndent,
    /// An empty line, if the line has just been broken.
    Blank,
    /// The group around does not fit on one line.
    Break,
    /// Text if the group around is broken.
    IfBroken(&'a str),
    /// Text if the group around is on one line.
    IfFlat(&'a str),
    /// A comment for the end of the line, with its column in the source if it may be
    /// aligned with others.
    Suffix(&'a str, Option<usize>),
    /// A comment behind the last item of a list or block: on one line with it in any case, but where the list is
    /// broken nothing is broken for it, like for other comments at the end of a line.
    Closing(&'a str),
    Open(Style),
    Close,
    /// Lines broken in between are indented, if the group around is broken.
    Indent,
    Dedent,
}

/// The list of commands while it is built.
#[derive(Default)]
pub struct Layout<'a> {
    commands: Vec<Command<'a>>,
    /// The open groups.
    open: Vec<usize>,
}

impl<'a> Layout<'a> {
    pub fn push(&mut self, command: Command<'a>) {
        self.commands.push(command);
    }

    /// The number of the next command.
    pub fn next(&self) -> usize {
        self.commands.len()
    }

    pub fn open(&mut self) {
        self.open.push(self.commands.len());
        self.commands.push(Command::Open(Style::Broken));
    }

    /// Ends the group opened last and says how it is laid out.
    pub fn close(&mut self, style: Style) {
        if let Some(open) = self.open.pop() {
            self.commands[open] = Command::Open(style);
            self.commands.push(Command::Close);
        }
    }

    /// The last text or white space.
    pub fn last(&self) -> Option<Command<'a>> {
        use Command::*;
        self.commands
            .iter()
            .rev()
            .find(|command| !matches!(command, Open(_) | Close | Indent | Dedent | Break))
            .copied()
    }

    /// The text, or `None` if it gets longer than `limit` bytes.
    pub fn render(self, limit: usize) -> Option<String> {
        let sizes = Sizes::new(&self.commands);
        let mut page = Page::default();
        let mut modes = vec![Mode::Broken];
        let mut indents = vec![0];
        for (index, &command) in self.commands.iter().enumerate() {
            let mode = modes.last().copied().unwrap_or(Mode::Broken);
            let indent = indents.last().copied().unwrap_or(0);
            match command {
                Command::Text(text) => page.text(text),
                Command::Space => page.space = true,
                Command::Line | Command::SoftLine => {
                    let spaced = command == Command::Line;
                    let breaks = match mode {
                        Mode::Broken => true,
                        Mode::Filled => !spaced || page.column() + 1 + sizes.tail[index + 1] > WIDTH,
                        Mode::Flat | Mode::Hugging => false,
                    };
                    if breaks {
                        page.line(indent);
                    } else {
                        page.space |= spaced;
                    }
                }
                Command::HardLine => page.line(indent),
                Command::FreshLine { indent: more } => {
                    if !page.at_line_start() {
                        page.line(indent + more);
                    }
                }
                Command::SameIndent => page.same_indent(),
                Command::Blank => page.blank(),
                Command::Break => {}
                Command::IfBroken(text) => {
                    if matches!(mode, Mode::Broken | Mode::Filled) {
                        page.text(text);
                    }
                }
                Command::Closing(text) => {
                    page.space = true;
                    page.text(text);
                }
                Command::IfFlat(text) => {
                    if matches!(mode, Mode::Flat | Mode::Hugging) {
                        page.text(text);
                    }
                }
                Command::Suffix(text, column) => page.suffix(text, column),
                Command::Open(style) => modes.push(match mode {
                    Mode::Flat => Mode::Flat,
                    _ => sizes.mode(index, style, page.column()),
                }),
                Command::Close => {
                    modes.pop();
                }
                Command::Indent => {
                    indents.push(indent + usize::from(matches!(mode, Mode::Broken | Mode::Filled)));
                }
                Command::Dedent => {
                    indents.pop();
                }
            }
            if page.length() > limit {
                return None;
            }
        }
        let text = page.end();
        (text.len() <= limit).then_some(text)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flat,
    Hugging,
    Filled,
    Broken,
}

/// What every decision needs to know about the commands.
struct Sizes {
    /// Columns of all commands before each one if no line is broken.
    before: Vec<usize>,
    /// Commands before each one that cannot be on one line with others.
    forced: Vec<usize>,
    /// Columns from each command on to the next possible line break.
    tail: Vec<usize>,
    /// For every start of a group its end.
    ends: Vec<usize>,
}

impl Sizes {
    fn new(commands: &[Command]) -> Sizes {
        use Command::*;
        let count = commands.len();
        let mut sizes = Sizes {
            before: Vec::with_capacity(count + 1),
            forced: Vec::with_capacity(count + 1),
            tail: vec![0; count + 1],
            ends: vec![count; count],
        };
        let (mut before, mut forced) = (0, 0);
        let mut open = Vec::new();
        for (index, command) in commands.iter().enumerate() {
            sizes.before.push(before);
            sizes.forced.push(forced);
            match command {
                Text(text) | Closing(text) if is_long(text) => forced += 1,
                Closing(text) => before += 1 + columns(text),
                Text(text) | IfFlat(text) => before += columns(text),
                Space | Line => before += 1,
                HardLine | FreshLine { .. } | SameIndent | Break => forced += 1,
                Open(_) => open.push(index),
                Close => {
                    if let Some(open) = open.pop() {
                        sizes.ends[open] = index;
                    }
                }
                SoftLine | Blank | IfBroken(_) | Suffix(..) | Indent | Dedent => {}
            }
        }
        sizes.before.push(before);
        sizes.forced.push(forced);
        for (index, command) in commands.iter().enumerate().rev() {
            let rest = sizes.tail[index + 1];
            sizes.tail[index] = match command {
                Text(text) if is_long(text) => columns(text.lines().next().unwrap_or("")),
                Text(text) | IfBroken(text) => columns(text) + rest,
                Space => 1 + rest,
                Line | SoftLine | HardLine | FreshLine { .. } | SameIndent | Closing(_) => 0,
                Blank | Break | IfFlat(_) | Suffix(..) | Open(_) | Close | Indent | Dedent => rest,
            };
        }
        sizes
    }

    /// How the group that starts at `open` is laid out from `column` on.
    fn mode(&self, open: usize, style: Style, column: usize) -> Mode {
        let end = self.ends[open];
        let fits = |from: usize, to: usize| {
            self.forced[from] == self.forced[to]
                && column + self.before[to] - self.before[from] + self.tail[to] <= WIDTH
        };
        if style == Style::Flat || fits(open, end) {
            return Mode::Flat;
        }
        match style {
            Style::Filled => Mode::Filled,
            Style::Hugging { last } if fits(open, last) => Mode::Hugging,
            _ => Mode::Broken,
        }
    }
}

/// Whether a text, which is then a comment or a string, goes over several lines.
fn is_long(text: &str) -> bool {
    text.contains('\n')
}
