//! The typed view of the tree. Nothing is stored: each method looks for a child by its kind, and what the
//! user has not written yet is `None`. Knows nothing of names or types; those are the analysis'.

use rowan::NodeOrToken;
pub use rowan::ast::AstNode;
use rowan::ast::{AstChildren, support};

use crate::kind::{Headwater, SyntaxKind, SyntaxKind::*, SyntaxNode, SyntaxToken};
use crate::{TextRange, literal};

/// A node with one kind, and its children: `name: Type` is the first child of the type, `name[1]: Type` the
/// second, `names: [Type]` all of them, `name: T![kind]` a token.
macro_rules! nodes {
    ($($(#[$doc:meta])* $kind:ident = $name:ident { $($body:tt)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(SyntaxNode);

        impl AstNode for $name {
            type Language = Headwater;
            fn can_cast(kind: SyntaxKind) -> bool {
                kind == $kind
            }
            fn cast(node: SyntaxNode) -> Option<$name> {
                (node.kind() == $kind).then(|| $name(node))
            }
            fn syntax(&self) -> &SyntaxNode {
                &self.0
            }
        }

        impl $name {
            pub fn range(&self) -> TextRange {
                self.0.text_range()
            }
            members! { $($body)* }
        }
    )*};
}

macro_rules! members {
    () => {};
    ($(#[$doc:meta])* $name:ident: T![$($t:tt)+], $($rest:tt)*) => {
        $(#[$doc])*
        pub fn $name(&self) -> Option<SyntaxToken> {
            support::token(&self.0, T![$($t)+])
        }
        members! { $($rest)* }
    };
    ($(#[$doc:meta])* $name:ident: [$ty:ty], $($rest:tt)*) => {
        $(#[$doc])*
        pub fn $name(&self) -> AstChildren<$ty> {
            support::children(&self.0)
        }
        members! { $($rest)* }
    };
    ($(#[$doc:meta])* $name:ident[$nth:literal]: $ty:ty, $($rest:tt)*) => {
        $(#[$doc])*
        pub fn $name(&self) -> Option<$ty> {
            support::children(&self.0).nth($nth)
        }
        members! { $($rest)* }
    };
    ($(#[$doc:meta])* $name:ident: $ty:ty, $($rest:tt)*) => {
        $(#[$doc])*
        pub fn $name(&self) -> Option<$ty> {
            support::child(&self.0)
        }
        members! { $($rest)* }
    };
}

/// One of several nodes.
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident($ty:ident): $($kind:ident)|+,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($variant($ty),)*
        }

        impl AstNode for $name {
            type Language = Headwater;
            fn can_cast(kind: SyntaxKind) -> bool {
                matches!(kind, $($($kind)|+)|*)
            }
            fn cast(node: SyntaxNode) -> Option<$name> {
                match node.kind() {
                    $($($kind)|+ => $ty::cast(node).map($name::$variant),)*
                    _ => None,
                }
            }
            fn syntax(&self) -> &SyntaxNode {
                match self {
                    $($name::$variant(node) => node.syntax(),)*
                }
            }
        }

        impl $name {
            pub fn range(&self) -> TextRange {
                self.syntax().text_range()
            }
        }
    )*};
}

nodes! {
    /// The whole Markdown file.
    RUNBOOK = Runbook {
        front_matter: FrontMatter,
        headings: [Heading],
        blocks: [Block],
    }
    /// From the opening `---` line to the closing one.
    FRONT_MATTER = FrontMatter {}
    HEADING = Heading {}
    /// From the opening fence to the closing one. In a bare query there are no fences.
    BLOCK = Block {
        info: Info,
        body: Body,
    }
    /// What follows the opening fence: `headwater name=errors`.
    INFO = Info {}
    BODY = Body {
        statements: [Statement],
    }
    /// `let name = …;`
    LET = Let {
        name: Name,
        value: LetValue,
    }
    /// `source | stage | stage`. Without a source where it starts with `union` or by mistake with `|`.
    PIPELINE = Pipeline {
        source: Source,
        stages: [Stage],
    }
    /// A source or a `let` by name, or a pipeline in parentheses.
    SOURCE = Source {
        name: NameRef,
        subpipeline: Subpipeline,
        /// A function of the user's that gives a pipeline.
        call: CallExpr,
        /// Several by `*`, in `union`.
        pattern: NamePattern,
        datatable: Datatable,
        externaldata: Externaldata,
        materialize: Materialize,
        print: Print,
        range_source: RangeSource,
    }
    /// `datatable (name: type, …) [value, …]`
    DATATABLE = Datatable {
        columns: TableType,
        values: [Expr],
    }
    /// `externaldata (name: type, …) [url, …] with (…)`
    EXTERNALDATA = Externaldata {}
    /// `materialize(pipeline)`
    MATERIALIZE = Materialize { subpipeline: Subpipeline, }
    /// `print a = 1, b = 2`: one row.
    PRINT = Print { items: [Item], }
    /// `range x from 1 to 10 step 1`
    RANGE_SOURCE = RangeSource {
        name: Name,
        from: Expr,
        to[1]: Expr,
        step[2]: Expr,
    }
    /// `(x: long, t: (id: string)) { let …; expression or pipeline }`
    FUNCTION = Function {
        parameters: Parameters,
        body: FunctionBody,
    }
    PARAMETERS = Parameters { parameters: [Parameter], }
    PARAMETER = Parameter {
        name: Name,
        ty: TypeName,
        table: TableType,
        /// What it is where it is not given.
        default: Expr,
    }
    /// `(name: type, …)`, or `(*)`
    TABLE_TYPE = TableType { columns: [Column], }
    FUNCTION_BODY = FunctionBody {
        lets: [Let],
        value: BodyValue,
    }
    SUBPIPELINE = Subpipeline {
        pipeline: Pipeline,
    }

    WHERE_STAGE = WhereStage { predicate: Expr, }
    EXTEND_STAGE = ExtendStage { items: [Item], }
    PROJECT_STAGE = ProjectStage { items: [Item], }
    PROJECT_KEEP_STAGE = ProjectKeepStage { patterns: [NamePattern], }
    PROJECT_AWAY_STAGE = ProjectAwayStage { patterns: [NamePattern], }
    /// `new = old, …`
    PROJECT_RENAME_STAGE = ProjectRenameStage { items: [Item], }
    /// `project-reorder timestamp, http.* asc`
    PROJECT_REORDER_STAGE = ProjectReorderStage { keys: [ReorderKey], }
    REORDER_KEY = ReorderKey {
        pattern: NamePattern,
        asc: T![asc],
        desc: T![desc],
    }
    /// `parse [kind=…] text with "a" name:type *`; also `parse-where`.
    PARSE_STAGE = ParseStage {
        properties: [Property],
        text: Expr,
        pattern: ParsePattern,
    }
    /// `parse-kv text as (name:type, …) with (pair_delimiter=",", …)`
    PARSE_KV_STAGE = ParseKvStage {
        text: Expr,
        columns: AsClause,
        with: WithClause,
    }
    /// `mv-expand name = tags to typeof(string) limit 10`
    MV_EXPAND_STAGE = MvExpandStage {
        properties: [Property],
        items: [MvExpandItem],
        /// The number after `limit`.
        limit: Expr,
    }
    MV_EXPAND_ITEM = MvExpandItem {
        item: Item,
        ty: TypeName,
    }
    /// `mv-apply name = tags to typeof(string) limit 10 on (top 2 by name | …)`
    MV_APPLY_STAGE = MvApplyStage {
        properties: [Property],
        items: [MvExpandItem],
        /// The number after `limit`.
        limit: Expr,
        /// A pipeline without a source.
        inner: Subpipeline,
    }
    /// `evaluate bag_unpack(bag, "prefix_") : (*, name:type, …)`
    EVALUATE_STAGE = EvaluateStage {
        call: Expr,
        columns: AsClause,
    }
    SUMMARIZE_STAGE = SummarizeStage {
        properties: [Property],
        aggregates: [Item],
        by: ByClause,
    }
    /// `make-series n = count() default=0 on timestamp from a to b step 1m by service.name`
    MAKE_SERIES_STAGE = MakeSeriesStage {
        aggregates: [Item],
        /// `kind=nonempty`, and the `default` of each aggregate.
        properties: [Property],
        on: OnClause,
        from: FromClause,
        to: ToClause,
        step: StepClause,
        by: ByClause,
    }
    TOP_STAGE = TopStage {
        count: Expr,
        by: ByClause,
    }
    /// `top-hitters 5 of customer.id by duration`
    TOP_HITTERS_STAGE = TopHittersStage {
        count: Expr,
        of[1]: Expr,
        by: ByClause,
    }
    /// Also `limit`.
    TAKE_STAGE = TakeStage { count: Expr, }
    TAIL_STAGE = TailStage { count: Expr, }
    /// The fields, or one [`Expr::Star`].
    DISTINCT_STAGE = DistinctStage { properties: [Property], exprs: [Expr], }
    COUNT_STAGE = CountStage {}
    /// Also `order`.
    SORT_STAGE = SortStage { by: ByClause, }
    /// `sample 10% by customer.id`
    SAMPLE_STAGE = SampleStage {
        amount: Expr,
        percent: T![%],
        by: ByClause,
    }
    /// `join kind=inner (logs | where …) on trace_id within 30s`
    JOIN_STAGE = JoinStage {
        properties: [Property],
        source: Source,
        on: OnClause,
        within: WithinClause,
    }
    UNION_STAGE = UnionStage {
        properties: [Property],
        sources: [Source],
    }
    LOOKUP_STAGE = LookupStage {
        properties: [Property],
        source: Source,
        on: OnClause,
    }
    GETSCHEMA_STAGE = GetschemaStage {}
    ASSERT_STAGE = AssertStage { predicate: Expr, }
    /// `render timechart with (title="…")`
    RENDER_STAGE = RenderStage {
        kind: Name,
        with: WithClause,
    }
    /// `as name`
    AS_STAGE = AsStage { name: Name, }
    /// `serialize n = row_number() by trace.id`
    SERIALIZE_STAGE = SerializeStage {
        items: [Item],
        by: ByClause,
    }
    /// `invoke f(x)`
    INVOKE_STAGE = InvokeStage { call: CallExpr, }
    /// A stage whose word is not of this language; what follows the word is tokens as written.
    UNKNOWN_STAGE = UnknownStage {}

    BY_CLAUSE = ByClause {
        /// After `summarize`, and the key of `sample`, `serialize` and `top-hitters`.
        items: [Item],
        /// After `sort` and `top`.
        sort_keys: [SortKey],
    }
    ON_CLAUSE = OnClause { keys: [Expr], }
    WITHIN_CLAUSE = WithinClause { span: Expr, }
    FROM_CLAUSE = FromClause { value: Expr, }
    TO_CLAUSE = ToClause { value: Expr, }
    STEP_CLAUSE = StepClause { value: Expr, }
    WITH_CLAUSE = WithClause { properties: [Property], }
    AS_CLAUSE = AsClause {
        columns: [Column],
        /// What else there is, behind `evaluate`.
        rest: StarExpr,
    }
    /// `name=value`, or `name=a, b` inside `with (…)`.
    PROPERTY = Property {
        name: Name,
        value: Expr,
        values: [Expr],
    }
    /// `duration desc nulls last`
    SORT_KEY = SortKey {
        expr: Expr,
        asc: T![asc],
        desc: T![desc],
        nulls: T![nulls],
        first: T![first],
        last: T![last],
    }
    /// A field, or several by `*`: `http.*`.
    NAME_PATTERN = NamePattern {}
    /// `name = expression`
    NAMED_EXPR = NamedExpr {
        name: Name,
        expr: Expr,
    }
    PARSE_PATTERN = ParsePattern { parts: [PatternPart], }
    /// `name` or `name:type`
    COLUMN = Column {
        name: Name,
        ty: TypeName,
    }
    TYPE_NAME = TypeName {}

    /// A name that is given here, maybe dotted.
    NAME = Name {}
    /// A name that is used: a field, a source, a `let`, a function. Dots and all; how much of it is the
    /// field and how much a path inside it, only the schema can say.
    NAME_REF = NameRef {}
    LITERAL = Literal {}
    /// `dynamic({"a": [1, 2]})`
    DYNAMIC_EXPR = DynamicExpr { value: Json, }
    OBJECT = Object { members: [Member], }
    MEMBER = Member {
        value: Json,
    }
    ARRAY = Array { items: [Json], }
    /// The `*` of `arg_max(x, *)` and `distinct *`.
    STAR_EXPR = StarExpr {}
    PAREN_EXPR = ParenExpr { expr: Expr, }
    /// The right side of `in`: `("a", "b")`.
    LIST = List { items: [Expr], }
    /// The right side of `between`: `(low .. high)`.
    RANGE = Range {
        low: Expr,
        high[1]: Expr,
    }
    /// `-x`
    PREFIX_EXPR = PrefixExpr { expr: Expr, }
    BINARY_EXPR = BinaryExpr {}
    CALL_EXPR = CallExpr {
        function: NameRef,
        args: ArgList,
        /// In place of arguments: `toscalar(logs | count)`.
        subpipeline: Subpipeline,
    }
    ARG_LIST = ArgList { args: [Item], }
    /// `base["key"]`
    INDEX_EXPR = IndexExpr {
        base: Expr,
        index[1]: Expr,
    }
    /// `base.name` where the base is not itself a name.
    FIELD_EXPR = FieldExpr {
        base: Expr,
        name: Name,
    }
}

choices! {
    Statement {
        Let(Let): LET,
        Pipeline(Pipeline): PIPELINE,
    }
    /// A lone name (`let a = spans;`) is an expression to the grammar.
    LetValue {
        Pipeline(Pipeline): PIPELINE,
        Function(Function): FUNCTION,
        Expr(Expr): NAME_REF | LITERAL | DYNAMIC_EXPR | STAR_EXPR | PAREN_EXPR | LIST | RANGE | PREFIX_EXPR
            | BINARY_EXPR | CALL_EXPR | INDEX_EXPR | FIELD_EXPR,
    }
    /// What a function gives.
    BodyValue {
        Pipeline(Pipeline): PIPELINE,
        Expr(Expr): NAME_REF | LITERAL | DYNAMIC_EXPR | STAR_EXPR | PAREN_EXPR | LIST | RANGE | PREFIX_EXPR
            | BINARY_EXPR | CALL_EXPR | INDEX_EXPR | FIELD_EXPR,
    }
    Stage {
        Where(WhereStage): WHERE_STAGE,
        Extend(ExtendStage): EXTEND_STAGE,
        Project(ProjectStage): PROJECT_STAGE,
        ProjectKeep(ProjectKeepStage): PROJECT_KEEP_STAGE,
        ProjectAway(ProjectAwayStage): PROJECT_AWAY_STAGE,
        ProjectRename(ProjectRenameStage): PROJECT_RENAME_STAGE,
        ProjectReorder(ProjectReorderStage): PROJECT_REORDER_STAGE,
        Parse(ParseStage): PARSE_STAGE,
        ParseKv(ParseKvStage): PARSE_KV_STAGE,
        MvExpand(MvExpandStage): MV_EXPAND_STAGE,
        MvApply(MvApplyStage): MV_APPLY_STAGE,
        Evaluate(EvaluateStage): EVALUATE_STAGE,
        Summarize(SummarizeStage): SUMMARIZE_STAGE,
        MakeSeries(MakeSeriesStage): MAKE_SERIES_STAGE,
        Top(TopStage): TOP_STAGE,
        TopHitters(TopHittersStage): TOP_HITTERS_STAGE,
        Take(TakeStage): TAKE_STAGE,
        Tail(TailStage): TAIL_STAGE,
        Distinct(DistinctStage): DISTINCT_STAGE,
        Count(CountStage): COUNT_STAGE,
        Sort(SortStage): SORT_STAGE,
        Sample(SampleStage): SAMPLE_STAGE,
        Join(JoinStage): JOIN_STAGE,
        Union(UnionStage): UNION_STAGE,
        Lookup(LookupStage): LOOKUP_STAGE,
        Getschema(GetschemaStage): GETSCHEMA_STAGE,
        Assert(AssertStage): ASSERT_STAGE,
        Render(RenderStage): RENDER_STAGE,
        As(AsStage): AS_STAGE,
        Invoke(InvokeStage): INVOKE_STAGE,
        Serialize(SerializeStage): SERIALIZE_STAGE,
        Unknown(UnknownStage): UNKNOWN_STAGE,
    }
    Expr {
        Name(NameRef): NAME_REF,
        Literal(Literal): LITERAL,
        Dynamic(DynamicExpr): DYNAMIC_EXPR,
        Star(StarExpr): STAR_EXPR,
        Paren(ParenExpr): PAREN_EXPR,
        List(List): LIST,
        Range(Range): RANGE,
        Prefix(PrefixExpr): PREFIX_EXPR,
        Binary(BinaryExpr): BINARY_EXPR,
        Call(CallExpr): CALL_EXPR,
        Index(IndexExpr): INDEX_EXPR,
        Field(FieldExpr): FIELD_EXPR,
        Subpipeline(Subpipeline): SUBPIPELINE,
    }
    /// One of a list: an expression that may have been given a name.
    Item {
        Named(NamedExpr): NAMED_EXPR,
        Expr(Expr): NAME_REF | LITERAL | DYNAMIC_EXPR | STAR_EXPR | PAREN_EXPR | LIST | RANGE | PREFIX_EXPR
            | BINARY_EXPR | CALL_EXPR | INDEX_EXPR | FIELD_EXPR,
    }
    PatternPart {
        Text(Literal): LITERAL,
        Skip(StarExpr): STAR_EXPR,
        Column(Column): COLUMN,
    }
    /// What may stand inside `dynamic(…)`.
    Json {
        Object(Object): OBJECT,
        Array(Array): ARRAY,
        Literal(Literal): LITERAL,
        Negative(PrefixExpr): PREFIX_EXPR,
    }
}

/// An attribute of the info string: `name=errors`, `{#id .class key="value"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// `id` for `#…`, `class` for `.…`, empty for a bare word.
    pub key: String,
    pub value: String,
    /// Of the value.
    pub range: TextRange,
}

impl Heading {
    /// Without `#` marks, underline and surrounding space.
    pub fn text(&self) -> String {
        crate::markdown::heading_text(&self.0.text().to_string())
    }
}

impl Block {
    /// `name=` or `#id` of the info string.
    pub fn name(&self) -> Option<Attribute> {
        let attributes = self.info()?.attributes();
        let by_key = |key: &str| attributes.iter().find(|attribute| attribute.key == key).cloned();
        by_key("name").or_else(|| by_key("id")).filter(|attribute| !attribute.value.is_empty())
    }

    pub fn open(&self) -> Option<SyntaxToken> {
        support::token(&self.0, FENCE_OPEN)
    }

    pub fn close(&self) -> Option<SyntaxToken> {
        support::token(&self.0, FENCE_CLOSE)
    }
}

impl Info {
    /// What follows the language's word, in order.
    pub fn attributes(&self) -> Vec<Attribute> {
        crate::markdown::attributes(&self.0.text().to_string(), self.range().start())
    }
}

impl ParseStage {
    /// `parse-where`: what does not match is dropped.
    pub fn is_where(&self) -> bool {
        support::token(&self.0, T![parse-where]).is_some()
    }
}

impl Stage {
    /// The word that says which stage it is.
    pub fn word(&self) -> Option<SyntaxToken> {
        self.syntax().children_with_tokens().filter_map(NodeOrToken::into_token).find(|token| !token.kind().is_trivia())
    }
}

impl UnknownStage {
    /// The other language's word or sign (`stats`, `=`, `~`), if that is what it starts with.
    pub fn word(&self) -> Option<SyntaxToken> {
        let first = tokens(&self.0).next()?;
        matches!(first.kind(), IDENT | EQ | TILDE | NOT_EQ | NOT_TILDE).then_some(first)
    }

    /// As it was written, after the word.
    pub fn rest(&self) -> impl Iterator<Item = SyntaxToken> {
        tokens(&self.0).skip(1)
    }
}

impl Item {
    /// The name that was given.
    pub fn name(&self) -> Option<Name> {
        match self {
            Item::Named(named) => named.name(),
            Item::Expr(_) => None,
        }
    }

    pub fn expr(&self) -> Option<Expr> {
        match self {
            Item::Named(named) => named.expr(),
            Item::Expr(expr) => Some(expr.clone()),
        }
    }
}

/// A part of a dotted name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Without backticks.
    pub text: String,
    pub range: TextRange,
}

impl Name {
    /// As it names the field: dots kept, backticks gone.
    pub fn text(&self) -> String {
        name_text(&self.0)
    }

    pub fn segments(&self) -> Vec<Segment> {
        segments(&self.0)
    }
}

impl NameRef {
    /// As it names the field: dots kept, backticks gone.
    pub fn text(&self) -> String {
        name_text(&self.0)
    }

    pub fn segments(&self) -> Vec<Segment> {
        segments(&self.0)
    }
}

impl NamePattern {
    /// As it names the field or, with `*` in it, several.
    pub fn text(&self) -> String {
        name_text(&self.0)
    }
}

impl TypeName {
    pub fn text(&self) -> String {
        name_text(&self.0)
    }
}

impl Literal {
    pub fn token(&self) -> Option<SyntaxToken> {
        tokens(&self.0).next()
    }

    /// What it means, or why it means nothing.
    pub fn value(&self) -> Result<crate::Value, literal::Problem> {
        self.token().ok_or(literal::Problem::Empty).and_then(|token| literal::value(token.kind(), token.text()))
    }
}

impl Member {
    pub fn key(&self) -> Option<SyntaxToken> {
        tokens(&self.0).find(|token| token.kind() == STRING)
    }
}

impl DynamicExpr {
    /// As JSON text, without spaces.
    pub fn json(&self) -> Result<String, literal::Problem> {
        literal::json(self)
    }
}

impl PrefixExpr {
    /// `-` or `+`
    pub fn operator(&self) -> Option<SyntaxToken> {
        tokens(&self.0).next()
    }
}

/// The parts of a binary expression, as far as they are written.
#[derive(Clone, Debug)]
pub struct Operation {
    pub lhs: Option<Expr>,
    /// `==`, `and`, `!has_cs`, `matches regex`, as the catalog names it.
    pub operator: String,
    pub operator_range: TextRange,
    pub rhs: Option<Expr>,
}

impl BinaryExpr {
    /// All parts, in one walk over the node; None where there is no operator.
    pub fn operation(&self) -> Option<Operation> {
        let mut found: Option<Operation> = None;
        let mut lhs = None;
        for child in self.0.children_with_tokens() {
            match (child, &mut found) {
                (NodeOrToken::Token(token), _) if token.kind().is_trivia() => {}
                (NodeOrToken::Token(token), None) => {
                    let (operator, operator_range) = (token.text().to_owned(), token.text_range());
                    found = Some(Operation { lhs: lhs.take(), operator, operator_range, rhs: None });
                }
                (NodeOrToken::Token(token), Some(operation)) => {
                    operation.operator.push(' ');
                    operation.operator.push_str(token.text());
                    operation.operator_range = operation.operator_range.cover(token.text_range());
                }
                (NodeOrToken::Node(node), None) => lhs = lhs.or_else(|| Expr::cast(node)),
                (NodeOrToken::Node(node), Some(operation)) => {
                    operation.rhs = operation.rhs.take().or_else(|| Expr::cast(node));
                }
            }
        }
        found
    }

    pub fn lhs(&self) -> Option<Expr> {
        self.operation()?.lhs
    }

    pub fn rhs(&self) -> Option<Expr> {
        self.operation()?.rhs
    }

    pub fn operator(&self) -> Option<String> {
        Some(self.operation()?.operator)
    }

    pub fn operator_range(&self) -> Option<TextRange> {
        Some(self.operation()?.operator_range)
    }
}

/// The node's own tokens that are not trivia.
pub fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.children_with_tokens().filter_map(NodeOrToken::into_token).filter(|token| !token.kind().is_trivia())
}

fn name_text(node: &SyntaxNode) -> String {
    tokens(node).map(|token| literal::unquote_name(token.text()).into_owned()).collect()
}

fn segments(node: &SyntaxNode) -> Vec<Segment> {
    tokens(node)
        .filter(|token| token.kind() != DOT)
        .map(|token| Segment { text: literal::unquote_name(token.text()).into_owned(), range: token.text_range() })
        .collect()
}
