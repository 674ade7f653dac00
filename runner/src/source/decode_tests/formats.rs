//! One format after the other, as files have them.

use super::*;

#[test]
fn csv_has_its_names_in_the_first_line() {
    let input = "\u{feff}id,team,zip,timestamp,on call,note\r\n\
        1,\"blue, \"\"deep\"\" blue\",01234,2026-01-01,true,\r\n\
        2,red,n/a,2026-01-02,false\n\
        3,\"open,4,x\n\
        id,team,zip,timestamp,on call,note\n\
        \n\
        4,green,5,2026-01-03,true,x,y\n\
        5.5,42,7,2026-01-04,true,\"é\"\n";
    check(
        input,
        &[CSV],
        Wanted::All,
        expect![[r#"
            id:real=1 team:string=blue, "deep" blue zip:string=01234 timestamp:datetime=2026-01-01T00:00:00Z on call:bool=true
            id:real=2 team:string=red zip:string=n/a timestamp:datetime=2026-01-02T00:00:00Z on call:bool=false
            id:real=5.5 team:string=42 zip:string=7 timestamp:datetime=2026-01-04T00:00:00Z on call:bool=true note:string=é
            dropped 1: a quote that is not closed: "3,\"open,4,x"
            dropped 1: more cells than the header names: "4,green,5,2026-01-03,true,x,y"
        "#]],
    );
    let wanted = fields(&[("team", Type::String), ("id", Type::Real), ("on call", Type::Bool), ("zip", Type::Long)]);
    check(
        input,
        &[CSV],
        wanted,
        expect![[r#"
            team:string=blue, "deep" blue id:real=1 on call:bool=true zip:string=01234
            team:string=red id:real=2 on call:bool=false zip:string=n/a
            team:string=42 id:real=5.5 on call:bool=true zip:string=7
            dropped 1: a quote that is not closed: "3,\"open,4,x"
            dropped 1: more cells than the header names: "4,green,5,2026-01-03,true,x,y"
        "#]],
    );
    check(
        "a,b,a\n1,2,3\n",
        &[CSV],
        fields(&[("a", Type::Long)]),
        expect![[r#"
            a:long=3
            untimed: no field of the first record is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
            notice: two columns are called `a`; the last of them counts
        "#]],
    );
}

#[test]
fn a_csv_header_that_is_none_is_refused() {
    let declared = Declared::new(&declared(&[CSV]), "").unwrap();
    let error = infer::infer(b"a,\"b\n1,2\n", true, &declared).expect_err("it is no header");
    assert_eq!(
        error.to_string(),
        "the first line of a CSV file names its fields, but this one has a quote that is not closed"
    );
}

#[test]
fn csv_cells_may_hold_the_ends_of_lines() {
    check(
        "time,note\r\n2026-01-01T00:00:00Z,\"two\r\nlines, \"\"quoted\"\"\"\r\n\r\n2026-01-01T00:00:01Z,one\r\n",
        &[CSV],
        Wanted::All,
        expect![[r#"
            timestamp:datetime=2026-01-01T00:00:00Z time:string=2026-01-01T00:00:00Z note:string=two\r\nlines, "quoted"
            timestamp:datetime=2026-01-01T00:00:01Z time:string=2026-01-01T00:00:01Z note:string=one
        "#]],
    );
    // A quote that is never closed costs its own line alone.
    check(
        "a,b\n1,\"open\n2,x\n3,y\n4,\"z\"\n",
        &[CSV],
        fields(&[("a", Type::Long), ("b", Type::String)]),
        expect![[r#"
            a:long=2 b:string=x
            a:long=3 b:string=y
            a:long=4 b:string=z
            dropped 1: a quote that is not closed: "1,\"open"
            untimed: no field of the first 3 records is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
        "#]],
    );
    check(
        "a,b\n1,\"open to the end\n2,x",
        &[CSV],
        fields(&[("a", Type::Long), ("b", Type::String)]),
        expect![[r#"
            a:long=2 b:string=x
            dropped 1: a quote that is not closed: "1,\"open to the end"
            untimed: no field of the first record is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
        "#]],
    );
}

#[test]
fn csv_has_any_delimiter() {
    let wanted = || fields(&[("a", Type::Long), ("b c", Type::String)]);
    let expected = || {
        expect![[r#"
            a:long=1 b c:string=x, "y"
            a:long=2
            untimed: no field of the first 2 records is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
        "#]]
    };
    check("a;b c\n1;\"x, \"\"y\"\"\"\n2;\n", &[CSV], wanted(), expected());
    check("a\tb c\n1\t\"x, \"\"y\"\"\"\n2\t\n", &[CSV], wanted(), expected());
    check("a|b c\n1|\"x, \"\"y\"\"\"\n2|\n", &[CSV], wanted(), expected());
    check("a:b c\n1:\"x, \"\"y\"\"\"\n2:\n", &[("delimiter", ":")], wanted(), expected());
    check("a\tb c\n1\t\"x, \"\"y\"\"\"\n2\t\n", &[("format", "tsv")], wanted(), expected());
}

#[test]
fn plain_lines_among_json_are_events() {
    let input = concat!(
        "Starting up\n",
        "{\"ts\":\"2026-01-01T00:00:00Z\",\"level\":\"info\"}\n",
        "panic: nil map\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:5 +0x1d\nexit status 2\n",
        "2026-01-01T00:00:05Z one with a stamp\n",
        "[{not json}]\n",
        "{\"ts\":\"2026-01-01T00:00:09Z\",\"level\":\"error\"}\n",
        "{\"ts\":\"2026-01-01T00:00:10Z\",\"lev",
    );
    check(
        input,
        &[],
        Wanted::All,
        expect![[r#"
            body:string=Starting up
            timestamp:datetime=2026-01-01T00:00:00Z ts:string=2026-01-01T00:00:00Z level:string=info
            timestamp:datetime=2026-01-01T00:00:00Z body:string=panic: nil map\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:5 +0x1d\nexit status 2
            timestamp:datetime=2026-01-01T00:00:05Z body:string=2026-01-01T00:00:05Z one with a stamp
            timestamp:datetime=2026-01-01T00:00:05Z body:string=[{not json}]
            timestamp:datetime=2026-01-01T00:00:09Z ts:string=2026-01-01T00:00:09Z level:string=error
            dropped 1: truncated JSON: "{\"ts\":\"2026-01-01T00:00:10Z\",\"lev"
            notice: one event of the first 6 said no time: it is in no window
        "#]],
    );
    check(
        input,
        &[("multiline", "off")],
        fields(&[("body", Type::String)]),
        expect![[r#"
            body:string=Starting up

            body:string=panic: nil map
            body:string=goroutine 1 [running]:
            body:string=main.main()
            body:string=\t/src/main.go:5 +0x1d
            body:string=exit status 2
            body:string=2026-01-01T00:00:05Z one with a stamp
            body:string=[{not json}]

            dropped 1: truncated JSON: "{\"ts\":\"2026-01-01T00:00:10Z\",\"lev"
        "#]],
    );
}

#[test]
fn an_object_is_found_behind_a_prefix() {
    let input = concat!(
        "app_1  | {\"level\":\"info\",\"n\":1}\n",
        "2026-01-01T00:00:00Z host app[1]: {\"level\":\"warn\",\"nested\":{\"a\":\"}\"}}\n",
        "<34>1 2026-01-01T00:00:01Z host su - ID47 [x@1 a=\"{b}\"] {\"level\":\"error\"}\n",
        "{\"level\":\"info\",\"timestamp\":\"2026-01-01T00:00:02Z\"}\n",
        "map[a:{1}] {}\n",
    );
    check(
        input,
        &[],
        Wanted::All,
        expect![[r#"
            level:string=info n:long=1 prefix:string=app_1  |
            level:string=warn prefix:string=2026-01-01T00:00:00Z host app[1]: nested.a:string=} timestamp:datetime=2026-01-01T00:00:00Z
            level:string=error prefix:string=<34>1 2026-01-01T00:00:01Z host su - ID47 [x@1 a="{b}"] timestamp:datetime=2026-01-01T00:00:01Z
            level:string=info timestamp:datetime=2026-01-01T00:00:02Z
            timestamp:datetime=2026-01-01T00:00:02Z body:string=map[a:{1}] {}
            notice: one event of the first 5 said no time: it is in no window
        "#]],
    );
}

#[test]
fn an_objects_own_time_comes_before_that_of_its_prefix() {
    let time = |input: &str| {
        decode(input.as_bytes(), &declared(&[]), Wanted::All, usize::MAX).look(|state| state.column("timestamp"))
    };
    let own = "{\"ts\":\"2026-01-01T00:00:04Z\"}\n".repeat(3);
    let times = time(&format!("{own}2026-01-01T00:00:05Z app: {{\"n\":1}}\n2026-01-01T00:00:06Z app: {own}"));
    assert_eq!(times[2..5], ["2026-01-01T00:00:04Z", "2026-01-01T00:00:05Z", "2026-01-01T00:00:04Z"]);
    let times = time("2026-01-01T00:00:05Z app: {\"n\":1}\n2026-01-01T00:00:06Z app: {\"n\":2}\n");
    assert_eq!(times, ["2026-01-01T00:00:05Z", "2026-01-01T00:00:06Z"]);
}

#[test]
fn documents_over_several_lines_and_lists() {
    let pretty = "{\n  \"timestamp\": \"2026-01-01T00:00:00Z\",\n  \"a\": {\n    \"b\": [1,\n 2]\n  }\n}\n";
    check(
        [pretty, pretty].concat(),
        &[],
        Wanted::All,
        expect![[r#"
            timestamp:datetime=2026-01-01T00:00:00Z a.b:dynamic=[1,2]
            timestamp:datetime=2026-01-01T00:00:00Z a.b:dynamic=[1,2]
        "#]],
    );
    // One after the other, without anything between them.
    check(
        "{\"timestamp\":1767225600}{\"timestamp\":1767225601}, {\"timestamp\":1767225602}\n",
        &[JSON],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z
        timestamp:datetime=2026-01-01T00:00:01Z
        timestamp:datetime=2026-01-01T00:00:02Z
    "#]],
    );
    check(
        "[{\"timestamp\":1767225600},\n {\"timestamp\":1767225601}]\n[]\n",
        &[],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z
        timestamp:datetime=2026-01-01T00:00:01Z
    "#]],
    );
    check(
        "[\n{\"timestamp\":1767225600}\n,\n7, \"x\",\n{\"timestamp\":tru}\n",
        &[],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z
        timestamp:datetime=2026-01-01T00:00:00Z body:string=7
        timestamp:datetime=2026-01-01T00:00:00Z body:string="x"
        dropped 1: a JSON list without its end, and what was in the rest of it: "["
        dropped 1: malformed JSON: "{\"timestamp\":tru}"
    "#]],
    );
    // One that was cut off before the next begins, and one that is at the end.
    check(
        "{\n \"timestamp\": 1767225600,\n{\n \"timestamp\": 1767225601\n}\n{\n \"timestamp\": 17",
        &[JSON],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:01Z
        dropped 2: truncated JSON: "{\n \"timestamp\": 1767225600,"
    "#]],
    );
}

#[test]
fn a_list_within_documents_is_read_element_by_element() {
    let records = "{\"Records\":[{\"eventTime\":\"2026-01-01T00:00:00Z\",\"n\":1},\n{\"n\":2}]}";
    check(
        records,
        &[("timestamp", "eventTime")],
        Wanted::All,
        expect![[r#"
            timestamp:datetime=2026-01-01T00:00:00Z eventTime:string=2026-01-01T00:00:00Z n:long=1
            n:long=2
            notice: the elements of each document's list `Records` are the events; `?list=none` reads documents as they are
            notice: one event of the first 2 said no time: it is in no window
        "#]],
    );
    check(
        [records, "\n", records].concat(),
        &[("list", "Records")],
        fields(&[("n", Type::Long)]),
        expect![[r#"
            n:long=1
            n:long=2
            n:long=1
            n:long=2
            notice: `eventTime` is taken for the events' time; `?timestamp=eventTime` says so for good
        "#]],
    );
    let around = r#"{"next":{"Records":[]},"logs":[{"timestamp":1767225600,"n":1}, {"n":2}],"more":[1]}"#;
    check(
        around,
        &[("list", "logs")],
        fields(&[("n", Type::Long)]),
        expect![[r#"
            n:long=1
            n:long=2
            notice: what a document says after its list `logs` is not on the events, which were read before it: `"more":[1]`; `?list=none` reads documents as they are
        "#]],
    );
    check(
        around,
        &[("list", "none")],
        fields(&[("n", Type::Long), ("more", Type::Dynamic)]),
        expect![[r#"
            more:dynamic=[1]
            untimed: no field of the first record is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
        "#]],
    );
    check(
        r#"{"logs":[{"n":1},{"n":2"#,
        &[("list", "logs")],
        fields(&[("n", Type::Long)]),
        expect![[r#"
            n:long=1
            dropped 1: a JSON list without its end, and what was in the rest of it: "["
            dropped 1: truncated JSON: "{\"n\":2"
            untimed: no field of the first record is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
        "#]],
    );
}

#[test]
fn lines_of_containers_are_put_together() {
    let input = concat!(
        "2026-01-01T00:00:00.1Z stdout P {\"level\":\"in\n",
        "2026-01-01T00:00:00.2Z stderr F panic: oh\n",
        "2026-01-01T00:00:00.3Z stdout F fo\",\"n\":1}\n",
        "2026-01-01T00:00:00.4Z stderr F \tat x\n",
        "2026-01-01T00:00:00.5Z stdout F {\"n\":2,\"timestamp\":\"2025-12-31T00:00:00Z\"}\n",
        "2026-01-01T00:00:00.6Z stdout F \n",
        "2026-01-01T00:00:00.7Z stdout P cut off",
    );
    check(
        input,
        &[],
        Wanted::All,
        expect![[r#"
            level:string=info n:long=1 timestamp:datetime=2026-01-01T00:00:00.1Z stream:string=stdout
            n:long=2 timestamp:datetime=2025-12-31T00:00:00Z stream:string=stdout
            body:string=cut off timestamp:datetime=2026-01-01T00:00:00.7Z stream:string=stdout
            body:string=panic: oh\n\tat x timestamp:datetime=2026-01-01T00:00:00.2Z stream:string=stderr
        "#]],
    );
    let text = "2026-01-01T00:00:00.1Z stdout F one\n2026-01-01T00:00:00.2Z stdout P two \n2026-01-01T00:00:00.3Z stdout F three\n";
    check(
        text,
        &[],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00.1Z body:string=one stream:string=stdout
        timestamp:datetime=2026-01-01T00:00:00.2Z body:string=two three stream:string=stdout
    "#]],
    );
    let docker = concat!(
        r#"{"log":"first\n","stream":"stdout","time":"2026-01-01T00:00:00.1Z"}"#,
        "\n",
        r#"{"log":"a long ","stream":"stdout","time":"2026-01-01T00:00:00.2Z"}"#,
        "\n",
        r#"{"log":"other\n","stream":"stderr","time":"2026-01-01T00:00:00.3Z"}"#,
        "\n",
        r#"{"log":"line\n","stream":"stdout","time":"2026-01-01T00:00:00.4Z"}"#,
        "\n",
    );
    check(
        docker,
        &[],
        fields(&[("log", Type::String), ("stream", Type::String), ("timestamp", Type::Datetime)]),
        expect![[r#"
        log:string=first\n stream:string=stdout timestamp:datetime=2026-01-01T00:00:00.1Z
        log:string=other\n stream:string=stderr timestamp:datetime=2026-01-01T00:00:00.3Z
        log:string=a long line\n stream:string=stdout timestamp:datetime=2026-01-01T00:00:00.4Z
    "#]],
    );
}

#[test]
fn columns_are_named_by_the_file_itself() {
    let w3c = concat!(
        "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-01-01 00:00:00\n",
        "#Fields: date time cs-uri-stem sc-status cs(User-Agent)\n",
        "2026-01-01 10:00:00 /a 200 Mozilla/5.0+(X11)\n2026-01-01 10:00:01 /b 404 -\n",
        "#Fields: time sc-status s-port\n10:00:02 500 443\n",
    );
    check(
        w3c,
        &[],
        Wanted::All,
        expect![[r#"
        date:string=2026-01-01 time:string=10:00:00 cs-uri-stem:string=/a sc-status:long=200 cs(User-Agent):string=Mozilla/5.0+(X11) timestamp:datetime=2026-01-01T10:00:00Z
        date:string=2026-01-01 time:string=10:00:01 cs-uri-stem:string=/b sc-status:long=404 timestamp:datetime=2026-01-01T10:00:01Z
        time:string=10:00:02 sc-status:long=500 timestamp:datetime=2026-01-01T10:00:02Z s-port:long=443
    "#]],
    );
    // UTC, unless it is said that the server writes its own time.
    check(
        "#Fields: date time sc-status\n2026-01-01 10:00:00 200\n",
        &[("timezone", "Europe/Berlin")],
        Wanted::All,
        expect![[r#"
            date:string=2026-01-01 time:string=10:00:00 sc-status:long=200 timestamp:datetime=2026-01-01T09:00:00Z
        "#]],
    );
    let front = "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes\n2026-01-01\t10:00:00\tFRA 2\t500\n";
    check(
        front,
        &[],
        Wanted::All,
        expect![[r#"
        date:string=2026-01-01 time:string=10:00:00 x-edge-location:string=FRA 2 sc-bytes:long=500 timestamp:datetime=2026-01-01T10:00:00Z
    "#]],
    );
    let zeek = concat!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n",
        "#fields\tts\tuid\tid.resp_p\tproto\tduration\tlocal\ttags\tnote\n",
        "#types\ttime\tstring\tport\tenum\tinterval\tbool\tset[string]\tstring\n",
        "1767225600.250000\t12345\t443\ttcp\t1.5\tT\ta,b\tx\\x09y\n1767225601.000000\tC2\t53\tudp\t-\t-\t(empty)\t(empty)\n",
        "#close\t2026-01-01-00-00-00\n",
    );
    check(
        zeek,
        &[],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00.25Z ts:datetime=2026-01-01T00:00:00.25Z uid:string=12345 id.resp_p:long=443 proto:string=tcp duration:real=1.5 local:bool=true tags:dynamic=["a","b"] note:string=x\ty
        timestamp:datetime=2026-01-01T00:00:01Z ts:datetime=2026-01-01T00:00:01Z uid:string=C2 id.resp_p:long=53 proto:string=udp tags:dynamic=[] note:string=
    "#]],
    );
}

#[test]
fn utf_16_is_said_by_name_and_read() {
    let text = "\u{feff}{\"timestamp\":1767225600,\"a\":\"é\"}\r\n{\"timestamp\":1767225601,\"a\":\"b\"}\r\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(
        little,
        &[],
        fields(&[("a", Type::String)]),
        expect![[r#"
        a:string=é
        a:string=b
        notice: the input is UTF-16, little-endian; it is read as such
    "#]],
    );
}

#[test]
fn requests_of_otlp_in_a_file_are_spans_and_logs() {
    let span = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"pay","startTimeUnixNano":"1767225600000000000","endTimeUnixNano":"1767225601000000000","attributes":[{"key":"tier","value":{"stringValue":"gold"}}]}]}]}]}"#;
    let log = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767225602000000000","body":{"stringValue":"hello"}}]}]}]}"#;
    let input =
        [span, log, span, "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":7}]}]}]}", "{}"].join("\n");
    let wanted = || {
        fields(&[
            ("timestamp", Type::Datetime),
            ("name", Type::String),
            ("tier", Type::String),
            ("service.name", Type::String),
            ("body", Type::String),
        ])
    };
    check(
        &input,
        &[],
        wanted(),
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z name:string=pay tier:string=gold service.name:string=shop
        timestamp:datetime=2026-01-01T00:00:00Z name:string=pay tier:string=gold service.name:string=shop
        timestamp:datetime=2026-01-01T00:00:02Z body:string=hello
        dropped 1: a malformed OTLP request: "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":7}]}]}]}"
        dropped 1: no OTLP request: "{}"
    "#]],
    );
    check(
        &input,
        &[("signal", "logs")],
        wanted(),
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:02Z body:string=hello
        dropped 3: an OTLP request of another signal (`?signal=`): "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"shop\"}}]},\"scopeSpans\":[{\"spans\":[{\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"eee19b7ec3c1b174\",\""
        dropped 1: no OTLP request: "{}"
    "#]],
    );
    // Reading them is not when they were written.
    let untimed = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello"}}]}]}]}"#;
    check(
        untimed,
        &[],
        fields(&[("body", Type::String)]),
        expect![[r#"
        body:string=hello
        untimed: log records come without a time; they have the time at which they are read instead
    "#]],
    );
}

#[test]
fn compressed_bytes_are_no_text() {
    let declared = Declared::new(&declared(&[]), "a.log").unwrap();
    let error = infer::infer(b"\xfd7zXZ\0\x01\x02\n\x03", true, &declared).expect_err("it is no text");
    assert!(error.to_string().contains("`xz -dc FILE | headwater query 'stdin | …'`"), "{error}");
}

#[test]
fn what_comes_first_does_not_decide_for_ever() {
    // Nothing is known before the first bytes: a banner comes alone, and the log is JSON.
    let feed = Collect::new(Wanted::All);
    let mut decoding = Decoding::new(feed.clone(), Declared::new(&declared(&[]), "").unwrap(), None);
    for piece in
        ["my app 1.0\n", "listening\n", "{\"timestamp\":\"2026-01-01T00:00:00Z\",", "\"n\":1}\n{\n\"n\":2}\n", "bye\n"]
    {
        decoding.take(piece.as_bytes()).unwrap();
    }
    decoding.finish().unwrap();
    feed.look(|state| {
        assert_eq!(state.column("n"), ["missing", "missing", "1", "2", "null"]);
        assert_eq!(
            state.column("body").iter().filter(|body| *body != "missing").collect::<Vec<_>>(),
            ["my app 1.0", "listening", "null", "null", "bye"]
        );
    });
    // An object in a text of which much is known does not make it JSON.
    let text =
        "2026-01-01T00:00:00Z got {\"n\":1}\n{\"n\":1}\n".to_owned() + &"2026-01-01T00:00:01Z fine\n".repeat(500);
    decode(text.as_bytes(), &declared(&[]), Wanted::All, usize::MAX).look(|state| {
        assert_eq!((state.rows(), &state.column("n")[..3]), (502, &["1", "1", "null"].map(str::to_owned)[..]));
        assert_eq!(state.column("body")[..2], ["2026-01-01T00:00:00Z got {\"n\":1}", "{\"n\":1}"]);
    });
    // A first line of 200 KB, in pieces.
    let long = format!("{{\"timestamp\":1767225600,\"a\":\"{}\",\"n\":1}}\n", "x".repeat(200 << 10));
    let feed = Collect::new(fields(&[("n", Type::Long)]));
    let mut decoding = Decoding::new(feed.clone(), Declared::new(&declared(&[]), "").unwrap(), None);
    long.as_bytes().chunks(4096).for_each(|piece| decoding.take(piece).unwrap());
    decoding.finish().unwrap();
    feed.look(|state| assert_eq!(state.column("n"), ["1"]));
}

#[test]
fn fields_among_plain_lines_are_found_wherever_they_stand() {
    let plain = |count| "plain\n".repeat(count);
    let object = "{\"level\":\"error\"}\n";
    for (input, expected) in [
        (plain(200) + object, 1),
        (object.to_owned() + &plain(200), 1),
        (plain(1500) + &object.repeat(100), 100),
        ((plain(30) + object).repeat(20), 20),
        (plain(5000) + "app | {\"level\":\"error\"}\n", 1),
        (plain(5000) + "level=error msg=\"no \\\"disk\\\"\"\n", 1),
        ((plain(40) + "level=error took=5ms\n").repeat(9), 9),
        // Neither is one of logfmt.
        (plain(200) + "level=error and more words\nlevel=error\n", 0),
    ] {
        for wanted in [Wanted::All, fields(&[("level", Type::String)])] {
            let feed = decode(input.as_bytes(), &declared(&[]), wanted, usize::MAX);
            feed.look(|state| {
                let found = state.column("level").iter().filter(|level| *level == "error").count();
                assert_eq!((state.rows(), found), (input.lines().count(), expected), "{}", &input[..40]);
            });
        }
    }
    // A text's line stays as it is beside its fields, and has their time.
    let lines = [
        "2026-01-01T00:00:02Z done {\"n\":1,\"list\":[1]}",
        "{\"ts\":\"2026-01-01T00:00:09Z\",\"n\":\"two\",\"body\":\"own\"}",
        "{\"n\":true}",
        "at=3 {\"n\":",
        "func() {}",
    ];
    let text = "2026-01-01T00:00:01Z plain\n".repeat(150) + &lines.join("\n");
    decode(text.as_bytes(), &declared(&[]), Wanted::All, usize::MAX).look(|state| {
        let last = |name: &str| state.column(name)[150..].to_vec();
        assert_eq!(last("n"), ["1", "\"two\"", "true", "null", "null"]);
        assert_eq!(last("body"), [lines[0], "own", lines[2], lines[3], lines[4]]);
        let [first, second] = ["2026-01-01T00:00:02Z", "2026-01-01T00:00:09Z"];
        assert_eq!(last("timestamp"), [first, second, second, second, second]);
    });
}

#[test]
fn what_is_not_so_is_not_told() {
    let time = || fields(&[("timestamp", Type::Datetime)]);
    // Its members make the time.
    check(
        "{\"timestamp\":{\"seconds\":1795687200,\"nanos\":5}}\n",
        &[],
        time(),
        expect![[r#"
        timestamp:datetime=2026-11-26T10:00:00.000000005Z
    "#]],
    );
    // The second says none.
    check(
        "{\"time\":\"2026-01-01T00:00:00Z\"}\n{\"time\":\"\"}\n",
        &[],
        time(),
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z

        notice: `timestamp` is datetime, but one value was something else and became null, e.g. ``; events without a time are in no window
    "#]],
    );
    // There is one, which cannot be read.
    let unread = "{\"time\":\"2026-02-30T00:00:00Z\"}\n";
    check(
        unread,
        &[],
        fields(&[("time", Type::String)]),
        expect![[r#"
        time:string=2026-02-30T00:00:00Z
        untimed: `time` is no time that can be read in the first record, e.g. `2026-02-30T00:00:00Z`; events have the time at which they are read instead; `?time_format=%d/%m/%Y %H:%M:%S` says how it is written
    "#]],
    );
    check(
        unread,
        &[("time_format", "%d/%m/%Y")],
        fields(&[("time", Type::String)]),
        expect![[r#"
        time:string=2026-02-30T00:00:00Z
        untimed: `time` is no time that can be read in the first record, e.g. `2026-02-30T00:00:00Z`; events have the time at which they are read instead; `?time_format=` does not fit it
    "#]],
    );
    for list in ["nope", "hits.hits"] {
        let feed = decode(b"{\"hits\":{\"hits\":[{\"a\":1}]}}", &declared(&[("list", list)]), Wanted::All, 9);
        feed.look(|state| {
            let told = format!("no document so far has a member `{list}`, as `?list=` says");
            assert!(state.notices.iter().any(|notice| notice.starts_with(&told)), "{:?}", state.notices);
        });
    }
}

#[test]
fn a_record_that_was_cut_off_does_not_swallow_the_next() {
    check(
        "{\"a\":\n{\"time\":\"2026-01-01T00:00:00Z\",\"a\":1}\n",
        &[JSON],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z time:string=2026-01-01T00:00:00Z a:long=1
        dropped 1: truncated JSON: "{\"a\":"
    "#]],
    );
}

#[test]
fn excels_first_line_names_the_separator() {
    check(
        "sep=;\r\ntime;a,b\r\n2026-01-01;1,5\r\n",
        &[CSV],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z time:string=2026-01-01 a,b:string=1,5
    "#]],
    );
}

#[test]
fn an_objects_own_prefix_stays() {
    check(
        "app_1 | {\"time\":\"2026-01-01T00:00:00Z\",\"prefix\":\"10.0.0.0/8\"}\n",
        &[],
        Wanted::All,
        expect![[r#"
            timestamp:datetime=2026-01-01T00:00:00Z time:string=2026-01-01T00:00:00Z prefix:string=10.0.0.0/8 line_prefix:string=app_1 |
        "#]],
    );
}

#[test]
fn a_later_header_names_the_columns_anew() {
    let input = "time,a,b\n2026-01-01T00:00:00Z,1,x\ntime,b,a\n2026-01-01T00:00:01Z,y,2\n\
        time,a,c,b\n2026-01-01T00:00:02Z,3,new,z\na,a,a\n";
    check(
        input,
        &[CSV],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z time:string=2026-01-01T00:00:00Z a:string=1 b:string=x
        timestamp:datetime=2026-01-01T00:00:01Z time:string=2026-01-01T00:00:01Z a:string=2 b:string=y
        timestamp:datetime=2026-01-01T00:00:02Z time:string=2026-01-01T00:00:02Z a:string=3 b:string=z c:string=new
        time:string=a a:string=a c:string=a
        notice: a later line names the columns anew, `time, b, a`: the lines after it are read by it
        notice: a later line names the columns anew, `time, a, c, b`: the lines after it are read by it
        notice: `timestamp` is datetime, but one value was something else and became null, e.g. `a`; events without a time are in no window
    "#]],
    );
    // Nor does a line of data that has a name among its cells.
    check(
        "name,value\nname,1\nvalue,2\n",
        &[CSV],
        fields(&[("value", Type::Long)]),
        expect![[r#"
        value:long=1
        value:long=2
        untimed: no field of the first 2 records is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
    "#]],
    );
}

#[test]
fn lines_may_end_with_a_carriage_return_alone() {
    check(
        "time,a\r2026-01-01T00:00:00Z,1\r2026-01-01T00:00:01Z,2\r",
        &[CSV],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z time:string=2026-01-01T00:00:00Z a:long=1
        timestamp:datetime=2026-01-01T00:00:01Z time:string=2026-01-01T00:00:01Z a:long=2
    "#]],
    );
    check(
        "2026-01-01T00:00:00Z one\r2026-01-01T00:00:01Z two",
        &[TEXT],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z body:string=2026-01-01T00:00:00Z one
        timestamp:datetime=2026-01-01T00:00:01Z body:string=2026-01-01T00:00:01Z two
    "#]],
    );
}

#[test]
fn members_beside_a_list_are_those_of_its_elements() {
    let message = "hello world ".repeat(5);
    let input = format!(
        "{{\"logGroup\":\"/aws/x\",\"tags\":[{{}},\"logEvents\"],\"logEvents\":[{{\"timestamp\":1795687200123,\
         \"message\":\"{message}\"}},{{\"logGroup\":\"own\",\"message\":\"{message}\"}},{{}}],\"next\":\"abc\"}}"
    );
    check(
        input,
        &[("list", "logEvents")],
        Wanted::All,
        expect![[r#"
        logGroup:string=/aws/x tags:dynamic=[{},"logEvents"] timestamp:datetime=2026-11-26T10:00:00.123Z message:string=hello world hello world hello world hello world hello world 
        logGroup:string=own tags:dynamic=[{},"logEvents"] message:string=hello world hello world hello world hello world hello world 
        logGroup:string=/aws/x tags:dynamic=[{},"logEvents"]
        notice: what a document says after its list `logEvents` is not on the events, which were read before it: `"next":"abc"`; `?list=none` reads documents as they are
        notice: 2 events of the first 3 said no time: they are in no window
    "#]],
    );
}

#[test]
fn records_of_a_text_sequence_have_no_prefix() {
    let input = "\u{1e}{\"time\":\"2026-01-01T00:00:00Z\"}\n\u{1e}{\"time\":\"2026-01-01T00:00:01Z\"}\n";
    check(
        input,
        &[],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z time:string=2026-01-01T00:00:00Z
        timestamp:datetime=2026-01-01T00:00:01Z time:string=2026-01-01T00:00:01Z
    "#]],
    );
}

#[test]
fn a_zone_may_be_an_offset_and_holds_for_lines_among_json() {
    let input = "{\"time\":\"2026-01-01T06:00:00\"}\n2026-01-01 06:00:01 plain\n";
    check(
        input,
        &[("timezone", "+05:30")],
        fields(&[("timestamp", Type::Datetime)]),
        expect![[r#"
        timestamp:datetime=2026-01-01T00:30:00Z
        timestamp:datetime=2026-01-01T00:30:01Z
    "#]],
    );
    let times = "{\"time\":\"2026-10-25T02:59:59\"}\n{\"time\":\"2026-10-25T02:00:01\"}\n";
    check(
        times,
        &[("timezone", "Europe/Berlin")],
        fields(&[("timestamp", Type::Datetime)]),
        expect![[r#"
        timestamp:datetime=2026-10-25T00:59:59Z
        timestamp:datetime=2026-10-25T01:00:01Z
        notice: times of the hour that clocks show twice, when they are put back, are taken as its first one, and as its second where they would lie more than five minutes before the one before; stamps with their offset (`+01:00`) or the letters of it (`CET`) leave nothing open; `?timezone=` names the zone of those without
    "#]],
    );
}

#[test]
fn a_list_of_any_length_is_read_piece_by_piece() {
    let feed = Collect::new(fields(&[("n", Type::Long)]));
    let mut decoding = Decoding::new(feed.clone(), Declared::new(&declared(&[]), "").unwrap(), None);
    decoding.take(b"[").unwrap();
    // Longer than any record may be, on one line.
    for n in 0..100_000 {
        decoding.take(format!("{{\"timestamp\":1767225600,\"n\":{n}}},").as_bytes()).unwrap();
    }
    decoding.take(b"{\"n\":-1}]").unwrap();
    decoding.finish().unwrap();
    feed.look(|state| {
        assert_eq!(state.rows(), 100_001);
        assert!(state.dropped.is_empty());
    });
}

#[test]
fn csv_that_nothing_names_is_text_with_a_word_about_it() {
    let of_text = |text: &str| decode(text.as_bytes(), &declared(&[]), Wanted::All, usize::MAX).look(shown);
    expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z body:string=2026-01-01T00:00:00Z;one
    "#]]
    .assert_eq(&of_text("2026-01-01T00:00:00Z;one\n"));
    expect![[r#"
        body:string=time;what
        timestamp:datetime=2026-01-01T00:00:00Z body:string=2026-01-01T00:00:00Z;"o;ne"
        timestamp:datetime=2026-01-01T00:00:01Z body:string=2026-01-01T00:00:01Z;two
        notice: the lines look like CSV with the names `time`, `what`; `?format=csv` reads them so
        notice: one event of the first 3 said no time: it is in no window
    "#]]
    .assert_eq(&of_text("time;what\n2026-01-01T00:00:00Z;\"o;ne\"\n2026-01-01T00:00:01Z;two\n"));
    expect![[r#"
        body:string=Hello, world
        timestamp:datetime=2026-01-01T00:00:01Z body:string=2026-01-01T00:00:01Z two
        notice: one event of the first 2 said no time: it is in no window
    "#]]
    .assert_eq(&of_text("Hello, world\n2026-01-01T00:00:01Z two\n"));
}

#[test]
fn what_text_writes_without_a_type() {
    // Words for nothing are nothing, also where the field is text by now.
    let csv = ("format", "csv");
    check(
        "timestamp,who\n1700000000,null\n1700000001,ann\n1700000002,null\n1700000003,\n",
        &[csv],
        Wanted::All,
        expect![[r#"
            timestamp:datetime=2023-11-14T22:13:20Z
            timestamp:datetime=2023-11-14T22:13:21Z who:string=ann
            timestamp:datetime=2023-11-14T22:13:22Z
            timestamp:datetime=2023-11-14T22:13:23Z
        "#]],
    );
    // A number that turns out to be none: what is gone by then is told.
    let told = |before: &[&str]| {
        let lines = before.iter().map(|version| format!("version={version} ok=true\n"));
        let lines: String = lines.chain((0..3000).map(|_| "version=1.2 ok=true\n".to_owned())).collect();
        let feed = Collect::new(fields(&[("version", Type::Real)]));
        let known = Declared::new(&declared(&[LOGFMT]), "").unwrap();
        let shape = infer::infer(lines.as_bytes(), false, &known).unwrap();
        let mut decoding = Decoding::new(feed.clone(), known, shape);
        decoding.take(lines.as_bytes()).unwrap();
        decoding.flush().unwrap();
        decoding.take(b"version=rc1 ok=true\nversion=1.10 ok=true\n").unwrap();
        decoding.finish().unwrap();
        let last = feed.look(|state| state.column("version").split_off(before.len() + 3000));
        assert_eq!(last, ["rc1", "1.10"]);
        feed.look(|state| state.notices.join("\n"))
    };
    expect!["`version` was a number until text came to it, and what was read before is only its value: `1.10` is 1.1; declare `version` as a string to have all of it as it is written"].assert_eq(&told(&["1.1", "1.10"]));
    expect![[r#""#]].assert_eq(&told(&["1.1", "1.2"]));
    expect!["`version` was a number until text came to it, and what was read before is only its value: `0.1234567890123456789` is 0.12345678901234568; declare `version` as a string to have all of it as it is written"].assert_eq(&told(&["0.1234567890123456789"]));
}
