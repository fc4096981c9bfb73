"""JUnit XML, which CI services read: a suite a project, a case a check."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from scorecard.ledger import Check, State
from scorecard.report.result import Scorecard
from scorecard.report.words import number

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, whoever wrote it."""


def junit_text(card: Scorecard) -> str:
    """Write the result as JUnit XML; what could not be checked is an error, never a skip."""
    suites = Element("testsuites", name="scorecard")
    for project in card.projects:
        suite = SubElement(suites, "testsuite", name=project.slug, tests=str(len(project.checks)))
        for check in project.checks:
            _case(suite, project.slug, check)
    indent(suites)
    written = tostring(suites, encoding="unicode", xml_declaration=True) + "\n"
    return FORBIDDEN.sub("�", written)


def _case(suite: Element, slug: str, check: Check) -> None:
    case = SubElement(suite, "testcase", classname=slug, name=f"{check.code} {check.title}")
    if check.passed:
        return
    kind = "failure" if check.state is State.FAILED else "error"
    message = ": ".join(part for part in (str(check.cause), check.detail, number(check)) if part)
    found = SubElement(case, kind, message=message or str(check.state))
    found.text = "\n".join(f"{f.where} {f.message}" for f in check.findings)
