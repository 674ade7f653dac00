//! What follows an operand: operators that fit its type, the clauses of the stage, and the next stage.

use syntax::Type;

use super::{FAIR, FIRST, GOOD, Item, ItemKind, LATE, List};
use crate::features::templates;

/// Stages that take no expression.
const PLAIN: [&str; 11] =
    ["", "take", "limit", "tail", "count", "getschema", "render", "union", "project-away", "project-keep", "distinct"];

impl List<'_> {
    pub(super) fn operators(&mut self, operand: Option<&str>) {
        let stage = self.stage_word();
        let named = operand.and_then(|name| self.type_of(name));
        let ty = named.or_else(|| self.type_of_bits(&self.place.left));
        // At a line's beginning a new stage is meant, and its pipe was not written.
        let goes_on = self.place.begins_line || stage.is_empty();
        let pipeline = !self.place.in_value || self.place.is_name;
        let word = self.document.slice(self.place.word);
        let negated = word.starts_with('!') || word.split_whitespace().next() == Some("not");
        if self.place.calls.is_empty() && pipeline && stage != "render" && !negated {
            if goes_on {
                self.stages(FIRST, "| ");
            } else if self.place.ends
                && self.can_end(
                    stage,
                    ty.is_none_or(|ty| ty == Type::Bool) && (operand.is_none() || named == Some(Type::Bool)),
                )
            {
                self.stages(LATE, "| ");
            }
        }
        if !negated {
            self.clauses(stage);
        }
        if self.takes_operators(stage) {
            self.fitting_operators(ty, negated);
        }
    }

    /// Nothing has to follow before the next stage. `condition`: what stands here may be one.
    fn can_end(&self, stage: &str, condition: bool) -> bool {
        match stage {
            "where" | "assert" => condition || self.place.compared,
            "top" | "sort" | "order" => self.said(&["by"]),
            "top-hitters" => self.said(&["of"]),
            "join" | "lookup" => self.said(&["on"]),
            "parse" | "parse-where" => self.said(&["with"]),
            "parse-kv" => self.said(&["as"]),
            _ => true,
        }
    }

    fn clauses(&mut self, stage: &str) {
        for (of, word, detail) in templates::CLAUSES {
            let fits = of.contains(&stage) && self.place.calls.is_empty();
            let turn = match word {
                "by" if stage == "top-hitters" => self.said(&["of"]),
                "with" if stage == "parse-kv" => self.said(&["as"]),
                "by" | "on" | "of" | "with" | "as" => true,
                "within" => self.said(&["on"]),
                _ => self.said(&["by"]),
            };
            let direction = matches!(word, "asc" | "desc") && self.said(&["asc", "desc"]);
            let first = word.split(' ').next().unwrap_or(word);
            if fits && turn && !self.said(&[first]) && !direction {
                self.word(FIRST, word, detail);
            }
        }
    }

    /// The stage has had one of these words.
    fn said(&self, words: &[&str]) -> bool {
        self.place.said.iter().any(|said| words.contains(&said.as_str()))
    }

    /// Some take no expression, or have had it.
    fn takes_operators(&self, stage: &str) -> bool {
        let outside_calls = self.place.calls.is_empty();
        let parsed = stage.starts_with("parse") && self.said(&["with", "as"]);
        let over = parsed || self.said(&["asc", "desc"]) || self.place.after_window || PLAIN.contains(&stage);
        // A number, or a side.
        let outside = match stage {
            "top" | "sort" | "order" => !self.said(&["by"]),
            "top-hitters" => !self.said(&["by"]),
            "sample" | "join" | "lookup" => true,
            _ => false,
        };
        !(over || outside && outside_calls)
    }

    fn fitting_operators(&mut self, ty: Option<Type>, negated: bool) {
        let ranked = self.place.calls.is_empty()
            && matches!(self.stage_word(), "top" | "sort" | "order" | "top-hitters" | "summarize");
        for (types, words) in templates::OPERATORS {
            let fits = ty.is_none_or(|ty| types.is_empty() || types.contains(&ty));
            for word in words.iter().filter(|_| fits) {
                let arithmetic = matches!(*word, "+" | "-" | "*" | "/" | "%");
                let joins = matches!(*word, "and" | "or");
                // What was compared is true or false, or its last operand goes on; nobody ranks by a condition.
                if self.place.compared && !joins && !arithmetic || ranked && !arithmetic {
                    continue;
                }
                if negated && !word.starts_with('!') {
                    continue;
                }
                // What is true or false is joined with another.
                let first = if self.place.compared || ty == Some(Type::Bool) { joins } else { ty.is_some() };
                let rank = if first { GOOD } else { FAIR };
                // What is typed may be the word for it: `not in`.
                let filter = word.strip_prefix('!').filter(|_| negated).map(|rest| format!("not {rest}"));
                let filter = filter.filter(|_| self.document.slice(self.place.word).starts_with("not"));
                self.add(rank, 0.0, Item { filter, ..Item::new(word, ItemKind::Operator, "") });
            }
        }
    }
}
