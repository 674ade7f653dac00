"""The hooks, the action's steps and the GitLab job, run as their hosts run them."""

import json
import os
import pathlib
import subprocess
import xml.etree.ElementTree

import yaml

ROOT = pathlib.Path(os.environ["ROOT"])
WORK = pathlib.Path(os.environ["WORK"])

RIGHT = """# Right

```headwater name=all
spans
| where kind == "server"
| count
```

```headwater-test for=all input=demo:shop?seed=7&events=2000&start=2026-01-31T12:00:00Z
| Count |
|-------|
```
"""
WRONG = '# Wrong\n\n```headwater name=bad\nspans | where durration > 1s | count\n```\n'


def run(args, cwd, **env):
    done = subprocess.run(args, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def must(args, cwd, **env):
    code, said = run(args, cwd, **env)
    assert code == 0, f"{args} ended with {code}: {said}"
    return said


def repository():
    repo = WORK / "repo"
    repo.mkdir()
    must(["git", "init", "-q"], repo)
    (repo / "right.md").write_text(RIGHT)
    must(["headwater", "test", "--update"], repo)
    must(["git", "add", "."], repo)
    must(["git", "commit", "-qm", "one"], repo)
    must(["git", "checkout", "-qb", "change"], repo)
    return repo


def pre_commit(repo):
    hooks = [{"id": name} for name in ("headwater-fmt", "headwater-check", "headwater-test")]
    rev = must(["git", "rev-parse", "HEAD"], WORK / "hooks").strip()
    config = {"repos": [{"repo": str(WORK / "hooks"), "rev": rev, "hooks": hooks}]}
    (repo / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    must(["git", "add", "."], repo)
    said = must(["pre-commit", "run", "--all-files", "--color", "never"], repo)
    assert said.count("Passed") == 3, said
    (repo / "wrong.md").write_text(WRONG)
    must(["git", "add", "."], repo)
    code, said = run(["pre-commit", "run", "--color", "never"], repo)
    assert code == 1 and "wrong.md:4:15" in said and "no field `durration`" in said, said
    assert "headwater fmt............................................................Passed" in said, said
    # A configuration is checked with the runbooks that it is for, and a recording is tested by those that name it.
    must(["git", "rm", "-qf", "wrong.md"], repo)
    (repo / "headwater.toml").write_text('[sources.logs]\nuri = "demo:shop"\n')
    must(["git", "add", "."], repo)
    code, said = run(["pre-commit", "run", "headwater-check", "--color", "never"], repo)
    assert code == 1 and "right.md:4:1" in said, said
    must(["git", "rm", "-qf", "headwater.toml"], repo)
    (repo / "events.jsonl").write_text("{}\n")
    must(["git", "add", "."], repo)
    said = must(["pre-commit", "run", "--color", "never"], repo)
    assert said.count("Skipped") == 2 and said.count("Passed") == 1, said
    must(["git", "rm", "-qf", "events.jsonl"], repo)
    (repo / "wrong.md").write_text(WRONG)
    # The formatter changes a file, and pre-commit says so.
    (repo / "loose.md").write_text("```headwater\nspans|count\n```\n")
    must(["git", "add", "."], repo)
    code, said = run(["pre-commit", "run", "headwater-fmt", "--color", "never"], repo)
    assert code == 1 and "files were modified by this hook" in said, said
    assert (repo / "loose.md").read_text() == "```headwater\nspans | count\n```\n"
    must(["git", "rm", "-qf", "loose.md", "wrong.md"], repo)
    must(["git", "commit", "-qm", "hooks", "--no-verify"], repo)
    print("pre-commit: 3 hooks pass, a wrong runbook is refused at its line")


def action(repo):
    """Each step with the inputs' defaults, as the runner would give them."""
    action = yaml.safe_load((ROOT / ".github/actions/runbooks/action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    comments = WORK / "comments"
    # Stands for GitHub's own program, which asks the network.
    gh = WORK / "bin/gh"
    gh.write_text(f'#!/bin/sh\necho "$@" >>{comments}\ncat "$5" >>{comments}\n')
    gh.chmod(0o755)
    given = {
        "${{ inputs.headwater }}": "headwater",
        "${{ inputs.paths }}": ".",
        "${{ inputs.base }}": "main",
        "${{ inputs.input }}": "",
        "${{ inputs.comment }}": "true",
        "${{ inputs.token }}": "secret",
        "${{ github.event.pull_request.number }}": "7",
    }
    environment, summary = WORK / "environment", WORK / "summary.md"

    def steps():
        results = {}
        environment.write_text("")
        summary.write_text("")
        for step in action["runs"]["steps"]:
            assert step["shell"] == "bash"
            env = {name: given[value] for name, value in step.get("env", {}).items()}
            env |= dict(line.split("=", 1) for line in environment.read_text().splitlines())
            env |= {
                "GITHUB_ACTION_PATH": str(ROOT / ".github/actions/runbooks"),
                "GITHUB_ENV": str(environment),
                "GITHUB_STEP_SUMMARY": str(summary),
            }
            # As GitHub runs a step whose shell is bash.
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            results[step["name"]] = run(command, repo, **env)
        return results

    results = steps()
    assert all(code == 0 for code, _ in results.values()), results
    assert "headwater" in results["headwater"][1] and not comments.exists()
    (repo / "wrong.md").write_text(WRONG)
    (repo / "right.md").write_text((repo / "right.md").read_text().replace('"server"', '"client"'))
    results = steps()
    assert {name: code for name, (code, _) in results.items()} == {"headwater": 0, "check": 1, "test": 1, "diff": 0}, results
    assert "::error file=wrong.md,line=4,col=15" in results["check"][1], results
    assert "::error file=right.md,line=9,title=test of all::" in results["test"][1], results
    told = summary.read_text()
    assert "1 error in 2 runbooks" in told and "### `right.md`" in told and "0 passed, 1 failed" in told, told
    said = comments.read_text()
    assert said.startswith("pr comment 7 --body-file ") and '+ where kind == "client"' in said, said
    # Paths are arguments, whatever they are.
    given["${{ inputs.paths }}"] = "$(touch${IFS}broken) ; touch broken"
    results = steps()
    assert results["check"][0] == 2 and not (repo / "broken").exists(), results
    must(["git", "checkout", "-q", "right.md"], repo)
    print("GitHub action: each step run, annotations, summary and comment as they should be")


def gitlab(repo):
    job = yaml.safe_load((ROOT / ".gitlab/runbooks.yml").read_text())["runbooks"]
    script = "\n".join(job["script"])
    env = {"RUNBOOKS": job["variables"]["RUNBOOKS"], "CI_MERGE_REQUEST_DIFF_BASE_SHA": "main"}
    code, said = run(["sh", "-e", "-c", script], repo, **env)
    assert code == 1, said
    [issue] = json.loads((repo / "runbooks-quality.json").read_text())
    assert issue["check_name"] == "unknown-field" and issue["severity"] == "major", issue
    assert issue["location"] == {"path": "wrong.md", "lines": {"begin": 4, "end": 4}}, issue
    assert len(issue["fingerprint"]) == 64
    suites = xml.etree.ElementTree.parse(repo / "runbooks-tests.xml").getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("1", "0")
    (repo / "wrong.md").unlink()
    code, said = run(["sh", "-e", "-c", script], repo, **env)
    assert code == 0 and json.loads((repo / "runbooks-quality.json").read_text()) == [], said
    assert set(job["artifacts"]["reports"].values()) == {"runbooks-quality.json", "runbooks-tests.xml"}
    print("GitLab job: its script run, both reports as they should be")


if __name__ == "__main__":
    REPO = repository()
    pre_commit(REPO)
    action(REPO)
    gitlab(REPO)
