//! Help, colours, completions, plans, and what there is to ask.

use crate::binary::Folder;

#[test]
fn every_command_teaches_by_example() {
    let folder = Folder::new(&[]);
    assert!(folder.run(&["--help"]).clean().contains("Exit codes: 0 done and clean"));
    for command in [
        "run",
        "query",
        "check",
        "fmt",
        "explain",
        "serve",
        "sources",
        "help-language",
        "different",
        "explain-code",
        "completions",
    ] {
        let help = folder.run(&[command, "--help"]).clean();
        assert!(help.contains(&format!("headwater {command} ")), "{help}");
        assert!(help.contains("Examples:"), "{help}");
    }
    assert!(folder.run(&["qurey"]).failed().contains("query"), "did you mean");
}

#[test]
fn colours_are_for_who_wants_them() {
    let folder = Folder::new(&[]);
    let wrong = ["query", "spans | wher x"];
    assert!(!folder.run(&wrong).failed().contains('\x1b'), "a pipe has none");
    let always = folder.run(&["query", "spans | wher x", "--color", "always"]).failed();
    assert!(always.contains("\x1b["), "{always}");
    let never = folder.command(&["query", "spans | wher x", "--color", "auto"]).env("NO_COLOR", "1").output();
    assert!(!never.expect("it starts").stderr.contains(&b'\x1b'));
}

#[test]
fn shells_get_completions() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(folder.run(&["completions", shell]).clean().contains("headwater"), "{shell}");
    }
}

#[test]
fn what_was_seen_is_kept_for_review_and_checked_against() {
    let folder = Folder::new(&[
        ("headwater.toml", b"[sources.access]\nuri = \"file:access.jsonl\"\n"),
        ("access.jsonl", b"{\"region\":\"eu\",\"code\":200}\n{\"region\":\"us\",\"code\":500}\n"),
        (
            "a.md",
            b"```headwater\naccess | where regoin == \"eu\"\n```\n\n```headwater\naccess | where region == 5\n```\n",
        ),
    ]);
    assert_eq!(folder.run(&["check", "a.md"]).code, 0, "nobody knows its fields");
    folder.run(&["sources", "--save"]).clean();
    let kept = folder.read("headwater.snapshot.toml");
    let line = "region = { type = \"string\", has = 100, distinct = 2, values = { eu = 50, us = 50 } }";
    assert!(kept.contains(line), "{kept}");
    folder.run(&["sources", "--save"]).clean();
    assert_eq!(folder.read("headwater.snapshot.toml"), kept, "the same data change no byte");
    std::fs::write(folder.path("headwater.snapshot.toml"), "<<<<<<< HEAD\n").expect("it can be written");
    assert!(folder.run(&["check", "a.md"]).failed().contains("write it anew with `headwater sources --save`"));
    folder.run(&["sources", "--save"]).clean();
    assert_eq!(folder.read("headwater.snapshot.toml"), kept, "a broken one is written anew");
    let checked = folder.run(&["check", "a.md"]);
    assert_eq!(checked.code, 1, "{}", checked.out);
    assert!(checked.out.contains("`region` is a string, and `5` is not"), "its type is known now: {}", checked.out);
    assert!(checked.out.contains("did you mean `region`?"), "and its name: {}", checked.out);
}

#[test]
fn the_language_is_told_whole_or_by_a_word() {
    let folder = Folder::new(&[]);
    let page = folder.run(&["help-language"]).clean();
    assert_eq!(page, include_str!("../../../syntax/REFERENCE.md"), "the committed page");
    let percentile = folder.run(&["help-language", "percentile"]).clean();
    assert!(percentile.contains("percentile(value") && percentile.contains("→"), "{percentile}");
    assert!(folder.run(&["help-language", "!="]).clean().contains("Not equal"));
    assert!(folder.run(&["help-language", "-"]).clean().contains("Difference"));
    assert!(folder.run(&["help-language", "bin_auto"]).clean().contains("Kusto's, and not here"));
    assert!(folder.run(&["help-language", "unknown-field"]).clean().contains("No field of this name"));
    assert!(folder.run(&["help-language", "percentil"]).failed().contains("did you mean `percentile`?"));
    assert!(folder.run(&["help-language", "xyzzy"]).failed().contains("lists all"));
}

#[test]
fn plans_are_explained() {
    let folder = Folder::new(&[(
        "r.md",
        b"```headwater name=a\nspans | count\n```\n\n```headwater name=b\nlogs | take 1\n```\n",
    )]);
    let plan = folder.run(&["explain", "spans | where duration > 1s | count"]).clean();
    assert!(plan.contains("as written") && plan.contains("as it runs") && plan.contains("duration"), "{plan}");
    let plan = folder.run(&["explain", "r.md"]).clean();
    assert!(plan.contains("## a") && plan.contains("## b"), "{plan}");
    let plan = folder.run(&["explain", "r.md", "b"]).clean();
    assert!(!plan.contains("## a") && plan.contains("read logs"), "{plan}");
    assert!(folder.run(&["explain", "r.md", "c"]).failed().contains("there is no block `c`"));
    assert!(folder.run(&["explain", "spans | wher x"]).failed().contains("did you mean `where`?"));
}

