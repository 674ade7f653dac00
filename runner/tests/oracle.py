#!/usr/bin/env python3
"""Random pipelines over random events: what headwater answers is compared with DuckDB, row for row.

usage: runner/tests/oracle.py PATH_TO_HEADWATER [--seeds N] [--from SEED] [--pipelines N]     (needs duckdb of PyPI)

A seed makes a file of events and a runbook of pipelines, each with its translation to SQL. The events come in another
order than their times, within the lateness. The runbook is run over the file, and once more with the events pushed
through a pipe in pieces of 1, 7 or 500 lines. Both answers must be DuckDB's. On a difference the pipeline, its SQL, both
answers and the command for this seed are printed, and the exit code is 1. At the end it says how often each stage,
aggregate and function occurred: one that never does is an error too.
"""

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import duckdb

SECOND = 1_000_000_000
START = 1_774_742_380 * SECOND  # 2026-03-29T00:59:40Z: Europe's clocks change within the first minutes
TEXTS = ["", "a", "Checkout failed", "checkout", "cart_item-7 ok", "CART", "x y z", "état", "ΣΑΣ", "日本", "a'b\"c\\d", "0x1F", "42", None]
SERVICES = ["checkout", "cart", "Cart", "search", "", None]
BIG = [0, 1, -1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), None, 7, 8]
REALS = [0.0, -0.0, 1.5, -2.25, 1e300, 1e-300, 0.1, 3.0, None, 1234.5678]


LONGS = ["+", "-", "*", "/", "%", "abs", "strlen", "bin", "iff", "indexof", "countof", "max_of", "coalesce", "tolong", "case", "sign"]
REAL_FUNCTIONS = ["todouble", "half", "sqrt", "floor"]
STRINGS = ["tolower", "toupper", "strcat", "substring", "replace_string", "tostring", "iff", "reverse", "strrep", "trim"]
TESTS = ["==", "!=", "<", ">=", "text==", "text!=", "=~", "contains", "!contains", "startswith", "endswith", "has", "contains_cs"]
TESTS += ["in", "!in", "between", "isnull", "isempty", "isnotempty", "regex", "big", "real<"]
LOGIC = ["and", "or", "not"]
AGGREGATES = ["count", "countif", "sum", "sumif", "sum real", "avg", "avgif", "min", "max", "min text", "dcount", "dcountif", "stdev"]
AGGREGATES += ["variance", "percentile", "make_set", "arg_max", "arg_min", "first", "last", "make_list"]
STAGES = ["where", "extend", "project", "project-rename", "parse", "union", "summarize", "distinct", "top", "take", "tail", "sort"]
STAGES += ["join inner", "join leftouter", "join leftanti", "lookup", "bin(timestamp)", "hop", "session", "mv-expand", "rate"]
# From so many seeds on each of them has to occur.
ENOUGH = 100


class Skip(Exception):
    """The generator's choice has no translation."""


def events(dice, count):
    rows = []
    for n in range(count):
        rows.append(
            {
                # Unique, so that first and last by time are clear.
                "timestamp": START + n * dice.choice([50, 100, 300]) * 1_000_000 // 100 + n * 100_000_000,
                "id": n,
                "s": dice.choice(SERVICES),
                "t": dice.choice(TEXTS),
                "k": dice.choice([None, *range(-5, 20)]),
                "n": dice.choice(BIG),
                "x": dice.choice(REALS),
                "b": dice.choice([True, False, None]),
            }
        )
    times = sorted(row["timestamp"] for row in rows)
    for place, (row, at) in enumerate(zip(rows, times)):
        row["timestamp"] = at + place
    # Disorder below the lateness of 2 s.
    rows.sort(key=lambda row: row["timestamp"] + dice.randrange(1_900) * 1_000_000)
    return rows


def iso(nanos):
    seconds, rest = divmod(nanos, SECOND)
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:09d}Z"


def line(dice, row):
    """As JSON; a null is sometimes a member that is not there."""
    shown = {name: value for name, value in row.items() if value is not None or dice.random() < 0.5}
    shown["timestamp"] = iso(row["timestamp"])
    return json.dumps(shown, ensure_ascii=dice.random() < 0.3)


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def sql_quote(text):
    return "'" + text.replace("'", "''") + "'"


