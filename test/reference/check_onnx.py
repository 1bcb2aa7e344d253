"""Checks every .onnx file in a folder with ONNX's own checker, its shape and type inference included.

    npx tsx scripts/write-op-models.ts <folder> && python test/reference/check_onnx.py <folder>
"""

import pathlib
import sys

import onnx

paths = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
failures = []
for path in paths:
    try:
        onnx.checker.check_model(str(path), full_check=True)
    except Exception as error:
        failures.append(f"{path.name}: {error}")
print(f"onnx {onnx.__version__}: {len(paths) - len(failures)} of {len(paths)} models are well-formed")
for failure in failures:
    print(failure)
sys.exit(1 if failures or not paths else 0)
