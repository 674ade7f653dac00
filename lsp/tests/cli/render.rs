//! `headwater render`: a page that stays, with pictures that need no script.

use crate::binary::{Folder, requests};

const BOOK: &str = "---\nparams:\n  least: 400\n---\n# Access <script>alert(1)</script>\n\n## Over time\n\n\
    ```headwater name=errors\naccess | where status >= least | summarize errors = count() by route, bin(timestamp, 5s) | render timechart with (title=\"Errors <b>\")\n```\n\n\
    ```headwater name=bars\naccess | summarize n = count() by route | render barchart\n```\n\n\
    ```headwater name=pie\naccess | summarize n = count() by route | render piechart\n```\n\n\
    ```headwater name=card\naccess | summarize requests = count() | render card\n```\n\n\
    ```headwater name=shape\naccess | render histogram with (xcolumn=ms)\n```\n\n\
    ```headwater name=map\naccess | render heatmap with (ycolumns=ms)\n```\n\n\
    > ```headwater name=last\n> access | tail 3 | project timestamp, route\n> ```\n\n\
    ```headwater name=none\naccess | where route == \"/nowhere\"\n```\n\nThe end. ![x](https://example.org/x.png)\n";

fn folder() -> Folder {
    let hostile = "{\"timestamp\":\"2026-03-01T12:00:49.99Z\",\"status\":500,\"route\":\"/<script>alert(1)</script>\\u001b[2J\\u202e|\",\"ms\":7}\n";
    let events = [&requests()[..], hostile.as_bytes()].concat();
    let config = b"[sources.access]\nuri = \"otlp:127.0.0.1:4317?signal=logs\"\n[sources.access.fields]\nms = { type = \"long\" }\nroute = { type = \"string\" }\nstatus = { type = \"long\" }\n";
    Folder::new(&[("headwater.toml", config), ("r.md", BOOK.as_bytes()), ("access.jsonl", &events)])
}

#[test]
fn a_page_has_its_pictures_in_it_and_nothing_that_runs() {
    let folder = folder();
    folder.run(&["render", "r.md", "-o", "r.html", "--input", "access.jsonl", "--set", "least=500"]).clean();
    let page = folder.read("r.html");
    for picture in ["errors", "bars", "pie", "shape", "map"] {
        let at = page.find(match picture {
            "errors" => "status &gt;= least",
            "bars" => "render barchart",
            "pie" => "render piechart",
            "shape" => "render histogram",
            _ => "render heatmap",
        });
        let under = &page[at.expect("the block is there")..];
        let figure = &under[..under.find("</figure>").expect("a figure")];
        assert!(
            figure.contains("<svg ")
                && figure.matches("<polyline").count()
                    + figure.matches("<rect").count()
                    + figure.matches("<polygon").count()
                    > 2,
            "{picture}: {figure}"
        );
    }
    assert!(page.contains("<p class=\"title\">Errors &lt;b&gt;</p>"));
    assert!(page.contains("<strong>1,001</strong>"));
    assert!(page.contains("<td>2026-03-01 12:00:49.990</td>") || page.contains("49.990</td>"), "times are UTC");
    assert!(page.contains("class=\"nothing\""), "a block without rows says why");
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    assert!(
        !outside.contains("<script")
            && !outside.contains("src=")
            && !outside.contains("http:")
            && !page.contains("https://example.org"),
        "{page}"
    );
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'));
    // Each tag of a picture is closed.
    assert_eq!(page.matches("<svg ").count(), page.matches("</svg>").count());
}

#[test]
fn markdown_has_the_rows_below_each_block() {
    let folder = folder();
    folder.run(&["render", "r.md", "-o", "out.md", "--input", "access=access.jsonl"]).clean();
    let text = folder.read("out.md");
    assert!(text.starts_with("---\nparams:"), "{text}");
    assert!(text.contains("| route | n |\n") && text.contains("| /r0 | 334 |"), "{text}");
    assert!(text.contains("\n> | timestamp | route |"), "a quote's results are in the quote: {text}");
    assert!(!text.contains('\u{1b}'));
    // It is a runbook again.
    let found = |file: &str| folder.run(&["check", file]).out.matches("error[").count();
    assert_eq!(found("out.md"), found("r.md"));
    assert_eq!(folder.read("r.md"), BOOK);
}

