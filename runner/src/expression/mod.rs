//! Scalar expressions: compiled once against a schema, then evaluated over whole batches.
//!
//! What a function means stands at `syntax::pipeline::Function`; each theme of functions has its file. A
//! call is compiled to a kernel, a closure over columns that holds whatever could be prepared (a needle, a
//! regex). Calls of constants are folded, `now()` included. Evaluation reads no clock and cannot panic.
//! A string column may have a dictionary, see [`coded`]; a kernel reads both alike.

mod arrays;
mod bags;
mod calendar;
mod choice;
pub(crate) mod coded;
mod compare;
pub mod convert;
pub(crate) mod dynamic;
mod formats;
mod logic;
pub(crate) mod math;
mod needle;
mod network;
pub mod operand;
mod regex;
mod row;
pub mod stamps;
mod strings;
mod time;

use std::cell::Cell;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use syntax::pipeline::{Expr, ExprKind, Function};
use syntax::{Field, Type, Value};

use crate::Error;
#[cfg(test)]
pub(crate) use compare::fold;
pub use operand::Operand;

thread_local! {
    static MADE: Cell<usize> = const { Cell::new(0) };
}

/// Bytes of all columns that expressions have made on this thread since it was asked last.
pub(crate) fn take_made() -> usize {
    MADE.take()
}

/// What the names in an expression mean.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub fields: &'a [Field],
    /// What `now()` is, in nanoseconds.
    pub now: i64,
    /// Where it is put down what stamps leave open, if anybody wants to know.
    pub doubts: Option<&'a Arc<stamps::Doubts>>,
}

impl<'a> Scope<'a> {
    pub fn new(fields: &'a [Field], now: i64) -> Scope<'a> {
        Scope { fields, now, doubts: None }
    }
}

/// A compiled expression. Cheap to clone.
#[derive(Clone)]
pub struct Expression {
    node: Node,
    ty: Type,
}

#[derive(Clone)]
enum Node {
    Field(usize),
    Constant(Value),
    Call(Arc<Call>),
}

struct Call {
    kernel: Kernel,
    memo: coded::Memo,
    args: Vec<Expression>,
}

/// From the arguments and the number of rows to the column. Columns have that many rows, and each row's
/// result depends on that row alone.
type Kernel = Box<dyn Fn(&[Operand], usize) -> ArrayRef + Send + Sync>;

impl Expression {
    pub fn compile(expr: &Expr, scope: &Scope<'_>) -> Result<Expression, Error> {
        match &expr.kind {
            ExprKind::Literal(value) => Ok(Expression::constant(value.clone()).to(expr.ty)),
            ExprKind::Field(name) => {
                let place = scope.fields.iter().position(|field| field.name == *name);
                let place = place.ok_or_else(|| Error::Internal(format!("no field {name} reaches this stage")))?;
                Ok(Expression::field(place, scope.fields[place].ty).to(expr.ty))
            }
            ExprKind::Call { function, args: written } => {
                let args: Vec<_> =
                    written.iter().map(|arg| Expression::compile(arg, scope)).collect::<Result<_, _>>()?;
                let made = match (function, args.as_slice(), written.as_slice()) {
                    (Function::ToLong | Function::ToReal | Function::ToTimespan, [value], [written]) => {
                        convert::told(value.clone(), expr.ty, written, scope)
                    }
                    _ => call(*function, args, expr.ty, scope)?,
                };
                Ok(made.folded().to(expr.ty))
            }
        }
    }

    pub fn ty(&self) -> Type {
        self.ty
    }

    /// The field at a place of what enters.
    pub fn field(place: usize, ty: Type) -> Expression {
        Expression { node: Node::Field(place), ty }
    }

    pub fn constant(value: Value) -> Expression {
        Expression { ty: value.ty(), node: Node::Constant(value) }
    }

