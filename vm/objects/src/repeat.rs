//! Repeating the front of a block of memory, for `unit * count` of every sequence.

/// Fills `places` with copies of its first `unit` places, which are given; the length is a multiple of `unit`.
pub fn repeat_front<T: Copy>(places: &mut [T], unit: usize) {
    if unit == 0 || places.len() <= unit {
        return;
    }
    if unit == 1 {
        let first = places[0];
        places.fill(first);
        return;
    }
    // What is there already doubles with each copy.
    let mut done = unit;
    while done < places.len() {
        let more = done.min(places.len() - done);
        places.copy_within(..more, done);
        done += more;
    }
}

#[cfg(test)]
mod tests {
    use super::repeat_front;

    #[test]
    fn units_follow_each_other() {
        for unit in 0..6_usize {
            for count in 0..9 {
                let mut places = vec![0; unit * count];
                let expected: Vec<usize> = (0..unit).cycle().take(unit * count).collect();
                for (place, value) in places.iter_mut().zip(0..unit) {
                    *place = value;
                }
                repeat_front(&mut places, unit);
                assert_eq!(places, expected);
            }
        }
    }
}
