"""JUnit XML, which CI services read: a suite a project, a case a check."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from scorecard.ledger import Check, State
from scorecard.report.result import Scorecard
from scorecard.report.words import number


def junit_text(card: Scorecard) -> str:
    """Write the result as JUnit XML; what could not be checked is an error, never a skip."""
    suites = Element("testsuites", name="scorecard")
    for project in card.projects:
        suite = SubElement(suites, "testsuite", name=project.slug, tests=str(len(project.checks)))
        for check in project.checks:
            _case(suite, project.slug, check)
    indent(suites)
    return tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: Element, slug: str, check: Check) -> None:
    case = SubElement(suite, "testcase", classname=slug, name=f"{check.code} {check.title}")
    if check.passed:
        return
    kind = "failure" if check.state is State.FAILED else "error"
    message = ": ".join(part for part in (str(check.cause), check.detail, number(check)) if part)
    found = SubElement(case, kind, message=message or str(check.state))
    found.text = "\n".join(f"{f.where} {f.message}" for f in check.findings)
