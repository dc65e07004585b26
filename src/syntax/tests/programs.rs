//! Random programs: all of the grammar, from a list of choices. White space, line breaks, comments and separators
//! between the tokens are random too, so not every program is one.

/// The choices that make a program; when they are used up the simplest are made.
pub struct Choices<'a> {
    left: &'a [u8],
    text: String,
    /// Whether comments and line breaks are put between tokens.
    wild: bool,
}

const NAMES: &[&str] =
    &["a", "b", "throw", "join", "all", "finally", "scope", "Point", "xs", "long_name_of_a_value", "é_no"];

impl<'a> Choices<'a> {
    pub fn program(bytes: &'a [u8]) -> String {
        let (&first, left) = bytes.split_first().unwrap_or((&0, &[]));
        let mut choices = Choices { left, text: String::new(), wild: first % 4 != 0 };
        while !choices.left.is_empty() {
            choices.statement(3);
            choices.separator();
        }
        choices.text
    }

    fn pick(&mut self, below: usize) -> usize {
        let Some((&first, left)) = self.left.split_first() else { return 0 };
        self.left = left;
        first as usize % below
    }

    fn gap(&mut self) {
        let gap = if self.wild { self.pick(40) } else { 0 };
        self.text.push_str(match gap {
            30 => "\n",
            31 => "  \n\n ",
            32 => " // line\n",
            33 => " # hash\n\n",
            34 => " /* in */ ",
            35 => "\n// own\n",
            36 => "\n /* own */ ",
            37 => " /* two\n lines */ ",
            38 => "\n\n# a\n# b\n\n",
            39 => "\t",
            _ => " ",
        });
    }

    fn separator(&mut self) {
        let separator = self.pick(8);
        self.text.push_str(match separator {
            0..4 => "\n",
            4 => ";",
            5 => ";\n\n",
            6 => "\n\n\n",
            _ => " ",
        });
    }

    /// Tokens, separated by single spaces in `words`.
    fn put(&mut self, words: &str) {
        for word in words.split(' ') {
            self.text.push_str(word);
            self.gap();
        }
    }

    fn glued(&mut self, word: &str) {
        while self.text.ends_with([' ', '\t']) {
            self.text.pop();
        }
        self.text.push_str(word);
        self.gap();
    }

    fn name(&mut self) {
        let name = NAMES[self.pick(NAMES.len())];
        self.put(name);
    }

    fn word(&mut self) {
        let words = ["a", "key", "if", "yield", "throw", "return", "match"];
        let word = words[self.pick(words.len())];
        self.put(word);
    }

    fn list(&mut self, open: &str, close: &str, depth: usize, mut item: impl FnMut(&mut Self, usize)) {
        self.put(open);
        let count = self.pick(4);
        for index in 0..count {
            item(self, depth);
            if index + 1 < count || self.pick(3) == 1 {
                self.put(",");
            }
        }
        self.put(close);
    }

    fn block(&mut self, depth: usize) {
        self.put("{");
        let count = if depth == 0 { 0 } else { self.pick(4) };
        for _ in 0..count {
            self.statement(depth - 1);
            self.separator();
        }
        self.put("}");
    }

    fn equals(&mut self) {
        let sign = [":=", "="][self.pick(2)];
        self.put(sign);
    }

