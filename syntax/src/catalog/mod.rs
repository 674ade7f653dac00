//! Everything that a pipeline can name, as tables: one place for completion, hover, checks and reference.

pub mod aggregates;
pub mod attributes;
pub mod clauses;
mod docs;
pub mod foreign;
pub mod functions;
pub mod kusto;
pub mod missing_stages;
pub mod renders;
pub mod signals;
pub mod stages;
pub mod values;
pub mod windows;

pub use aggregates::aggregates;
pub use functions::functions;
pub use stages::stages;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_for_two_things() {
        let mut words: Vec<&str> = functions()
            .iter()
            .filter(|row| !row.operator)
            .flat_map(|row| row.words.iter().copied())
            .chain(aggregates().iter().flat_map(|row| row.words.iter().copied()))
            .collect();
        words.sort_unstable();
        let twice: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn every_foreign_word_leads_to_a_stage() {
        for row in stages() {
            assert_eq!(stages::translate(row.word()), None, "`{}` is ours", row.word());
        }
        assert_eq!(stages::translate("filter"), Some("where"));
    }
}
