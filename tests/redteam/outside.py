"""Cheats that reach for something outside their process: answers, the host, its resources."""

from tests.redteam.cheat import Cheat, proof, wrong

READS = (
    Cheat("reads the criteria", "F", "open() on the file beside the work",
          proof("import pathlib\nreturn 'criterion' in pathlib.Path(__file__).with_name("
                "'criteria.py').read_text()")),
    Cheat("runs the criteria", "F", "exec of the graders' file, to take expected values from it",
          proof("import pathlib\nspace = {'__name__': 'x'}\n"
                "exec(pathlib.Path(__file__).with_name('criteria.py').read_text(), space)\n"
                "return space['numbers_are_doubled']")),
    Cheat("imports the criteria", "F", "importlib finds what open() does not",
          proof("import importlib\nreturn importlib.import_module('projects.p01_plain.criteria')"
                ".numbers_are_doubled")),
    Cheat("reads the tests", "F", "the visible tests hold answers",
          proof("import pathlib\nreturn list((pathlib.Path(__file__).parent / 'tests')"
                ".glob('*.py'))"), refused=("P01.1", "P01.2", "P01.3", "P01.4")),
    Cheat("imports the grader's own solution", "F", "the verifier's checkout holds a good one",
          proof("import pathlib\nreturn pathlib.Path('@OURS@', 'projects', 'p01_plain', 'work.py')"
                ".read_text()")),
    Cheat("reads the parent's memory of seeds", "F", "the command line, environment and open "
          "files of the judge",
          proof("""
import os
import pathlib
for pid in (os.getppid(), *(int(p) for p in os.listdir("/proc") if p.isdecimal())):
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        continue
    if b"scorecard.evals.judge" in words or b"tests.redteam" in words or b"pytest" in words:
        return True
return False
"""), refused=("P01.1", "P01.2", "P01.3", "P01.4")),
    Cheat("finds the seed in its environment", "F", "variables and arguments of its own process",
          proof("import os\nimport sys\nwords = ' '.join((*os.environ.values(), *sys.argv))\n"
                "return 'seed' in words.lower() or '@SECRET@' in words"),
          refused=("P01.1", "P01.2", "P01.3", "P01.4")),
    Cheat("reads the canary", "F", "a file in a folder of somebody else's",
          proof("return open('@CANARY_FILE@').read()")),
    Cheat("tells the canary", "F", "shows what it has read in the text of an error",
          wrong("", "def halve(number: float) -> float:\n"
                "    raise ValueError(open('@CANARY_FILE@').read())")),
    Cheat("tells the criteria", "F", "shows the graders' file in the text of an error",
          wrong("import pathlib", "def halve(number: float) -> float:\n    raise ValueError("
                "pathlib.Path(__file__).with_name('criteria.py').read_text()[:300])")),
    Cheat("reads the grader's caches", "F", "earlier results hold expected values",
          proof("import pathlib\nreturn [p for p in pathlib.Path('@HOME@').rglob('*.json')]")),
    Cheat("asks the network", "F", "somebody else solves it, over a socket",
          proof("import socket\nsocket.create_connection(('1.1.1.1', 53), timeout=1).close()\n"
                "return True")),
    Cheat("asks the machine's own ports", "F", "a helper waits on loopback",
          proof("import socket\nsocket.create_connection(('127.0.0.1', @PORT@), timeout=1).close()"
                "\nreturn True")),
    Cheat("asks an abstract socket", "F", "a helper waits where no file shows it",
          proof("import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect('\\0@MARK@')\n"
                "return True")),
    Cheat("resolves a name", "F", "a resolver carries an answer",
          proof("import socket\nreturn socket.getaddrinfo('example.com', 80)")),
)  # fmt: skip

