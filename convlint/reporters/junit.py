"""``junit``: test results, which nearly every continuous integration shows.

A file is a test suite and a finding a test case, which fails if it makes the check fail. A file
without findings is one passed test case.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from convlint.finding import Finding
from convlint.report import Checked, Report
from convlint.reporters.places import file_of, from_here, line_of
from convlint.reporters.words import MODEL_IN_MEMORY, advice, headline, place
from convlint.text import printable


def text(report: Report) -> str:
    """The document, indented, in plain ASCII."""
    root = Element("testsuites", name="convlint")
    for checked in report.checked:
        root.append(_suite(checked))
    _count(root)
    indent(root)
    written: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return written.decode("ascii") + "\n"


def _suite(checked: Checked) -> Element:
    file = _path(checked.file)
    suite = Element("testsuite", name=file)
    for finding in checked.findings:
        _add_finding(suite, finding, fails=checked.fails(finding))
    if checked.error is not None:
        case = SubElement(suite, "testcase", name="can be checked", classname=file)
        SubElement(case, "error", message=printable(checked.error), type="InputError")
    elif not checked.findings:
        SubElement(suite, "testcase", name="no findings", classname=file)
    _count(suite)
    return suite


def _add_finding(suite: Element, finding: Finding, *, fails: bool) -> None:
    file = _path(file_of(finding))
    name = f"{finding.code} {finding.name}: {printable(finding.layer)}"
    case = SubElement(suite, "testcase", name=name, classname=file, file=file)
    where = line_of(finding)
    if where is not None:
        case.set("line", str(where.line))
    message = headline(finding)
    details = f"{place(finding)}: {message}\n{advice(finding)}"
    if fails:
        failure = SubElement(case, "failure", message=message, type=str(finding.severity))
        failure.text = details
    else:
        SubElement(case, "system-out").text = details


def _count(suite: Element) -> None:
    counts = {
        "tests": len(suite.findall(".//testcase")),
        "failures": len(suite.findall(".//failure")),
        "errors": len(suite.findall(".//error")),
    }
    for name, count in counts.items():
        suite.set(name, str(count))


def _path(file: str | None) -> str:
    return MODEL_IN_MEMORY if file is None else printable(from_here(file))
