//! Tasks that take turns, and calls of functions, methods and tasks, whose bodies are chosen while they run.

use super::*;

impl Model {
    pub(super) fn run(&mut self) {
        loop {
            if self.statement() {
                continue;
            }
            // The task is parked, in the queue, or has ended: whoever started it goes on, else the next.
            match self.starters.pop().or_else(|| self.ready.pop_front()) {
                Some(task) => self.current = task,
                None => return,
            }
            let task = self.current;
            if let Some((piece, other)) = self.tasks[task].awaiting.take() {
                self.awaited(piece, other);
            }
        }
    }

    /// One statement, or one step of a call. False: the task does not go on now.
    pub(super) fn statement(&mut self) -> bool {
        if self.frame().prepared.is_some() {
            return self.argument();
        }
        let Some(raw) = self.frame_mut().work.pop_front() else { return self.return_value() };
        match raw.kind {
            AWAIT_ALL => {
                let pending = (1..self.tasks.len()).find(|&task| self.tasks[task].value.is_none());
                if let Some(task) = pending {
                    self.frame_mut().work.push_front(raw);
                    let piece = self.later();
                    return self.wait(piece, task);
                }
            }
            PRINT_ALL => {
                let locals = self.frame().locals.clone();
                let all: Vec<(String, Val)> = locals.into_iter().chain(self.globals.clone()).collect();
                let texts: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
                self.line(format!("print({})", texts.join(", \"|\", ")));
                for (position, (_, value)) in all.iter().enumerate() {
                    if position > 0 {
                        self.output.push_str(" | ");
                    }
                    value.print(&mut self.output);
                }
                self.output.push('\n');
            }
            _ => {
                self.statements += 1;
                if self.statements < MOST_STATEMENTS {
                    return self.choice(raw).unwrap_or(true);
                }
            }
        }
        true
    }

    /// `None`: the choice makes no sense here.
    pub(super) fn choice(&mut self, raw: Raw) -> Option<bool> {
        match raw.kind {
            17 | 18 => return self.prepare(raw, 0),
            19 => return self.prepare(raw, 1),
            20..=22 => return self.prepare(raw, 2),
            23 => return self.prepare(raw, 3),
            24 => {
                // Only tasks that were started later, so that no two wait for each other.
                let later: Vec<usize> = (self.current + 1..self.tasks.len()).collect();
                let task = *later.get(raw.numbers[0] as usize % later.len().max(1))?;
                let piece = self.later();
                self.frame_mut().returns = raw.numbers;
                return Some(self.wait(piece, task));
            }
            25 | 26 => {
                self.line("yield_now()");
                self.ready.push_back(self.current);
                return Some(false);
            }
            27..=29 => self.repeat(&raw),
            14 => self.make_closure(raw.numbers)?,
            _ => {
                let (text, _) = self.simple(&raw)?;
                self.line(text);
            }
        }
        Some(true)
    }

    /// Begins a call: 0 a function, 1 a function literal, 2 a method, 3 a task.
    pub(super) fn prepare(&mut self, raw: Raw, kind: u8) -> Option<bool> {
        if self.tasks[self.current].frames.len() > DEEPEST_CALLS {
            return None;
        }
        let [n0, n1, n2, ..] = raw.numbers;
        let callee = match kind {
            0 => Callee::Function(self.number()),
            1 => Callee::Lambda(self.frame().locals.clone()),
            2 => {
                let changes_self = n1 % 3 > 0;
                let receiver = self.choose(n0, changes_self, |_, value| matches!(value, Val::Record(_)))?;
                Callee::Method { number: self.number(), receiver, changes_self, throws: n1 % 5 == 0 }
            }
            _ => {
                if self.tasks.len() >= MOST_TASKS {
                    return None;
                }
                // A function literal or a `spawn` block also captures.
                let captured = (n1 % 3 > 0).then(|| self.frame().locals.clone());
                Callee::Task { number: self.number(), captured }
            }
        };
        let wanted = match &callee {
            Callee::Task { captured: Some(_), .. } if n1 % 3 == 2 => 0,
            _ => 1 + n2 as usize % 2,
        };
        let piece = self.later();
        self.frame_mut().prepared =
            Some(Prepared { raw, callee, values: Vec::new(), texts: Vec::new(), wanted, piece });
        Some(true)
    }

