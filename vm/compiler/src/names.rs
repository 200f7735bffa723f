//! Identifiers as small numbers, name mangling, and maps that keep the order of insertion.

use std::collections::HashMap;
use std::rc::Rc;

use bytecode::code::Symbol;

/// An interned identifier; see [`Names`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Name(u32);

/// All identifiers of a compilation.
#[derive(Default, Debug)]
pub struct Names {
    numbers: HashMap<Symbol, Name>,
    texts: Vec<Symbol>,
}

impl Names {
    /// The number of this identifier.
    pub fn intern(&mut self, text: &str) -> Name {
        if let Some(&name) = self.numbers.get(text) {
            return name;
        }
        let symbol: Symbol = Rc::from(text);
        let name = Name(self.texts.len() as u32);
        self.texts.push(symbol.clone());
        self.numbers.insert(symbol, name);
        name
    }

    /// The number of this identifier, if it occurred.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).copied()
    }

    /// The text of an identifier of this table.
    pub fn text(&self, name: Name) -> &Symbol {
        &self.texts[name.0 as usize]
    }

    /// The interned form of `identifier` inside `class`: `__private` becomes `_class__private`
    /// (`_Py_Mangle` in Python/symtable.c).
    pub fn mangled(&mut self, class: Option<&str>, identifier: &str) -> Name {
        match class.and_then(|class| mangle(class, identifier)) {
            Some(text) => self.intern(&text),
            None => self.intern(identifier),
        }
    }
}

/// The private form of an identifier in a class, where it has one.
fn mangle(class: &str, identifier: &str) -> Option<String> {
    if !identifier.starts_with("__") || identifier.ends_with("__") || identifier.contains('.') {
        return None;
    }
    let class = class.trim_start_matches('_');
    (!class.is_empty()).then(|| format!("_{class}{identifier}"))
}

/// A map that iterates in the order of insertion. Small ones are searched linearly.
#[derive(Clone, Debug)]
pub struct OrderedMap<V> {
    entries: Vec<(Name, V)>,
    index: HashMap<Name, usize>,
}

impl<V> Default for OrderedMap<V> {
    fn default() -> Self {
        OrderedMap { entries: Vec::new(), index: HashMap::new() }
    }
}

/// The size up to which looking through the entries is the fastest way to find one.
const LINEAR: usize = 8;

impl<V: Copy> OrderedMap<V> {
    fn position(&self, name: Name) -> Option<usize> {
        if self.entries.len() <= LINEAR {
            self.entries.iter().position(|e| e.0 == name)
        } else {
            self.index.get(&name).copied()
        }
    }

    /// The value of a name.
    pub fn get(&self, name: Name) -> Option<V> {
        self.position(name).map(|i| self.entries[i].1)
    }

    /// Whether the name has a value.
    pub fn contains(&self, name: Name) -> bool {
        self.position(name).is_some()
    }

    /// Sets the value of a name, at its place if it has one, else at the end.
    pub fn insert(&mut self, name: Name, value: V) {
        match self.position(name) {
            Some(i) => self.entries[i].1 = value,
            None => {
                self.entries.push((name, value));
                if self.entries.len() == LINEAR + 1 {
                    self.reindex();
                } else if self.entries.len() > LINEAR {
                    self.index.insert(name, self.entries.len() - 1);
                }
            }
        }
    }

    /// Forgets a name.
    pub fn remove(&mut self, name: Name) {
        if let Some(i) = self.position(name) {
            self.entries.remove(i);
            self.reindex();
        }
    }

    fn reindex(&mut self) {
        self.index = self.entries.iter().enumerate().map(|(i, e)| (e.0, i)).collect();
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (Name, V)> + '_ {
        self.entries.iter().copied()
    }

    /// The entry at a place.
    pub fn entry(&self, i: usize) -> Option<(Name, V)> {
        self.entries.get(i).copied()
    }
}

/// Names that are numbered in the order in which they are first asked for, from `offset` on.
#[derive(Clone, Debug, Default)]
pub struct Numbering {
    map: OrderedMap<u32>,
    offset: u32,
}

impl Numbering {
    /// An empty one whose first number is `offset`.
    pub fn from(offset: usize) -> Numbering {
        Numbering { map: OrderedMap::default(), offset: offset as u32 }
    }

    /// The number of a name, a new one if it has none.
    pub fn number(&mut self, name: Name) -> u32 {
        if let Some(n) = self.map.get(name) {
            return n;
        }
        let n = self.offset + self.map.len() as u32;
        self.map.insert(name, n);
        n
    }

    /// The number of a name that has one.
    pub fn get(&self, name: Name) -> Option<u32> {
        self.map.get(name)
    }

    /// How many names are numbered.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = Name> + '_ {
        self.map.iter().map(|e| e.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mangles_private_names_only() {
        assert_eq!(mangle("_A", "__x").as_deref(), Some("_A__x"));
        assert_eq!(mangle("A", "__x_").as_deref(), Some("_A__x_"));
        for (class, name) in [("A", "x"), ("A", "_x"), ("A", "__x__"), ("A", "__a.b"), ("__", "__x")] {
            assert_eq!(mangle(class, name), None);
        }
    }

    #[test]
    fn ordered_maps_keep_order_beyond_the_linear_size() {
        let mut names = Names::default();
        let mut map = OrderedMap::default();
        for i in 0..20 {
            map.insert(names.intern(&format!("n{i}")), i);
        }
        map.insert(names.intern("n3"), 33);
        map.remove(names.intern("n4"));
        assert_eq!(map.get(names.intern("n3")), Some(33));
        assert_eq!(map.get(names.intern("n4")), None);
        assert_eq!(map.get(names.intern("n19")), Some(19));
        assert_eq!(map.iter().nth(4).map(|e| e.1), Some(5));
    }
}
