//! Statements without calls of script functions; loops carry them out again.

use super::*;

impl Model {
    /// A loop over simple statements. They are chosen in the first round; if they make sense once more, there is a
    /// second one, and a third.
    pub(super) fn repeat(&mut self, raw: &Raw) {
        let mut lines = Vec::new();
        let mut effects = Vec::new();
        for inner in raw.body.iter().chain(raw.body.iter().flat_map(|raw| &raw.body)) {
            let kind = if matches!(inner.kind, 14 | 17..30) { inner.kind % 14 } else { inner.kind };
            if let Some((text, effect)) = self.simple(&Raw { kind, numbers: inner.numbers, body: Vec::new() }) {
                lines.push(text);
                effects.push(effect);
            }
        }
        let mut rounds = 1;
        while rounds < 3 {
            if !self.attempt(&effects) {
                break;
            }
            rounds += 1;
        }
        let body = lines.join("\n");
        let counter = format!("n{}", self.number());
        self.line(match raw.kind {
            27 => format!("for {counter} in {rounds} {{\n{body}\n}}"),
            28 => format!("mut {counter} := 0\nwhile {counter} < {rounds} {{\n{body}\n{counter} += 1\n}}"),
            _ => {
                format!("mut {counter} := 0\nloop {{\n{body}\n{counter} += 1\nif {counter} == {rounds} {{ break }}\n}}")
            }
        });
    }

    /// Carries out effects. If they make no sense, or values become too large, nothing is changed and it gives false.
    pub(super) fn attempt(&mut self, effects: &[Effect]) -> bool {
        let before = (
            self.globals.clone(),
            self.frame().locals.clone(),
            self.cells.clone(),
            self.channel.clone(),
            self.output.clone(),
        );
        let done = effects.iter().all(|effect| effect(self).is_some());
        let sizes = self.globals.values().chain(self.frame().locals.values()).chain(&self.cells);
        if done && sizes.map(Val::size).all(|size| size < 2 * LARGEST_VARIABLE) {
            return true;
        }
        let locals;
        (self.globals, locals, self.cells, self.channel, self.output) = before;
        self.frame_mut().locals = locals;
        false
    }

    pub(super) fn has_room(&self, place: &Place, value: &Val) -> bool {
        self.root_size(place) + value.size() <= LARGEST_VARIABLE
    }