#[test]
fn sources_are_listed_with_what_is_in_them() {
    let folder = Folder::new(&[(
        "a.jsonl",
        b"{\"level\":\"error\",\"n\":1}\n{\"level\":\"info\",\"n\":2}\n{\"level\":\"error\",\"n\":3}\n",
    )]);
    let all = folder.run(&["sources", "--for", "0s"]).clean();
    for source in ["spans", "logs", "metrics", "deploys"] {
        assert!(all.lines().any(|line| line.starts_with(source)), "{all}");
    }
    let one = folder.run(&["sources", "a", "--source", "a=file:a.jsonl"]).clean();
    assert!(one.lines().any(|line| line.starts_with("level") && line.contains("error 67 %")), "{one}");
    let unknown = folder.run(&["sources", "span"]).failed();
    assert_eq!(unknown, "error: there is no source `span`; did you mean `spans`?\n");
}

#[test]
fn the_configuration_is_explained_and_has_a_schema() {
    let folder = Folder::new(&[]);
    let page = folder.run(&["help-config"]).clean();
    assert!(page.contains("## `[sources.NAME]`") && page.contains("- `lateness = \"2s\"`: How long events"), "{page}");
    let one = folder.run(&["help-config", "rows_per_second"]).clean();
    assert!(one.starts_with("`[runner.limits]`\n\n- `rows_per_second = 100000`"), "{one}");
    let wrong = folder.run(&["help-config", "latenes"]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean `lateness`?"), "{}", wrong.err);
    let schema: serde_json::Value =
        serde_json::from_str(&folder.run(&["help-config", "--schema"]).clean()).expect("it is JSON");
    let source = &schema["properties"]["sources"]["additionalProperties"];
    assert_eq!(source["required"], serde_json::json!(["uri"]));
    assert_eq!(source["properties"]["lateness"]["default"], "2s");
    assert_eq!(schema["properties"]["runner"]["properties"]["limits"]["properties"]["flows"]["minimum"], 1);
}

#[test]
fn a_code_is_explained_with_an_example_and_its_fix() {
    let folder = Folder::new(&[]);
    let said = folder.run(&["explain-code", "short-window"]).clean();
    for part in
        ["may come later than the window is long", "> warning: windows of 1s", "> because:", "bin(timestamp, 5s)"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(folder.run(&["explain-code"]).clean().contains("| `unknown-field` |"));
    assert!(folder.run(&["explain-code", "short-windw"]).failed().contains("did you mean `short-window`?"));
}

/// Those of blocks are pasted where the language is tested.
#[test]
fn the_examples_of_configurations_and_runbooks_have_what_they_are_of() {
    use syntax::diagnostic::Language;
    // A runner says these.
    let of_a_runner = ["vanished-field", "changed-type", "unread-field"];
    for code in syntax::Code::ALL.iter().filter(|code| !of_a_runner.contains(&code.slug())) {
        let file = match code.language() {
            Language::Toml => "headwater.toml",
            Language::Markdown if *code != syntax::Code::UnseenField => "book.md",
            // What was seen in a source is no text.
            Language::Markdown | Language::Headwater => continue,
        };
        let folder = Folder::new(&[(file, code.example().as_bytes())]);
        let ended = folder.run(&["check", ".", "--format", "json"]);
        assert!(ended.out.contains(&format!("\"{}\"", code.slug())), "{}: {}{}", code.slug(), ended.out, ended.err);
    }
}

#[test]
fn what_is_different_about_the_failures_is_their_cause() {
    let folder = Folder::new(&[]);
    let shop = "spans=demo:shop?seed=7&rate=1000&start=2026-01-01T00:00:00Z&events=50000";
    let query = "spans | where status == \"error\"";
    let out = folder.run(&["different", query, "--source", shop, "--format", "ndjson"]).clean();
    let first: serde_json::Value = serde_json::from_str(out.lines().next().expect("a difference")).expect("JSON");
    assert!(first["score"].as_f64().is_some_and(|score| score > 0.3), "{out}");
    assert!(!out.contains("\"status\""), "what the filter asks for is left out: {out}");
    let none = folder.run(&["different", "spans | take 5", "--source", shop]).failed();
    assert!(none.contains("no `where`"), "{none}");
}

#[test]
fn a_run_goes_up_to_a_stage() {
    let folder = Folder::new(&[("a.jsonl", b"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n")]);
    let query = "in | project a | where a >= 2 | summarize n = count() by nosuch() | top 1 by";
    let run = |until: &str| {
        folder.run(&["query", query, "--until", until, "--source", "in=file:a.jsonl", "--format", "ndjson", "--quiet"])
    };
    assert_eq!(run("2").clean(), "{\"a\":2}\n{\"a\":3}\n");
    assert_eq!(run("where").clean(), "{\"a\":2}\n{\"a\":3}\n");
    let wrong = run("7").failed();
    assert!(wrong.contains("4 stages (project, where, summarize, top)"), "{wrong}");
    assert!(run("extend").failed().contains("no such stage"));
}

/// The simulated shop gives its past first, as fast as it can be read.
#[test]
fn a_rate_is_that_of_the_events_from_the_start() {
    let said = Folder::new(&[]).run(&["sources", "spans"]).clean();
    let rate = said.lines().find_map(|line| line.split(" · ").find_map(|part| part.strip_suffix(" k/s")));
    let rate: f64 = rate.unwrap_or_else(|| panic!("{said}")).trim().parse().expect("a number");
    assert!((0.5..6.0).contains(&rate), "{rate} k/s of 2 k/s");
}
