//! Forms that take values apart and put them together: patterns, generators, updating builtins, methods of `S`.

use super::*;

/// Methods that every script has.
pub(super) const METHODS: &str = "func swap(self) { [v, w] := [self.v, self.w] self.v := w self.w := v return v }
func with(self, x) { self.v := x return self }
func copied(self, x) { own := self own.w := x return own }
func op_add(self, o) { self.w := o return self }
";

impl Model {
    /// A statement, not carried out yet. Its effect may fail when a part of it is done.
    pub(super) fn form(&mut self, raw: &Raw) -> Option<(String, Effect)> {
        match raw.kind {
            30 => self.take_list_apart(raw.numbers),
            31 => self.take_dict_apart(raw.numbers),
            32 => self.match_statement(raw.numbers),
            33 => self.match_expression(raw.numbers),
            34 => self.generate(raw.numbers),
            35 => self.update(raw.numbers),
            _ => self.method_of_struct(raw.numbers),
        }
    }

    fn targets(&self, numbers: [u16; 2]) -> Option<(Place, Place)> {
        let target = |number| self.choose(number, true, |_, _| true);
        Some((target(numbers[0])?, target(numbers[1])?))
    }

    fn set(&mut self, place: &Place, value: Val) -> Option<()> {
        *self.get_mut(place)? = value;
        Some(())
    }

