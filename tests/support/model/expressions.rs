//! Expressions without effects, and what happens to values.

use super::*;

impl Model {
    /// An expression without effects.
    pub(super) fn expression(&self, choice: u16, numbers: [u16; 2]) -> Expression {
        let small =
            |expression: &Expression| (expression.eval)(self).is_some_and(|value| value.size() <= LARGEST_VALUE);
        let int = i64::from(choice);
        let literal = || Expression { text: int.to_string(), eval: Rc::new(move |_| Some(Val::Int(int))) };
        self.any_expression(choice, numbers).filter(small).unwrap_or_else(literal)
    }

    pub(super) fn any_expression(&self, choice: u16, numbers: [u16; 2]) -> Option<Expression> {
        let read = |number: u16| self.choose(number, false, |_, _| true);
        let list = |number: u16| self.list(number, false);
        let [first, second] = numbers;
        let pair = |number: u16, text: fn(&str, &str) -> String, make: fn(Val, Val) -> Val| {
            let (x, y) = (read(first)?, read(number)?);
            Some(Expression {
                text: text(&x.text, &y.text),
                eval: Rc::new(move |model| Some(make(model.get(&x)?.clone(), model.get(&y)?.clone()))),
            })
        };
        let of_list = |text: fn(&str) -> String, make: fn(Vec<Val>) -> Val| {
            let x = list(first)?;
            Some(Expression {
                text: text(&x.text),
                eval: Rc::new(move |model| match model.get(&x)? {
                    Val::List(items) => Some(make(items.clone())),
                    _ => None,
                }),
            })
        };
        match choice % 20 {
            0..=6 => {
                let x = read(first)?;
                Some(Expression { text: x.text.clone(), eval: Rc::new(move |model| model.get(&x).cloned()) })
            }
            7 => None,
            8 => {
                let text = format!("s{}", first % 10);
                Some(Expression { text: format!("\"{text}\""), eval: Rc::new(move |_| Some(Val::Text(text.clone()))) })
            }
            9 => pair(second, |x, y| format!("[{x}, {y}]"), |v, w| Val::List(vec![v, w])),
            10 => pair(second, |x, y| format!("{{k: {x}, l: {y}}}"), |v, w| Val::Dict(named(["k", "l"], v, w))),
            11 => pair(second, |x, y| format!("(S {{ v: {x}, w: {y} }})"), |v, w| Val::Record(named(["v", "w"], v, w))),
            12 => {
                let (x, y) = (list(first)?, read(second)?);
                Some(Expression {
                    text: format!("push({}, {})", x.text, y.text),
                    eval: Rc::new(move |model| {
                        let Val::List(mut items) = model.get(&x)?.clone() else { return None };
                        items.push(model.get(&y)?.clone());
                        Some(Val::List(items))
                    }),
                })
            }
            13 => {
                let (x, y) = (list(first)?, list(second)?);
                Some(Expression {
                    text: format!("concat({}, {})", x.text, y.text),
                    eval: Rc::new(move |model| match (model.get(&x)?, model.get(&y)?) {
                        (Val::List(x), Val::List(y)) => Some(Val::List(x.iter().chain(y).cloned().collect())),
                        _ => None,
                    }),
                })
            }
            14 => of_list(
                |x| format!("reverse({x})"),
                |mut items| {
                    items.reverse();
                    Val::List(items)
                },
            ),
            15 => of_list(|x| format!("map({x}, func(e) {{ return e }})"), Val::List),
            16 => of_list(
                |x| format!("pop({x})"),
                |mut items| {
                    let last = items.pop().unwrap_or(Val::Int(0));
                    Val::List(vec![Val::List(items), last])
                },
            ),
            17 => of_list(
                |x| format!("slice({x}, 0, 2)"),
                |mut items| {
                    items.truncate(2);
                    Val::List(items)
                },
            ),
            18 => {
                let (x, y) = (list(first)?, list(second)?);
                Some(Expression {
                    text: format!("[...{}, 0, ...{}]", x.text, y.text),
                    eval: Rc::new(move |model| match (model.get(&x)?, model.get(&y)?) {
                        (Val::List(x), Val::List(y)) => {
                            Some(Val::List(x.iter().chain([&Val::Int(0)]).chain(y).cloned().collect()))
                        }
                        _ => None,
                    }),
                })
            }
            _ => {
                let dict = self.choose(first, false, |_, value| matches!(value, Val::Dict(_)))?;
                let entry = read(second)?;
                Some(Expression {
                    text: format!("{{...{}, k: {}}}", dict.text, entry.text),
                    eval: Rc::new(move |model| {
                        let Val::Dict(mut entries) = model.get(&dict)?.clone() else { return None };
                        entries.insert("k".into(), model.get(&entry)?.clone());
                        Some(Val::Dict(entries))
                    }),
                })
            }
        }
    }

    pub(super) fn write_output(&mut self, value: &Val) {
        value.print(&mut self.output);
        self.output.push('\n');
    }

    /// Chooses what happens to a value of some size.
    pub(super) fn sink(&self, numbers: [u16; 2], size: usize) -> Sink {
        let room = |place: &Place| self.root_size(place) + size < LARGEST_VARIABLE;
        match numbers[0] % 4 {
            0 => Sink::Print,
            1 => self.list(numbers[1], true).filter(room).map_or(Sink::Discard, Sink::Push),
            _ => self.choose(numbers[1], true, |_, _| true).filter(room).map_or(Sink::Discard, Sink::Assign),
        }
    }

    pub(super) fn put(&mut self, sink: &Sink, value: Val) -> Option<()> {
        match sink {
            Sink::Print => self.write_output(&value),
            Sink::Push(place) => {
                let Val::List(items) = self.get_mut(place)? else { return None };
                items.push(value);
            }
            Sink::Assign(place) => *self.get_mut(place)? = value,
            Sink::Discard => {}
        }
        Some(())
    }

    /// Stores a value that the expression `text` gives; gives the statement.
    pub(super) fn store(&mut self, numbers: [u16; 2], text: &str, value: Val) -> String {
        let sink = self.sink(numbers, value.size());
        self.put(&sink, value);
        sink.statement(text)
    }
}