class Gen:
    """Expressions as pairs: our text, and SQL's."""

    def __init__(self, dice, used):
        self.dice, self.used = dice, used

    def use(self, word):
        self.used[word] += 1

    def of(self, fields, ty, depth=2):
        return getattr(self, ty)([name for name, known in fields.items() if known == ty], fields, depth)

    def field(self, names):
        name = self.dice.choice(names)
        return name, f'"{name}"'

    def long(self, names, fields, depth):
        dice = self.dice
        if depth == 0 or dice.random() < 0.4:
            # What is large is compared, not computed with.
            small = [name for name in names if name != "n"]
            if small and dice.random() < 0.7:
                return self.field(small)
            number = dice.randrange(-20, 100)
            return (str(number) if number >= 0 else f"({number})"), f"({number}::BIGINT)"
        one, two = self.of(fields, "long", depth - 1), self.of(fields, "long", depth - 1)
        text = lambda: self.of(fields, "string", depth - 1)
        kind = dice.choice(LONGS)
        self.use(kind)
        if kind in "+-":
            return f"({one[0]} {kind} {two[0]})", f"({one[1]} {kind} {two[1]})"
        if kind == "*":
            small = dice.randrange(-3, 4)
            return f"({one[0]} * ({small}))", f"({one[1]} * ({small}::BIGINT))"
        if kind == "/":
            return f"({one[0]} / {two[0]})", f"(CASE WHEN {two[1]} = 0 THEN NULL ELSE trunc_div({one[1]}, {two[1]}) END)"
        if kind == "%":
            return f"({one[0]} % {two[0]})", f"(CASE WHEN {two[1]} = 0 THEN NULL ELSE floor_mod({one[1]}, {two[1]}) END)"
        if kind == "abs":
            return f"abs({one[0]})", f"abs({one[1]})"
        if kind == "sign":
            return f"sign({one[0]})", f"sign({one[1]})::BIGINT"
        if kind == "strlen":
            a = text()
            return f"strlen({a[0]})", f"length(coalesce({a[1]}, ''))"
        if kind == "indexof":
            a, what = text(), dice.choice(["a", "c", "ok", "Σ"])
            return f"indexof({a[0]}, {quote(what)})", f"(instr(coalesce({a[1]}, ''), {sql_quote(what)}) - 1)"
        if kind == "countof":
            a, what = text(), dice.choice(["c", "k", "日"])
            return (
                f"countof({a[0]}, {quote(what)})",
                f"(length(coalesce({a[1]}, '')) - length(replace(coalesce({a[1]}, ''), {sql_quote(what)}, '')))",
            )
        if kind == "bin":
            size = dice.choice([2, 5, 10])
            return f"bin({one[0]}, {size})", f"({one[1]} - floor_mod({one[1]}, {size}))"
        if kind == "max_of":
            return f"max_of({one[0]}, {two[0]})", f"greatest({one[1]}, {two[1]})"
        if kind == "coalesce":
            return f"coalesce({one[0]}, {two[0]})", f"coalesce({one[1]}, {two[1]})"
        if kind == "tolong":
            a = self.of(fields, "bool", depth - 1)
            return f"tolong({a[0]})", f"CAST({a[1]} AS BIGINT)"
        test = self.of(fields, "bool", depth - 1)
        if kind == "case":
            other = self.of(fields, "bool", depth - 1)
            return (
                f"case({test[0]}, {one[0]}, {other[0]}, {two[0]}, 0)",
                f"(CASE WHEN {test[1]} THEN {one[1]} WHEN {other[1]} THEN {two[1]} ELSE 0 END)",
            )
        return f"iff({test[0]}, {one[0]}, {two[0]})", f"(CASE WHEN {test[1]} THEN {one[1]} ELSE {two[1]} END)"

    def real(self, names, fields, depth):
        dice = self.dice
        if names and (depth == 0 or dice.random() < 0.5):
            return self.field(names)
        if depth == 0 or dice.random() < 0.3:
            number = dice.choice([0.5, 2.0, 10.25])
            return str(number), f"({number}::DOUBLE)"
        one = self.of(fields, dice.choice(["real", "long"]), depth - 1)
        kind = dice.choice(REAL_FUNCTIONS)
        self.use(kind)
        if kind == "todouble":
            return f"todouble({one[0]})", f"CAST({one[1]} AS DOUBLE)"
        if kind == "half":
            return f"({one[0]} * 0.5)", f"({one[1]} * 0.5::DOUBLE)"
        if kind == "sqrt":
            return f"sqrt(abs({one[0]}))", f"sqrt(abs({one[1]})::DOUBLE)"
        return f"floor(todouble({one[0]}) * 0.25)", f"floor({one[1]}::DOUBLE * 0.25::DOUBLE)"

    def string(self, names, fields, depth):
        dice = self.dice
        if names and (depth == 0 or dice.random() < 0.5):
            return self.field(names)
        if depth == 0 or dice.random() < 0.2:
            text = dice.choice([text for text in TEXTS if text])
            return quote(text), sql_quote(text)
        one = self.of(fields, "string", depth - 1)
        empty = f"coalesce({one[1]}, '')"
        kind = dice.choice(STRINGS)
        self.use(kind)
        if kind == "tolower":
            # Ours ends a word with `ς`, as Unicode has it.
            final = rf"regexp_replace({empty}, '(\p{{L}})Σ($|[^\p{{L}}])', '\1ς\2', 'g')"
            return f"tolower({one[0]})", f"lower({final})"
        if kind == "toupper":
            return f"toupper({one[0]})", f"upper({empty})"
        if kind == "strcat":
            two = self.of(fields, "string", depth - 1)
            return f'strcat({one[0]}, "-", {two[0]})', f"({empty} || '-' || coalesce({two[1]}, ''))"
        if kind == "substring":
            start, length = dice.randrange(4), dice.randrange(5)
            return f"substring({one[0]}, {start}, {length})", f"substr({empty}, {start + 1}, {length})"
        if kind == "replace_string":
            return f'replace_string({one[0]}, "c", "<>")', f"replace({empty}, 'c', '<>')"
        if kind == "reverse":
            return f"reverse({one[0]})", f"reverse({empty})"
        if kind == "strrep":
            return f"strrep({one[0]}, 2)", f"repeat({empty}, 2)"
        if kind == "trim":
            return f'trim("[ck]+", {one[0]})', f"regexp_replace(regexp_replace({empty}, '^[ck]+', ''), '[ck]+$', '')"
        if kind == "tostring":
            number = self.of(fields, "long", depth - 1)
            return f"tostring({number[0]})", f"CAST({number[1]} AS VARCHAR)"
        test, two = self.of(fields, "bool", depth - 1), self.of(fields, "string", depth - 1)
        return f"iff({test[0]}, {one[0]}, {two[0]})", f"(CASE WHEN {test[1]} THEN {one[1]} ELSE {two[1]} END)"

    def bool(self, names, fields, depth):
        dice = self.dice
        if names and (depth == 0 or dice.random() < 0.2):
            return self.field(names)
        kind = dice.choice(TESTS + (LOGIC * 3 if depth > 0 else []))
        self.use(kind)
        below = max(depth - 1, 0)
        if kind in ("and", "or"):
            one, two = self.of(fields, "bool", below), self.of(fields, "bool", below)
            return f"({one[0]} {kind} {two[0]})", f"({one[1]} {kind.upper()} {two[1]})"
        if kind == "not":
            one = self.of(fields, "bool", below)
            return f"not({one[0]})", f"(NOT {one[1]})"
        if kind in ("==", "!=", "<", ">=", "between", "in", "!in"):
            one, two = self.of(fields, "long", below), self.of(fields, "long", below)
            if kind in ("==", "!="):
                return f"({one[0]} {kind} {two[0]})", equal(one[1], two[1], kind)
            if kind == "between":
                low = dice.randrange(-5, 5)
                return f"({one[0]} between ({low} .. 10))", f"({one[1]} BETWEEN {low} AND 10)"
            if kind in ("in", "!in"):
                numbers = ", ".join(str(dice.randrange(10)) for _ in range(3))
                held = f"coalesce({one[1]} IN ({numbers}), FALSE)"
                return f"({one[0]} {kind} ({numbers}))", held if kind == "in" else f"(NOT {held})"
            return f"({one[0]} {kind} {two[0]})", f"({one[1]} {kind} {two[1]})"
        if kind == "big":
            number, op = dice.choice([n for n in BIG if n is not None and n >= 0]), dice.choice(["==", "<", ">="])
            name = "n" if fields.get("n") == "long" else "id"
            if fields.get(name) != "long":
                return "true", "TRUE"
            held = equal(f'"{name}"', f"({number}::BIGINT)", op) if op == "==" else f'("{name}" {op} {number}::BIGINT)'
            return f"({name} {op} {number})", held
        if kind == "real<":
            one, two = self.of(fields, "real", below), self.of(fields, "real", below)
            return f"({one[0]} < {two[0]})", f"({one[1]} < {two[1]})"
        one = self.of(fields, "string", below)
        empty = f"coalesce({one[1]}, '')"
        word = dice.choice(["cart", "Checkout", "a", "σας", "7", "état", "x"])
        if kind in ("text==", "text!="):
            return f"({one[0]} {kind[4:]} {quote(word)})", equal(one[1], sql_quote(word), kind[4:])
        if kind == "=~":
            # To comparisons of texts a null is "", which is none of these words.
            return f"({one[0]} =~ {quote(word)})", f"({folded(empty)} = {folded(sql_quote(word))})"
        if kind in ("contains", "!contains"):
            held = f"contains({folded(empty)}, {folded(sql_quote(word))})"
            return f"({one[0]} {kind} {quote(word)})", held if kind == "contains" else f"(NOT {held})"
        if kind == "contains_cs":
            return f"({one[0]} contains_cs {quote(word)})", f"contains({empty}, {sql_quote(word)})"
        if kind == "startswith":
            return f"({one[0]} startswith {quote(word)})", f"starts_with({folded(empty)}, {folded(sql_quote(word))})"
        if kind == "endswith":
            return f"({one[0]} endswith {quote(word)})", f"suffix({folded(empty)}, {folded(sql_quote(word))})"
        if kind == "has":
            term = rf"(^|[^\p{{L}}\p{{N}}]){folded_word(word)}($|[^\p{{L}}\p{{N}}])"
            return f"({one[0]} has {quote(word)})", f"regexp_matches({folded(empty)}, {sql_quote(term)})"
        if kind == "isnull":
            return f"isnull({one[0]})", f"({one[1]} IS NULL)"
        if kind == "isempty":
            return f"isempty({one[0]})", f"({empty} = '')"
        if kind == "isnotempty":
            return f"isnotempty({one[0]})", f"({empty} <> '')"
        pattern = dice.choice(["^[a-c]", "[0-9]+$", "t.f", "a|Σ"])
        return f"({one[0]} matches regex {quote(pattern)})", f"regexp_matches({empty}, {sql_quote(pattern)})"


