"""Rule pages of one's own, for tests that must not depend on the shipped ones."""

from __future__ import annotations

from pathlib import Path

BODY = """\
# {name}

## What it does

It tests.

## Why is this bad?

It is not.

## When it is right to ignore this

Always.

## Bad

```python bad
...
```

## Good
"""

REFERENCES = """\
somebody2018:
  authors: Ann Body, Ben Body
  year: 2018
  title: It is so
  url: https://example.org/so
  verified: yes
"""


def write_page(
    folder: Path,
    code: str = "TST101",
    name: str = "tested-dense",
    *,
    pattern: str = "found:dense",
    at: str = "found",
    message: str = "{found.name} is dense",
    severity: str = "warning",
    default: str = "on",
    extra: str = "",
) -> Path:
    """Write a rule page, and the bibliography that it needs, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    front = f"""\
code: {code}
name: {name}
group: tests
summary: Test of {name}
severity: {severity}
confidence: high
default: {default}
since: "0.1"
pattern: "{pattern}"
at: {at}
message: "{message}"
help: think about {{{at}.name}}
fix: none
evidence:
  for: [{{cite: somebody2018, strength: ablation, claim: "it was tried"}}]
  against: []
{extra}"""
    path = folder / f"{code}-{name}.md"
    path.write_text(f"---\n{front}---\n{BODY.format(name=name)}", encoding="utf-8")
    (folder / "references.yaml").write_text(REFERENCES, encoding="utf-8")
    return path
