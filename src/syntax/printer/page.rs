//! The text as far as it has been laid out.

/// Columns of one step of indentation.
const INDENT: usize = 4;

pub fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// A comment behind the rest of its line.
struct Trailing {
    /// Where in the text the space before it is.
    at: usize,
    line: usize,
    /// Columns before that space.
    columns: usize,
    /// Where it is in the source.
    column: usize,
}

#[derive(Default)]
pub struct Page<'a> {
    text: String,
    /// Where the current line starts.
    start: usize,
    /// The number of the current line.
    line: usize,
    /// Columns of the current line, without white space that is still to be written.
    columns: usize,
    /// Steps that the current line is indented.
    indent: usize,
    /// A space is due before the next text of the line.
    pub space: bool,
    /// Comments for the end of the line, with their columns in the source.
    suffixes: Vec<(&'a str, Option<usize>)>,
    trailing: Vec<Trailing>,
}

impl<'a> Page<'a> {
    pub fn length(&self) -> usize {
        self.text.len()
    }

    pub fn at_line_start(&self) -> bool {
        self.start == self.text.len() && self.suffixes.is_empty()
    }

    /// The column where the next text begins.
    pub fn column(&self) -> usize {
        if self.at_line_start() { self.indent * INDENT } else { self.columns + usize::from(self.space) }
    }

    pub fn text(&mut self, text: &str) {
        if self.start == self.text.len() {
            self.columns = self.indent * INDENT;
            self.text.extend(std::iter::repeat_n(' ', self.columns));
        } else if self.space {
            self.text.push(' ');
            self.columns += 1;
        }
        self.space = false;
        self.text.push_str(text);
        match text.rfind('\n') {
            Some(last) => {
                self.columns = columns(&text[last + 1..]);
                self.start = self.text.len() - (text.len() - last - 1);
                self.line += text.matches('\n').count();
            }
            None => self.columns += columns(text),
        }
    }

    /// Keeps a comment for the end of the line.
    pub fn suffix(&mut self, text: &'a str, column: Option<usize>) {
        self.suffixes.push((text, column));
    }

    fn line_break(&mut self) {
        self.text.push('\n');
        self.start = self.text.len();
        self.line += 1;
    }

    /// Goes to the start of a line; if it is there already only the indentation changes.
    pub fn line(&mut self, indent: usize) {
        let mut last_is_line = false;
        for (index, (suffix, column)) in std::mem::take(&mut self.suffixes).into_iter().enumerate() {
            if last_is_line {
                self.line_break();
                self.indent = indent;
            }
            // On a line of its own it is no comment behind something.
            if index == 0
                && self.start < self.text.len()
                && let Some(column) = column
            {
                let (at, line, columns) = (self.text.len(), self.line, self.columns);
                self.trailing.push(Trailing { at, line, columns, column });
            }
            self.space = true;
            self.text(suffix);
            last_is_line = !suffix.starts_with("/*");
        }
        self.indent = indent;
        self.space = false;
        if self.start < self.text.len() {
            self.line_break();
        }
    }

    pub fn same_indent(&mut self) {
        self.line(self.indent);
    }

    /// Leaves a line empty, unless there is one already or nothing before it.
    pub fn blank(&mut self) {
        if self.at_line_start() && !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.line_break();
        }
    }

    /// The whole text. Comments that stood below one another in the source do so here.
    pub fn end(mut self) -> String {
        self.line(0);
        let mut aligned = String::with_capacity(self.text.len());
        let mut copied = 0;
        let below =
            |above: &Trailing, trailing: &Trailing| above.line + 1 == trailing.line && above.column == trailing.column;
        for run in self.trailing.chunk_by(below) {
            let widest = run.iter().map(|trailing| trailing.columns).max().unwrap_or(0);
            for trailing in run {
                aligned.push_str(&self.text[copied..trailing.at]);
                aligned.extend(std::iter::repeat_n(' ', widest - trailing.columns));
                copied = trailing.at;
            }
        }
        aligned.push_str(&self.text[copied..]);
        aligned
    }
}
