//! Words that stand between values, or say yes or no of a text.

use super::Arg::*;
use super::Returns::*;
use super::{BOOL, FunctionRow, Param};

#[rustfmt::skip]
pub(super) const COMPARISON: &[FunctionRow] = table! {
    op And ["and"], (left: Bool, right: Bool) => BOOL, "True where both are.", "duration > 1s and status == \"error\"";
    op Or ["or"], (left: Bool, right: Bool) => BOOL, "True where one is.", "status == \"error\" or duration > 5s";
    fun Not ["not"], (value: Bool) => BOOL, "True where the value is false.", "not(name has \"health\")";

    op Equal ["=="], (left: Any, right: Any) => Compared, "Equal, letter by letter. A null equals nothing.", "status == \"error\"";
    op NotEqual ["!=", "<>"], (left: Any, right: Any) => Compared, "Not equal; a null differs from every value.", "kind != \"server\"";
    op Less ["<"], (left: Ordered, right: Ordered) => Compared, "Less.", "duration < 5ms";
    op LessOrEqual ["<="], (left: Ordered, right: Ordered) => Compared, "Less or equal.", "duration <= 5ms";
    op Greater [">"], (left: Ordered, right: Ordered) => Compared, "Greater.", "duration > 1s";
    op GreaterOrEqual [">="], (left: Ordered, right: Ordered) => Compared, "Greater or equal.", "http.response.status_code >= 500";
    op Between ["between"], (value: Ordered, low: Ordered, high: Ordered) => Compared, "Within the two, both included.", "duration between (100ms .. 1s)";
    op NotBetween ["!between"], (value: Ordered, low: Ordered, high: Ordered) => Compared, "Below the first or above the second.", "duration !between (0ms .. 1s)";
    op In ["in"], (value: Any, list: Any) rest => Compared, "Equal to one of the list.", "customer.tier in (\"gold\", \"platinum\")";
    op NotIn ["!in"], (value: Any, list: Any) rest => Compared, "Equal to none of the list.", "customer.tier !in (\"free\", \"silver\")";
    op InIgnoreCase ["in~"], (value: String, list: String) rest => BOOL, "One of the list, whatever the case.", "severity in~ (\"error\", \"fatal\")";
    op NotInIgnoreCase ["!in~"], (value: String, list: String) rest => BOOL, "None of the list, whatever the case.", "severity !in~ (\"info\", \"debug\")";
};

#[rustfmt::skip]
pub(super) const FINDING: &[FunctionRow] = table! {
    op EqualIgnoreCase ["=~"], (left: String, right: String) => BOOL, "Equal, whatever the case.", "severity =~ \"error\"";
    op NotEqualIgnoreCase ["!~"], (left: String, right: String) => BOOL, "Not equal, whatever the case.", "severity !~ \"info\"";
    op Has ["has"], (text: String, term: String) => BOOL, "Contains the whole term (letters and digits between other signs), whatever the case.", "body has \"timeout\"";
    op NotHas ["!has"], (text: String, term: String) => BOOL, "Does not contain the whole term.", "body !has \"health\"";
    op HasCs ["has_cs"], (text: String, term: String) => BOOL, "Contains the whole term, case as written.", "body has_cs \"OOM\"";
    op NotHasCs ["!has_cs"], (text: String, term: String) => BOOL, "Does not contain the whole term, case as written.", "body !has_cs \"OOM\"";
    op HasAny ["has_any"], (text: String, terms: Strings) rest => BOOL, "Contains one of the whole terms.", "body has_any (\"timeout\", \"refused\")";
    op HasAll ["has_all"], (text: String, terms: Strings) rest => BOOL, "Contains all of the whole terms.", "body has_all (\"card\", \"declined\")";
    op HasPrefix ["hasprefix"], (text: String, term: String) => BOOL, "Contains a term that begins so.", "body hasprefix \"time\"";
    op NotHasPrefix ["!hasprefix"], (text: String, term: String) => BOOL, "Contains no term that begins so.", "body !hasprefix \"time\"";
    op HasPrefixCs ["hasprefix_cs"], (text: String, term: String) => BOOL, "Contains a term that begins so, case as written.", "body hasprefix_cs \"Time\"";
    op NotHasPrefixCs ["!hasprefix_cs"], (text: String, term: String) => BOOL, "Contains no term that begins so, case as written.", "body !hasprefix_cs \"Time\"";
    op HasSuffix ["hassuffix"], (text: String, term: String) => BOOL, "Contains a term that ends so.", "body hassuffix \"out\"";
    op NotHasSuffix ["!hassuffix"], (text: String, term: String) => BOOL, "Contains no term that ends so.", "body !hassuffix \"out\"";
    op HasSuffixCs ["hassuffix_cs"], (text: String, term: String) => BOOL, "Contains a term that ends so, case as written.", "body hassuffix_cs \"Out\"";
    op NotHasSuffixCs ["!hassuffix_cs"], (text: String, term: String) => BOOL, "Contains no term that ends so, case as written.", "body !hassuffix_cs \"Out\"";
    op Contains ["contains"], (text: String, part: String) => BOOL, "Contains the text anywhere, whatever the case.", "url.path contains \"cart\"";
    op NotContains ["!contains"], (text: String, part: String) => BOOL, "Does not contain the text.", "url.path !contains \"health\"";
    op ContainsCs ["contains_cs"], (text: String, part: String) => BOOL, "Contains the text, case as written.", "body contains_cs \"Exception\"";
    op NotContainsCs ["!contains_cs"], (text: String, part: String) => BOOL, "Does not contain the text, case as written.", "body !contains_cs \"Exception\"";
    op StartsWith ["startswith"], (text: String, part: String) => BOOL, "Begins with the text, whatever the case.", "http.route startswith \"/api\"";
    op NotStartsWith ["!startswith"], (text: String, part: String) => BOOL, "Does not begin with the text.", "http.route !startswith \"/api\"";
    op StartsWithCs ["startswith_cs"], (text: String, part: String) => BOOL, "Begins with the text, case as written.", "customer.id startswith_cs \"c-\"";
    op NotStartsWithCs ["!startswith_cs"], (text: String, part: String) => BOOL, "Does not begin with the text, case as written.", "customer.id !startswith_cs \"c-\"";
    op EndsWith ["endswith"], (text: String, part: String) => BOOL, "Ends with the text, whatever the case.", "url.path endswith \".js\"";
    op NotEndsWith ["!endswith"], (text: String, part: String) => BOOL, "Does not end with the text.", "url.path !endswith \".js\"";
    op EndsWithCs ["endswith_cs"], (text: String, part: String) => BOOL, "Ends with the text, case as written.", "body endswith_cs \"OK\"";
    op NotEndsWithCs ["!endswith_cs"], (text: String, part: String) => BOOL, "Does not end with the text, case as written.", "body !endswith_cs \"OK\"";
    op MatchesRegex ["matches regex"], (text: String, pattern: Pattern) => BOOL, "The regular expression matches somewhere in the text.", "body matches regex @\"took \\d{4,} ms\"";
};
