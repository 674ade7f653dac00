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
    assert!(failed(&["--set", "leest=5"]).contains("did you mean `least`?"));
    std::fs::write(folder.path("broken.md"), BOOK.replace("route == ", "rout == ")).expect("written");
    let ended = folder.run(&["render", "broken.md", "-o", "b.html", "--input", "access.jsonl"]);
    assert_eq!(ended.code, 0, "an open source may have any field: {}", ended.err);
    std::fs::write(folder.path("broken.md"), BOOK.replace("where route", "wher route")).expect("written");
    let ended = folder.run(&["render", "broken.md", "-o", "b.html", "--input", "access.jsonl"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("these blocks do not run: none"), "{}", ended.err);
    assert!(folder.read("b.html").contains("<svg "), "the others are there");
}
