//! Where each block stands: one or two columns, as tall as the screen allows, scrolled where it does not.

use ratatui::layout::Rect;

/// Below this width of the screen the blocks stand in one column.
const TWO_COLUMNS: u16 = 132;

/// Lines of a block, its frame included, before scrolling is better than less.
const LEAST: u16 = 9;

/// Lines that a block of each kind can use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) least: u16,
    pub(super) most: u16,
}

/// The blocks' places within `area` when all are moved up by `scroll` lines; None where it is not seen
/// at all. And how far one can scroll.
pub(super) fn place(wishes: &[Wish], area: Rect, scroll: u16) -> (Vec<Option<Rect>>, u16) {
    let columns = if area.width >= TWO_COLUMNS && wishes.len() > 1 { 2 } else { 1 };
    let rows: Vec<Wish> = wishes
        .chunks(columns)
        .map(|row| Wish {
            least: row.iter().map(|wish| wish.least).max().unwrap_or(LEAST),
            most: row.iter().map(|wish| wish.most).max().unwrap_or(u16::MAX),
        })
        .collect();
    let heights = heights(&rows, area.height);
    let total: u32 = heights.iter().map(|height| u32::from(*height)).sum();
    let furthest = u16::try_from(total.saturating_sub(u32::from(area.height))).unwrap_or(u16::MAX);
    let scroll = i32::from(scroll.min(furthest));
    let mut places = Vec::with_capacity(wishes.len());
    let mut top = i32::from(area.y) - scroll;
    for (row, height) in wishes.chunks(columns).zip(&heights) {
        let bottom = top + i32::from(*height);
        let seen = (top.max(i32::from(area.y)), bottom.min(i32::from(area.bottom())));
        for column in 0..row.len() {
            // A last block alone in its row gets the whole width.
            let width = if row.len() == 1 { area.width } else { (area.width - 1) / 2 };
            let from = column as u16 * (width + 1);
            let place = (seen.1 - seen.0 >= 3).then(|| Rect {
                x: area.x + from,
                y: seen.0 as u16,
                width: if column == 1 { area.width - from } else { width },
                height: (seen.1 - seen.0) as u16,
            });
            places.push(place);
        }
        top = bottom;
    }
    (places, furthest)
}

/// What every row needs, then the rest evenly to those that can use it.
fn heights(rows: &[Wish], room: u16) -> Vec<u16> {
    let mut heights: Vec<u16> = rows.iter().map(|row| row.least.min(room.max(3))).collect();
    let used: u32 = heights.iter().map(|height| u32::from(*height)).sum();
    let mut left = u32::from(room).saturating_sub(used);
    while left > 0 {
        let lowest = rows.iter().zip(&heights).enumerate().filter(|(_, (row, height))| row.most > **height);
        let Some((index, _)) = lowest.min_by_key(|(_, (_, height))| **height) else { break };
        heights[index] += 1;
        left -= 1;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    const WISH: Wish = Wish { least: 9, most: 20 };

    #[test]
    fn blocks_share_what_there_is() {
        let area = Rect::new(0, 1, 80, 40);
        let (places, furthest) = place(&[WISH, WISH, Wish { least: 9, most: 9 }], area, 0);
        assert_eq!(furthest, 0);
        let heights: Vec<u16> = places.iter().flatten().map(|place| place.height).collect();
        assert_eq!(heights, [16, 15, 9]);
    }

    #[test]
    fn a_small_screen_scrolls() {
        let area = Rect::new(0, 1, 40, 8);
        let wishes = [WISH; 3];
        let (places, furthest) = place(&wishes, area, 0);
        assert_eq!(places, [Some(Rect::new(0, 1, 40, 8)), None, None]);
        assert_eq!(furthest, 16);
        let (places, _) = place(&wishes, area, 12);
        assert_eq!(places, [None, Some(Rect::new(0, 1, 40, 4)), Some(Rect::new(0, 5, 40, 4))]);
        let (places, _) = place(&wishes, area, 999);
        assert_eq!(places, [None, None, Some(Rect::new(0, 1, 40, 8))]);
    }

    #[test]
    fn a_wide_screen_has_two_columns() {
        let (places, _) = place(&[WISH; 3], Rect::new(0, 0, 161, 40), 0);
        let places: Vec<Rect> = places.into_iter().flatten().collect();
        assert_eq!((places[0].width, places[1].x, places[1].width, places[2].width), (80, 81, 80, 161));
    }

    #[test]
    fn any_size_is_taken() {
        for width in [0, 1, 40, 200] {
            for height in 0..60 {
                for scroll in [0, 5, u16::MAX] {
                    let area = Rect::new(0, 1, width, height);
                    let (places, _) = place(&[WISH; 5], area, scroll);
                    assert!(places.into_iter().flatten().all(|place| area.union(place) == area));
                }
            }
        }
    }
}