    /// Evaluates the next argument, or enters the call if there is none.
    pub(super) fn argument(&mut self) -> bool {
        let Some(mut prepared) = self.frame_mut().prepared.take() else { return true };
        let position = prepared.values.len();
        if position == prepared.wanted {
            return self.enter(prepared);
        }
        let [_, _, n2, n3, n4] = prepared.raw.numbers;
        let mix = |number: u16| number.rotate_left(3 * position as u32 + 1);
        // A receiver without a place of its own must still be there when the arguments are evaluated.
        let may_write = !matches!(prepared.callee, Callee::Method { .. });
        match mix(n4) % 5 {
            0 if may_write => {
                if let Some((place, value)) = self.pop(mix(n3)) {
                    prepared.texts.push(format!("{}.pop()", place.text));
                    prepared.values.push(value);
                    self.frame_mut().prepared = Some(prepared);
                    return true;
                }
            }
            1 if may_write && self.tasks[self.current].frames.len() < DEEPEST_CALLS => {
                // A function without parameters that may write script variables.
                let number = self.number();
                let block = self.new_block();
                self.functions.push((format!("func w{number}()"), block));
                prepared.texts.push(format!("w{number}()"));
                let work = prepared.raw.body.first().map(|raw| raw.body.clone()).unwrap_or_default();
                let returns = [mix(n2), mix(n3), mix(n4), 0, 0];
                self.frame_mut().prepared = Some(prepared);
                self.push_frame(block, work.into(), Variables::new(), Then::Argument, returns);
                return true;
            }
            _ => {}
        }
        let argument = self.expression(mix(n2), [mix(n3), mix(n4)]);
        let value = (argument.eval)(self).unwrap_or(Val::Null);
        prepared.texts.push(argument.text);
        prepared.values.push(value);
        self.frame_mut().prepared = Some(prepared);
        true
    }

    pub(super) fn push_frame(
        &mut self,
        block: usize,
        work: VecDeque<Raw>,
        locals: Variables,
        then: Then,
        returns: [u16; 5],
    ) {
        let frame = Frame { block, work, locals, then, prepared: None, returns, keeps_self: false, throws: false };
        self.tasks[self.current].frames.push(frame);
    }

    pub(super) fn enter(&mut self, prepared: Prepared) -> bool {
        let Prepared { raw, callee, values, texts, piece, .. } = prepared;
        let parameters: Vec<String> = (0..values.len()).map(|position| format!("p{position}")).collect();
        let (shown, arguments) = (parameters.join(", "), texts.join(", "));
        let bound = parameters.into_iter().zip(values);
        let block = self.new_block();
        let work: VecDeque<Raw> = raw.body.clone().into();
        let finish = |call: String, method| Then::Finish { piece, call, method };
        match callee {
            Callee::Function(number) => {
                self.functions.push((format!("func f{number}({shown})"), block));
                let then = finish(format!("f{number}({arguments})"), None);
                self.push_frame(block, work, bound.collect(), then, raw.numbers);
                true
            }
            Callee::Lambda(mut captured) => {
                // The call is written around the body when it returns.
                captured.extend(bound);
                let then = finish(format!("(func({shown}) {{\n\0{block}\0}})({arguments})"), None);
                self.push_frame(block, work, captured, then, raw.numbers);
                true
            }
            Callee::Method { number, receiver, changes_self, throws } => {
                let Some(value) = self.get(&receiver).cloned() else { return true };
                let separator = if shown.is_empty() { "" } else { ", " };
                self.methods.push((format!("m{number}(self{separator}{shown})"), block));
                let call = format!("{}.m{number}({arguments})", receiver.text);
                let mut locals: Variables = bound.collect();
                locals.insert("self".into(), value);
                if changes_self && receiver.global {
                    self.locked.push(receiver.variable.clone());
                }
                let method = Method { receiver, changes_self, throws };
                self.push_frame(block, work, locals, finish(call, Some(method)), raw.numbers);
                let frame = self.frame_mut();
                frame.keeps_self = !changes_self;
                frame.throws = throws;
                true
            }
            Callee::Task { number, captured } => {
                let task = self.tasks.len();
                let mut locals = captured.clone().unwrap_or_default();
                locals.extend(bound);
                let head = match (&captured, raw.numbers[1] % 3) {
                    (None, _) => {
                        self.functions.push((format!("async func task{number}({shown})"), block));
                        format!("t{task} := task{number}({arguments})\n")
                    }
                    (Some(_), 1) => format!("t{task} := (async func({shown}) {{\n\0{block}\0}})({arguments})\n"),
                    (Some(_), _) => format!("t{task} := spawn {{\n\0{block}\0}}\n"),
                };
                self.fill(piece, &head);
                let frame = Frame {
                    block,
                    work,
                    locals,
                    then: Then::EndTask,
                    prepared: None,
                    returns: raw.numbers,
                    keeps_self: false,
                    throws: false,
                };
                self.tasks.push(Task { frames: vec![frame], value: None, waiters: Vec::new(), awaiting: None });
                self.starters.push(self.current);
                self.current = task;
                true
            }
        }
    }

