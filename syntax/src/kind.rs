//! The kinds of tokens and nodes of the one tree, and `T![|]` to name a token by its text.
//!
//! Words are not reserved: the lexer makes each an `IDENT`, and the grammar gives it its keyword kind
//! where it acts as one. So a field may be named `count` or `by`, and a keyword in the tree is a keyword.

macro_rules! define {
    (
        tokens { $($token:ident: $what:literal,)* }
        punctuation { $($punct:ident = $text:literal [$($t:tt)+],)* }
        words { $($word:ident = $word_text:literal [$($w:tt)+],)* }
        nodes { $($node:ident,)* }
    ) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(non_camel_case_types, reason = "as syntax trees are read")]
        #[repr(u16)]
        pub enum SyntaxKind {
            $($token,)*
            $($punct,)*
            $($word,)*
            $($node,)*
        }

        use SyntaxKind::*;

        const ALL: &[SyntaxKind] = &[$($token,)* $($punct,)* $($word,)* $($node,)*];

        impl SyntaxKind {
            /// How a message names it, e.g. "`|`" or "a number".
            pub fn describe(self) -> &'static str {
                match self {
                    $($token => $what,)*
                    $($punct => concat!("`", $text, "`"),)*
                    $($word => concat!("`", $word_text, "`"),)*
                    $($node => stringify!($node),)*
                }
            }

            /// The text of a token that has only one.
            pub fn text(self) -> Option<&'static str> {
                match self {
                    $($punct => Some($text),)*
                    $($word => Some($word_text),)*
                    _ => None,
                }
            }

            /// A word that acts as part of the grammar here.
            pub fn is_keyword(self) -> bool {
                matches!(self, $($word)|*)
            }
        }

        /// The kind of a token by its text: `T![|]`, `T![where]`, `T![project-away]`.
        #[macro_export]
        macro_rules! T {
            $(($($t)+) => { $crate::SyntaxKind::$punct };)*
            $(($($w)+) => { $crate::SyntaxKind::$word };)*
        }
    };
}

