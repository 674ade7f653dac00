//! What one of a number means in a field whose unit is declared: nanoseconds of a time, bytes of a size.

use syntax::source::FieldDecl;
use syntax::{Type, literal, span};

use crate::Error;

/// None where numbers are taken as they are. An error where the unit is none of the field's type.
pub(super) fn of(field: &FieldDecl) -> Result<Option<i64>, Error> {
    let Some(unit) = field.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty()) else { return Ok(None) };
    match field.ty {
        Type::Datetime | Type::Timespan => match span::read(&format!("1{unit}"), None) {
            Ok(nanos) => Ok(Some(nanos)),
            Err(_) => Err(Error::Source(format!(
                "the field `{}` is a {}, and its unit `{unit}` is none of time; there are ns, us, ms, s, min, h and d",
                field.name, field.ty
            ))),
        },
        // Of a number, any unit is right; those of sizes become bytes.
        Type::Long | Type::Real => Ok(bytes(unit).filter(|bytes| *bytes > 1)),
        _ => Ok(None),
    }
}

/// `KiB`, or as UCUM writes it: `KiBy`.
fn bytes(unit: &str) -> Option<i64> {
    let unit = unit.strip_suffix('y').unwrap_or(unit);
    literal::parse_size(&format!("1{unit}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_times_and_sizes() {
        let unit = |ty, unit: &str| {
            let field = FieldDecl {
                name: "x".into(),
                ty,
                unit: Some(unit.to_owned()),
                doc: None,
                values: Vec::new(),
                renamed_to: None,
            };
            of(&field).map_err(|error| error.to_string())
        };
        assert_eq!(unit(Type::Timespan, "s"), Ok(Some(1_000_000_000)));
        assert_eq!(unit(Type::Timespan, "min"), Ok(Some(60_000_000_000)));
        assert_eq!(unit(Type::Datetime, "us"), Ok(Some(1_000)));
        assert_eq!(unit(Type::Long, "KiBy"), Ok(Some(1024)));
        assert_eq!(unit(Type::Long, "MB"), Ok(Some(1_000_000)));
        assert_eq!(
            (unit(Type::Long, "By"), unit(Type::Long, "ms"), unit(Type::Real, "{request}")),
            (Ok(None), Ok(None), Ok(None))
        );
        assert!(unit(Type::Timespan, "KiB").is_err_and(|error| error.contains("none of time")));
    }
}