    fn statement(&mut self, depth: usize) {
        match self.pick(26) {
            0..5 => self.expression(depth),
            5 => {
                let word = ["let", "mut"][self.pick(2)];
                self.put(word);
                self.pattern(depth);
                self.annotation();
                self.equals();
                self.expression(depth);
            }
            6 => {
                self.put("const c");
                self.annotation();
                self.equals();
                self.expression(depth);
            }
            7 => {
                self.list("[", "]", depth, Self::pattern);
                self.equals();
                self.expression(depth);
            }
            8 | 9 => {
                self.place(depth);
                let sign = [":=", "=", "+=", "-=", "%="][self.pick(5)];
                self.put(sign);
                self.expression(depth);
            }
            10 => {
                let word = ["func f", "async func f", "func * f"][self.pick(3)];
                self.put(word);
                self.signature();
                self.block(depth);
            }
            11 => self.structure(depth),
            12 => {
                self.put("enum E");
                self.list("{", "}", depth, |choices, _| {
                    choices.put("V");
                    if choices.pick(2) == 1 {
                        choices.list("(", ")", 0, |choices, _| {
                            choices.word();
                            choices.annotation();
                        });
                    }
                });
            }
            13 | 14 => {
                self.put("if");
                self.expression(depth.saturating_sub(1));
                self.block(depth);
                while self.pick(3) == 1 {
                    self.put("else if");
                    self.expression(0);
                    self.block(depth);
                }
                if self.pick(2) == 1 {
                    self.put("else");
                    self.block(depth);
                }
            }
            15 => {
                let word = ["while", "loop while"][self.pick(2)];
                self.put(word);
                self.expression(0);
                self.block(depth);
            }
            16 => {
                let head = ["for x in", "for i , x in", "for await x in", "loop"][self.pick(4)];
                self.put(head);
                if head != "loop" {
                    self.expression(0);
                }
                self.block(depth);
            }
            17 => {
                self.put("try");
                self.block(depth);
                let rest = self.pick(4);
                if rest != 1 {
                    self.put(if rest == 2 { "except e" } else { "except" });
                    self.block(depth);
                }
                if rest == 1 || rest == 3 {
                    self.put("finally");
                    self.block(depth);
                }
            }
            18 => {
                self.put("return");
                if self.pick(2) == 1 {
                    self.expression(depth);
                }
            }
            19 => {
                let word = ["break", "continue"][self.pick(2)];
                self.put(word);
            }
            20 => {
                self.put("async let q");
                self.annotation();
                self.equals();
                self.expression(depth);
            }
            21 => {
                let import = ["import a . b", "from c import d , e", "from c . d import f"][self.pick(3)];
                self.put(import);
            }
            22 => {
                let word = ["export", "export export"][self.pick(2)];
                self.put(word);
                if depth > 0 {
                    self.statement(depth - 1);
                } else {
                    self.put("x := 1");
                }
            }
            23 => {
                let head = ["test \"t\"", "test_group \"g\"", "test_setup", "test_teardown"][self.pick(4)];
                self.put(head);
                self.block(depth);
            }
            24 => {
                self.put("{");
                if self.pick(2) == 0 || depth == 0 {
                    self.put(";");
                } else {
                    self.statement(depth - 1);
                }
                self.put("}");
            }
            _ => {
                let sign = ["-", "(", "[", "finally ("][self.pick(4)];
                self.put(sign);
                self.expression(0);
                self.put(if sign.ends_with('(') {
                    ")"
                } else if sign == "[" {
                    "]"
                } else {
                    ""
                });
            }
        }
    }

    fn structure(&mut self, depth: usize) {
        self.put("struct P {");
        for _ in 0..self.pick(4) {
            match self.pick(4) {
                3 => {
                    self.put("func m");
                    self.signature();
                    self.block(depth.saturating_sub(1));
                }
                kind => {
                    self.word();
                    self.annotation();
                    if kind == 2 {
                        self.equals();
                        self.expression(0);
                    }
                }
            }
            let separator = ["", ",", ";", "\n", ", ,"][self.pick(5)];
            self.put(separator);
        }
        self.put("}");
    }

    fn signature(&mut self) {
        self.list("(", ")", 0, |choices, _| {
            choices.put("p");
            choices.annotation();
        });
        if self.pick(4) == 1 {
            self.put("->");
            self.kind(1);
        }
    }

    fn annotation(&mut self) {
        if self.pick(4) == 1 {
            self.put(":");
            self.kind(2);
        }
    }