    /// Carries out a statement without calls and waits. Gives its text, and what carries it out once more.
    pub(super) fn simple(&mut self, raw: &Raw) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, n4] = raw.numbers;
        let (text, effect): (String, Effect) = match raw.kind {
            0 | 1 => {
                let place = self.choose(n0, true, |place, _| (raw.kind == 0) == place.steps.is_empty())?;
                let from = self.expression(n1, [n2, n3]);
                if !self.has_room(&place, &(from.eval)(self)?) {
                    return None;
                }
                let text = format!("{} := {}", place.text, from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    *model.get_mut(&place)? = value;
                    Some(())
                });
                (text, effect)
            }
            2 | 3 => {
                let place = self.list(n0, true)?;
                let from = self.expression(n1, [n2, n3]);
                if !self.has_room(&place, &(from.eval)(self)?) {
                    return None;
                }
                let first = n4 % 3 == 0;
                let text = if first {
                    format!("{}.insert(0, {})", place.text, from.text)
                } else {
                    format!("{}.push({})", place.text, from.text)
                };
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    let Val::List(items) = model.get_mut(&place)? else { return None };
                    let at = if first { 0 } else { items.len() };
                    items.insert(at, value);
                    Some(())
                });
                (text, effect)
            }
            4 => {
                let (place, value) = self.pop(n0)?;
                let sink = self.sink([n1, n2], value.size());
                self.put(&sink, value)?;
                let text = sink.statement(&format!("{}.pop()", place.text));
                let effect: Effect = Rc::new(move |model| {
                    let Val::List(items) = model.get_mut(&place)? else { return None };
                    let value = items.pop()?;
                    model.put(&sink, value)
                });
                return Some((text, effect));
            }
            5 => {
                let entry = self.choose(n0, true, |_, value| matches!(value, Val::Dict(_) | Val::Record(_)))?;
                let from = self.expression(n1, [n2, n3]);
                if !self.has_room(&entry, &(from.eval)(self)?) {
                    return None;
                }
                let is_dict = matches!(self.get(&entry)?, Val::Dict(_));
                let (key, step) = match (is_dict, n4 % 4) {
                    (true, 0) => ("7", "[7]"),
                    (true, 1) => ("k", "[\"k\"]"),
                    (_, 2) => ("m", ".m"),
                    _ => ("v", ".v"),
                };
                let text = format!("{}{step} := {}", entry.text, from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    let entries = match (model.get_mut(&entry)?, is_dict) {
                        (Val::Dict(entries), true) | (Val::Record(entries), false) => entries,
                        _ => return None,
                    };
                    entries.insert(key.to_string(), value);
                    Some(())
                });
                (text, effect)
            }
            6 => {
                let place = self.choose(n0, true, |_, value| matches!(value, Val::Int(_) | Val::Text(_)))?;
                let is_int = matches!(self.get(&place)?, Val::Int(_));
                let more = i64::from(n1 % 10);
                let operand = if is_int { more.to_string() } else { "\"y\"".to_string() };
                let name = &place.text;
                let text =
                    if n2 % 2 == 0 { format!("{name} += {operand}") } else { format!("{name} := {name} + {operand}") };
                let effect: Effect = Rc::new(move |model| {
                    match (model.get_mut(&place)?, is_int) {
                        (Val::Int(int), true) => *int += more,
                        (Val::Text(text), false) if text.len() < 40 => text.push('y'),
                        _ => return None,
                    }
                    Some(())
                });
                (text, effect)
            }
            7 => {
                let place = self.list(n0, true)?;
                let is_empty = matches!(self.get(&place)?, Val::List(items) if items.is_empty());
                let which = match n1 % 3 {
                    1 if is_empty => 2,
                    which => which,
                };
                let call = ["reverse()", "remove_at(0)", "clear()"][which as usize];
                let text = format!("{}.{call}", place.text);
                let effect: Effect = Rc::new(move |model| {
                    let Val::List(items) = model.get_mut(&place)? else { return None };
                    match which {
                        0 => items.reverse(),
                        1 if items.is_empty() => return None,
                        1 => drop(items.remove(0)),
                        _ => items.clear(),
                    }
                    Some(())
                });
                (text, effect)
            }
            8 => {
                let from = self.expression(n0, [n1, n2]);
                let text = format!("print({})", from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    model.write_output(&value);
                    Some(())
                });
                (text, effect)
            }
            9 => self.loop_over(raw.numbers)?,
            10 => return self.callback(raw.numbers),
            11 => {
                let from = self.expression(n0, [n1, n2]);
                let value = (from.eval)(self)?;
                if matches!(value, Val::Record(_)) {
                    return None;
                }
                let sink = self.sink([n3, n4], value.size());
                let text = format!("try {{ throw {} }} except e {{ {} }}", from.text, sink.statement("e.value"));
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model).filter(|value| !matches!(value, Val::Record(_)))?;
                    model.put(&sink, value)
                });
                (text, effect)
            }
            12 => {
                let place = self.list(n0, true).filter(|place| place.steps.is_empty())?;
                let from = self.expression(n1, [n2, n3]);
                if !self.has_room(&place, &(from.eval)(self)?) {
                    return None;
                }
                let text = format!("{0} := push({0}, {1})", place.text, from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    let Val::List(items) = model.get_mut(&place)? else { return None };
                    items.push(value);
                    Some(())
                });
                (text, effect)
            }
            13 if n0 % 2 == 0 || self.channel.is_empty() => {
                let from = self.expression(n1, [n2, n3]);
                let text = format!("ch.send({})", from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    model.channel.push_back(value);
                    Some(())
                });
                (text, effect)
            }
            13 => {
                let size = self.channel.front()?.size();
                let sink = self.sink([n1, n2], size);
                let text = sink.statement("ch.receive()");
                let effect: Effect = Rc::new(move |model| {
                    let value = model.channel.pop_front()?;
                    model.put(&sink, value)
                });
                (text, effect)
            }
            30.. => {
                let (text, effect) = self.form(raw)?;
                return self.attempt(std::slice::from_ref(&effect)).then_some((text, effect));
            }
            _ => return self.call_closure(raw.numbers),
        };
        effect(self)?;
        Some((text, effect))
    }

    /// `place.pop()`, carried out.
    pub(super) fn pop(&mut self, number: u16) -> Option<(Place, Val)> {
        let place = self.choose(number, true, |_, value| matches!(value, Val::List(items) if !items.is_empty()))?;
        let Val::List(items) = self.get_mut(&place)? else { return None };
        let value = items.pop()?;
        Some((place, value))
    }

    pub(super) fn items(&self, place: &Place, most: usize) -> Option<Vec<Val>> {
        match self.get(place)? {
            Val::List(items) if items.len() <= most => Some(items.clone()),
            _ => None,
        }
    }

    /// A loop over a list, whose body writes; not carried out yet.
    pub(super) fn loop_over(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, ..] = numbers;
        let place = self.choose(n0, false, |_, value| matches!(value, Val::List(items) if items.len() < 6))?;
        let items = self.items(&place, 5)?;
        let source = place.text.clone();
        let variable = |model: &Model, number: u16| model.choose(number, true, |place, _| place.steps.is_empty());
        Some(match n1 % 8 {
            0 => {
                let target = self.list(n2, true)?;
                let grown: usize = items.iter().map(Val::size).sum();
                if self.root_size(&target) + grown > LARGEST_VARIABLE {
                    return None;
                }
                let text = format!("for e in {source} {{ {}.push(e) }}", target.text);
                let effect: Effect = Rc::new(move |model| {
                    for item in model.items(&place, 12)? {
                        let Val::List(target) = model.get_mut(&target)? else { return None };
                        target.push(item);
                    }
                    Some(())
                });
                (text, effect)
            }
            1 => {
                let target = variable(self, n2)?;
                let text = format!("for i, e in {source} {{ print(i, e) {} := e }}", target.text);
                let effect: Effect = Rc::new(move |model| {
                    for (index, item) in model.items(&place, 12)?.into_iter().enumerate() {
                        model.output.push_str(&format!("{index} "));
                        model.write_output(&item);
                        *model.get_mut(&target)? = item;
                    }
                    Some(())
                });
                (text, effect)
            }
            2 | 3 => {
                // A way out of the loop before its end.
                let target = variable(self, n2)?;
                let to = &target.text;
                let text = if n1 % 8 == 2 {
                    format!("for e in {source} {{ {to} := e break }}")
                } else {
                    format!("try {{ for e in {source} {{ {to} := e throw 1 }} }} except e {{ }}")
                };
                let effect: Effect = Rc::new(move |model| {
                    if let Some(first) = model.items(&place, 12)?.into_iter().next() {
                        *model.get_mut(&target)? = first;
                    }
                    Some(())
                });
                (text, effect)
            }
            4 => {
                // The same list twice, and another value in its place meanwhile.
                let target = variable(self, n2)?;
                let to = &target.text;
                let text =
                    format!("for x in {source} {{ for y in {source} {{ print(x, y) continue }} {to} := [x] break }}");
                let effect: Effect = Rc::new(move |model| {
                    let items = model.items(&place, 12)?;
                    let Some(first) = items.first().cloned() else { return Some(()) };
                    for item in items {
                        first.print(&mut model.output);
                        model.output.push(' ');
                        model.write_output(&item);
                    }
                    *model.get_mut(&target)? = Val::List(vec![first]);
                    Some(())
                });
                (text, effect)
            }
            5 => {
                // Out of a function in the middle of a loop.
                let target = self.choose(n2, true, |place, _| place.steps.is_empty() && place.global)?;
                let sink = self.choose(n3, true, |place, _| place.steps.is_empty())?;
                let to = &target.text;
                let text = format!(
                    "{} := (func() {{ for e in {source} {{ {to} := [e, {to}] return e }} return 0 }})()",
                    sink.text
                );
                if self.root_size(&target) + items.first().map_or(0, Val::size) > LARGEST_VALUE {
                    return None;
                }
                let effect: Effect = Rc::new(move |model| {
                    let first = model.items(&place, 12)?.into_iter().next();
                    if let Some(first) = &first {
                        let slot = model.get_mut(&target)?;
                        *slot = Val::List(vec![first.clone(), slot.clone()]);
                    }
                    *model.get_mut(&sink)? = first.unwrap_or(Val::Int(0));
                    Some(())
                });
                (text, effect)
            }
            6 => {
                let target = variable(self, n2)?;
                let text = format!(
                    "try {{ for e in {source} {{ try {{ {0} := e continue }} finally {{ print(e, {0}) }} }} }} finally {{ print({0}) }}",
                    target.text
                );
                let effect: Effect = Rc::new(move |model| {
                    for item in model.items(&place, 12)? {
                        item.print(&mut model.output);
                        model.output.push(' ');
                        model.write_output(&item);
                        *model.get_mut(&target)? = item;
                    }
                    let value = model.get(&target)?.clone();
                    model.write_output(&value);
                    Some(())
                });
                (text, effect)
            }
            _ => {
                if !items.iter().all(|item| matches!(item, Val::List(_))) {
                    return None;
                }
                let text = format!("for e in {source} {{ e.push(9) print(e) }}");
                let effect: Effect = Rc::new(move |model| {
                    for item in model.items(&place, 12)? {
                        let Val::List(mut items) = item else { return None };
                        items.push(Val::Int(9));
                        model.write_output(&Val::List(items));
                    }
                    Some(())
                });
                (text, effect)
            }
        })
    }

    /// A builtin with a callback that writes a variable, or its own copy of one.
    pub(super) fn callback(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, n4] = numbers;
        let place = self.choose(n0, false, |_, value| matches!(value, Val::List(items) if items.len() < 5))?;
        let items = self.items(&place, 4)?;
        let source = place.text.clone();
        type Call = Rc<dyn Fn(&mut Model) -> Option<Vec<Val>>>;
        let (text, call): (String, Call) = match n1 % 4 {
            0 | 1 => {
                let target = self.choose(n2, true, |place, value| {
                    place.steps.is_empty() && matches!(value, Val::List(items) if items.len() < 5)
                })?;
                let grown = self.get(&target)?.size() + items.iter().map(Val::size).sum::<usize>();
                if grown * (items.len() + 1) > LARGEST_VARIABLE {
                    return None;
                }
                let to = &target.text;
                let text = format!("map({source}, func(e) {{ {to}.push(e) return {to} }})");
                let call: Call = Rc::new(move |model| {
                    let mut own = model.get(&target)?.clone();
                    let mut results = Vec::new();
                    for item in model.items(&place, 6)? {
                        let written = if target.global { model.get_mut(&target)? } else { &mut own };
                        let Val::List(written) = written else { return None };
                        written.push(item);
                        results.push(Val::List(written.clone()));
                    }
                    Some(results)
                });
                (text, call)
            }
            2 => {
                let text = format!("reduce({source}, [0], func(acc, e) {{ acc.push(e) return acc }})");
                let call: Call = Rc::new(move |model| {
                    let mut results = vec![Val::Int(0)];
                    results.extend(model.items(&place, 12)?);
                    Some(results)
                });
                (text, call)
            }
            _ => {
                let target = self.choose(n2, true, |place, _| place.steps.is_empty() && place.global)?;
                let to = &target.text;
                let text = format!("map({source}, func(e) {{ mut old := {to} {to} := e return [old, e] }})");
                let call: Call = Rc::new(move |model| {
                    let mut results = Vec::new();
                    for item in model.items(&place, 12)? {
                        let before = std::mem::replace(model.get_mut(&target)?, item.clone());
                        results.push(Val::List(vec![before, item]));
                    }
                    Some(results)
                });
                (text, call)
            }
        };
        let value = Val::List(call(self)?);
        let sink = self.sink([n3, n4], value.size());
        self.put(&sink, value)?;
        let statement = sink.statement(&text);
        Some((
            statement,
            Rc::new(move |model| {
                let value = Val::List(call(model)?);
                model.put(&sink, value)
            }),
        ))
    }

    pub(super) fn scope(&self) -> (usize, usize) {
        (self.current, self.tasks[self.current].frames.len())
    }

    pub(super) fn make_closure(&mut self, numbers: [u16; 5]) -> Option<()> {
        let [n0, n1, n2, ..] = numbers;
        let scope = self.scope();
        let mine: Vec<usize> = self.closures_here();
        let name = format!("k{}", self.number());
        if n2 % 4 == 0 && !mine.is_empty() {
            // A copy of a function shares its cells.
            let (other, closure, _) = self.closure_names[mine[n0 as usize % mine.len()]].clone();
            self.line(format!("mut {name} := {other}"));
            self.closure_names.push((name, closure, scope));
            return Some(());
        }
        let place = self.choose(n0, true, |place, value| place.steps.is_empty() && matches!(value, Val::List(_)))?;
        let text = &place.text;
        let form = n1 % 3;
        let body = match form {
            0 => format!("func(p) {{ {text}.push(p) return {text} }}"),
            1 => format!("func(p) {{ mut old := {text} {text} := [p] return old }}"),
            _ => format!("func(p) {{ {text} := push({text}, p) return [{text}, p] }}"),
        };
        self.line(format!("mut {name} := {body}"));
        let cell = if place.global {
            None
        } else {
            let value = self.get(&place)?.clone();
            self.cells.push(value);
            Some(self.cells.len() - 1)
        };
        self.closures.push(Closure { form, variable: place.variable, cell });
        self.closure_names.push((name, self.closures.len() - 1, scope));
        Some(())
    }

    /// Closures that the running frame has a name for.
    pub(super) fn closures_here(&self) -> Vec<usize> {
        let scope = self.scope();
        (0..self.closure_names.len()).filter(|&index| self.closure_names[index].2 == scope).collect()
    }

    pub(super) fn call_closure(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, n4] = numbers;
        let mine = self.closures_here();
        let &index = mine.get(n0 as usize % mine.len().max(1))?;
        let (name, number, _) = self.closure_names[index].clone();
        let closure = self.closures[number].clone();
        if closure.cell.is_none() && self.locked.contains(&closure.variable) {
            return None;
        }
        let argument = self.expression(n1, [n2, n3]);
        let text = format!("{name}({})", argument.text);
        let call = move |model: &mut Model| {
            let value = (argument.eval)(model)?;
            let slot = match closure.cell {
                Some(cell) => &mut model.cells[cell],
                None => model.globals.get_mut(&closure.variable)?,
            };
            if slot.size() + value.size() > LARGEST_VALUE {
                return None;
            }
            match (closure.form, slot) {
                (1, slot) => Some(std::mem::replace(slot, Val::List(vec![value]))),
                (form, Val::List(items)) => {
                    items.push(value.clone());
                    let items = Val::List(items.clone());
                    Some(if form == 0 { items } else { Val::List(vec![items, value]) })
                }
                _ => None,
            }
        };
        let result = call(self)?;
        let sink = self.sink([n4, n3], result.size());
        self.put(&sink, result)?;
        let statement = sink.statement(&text);
        Some((
            statement,
            Rc::new(move |model| {
                let result = call(model)?;
                model.put(&sink, result)
            }),
        ))
    }
}
