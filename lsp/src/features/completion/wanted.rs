//! Which types fit at an operand's place: by the other side of an operator, by what the call takes there, by
//! the stage. Told from the parts before the cursor, since what stands there is not checked yet.

use syntax::analysis::arithmetic_type;
use syntax::analysis::{Let, Meaning};
use syntax::catalog::functions::{Arg, Returns};
use syntax::pipeline::Function;
use syntax::{SyntaxKind, Type, catalog};

use super::{FAIR, FIRST, GOOD, LAST, LATE, List, Rank};
use crate::features::bits::Bit;
use crate::features::place::Call;
use crate::features::words;

/// Parts of a row of operators that are looked at.
const LONG_ROW: usize = 64;

/// Types at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// None: any type.
    pub(super) types: Option<Vec<Type>>,
    /// These are taken too.
    pub(super) also: Vec<Type>,
    /// A condition: a bool is one, and everything else begins one.
    pub(super) condition: bool,
    /// What is the same for every event.
    pub(super) constant: bool,
}

impl Wanted {
    fn of(types: &[Type]) -> Wanted {
        // A dynamic is converted to what is asked for.
        Wanted { types: Some(types.to_vec()), also: vec![Type::Dynamic], ..Wanted::default() }
    }

    /// The same for every event.
    pub(super) fn constant(types: &[Type]) -> Wanted {
        Wanted { constant: true, also: Vec::new(), ..Wanted::of(types) }
    }

    fn condition() -> Wanted {
        Wanted { condition: true, ..Wanted::default() }
    }

    /// Beside a value of this type, where both become one.
    fn beside(ty: Option<Type>) -> Wanted {
        match ty {
            Some(Type::Long | Type::Real) => {
                let ty = ty.into_iter().collect();
                Wanted { types: Some(ty), also: vec![Type::Long, Type::Real, Type::Dynamic], ..Wanted::default() }
            }
            None | Some(Type::Dynamic) => Wanted::default(),
            Some(ty) => Wanted::of(&[ty]),
        }
    }

    /// Fits surely: a value of another type begins something else at best.
    pub(super) fn is(&self, ty: Type) -> bool {
        self.types.as_ref().is_some_and(|types| types.contains(&ty))
    }

    /// How well a value of this type fits.
    pub(super) fn rank(&self, ty: Type) -> Rank {
        match &self.types {
            None if self.condition && ty == Type::Bool => FIRST,
            None => GOOD,
            Some(types) if types.contains(&ty) => GOOD,
            Some(_) if self.also.contains(&ty) => FAIR,
            Some(_) => LAST,
        }
    }

    /// How well a call fits by what it gives; None where that depends on its arguments.
    pub(super) fn call_rank(&self, gives: Option<Type>) -> Rank {
        match gives {
            Some(ty) if self.is(ty) || self.condition && ty == Type::Bool => FAIR,
            Some(ty) if self.rank(ty) == LAST => LAST,
            _ => LATE,
        }
    }
}

