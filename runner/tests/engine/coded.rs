//! Strings by their codes give what plain strings give, whatever the pipeline and the function.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, DictionaryArray, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Schema};
use proptest::prelude::*;
use runner::expression::{Expression, Scope};
use syntax::pipeline::{Expr, ExprKind, Function};
use syntax::{Type, Value};

use crate::build::{self, call, expr, field, long};
use crate::drive::{Row, batch, run, run_as};
use crate::properties::{pipeline_inputs, pipelines, row};

/// Gives the strings of batch after batch codes, as a source does: a dictionary only grows, and is the same
/// array until it does. After `plain_from` batches it is given up.
struct Coder {
    known: Vec<String>,
    values: ArrayRef,
    left: usize,
}

impl Coder {
    fn new(plain_from: usize) -> Coder {
        Coder { known: Vec::new(), values: Arc::new(StringArray::from(Vec::<&str>::new())), left: plain_from }
    }

    fn code(&mut self, batch: RecordBatch) -> RecordBatch {
        if self.left == 0 {
            return batch;
        }
        self.left -= 1;
        let mut fields = batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect::<Vec<_>>();
        let mut columns = batch.columns().to_vec();
        for (field, column) in fields.iter_mut().zip(&mut columns) {
            if *field.data_type() == DataType::Utf8 {
                *column = self.column(column);
                *field = field.clone().with_data_type(column.data_type().clone());
            }
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns of one length")
    }

    fn column(&mut self, column: &ArrayRef) -> ArrayRef {
        let mut code = |text: &str| {
            let known = self.known.iter().position(|known| known == text);
            known.unwrap_or_else(|| {
                self.known.push(text.to_owned());
                self.known.len() - 1
            }) as u32
        };
        let codes: UInt32Array = column.as_string::<i32>().iter().map(|text| text.map(&mut code)).collect();
        if self.known.len() > self.values.len() {
            self.values = Arc::new(StringArray::from_iter_values(&self.known));
        }
        Arc::new(DictionaryArray::try_new(codes, Arc::clone(&self.values)).expect("a code for each value"))
    }
}

fn text(text: &str) -> Expr {
    expr(ExprKind::Literal(Value::String(text.into())), Type::String)
}

fn list(json: &str) -> Expr {
    expr(ExprKind::Literal(Value::Dynamic(json.into())), Type::Dynamic)
}

/// Every function of strings, of the service and constants, the service and itself, and of its own result.
fn functions() -> Vec<Expr> {
    use Function::*;
    let service = || field("service", Type::String);
    let mut made = Vec::new();
    for function in [
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        EqualIgnoreCase,
        NotEqualIgnoreCase,
        Has,
        NotHas,
        HasCs,
        NotHasCs,
        HasPrefix,
        NotHasPrefix,
        HasPrefixCs,
        NotHasPrefixCs,
        HasSuffix,
        NotHasSuffix,
        HasSuffixCs,
        NotHasSuffixCs,
        Contains,
        NotContains,
        ContainsCs,
        NotContainsCs,
        StartsWith,
        NotStartsWith,
        StartsWithCs,
        NotStartsWithCs,
        EndsWith,
        NotEndsWith,
        EndsWithCs,
        NotEndsWithCs,
    ] {
        for needle in ["cart", "C", "", "ut"] {
            made.push(call(function, vec![service(), text(needle)], Type::Bool));
            made.push(call(function, vec![text(needle), service()], Type::Bool));
        }
        made.push(call(function, vec![service(), service()], Type::Bool));
    }
    for function in [In, NotIn, InIgnoreCase, NotInIgnoreCase] {
        made.push(call(function, vec![service(), text("cart"), text("")], Type::Bool));
        made.push(call(function, vec![service(), text("x"), service()], Type::Bool));
    }
    for function in [HasAny, HasAll] {
        made.push(call(function, vec![service(), list(r#"["cart","c"]"#)], Type::Bool));
    }
    made.push(call(MatchesRegex, vec![service(), text("^c.*t$")], Type::Bool));
    for function in [IsEmpty, IsNotEmpty, IsNull, IsNotNull] {
        made.push(call(function, vec![service()], Type::Bool));
    }
    for function in [ToLower, ToUpper, Reverse] {
        made.push(call(function, vec![service()], Type::String));
    }
    made.push(call(Strcat, vec![service(), text("-"), service()], Type::String));
    made.push(call(Strcat, vec![text("a "), service()], Type::String));
    made.push(call(StrcatDelim, vec![text("/"), service(), text("x")], Type::String));
    made.push(call(Substring, vec![service(), long(1), long(3)], Type::String));
    made.push(call(StrRep, vec![service(), long(2)], Type::String));
    made.push(call(ReplaceString, vec![service(), text("c"), text("k")], Type::String));
    made.push(call(ReplaceRegex, vec![service(), text("[ct]"), text("_")], Type::String));
    made.push(call(Extract, vec![text("c(.)"), long(1), service()], Type::String));
    for function in [Trim, TrimStart, TrimEnd] {
        made.push(call(function, vec![text("[ct]"), service()], Type::String));
    }
    made.push(call(Split, vec![service(), text("r")], Type::Dynamic));
    made.push(call(ParseJson, vec![service()], Type::Dynamic));
    made.push(call(ToDynamic, vec![service()], Type::Dynamic));
    made.push(call(Coalesce, vec![service(), text("none")], Type::String));
    for (function, ty) in
        [(ToLong, Type::Long), (ToReal, Type::Real), (ToBool, Type::Bool), (ToDatetime, Type::Datetime)]
    {
        made.push(call(function, vec![service()], ty));
    }
    made.push(call(Strlen, vec![service()], Type::Long));
    made.push(call(IndexOf, vec![service(), text("c")], Type::Long));
    made.push(call(CountOf, vec![service(), text("c")], Type::Long));
    for function in [ParseUrl, ParseUrlQuery, ParsePath, ParseCsv, CodepointsFrom, Base64DecodeArray] {
        made.push(call(function, vec![service()], Type::Dynamic));
    }
    for function in [
        UrlEncode,
        UrlEncodeComponent,
        UrlDecode,
        Base64Encode,
        Base64Decode,
        HashSha256,
        RegexQuote,
        ParseIpv6,
        GetType,
    ] {
        made.push(call(function, vec![service()], Type::String));
    }
    made.push(call(Translate, vec![text("ct"), text("k"), service()], Type::String));
    made.push(call(ReplaceStrings, vec![service(), list(r#"["c","a"]"#), list(r#"["x",""]"#)], Type::String));
    made.push(call(ExtractAll, vec![text("(.)"), service()], Type::Dynamic));
    made.push(call(IndexOfRegex, vec![service(), text("[rt]")], Type::Long));
    made.push(call(Pack, vec![service(), service()], Type::Dynamic));
    made.push(call(PackArray, vec![service(), long(1)], Type::Dynamic));
    made.push(call(SetHasElement, vec![list(r#"["cart"]"#), service()], Type::Bool));
    for function in [Hash, Strcmp, StringSize, ParseIpv4] {
        let args = if function == Strcmp { vec![service(), text("cart")] } else { vec![service()] };
        made.push(call(function, args, Type::Long));
    }
    let is_cart = call(Equal, vec![service(), text("cart")], Type::Bool);
    made.push(call(Iff, vec![is_cart, text("one"), service()], Type::String));
    let texts: Vec<Expr> = made.iter().filter(|made| made.ty == Type::String).cloned().collect();
    for inner in texts {
        made.push(call(Strlen, vec![call(ToUpper, vec![inner], Type::String)], Type::Long));
    }
    made
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn pipelines_answer_the_same(
        rows in prop::collection::vec(row(), 0..150),
        others in prop::collection::vec(row(), 0..60),
        size in 1_usize..40,
        plain_from in prop::sample::select(vec![usize::MAX, 2]),
    ) {
        const LATENESS: i64 = 2_000_000_000;
        for pipeline in pipelines() {
            let both = [batch(&rows), batch(&others)];
            let inputs = if pipeline_inputs(&pipeline) == 2 { &both[..] } else { &both[..1] };
            let plain = run(&pipeline, inputs, size, LATENESS).unwrap();
            let mut coders = [Coder::new(plain_from), Coder::new(plain_from)];
            let coded = run_as(&pipeline, inputs, size, LATENESS, |input, batch| coders[input].code(batch)).unwrap();
            prop_assert_eq!(coded, plain);
        }
    }

    #[test]
    fn functions_answer_the_same(rows in prop::collection::vec(row(), 1..40), size in 1_usize..20) {
        let scope = Scope { fields: &build::input().fields, now: 0, doubts: None };
        let all = batch(&rows);
        for expr in functions() {
            let compiled = Expression::compile(&expr, &scope).unwrap();
            let mut coder = Coder::new(usize::MAX);
            for from in (0..rows.len()).step_by(size) {
                let part = all.slice(from, size.min(rows.len() - from));
                let (plain, coded) = (compiled.operand(&part), compiled.operand(&coder.code(part.clone())));
                for row in 0..part.num_rows() {
                    prop_assert_eq!(coded.value(row, expr.ty), plain.value(row, expr.ty), "{:?}", expr);
                }
            }
        }
    }

    /// Two sources have each their own codes.
    #[test]
    fn dictionaries_may_change(one in prop::collection::vec(row(), 1..20), other in prop::collection::vec(row(), 1..20)) {
        let scope = Scope { fields: &build::input().fields, now: 0, doubts: None };
        for expr in functions() {
            let compiled = Expression::compile(&expr, &scope).unwrap();
            for rows in [&one, &other, &one, &other] {
                let plain = batch(rows);
                let coded = compiled.operand(&Coder::new(1).code(plain.clone()));
                for (row, value) in (0..rows.len()).map(|row| (row, compiled.operand(&plain).value(row, expr.ty))) {
                    prop_assert_eq!(coded.value(row, expr.ty), value, "{:?}", expr);
                }
            }
        }
    }
}

#[test]
fn a_filter_on_codes_keeps_what_it_kept() {
    let event = |service| Row { time: Some(1), service, code: Some(2), load: None };
    let rows = [event(Some("cart")), event(None), event(Some("checkout")), event(Some("cart"))];
    let is_cart = call(Function::Equal, vec![field("service", Type::String), text("cart")], Type::Bool);
    let pipeline = build::pipeline("main", vec![build::same(syntax::pipeline::StageKind::Where(is_cart))]);
    let mut coder = Coder::new(usize::MAX);
    let answer = run_as(&pipeline, &[batch(&rows)], 3, 0, |_, batch| coder.code(batch)).unwrap();
    assert_eq!(answer.rows.len(), 2);
}