def equal(one, two, op):
    """A null and a value are not equal; of two nulls nothing is known."""
    known = f"(({one}) IS NULL AND ({two}) IS NULL)"
    differ = f"(({one}) IS DISTINCT FROM ({two}))"
    return f"(CASE WHEN {known} THEN NULL ELSE {differ if op == '!=' else f'(NOT {differ})'} END)"


def folded(sql):
    """Of the letters that occur here simple folding is lower case, but for the final sigma."""
    return f"replace(lower({sql}), 'ς', 'σ')"


def folded_word(word):
    return word.lower().replace("ς", "σ")


class Pipeline:
    """One pipeline and the SQL that means the same."""

    def __init__(self, dice, used):
        self.dice, self.used = dice, used
        self.gen = Gen(dice, used)
        self.fields = {"timestamp": "datetime", "id": "long", "s": "string", "t": "string", "k": "long", "n": "long", "x": "real", "b": "bool"}
        self.text = "events"
        # `_row` is the order of arrival, until there is none.
        self.sql = "SELECT * FROM events"
        self.order = "_row"
        self.ordered = True
        self.extended = 0
        self.sets = set()
        # Sketched where there are many values: right within 1 %.
        self.sketched = set()
        for _ in range(dice.randrange(4)):
            getattr(self, dice.choice(["where", "where", "extend", "project", "rename", "both", "parse", "expand"]))()
        getattr(self, dice.choice(["summarize"] * 5 + ["distinct", "top", "take", "tail", "sort", "join", "anti", "lookup", "nothing", "nothing"]))()
        if self.order is None and self.fields and dice.random() < 0.3:
            self.where()

    def columns(self):
        """What leaves, sketched values last: rows are put in order by the others."""
        return sorted(self.fields.items(), key=lambda field: field[0] in self.sketched)

    def stage(self, word, text, sql):
        self.used[word] += 1
        self.text += f"\n| {text}"
        self.sql = sql.replace("{}", f"({self.sql})")

    def keep(self):
        return '"_row", ' if self.order else ""

    def where(self):
        text, sql = self.gen.of(self.fields, "bool")
        self.stage("where", f"where {text}", f"SELECT * FROM {{}} WHERE {sql}")

    def extend(self):
        ty = self.dice.choice(["long", "real", "string", "bool"])
        text, sql = self.gen.of(self.fields, ty)
        self.extended += 1
        name = f"e{self.extended}"
        self.stage("extend", f"extend {name} = {text}", f'SELECT *, {sql} AS "{name}" FROM {{}}')
        self.fields[name] = ty

    def project(self):
        names = [name for name in self.fields if name in ("timestamp", "id", "s") or self.dice.random() < 0.7]
        self.stage("project", f"project {', '.join(names)}", f"SELECT {self.keep()}{listed(names)} FROM {{}}")
        self.fields = {name: self.fields[name] for name in names}

    def rename(self):
        name = self.dice.choice([name for name in self.fields if name not in ("timestamp", "id", "s", "n")])
        new = name + "_"
        self.stage("project-rename", f"project-rename {new} = {name}", f'SELECT * EXCLUDE ("{name}"), "{name}" AS "{new}" FROM {{}}')
        self.fields = {new if known == name else known: ty for known, ty in self.fields.items()}

    def parse(self):
        if "rest" in self.fields or "first" in self.fields:
            raise Skip
        self.stage(
            "parse",
            'parse s with first:string "a" rest:string',
            "SELECT *, CASE WHEN contains(coalesce(s, ''), 'a') THEN split_part(s, 'a', 1) END AS \"first\", "
            "CASE WHEN contains(coalesce(s, ''), 'a') THEN substr(s, instr(s, 'a') + 1) END AS \"rest\" FROM {}",
        )
        self.fields |= {"first": "string", "rest": "string"}

    def both(self):
        """The events that hold and, once more, those that hold something else."""
        one, two = self.gen.of(self.fields, "bool"), self.gen.of(self.fields, "bool")
        names = list(self.fields)
        before, sql = self.text.replace("events", "", 1), self.sql
        self.used["union"] += 1
        self.text = f"events{before}\n| where {one[0]}\n| union (events{before}\n| where {two[0]})"
        branch = lambda test: f"SELECT {listed(names)} FROM ({sql}) WHERE {test}"
        self.sql = f"{branch(one[1])} UNION ALL {branch(two[1])}"
        self.sql = f"SELECT *, 0 AS _row FROM ({self.sql})"
        self.ordered = False

    def expand(self):
        if "word" in self.fields or "t" not in self.fields or not self.ordered:
            raise Skip
        self.stage(
            "mv-expand",
            'mv-expand word = split(t, " ")',
            "SELECT *, unnest(string_split(coalesce(t, ''), ' ')) AS \"word\" FROM {}",
        )
        self.fields["word"] = "dynamic word"
        self.ordered = False

    def nothing(self):
        pass

    def distinct(self):
        names = self.dice.sample([name for name in self.fields if self.fields[name] != "real"], self.dice.randrange(1, 3))
        self.stage("distinct", f"distinct {', '.join(names)}", f"SELECT DISTINCT {listed(names)} FROM {{}}")
        self.fields, self.order = {name: self.fields[name] for name in names}, None

    def ranked(self, word):
        key = self.dice.choice([name for name in self.fields if self.fields[name] in ("long", "string", "real")])
        way = self.dice.choice(["asc", "desc"])
        nulls = "FIRST" if way == "asc" else "LAST"
        if not self.ordered:
            raise Skip
        count = self.dice.randrange(1, 30)
        text = f"top {count} by {key} {way}, id asc" if word == "top" else f"sort by {key} {way}, id asc"
        limit = f" LIMIT {count}" if word == "top" else ""
        key = f'"{key}"'
        self.stage(word, text, f"SELECT * FROM {{}} ORDER BY {key} {way} NULLS {nulls}, id ASC{limit}")
        self.sql = f"SELECT * EXCLUDE (_row), row_number() OVER (ORDER BY {key} {way} NULLS {nulls}, id ASC) AS _row FROM ({self.sql})"

    def top(self):
        self.ranked("top")

    def sort(self):
        self.ranked("sort")

    def some(self, word, order):
        if not self.ordered:
            raise Skip
        count = self.dice.randrange(1, 40)
        self.stage(word, f"{word} {count}", f"SELECT * FROM (SELECT * FROM {{}} ORDER BY {order} LIMIT {count})")

    def take(self):
        self.some("take", "_row")

    def tail(self):
        self.some("tail", "_row DESC")

    def join(self, kind=None):
        kind = kind or self.dice.choice(["inner", "leftouter"])
        span = self.dice.choice([1, 3])
        self.used[f"join {kind}"] += 1
        within = f'abs(l."timestamp" - r."timestamp") <= {span} * {SECOND}::BIGINT'
        condition = f'l."s" = r."s" AND {within}'
        self.text += f"\n| join kind={kind} (events | where k > 12 | project timestamp, s, other = id) on s within {span}s"
        right = 'SELECT "timestamp", "s", "id" AS "other" FROM events WHERE "k" > 12'
        if kind == "leftanti":
            self.sql = f"SELECT * FROM ({self.sql}) l WHERE NOT EXISTS (SELECT 1 FROM ({right}) r WHERE {condition})"
        else:
            how = "LEFT" if kind == "leftouter" else "INNER"
            self.sql = (
                f'SELECT l.*, r."timestamp" AS "timestamp1", r."s" AS "s1", r."other" FROM ({self.sql}) l {how} JOIN ({right}) r ON {condition}'
            )
            self.fields |= {"timestamp1": "datetime", "s1": "string", "other": "long"}
        self.ordered = False

    def anti(self):
        self.join("leftanti")

    def lookup(self):
        kind = self.dice.choice(["inner", "leftouter"])
        how = "LEFT" if kind == "leftouter" else "INNER"
        self.stage("lookup", f"lookup kind={kind} owners on s", f'SELECT l.*, r."team" FROM {{}} l {how} JOIN owners r ON l."s" = r."s"')
        self.fields["team"] = "string"
        self.ordered = False

    def summarize(self):
        dice = self.dice
        keys = dice.sample([name for name in self.fields if self.fields[name] in ("string", "bool") or name == "k"], dice.randrange(0, 3))
        texts, group, made = list(keys), [f'"{key}"' for key in keys], {key: self.fields[key] for key in keys}
        window = dice.choice([None, 1, 5, 10, 60])
        source = self.sql
        if window and "timestamp" in self.fields:
            texts.append(f"bin(timestamp, {window}s)")
            made["timestamp"] = "datetime"
            group.append(f'("timestamp" - "timestamp" % ({window} * {SECOND}::BIGINT)) AS "timestamp"')
            self.used["bin(timestamp)"] += 1
            if dice.random() < 0.15:
                gap = dice.choice([300, 700, 1500])
                texts[-1] = f"session(timestamp, gap={gap}ms, max=1d)"
                self.used["session"] += 1
                parts = f"PARTITION BY {listed(keys)} " if keys else ""
                begins = f'coalesce("timestamp" - lag("timestamp") OVER ({parts}ORDER BY "timestamp") >= {gap}000000::BIGINT, TRUE)'
                numbered = f"SELECT *, {begins} AS _begins FROM ({self.sql})"
                numbered = f'SELECT *, sum(_begins::INT) OVER ({parts}ORDER BY "timestamp" ROWS UNBOUNDED PRECEDING) AS _session FROM ({numbered})'
                source = f'SELECT *, min("timestamp") OVER (PARTITION BY {listed([*keys, "_session"])}) AS _window FROM ({numbered})'
                group[-1] = '_window AS "timestamp"'
                window = None
            elif dice.random() < 0.25 and window > 1:
                every = window // 5
                texts[-1] = f"hop(timestamp, size={window}s, every={every}s)"
                self.used["hop"] += 1
                last = f'"timestamp" - "timestamp" % ({every} * {SECOND}::BIGINT)'
                # Each event is in as many windows as begin within a size before it.
                source = f'SELECT *, {last} - h * {every} * {SECOND}::BIGINT AS _window FROM ({self.sql}), range({window // every}) r(h)'
                group[-1] = '_window AS "timestamp"'
        else:
            window = None
        outputs = []
        for number in range(dice.randrange(1, 4)):
            name = f"a{number}"
            text, sql, ty = self.aggregate(name, window, made, texts[-1] if texts else "")
            if ty == "two":
                # It leaves two fields, under their own names.
                field = sql
                made |= {"id": "long", field: self.fields[field]}
                by, of = text[4:7], f'"{field}"'
                outputs.append((text, f'{by}("id") AS "id", {text[:7]}_null({of}, "id") AS {of}'))
                continue
            outputs.append((f"{name} = {text}", f'{sql} AS "{name}"'))
            made[name] = ty
        by = f" by {', '.join(texts)}" if texts else ""
        columns = ", ".join(group + [sql for _, sql in outputs])
        # Without a key there is an answer also where there are no events.
        self.sql = source
        self.stage(
            "summarize",
            f"summarize {', '.join(text for text, _ in outputs)}{by}",
            f"SELECT {columns} FROM {{}}" + (" GROUP BY ALL" if group else ""),
        )
        self.fields, self.order = made, None

    def aggregate(self, name, window, made, window_text):
        kind = self.dice.choice(AGGREGATES + (["rate"] if window else []))
        self.used[kind] += 1
        long = lambda: self.gen.of(self.fields, "long", 1)
        text = lambda: self.gen.of(self.fields, "string", 1)
        test = lambda: self.gen.of(self.fields, "bool", 1)
        if kind == "count":
            return "count()", "count(*)", "long"
        if kind == "rate":
            return "rate()", f"(count(*) / {window}::DOUBLE)", "real"
        if kind == "countif":
            a = test()
            return f"countif({a[0]})", f"count(*) FILTER ({a[1]})", "long"
        if kind == "sum":
            a = long()
            return f"sum({a[0]})", f"CAST(coalesce(sum({a[1]}), 0) AS BIGINT)", "long"
        if kind == "sumif":
            a, b = long(), test()
            return f"sumif({a[0]}, {b[0]})", f"CAST(coalesce(sum({a[1]}) FILTER ({b[1]}), 0) AS BIGINT)", "long"
        if kind == "sum real":
            a = self.gen.of(self.fields, "real", 0)
            return f"sum({a[0]})", f"coalesce(sum({a[1]}), 0)", "real"
        if kind == "avg":
            a = long()
            return f"avg({a[0]})", f"avg({a[1]})", "real"
        if kind == "avgif":
            a, b = long(), test()
            return f"avgif({a[0]}, {b[0]})", f"avg({a[1]}) FILTER ({b[1]})", "real"
        if kind in ("min", "max"):
            name = self.dice.choice([name for name in self.fields if self.fields[name] in ("long", "datetime")])
            # What is large is not computed with.
            return f"{kind}({name})", f'{kind}("{name}")', "wide" if name == "n" else self.fields[name]
        if kind == "min text":
            a = text()
            return f"min({a[0]})", f"min({a[1]})", "string"
        if kind == "dcount":
            a = text()
            return f"dcount({a[0]})", f"count(DISTINCT {a[1]})", "long"
        if kind == "dcountif":
            a, b = text(), test()
            return f"dcountif({a[0]}, {b[0]})", f"count(DISTINCT {a[1]}) FILTER ({b[1]})", "long"
        if kind in ("stdev", "variance"):
            a = long()
            of = "stddev_samp" if kind == "stdev" else "var_samp"
            return f"{kind}({a[0]})", f"coalesce({of}({a[1]}::DOUBLE), 0)", "real"
        if kind == "percentile":
            a, p = long(), self.dice.choice([1, 50, 90, 99])
            self.sketched.add(name)
            # The nearest rank: the least value that has so many at or below it.
            ranked = f"list_sort(list({a[1]}) FILTER (({a[1]}) IS NOT NULL))"
            place = f"greatest(1, CAST(ceil({p} * count({a[1]}) / 100) AS BIGINT))"
            return f"percentile({a[0]}, {p})", f"{ranked}[{place}]", "long"
        if kind in ("make_set", "make_list"):
            if kind == "make_list" and not self.ordered:
                raise Skip
            a = text()
            # In sliding windows and sessions the elements do not stand in the order of arrival.
            if kind == "make_set" or "hop(" in window_text or "session(" in window_text:
                self.sets.add(name)
            distinct, order = ("DISTINCT ", "") if kind == "make_set" else ("", " ORDER BY _row")
            return f"{kind}({a[0]})", f"coalesce(list({distinct}{a[1]}{order}) FILTER (({a[1]}) IS NOT NULL), [])", "dynamic"
        if not self.ordered or "id" not in self.fields:
            raise Skip
        a = text()
        if kind in ("first", "last"):
            by = "arg_min" if kind == "first" else "arg_max"
            # They pass over nulls; ids are in the order of time.
            return f"{kind}({a[0]})", f'{by}({a[1]}, "id") FILTER (({a[1]}) IS NOT NULL)', "string"
        of = self.dice.choice([name for name in ("s", "t", "x", "b") if name in self.fields and name not in made and "id" not in made])
        return f"{kind}(id, {of})", of, "two"


