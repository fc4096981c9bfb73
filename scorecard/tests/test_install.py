"""Tests of what set-up tells uv; that it installs is seen by every run from nothing."""

import pytest

from scorecard.install import ROOT, in_uv_words, requirements, uv_settings


def test_what_pip_was_told_is_told_to_uv() -> None:
    listed = r"""
:env:.find-links='/wheels'
global.cert='/etc/ca.pem'
global.extra-index-url='\nhttps://one.example/simple\nhttps://two.example/simple'
global.index-url='https://mirror.example/simple'
"""

    told = in_uv_words(listed)

    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert told["UV_INDEX"] == "https://one.example/simple https://two.example/simple"
    assert told["UV_FIND_LINKS"] == "/wheels"
    assert told["SSL_CERT_FILE"] == "/etc/ca.pem"


def test_the_environment_is_stronger_than_a_file_and_the_rest_of_pip_is_left_out() -> None:
    listed = ":env:.index-url='https://a.example'\nglobal.index-url='https://b.example'\n"

    told = in_uv_words(listed + "install.user='true'\ndownload.index-url='https://c.example'\n")

    assert told["UV_DEFAULT_INDEX"] == "https://a.example"
    assert not {"user", "https://c.example"} & {*told, *told.values()}


def test_what_a_person_told_uv_itself_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")

    assert uv_settings({})["UV_DEFAULT_INDEX"] == "https://pip.example/simple"
    assert uv_settings({"UV_DEFAULT_INDEX": "own"})["UV_DEFAULT_INDEX"] == "own"


def test_everything_is_installed_by_hash() -> None:
    lines = list(requirements(ROOT / "poetry.lock"))

    assert len(lines) > 100
    assert all(" --hash=sha256:" in line for line in lines)
    assert sum(line.startswith("uv==") for line in lines) == 1