impl List<'_> {
    pub(super) fn wanted(&self) -> Wanted {
        let place = self.place;
        if let Some((Bit::Sign(sign), left)) = place.row.split_last() {
            return self.beside_sign(*sign, left);
        }
        if let Some(beside) = &place.beside {
            if matches!(beside.operator.as_str(), "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=")
                || matches!(beside.operator.trim_start_matches('!'), "in" | "between")
            {
                return Wanted::beside(self.type_of_bits(&beside.left));
            }
            return Wanted { constant: beside.operator == "regex", ..Wanted::of(&[Type::String]) };
        }
        if place.in_condition {
            return Wanted::condition();
        }
        let stage = place.stage.as_ref().map_or("", |stage| stage.text.as_str());
        match place.calls.last() {
            Some(call) => self.in_call(call),
            None => match stage {
                "where" | "assert" => Wanted::condition(),
                "parse" | "parse-where" | "parse-kv" => Wanted::of(&[Type::String]),
                "top-hitters" if place.by => Wanted::of(&[Type::Long, Type::Real, Type::Timespan]),
                "mv-expand" => Wanted { also: Vec::new(), ..Wanted::of(&[Type::Dynamic]) },
                _ => Wanted::default(),
            },
        }
    }

    fn in_call(&self, call: &Call) -> Wanted {
        use Type::{Datetime, Long, Real, Timespan};
        let before = |at: usize| call.before.get(at).and_then(|argument| self.type_of_bits(argument));
        match (call.function.as_str(), call.argument) {
            ("hop" | "session", 0) => return Wanted { also: Vec::new(), ..Wanted::of(&[Datetime]) },
            ("hop" | "session", _) => return Wanted::constant(&[Timespan]),
            ("bin" | "bin_at" | "floor", 1) => {
                return match before(0) {
                    Some(Datetime | Timespan) => Wanted::constant(&[Timespan]),
                    Some(Long | Real) => Wanted::constant(&[Long, Real]),
                    _ => Wanted::constant(&[Timespan, Long, Real]),
                };
            }
            ("percentile" | "percentiles", 1..) => return Wanted::constant(&[Long, Real]),
            ("dcount" | "make_set" | "make_list", 1) => return Wanted::constant(&[Long]),
            ("bag_unpack", 0) => return Wanted { also: Vec::new(), ..Wanted::of(&[Type::Dynamic]) },
            ("iff" | "iif", 2) => return Wanted::beside(before(1)),
            // A condition, or the value where none holds.
            ("case", at) if at > 0 && at % 2 == 0 => {
                let ty = before(1);
                let types = ty.map(|ty| vec![ty, Type::Bool]);
                return Wanted { types, also: Type::ALL.to_vec(), condition: ty.is_none(), constant: false };
            }
            ("case", 0) => return Wanted::condition(),
            ("case", at) if at > 1 => return Wanted::beside(before(1)),
            ("coalesce" | "min_of" | "max_of", 1..) => return Wanted::beside(before(0)),
            _ => {}
        }
        let own = |defined: &&Let| *defined.name == *call.function;
        if let Some(Meaning::Function { parameters, .. }) = self.defined_before().find(own).map(|own| &own.meaning) {
            return parameters
                .get(call.argument)
                .copied()
                .flatten()
                .map_or_else(Wanted::default, |ty| Wanted::of(&[ty]));
        }
        match words::argument(&call.function, call.argument) {
            None | Some(Arg::Any | Arg::Text) => Wanted::default(),
            Some(Arg::Bool) => Wanted::condition(),
            Some(arg @ (Arg::Pattern | Arg::Zone | Arg::Path | Arg::Fixed(_) | Arg::OneOf(_))) => {
                let types: Vec<Type> = Type::ALL.into_iter().filter(|ty| arg.takes(*ty)).collect();
                Wanted::constant(&types)
            }
            Some(arg) => Wanted::of(&Type::ALL.into_iter().filter(|ty| arg.takes(*ty)).collect::<Vec<_>>()),
        }
    }

    /// Behind `left +` and the like.
    fn beside_sign(&self, sign: SyntaxKind, left: &[Bit]) -> Wanted {
        // What is negative is a number, or a span of time.
        if left.is_empty() && sign == SyntaxKind::MINUS {
            return Wanted::of(&[Type::Long, Type::Real, Type::Timespan]);
        }
        // What multiplies takes the last part alone.
        let adds = |bit: &Bit| matches!(bit, Bit::Sign(SyntaxKind::PLUS | SyntaxKind::MINUS));
        let from = match sign {
            SyntaxKind::PLUS | SyntaxKind::MINUS => 0,
            _ => left.iter().rposition(adds).map_or(0, |at| at + 1),
        };
        let (Some(ty), Some(function)) = (self.type_of_bits(&left[from..]), function(sign)) else {
            return Wanted::default();
        };
        let takes = |other: &Type| arithmetic_type(function, ty, *other).is_some();
        let all: Vec<Type> = Type::ALL.into_iter().filter(takes).collect();
        // Dynamic: nobody knows.
        if all.is_empty() { Wanted::default() } else { Wanted::of(&all) }
    }

    pub(super) fn type_of_bits(&self, bits: &[Bit]) -> Option<Type> {
        if bits.len() > LONG_ROW {
            return None;
        }
        if bits.contains(&Bit::Truth) {
            return Some(Type::Bool);
        }
        // The sign that binds least, the last of these.
        let is_sign = |bit: &Bit, signs: &[SyntaxKind]| matches!(bit, Bit::Sign(sign) if signs.contains(sign));
        let between = |signs: &[SyntaxKind]| {
            let two = |at: &usize| is_sign(&bits[*at], signs) && !matches!(bits[*at - 1], Bit::Sign(_));
            (1..bits.len()).rev().find(two)
        };
        let least = between(&[SyntaxKind::PLUS, SyntaxKind::MINUS]);
        if let Some(at) = least.or_else(|| between(&[SyntaxKind::STAR, SyntaxKind::SLASH, SyntaxKind::PERCENT])) {
            let Bit::Sign(sign) = bits[at] else { return None };
            let (left, right) = (self.type_of_bits(&bits[..at])?, self.type_of_bits(&bits[at + 1..])?);
            return arithmetic_type(function(sign)?, left, right);
        }
        match bits {
            [Bit::Sign(SyntaxKind::MINUS), value @ ..] => self.type_of_bits(value),
            [Bit::Name(name)] => self.type_of(name),
            [Bit::Element] => Some(Type::Dynamic),
            [Bit::Literal(kind)] => match kind {
                SyntaxKind::INT => Some(Type::Long),
                SyntaxKind::REAL => Some(Type::Real),
                SyntaxKind::STRING => Some(Type::String),
                SyntaxKind::TIMESPAN => Some(Type::Timespan),
                SyntaxKind::DATETIME => Some(Type::Datetime),
                _ => None,
            },
            [Bit::Call { function, arguments }] => self.type_of_call(function, arguments),
            _ => None,
        }
    }

    fn type_of_call(&self, function: &str, arguments: &[Vec<Bit>]) -> Option<Type> {
        let of = |at: usize| arguments.get(at).and_then(|argument| self.type_of_bits(argument));
        if function.is_empty() {
            return of(0);
        }
        let aggregate = catalog::aggregates::by_word(function).map(|row| row.returns);
        let returns = aggregate.or_else(|| catalog::functions::by_word(function).map(|row| row.returns))?;
        match returns {
            Returns::Is(ty) => Some(ty),
            Returns::Same(at) | Returns::Common(at) => of(at),
            Returns::Compared => Some(Type::Bool),
            // A mean.
            Returns::ByRule if matches!(function, "avg" | "avgif") => match of(0)? {
                Type::Long => Some(Type::Real),
                ty => Some(ty),
            },
            Returns::ByRule => None,
        }
    }
}

fn function(sign: SyntaxKind) -> Option<Function> {
    Some(match sign {
        SyntaxKind::PLUS => Function::Add,
        SyntaxKind::MINUS => Function::Subtract,
        SyntaxKind::STAR => Function::Multiply,
        SyntaxKind::SLASH => Function::Divide,
        SyntaxKind::PERCENT => Function::Modulo,
        _ => return None,
    })
}