def listed(names):
    return ", ".join(f'"{name}"' for name in names)


def macros(base):
    base.execute("CREATE MACRO floor_mod(a, b) AS ((a % b) + abs(b)) % abs(b)")
    base.execute("CREATE MACRO trunc_div(a, b) AS CAST((abs(a) // abs(b)) * sign(a) * sign(b) AS BIGINT)")


def normal(value, ty, is_set=False):
    """One form for both answers."""
    if value is None:
        return None
    if ty == "datetime":
        return value if isinstance(value, int) else nanos_of(value)
    if ty == "dynamic":
        return sorted(value, key=str) if is_set else list(value)
    if ty == "real":
        value = float(value)
        return None if math.isnan(value) or math.isinf(value) else value
    return value


def nanos_of(text):
    whole, _, rest = text.rstrip("Z").partition(".")
    at = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return int(at.timestamp()) * SECOND + int((rest or "0").ljust(9, "0"))


def close(one, two, within=1e-9):
    if isinstance(one, int) and isinstance(two, int) and within > 1e-9:
        return math.isclose(one, two, rel_tol=within)
    if isinstance(one, float) and isinstance(two, (int, float)) or isinstance(two, float) and isinstance(one, (int, float)):
        return math.isclose(one, two, rel_tol=within, abs_tol=1e-12)
    return one == two


