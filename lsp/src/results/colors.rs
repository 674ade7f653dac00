//! Which colour a line has: by what it is called, so that the same value has the same one in every block, picture and
//! client, as long as no other in the picture has it. And which lines share an axis.

use syntax::Type;

/// Colours that pictures have; more lines are not drawn.
pub(crate) const COLORS: usize = 12;

/// Measures share an axis where the peak of one is no more than so many times that of another: on one axis the smaller
/// would be a line at the bottom. Durations are mostly percentiles of one thing, which are looked at together.
const ALIKE: f64 = 20.0;
const ALIKE_TIMES: f64 = 100.0;

/// Axes at most; more charts below each other are no easier to read.
const AXES: usize = 4;

/// One for each name. Two of a picture differ while there are enough.
pub(crate) fn colors<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
    let mut taken: Vec<(&str, usize)> = Vec::new();
    names
        .into_iter()
        .map(|name| {
            if let Some((_, color)) = taken.iter().find(|(known, _)| *known == name) {
                return *color;
            }
            let wanted = preferred(name);
            let free = |color: &usize| taken.iter().all(|(_, other)| other != color);
            let color = (0..COLORS).map(|step| (wanted + step) % COLORS).find(free).unwrap_or(wanted);
            taken.push((name, color));
            color
        })
        .collect()
}

/// FNV-1a: the same on every machine and in every version.
fn preferred(name: &str) -> usize {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    // Of so short names the low bits alone are much alike.
    (hash ^ (hash >> 15)) as usize % COLORS
}

/// The axis of each measure, by its type and its peak.
pub(crate) fn axes(measures: &[(Type, f64)]) -> Vec<usize> {
    let mut known: Vec<(bool, f64, f64)> = Vec::new();
    let mut axis = |(ty, peak): &(Type, f64)| {
        let is_time = *ty == Type::Timespan;
        let alike = if is_time { ALIKE_TIMES } else { ALIKE };
        let fits = |(time, least, most): &(bool, f64, f64)| {
            *time == is_time && (*peak <= 0.0 || *least <= 0.0 || most.max(*peak) / least.min(*peak) <= alike)
        };
        let found = known.iter().position(fits);
        let last = || known.iter().rposition(|(time, ..)| *time == is_time).filter(|_| known.len() >= AXES);
        match found.or_else(last) {
            Some(at) => {
                let (_, least, most) = &mut known[at];
                if *peak > 0.0 {
                    *least = if *least <= 0.0 { *peak } else { least.min(*peak) };
                    *most = most.max(*peak);
                }
                at
            }
            None => {
                known.push((is_time, *peak, *peak));
                known.len() - 1
            }
        }
    };
    measures.iter().map(&mut axis).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_its_colour_and_two_never_share_one() {
        let regions = ["ap-south-1", "eu-west-1", "us-east-1", "us-west-2"];
        let all = colors(regions);
        assert_eq!(colors(regions.into_iter().skip(1))[0], colors([regions[1]])[0]);
        let many: Vec<String> = (0..COLORS).map(|number| format!("c-{number}")).collect();
        let mut distinct = colors(many.iter().map(String::as_str));
        distinct.sort_unstable();
        assert_eq!(distinct, (0..COLORS).collect::<Vec<_>>());
        assert_eq!(all.len(), 4);
        assert_eq!(colors(["a", "b", "a"])[0], colors(["a", "b", "a"])[2]);
    }

    #[test]
    fn what_cannot_be_compared_or_is_of_another_size_has_its_own_axis() {
        assert_eq!(axes(&[(Type::Long, 50_000.0), (Type::Long, 3.0), (Type::Long, 20_000.0)]), [0, 1, 0]);
        assert_eq!(axes(&[(Type::Timespan, 1e9), (Type::Long, 900.0), (Type::Timespan, 2e8)]), [0, 1, 0]);
        assert_eq!(axes(&[(Type::Timespan, 4e9), (Type::Timespan, 1e8)]), [0, 0], "percentiles");
        assert_eq!(axes(&[(Type::Long, 0.0), (Type::Real, 0.5)]), [0, 0]);
        let steep: Vec<(Type, f64)> = (0..7).map(|power| (Type::Real, 100f64.powi(power))).collect();
        assert_eq!(axes(&steep), [0, 1, 2, 3, 3, 3, 3]);
    }
}
