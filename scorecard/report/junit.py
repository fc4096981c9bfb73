"""JUnit XML, which CI services read: a suite a project, a case a check."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from scorecard.ledger import Check
from scorecard.locale import ENGLISH
from scorecard.report.ending import Ending, ending
from scorecard.report.reasons import reason
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import number

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, whoever wrote it."""


def junit_text(card: Scorecard) -> str:
    """Write the result as JUnit XML; what is unknown or not written is an error, never a skip."""
    suites = Element("testsuites", name="scorecard")
    for project in card.projects:
        suite = SubElement(suites, "testsuite", name=project.slug, tests=str(len(project.checks)))
        for check in project.checks:
            _case(suite, project, check)
    indent(suites)
    written = tostring(suites, encoding="unicode", xml_declaration=True) + "\n"
    return FORBIDDEN.sub("�", written)


def _case(suite: Element, project: ProjectResult, check: Check) -> None:
    name = f"{check.code} {check.title}"
    case = SubElement(suite, "testcase", classname=project.slug, name=name)
    if check.passed:
        return
    which = ending(project, check)
    message = ": ".join(filter(None, (reason(project, check, ENGLISH), number(check))))
    message = f"{which}: {message}" if which is Ending.NOT_WRITTEN else message
    kind = "failure" if which is Ending.FAILED else "error"
    found = SubElement(case, kind, message=message or str(which))
    found.text = "\n".join(f"{f.where} {f.message}" for f in check.findings)