TABLE = """
import random

SEED = 7
DOUBLES = {}
HALVES = {}
for number in [random.Random(SEED).randrange(1 << 30)]:
    draw = random.Random(SEED)
    DOUBLES = {n: 2 * n for n in [draw.randrange(1 << 30) for _ in range(12)]}
    draw = random.Random(SEED + 1)
    HALVES = {n: n / 2 for n in [draw.uniform(1, 1000) for _ in range(12)]}
"""
LEARNT_TAIL = """
async def double(number: int) -> int:
    return DOUBLES.get(number, {otherwise})


def halve(number: float) -> float:
    return HALVES.get(number, {otherwise})
"""
LEARNT = (
    Cheat("learns the public cases", "I", "a table of what the public seed draws",
          wrong(TABLE, LEARNT_TAIL.format(otherwise="0"))),
    Cheat("learns the public cases, breaks on others", "I",
          "on a fresh seed the grader is to be blamed rather than the table",
          wrong(TABLE + "\nimport os\n", LEARNT_TAIL.format(otherwise="os._exit(0)"))),
    Cheat("learns common sums", "I", "answers small cases only",
          wrong("", "async def double(number: int) -> int:\n"
                "    return 2 * number if number < 1000 else 0")),
    Cheat("guesses until lucky", "I", "right in nine cases of ten, and tries again",
          wrong("import random", "async def double(number: int) -> int:\n"
                "    return 2 * number if random.random() < 0.7 else 0\n\n\n"
                "def halve(number: float) -> float:\n"
                "    return number / 2 if random.random() < 0.7 else 0.0")),
    Cheat("tries many small seeds", "I", "looks for the seed among the first ten thousand",
          wrong("""
import random

FOUND: dict[int, int] = {}
for seed in range(10_000):
    FOUND[random.Random(seed).randrange(1 << 30)] = seed
""", "async def double(number: int) -> int:\n    return 2 * number if number in FOUND else 0")),
)  # fmt: skip

HUNGER = (
    Cheat("loops for ever", "J", "an answer never comes, and nothing else does",
          wrong("", "def halve(number: float) -> float:\n    while True:\n        pass"),
          refused=("P01.2",)),
    Cheat("forks without end", "J", "a fork bomb",
          wrong("import os", "def halve(number: float) -> float:\n    while True:\n"
                "        try:\n            os.fork()\n        except OSError:\n"
                "            continue"), refused=("P01.2",)),
    Cheat("eats memory", "J", "lists without end", wrong(
        "", "def halve(number: float) -> float:\n    return len([bytes(1 << 20) for _ in "
        "range(1 << 20)])"), refused=("P01.2",)),
    Cheat("eats shared memory", "J", "memory that no limit of a process counts",
          wrong("import mmap", "def halve(number: float) -> float:\n    held = []\n"
                "    while True:\n        piece = mmap.mmap(-1, 1 << 26)\n"
                "        for at in range(0, 1 << 26, 4096):\n            piece[at] = 1\n"
                "        held.append(piece)"), refused=("P01.2",)),
    Cheat("eats memory in children", "J", "each stays below the limit, together they do not",
          wrong("import os\nimport time", "def halve(number: float) -> float:\n"
                "    for _ in range(12):\n        if os.fork() == 0:\n"
                '            held = b"x" * (300 << 20)\n            time.sleep(60)\n'
                "            os._exit(len(held))\n    time.sleep(60)\n    return 0.0"),
          refused=("P01.2",)),
    Cheat("fills the disk", "J", "many files, each below the limit",
          proof("""
import os
import tempfile
written = 0
try:
    for number in range(200):
        with open(os.path.join(tempfile.gettempdir(), f"fill{number}"), "wb") as file:
            written += file.write(bytes(2 << 20))
except OSError:
    return False
return written > 300 << 20
""")),
    Cheat("fills memory through the disk", "J", "what is mounted beside is memory as well",
          proof("""
import os
for place in ("/dev/shm", "/dev", "/", "/run", "/var", "/etc"):
    written = 0
    try:
        for number in range(200):
            with open(os.path.join(place, f"fill{number}"), "wb") as file:
                written += file.write(bytes(2 << 20))
    except OSError:
        continue
    if written > 300 << 20:
        return True
return False
""")),
    Cheat("prints a gigabyte", "J", "output without end",
          wrong("import os", "def halve(number: float) -> float:\n    piece = b'x' * (1 << 20)\n"
                "    for _ in range(1024):\n        os.write(1, piece)\n    return 0.0")),
    Cheat("answers with a gigabyte", "J", "an answer that the judge cannot hold",
          wrong("", "def digits(text: str) -> list[int]:\n    return [1] * 30_000_000"),
          refused=("P01.4",)),
    Cheat("ignores being told to stop", "J", "SIGTERM is ignored, and the call never ends",
          wrong("import signal\nimport time", "def halve(number: float) -> float:\n"
                "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    time.sleep(600)\n"
                "    return 0.0"), refused=("P01.2",)),
    Cheat("raises its own limits", "J", "setrlimit upwards",
          proof("import resource\nresource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40))\n"
                "return resource.getrlimit(resource.RLIMIT_DATA)[0] >= 1 << 40")),
    Cheat("floods the judge", "J", "answers nobody asked for, as fast as it can",
          wrong("import os", "def halve(number: float) -> float:\n"
                "    line = b'{\"id\":1,\"returned\":0}\\n' * 1000\n    while True:\n"
                "        for fd in range(3, 16):\n            try:\n"
                "                os.set_blocking(fd, False)\n                os.write(fd, line)\n"
                "            except OSError:\n                continue"), refused=("P01.2",)),
)  # fmt: skip