    fn kind(&mut self, depth: usize) {
        match if depth == 0 { 0 } else { self.pick(6) } {
            0 | 1 => self.put("int"),
            2 => self.put("mod . T"),
            3 => {
                self.put("Map < string ,");
                self.kind(depth - 1);
                self.glued(">");
            }
            4 => {
                self.list("func (", ")", depth - 1, Self::kind);
                if self.pick(2) == 1 {
                    self.put("->");
                    self.kind(depth - 1);
                }
            }
            _ => {
                self.put("(");
                self.kind(depth - 1);
                self.put(")");
            }
        }
        for _ in 0..self.pick(3) {
            let suffix = ["?", "[]"][self.pick(2)];
            self.glued(suffix);
        }
    }

    fn pattern(&mut self, depth: usize) {
        match if depth == 0 { 0 } else { self.pick(5) } {
            3 => {
                self.list("[", "]", depth - 1, Self::pattern);
            }
            4 => self.put("{ k , ... rest }"),
            _ => self.name(),
        }
    }

    fn place(&mut self, depth: usize) {
        let root = ["a", "self", "b"][self.pick(3)];
        self.put(root);
        for _ in 0..self.pick(3) {
            if self.pick(2) == 0 {
                self.put(".");
                self.word();
            } else {
                self.put("[");
                self.expression(depth.saturating_sub(1));
                self.put("]");
            }
        }
    }

    fn expression(&mut self, depth: usize) {
        self.operand(depth);
        for _ in 0..[0, 0, 0, 1, 2, 6][self.pick(6)] {
            let operators = ["+", "-", "*", "/", "<", "==", "&&", "||", "??", "|>", "%"];
            let operator = operators[self.pick(operators.len())];
            self.put(operator);
            self.operand(depth);
        }
    }

    fn operand(&mut self, depth: usize) {
        match self.pick(10) {
            8 => {
                let sign = ["-", "!", "- -", "await", "await join all"][self.pick(5)];
                self.put(sign);
            }
            9 => {
                let word = ["throw", "yield", "throw ("][self.pick(3)];
                self.put(word);
                if word.ends_with('(') {
                    self.expression(depth.saturating_sub(1));
                    let end = [")", ",)", ",a)"][self.pick(3)];
                    self.put(end);
                    return;
                }
                if word == "yield" && self.pick(2) == 0 {
                    return;
                }
            }
            _ => {}
        }
        self.primary(depth);
        for _ in 0..[0, 0, 0, 1, 2, 4][self.pick(6)] {
            self.suffix(depth.saturating_sub(1));
        }
    }

    fn suffix(&mut self, depth: usize) {
        match self.pick(7) {
            0 | 1 => {
                let dot = [".", "?."][self.pick(2)];
                self.put(dot);
                self.word();
            }
            2 | 3 => {
                let dot = [".", "?."][self.pick(2)];
                self.put(dot);
                self.word();
                self.list("(", ")", depth, Self::expression);
            }
            4 => self.list("(", ")", depth, Self::expression),
            5 => {
                self.put("[");
                self.expression(depth);
                self.put("]");
            }
            _ => self.put("?"),
        }
    }

