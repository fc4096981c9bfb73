"""What the filter refuses, tried in a process of its own."""

import subprocess
import sys

from scorecard.place import GRADER_ROOT


def test_nobody_can_have_the_time_of_children_forgotten() -> None:
    code = (
        "import signal, subprocess, sys\n"
        "from scorecard.sandbox.seccomp import forbid\n"
        "if not forbid(): sys.exit(0)\n"
        "signal.getsignal(signal.SIGCHLD)\n"
        "try: signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "except PermissionError: sys.exit(subprocess.run(['true']).returncode)\n"
        "sys.exit(9)\n"
    )

    ran = subprocess.run([sys.executable, "-c", code], cwd=GRADER_ROOT, check=False)

    assert ran.returncode == 0
