//! Where the fields of records live, and the layouts that say which field is where.

use crate::value::Value;
use rustc_hash::FxHashMap;

/// An interned name of the machine; an index into [`super::Names`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Name(pub u32);

/// One store of cells for the fields of all records: blocks of a few sizes with a free list each, so that making a
/// record allocates nothing and reading a field is one index away.
#[derive(Default)]
pub struct Cells {
    cells: Vec<Value>,
    free: FxHashMap<u32, Vec<u32>>,
    small_free: [Vec<u32>; Cells::SMALL],
}

impl Cells {
    const SMALL: usize = 17;

    /// The block size that holds `count` fields: exact up to 8, then even numbers to 16, then powers of two.
    pub fn room_for(count: usize) -> u32 {
        match count {
            0..=8 => count as u32,
            9..=16 => (count as u32 + 1) & !1,
            _ => count.next_power_of_two() as u32,
        }
    }

    #[inline]
    pub fn take(&mut self, room: u32) -> u32 {
        let reused = match self.small_free.get_mut(room as usize) {
            Some(list) => list.pop(),
            None => self.free.get_mut(&room).and_then(Vec::pop),
        };
        match reused {
            Some(start) => start,
            None => {
                let start = self.cells.len();
                self.cells.resize(start + room as usize, Value::Null);
                start as u32
            }
        }
    }

    pub fn give_back(&mut self, start: u32, room: u32) {
        match self.small_free.get_mut(room as usize) {
            Some(list) => list.push(start),
            None => self.free.entry(room).or_default().push(start),
        }
    }

    #[inline]
    pub fn get(&self, index: u32) -> Value {
        self.cells[index as usize]
    }

    #[inline]
    pub fn set(&mut self, index: u32, value: Value) {
        self.cells[index as usize] = value;
    }

    pub fn block(&self, start: u32, count: usize) -> &[Value] {
        &self.cells[start as usize..start as usize + count]
    }

    pub fn block_mut(&mut self, start: u32, count: usize) -> &mut [Value] {
        &mut self.cells[start as usize..start as usize + count]
    }

    pub fn bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Value>()
    }
}

/// A struct type: what `Name { … }` refers to.
pub struct StructType {
    pub name: Name,
    /// Method name → loaded function. Empty for undeclared names.
    pub methods: FxHashMap<Name, u32>,
}

/// The fields of records of one type that were added in one order. Records with equal layouts have a field at the
/// same slot, which is what inline caches remember ("hidden classes" of Self and V8).
pub struct Layout {
    pub of: u32,
    pub fields: Vec<Name>,
    slots: FxHashMap<Name, u32>,
    transitions: FxHashMap<Name, u32>,
}

impl Layout {
    /// The slot of `field`.
    #[inline]
    pub fn slot(&self, field: Name) -> Option<u32> {
        if self.fields.len() <= 6 {
            return self.fields.iter().position(|&name| name == field).map(|slot| slot as u32);
        }
        self.slots.get(&field).copied()
    }
}

#[derive(Default)]
pub struct Layouts {
    layouts: Vec<Layout>,
    /// The empty layout of each struct type.
    roots: FxHashMap<u32, u32>,
}

impl Layouts {
    /// The layout without fields of the struct type `of`.
    pub fn root(&mut self, of: u32) -> u32 {
        if let Some(&layout) = self.roots.get(&of) {
            return layout;
        }
        let layout =
            self.add(Layout { of, fields: Vec::new(), slots: FxHashMap::default(), transitions: FxHashMap::default() });
        self.roots.insert(of, layout);
        layout
    }

    /// The layout that has the fields of `layout` and then `field`, which `layout` lacks.
    pub fn with_field(&mut self, layout: u32, field: Name) -> u32 {
        if let Some(&next) = self.layouts[layout as usize].transitions.get(&field) {
            return next;
        }
        let from = &self.layouts[layout as usize];
        let mut fields = from.fields.clone();
        let mut slots = from.slots.clone();
        slots.insert(field, fields.len() as u32);
        fields.push(field);
        let next = self.add(Layout { of: from.of, fields, slots, transitions: FxHashMap::default() });
        self.layouts[layout as usize].transitions.insert(field, next);
        next
    }

    fn add(&mut self, layout: Layout) -> u32 {
        self.layouts.push(layout);
        self.layouts.len() as u32 - 1
    }

    #[inline]
    pub fn get(&self, layout: u32) -> &Layout {
        &self.layouts[layout as usize]
    }
}
