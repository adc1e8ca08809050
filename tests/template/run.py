"""Runs the tests of this folder, and says how many in the words of cargo's tests, so that tests/run counts them.

usage: run.py
"""

import pathlib
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent


def main():
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(FOLDER))
    # The translator gathers figures about itself and complains when nobody asks for them.
    sys.stderr.reconfigure(line_buffering=True)
    suite = unittest.defaultTestLoader.discover(str(FOLDER), top_level_dir=str(FOLDER))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    failed = len(result.failures) + len(result.errors)
    passed = result.testsRun - failed - len(result.skipped)
    print(f"test result: {'FAILED' if failed else 'ok'}. {passed} passed; {failed} failed; {len(result.skipped)} ignored;")
    return 0 if result.testsRun and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
