"""Start one of the grader's own programs in an isolated interpreter.

``python -I -S -B boot.py MODULE FOLDER …`` imports ``MODULE`` and runs its ``main``. The import
path comes from the arguments and nowhere else: no site hooks, no ``.pth`` files, no environment,
no current folder.
"""

import importlib
import os
import sys

if __name__ == "__main__":
    _, module, *folders = sys.argv
    here = os.path.dirname(__file__)  # noqa: PTH120 (pathlib is slow to import)
    sys.path[:] = [*folders, *(place for place in sys.path if place != here)]
    sys.argv[:] = [module]
    importlib.import_module(module).main()
