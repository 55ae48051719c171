"""The stand-alone verifier as one file: what it is made of, and that it runs by itself."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from core.evidence import standalone
from core.evidence.bundle import PARTS, bundled
from core.evidence.documents import program
from tests.core.evidence.pack_scene import draft
from tests.core.evidence.packing import zipped

FOLDER = Path(standalone.__file__).parent
GUARD = """
import sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        known = {*sys.stdlib_module_names, "cryptography", "_cffi_backend"}
        if name.partition(".")[0] not in known:
            raise ImportError(f"the verifier may not import {name}")
sys.meta_path.insert(0, Guard())
import runpy
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(tmp_path, *words):
    file = tmp_path / "verify_evidence.py"
    file.write_bytes(program())
    return subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", GUARD, str(file), *words],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip


def names_of(node):
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [one.id for target in targets if target for one in ast.walk(target)
            if isinstance(one, ast.Name)]  # fmt: skip


def test_every_part_is_in_the_file():
    assert {f"{name}.py" for name in PARTS} | {"__init__.py"} == {
        file.name for file in FOLDER.glob("*.py")
    }


def test_no_name_stands_for_two_things():
    names = Counter(name for node in ast.parse(bundled()).body for name in names_of(node))
    assert [name for name, number in names.items() if number > 1] == []


def test_each_part_needs_what_stands_before_it():
    for number, name in enumerate(PARTS):
        text = (FOLDER / f"{name}.py").read_text()
        needed = set(re.findall(r"^from core\.evidence\.standalone\.(\w+)", text, re.MULTILINE))
        assert needed <= set(PARTS[:number])


def test_it_needs_nothing_but_the_standard_library_and_cryptography():
    modules = {
        name
        for node in ast.walk(ast.parse(bundled()))
        for name in (
            [one.name for one in node.names] if isinstance(node, ast.Import)
            else [node.module] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    tops = {name.partition(".")[0] for name in modules}
    assert tops - set(sys.stdlib_module_names) == {"cryptography"}


def test_it_is_the_same_bytes_each_time():
    whole = bundled()
    bundled.cache_clear()
    assert (bundled() == whole, program() == whole) == (True, True)


def test_it_is_code_that_ruff_accepts(tmp_path):
    file = tmp_path / "verify_evidence.py"
    file.write_bytes(program())
    words = ["check", "--isolated", "--line-length=100", "--select=E,F,I,B,PLE", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "All checks passed!\n")


def test_it_verifies_a_pack_by_itself(tmp_path):
    (tmp_path / "pack.zip").write_bytes(zipped(draft().packed()))
    done = run(tmp_path, "pack.zip", "--log", draft().log.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "VERIFIED"


def test_a_wrong_call_is_told_how_to_call_it(tmp_path):
    done = run(tmp_path, "--nothing")
    assert (done.returncode, "python3 verify_evidence.py PACK.zip" in done.stderr) == (2, True)


def test_whoever_reads_no_further_ends_it_quietly(tmp_path):
    (tmp_path / "pack.zip").write_bytes(zipped(draft().packed()))
    file = tmp_path / "verify_evidence.py"
    file.write_bytes(program())
    with subprocess.Popen(
        [sys.executable, "-I", str(file), "pack.zip", "--records"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
    ) as process:  # fmt: skip
        process.stdout.close()
        assert process.stderr.read() == b""
