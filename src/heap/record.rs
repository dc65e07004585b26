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

/// The fields of records of one type that were added in one order: the first `count` names of a family. Records with
/// equal layouts have a field at the same slot, which is what inline caches remember ("hidden classes" of Self and V8).
#[derive(Clone, Copy)]
struct Layout {
    of: u32,
    family: u32,
    count: u32,
}

/// The names of layouts that grew out of each other. They share them, so that n fields added one by one cost n names
/// and not n² / 2 (the descriptor arrays of V8).
#[derive(Default)]
struct Family {
    fields: Vec<Name>,
    slots: FxHashMap<Name, u32>,
}

#[derive(Default)]
pub struct Layouts {
    layouts: Vec<Layout>,
    families: Vec<Family>,
    /// The empty layout of each struct type.
    roots: FxHashMap<u32, u32>,
    /// The layout that another one becomes by the addition of a field.
    transitions: FxHashMap<(u32, Name), u32>,
}

impl Layouts {
    /// The layout without fields of the struct type `of`.
    pub fn root(&mut self, of: u32) -> u32 {
        if let Some(&layout) = self.roots.get(&of) {
            return layout;
        }
        self.families.push(Family::default());
        let layout = self.add(Layout { of, family: self.families.len() as u32 - 1, count: 0 });
        self.roots.insert(of, layout);
        layout
    }

    /// The layout that has the fields of `layout` and then `field`, which `layout` lacks, and how many bytes it took
    /// to make it.
    pub fn with_field(&mut self, layout: u32, field: Name) -> (u32, usize) {
        /// A name with its slot, in the table and in the list.
        const NAME: usize = size_of::<Name>() + 2 * size_of::<(Name, u32)>();
        if let Some(&next) = self.transitions.get(&(layout, field)) {
            return (next, 0);
        }
        let Layout { of, mut family, count } = self.layouts[layout as usize];
        let mut bytes = size_of::<Layout>() + 2 * size_of::<((u32, Name), u32)>() + NAME;
        if self.families[family as usize].fields.len() > count as usize {
            // Another field was added to the same ones before.
            let fields = self.families[family as usize].fields[..count as usize].to_vec();
            let slots = fields.iter().copied().zip(0..).collect();
            bytes += size_of::<Family>() + fields.len() * NAME;
            family = self.families.len() as u32;
            self.families.push(Family { fields, slots });
        }
        let names = &mut self.families[family as usize];
        names.fields.push(field);
        names.slots.insert(field, count);
        let next = self.add(Layout { of, family, count: count + 1 });
        self.transitions.insert((layout, field), next);
        (next, bytes)
    }

    fn add(&mut self, layout: Layout) -> u32 {
        self.layouts.push(layout);
        self.layouts.len() as u32 - 1
    }

    /// The struct type whose records have the layout.
    #[inline]
    pub fn type_of(&self, layout: u32) -> u32 {
        self.layouts[layout as usize].of
    }

    /// The number of fields.
    #[inline]
    pub fn count(&self, layout: u32) -> usize {
        self.layouts[layout as usize].count as usize
    }

    /// The names of the fields, by slot.
    pub fn fields(&self, layout: u32) -> &[Name] {
        let Layout { family, count, .. } = self.layouts[layout as usize];
        &self.families[family as usize].fields[..count as usize]
    }

    /// The slot of `field`.
    pub fn slot(&self, layout: u32, field: Name) -> Option<u32> {
        let Layout { family, count, .. } = self.layouts[layout as usize];
        let family = &self.families[family as usize];
        if count <= 6 {
            let fields = &family.fields[..count as usize];
            return fields.iter().position(|&name| name == field).map(|slot| slot as u32);
        }
        family.slots.get(&field).copied().filter(|&slot| slot < count)
    }
}
