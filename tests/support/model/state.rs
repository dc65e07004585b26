//! The text that is written, and the places of the state that statements may name.

use super::values::position;
use super::*;

impl Model {
    // Text.

    pub(super) fn text(&self, block: usize) -> String {
        let mut text = String::new();
        self.append(block, &mut text);
        text
    }

    pub(super) fn append(&self, block: usize, text: &mut String) {
        for piece in &self.blocks[block] {
            match piece {
                Piece::Text(line) => text.push_str(line),
                Piece::Block(inner) => self.append(*inner, text),
            }
        }
    }

    pub(super) fn new_block(&mut self) -> usize {
        self.blocks.push(Vec::new());
        self.blocks.len() - 1
    }

    pub(super) fn line(&mut self, line: impl Into<String>) {
        let block = self.frame().block;
        self.blocks[block].push(Piece::Text(format!("{}\n", line.into())));
    }

    /// Room for text that is known later.
    pub(super) fn later(&mut self) -> usize {
        let block = self.frame().block;
        let inner = self.new_block();
        self.blocks[block].push(Piece::Block(inner));
        inner
    }

    pub(super) fn number(&mut self) -> usize {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn frame(&self) -> &Frame {
        self.tasks[self.current].frames.last().expect("a task that runs has a frame")
    }

    pub(super) fn frame_mut(&mut self) -> &mut Frame {
        self.tasks[self.current].frames.last_mut().expect("a task that runs has a frame")
    }

    pub(super) fn get(&self, place: &Place) -> Option<&Val> {
        let variables = if place.global { &self.globals } else { &self.frame().locals };
        let mut value = variables.get(&place.variable)?;
        for step in &place.steps {
            value = match (value, step) {
                (Val::List(items), Step::Index(index)) => items.get(position(*index, items.len())?)?,
                (Val::Dict(entries) | Val::Record(entries), Step::Name(name)) => entries.get(name)?,
                (Val::Dict(entries), Step::Key(key)) => entries.get(key)?,
                _ => return None,
            };
        }
        Some(value)
    }

    pub(super) fn get_mut(&mut self, place: &Place) -> Option<&mut Val> {
        let variables = if place.global { &mut self.globals } else { &mut self.frame_mut().locals };
        let mut value = variables.get_mut(&place.variable)?;
        for step in &place.steps {
            value = match (value, step) {
                (Val::List(items), Step::Index(index)) => {
                    let at = position(*index, items.len())?;
                    items.get_mut(at)?
                }
                (Val::Dict(entries) | Val::Record(entries), Step::Name(name)) => entries.get_mut(name)?,
                (Val::Dict(entries), Step::Key(key)) => entries.get_mut(key)?,
                _ => return None,
            };
        }
        Some(value)
    }

    pub(super) fn root_size(&self, place: &Place) -> usize {
        let root = Place { steps: Vec::new(), ..place.clone() };
        self.get(&root).map_or(0, Val::size)
    }

    /// All places that the running frame may name, with variables first.
    pub(super) fn places(&self, writable: bool) -> Vec<Place> {
        let frame = self.frame();
        let mut places = Vec::new();
        let locals = frame.locals.keys().map(|name| (name, false));
        let globals = self.globals.keys().filter(|name| !self.locked.contains(name)).map(|name| (name, true));
        for (name, global) in locals.chain(globals) {
            if writable && frame.keeps_self && name == "self" {
                continue;
            }
            places.push(Place { variable: name.clone(), global, steps: Vec::new(), text: name.clone() });
        }
        let mut at = 0;
        while at < places.len() {
            let place = places[at].clone();
            at += 1;
            if place.steps.len() == 3 {
                continue;
            }
            let child = |step: Step, text: String| {
                let mut steps = place.steps.clone();
                steps.push(step);
                Place {
                    variable: place.variable.clone(),
                    global: place.global,
                    steps,
                    text: place.text.clone() + &text,
                }
            };
            match self.get(&place) {
                Some(Val::List(items)) => {
                    for index in 0..items.len().min(4) {
                        // Both ways to write it come up.
                        let from_end = (index + at) % 3 == 0;
                        let shown = if from_end { index as i64 - items.len() as i64 } else { index as i64 };
                        places.push(child(Step::Index(shown), format!("[{shown}]")));
                    }
                }
                Some(Val::Dict(entries)) => {
                    for (position, name) in entries.keys().enumerate() {
                        let text = match (name.as_str(), (position + at) % 2) {
                            ("7", 0) => "[7]".to_string(),
                            ("7", _) => "[\"7\"]".to_string(),
                            (name, 0) => format!("[\"{name}\"]"),
                            (name, _) => format!(".{name}"),
                        };
                        let step =
                            if text.starts_with('[') { Step::Key(name.clone()) } else { Step::Name(name.clone()) };
                        places.push(child(step, text));
                    }
                }
                Some(Val::Record(fields)) => {
                    for name in fields.keys() {
                        places.push(child(Step::Name(name.clone()), format!(".{name}")));
                    }
                }
                _ => {}
            }
        }
        places
    }

    pub(super) fn choose(&self, number: u16, writable: bool, fits: impl Fn(&Place, &Val) -> bool) -> Option<Place> {
        let mut fitting = self.places(writable);
        fitting.retain(|place| self.get(place).is_some_and(|value| fits(place, value)));
        if fitting.is_empty() {
            return None;
        }
        let index = number as usize % fitting.len();
        Some(fitting.swap_remove(index))
    }

    pub(super) fn list(&self, number: u16, writable: bool) -> Option<Place> {
        self.choose(number, writable, |_, value| matches!(value, Val::List(_)))
    }
}
