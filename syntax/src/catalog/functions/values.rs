//! Nulls, numbers, and from one type to another.

use super::Arg::*;
use super::Returns::*;
use crate::Type;

use super::{BOOL, FunctionRow, LONG, Param, REAL, TEXT, TIME};

#[rustfmt::skip]
pub(super) const CHOICE: &[FunctionRow] = table! {
    fun IsNull ["isnull"], (value: Any) => BOOL, "The field is not there.", "isnull(parent.span.id)";
    fun IsNotNull ["isnotnull", "notnull"], (value: Any) => BOOL, "The field is there.", "isnotnull(parent.span.id)";
    fun Iff ["iff", "iif"], (condition: Bool, then: Any, otherwise: Any) => Common(1), "One or the other, by the condition.", "iff(duration > 1s, \"slow\", \"fine\")";
    fun Case ["case"], (condition: Bool, then: Any, otherwise: Any) rest => ByRule, "The value behind the first condition that holds, else the last one.", "case(duration > 5s, \"bad\", duration > 1s, \"slow\", \"fine\")";
    fun Coalesce ["coalesce"], (value: Any) rest => Common(0), "The first that is not null.", "coalesce(error.type, \"none\")";
};

#[rustfmt::skip]
pub(super) const NUMBERS: &[FunctionRow] = table! {
    op Add ["+"], (left: Ordered, right: Ordered) => ByRule, "Sum; a datetime plus a timespan is a datetime.", "timestamp + duration";
    op Subtract ["-"], (left: Ordered, right: Ordered) => ByRule, "Difference; of two datetimes a timespan.", "now() - timestamp";
    op Multiply ["*"], (left: Quantity, right: Quantity) => ByRule, "Product.", "100.0 * failed";
    op Divide ["/"], (left: Quantity, right: Quantity) => ByRule, "Quotient; of two longs a long, cut to its whole part.", "duration / 1ms";
    op Modulo ["%"], (left: Quantity, right: Quantity) => ByRule, "The rest of the division.", "http.response.status_code % 100";
    op Negate ["-"], (value: Quantity) => Same(0), "The negative.", "-value";
    fun Bin ["bin"], (value: Ordered, size: Quantity) => Same(0), "Down to a multiple of the size. Over event time in `summarize … by`: tumbling windows.", "bin(timestamp, 10s)";
    fun BinAt ["bin_at"], (value: Ordered, size: Quantity, fixed: Ordered) => Same(0), "Down to a multiple of the size, counted from a fixed point. No window: those are bin's.", "bin_at(timestamp, 7d, datetime(2026-03-02))";
    fun Abs ["abs"], (value: Quantity) => Same(0), "Without its sign.", "abs(value)";
    fun Floor ["floor"], (value: Ordered, #[optional] size: Quantity) => Same(0), "Down to a whole number, or to a multiple of the size.", "floor(value)";
    fun Ceiling ["ceiling"], (value: Number) => Same(0), "Up to a whole number.", "ceiling(value)";
    fun Round ["round"], (value: Number, #[optional] digits: Long) => Same(0), "To so many digits after the point.", "round(availability, 2)";
    fun Sqrt ["sqrt"], (value: Number) => REAL, "Square root; null of a negative number.", "sqrt(16)";
    fun Pow ["pow"], (base: Number, exponent: Number) => REAL, "Power.", "pow(2, 10)";
    fun Exp ["exp"], (value: Number) => REAL, "e to the power of the value.", "exp(1)";
    fun Log ["log"], (value: Number) => REAL, "Natural logarithm; null of a negative number.", "log(100)";
    fun Log2 ["log2"], (value: Number) => REAL, "Logarithm to base 2.", "log2(8)";
    fun Log10 ["log10"], (value: Number) => REAL, "Logarithm to base 10.", "log10(1000)";
    fun Sign ["sign"], (value: Number) => Same(0), "-1, 0 or 1.", "sign(value)";
    fun Exp2 ["exp2"], (value: Number) => REAL, "2 to the power of the value.", "exp2(10)";
    fun Exp10 ["exp10"], (value: Number) => REAL, "10 to the power of the value.", "exp10(3)";
    fun Pi ["pi"], () => REAL, "3.14159 …", "pi()";
    fun Degrees ["degrees"], (angle: Number) => REAL, "Radians as degrees.", "degrees(pi())";
    fun Radians ["radians"], (angle: Number) => REAL, "Degrees as radians.", "radians(180)";
    fun Sin ["sin"], (angle: Number) => REAL, "Sine of an angle in radians.", "sin(0)";
    fun Cos ["cos"], (angle: Number) => REAL, "Cosine of an angle in radians.", "cos(0)";
    fun Tan ["tan"], (angle: Number) => REAL, "Tangent of an angle in radians.", "tan(0)";
    fun Cot ["cot"], (angle: Number) => REAL, "Cotangent of an angle in radians.", "cot(0.5)";
    fun Asin ["asin"], (value: Number) => REAL, "The angle with this sine; null beyond -1 to 1.", "asin(1)";
    fun Acos ["acos"], (value: Number) => REAL, "The angle with this cosine; null beyond -1 to 1.", "acos(1)";
    fun Atan ["atan"], (value: Number) => REAL, "The angle with this tangent.", "atan(1)";
    fun Atan2 ["atan2"], (y: Number, x: Number) => REAL, "The angle of the point (x, y), from -pi to pi.", "atan2(1, -1)";
    fun BinaryAnd ["binary_and"], (left: Long, right: Long) => LONG, "The bits that both have.", "binary_and(12, 10)";
    fun BinaryOr ["binary_or"], (left: Long, right: Long) => LONG, "The bits that one has.", "binary_or(12, 10)";
    fun BinaryXor ["binary_xor"], (left: Long, right: Long) => LONG, "The bits that one has and the other has not.", "binary_xor(12, 10)";
    fun BinaryNot ["binary_not"], (value: Long) => LONG, "The bits that it has not.", "binary_not(0)";
    fun BinaryShiftLeft ["binary_shift_left"], (value: Long, bits: Long) => LONG, "Moved by so many bits, of 64 none; what falls off is lost.", "binary_shift_left(1, 4)";
    fun BinaryShiftRight ["binary_shift_right"], (value: Long, bits: Long) => LONG, "Moved by so many bits, of 64 none; the sign stays.", "binary_shift_right(256, 4)";
    fun BitsetCountOnes ["bitset_count_ones"], (value: Long) => LONG, "How many bits are set.", "bitset_count_ones(42)";
    fun MinOf ["min_of"], (value: Any) rest => Common(0), "The least of the values.", "min_of(duration, 1s)";
    fun MaxOf ["max_of"], (value: Any) rest => Common(0), "The greatest of the values.", "max_of(duration, 1ms)";
    fun IsNan ["isnan"], (value: Number) => BOOL, "Not a number.", "isnan(value)";
    fun IsInf ["isinf"], (value: Number) => BOOL, "Infinite.", "isinf(value)";
    fun IsFinite ["isfinite"], (value: Number) => BOOL, "Neither infinite nor NaN.", "isfinite(value)";
};

#[rustfmt::skip]
pub(super) const CONVERSION: &[FunctionRow] = table! {
    fun ToBool ["tobool", "toboolean", "bool", "boolean"], (value: Any) => BOOL, "As bool; null where it cannot be.", "tobool(feature.enabled)";
    fun ToLong ["tolong", "toint", "long", "int"], (value: Any) => LONG, "As a whole number; null where it cannot be.", "tolong(duration / 1ms)";
    fun ToReal ["toreal", "todouble", "real", "double"], (value: Any) => REAL, "As a real; null where it cannot be.", "toreal(failed)";
    fun ToString ["tostring"], (value: Any) => TEXT, "As text. Differs from Kusto: a whole real has no fraction, `2.0` is `2`.", "tostring(http.response.status_code)";
    fun ToDatetime ["todatetime"], (value: Any) => TIME, "As a datetime; null where it cannot be.", "todatetime(\"2026-01-31T12:00:00Z\")";
    fun ToTimespan ["totimespan"], (value: Any) => Is(Type::Timespan), "As a timespan; null where it cannot be.", "totimespan(\"250ms\")";
    fun ToDynamic ["todynamic"], (value: Any) => Is(Type::Dynamic), "As a JSON value; text is read as JSON.", "todynamic(\"[1, 2]\")";
    fun GetType ["gettype"], (value: Any) => TEXT, "The type's name; of a dynamic what it holds: array, dictionary, string, long, real, bool or null.", "gettype(todynamic(\"[1]\"))";
};
