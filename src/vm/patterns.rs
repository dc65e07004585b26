//! Taking arrays and dicts apart, for patterns.

use super::Vm;
use crate::heap::Dict;
use crate::value::Value;

impl Vm {
    /// An element of an array. `dying`: the array is a temporary value, so that its only owner hands the element over.
    pub(super) fn pattern_item(&mut self, list: Value, at: usize, dying: bool) -> Value {
        let Value::List(list) = list else { return Value::Null };
        let object = self.heap.lists.get(list);
        let given_away = dying && object.share.is_unique();
        let item = object.items.get(at).copied().unwrap_or(Value::Null);
        if !given_away {
            self.heap.share(item);
        }
        item
    }

    /// A new array of the elements from `from` on.
    pub(super) fn list_rest(&mut self, list: Value, from: usize) -> Value {
        let rest = match list {
            Value::List(list) => self.heap.items(list).get(from..).unwrap_or_default().to_vec(),
            _ => Vec::new(),
        };
        self.work += rest.len() as u64 / 8;
        for &item in &rest {
            self.heap.share(item);
        }
        self.heap.list(rest)
    }

    /// A new dict of the entries of the first value, without the keys that follow it.
    pub(super) fn dict_rest(&mut self, dict_and_keys: &[Value]) -> Value {
        let rest = self.heap.dict(Dict::default());
        let (Some((&Value::Dict(source), keys)), Value::Dict(target)) = (dict_and_keys.split_first(), rest) else {
            return rest;
        };
        self.work += self.heap.dicts.get(source).len() as u64 / 4;
        let mut cursor = 0;
        while let Some((entry, after)) = self.heap.dicts.get(source).next_entry(cursor) {
            self.heap.share(entry.value);
            self.heap.dict_set(target, entry.key, entry.value);
            cursor = after;
        }
        for &key in keys {
            if let Some(key) = self.heap.key(key) {
                self.heap.dict_remove(target, key);
            }
        }
        rest
    }
}
