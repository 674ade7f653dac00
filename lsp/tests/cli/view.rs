//! `headwater view`: who gets the page, what it may ask, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::binary::Folder;

const RUNBOOK: &[u8] = b"# Shop\n\n```headwater name=last\nspans | tail 3\n```\n";

struct Site {
    child: Child,
    host: String,
    token: String,
    // The program writes on.
    _said: BufReader<std::process::ChildStderr>,
}

impl Site {
    fn start(folder: &Folder) -> Site {
        let mut child = folder.command(&["view", "shop.md"]).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        said.read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("open http://").unwrap_or_else(|| panic!("{line}"));
        let (host, token) = address.split_once("/?token=").expect("a token");
        Site { child, host: host.to_owned(), token: token.to_owned(), _said: said }
    }

    fn connect(&self, request: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it reads");
        BufReader::new(stream)
    }

    /// The whole answer; the connection is closed behind it.
    fn ask(&self, first: &str, headers: &[&str], body: &str) -> String {
        let mut lines = vec![format!("{first} HTTP/1.1"), "Connection: close".to_owned()];
        if !headers.iter().any(|header| header.starts_with("Host:")) {
            lines.push(format!("Host: {}", self.host));
        }
        lines.extend(headers.iter().map(|header| (*header).to_owned()));
        lines.push(format!("Content-Length: {}", body.len()));
        let mut answer = String::new();
        let request = format!("{}\r\n\r\n{body}", lines.join("\r\n"));
        self.connect(&request).read_to_string(&mut answer).expect("it is text");
        answer
    }

