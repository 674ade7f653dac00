//! What is said of configurations, as data: the line, what is marked, the sentence, and the text after the first fix.

use std::time::Duration;

use expect_test::{Expect, expect};
use syntax::{Severity, Type};

use super::keys::{self, Key, Shape};
use super::*;

const PATH: &str = "/team/headwater.toml";

fn check(text: &str, expected: Expect) {
    let there = |path: &Path| !path.to_string_lossy().contains("missing");
    let (_, findings) = Config::read(text, Path::new(PATH), &there);
    let mut said = String::new();
    for found in &findings {
        let (start, end) = (usize::from(found.range.start()), usize::from(found.range.end()));
        let line = text[..start].matches('\n').count() + 1;
        let severity = format!("{:?}", found.severity).to_lowercase();
        said.push_str(&format!(
            "{line}: [{}] {severity}[{}] {}\n",
            &text[start..end],
            found.code.slug(),
            found.message
        ));
        if let Some(help) = &found.help {
            said.push_str(&format!("   help: {help}\n"));
        }
        if let Some(fix) = found.fixes.first() {
            let mut fixed = text.to_owned();
            for edit in &fix.edits {
                fixed.replace_range(usize::from(edit.range.start())..usize::from(edit.range.end()), &edit.text);
            }
            let line = fixed.lines().nth(line - 1).unwrap_or("");
            said.push_str(&format!("   fix: {line}\n"));
        }
    }
    expected.assert_eq(&said);
}

