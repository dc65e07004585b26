//! The variants of all enums, with Result and Option among them: one number for each.

use super::objects::VariantTag;
use super::record::Name;
use rustc_hash::FxHashMap;

/// One variant. Two declarations of the same shape are the same variant: enum values compare by name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TagInfo {
    pub enumeration: Name,
    pub variant: Name,
    /// How many values it carries.
    pub payloads: u8,
}

#[derive(Default)]
pub struct Tags {
    list: Vec<TagInfo>,
    lookup: FxHashMap<TagInfo, VariantTag>,
}

impl Tags {
    /// The number of a variant, made on first use.
    pub fn intern(&mut self, info: TagInfo) -> VariantTag {
        if let Some(&tag) = self.lookup.get(&info) {
            return tag;
        }
        let tag = VariantTag(self.list.len() as u32);
        self.list.push(info);
        self.lookup.insert(info, tag);
        tag
    }

    pub fn get(&self, tag: VariantTag) -> &TagInfo {
        &self.list[tag.0 as usize]
    }

    /// Whether the payload of a variant object is a list of the values that it carries.
    pub fn has_list(&self, tag: VariantTag) -> bool {
        self.get(tag).payloads > 1
    }
}