    fn primary(&mut self, depth: usize) {
        let below = depth.saturating_sub(1);
        match if depth == 0 { self.pick(8) } else { self.pick(24) } {
            0..3 => self.name(),
            3 => {
                let number = ["0", "1_000", "0xff", "2.50", "1e3", "0b1", "7"][self.pick(7)];
                self.put(number);
            }
            4 => {
                let text = ["\"text\"", "\"\"", "\"\\u{41}\\n é\"", "\"// no\""][self.pick(4)];
                self.text.push_str(text);
                self.gap();
            }
            5 => {
                let word = ["true", "false", "null", "self", "None"][self.pick(5)];
                self.put(word);
            }
            6 => self.put("E :: V"),
            7 => self.put("( a )"),
            8 | 9 => self.list("[", "]", below, |choices, depth| {
                if choices.pick(5) == 1 {
                    choices.put("...");
                }
                choices.expression(depth);
            }),
            10 | 11 => self.list("{", "}", below, |choices, depth| {
                match choices.pick(6) {
                    0 | 1 => choices.word(),
                    2 => choices.put("\"s\""),
                    3 => {
                        choices.put("[");
                        choices.expression(depth);
                        let end = ["]", ",]", ",a]"][choices.pick(3)];
                        choices.put(end);
                    }
                    4 => {
                        choices.put("...");
                        return choices.expression(depth);
                    }
                    _ => choices.operand(depth),
                }
                choices.put(":");
                choices.expression(depth);
            }),
            12 => {
                self.text.push_str("Point ");
                self.list("{", "}", below, |choices, depth| {
                    choices.word();
                    choices.put(":");
                    choices.expression(depth);
                });
            }
            13 | 14 => {
                let word = ["func", "async func", "func *"][self.pick(3)];
                self.put(word);
                self.signature();
                self.block(depth.min(2));
            }
            15 => {
                let word = ["Ok (", "Err (", "Some ("][self.pick(3)];
                self.put(word);
                self.expression(below);
                self.put(")");
            }
            16 => {
                let word = ["spawn", "async scope"][self.pick(2)];
                self.put(word);
                self.block(below);
            }
            17 | 18 => self.matching(depth),
            19 => {
                self.put("await join all");
                self.list("{", "}", below, |choices, depth| {
                    if choices.pick(2) == 1 {
                        choices.word();
                        choices.put(":");
                    }
                    choices.expression(depth);
                });
            }
            20 | 21 => {
                self.text.push_str("\"a ${");
                self.expression(below);
                if self.pick(2) == 1 {
                    self.text.push_str("} \\$ ${");
                    self.expression(0);
                }
                self.text.push_str("}\"");
                self.gap();
            }
            _ => {
                self.put("(");
                self.expression(below);
                self.put(")");
            }
        }
    }

    fn matching(&mut self, depth: usize) {
        self.put("match");
        self.expression(0);
        self.put("{");
        for _ in 0..self.pick(4) {
            self.put("case");
            self.case(depth.saturating_sub(1));
            if self.pick(3) == 1 {
                self.put("if");
                self.expression(0);
            }
            if self.pick(3) == 1 {
                self.put(":");
            }
            self.block(depth.saturating_sub(1));
        }
        if self.pick(2) == 1 {
            self.put("default");
            self.block(depth.saturating_sub(1));
        }
        self.put("}");
    }

    fn case(&mut self, depth: usize) {
        self.alternative(depth);
        for _ in 0..[0, 0, 0, 1, 5][self.pick(5)] {
            self.put("|");
            self.alternative(depth);
        }
    }

    fn alternative(&mut self, depth: usize) {
        match if depth == 0 { self.pick(4) } else { self.pick(10) } {
            0 => self.name(),
            1 => {
                let literal = ["_", "1", "- 2.5", "\"s\"", "true", "null", "None"][self.pick(7)];
                self.put(literal);
            }
            2 => {
                let range = ["1 .. 9", "- 5 ..= - 1", "1.5 .. 2", "0x1 .. 3"][self.pick(4)];
                self.put(range);
            }
            3 => self.put("E :: V"),
            4 => {
                self.put("Some (");
                self.case(depth - 1);
                self.put(")");
            }
            5 => {
                self.put("E :: V");
                self.list("(", ")", depth - 1, Self::case);
            }
            6 => self.list("[", "]", depth - 1, Self::case),
            7 => self.put("[ a , ... rest , ]"),
            8 => {
                let name = ["", "Point"][self.pick(2)];
                self.put(name);
                self.list("{", "}", depth - 1, |choices, depth| {
                    choices.put("k");
                    if choices.pick(2) == 1 {
                        choices.put(":");
                        choices.case(depth);
                    }
                });
            }
            _ => {
                self.put("(");
                self.case(depth - 1);
                self.put(")");
            }
        }
    }
}