define! {
    tokens {
        // The Markdown around the blocks.
        BOM: "a byte-order mark",
        PROSE: "prose",
        FRONT_MATTER_TEXT: "front matter",
        HEADING_TEXT: "a heading",
        FENCE_OPEN: "an opening fence",
        INFO_TEXT: "an info string",
        FENCE_CLOSE: "the closing fence",
        // Trivia. A PREFIX is what a list or quote puts before a line of the block.
        PREFIX: "indentation",
        WHITESPACE: "a space",
        NEWLINE: "the line's end",
        COMMENT: "a comment",
        // Tokens with a text of their own.
        IDENT: "a name",
        // Also `['a name']`.
        QUOTED_IDENT: "a name in backticks",
        INT: "a number",
        REAL: "a number",
        STRING: "a string",
        TIMESPAN: "a timespan",
        SIZE: "a size",
        DATETIME: "a datetime",
        // Digits followed by a unit that nobody knows.
        BAD_NUMBER: "a number with an unknown unit",
        BAD_CHAR: "a character that means nothing here",
        // The end of a block's text; never in a tree.
        EOF: "the block's end",
    }
    punctuation {
        PIPE = "|" [|],
        SEMICOLON = ";" [;],
        COMMA = "," [,],
        DOT = "." [.],
        DOT_DOT = ".." [..],
        COLON = ":" [:],
        L_PAREN = "(" ['('],
        R_PAREN = ")" [')'],
        L_BRACKET = "[" ['['],
        R_BRACKET = "]" [']'],
        L_BRACE = "{" ['{'],
        R_BRACE = "}" ['}'],
        EQ = "=" [=],
        EQ_EQ = "==" [==],
        NOT_EQ = "!=" [!=],
        EQ_TILDE = "=~" [=~],
        NOT_TILDE = "!~" [!~],
        LT = "<" [<],
        LT_EQ = "<=" [<=],
        GT = ">" [>],
        GT_EQ = ">=" [>=],
        LT_GT = "<>" [<>],
        PLUS = "+" [+],
        MINUS = "-" [-],
        STAR = "*" [*],
        SLASH = "/" [/],
        PERCENT = "%" [%],
        TILDE = "~" [~],
        BANG = "!" [!],
        AMP_AMP = "&&" [&&],
        PIPE_PIPE = "||" [||],
    }
    words {
        LET_KW = "let" [let],
        WHERE_KW = "where" [where],
        EXTEND_KW = "extend" [extend],
        PROJECT_KW = "project" [project],
        PROJECT_KEEP_KW = "project-keep" [project-keep],
        PROJECT_AWAY_KW = "project-away" [project-away],
        PROJECT_RENAME_KW = "project-rename" [project-rename],
        PROJECT_REORDER_KW = "project-reorder" [project-reorder],
        PARSE_KW = "parse" [parse],
        PARSE_WHERE_KW = "parse-where" [parse-where],
        PARSE_KV_KW = "parse-kv" [parse-kv],
        MV_EXPAND_KW = "mv-expand" [mv-expand],
        MV_APPLY_KW = "mv-apply" [mv-apply],
        EVALUATE_KW = "evaluate" [evaluate],
        SUMMARIZE_KW = "summarize" [summarize],
        MAKE_SERIES_KW = "make-series" [make-series],
        TOP_KW = "top" [top],
        TOP_HITTERS_KW = "top-hitters" [top-hitters],
        TAKE_KW = "take" [take],
        LIMIT_KW = "limit" [limit],
        TAIL_KW = "tail" [tail],
        DISTINCT_KW = "distinct" [distinct],
        COUNT_KW = "count" [count],
        SORT_KW = "sort" [sort],
        ORDER_KW = "order" [order],
        SAMPLE_KW = "sample" [sample],
        JOIN_KW = "join" [join],
        UNION_KW = "union" [union],
        LOOKUP_KW = "lookup" [lookup],
        GETSCHEMA_KW = "getschema" [getschema],
        ASSERT_KW = "assert" [assert],
        RENDER_KW = "render" [render],
        INVOKE_KW = "invoke" [invoke],
        SERIALIZE_KW = "serialize" [serialize],
        DATATABLE_KW = "datatable" [datatable],
        EXTERNALDATA_KW = "externaldata" [externaldata],
        MATERIALIZE_KW = "materialize" [materialize],
        PRINT_KW = "print" [print],
        RANGE_KW = "range" [range],
        FROM_KW = "from" [from],
        STEP_KW = "step" [step],
        VIEW_KW = "view" [view],
        BY_KW = "by" [by],
        ON_KW = "on" [on],
        OF_KW = "of" [of],
        AS_KW = "as" [as],
        TO_KW = "to" [to],
        TYPEOF_KW = "typeof" [typeof],
        WITH_KW = "with" [with],
        WITHIN_KW = "within" [within],
        ASC_KW = "asc" [asc],
        DESC_KW = "desc" [desc],
        NULLS_KW = "nulls" [nulls],
        FIRST_KW = "first" [first],
        LAST_KW = "last" [last],
        TRUE_KW = "true" [true],
        FALSE_KW = "false" [false],
        NULL_KW = "null" [null],
        DYNAMIC_KW = "dynamic" [dynamic],
        AND_KW = "and" [and],
        OR_KW = "or" [or],
        NOT_KW = "not" [not],
        MATCHES_KW = "matches" [matches],
        REGEX_KW = "regex" [regex],
        // An operator that is a word: `has`, `!contains_cs`, `in~`, `between`; its text says which.
        OPERATOR_WORD = "operator" [operator],
    }
    nodes {
        RUNBOOK,
        FRONT_MATTER,
        HEADING,
        BLOCK,
        INFO,
        BODY,
        LET,
        PIPELINE,
        SOURCE,
        SUBPIPELINE,
        // Sources that are written in the pipeline itself.
        DATATABLE,
        EXTERNALDATA,
        MATERIALIZE,
        PRINT,
        RANGE_SOURCE,
        // `let f = (x: long) { … };`
        FUNCTION,
        PARAMETERS,
        PARAMETER,
        TABLE_TYPE,
        FUNCTION_BODY,
        // Stages.
        WHERE_STAGE,
        EXTEND_STAGE,
        PROJECT_STAGE,
        PROJECT_KEEP_STAGE,
        PROJECT_AWAY_STAGE,
        PROJECT_RENAME_STAGE,
        PROJECT_REORDER_STAGE,
        PARSE_STAGE,
        PARSE_KV_STAGE,
        MV_EXPAND_STAGE,
        MV_APPLY_STAGE,
        EVALUATE_STAGE,
        SUMMARIZE_STAGE,
        MAKE_SERIES_STAGE,
        TOP_STAGE,
        TOP_HITTERS_STAGE,
        TAKE_STAGE,
        TAIL_STAGE,
        DISTINCT_STAGE,
        COUNT_STAGE,
        SORT_STAGE,
        SAMPLE_STAGE,
        JOIN_STAGE,
        UNION_STAGE,
        LOOKUP_STAGE,
        GETSCHEMA_STAGE,
        ASSERT_STAGE,
        RENDER_STAGE,
        AS_STAGE,
        INVOKE_STAGE,
        SERIALIZE_STAGE,
        UNKNOWN_STAGE,
        // Parts of stages.
        BY_CLAUSE,
        ON_CLAUSE,
        WITHIN_CLAUSE,
        FROM_CLAUSE,
        TO_CLAUSE,
        STEP_CLAUSE,
        WITH_CLAUSE,
        AS_CLAUSE,
        PROPERTY,
        SORT_KEY,
        NAME_PATTERN,
        REORDER_KEY,
        NAMED_EXPR,
        PARSE_PATTERN,
        COLUMN,
        TYPE_NAME,
        MV_EXPAND_ITEM,
        // Expressions.
        NAME,
        NAME_REF,
        LITERAL,
        DYNAMIC_EXPR,
        OBJECT,
        MEMBER,
        ARRAY,
        STAR_EXPR,
        PAREN_EXPR,
        LIST,
        RANGE,
        PREFIX_EXPR,
        BINARY_EXPR,
        CALL_EXPR,
        ARG_LIST,
        INDEX_EXPR,
        FIELD_EXPR,
        ERROR,
    }
}

/// The words that can act as part of the grammar.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    ALL.iter().filter(|kind| kind.is_keyword()).filter_map(|kind| kind.text())
}

impl SyntaxKind {
    /// Means nothing to the grammar.
    pub fn is_trivia(self) -> bool {
        matches!(self, PREFIX | WHITESPACE | NEWLINE | COMMENT | BOM)
    }
}

/// The tree's language for rowan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Headwater {}

impl rowan::Language for Headwater {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        ALL[raw.0 as usize]
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

impl From<SyntaxKind> for rowan::SyntaxKind {
    fn from(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

pub type SyntaxNode = rowan::SyntaxNode<Headwater>;
pub type SyntaxToken = rowan::SyntaxToken<Headwater>;
pub type SyntaxElement = rowan::SyntaxElement<Headwater>;
