//! A stable merge sort whose comparison can fail, over natural runs as in Peters' timsort.

use crate::raise::Result;

/// Runs shorter than this are extended by binary insertion.
const MIN_RUN: usize = 32;

/// Sorts `items` so that no item is `less` than one before it; equal ones keep their order. After an error the items are a
/// permutation of what they were.
///
/// # Errors
/// What `less` raises.
pub fn sort<T>(items: &mut [T], less: &mut impl FnMut(&T, &T) -> Result<bool>) -> Result<()> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    while start < items.len() {
        let mut end = start + natural_run(&mut items[start..], less)?;
        let wanted = (start + MIN_RUN).min(items.len());
        if end < wanted {
            insertion_sort(&mut items[start..wanted], end - start, less)?;
            end = wanted;
        }
        runs.push((start, end));
        start = end;
        // Keep the lengths of the last three runs descending and more than additive, so that merges stay balanced.
        while let Some(at) = unbalanced(&runs) {
            merge_runs(items, &mut runs, at, less)?;
        }
    }
    while runs.len() > 1 {
        let at = runs.len() - 2;
        merge_runs(items, &mut runs, at, less)?;
    }
    Ok(())
}

/// Makes the run at the beginning ascending; its length. A run may also descend, with equal items beside each other: those are
/// reversed as they are met, so that reversing the whole restores their order. A reversed run goes on as long as it ascends. The
/// comparisons are those of `count_run` in CPython's Objects/listobject.c, since `__lt__` can see them.
fn natural_run<T>(items: &mut [T], less: &mut impl FnMut(&T, &T) -> Result<bool>) -> Result<usize> {
    let mut end = ascending_from(items, 1, less)?;
    if end >= items.len() || (end > 1 && less(&items[0], &items[end - 1])?) {
        return Ok(end);
    }
    // The items up to here are equal, and the next one is smaller.
    items[..end].reverse();
    end += 1;
    let mut equal = 0;
    while end < items.len() {
        if less(&items[end], &items[end - 1])? {
            reverse_equal(items, end, &mut equal);
        } else if less(&items[end - 1], &items[end])? {
            break;
        } else {
            equal += 1;
        }
        end += 1;
    }
    reverse_equal(items, end, &mut equal);
    items[..end].reverse();
    ascending_from(items, end, less)
}

/// Where the items, which ascend up to `start`, cease to.
fn ascending_from<T>(
    items: &[T],
    start: usize,
    less: &mut impl FnMut(&T, &T) -> Result<bool>,
) -> Result<usize> {
    let mut end = start.min(items.len());
    while end < items.len() && !less(&items[end], &items[end - 1])? {
        end += 1;
    }
    Ok(end)
}

/// Reverses the last `equal` + 1 items before `end` if there are any equal ones.
fn reverse_equal<T>(items: &mut [T], end: usize, equal: &mut usize) {
    if *equal > 0 {
        items[end - *equal - 1..end].reverse();
        *equal = 0;
    }
}

/// Sorts `items`, of which the first `sorted` are.
fn insertion_sort<T>(
    items: &mut [T],
    sorted: usize,
    less: &mut impl FnMut(&T, &T) -> Result<bool>,
) -> Result<()> {
    for next in sorted..items.len() {
        let (mut low, mut high) = (0, next);
        while low < high {
            let middle = low + (high - low) / 2;
            if less(&items[next], &items[middle])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        items[low..=next].rotate_right(1);
    }
    Ok(())
}

/// The earlier of two neighbouring runs that must be merged, if the stack is out of balance.
fn unbalanced(runs: &[(usize, usize)]) -> Option<usize> {
    let len = |index: usize| runs[index].1 - runs[index].0;
    let count = runs.len();
    if count >= 3 && len(count - 3) <= len(count - 2) + len(count - 1) {
        return Some(if len(count - 3) < len(count - 1) { count - 3 } else { count - 2 });
    }
    (count >= 2 && len(count - 2) <= len(count - 1)).then(|| count - 2)
}

fn merge_runs<T>(
    items: &mut [T],
    runs: &mut Vec<(usize, usize)>,
    at: usize,
    less: &mut impl FnMut(&T, &T) -> Result<bool>,
) -> Result<()> {
    let (start, middle) = runs[at];
    let (_, end) = runs.remove(at + 1);
    runs[at].1 = end;
    merge(&mut items[start..end], middle - start, less)
}

/// Merges the sorted halves `items[..middle]` and `items[middle..]`.
fn merge<T>(items: &mut [T], middle: usize, less: &mut impl FnMut(&T, &T) -> Result<bool>) -> Result<()> {
    if middle == 0 || middle == items.len() || !less(&items[middle], &items[middle - 1])? {
        return Ok(());
    }
    // What is not greater than the right half's first item stays where it is.
    let (mut low, mut high) = (0, middle);
    while low < high {
        let half = low + (high - low) / 2;
        if less(&items[middle], &items[half])? {
            high = half;
        } else {
            low = half + 1;
        }
    }
    let items = &mut items[low..];
    let middle = middle - low;
    let mut moved: Vec<T> = Vec::with_capacity(middle);
    let base = items.as_mut_ptr();
    // SAFETY: the left half moves into the vector, whose length stays 0, and every item of it back into the hole in the slice,
    // which is always as long as what is left in the vector; an error or a panic in `less` moves the rest.
    unsafe {
        base.copy_to_nonoverlapping(moved.as_mut_ptr(), middle);
        let from = moved.as_mut_ptr();
        let mut hole = Hole { from, end: from.add(middle), to: base };
        let (mut right, end) = (base.add(middle), base.add(items.len()));
        while hole.from < hole.end && right < end {
            if less(&*right, &*hole.from)? {
                right.copy_to_nonoverlapping(hole.to, 1);
                right = right.add(1);
            } else {
                hole.from.copy_to_nonoverlapping(hole.to, 1);
                hole.from = hole.from.add(1);
            }
            hole.to = hole.to.add(1);
        }
    }
    Ok(())
}

/// Items on their way: when dropped, those from `from` to `end` move to `to`.
struct Hole<T> {
    from: *mut T,
    end: *mut T,
    to: *mut T,
}

impl<T> Drop for Hole<T> {
    fn drop(&mut self) {
        // SAFETY: see `merge`: the place is free and large enough.
        unsafe { self.from.copy_to_nonoverlapping(self.to, self.end.offset_from(self.from) as usize) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_stably() {
        for len in [0usize, 1, 2, 31, 32, 33, 100, 1000] {
            for pattern in 0..5u64 {
                let mut seed = len as u64 * 31 + pattern + 1;
                let mut items: Vec<(u64, usize)> = (0..len)
                    .map(|index| {
                        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                        let key = match pattern {
                            0 => seed >> 60,
                            1 => index as u64,
                            2 => (len - index) as u64,
                            // Descending, with equal neighbours, then ascending.
                            3 => (len as u64 / 2).abs_diff(index as u64) / 3,
                            _ => seed >> 33,
                        };
                        (key, index)
                    })
                    .collect();
                let mut expected = items.clone();
                expected.sort_by_key(|item| item.0);
                assert!(sort(&mut items, &mut |a, b| Ok(a.0 < b.0)).is_ok());
                assert_eq!(items, expected, "length {len}, pattern {pattern}");
            }
        }
    }
}