    fn take_list_apart(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, ..] = numbers;
        let source = self.choose(n0, false, |_, value| matches!(value, Val::List(items) if !items.is_empty()))?;
        let (first, rest) = self.targets([n1, n2])?;
        let text = format!("{{ mut [e, ...r] := {} r.push(e) {} := e {} := r }}", source.text, first.text, rest.text);
        let effect: Effect = Rc::new(move |model| {
            let (item, items) = turned(model.get(&source)?)?;
            model.set(&first, item)?;
            model.set(&rest, Val::List(items))
        });
        Some((text, effect))
    }

    fn take_dict_apart(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, ..] = numbers;
        let has_key = |_: &Place, value: &Val| matches!(value, Val::Dict(entries) if entries.contains_key("k"));
        let source = self.choose(n0, false, has_key)?;
        let (one, rest) = self.targets([n1, n2])?;
        let text = format!("{{ mut {{k, ...r}} := {} r.m := k {} := k {} := r }}", source.text, one.text, rest.text);
        let effect: Effect = Rc::new(move |model| {
            let Val::Dict(mut entries) = model.get(&source)?.clone() else { return None };
            let value = entries.remove("k")?;
            entries.insert("m".into(), value.clone());
            model.set(&one, value)?;
            model.set(&rest, Val::Dict(entries))
        });
        Some((text, effect))
    }

    fn match_statement(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, ..] = numbers;
        let source = self.choose(n0, false, |_, value| value.size() > 1)?;
        let (one, two) = self.targets([n1, n2])?;
        let (from, first, second) = (&source.text, &one.text, &two.text);
        let text = format!(
            "match {from} {{ case [e, ...r] {{ r.push(e) {first} := e {second} := r }} \
             case {{k: e}} {{ {first} := e {from} := [e] }} \
             case S {{ v: e, w: f }} {{ {first} := [e, f] {second} := f }} default {{ }} }}"
        );
        // The case of the dict writes what was matched.
        self.choose(0, true, |place, _| place.text == source.text)?;
        let effect: Effect = Rc::new(move |model| match model.get(&source)?.clone() {
            value @ Val::List(_) => {
                let Some((item, items)) = turned(&value) else { return Some(()) };
                model.set(&one, item)?;
                model.set(&two, Val::List(items))
            }
            Val::Dict(entries) => {
                let Some(value) = entries.get("k").cloned() else { return Some(()) };
                model.set(&one, value.clone())?;
                model.set(&source, Val::List(vec![value]))
            }
            Val::Record(fields) => {
                let (v, w) = (fields.get("v")?.clone(), fields.get("w")?.clone());
                model.set(&one, Val::List(vec![v, w.clone()]))?;
                model.set(&two, w)
            }
            _ => Some(()),
        });
        Some((text, effect))
    }

    fn match_expression(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, ..] = numbers;
        let source = self.choose(n0, false, |_, _| true)?;
        let sink = self.sink([n1, n2], self.get(&source)?.size() + 1);
        let text = sink.statement(&format!(
            "match {} {{ case [e, ...r] {{ r.push(e) r }} case {{k: e}} {{ [e] }} case S {{ v: e }} {{ e }} \
             default {{ 0 }} }}",
            source.text
        ));
        let effect: Effect = Rc::new(move |model| {
            let value = match model.get(&source)? {
                value @ Val::List(_) => turned(value).map(|(_, items)| Val::List(items)),
                Val::Dict(entries) => entries.get("k").map(|value| Val::List(vec![value.clone()])),
                Val::Record(fields) => fields.get("v").cloned(),
                _ => None,
            };
            model.put(&sink, value.unwrap_or(Val::Int(0)))
        });
        Some((text, effect))
    }

    /// A generator that is read while what it reads from changes; it has its own copy of what is not the script's.
    fn generate(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, ..] = numbers;
        let source = self.choose(n0, false, |_, value| matches!(value, Val::List(items) if items.len() < 5))?;
        let target = self.list(n1, true)?;
        let (from, to) = (&source.text, &target.text);
        let text = format!("for e in (func*() {{ for x in {from} {{ yield x }} yield {from} }})() {{ {to}.push(e) }}");
        let effect: Effect = Rc::new(move |model| {
            let captured = (!source.global).then(|| model.get(&source).cloned());
            let push = |model: &mut Model, value: Val| {
                let Val::List(items) = model.get_mut(&target)? else { return None };
                items.push(value);
                Some(())
            };
            for item in model.items(&source, 12)? {
                push(model, item)?;
            }
            let last = captured.unwrap_or_else(|| model.get(&source).cloned())?;
            push(model, last)
        });
        Some((text, effect))
    }

    fn update(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, n4] = numbers;
        let dict = || self.choose(n0, true, |_, value| matches!(value, Val::Dict(_)));
        Some(match n1 % 4 {
            0 => {
                let place = dict()?;
                let sink = self.sink([n2, n3], self.get(&place)?.size());
                let text = sink.statement(&format!("{}.remove(\"k\")", place.text));
                let effect: Effect = Rc::new(move |model| {
                    let Val::Dict(entries) = model.get_mut(&place)? else { return None };
                    let removed = entries.remove("k").unwrap_or(Val::Null);
                    model.put(&sink, removed)
                });
                (text, effect)
            }
            1 => {
                let place = dict()?;
                let from = self.expression(n2, [n3, n4]);
                let text = format!("{}.update({{k: {}}})", place.text, from.text);
                let effect: Effect = Rc::new(move |model| {
                    let value = (from.eval)(model)?;
                    let Val::Dict(entries) = model.get_mut(&place)? else { return None };
                    entries.insert("k".into(), value);
                    Some(())
                });
                (text, effect)
            }
            2 => {
                let place = self.list(n0, true)?;
                let other = self.choose(n2, true, |other, value| {
                    other.global && other.variable != place.variable && matches!(value, Val::List(_))
                })?;
                let text = format!("{}.sort_by(func(e) {{ {}.push(e) return 0 }})", place.text, other.text);
                let effect: Effect = Rc::new(move |model| {
                    let mut sorted = model.items(&place, 12)?;
                    let Val::List(items) = model.get_mut(&other)? else { return None };
                    items.append(&mut sorted);
                    Some(())
                });
                (text, effect)
            }
            _ => {
                let place = self.choose(n0, true, |_, value| matches!(value, Val::List(items) if !items.is_empty()))?;
                let text = format!("{0}.remove({0}[0])", place.text);
                let effect: Effect = Rc::new(move |model| match model.get_mut(&place)? {
                    Val::List(items) if !items.is_empty() => {
                        items.remove(0);
                        Some(())
                    }
                    _ => None,
                });
                (text, effect)
            }
        })
    }

    fn method_of_struct(&mut self, numbers: [u16; 5]) -> Option<(String, Effect)> {
        let [n0, n1, n2, n3, n4] = numbers;
        let which = n1 % 4;
        let changes = which < 2;
        let place = self.choose(n0, changes, |_, value| matches!(value, Val::Record(_)))?;
        let argument = self.expression(n2, [n3, n4]);
        let size = self.get(&place)?.size() + (argument.eval)(self)?.size();
        let sink = self.sink([n1.rotate_left(7), n2.rotate_left(5)], size);
        let (receiver, x) = (&place.text, &argument.text);
        let text = sink.statement(&match which {
            0 => format!("{receiver}.swap()"),
            1 => format!("{receiver}.with({x})"),
            2 => format!("{receiver}.copied({x})"),
            _ => format!("({receiver} + {x})"),
        });
        let effect: Effect = Rc::new(move |model| {
            let x = (argument.eval)(model)?;
            let Val::Record(mut fields) = model.get(&place)?.clone() else { return None };
            let field = if which == 1 { "v" } else { "w" };
            let result = if which == 0 {
                let (v, w) = (fields.remove("v")?, fields.remove("w")?);
                fields.extend(named(["v", "w"], w, v.clone()));
                v
            } else {
                fields.insert(field.into(), x);
                Val::Record(fields.clone())
            };
            if changes {
                model.set(&place, Val::Record(fields))?;
            }
            model.put(&sink, result)
        });
        Some((text, effect))
    }
}

/// The first item of a list, and the others with it behind them.
fn turned(value: &Val) -> Option<(Val, Vec<Val>)> {
    let Val::List(items) = value else { return None };
    let (first, rest) = items.split_first()?;
    let mut rest = rest.to_vec();
    rest.push(first.clone());
    Some((first.clone(), rest))
}