    /// The value of an expression that reads no field.
    pub fn value(&self) -> Option<&Value> {
        match &self.node {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// One value a row; a string may have a dictionary.
    pub fn column(&self, batch: &RecordBatch) -> ArrayRef {
        self.operand(batch).into_column(batch.num_rows())
    }

    /// One value a row, as an array of the type's own form.
    pub fn evaluate(&self, batch: &RecordBatch) -> ArrayRef {
        self.operand(batch).into_array(batch.num_rows())
    }

    /// The rows for which a predicate is true; null counts as false.
    pub fn select(&self, batch: &RecordBatch) -> BooleanArray {
        let operand = self.operand(batch);
        let bools = operand.bools();
        BooleanArray::new(bools.truths(batch.num_rows()), None)
    }

    pub fn operand(&self, batch: &RecordBatch) -> Operand {
        match &self.node {
            Node::Field(place) => Operand::Column(batch.column(*place).clone()),
            Node::Constant(value) => Operand::Constant(value.clone()),
            Node::Call(call) => {
                let args: Vec<Operand> = call.args.iter().map(|arg| arg.operand(batch)).collect();
                let rows = batch.num_rows();
                let by_code = call.memo.apply(&args, rows, &call.kernel);
                let column = by_code.unwrap_or_else(|| (call.kernel)(&args, rows));
                MADE.set(MADE.get().saturating_add(column.get_buffer_memory_size()));
                Operand::Column(column)
            }
        }
    }

    /// The same value as another type; null where it cannot be.
    pub fn converted(self, ty: Type) -> Expression {
        self.to(ty)
    }

    fn call(
        args: impl Into<Vec<Expression>>,
        ty: Type,
        kernel: impl Fn(&[Operand], usize) -> ArrayRef + Send + Sync + 'static,
    ) -> Expression {
        Expression {
            node: Node::Call(Arc::new(Call {
                kernel: Box::new(kernel),
                memo: coded::Memo::default(),
                args: args.into(),
            })),
            ty,
        }
    }

    /// Converted where the type is another one; null where it cannot be.
    fn to(self, ty: Type) -> Expression {
        if self.ty == ty {
            return self;
        }
        let from = self.ty;
        if let Node::Constant(Value::Null(_)) = self.node {
            return Expression::constant(Value::Null(ty));
        }
        Expression::call([self], ty, move |args, rows| convert::operand(&args[0], rows, from, ty)).folded()
    }

    /// A call of nothing but constants becomes a constant.
    fn folded(self) -> Expression {
        let Node::Call(call) = &self.node else { return self };
        if !call.args.iter().all(|arg| matches!(arg.node, Node::Constant(_))) {
            return self;
        }
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        let schema = Arc::new(arrow_schema::Schema::empty());
        let Ok(row) = RecordBatch::try_new_with_options(schema, Vec::new(), &options) else { return self };
        let value = self.operand(&row).value(0, self.ty);
        Expression::constant(value)
    }
}

/// Compiles a call of compiled arguments: one line for each theme.
fn call(function: Function, args: Vec<Expression>, ty: Type, scope: &Scope<'_>) -> Result<Expression, Error> {
    use Function::*;
    match function {
        And | Or | Not => logic::call(function, args),
        Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual | Between | NotBetween | In | NotIn
        | InIgnoreCase | NotInIgnoreCase | EqualIgnoreCase | NotEqualIgnoreCase => compare::call(function, args),
        Has | NotHas | HasCs | NotHasCs | HasAny | HasAll | HasPrefix | NotHasPrefix | HasPrefixCs | NotHasPrefixCs
        | HasSuffix | NotHasSuffix | HasSuffixCs | NotHasSuffixCs | Contains | NotContains | ContainsCs
        | NotContainsCs | StartsWith | NotStartsWith | StartsWithCs | NotStartsWithCs | EndsWith | NotEndsWith
        | EndsWithCs | NotEndsWithCs => needle::call(function, args),
        MatchesRegex | ReplaceRegex | Extract | ExtractAll | IndexOfRegex | Trim | TrimStart | TrimEnd => {
            regex::call(function, args, ty)
        }
        Strcat | StrcatDelim | Strlen | ToLower | ToUpper | Substring | Split | IndexOf | CountOf | ReplaceString
        | Reverse | StrRep | RegexQuote | ReplaceStrings | Translate | StrcatArray | Strcmp | StringSize | IsAscii
        | IsEmpty | IsNotEmpty => strings::call(function, args),
        ParseUrl | ParseUrlQuery | ParsePath | ParseCsv | UrlEncode | UrlEncodeComponent | UrlDecode | Base64Encode
        | Base64Decode | Base64DecodeArray | ToHex | FormatBytes | CodepointsFrom | CodepointsTo | Hash
        | HashSha256 => formats::call(function, args),
        ParseIpv4 | ParseIpv4Mask | FormatIpv4 | FormatIpv4Mask | Ipv4Compare | Ipv4IsMatch | Ipv4IsInRange
        | Ipv4IsInAnyRange | Ipv4IsPrivate | Ipv4NetmaskSuffix | Ipv4RangeToCidr | HasIpv4 | HasAnyIpv4
        | HasIpv4Prefix | HasAnyIpv4Prefix | ParseIpv6 | ParseIpv6Mask | Ipv6Compare | Ipv6IsMatch | Ipv6IsInRange
        | Ipv6IsInAnyRange => network::call(function, args),
        IsNull | IsNotNull | Iff | Case | Coalesce => choice::call(function, args, ty),
        Add | Subtract | Multiply | Divide | Modulo | Negate | Bin | BinAt | Abs | Floor | Ceiling | Round | Sqrt
        | Pow | Exp | Exp2 | Exp10 | Log | Log2 | Log10 | Pi | Degrees | Radians | Sin | Cos | Tan | Cot | Asin
        | Acos | Atan | Atan2 | BinaryAnd | BinaryOr | BinaryXor | BinaryNot | BinaryShiftLeft | BinaryShiftRight
        | BitsetCountOnes | Sign | MinOf | MaxOf | IsNan | IsInf | IsFinite => math::call(function, args, ty),
        Now | Ago | StartOfMinute | StartOfHour | StartOfDay | StartOfWeek | StartOfMonth | StartOfYear | DayOfWeek
        | DayOfMonth | DayOfYear | HourOfDay | GetMonth | GetYear | WeekOfYear | DatetimePart | DatetimeDiff
        | DatetimeAdd | FormatDatetime | FormatTimespan | MakeDatetime | UnixSeconds | UnixMilliseconds
        | UnixMicroseconds | UnixNanoseconds => time::call(function, args, ty, scope.now),
        EndOfDay | EndOfWeek | EndOfMonth | EndOfYear | MakeTimespan | UtcToLocal | LocalToUtc => {
            calendar::call(function, args)
        }
        ToDatetime => {
            let [value] = exactly(args)?;
            Ok(stamps::todatetime(value, scope))
        }
        ToBool | ToLong | ToReal | ToString | ToTimespan | ToDynamic => convert::call(function, args),
        Index | ArrayLength | BagKeys | ParseJson | ExtractJson => dynamic::call(function, args),
        PackArray | ArrayConcat | ArrayIndexOf | ArraySlice | ArraySplit | ArrayReverse | ArrayRotateLeft
        | ArrayRotateRight | ArrayShiftLeft | ArrayShiftRight | ArraySortAsc | ArraySortDesc | ArraySum | ArrayIff
        | SetHasElement | SetUnion | SetIntersect | SetDifference | JaccardIndex | Zip | Repeat | Range => {
            arrays::call(function, args)
        }
        // They stand in stages of their own.
        Prev | Next | RowNumber | RowCumsum | RowRankDense | RowRankMin | RowWindowSession => {
            Err(unsupported(function))
        }
        Pack | BagHasKey | BagMerge | BagSetKey | BagRemoveKeys | BagZip | GetType => bags::call(function, args),
    }
}

/// Exactly so many arguments; the analysis has checked it.
fn exactly<const N: usize>(args: Vec<Expression>) -> Result<[Expression; N], Error> {
    let found = args.len();
    args.try_into().map_err(|_| Error::Internal(format!("a function of {N} arguments was given {found}")))
}

/// At least so many; gives the rest too.
fn at_least<const N: usize>(mut args: Vec<Expression>) -> Result<([Expression; N], Vec<Expression>), Error> {
    if args.len() < N {
        return Err(Error::Internal(format!("a function of {N} arguments was given {}", args.len())));
    }
    let rest = args.split_off(N);
    Ok((exactly(args)?, rest))
}

fn unsupported(function: Function) -> Error {
    Error::rejected(format!("the function {function:?} is not supported by this runner yet"))
}