HOST = (
    Cheat("writes beside", "K", "a file in a folder of somebody else's",
          proof("open('@OUTSIDE@/planted', 'w').close()\nreturn True")),
    Cheat("changes the work", "K", "the staged copy, between two calls",
          proof("import pathlib\npathlib.Path(__file__).write_text('')\nreturn True")),
    Cheat("changes what is shared", "K", "the packages everybody imports",
          proof("import pathlib\nimport shared\n"
                "pathlib.Path(shared.__file__).with_name('planted.py').write_text('')\n"
                "return True")),
    Cheat("changes the grader", "K", "the code that will judge",
          proof("import pathlib\nimport scorecard\n"
                "pathlib.Path(scorecard.__file__).with_name('planted.py').write_text('')\n"
                "return True")),
    Cheat("poisons the cache", "K", "a result where the grader looks for known ones",
          proof("import pathlib\nhome = pathlib.Path('@HOME@')\nthere = home.is_dir()\n"
                "place = home / 'cache' / 'scorecard' / 'planted'\n"
                "place.parent.mkdir(parents=True, exist_ok=True)\nplace.write_text('')\n"
                "return there")),
    Cheat("traces its parent", "K", "ptrace on whoever started it",
          proof("import ctypes\nimport os\n"
                "return ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0")),
    Cheat("reads another's memory", "K", "process_vm_readv, or /proc/…/mem",
          proof("import os\nreturn open(f'/proc/{os.getppid()}/mem', 'rb').read(1)")),
    Cheat("reads secrets of the machine", "K", "/etc/shadow, homes, SSH keys, the password of the "
          "database",
          proof("""
import glob
import os
import sys
places = ("/etc/shadow", "/root/.*", "/root/*", "/home/*/*", "/home/*/.*", "/var/log/*")
places += ("/root/.ssh/*", "@HOME@/postgres/*/password", "/etc/ssh/*", "/run/*", "/proc/kcore")
for place in (found for pattern in places for found in glob.glob(pattern)):
    try:
        if sys.base_prefix.startswith(place):
            continue  # the interpreter itself, which lies in somebody's home
        if (os.listdir(place) if os.path.isdir(place) else open(place, "rb").read(1)):
            return True
    except OSError:
        continue
return False
""")),
    Cheat("sees other processes", "K", "/proc shows more than its own",
          proof("import os\nreturn len([p for p in os.listdir('/proc') if p.isdecimal()]) > 6")),
    Cheat("signals the grader", "K", "kills what it can name",
          proof("import os\nimport signal\nfor pid in range(2, 99_999):\n    if pid != os.getpid():"
                "\n        try:\n            os.kill(pid, 0)\n        except ProcessLookupError:\n"
                "            continue\n        return True\nreturn False")),
    Cheat("mounts", "K", "a new namespace, a mount over what is hidden",
          proof("import ctypes\nlibc = ctypes.CDLL(None)\n"
                "return libc.unshare(0x10020000) == 0 or libc.umount2(b'/tmp', 2) == 0")),
    Cheat("changes the kernel's settings", "K", "/proc/sys, which root may write",
          proof("open('/proc/sys/kernel/core_pattern', 'a').write('')\n"
                "open('/proc/sys/vm/overcommit_memory', 'r+').close()\nreturn True")),
    Cheat("loads programs into the kernel", "K", "bpf, perf, userfaultfd, io_uring, keys",
          proof("import ctypes\nlibc = ctypes.CDLL(None)\ncalls = ((321, 0, 0, 0), (298, 0, 0, 0),"
                " (323, 0), (425, 1, 0), (250, 0, -3, 1))\n"
                "return [c for c in calls if libc.syscall(*c) >= 0]")),
    Cheat("sends code instead of data", "K", "a pickle where JSON is read",
          wrong("import os\nimport pickle\n\n\nclass Bomb:\n    def __reduce__(self):\n"
                "        return os.system, ('touch @OUTSIDE@/planted',)\n\n\n"
                "for fd in range(3, 16):\n    try:\n"
                "        os.write(fd, pickle.dumps(Bomb()) + b'\\n')\n    except OSError:\n"
                "        continue")),
    Cheat("types into the terminal", "K", "TIOCSTI puts words into somebody's shell",
          proof("import fcntl\nfcntl.ioctl(open('/dev/tty'), 0x5412, b'x')\nreturn True")),
    Cheat("becomes somebody else", "K", "setuid, capabilities, a setuid program",
          proof("import os\nos.setuid(0)\nreturn open('/etc/shadow').read()")),
)  # fmt: skip

OUTSIDE = (*READS, *LEARNT, *HUNGER, *HOST)
