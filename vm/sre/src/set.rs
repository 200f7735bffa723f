//! Sets of characters. What a set says of the first 256 characters is worked out beforehand.

use unicode::Char;

use crate::chars::unicode_upper;
use crate::constants::{Category, Opcode};
use crate::program::{InvalidCode, Reader};

/// A set of characters.
#[derive(Debug)]
pub struct Set {
    /// What holds of the first 256 characters; not used where the locale decides.
    low: [bool; 256],
    by_locale: bool,
    items: Vec<Item>,
}

#[derive(Debug)]
enum Item {
    /// The rest of the items are of what the set leaves out.
    Negate,
    Literal(u32),
    Range(u32, u32),
    /// Also if the upper-case form is in the range.
    RangeIgnore(u32, u32),
    Category(Category),
    /// The first 256 characters.
    Bitmap([u32; 8]),
    /// The first 65536 characters: for each 256 the number of a bitmap.
    Pages(Box<[u8; 256]>, Vec<[u32; 8]>),
}

fn bit(bitmap: &[u32; 8], code: u32) -> bool {
    bitmap[(code >> 5 & 7) as usize] >> (code & 31) & 1 == 1
}

impl Item {
    fn contains(&self, code: u32) -> bool {
        match self {
            Item::Negate => false,
            Item::Literal(literal) => *literal == code,
            Item::Range(low, high) => (*low..=*high).contains(&code),
            Item::RangeIgnore(low, high) => {
                (*low..=*high).contains(&code) || (*low..=*high).contains(&unicode_upper(code))
            }
            Item::Category(category) => category.contains(code),
            Item::Bitmap(bitmap) => code < 256 && bit(bitmap, code),
            Item::Pages(numbers, bitmaps) => {
                code < 0x1_0000
                    && bitmaps
                        .get(numbers[(code >> 8) as usize] as usize)
                        .is_some_and(|bitmap| bit(bitmap, code))
            }
        }
    }
}

/// What the items say of each of the first 256 characters.
fn low(items: &[Item]) -> [bool; 256] {
    let negations = items.iter().filter(|item| matches!(item, Item::Negate)).count();
    // What a character is that no item knows; from there back to the first item, whose word counts most.
    let mut found = negations % 2 == 1;
    let mut low = [found; 256];
    found = !found;
    for item in items.iter().rev() {
        match *item {
            Item::Negate => found = !found,
            Item::Literal(literal) => {
                if let Some(place) = low.get_mut(literal as usize) {
                    *place = found;
                }
            }
            Item::Range(first, last) => {
                let end = last.saturating_add(1).min(256) as usize;
                if let Some(places) = low.get_mut(first as usize..end) {
                    places.fill(found);
                }
            }
            _ => (0u32..)
                .zip(&mut low)
                .filter(|(code, _)| item.contains(*code))
                .for_each(|(_, place)| *place = found),
        }
    }
    low
}

impl Set {
    /// Reads a set up to its `FAILURE`.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Set, InvalidCode> {
        let mut items = Vec::new();
        loop {
            let item = match Opcode::from_code(reader.next()?) {
                Some(Opcode::Failure) => break,
                Some(Opcode::Negate) => Item::Negate,
                Some(Opcode::Literal) => Item::Literal(reader.next()?),
                Some(Opcode::Range) => Item::Range(reader.next()?, reader.next()?),
                Some(Opcode::RangeUniIgnore) => Item::RangeIgnore(reader.next()?, reader.next()?),
                Some(Opcode::Category) => {
                    Item::Category(Category::from_code(reader.next()?).ok_or(InvalidCode)?)
                }
                Some(Opcode::Charset) => Item::Bitmap(reader.words()?),
                Some(Opcode::BigCharset) => {
                    let count = reader.next()?;
                    let words: [u32; 64] = reader.words()?;
                    let mut numbers = Box::new([0; 256]);
                    for (bytes, word) in numbers.chunks_exact_mut(4).zip(words) {
                        bytes.copy_from_slice(&word.to_ne_bytes());
                    }
                    let bitmaps: Vec<[u32; 8]> =
                        (0..count).map(|_| reader.words()).collect::<Result<_, _>>()?;
                    if numbers.iter().any(|&number| number as usize >= bitmaps.len()) {
                        return Err(InvalidCode);
                    }
                    Item::Pages(numbers, bitmaps)
                }
                _ => return Err(InvalidCode),
            };
            items.push(item);
        }
        let by_locale =
            items.iter().any(|item| matches!(item, Item::Category(category) if category.by_locale()));
        Ok(Set { low: low(&items), by_locale, items })
    }

    /// Does it change with the locale?
    pub(crate) fn by_locale(&self) -> bool {
        self.by_locale
    }

    fn search_items(&self, code: u32) -> bool {
        let mut found = true;
        for item in &self.items {
            if matches!(item, Item::Negate) {
                found = !found;
            } else if item.contains(code) {
                return found;
            }
        }
        !found
    }

    /// Is the character in the set?
    #[inline]
    pub fn contains(&self, code: u32) -> bool {
        match self.low.get(code as usize) {
            Some(&found) if !self.by_locale => found,
            _ => self.search_items(code),
        }
    }

    /// How many characters at the beginning of the text are in the set.
    pub fn run_length<C: Char>(&self, text: &[C]) -> usize {
        let end = if self.by_locale {
            text.iter().position(|&char| !self.search_items(char.into()))
        } else {
            text.iter().position(|&char| match self.low.get(char.into() as usize) {
                Some(&found) => !found,
                None => !self.search_items(char.into()),
            })
        };
        end.unwrap_or(text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_characters_are_as_the_items_say() {
        let literal = |char: char| Item::Literal(char.into());
        let range = |first: char, last: char| Item::Range(first.into(), last.into());
        let sets = [
            vec![],
            vec![Item::Negate],
            vec![literal('a'), range('0', '9'), literal('\u{1234}')],
            vec![Item::Negate, literal('a'), range('x', '\u{1234}')],
            vec![range('\u{1234}', '\u{1236}'), range('z', 'a'), literal('\u{ff}')],
            vec![range('a', 'm'), Item::Negate, range('c', 'z'), Item::Negate, literal('y')],
            vec![Item::Negate, Item::Category(Category::UniSpace), Item::RangeIgnore(0x41, 0x45)],
            vec![Item::Bitmap([0xF0F0_F0F0; 8]), Item::Negate, Item::Bitmap([0xFF00_00FF; 8])],
        ];
        for items in sets {
            let set = Set { low: low(&items), by_locale: false, items };
            for code in 0..256 {
                assert_eq!(set.low[code as usize], set.search_items(code), "{code} in {:?}", set.items);
            }
        }
    }
}
