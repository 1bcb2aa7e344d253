"""Prints compiler/emit/onnx/networks/operators.generated.ts: what each operator of ONNX takes in each of its versions."""

import json
from collections import defaultdict

import onnx
from onnx import defs, helper

least, most = 7, 26


def default_of(attribute):
    value = attribute.default_value
    if not value.name:
        return None
    found = helper.get_attribute_value(value)
    return found.decode() if isinstance(found, bytes) else [each.decode() if isinstance(each, bytes) else each for each in found] if isinstance(found, (list, tuple)) else round(found, 9) if isinstance(found, float) else found


versions = defaultdict(list)
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "" and schema.since_version <= most and schema.support_level == defs.OpSchema.SupportType.COMMON:
        versions[schema.name].append(schema)

lines = []
for name in sorted(versions):
    schemas = sorted(versions[name], key=lambda schema: schema.since_version)
    # Of what was before the first opset that is read, the last is still in force there.
    first = max([schema.since_version for schema in schemas if schema.since_version <= least], default=0)
    entries = []
    for schema in schemas:
        if schema.since_version < first:
            continue
        if schema.deprecated:
            entries.append({"since": schema.since_version, "gone": True})
            continue
        attributes = {attribute.name: default_of(attribute) for attribute in sorted(schema.attributes.values(), key=lambda a: a.name)}
        entry = {"inputs": min(schema.max_input, 2**31 - 1), "outputs": min(schema.max_output, 2**31 - 1), "attributes": attributes}
        # Most versions differ in types alone.
        if not entries or {key: value for key, value in entries[-1].items() if key != "since"} != entry:
            entries.append({"since": schema.since_version, **entry})
    lines.append(f"  {json.dumps(name)}: {json.dumps(entries)},")

print(f"/* Made by test/reference/make_operators.py of onnx {onnx.__version__}. */")
print('import type { Signature } from "./signature.ts";')
print()
print("export const operators: Readonly<Record<string, readonly Signature[]>> = {")
print("\n".join(lines))
print("};")