#[test]
fn unknown_words_get_the_nearest_that_is_known() {
    check(
        "[sources.a]\nurl = \"demo:shop\"\nuri = \"demo:shop\"\n[runner.limits]\ngroop = 5\n[source.b]\nurl = 'x'\n[spans]\nuri = \"demo:shop\"\n",
        expect![[r#"
            2: [url] error[unknown-key] a source has no `url`
               help: did you mean `uri`?
               fix: uri = "demo:shop"
            5: [groop] error[unknown-key] `limits` has no `groop`
               help: did you mean `groups`?
               fix: groups = 5
            6: [source] error[unknown-key] `headwater.toml` has no `source`
               help: did you mean `sources`?
               fix: [sources.b]
            8: [spans] error[unknown-key] `spans` stands alone, and sources stand below `sources`
               help: write `[sources.spans]`
               fix: [sources.spans]
        "#]],
    );
}

#[test]
fn addresses_are_blamed_where_they_are_wrong() {
    check(
        "[sources]\na.uri = \"access.jsonl\"\nb.uri = \"kafka:topic\"\nc.uri = \"demo:shop?rate=5&sed=7\"\n\
         d.uri = \"demo:shop?rate=0\"\ne.uri = \"file:a?format=jsom\"\nf.uri = \"demo:shopp\"\ng.uri = \"fil:x\"\n\
         h.uri = \"stdin:?lateness=2\"\ni.uri = 7\nj.uri = \"demo:shop?signal=spams\"\nl.uri = \"127.0.0.1:4317\"\nk.doc = \"none\"\n",
        expect![[r#"
            2: [access.jsonl] error[bad-config] `access.jsonl` is not a source's address; expected one such as `demo:shop?seed=7&rate=2000`, `file:access.jsonl?follow=true`, `replay:incident.jsonl.zst?speed=10x`, `stdin:`, `otlp:127.0.0.1:4317`
               fix: a.uri = "file:access.jsonl"
            3: [kafka] error[bad-config] there are no `kafka:` sources; there are `demo:shop?seed=7&rate=2000`, `file:access.jsonl?follow=true`, `replay:incident.jsonl.zst?speed=10x`, `stdin:`, `otlp:127.0.0.1:4317`
            4: [sed] error[bad-config] `demo:` sources have no parameter `sed`; they have `seed`, `rate`, `history`, `start`, `events`, `signal`, `timestamp`, `lateness`; did you mean `seed`?
               fix: c.uri = "demo:shop?rate=5&seed=7"
            5: [0] error[bad-config] `rate` is `0`, expected events per second, above 0
            6: [jsom] error[bad-config] `format` is `jsom`, expected json, logfmt, csv, tsv or text
               fix: e.uri = "file:a?format=json"
            7: [shopp] error[bad-config] there is no `demo:shopp`; there is `demo:shop`
               fix: f.uri = "demo:shop"
            8: [fil] error[bad-config] there are no `fil:` sources; there are `demo:shop?seed=7&rate=2000`, `file:access.jsonl?follow=true`, `replay:incident.jsonl.zst?speed=10x`, `stdin:`, `otlp:127.0.0.1:4317`
               fix: g.uri = "file:x"
            9: [2] error[bad-config] `lateness` is `2`, expected a timespan such as `2s`
            10: [7] error[bad-config] `uri` is a number, expected a source's address in quotes
            11: [spams] error[bad-config] `signal` is `spams`, expected one of spans, logs, metrics, deploys
               fix: j.uri = "demo:shop?signal=spans"
            12: [127.0.0.1:4317] error[bad-config] there are no `127.0.0.1:` sources; there are `demo:shop?seed=7&rate=2000`, `file:access.jsonl?follow=true`, `replay:incident.jsonl.zst?speed=10x`, `stdin:`, `otlp:127.0.0.1:4317`
               fix: l.uri = "otlp:127.0.0.1:4317"
            13: [k] error[bad-config] the source `k` has no `uri`
               help: write `uri = "…"`, with an address such as `demo:shop?seed=7&rate=2000`, `file:access.jsonl?follow=true`, `replay:incident.jsonl.zst?speed=10x`, `stdin:`, `otlp:127.0.0.1:4317`
        "#]],
    );
}

#[test]
fn files_that_are_not_there() {
    check(
        "[sources]\na.uri = \"file:missing.jsonl?format=json\"\nb.uri = \"file:missing.log?follow=true\"\nc.uri = \"file:there\"\n",
        expect![[r#"
            2: [missing.jsonl] warning[missing-file] there is no file `missing.jsonl`
               help: a relative path begins at this file's folder
            3: [missing.log] hint[missing-file] there is no file `missing.log`
               help: the source waits until it comes
        "#]],
    );
}

#[test]
fn fields() {
    check(
        "[sources.a]\nuri = \"file:x\"\n[sources.a.fields]\na = { type = \"number\" }\nb = \"long\"\nc = { typ = \"long\" }\n\
         d.e = { type = \"strin\" }\nf = { type = \"real\", values = [\"a\", \"b\", \"a\", 1] }\n\
         \"http.status_code\" = { type = \"long\" }\nhttp.method = { type = \"string\" }\nhttp.route.x.type = \"string\"\ng = { doc = \"none\" }\n",
        expect![[r#"
            4: ["number"] error[bad-config] field `a` has the type `number`; the types are bool, long, real, string, datetime, timespan, dynamic
               help: did you mean `long`?
               fix: a = { type = "long" }
            5: ["long"] error[bad-config] `b` is a text, expected a table
               fix: b = { type = "long" }
            6: [typ] error[unknown-key] a field has no `typ`
               help: did you mean `type`?
               fix: c = { type = "long" }
            7: [d.e] error[bad-config] the field `d.e` is written as tables within tables
               help: write it in quotes: `"d.e"`
               fix: "d.e" = { type = "strin" }
            8: ["a"] warning[duplicate-name] `a` is listed a second time
               help: remove one
            8: [1] error[bad-config] `values` is a number, expected a text in quotes
               fix: f = { type = "real", values = ["a", "b", "a", "1"] }
            9: ["http.status_code"] hint[renamed-field] OpenTelemetry has renamed `http.status_code` to `http.response.status_code`
               help: if what is sent has the new name, declare that
               fix: "http.response.status_code" = { type = "long" }
            10: [http.method] error[bad-config] the field `http.method` is written as tables within tables
               help: write it in quotes: `"http.method"`
               fix: "http.method" = { type = "string" }
            11: [http.route.x] error[bad-config] the field `http.route.x` is written as tables within tables
               help: write it in quotes: `"http.route.x"`
               fix: "http.route.x".type = "string"
            12: [g] error[bad-config] the field `g` has no `type`
               help: the types are bool, long, real, string, datetime, timespan, dynamic
        "#]],
    );
}

#[test]
fn values_of_the_wrong_kind() {
    check(
        "[sources.a]\nuri = \"demo:shop\"\nopen = \"yes\"\nlateness = 2\ndoc = 5\n[sources.b]\nuri = \"demo:shop\"\nlateness = \"2\"\ntimestamp = true\n\
         [sources.c]\nuri = \"demo:shop\"\nlateness = \"-2s\"\n[sources.d]\nuri = \"demo:shop\"\nlateness = \"soon\"\nfields = []\n\
         [runner]\nlimits = 7\nrecent.bytes = 0\nrecent.age = \"much\"\n",
        expect![[r#"
            3: ["yes"] error[bad-config] `open` is a text, expected true or false
               fix: open = true
            4: [2] error[unit-missing] `lateness` is `2`, which says no unit
               help: write `"2s"` for seconds
               fix: lateness = "2s"
            5: [5] error[bad-config] `doc` is a number, expected a text in quotes
               fix: doc = "5"
            8: ["2"] error[unit-missing] `lateness` is `2`, which says no unit
               help: write `"2s"` for seconds
               fix: lateness = "2s"
            9: [true] error[bad-config] `timestamp` is true or false, expected a field's name
               fix: timestamp = "true"
            12: ["-2s"] error[bad-config] `lateness` is `-2s`, and time does not go back
            15: ["soon"] error[bad-config] `lateness` is `soon`, expected a timespan such as `2s`
            16: [[]] error[bad-config] `fields` is a list, expected a table
            18: [7] error[bad-config] `limits` is a number, expected a table
            19: [0] error[bad-config] `recent.bytes` is a number, expected a size such as `"64MiB"`
               fix: recent.bytes = "0"
            20: ["much"] error[bad-config] `recent.age` is `much`, expected a timespan such as `15m`
        "#]],
    );
}

#[test]
fn limits() {
    check(
        "[runner.limits]\nflows = 0\ngroups = -5\nwindows = 99999999999999999999\nstate = \"2GiB\"\ntotal_state = \"much\"\nevents = \"7\"\ntime = \"8\"\nrows_per_second = 0x10\n",
        expect![[r#"
            2: [0] error[bad-config] `limits.flows` is 0, expected at least 1: nothing could run
            3: [-5] error[bad-config] `limits.groups` is -5, expected at least 1
            4: [99999999999999999999] error[bad-config] `limits.windows` is 99999999999999999999, expected a number that can be counted to
            6: ["much"] error[bad-config] `limits.total_state` is `much`, expected a size such as `1GiB`
            7: ["7"] error[bad-config] `limits.events` is a text, expected a whole number, at least 1
               fix: events = 7
            8: ["8"] error[unit-missing] `limits.time` is `8`, which says no unit
               help: write `"8s"` for seconds
               fix: time = "8s"
        "#]],
    );
}

#[test]
fn what_is_not_toml() {
    check(
        "[sources.a]\nur\nuri = demo\nopen = ture\nopen = false\ndoc =\n[sources.a]\nuri = \"file:x\n[sources.b\nuri = \"demo:shop\"\n",
        expect![[r#"
            2: [ur] error[bad-config] this is not TOML: key with no value, expected `=`
               help: write `key = value`
            3: [demo] error[bad-config] this is not TOML: string values must be quoted, expected literal string
               help: texts stand in quotes
               fix: uri = "demo"
            4: [ture] error[bad-config] this is not TOML: invalid boolean, expected `true`
               help: write `true` or `false`
            5: [open] error[duplicate-name] `open` is there a second time
               help: remove one
            6: [doc =] error[bad-config] this is not TOML: string values must be quoted, expected literal string
               help: write a value after the `=`
            7: [a] error[duplicate-name] `a` is there a second time
               help: remove one
            8: [uri] error[duplicate-name] `uri` is there a second time
               help: remove one
            8: [uri = "file:x] error[bad-config] this is not TOML: invalid basic string, expected `"`
            9: [[sources.b] error[bad-config] this is not TOML: unclosed table, expected `]`
        "#]],
    );
}

#[test]
fn what_is_wrong_keeps_nothing_else_from_being_known() {
    let text = "[sources.a]\nuri = \"kafka:x\"\nfields.x = { type = \"long\" }\n[sources.b]\nlate\nuri = \"file:b.jsonl\"\nlateness = \"5s\"\n";
    let (config, findings) = Config::read(text, Path::new(PATH), &|_| true);
    assert_eq!(findings.iter().filter(|found| found.severity == Severity::Error).count(), 2, "{findings:#?}");
    let a = config.sources.get("a").expect("it is declared");
    assert!(a.schema().field("x").is_some() && a.open);
    assert_eq!(
        config.sources.get("b").map(|b| (b.lateness, b.uri.rest.as_str())),
        Some((5_000_000_000, "/team/b.jsonl"))
    );
    assert!(Config::parse(text, Path::new(PATH)).is_err(), "but nothing runs with it");
}

/// All keys, each with the table it stands in.
fn keys(table: &str, known: &'static [Key], out: &mut Vec<(String, &'static Key)>) {
    for key in known {
        match key.shape {
            Shape::Table(inner) => keys(&format!("{table}{}.", key.name), inner, out),
            Shape::Named(_, inner) => keys(&format!("{table}{}.x.", key.name), inner, out),
            _ => out.push((table.to_owned(), key)),
        }
    }
}

#[test]
fn every_keys_example_and_default_is_right() {
    let mut all = Vec::new();
    keys("", keys::ROOT, &mut all);
    assert!(all.len() > 20, "{}", all.len());
    for (table, key) in all {
        for value in [key.example, key.default].into_iter().filter(|value| !value.is_empty()) {
            let text = |name: &str, value: &str| format!("{table}{name} = {value}\n");
            let mut config = text(key.name, value);
            for (needs, name, value) in
                [("sources.x.", "uri", "\"demo:shop\""), ("sources.x.fields.x.", "type", "\"long\"")]
            {
                if table.starts_with(needs) && !(table == needs && key.name == name) {
                    config.push_str(&format!("{needs}{name} = {value}\n"));
                }
            }
            let (_, findings) = Config::read(&config, Path::new(PATH), &|_| true);
            assert!(findings.is_empty(), "{config}\n{findings:#?}");
        }
        assert!(!key.example.is_empty() && key.doc.ends_with('.'), "{}", key.name);
    }
}

/// Said of the defaults is what holds.
#[test]
fn the_defaults_are_those_of_the_runner() {
    let mut all = Vec::new();
    keys("", keys::ROOT, &mut all);
    let said = |name: &str| {
        let key = all.iter().find(|(_, key)| key.name == name).map(|(_, key)| key.default.trim_matches('"'));
        key.expect("it is a key").to_owned()
    };
    let (limits, keep) = (Limits::default(), Keep::default());
    let size = |name: &str| syntax::literal::parse_size(&said(name)).expect("a size") as usize;
    let span = |name: &str| syntax::literal::parse_timespan(&said(name)).expect("a timespan") as u128;
    assert_eq!(
        (size("state"), size("total_state"), size("bytes")),
        (limits.stage.state_bytes, limits.total_state, keep.bytes)
    );
    assert_eq!((span("age"), span("linger")), (keep.age.as_nanos(), keep.linger.as_nanos()));
    assert_eq!(said("flows"), limits.flows.to_string());
    assert_eq!(said("groups"), limits.stage.groups.to_string());
    assert_eq!(said("windows"), limits.stage.windows.to_string());
    assert_eq!(said("rows_per_second"), limits.rows_per_second.to_string());
    assert_eq!(span("lateness"), syntax::source::DEFAULT_LATENESS as u128);
}

const FULL: &str = "# all\n[sources.spans]\nuri = \"otlp:127.0.0.1:4317?signal=spans\"\nlateness = \"2s\"\n\
    [sources.spans.fields]\n\"service.name\" = { type = \"string\", values = [\"a\", \"ü\"] }\nhttp.x = { type = \"long\" }\n\
    [runner.limits]\nflows = 5\nstate = \"16MiB\"\n";

proptest::proptest! {
    /// Any piece taken out of or put into a configuration leaves findings within the text, whose fixes can be made.
    #[test]
    fn any_text_has_findings_at_its_places(from in 0..FULL.len(), to in 0..FULL.len(), put in r#"[\[\]{}=."'\n a7üé#:?&]{0,4}"#) {
        let char = |at: usize| (0..=at).rev().find(|at| FULL.is_char_boundary(*at)).unwrap_or(0);
        let (from, to) = (char(from.min(to)), char(from.max(to)));
        let text = format!("{}{put}{}", &FULL[..from], &FULL[to..]);
        let (_, findings) = Config::read(&text, Path::new(PATH), &|_| false);
        for found in findings {
            let edits = found.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.range);
            for range in edits.chain([found.range]) {
                assert!(text.get(usize::from(range.start())..usize::from(range.end())).is_some(), "{text}\n{found:?}");
            }
        }
    }
}

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("/team/headwater.toml")).map_err(|error| error.to_string())
}

#[test]
fn declares_fields_and_resolves_paths() {
    let config = parse(
        r#"
        [sources.access]
        uri = "file:logs/access.jsonl"
        lateness = "5s"
        timestamp = "time"
        [sources.access.fields]
        status = { type = "long", doc = "HTTP status" }
        "#,
    )
    .expect("it is right");
    let access = config.sources.get("access").expect("declared");
    assert_eq!(access.uri.rest, "/team/logs/access.jsonl");
    assert_eq!(access.lateness, 5_000_000_000);
    assert_eq!(access.schema().field("status").map(|field| field.ty), Some(Type::Long));
    assert!(config.sources.get("spans").is_none(), "no simulated source beside declared ones");
}

#[test]
fn says_what_is_wrong() {
    let wrong = parse("[sources.a]\nuri = \"file:x\"\nfields.b = { type = \"number\" }").expect_err("no such type");
    assert!(wrong.contains("`b` has the type `number`; the types are bool, long"), "{wrong}");
    let wrong = parse("[sources.a]\nuri = \"file:x\"\ncommand = \"rm\"").expect_err("no such key");
    assert_eq!(
        wrong,
        "/team/headwater.toml:3:1: a source has no `command`; here there are `uri`, `doc`, `owner`, `lateness`, \
         `timestamp`, `open`, `fields`"
    );
}

#[test]
fn says_what_of_the_past_is_kept() {
    let keep = parse("[runner.recent]\nbytes = \"16MiB\"\nage = \"5m\"").expect("it is right").keep;
    assert_eq!((keep.bytes, keep.age.as_secs(), keep.linger.as_secs()), (16 << 20, 300, 30));
    assert_eq!(parse("[runner.recent]\nbytes = \"0\"").expect("it is right").keep.bytes, 0);
    let wrong = parse("[runner.recent]\nage = \"soon\"").expect_err("no time");
    assert!(wrong.contains("`recent.age` is `soon`, expected a timespan such as `15m`"), "{wrong}");
}

#[test]
fn says_what_flows_may_use() {
    let text = "[runner.limits]\nstate = \"16MiB\"\ngroups = 500\ntime = \"8h\"\nrows_per_second = 10";
    let limits = parse(text).expect("it is right").limits;
    assert_eq!((limits.stage.state_bytes, limits.stage.groups, limits.rows_per_second), (16 << 20, 500, 10));
    assert_eq!((limits.time, limits.events), (Some(Duration::from_secs(8 * 3600)), None));
    let wrong = |text: &str| parse(&format!("[runner.limits]\n{text}")).expect_err("it is wrong");
    assert!(wrong("total_state = \"much\"").contains("expected a size such as `1GiB`"));
    assert!(wrong("groups = 0").contains("`limits.groups` is 0, expected at least 1"));
    assert!(wrong("group = 5").contains("`limits` has no `group`; did you mean `groups`?"));
}

#[test]
fn without_sources_there_is_the_shop() {
    assert!(parse("").expect("empty is right").sources.get("spans").is_some());
}
