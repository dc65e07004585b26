//! A stable merge sort that asks its questions one at a time.
//!
//! The list is cut into a power of two of short runs of equal length (but for one element). Each is sorted by binary
//! insertion; then neighbours are merged, level by level. That takes close to the least possible number of
//! comparisons, and about two for each element if the list is in order.

use crate::heap::{Heap, List, Tracer};
use crate::runtime::Raise;
use crate::value::{Handle, Value};

/// Runs have at most this many elements.
const RUN: usize = 8;

/// Invariant: `from` has all elements at any time; `to` is written from its beginning in each round of merges.
#[derive(Debug)]
pub(super) struct Merging {
    from: Handle<List>,
    to: Handle<List>,
    count: usize,
    /// There are `1 << levels` runs.
    levels: u32,
    /// How many runs each half of a merge has.
    width: usize,
    /// The first run of the block at hand.
    run: usize,
    /// The block at hand: the next element of each half, and where the halves end.
    left: usize,
    middle: usize,
    right: usize,
    end: usize,
    phase: Phase,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// Nothing is asked yet.
    Start,
    /// The place of element `at` is in `low..=high`; the middle was asked for.
    Insert { at: usize, low: usize, high: usize },
    /// It was asked whether the halves are in order as they are.
    Check,
    /// It was asked which of `left` and `right` comes first.
    Merge,
}

impl Merging {
    /// Works on two copies of the list, whose elements go on belonging to it.
    pub(super) fn new(heap: &mut Heap, input: Handle<List>) -> Merging {
        let items = heap.items(input).to_vec();
        let count = items.len();
        let mut levels = 0;
        while count.div_ceil(1 << levels) > RUN {
            levels += 1;
        }
        let to = if levels == 0 { Vec::new() } else { items.clone() };
        Merging {
            from: heap.new_list(items),
            to: heap.new_list(to),
            count,
            levels,
            width: 1,
            run: 0,
            left: 0,
            middle: 0,
            right: 0,
            end: 0,
            phase: Phase::Start,
        }
    }

    /// The list with the result, once [`Merging::step`] has no more questions.
    pub(super) fn sorted(&self) -> Handle<List> {
        self.from
    }

    /// Where run `run` begins.
    fn start_of(&self, run: usize) -> usize {
        ((run as u64 * self.count as u64) >> self.levels) as usize
    }

    /// Takes the answer to the last question; whether there is another one ([`Merging::question`]).
    #[inline]
    pub(super) fn step(&mut self, heap: &mut Heap, result: Option<Value>) -> Result<bool, Raise> {
        let right_first = match result {
            Some(Value::Int(int)) => int > 0,
            Some(Value::Float(float)) => float > 0.0,
            None => false,
            Some(_) => return Err(Raise::argument("sort_with requires the function to give a number")),
        };
        if !matches!(self.phase, Phase::Merge) {
            return Ok(self.prepare(heap, right_first));
        }
        let target = self.left + self.right - self.middle;
        // Which half it is cannot be predicted, so there is no branch on it.
        let source = if right_first { self.right } else { self.left };
        self.left += !right_first as usize;
        self.right += right_first as usize;
        let value = heap.items(self.from)[source];
        heap.lists.get_mut(self.to).items[target] = value;
        if self.left < self.middle && self.right < self.end {
            return Ok(true);
        }
        self.copy(heap, self.left, self.middle, target + 1);
        self.copy(heap, self.right, self.end, self.right);
        Ok(self.next_block())
    }

    /// Everything but the comparisons of a merge.
    fn prepare(&mut self, heap: &mut Heap, right_first: bool) -> bool {
        match self.phase {
            Phase::Start | Phase::Merge => self.first_insertion(heap, 1),
            Phase::Insert { at, low, high } => {
                let middle = low + (high - low) / 2;
                let (low, high) = if right_first { (low, middle) } else { (middle + 1, high) };
                self.insert(heap, at, low, high)
            }
            Phase::Check if right_first => {
                self.phase = Phase::Merge;
                true
            }
            Phase::Check => {
                self.copy(heap, self.left, self.end, self.left);
                self.next_block()
            }
        }
    }

    /// The two elements to compare now, the one that comes first if they are equal first.
    #[inline]
    pub(super) fn question<'heap>(&self, heap: &'heap Heap) -> [&'heap Value; 2] {
        let items = heap.items(self.from);
        let (left, right) = match self.phase {
            Phase::Merge => (self.left, self.right),
            Phase::Insert { at, low, high } => (low + (high - low) / 2, at),
            Phase::Check | Phase::Start => (self.middle - 1, self.middle),
        };
        [&items[left], &items[right]]
    }

    /// Copies elements `start..end` to `target`.
    fn copy(&self, heap: &mut Heap, start: usize, end: usize, target: usize) {
        if start < end {
            let mut to = std::mem::take(&mut heap.lists.get_mut(self.to).items);
            to[target..target + end - start].copy_from_slice(&heap.items(self.from)[start..end]);
            heap.lists.get_mut(self.to).items = to;
        }
    }

    /// Begins to insert element `at` of the list, or a later one that is not the first of its run.
    fn first_insertion(&mut self, heap: &mut Heap, mut at: usize) -> bool {
        while at < self.count {
            while at >= self.start_of(self.run + 1) {
                self.run += 1;
            }
            let start = self.start_of(self.run);
            if at > start {
                return self.insert(heap, at, start, at);
            }
            at += 1;
        }
        self.run = 0;
        self.levels != 0 && self.check()
    }

    fn insert(&mut self, heap: &mut Heap, at: usize, low: usize, high: usize) -> bool {
        if low < high {
            self.phase = Phase::Insert { at, low, high };
            return true;
        }
        heap.lists.get_mut(self.from).items[low..=at].rotate_right(1);
        self.first_insertion(heap, at + 1)
    }

    /// Begins a block: often its halves are in order already.
    fn check(&mut self) -> bool {
        self.phase = Phase::Check;
        self.left = self.start_of(self.run);
        self.middle = self.start_of(self.run + self.width);
        self.right = self.middle;
        self.end = self.start_of(self.run + 2 * self.width);
        true
    }

    fn next_block(&mut self) -> bool {
        self.run += 2 * self.width;
        if self.run >> self.levels != 0 {
            std::mem::swap(&mut self.from, &mut self.to);
            self.run = 0;
            self.width *= 2;
        }
        self.width >> self.levels == 0 && self.check()
    }

    pub(super) fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.value(Value::List(self.from));
        tracer.value(Value::List(self.to));
    }
}
