//! What is one event, by examples: events are shown with a line between them.

use expect_test::{Expect, expect};

use super::{Joiner, Mode};

fn check(mode: &str, text: &str, expected: Expect) {
    let mut joiner = Joiner::new(Mode::new(mode).unwrap(), 1 << 20);
    let mut events = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            joiner.empty();
        } else {
            events.extend(joiner.line(line.as_bytes(), 0, None).0);
        }
    }
    events.extend(joiner.take());
    let shown: Vec<String> = events.iter().map(|event| String::from_utf8_lossy(&event.text).into_owned()).collect();
    expected.assert_eq(&(shown.join("\n~~~\n") + "\n"));
}

#[test]
fn stack_traces_of_several_languages() {
    check(
        "auto",
        "\
2026-01-01 10:00:00 ERROR request failed
java.lang.IllegalStateException: boom
\tat com.example.Shop.pay(Shop.java:3)
\t... 12 more
Caused by: java.io.IOException: gone
\tat com.example.Net.read(Net.java:9)
2026-01-01 10:00:01 INFO next
Exception in thread \"main\" java.lang.RuntimeException: x
\tat Main.main(Main.java:1)
ERROR:root:it failed
Traceback (most recent call last):
  File \"a.py\", line 3, in f
    return 1 / 0
ZeroDivisionError: division by zero

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File \"a.py\", line 5, in <module>
    f()
ValueError: bad
INFO:root:goes on
panic: runtime error: nil map

goroutine 1 [running]:
main.f(0x1, {0x2, 0x3})
\t/src/main.go:7 +0x1d
created by main.main in goroutine 1
\t/src/main.go:3 +0x2
exit status 2
ok again
TypeError: x is not a function
    at Object.<anonymous> (/app/a.js:1:1)
    at node:internal/main:1:1
next
Unhandled exception. System.InvalidOperationException: no
   at Shop.Pay() in /src/Shop.cs:line 4
   --- End of inner exception stack trace ---
thread 'main' panicked at src/main.rs:2:5:
index out of bounds
note: run with `RUST_BACKTRACE=1`
end
",
        expect![[r#"
            2026-01-01 10:00:00 ERROR request failed
            java.lang.IllegalStateException: boom
            	at com.example.Shop.pay(Shop.java:3)
            	... 12 more
            Caused by: java.io.IOException: gone
            	at com.example.Net.read(Net.java:9)
            ~~~
            2026-01-01 10:00:01 INFO next
            ~~~
            Exception in thread "main" java.lang.RuntimeException: x
            	at Main.main(Main.java:1)
            ~~~
            ERROR:root:it failed
            Traceback (most recent call last):
              File "a.py", line 3, in f
                return 1 / 0
            ZeroDivisionError: division by zero

            During handling of the above exception, another exception occurred:

            Traceback (most recent call last):
              File "a.py", line 5, in <module>
                f()
            ValueError: bad
            ~~~
            INFO:root:goes on
            ~~~
            panic: runtime error: nil map

            goroutine 1 [running]:
            main.f(0x1, {0x2, 0x3})
            	/src/main.go:7 +0x1d
            created by main.main in goroutine 1
            	/src/main.go:3 +0x2
            exit status 2
            ~~~
            ok again
            ~~~
            TypeError: x is not a function
                at Object.<anonymous> (/app/a.js:1:1)
                at node:internal/main:1:1
            ~~~
            next
            ~~~
            Unhandled exception. System.InvalidOperationException: no
               at Shop.Pay() in /src/Shop.cs:line 4
               --- End of inner exception stack trace ---
            ~~~
            thread 'main' panicked at src/main.rs:2:5:
            index out of bounds
            note: run with `RUST_BACKTRACE=1`
            ~~~
            end
        "#]],
    );
}

#[test]
fn a_backtrace_of_ruby_and_the_properties_of_node() {
    check(
        "auto",
        "\
2026-01-01 10:00:00 ERROR boom (RuntimeError)
/app/a.rb:12:in `call'
/app/b.rb:3:in 'Object#run'
2026-01-01 10:00:01 INFO next
Error: no such file
    at open (/app/a.js:1:1) {
  code: 'ENOENT'
}
}
see /app/a.rb:12:in `call'
",
        expect![[r#"
            2026-01-01 10:00:00 ERROR boom (RuntimeError)
            /app/a.rb:12:in `call'
            /app/b.rb:3:in 'Object#run'
            ~~~
            2026-01-01 10:00:01 INFO next
            Error: no such file
                at open (/app/a.js:1:1) {
              code: 'ENOENT'
            }
            ~~~
            }
            ~~~
            see /app/a.rb:12:in `call'
        "#]],
    );
}

#[test]
fn what_is_no_trace_is_not_joined() {
    check(
        "auto",
        "\
total 3
  a.txt
  b.txt
key: value
    at last, a line of prose
2026-01-01 10:00:00 INFO select
\tSELECT 1
\tFROM t
  2026-01-01 10:00:01 an indented line with a time
GET /goroutine
error: disk full
Error: giving up
TypeError: x
TypeError: y
Error rate is high: 5
",
        expect![[r#"
            total 3
            ~~~
              a.txt
            ~~~
              b.txt
            ~~~
            key: value
            ~~~
                at last, a line of prose
            ~~~
            2026-01-01 10:00:00 INFO select
            	SELECT 1
            	FROM t
            ~~~
              2026-01-01 10:00:01 an indented line with a time
            ~~~
            GET /goroutine
            ~~~
            error: disk full
            ~~~
            Error: giving up
            ~~~
            TypeError: x
            ~~~
            TypeError: y
            ~~~
            Error rate is high: 5
        "#]],
    );
}

#[test]
fn by_indent_and_by_a_pattern_of_the_first_line() {
    check(
        "indent",
        "a\n b\n\tc\n\nd\n e\n",
        expect![[r#"
        a
         b
        	c
        ~~~
        d
         e
    "#]],
    );
    check(
        "^BEGIN%20",
        "x\nBEGIN 1\na\n\nb\nBEGIN 2\n",
        expect![[r#"
        x
        ~~~
        BEGIN 1
        a

        b
        ~~~
        BEGIN 2
    "#]],
    );
    check(
        "off",
        "a\n\tat b\n",
        expect![[r#"
        a
        ~~~
        	at b
    "#]],
    );
    assert!(Mode::new("(").is_err_and(|error| error.to_string().contains("expected `auto`, `off`, `indent`")));
}

#[test]
fn an_event_is_never_longer_than_its_limit() {
    let mut joiner = Joiner::new(Mode::Indent, 100);
    joiner.line(b"first", 0, None);
    let mut cut = Vec::new();
    for _ in 0..50 {
        cut.extend(joiner.line(b" 123456789", 0, None).0.map(|event| event.text.len()));
    }
    assert!(cut.len() > 3 && cut.iter().all(|length| *length <= 100), "{cut:?}");
}