    /// Writes text in which `\0n\0` stands for block n.
    pub(super) fn fill(&mut self, piece: usize, text: &str) {
        for (position, part) in text.split('\0').enumerate() {
            let part = if position % 2 == 0 {
                Piece::Text(part.to_string())
            } else {
                Piece::Block(part.parse().expect("the number of a block"))
            };
            self.blocks[piece].push(part);
        }
    }

    /// The body of the running frame has ended.
    pub(super) fn return_value(&mut self) -> bool {
        let [n0, n1, n2, n3, n4] = self.frame().returns;
        let throws = self.frame().throws;
        let mut value = Val::Null;
        if !throws {
            let returned = self.expression(n3.rotate_left(5), [n4.rotate_left(7), n2.rotate_left(3)]);
            value = (returned.eval)(self).unwrap_or(Val::Null);
            self.line(format!("return {}", returned.text));
        } else if !matches!(self.frame().then, Then::EndTask) {
            self.line("throw \"out\"");
        }
        let scope = self.scope();
        self.closure_names.retain(|(_, _, of)| *of != scope);
        let Some(frame) = self.tasks[self.current].frames.pop() else { return false };
        match frame.then {
            Then::EndTask => {
                let waiters = std::mem::take(&mut self.tasks[self.current].waiters);
                self.tasks[self.current].value = Some(value);
                self.ready.extend(waiters);
                false
            }
            Then::Argument => {
                if let Some(prepared) = &mut self.frame_mut().prepared {
                    prepared.values.push(value);
                }
                true
            }
            Then::Finish { piece, call, method } => {
                let mut throws = false;
                if let Some(method) = method {
                    throws = method.throws;
                    if method.changes_self {
                        if let (Some(own), Some(slot)) = (frame.locals.get("self"), self.get_mut(&method.receiver)) {
                            *slot = own.clone();
                        }
                        if method.receiver.global {
                            let locked = self.locked.iter().rposition(|name| *name == method.receiver.variable);
                            self.locked.remove(locked.expect("it was locked"));
                        }
                    }
                }
                let text = if throws {
                    format!("try {{ {call} }} except e {{ print(e.message) }}")
                } else {
                    self.store([n0.rotate_left(9), n1.rotate_left(4)], &call, value)
                };
                if throws {
                    self.output.push_str("out\n");
                }
                self.fill(piece, &format!("{text}\n"));
                true
            }
        }
    }

    /// Awaits a task in the running frame.
    pub(super) fn wait(&mut self, piece: usize, task: usize) -> bool {
        if self.tasks[task].value.is_some() {
            self.awaited(piece, task);
            return true;
        }
        let current = self.current;
        self.tasks[task].waiters.push(current);
        self.tasks[current].awaiting = Some((piece, task));
        false
    }

    pub(super) fn awaited(&mut self, piece: usize, task: usize) {
        let value = self.tasks[task].value.clone().expect("the task has ended");
        let [n0, n1, ..] = self.frame().returns;
        let text = self.store([n0.rotate_left(6), n1.rotate_left(2)], &format!("await t{task}"), value);
        self.fill(piece, &format!("{text}\n"));
    }
}