def same(ours, theirs, within):
    return len(ours) == len(theirs) and all(
        len(a) == len(b) and all(close(x, y, share) for x, y, share in zip(a, b, within)) for a, b in zip(ours, theirs)
    )


def key(row):
    return [(value is None, str(type(value)), str(round(value, 6)) if isinstance(value, float) else str(value)) for value in row]


def expected(base, pipeline):
    order = " ORDER BY _row" if pipeline.order and pipeline.ordered else ""
    types = pipeline.columns()
    rows = base.execute(f"SELECT {listed(name for name, _ in types)} FROM ({pipeline.sql}){order}").fetchall()
    return [[normal(value, ty, name in pipeline.sets) for value, (name, ty) in zip(row, types)] for row in rows]


def answer(headwater, folder, blocks, lines, piece):
    """The rows of each block; the events from the file, or through a pipe in pieces of so many lines."""
    run = subprocess.Popen(
        [headwater, "run", "runbook.md", *blocks, "--format", "ndjson", "--quiet"],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip

    def feed():
        try:
            for start in range(0, len(lines) if piece else 0, piece or 1):
                run.stdin.write("\n".join(lines[start : start + piece]) + "\n")
                run.stdin.flush()
            run.stdin.close()
        except BrokenPipeError:
            pass  # Every pipeline had enough.

    feeder = threading.Thread(target=feed)
    feeder.start()
    out, err = run.stdout.read(), run.stderr.read()
    feeder.join()
    if run.wait() != 0:
        return None, err
    rows = {}
    for text in out.splitlines():
        row = json.loads(text)
        rows.setdefault(row["block"], []).append(row)
    return rows, err


def check(headwater, seed, pipelines, used):
    dice = random.Random(seed)
    rows = events(dice, dice.choice([0, 1, 5, 60, 400]))
    base = duckdb.connect()
    macros(base)
    base.execute("CREATE TABLE events (_row BIGINT, timestamp BIGINT, id BIGINT, s VARCHAR, t VARCHAR, k BIGINT, n BIGINT, x DOUBLE, b BOOLEAN)")
    if rows:
        base.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [[place, *row.values()] for place, row in enumerate(rows)])
    owners = [("checkout", "blue"), ("cart", "red"), ("cart", "green"), ("Cart", None), (None, "nobody")]
    base.execute("CREATE TABLE owners (s VARCHAR, team VARCHAR)")
    base.executemany("INSERT INTO owners VALUES (?, ?)", owners)
    made = []
    while len(made) < pipelines:
        try:
            made.append(Pipeline(dice, used))
        except (Skip, IndexError, ValueError):
            used["left out"] += 1
    with tempfile.TemporaryDirectory() as folder:
        lines = [line(dice, row) for row in rows]
        Path(folder, "events.jsonl").write_text("".join(text + "\n" for text in lines))
        Path(folder, "owners.jsonl").write_text("".join(json.dumps({"s": s, "team": team}) + "\n" for s, team in owners))
        types = {"timestamp": "datetime", "id": "long", "s": "string", "t": "string", "k": "long", "n": "long", "x": "real", "b": "bool"}
        fields = "\n".join(f'{name} = {{ type = "{ty}" }}' for name, ty in types.items())
        declare = f"open = false\n[sources.%s.fields]\n{fields}\n"
        Path(folder, "headwater.toml").write_text(
            f'[sources.events]\nuri = "file:events.jsonl"\nlateness = "2s"\ntimestamp = "timestamp"\n{declare % "events"}'
            f'[sources.owners]\nuri = "file:owners.jsonl"\nopen = false\n[sources.owners.fields]\ns = {{ type = "string" }}\nteam = {{ type = "string" }}\n'
        )
        blocks = "".join(f"```headwater name=p{number}\n{pipeline.text}\n```\n\n" for number, pipeline in enumerate(made))
        Path(folder, "runbook.md").write_text(blocks)
        for piece in (None, *([dice.choice([1, 7, 500])] if len(rows) >= 400 else [])):
            if piece is not None:
                toml = Path(folder, "headwater.toml")
                toml.write_text(toml.read_text().replace('"file:events.jsonl"', '"stdin:?format=json"'))
            # What comes by a pipe may never end, so it cannot be sorted.
            chosen = [(f"p{number}", one) for number, one in enumerate(made) if not (piece and "| sort" in one.text)]
            found, said = answer(headwater, folder, [name for name, _ in chosen], lines, piece)
            if found is None:
                print(f"seed {seed}: the runbook did not run\n{said}")
                return False
            for name, pipeline in chosen:
                if not compare(base, seed, pipeline, found.get(name, []), piece):
                    return False
    return True