    /// As a browser does that opens the address.
    fn enter(&self) -> String {
        let answer = self.ask(&format!("GET /?token={}", self.token), &[], "");
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        format!("Cookie: {}", cookie.split(';').next().unwrap_or_default())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn only_who_has_the_address_gets_the_page() {
    let folder = Folder::new(&[("shop.md", RUNBOOK)]);
    let site = Site::start(&folder);
    for path in ["/", "/events", "/view.js", "/elsewhere"] {
        assert_eq!(status(&site.ask(&format!("GET {path}"), &[], "")), "403", "{path}");
    }
    assert_eq!(status(&site.ask("GET /?token=0000", &[], "")), "403");
    let cookie = site.enter();
    let again = site.ask(&format!("GET /?token={}", site.token), &[], "");
    assert!(again.contains("for one use"), "{again}");
    let page = site.ask("GET /", &[&cookie], "");
    assert!(status(&page) == "200" && page.contains("<div class=\"place\" data-block=\"last\"></div>"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'; script-src 'self'"), "{page}");
    // Another name for this machine, and another page.
    assert_eq!(status(&site.ask("GET /", &[&cookie, "Host: elsewhere.example"], "")), "403");
    assert_eq!(status(&site.ask("GET /", &[&cookie, "Origin: http://elsewhere.example"], "")), "403");
    assert_eq!(status(&site.ask("GET /", &["Cookie: headwater=1"], "")), "403");
}

#[test]
fn a_page_asks_for_what_reads_and_for_nothing_else() {
    let folder = Folder::new(&[("shop.md", RUNBOOK)]);
    let site = Site::start(&folder);
    let cookie = site.enter();
    let json = "Content-Type: application/json";
    let ask = |body: &str| site.ask("POST /ask", &[&cookie, json], body);
    assert_eq!(status(&ask("{\"command\":\"headwater.stopAll\"}")), "200");
    for command in ["pin", "filter", "setLive", "explainCode"] {
        let refused = ask(&format!("{{\"command\":\"headwater.{command}\",\"args\":{{\"block\":\"last\"}}}}"));
        assert!(status(&refused) == "422" && refused.contains("only reads"), "{refused}");
    }
    let unknown = ask("{\"command\":\"headwater.runBlock\",\"args\":{\"block\":\"none\"}}");
    assert!(status(&unknown) == "422" && unknown.contains("there is no block `none`"), "{unknown}");
    // Another file is none of its business.
    let other =
        ask("{\"command\":\"headwater.runBlock\",\"args\":{\"block\":\"last\",\"uri\":\"file:///etc/passwd\"}}");
    assert_eq!(status(&other), "200");
    assert_eq!(status(&ask("not json")), "400");
    assert_eq!(status(&site.ask("POST /ask", &[&cookie], "{\"command\":\"headwater.stopAll\"}")), "400");
    assert_eq!(status(&site.ask("POST /ask", &[json], "{\"command\":\"headwater.stopAll\"}")), "403");
    assert_eq!(status(&ask(&" ".repeat(100_000))), "400");
    assert_eq!(std::fs::read(folder.path("shop.md")).expect("it is there"), RUNBOOK);
}

#[test]
fn events_say_all_and_an_interrupt_ends_it_cleanly() {
    let folder = Folder::new(&[("shop.md", RUNBOOK)]);
    let mut site = Site::start(&folder);
    let cookie = site.enter();
    let mut events = site.connect(&format!("GET /events HTTP/1.1\r\nHost: {}\r\n{cookie}\r\n\r\n", site.host));
    let mut until = |wanted: &dyn Fn(&serde_json::Value) -> bool| {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(events.read_line(&mut line).expect("it is text") > 0, "the events have ended");
            let data = line.trim().strip_prefix("data: ").and_then(|data| serde_json::from_str(data).ok());
            if data.is_some_and(|data| wanted(&data)) {
                return;
            }
        }
    };
    until(&|news| news["kind"] == "runbook" && news["of"]["title"] == "Shop");
    until(&|news| {
        news["kind"] == "results" && news["of"]["table"]["rows"].as_array().is_some_and(|rows| rows.len() == 3)
    });
    std::fs::write(folder.path("shop.md"), "# Other\n").expect("it can be written");
    until(&|news| news["kind"] == "text");
    let killed = Command::new("kill").args(["-INT", &site.child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    assert_eq!(site.child.wait().expect("it ends").code(), Some(0));
}

const EVENTS: u32 = 9_000;

/// A quarter of an hour of requests at ten a second; in one of its windows 53 of them fail, in the others three.
fn incident() -> String {
    let mut lines = String::new();
    for event in 0..EVENTS {
        let (minute, second, part) = (event / 600, event / 10 % 60, event % 10);
        let within = event % 100;
        let fails = if event / 100 == 40 { within < 53 } else { within < 3 };
        let (status, took) = if fails { (500, 900) } else { (200, 20 + event * 7 % 90) };
        let (region, path) = (["eu", "us", "ap"][event as usize % 3], event * 13 % 40);
        lines.push_str(&format!(
            "{{\"timestamp\":\"2026-03-01T12:{minute:02}:{second:02}.{part}00Z\",\"status\":{status},\"took\":{took},\"region\":\"{region}\",\"path\":\"/p{path}\"}}\n"
        ));
    }
    lines
}

/// Several windowed blocks and a picture of every event, replayed as fast as the runner can.
const INCIDENT: &[u8] = b"# Incident

```headwater name=failures
app | where status == 500 | summarize failures = count() by bin(timestamp, 10s) | render timechart
```

```headwater name=paths
app | summarize requests = count(), slow = percentile(took, 99) by path, bin(timestamp, 10s) | render table
```

```headwater name=regions
app | summarize requests = count() by region, bin(timestamp, 1s) | render timechart
```

```headwater name=spread
app | render heatmap with (ycolumns=took)
```
";

#[test]
fn what_runs_again_shows_all_of_what_its_source_has_every_time() {
    let config = "[sources.app]\nuri = \"file:app.jsonl\"\n";
    let (config, app) = (config.as_bytes(), incident());
    let folder = Folder::new(&[("shop.md", INCIDENT), ("headwater.toml", config), ("app.jsonl", app.as_bytes())]);
    let site = Site::start(&folder);
    let cookie = site.enter();
    let mut events = site.connect(&format!("GET /events HTTP/1.1\r\nHost: {}\r\n{cookie}\r\n\r\n", site.host));
    let mut seen = std::collections::HashSet::new();
    for time in 0..6 {
        if time > 0 {
            let pressed = site.ask(
                "POST /ask",
                &[&cookie, "Content-Type: application/json"],
                "{\"command\":\"headwater.runAll\"}",
            );
            assert_eq!(status(&pressed), "200");
        }
        let mut finished = std::collections::HashMap::new();
        while finished.len() < 4 {
            let mut line = String::new();
            assert!(events.read_line(&mut line).expect("it is text") > 0, "the events have ended");
            let Some(data) = line.trim().strip_prefix("data: ") else { continue };
            let news: serde_json::Value = serde_json::from_str(data).expect("JSON");
            let of = &news["of"];
            if news["kind"] == "results" && of["state"] == "finished" && !seen.contains(&of["flow"]) {
                finished.insert(of["block"].as_str().unwrap_or_default().to_owned(), of.clone());
            }
        }
        for (block, of) in &finished {
            assert_eq!((&of["gaps"], &of["stats"]["dropped"]), (&serde_json::Value::Null, &0.into()), "{block}");
            let notices = of["notices"].as_array().expect("notices");
            assert!(notices.iter().all(|notice| notice["severity"] == "hint"), "{block}: {notices:?}");
            assert_eq!(of["stats"]["received"], EVENTS, "{block}");
            seen.insert(of["flow"].clone());
        }
        let failures = &finished["failures"]["series"];
        let values = failures["series"][0]["values"].as_array().expect("a line");
        assert_eq!((values.len(), values.iter().filter_map(|value| value.as_f64()).fold(0.0, f64::max)), (90, 53.0));
        let heat = &finished["spread"]["figure"];
        let cells =
            heat["counts"].as_array().expect("cells").iter().flat_map(|row| row.as_array().into_iter().flatten());
        let all: f64 = cells.filter_map(|cell| cell.as_f64()).sum();
        assert!((all - f64::from(EVENTS)).abs() < 1.0, "{all} of the events are in the heatmap");
    }
}

#[test]
fn what_cannot_be_shown_is_said() {
    let folder = Folder::new(&[]);
    let failed = folder.run(&["view", "missing.md"]);
    assert_eq!(failed.code, 2);
    assert!(failed.err.contains("cannot show `missing.md`: No such file"), "{}", failed.err);
}
