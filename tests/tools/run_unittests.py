"""Runs the Python tests of a folder, and says how many in the words of cargo's tests, so that tests/run counts them.

usage: run_unittests.py FOLDER
"""

import pathlib
import sys
import unittest


def main():
    folder = str(pathlib.Path(sys.argv[1]).resolve())
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    suite = unittest.defaultTestLoader.discover(folder, top_level_dir=folder)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed, ignored = len(result.failures) + len(result.errors), len(result.skipped)
    passed = result.testsRun - failed - ignored
    print(f"test result: {'FAILED' if failed else 'ok'}. {passed} passed; {failed} failed; {ignored} ignored;")
    return 0 if result.testsRun and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