def compare(base, seed, pipeline, found, piece):
    try:
        theirs = expected(base, pipeline)
    except duckdb.Error as error:
        print(f"seed {seed}: DuckDB refuses the translation: {error}\n{pipeline.text}\n{pipeline.sql}")
        return False
    types = pipeline.columns()
    within = [0.01 if name in pipeline.sketched else 1e-9 for name, _ in types]
    ours = [[normal(row.get(name), ty, name in pipeline.sets) for name, ty in types] for row in found]
    if not (pipeline.order and pipeline.ordered):
        ours, theirs = sorted(ours, key=key), sorted(theirs, key=key)
    if same(ours, theirs, within):
        return True
    how = "" if piece is None else f", in pieces of {piece} lines"
    print(f"seed {seed}{how}: the answers differ\n\n{pipeline.text}\n\n{pipeline.sql}\n\nfields {[name for name, _ in types]}")
    shown = 0
    for place in range(max(len(ours), len(theirs))):
        one = ours[place] if place < len(ours) else "nothing"
        two = theirs[place] if place < len(theirs) else "nothing"
        if one == "nothing" or two == "nothing" or not same([one], [two], within):
            print(f"row {place}: headwater {one}\n{' ' * len(f'row {place}')}     duckdb {two}")
            shown += 1
            if shown == 5:
                break
    print(f"\nagain: runner/tests/oracle.py HEADWATER --from {seed} --seeds 1")
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("headwater", type=Path)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--pipelines", type=int, default=12)
    parser.add_argument("--keep-going", action="store_true")
    args = parser.parse_args()
    used, wrong = Counter(), 0
    for seed in range(args.first, args.first + args.seeds):
        if not check(str(args.headwater.resolve()), seed, args.pipelines, used):
            wrong += 1
            if not args.keep_going:
                sys.exit(1)
    tried = args.seeds * args.pipelines
    print(f"{wrong} seeds differ" if wrong else f"{tried} pipelines of {args.seeds} seeds answer as DuckDB does")
    left_out = used.pop("left out", 0)
    print(f"({left_out} choices without a translation were left out) " + ", ".join(f"{word} {count}" for word, count in sorted(used.items())))
    never = {*LONGS, *REAL_FUNCTIONS, *STRINGS, *TESTS, *LOGIC, *AGGREGATES, *STAGES} - set(used)
    if never and args.seeds >= ENOUGH:
        print(f"never tried: {', '.join(sorted(never))}")
    sys.exit(1 if wrong or (never and args.seeds >= ENOUGH) else 0)


main()