#[test]
fn what_cannot_be_rendered_is_said() {
    let folder = folder();
    let failed = |args: &[&str]| folder.run(&[&["render", "r.md"], args].concat()).failed();
    assert!(failed(&["-o", "r.pdf"]).contains("expected .html or .md"));
    assert!(failed(&["-o", "r.md"]).contains("the output is the runbook itself"));
    assert!(failed(&["-o", "a.html", "--input", "none.jsonl"]).contains("there is no recording `none.jsonl`"));
    assert!(failed(&["-o", "no/a.html", "--input", "access.jsonl"]).contains("cannot write `no/a.html`"));
    let nope = failed(&["-o", "a.html", "--input", "nope=access.jsonl"]);
    assert_eq!(nope, "error: no block reads `nope`; they read access (found `--input nope=access.jsonl`)\n");
    assert!(failed(&["--set", "leest=5"]).contains("did you mean `least`?"));
    std::fs::write(folder.path("broken.md"), BOOK.replace("route == ", "rout == ")).expect("written");
    let ended = folder.run(&["render", "broken.md", "-o", "b.html", "--input", "access.jsonl"]);
    assert_eq!(ended.code, 0, "an open source may have any field: {}", ended.err);
    std::fs::write(folder.path("broken.md"), BOOK.replace("where route", "wher route")).expect("written");
    let ended = folder.run(&["render", "broken.md", "-o", "b.html", "--input", "access.jsonl"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("these blocks do not run: none"), "{}", ended.err);
    let page = folder.read("b.html");
    assert!(page.contains("<svg "), "the others are there");
    let said = "<p class=\"nothing\">this block does not run: there is no stage `wher`; did you mean `where`?</p>";
    assert!(page.contains(said), "{page}");
}

#[test]
fn what_has_another_unit_has_an_axis_of_its_own() {
    let text = "```headwater name=both\naccess | summarize n = count(), worst = max(ms * 1ms), mean = avg(ms) by bin(timestamp, 5s) | render timechart\n```\n";
    let folder = folder();
    std::fs::write(folder.path("two.md"), text).expect("written");
    folder.run(&["render", "two.md", "-o", "two.html", "--input", "access.jsonl"]).clean();
    let page = folder.read("two.html");
    let labels: Vec<&str> =
        page.split("</text>").filter_map(|part| part.trim_end().rsplit(['>', '\n']).next()).collect();
    for label in ["100", "20 ms", "80 ms", "12:00:00", "12:00:40"] {
        assert!(labels.contains(&label), "{label}: {labels:?}");
    }
    assert!(!labels.iter().any(|label| label.contains("000,000")), "{labels:?}");
    // Both charts have the same marks of time.
    assert_eq!(labels.iter().filter(|label| **label == "12:00:40").count(), 2);
    // Each colour may be another where the reader's screen is dark.
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("fill=\"var(--ink,#3C4043)\""));
    let picture = &page[page.find("<svg ").expect("a picture")..page.find("</svg>").expect("a picture")];
    assert!(!picture.contains("=\"#"), "{picture}");
}

#[test]
fn the_same_recording_gives_the_same_bytes() {
    let folder = folder();
    let render = |output: &str| {
        folder.run(&["render", "r.md", "-o", output, "--input", "access.jsonl", "--set", "least=500"]).clean();
        folder.read(output)
    };
    let (page, text) = (render("one.html"), render("one.md"));
    assert!(page.contains("until 2026-03-01 12:00:") && text.contains(" at 2026-03-01 12:00:"), "{text}");
    // What a block that shows nothing says of what it looked at is a sample.
    let plain =
        |text: &str| text.lines().filter(|line| !line.contains("looked at")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(plain(&page), plain(&render("two.html")));
    assert_eq!(plain(&text), plain(&render("two.md")));
}

#[test]
fn markdown_says_what_does_not_hold_and_what_does_not_run() {
    let text = "```headwater name=held\naccess | summarize n = count() | assert n < 10\n```\n\n\
        ```headwater name=none\naccess | where route == \"/nowhere\"\n```\n\n\
        ```headwater name=wrong\naccess | wher x\n```\n\n```headwater name=names\nlet few = 5;\n```\n";
    let folder = folder();
    std::fs::write(folder.path("a.md"), text).expect("written");
    let ended = folder.run(&["render", "a.md", "-o", "out.md", "--input", "access.jsonl"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("these blocks do not run: wrong;"), "{}", ended.err);
    let out = folder.read("out.md");
    assert!(out.contains("\n**\\`assert n \\< 10\\` does not hold"), "{out}");
    assert!(
        out.contains("*this block does not run: there is no stage \\`wher\\`; did you mean \\`where\\`?*\n"),
        "{out}"
    );
    // A star with a space behind it would begin a list.
    assert!(!out.lines().any(|line| line.starts_with("* ")), "{out}");
    assert!(out.contains("let few = 5;\n```\n\n*a.md, over access.jsonl, until 2026-03-01"), "{out}");
}
