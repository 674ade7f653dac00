//! How calls, windows and stages are written, and when that is shown.

use expect_test::{Expect, expect};
use lsp::features::signature::{self, Asked};

use crate::block;

/// One line for each text: the part at the cursor in brackets.
fn check(texts: &str, asked: Asked<'_>, expected: Expect) {
    let mut said = String::new();
    for text in texts.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (document, cursor) = block(text);
        let shown = signature::signature(&document, cursor, asked).map_or("–".to_owned(), |it| {
            let (start, end) = it.params.get(it.active).copied().unwrap_or_default();
            format!("{}[{}]{}", &it.label[..start], &it.label[start..end], &it.label[end..])
        });
        said.push_str(&format!("{text}\n    {shown}\n"));
    }
    expected.assert_eq(&said);
}

#[test]
fn calls_follow_the_argument() {
    let texts = r#"
        spans | summarize percentile($0
        spans | summarize percentile(duration, $0
        spans | summarize percentile(duration, 99)$0
        spans | extend a = iff(duration > 1s, strcat("a", $0
        spans | extend a = strcat("a", "b", $0
        spans | where not($0
        spans | extend a = f($0
        spans | extend a = case(duration > 1s, $0
        spans | extend a = case(duration > 1s, "slow", $0
        "#;
    check(
        texts,
        Asked::Typed,
        expect![[r#"
            spans | summarize percentile($0
                percentile([value: number or datetime or timespan], percent: number) → as its argument
            spans | summarize percentile(duration, $0
                percentile(value: number or datetime or timespan, [percent: number]) → as its argument
            spans | summarize percentile(duration, 99)$0
                –
            spans | extend a = iff(duration > 1s, strcat("a", $0
                strcat([value: any], …) → string
            spans | extend a = strcat("a", "b", $0
                strcat([value: any], …) → string
            spans | where not($0
                –
            spans | extend a = f($0
                –
            spans | extend a = case(duration > 1s, $0
                case(condition: bool, [then: any], …, otherwise: any) → as its arguments
            spans | extend a = case(duration > 1s, "slow", $0
                case([condition: bool], then: any, …, otherwise: any) → as its arguments
        "#]],
    );
    check(
        "spans | where not($0",
        Asked::Explicitly,
        expect![[r#"
        spans | where not($0
            where [PREDICATE]
    "#]],
    );
    check(
        "spans | summarize percentile(duration, $0",
        Asked::Showing("elsewhere"),
        expect![[r#"
        spans | summarize percentile(duration, $0
            percentile(value: number or datetime or timespan, [percent: number]) → as its argument
    "#]],
    );
}

#[test]
fn windows_follow_the_named_argument() {
    check(
        r#"
        spans | summarize count() by bin($0
        spans | summarize count() by bin(timestamp, $0
        spans | summarize count() by hop(timestamp, $0
        spans | summarize count() by hop(timestamp, size=1m, $0
        spans | summarize count() by hop(timestamp, size=1m, every=$0
        spans | summarize count() by hop(timestamp, every=10s, size=$0
        spans | summarize count() by hop(timestamp, every=10s, $0
        spans | summarize count() by hop(every=10s, $0
        spans | summarize count() by name, session(timestamp, max=1h, gap=bin($0
        spans | summarize count() by name, session(timestamp, max=1h$0
        spans | extend a = bin(timestamp, $0
        "#,
        Asked::Typed,
        expect![[r#"
            spans | summarize count() by bin($0
                bin([time: datetime], size: timespan) → datetime
            spans | summarize count() by bin(timestamp, $0
                bin(time: datetime, [size: timespan]) → datetime
            spans | summarize count() by hop(timestamp, $0
                hop(time: datetime, [size=timespan], every=timespan) → datetime
            spans | summarize count() by hop(timestamp, size=1m, $0
                hop(time: datetime, size=timespan, [every=timespan]) → datetime
            spans | summarize count() by hop(timestamp, size=1m, every=$0
                hop(time: datetime, size=timespan, [every=timespan]) → datetime
            spans | summarize count() by hop(timestamp, every=10s, size=$0
                hop(time: datetime, [size=timespan], every=timespan) → datetime
            spans | summarize count() by hop(timestamp, every=10s, $0
                hop(time: datetime, [size=timespan], every=timespan) → datetime
            spans | summarize count() by hop(every=10s, $0
                hop([time: datetime], size=timespan, every=timespan) → datetime
            spans | summarize count() by name, session(timestamp, max=1h, gap=bin($0
                bin([time: datetime], size: timespan) → datetime
            spans | summarize count() by name, session(timestamp, max=1h$0
                session(time: datetime, gap=timespan, [max=timespan]) → datetime
            spans | extend a = bin(timestamp, $0
                bin(value: number or datetime or timespan, [size: number or timespan]) → as value
        "#]],
    );
}

#[test]
fn stages_follow_their_clauses() {
    check(
        r#"
        spans | whe$0re
        spans | where $0
        spans | summarize $0
        spans | summarize a = count(), $0
        spans | summarize count() by $0
        spans | summarize count() by name, $0
        spans | top $0
        spans | top 5 by $0
        spans | top-hitters 5 of $0
        spans | top-hitters 5 of name by $0
        spans | extend $0
        spans | extend a = $0
        spans | extend a = 1, $0
        spans | project a = $0
        spans | join $0
        spans | join kind=$0
        spans | join kind=inner $0
        spans | join kind=inner (logs) $0
        spans | join kind=inner (logs) on $0
        spans | join kind=inner (logs) on trace.id within $0
        spans | join kind=inner (logs | take $0
        spans | parse $0
        spans | parse name with $0
        spans | parse-kv name as (a: long) $0
        spans | mv-expand name to typeof($0
        spans | sample 10% by $0
        spans | lookup owners on $0
        spans | sort by duration $0
        spans | render $0
        spans | render timechart with ($0
        spans | render timechart with (title=$0
        spans | render timechart with (title="a", $0
        spans | render timechart with (xcolumn=timestamp, title="a", $0
        spans | count $0
        spans $0
        $0
        "#,
        Asked::Explicitly,
        expect![[r#"
            spans | whe$0re
                –
            spans | where $0
                where [PREDICATE]
            spans | summarize $0
                summarize [AGGREGATE], … by KEY, …
            spans | summarize a = count(), $0
                summarize [AGGREGATE], … by KEY, …
            spans | summarize count() by $0
                summarize AGGREGATE, … by [KEY], …
            spans | summarize count() by name, $0
                summarize AGGREGATE, … by [KEY], …
            spans | top $0
                top [N] by KEY
            spans | top 5 by $0
                top N by [KEY]
            spans | top-hitters 5 of $0
                top-hitters N of [KEY] [by WEIGHT]
            spans | top-hitters 5 of name by $0
                top-hitters N of KEY [by [WEIGHT]]
            spans | extend $0
                extend [NAME] = EXPRESSION, …
            spans | extend a = $0
                extend NAME = [EXPRESSION], …
            spans | extend a = 1, $0
                extend [NAME] = EXPRESSION, …
            spans | project a = $0
                project [NAME =] [EXPRESSION], …
            spans | join $0
                join kind=[KIND] (PIPELINE) on KEY within SPAN
            spans | join kind=$0
                join kind=[KIND] (PIPELINE) on KEY within SPAN
            spans | join kind=inner $0
                join kind=KIND ([PIPELINE]) on KEY within SPAN
            spans | join kind=inner (logs) $0
                join kind=KIND ([PIPELINE]) on KEY within SPAN
            spans | join kind=inner (logs) on $0
                join kind=KIND (PIPELINE) on [KEY] within SPAN
            spans | join kind=inner (logs) on trace.id within $0
                join kind=KIND (PIPELINE) on KEY within [SPAN]
            spans | join kind=inner (logs | take $0
                take [N]
            spans | parse $0
                parse [EXPRESSION] with PATTERN
            spans | parse name with $0
                parse EXPRESSION with [PATTERN]
            spans | parse-kv name as (a: long) $0
                parse-kv EXPRESSION as ([NAME]: TYPE, …)
            spans | mv-expand name to typeof($0
                mv-expand NAME [to typeof([TYPE])], … [limit N]
            spans | sample 10% by $0
                sample P% [by [KEY]]
            spans | lookup owners on $0
                lookup [kind=inner] TABLE on [KEY]
            spans | sort by duration $0
                sort by [KEY] asc|desc
            spans | render $0
                render [KIND] [with (title=…, xcolumn=…, ycolumns=…, series=…, weight=…)]
            spans | render timechart with ($0
                render KIND [with ([title=…], xcolumn=…, ycolumns=…, series=…, weight=…)]
            spans | render timechart with (title=$0
                render KIND [with ([title=…], xcolumn=…, ycolumns=…, series=…, weight=…)]
            spans | render timechart with (title="a", $0
                render KIND [with (title=…, [xcolumn=…], ycolumns=…, series=…, weight=…)]
            spans | render timechart with (xcolumn=timestamp, title="a", $0
                render KIND [with (title=…, xcolumn=…, [ycolumns=…], series=…, weight=…)]
            spans | count $0
                []count
            spans $0
                –
            $0
                –
        "#]],
    );
}

#[test]
fn a_stage_shows_by_itself_only_behind_its_word() {
    check(
        r#"
        spans | summarize$0
        spans | summarize $0
        spans | summarize co$0
        spans | summarize count() $0
        spans | summarize count() by $0
        spans | where a = $0
        "#,
        Asked::Typed,
        expect![[r#"
            spans | summarize$0
                –
            spans | summarize $0
                summarize [AGGREGATE], … by KEY, …
            spans | summarize co$0
                summarize [AGGREGATE], … by KEY, …
            spans | summarize count() $0
                –
            spans | summarize count() by $0
                –
            spans | where a = $0
                –
        "#]],
    );
    check(
        r#"
        spans | top 5 $0
        spans | top 5 by $0
        spans | take $0
        "#,
        Asked::Showing("top N by KEY"),
        expect![[r#"
            spans | top 5 $0
                top [N] by KEY
            spans | top 5 by $0
                top N by [KEY]
            spans | take $0
                –
        "#]],
    );
}
