#!/bin/sh
# Builds @tensorflow/tfjs-node in build/tfjs-node against the TensorFlow of a Python package instead of the library that it downloads,
# and links it into node_modules. PYTHON names the interpreter (python3); its package is tensorflow or tensorflow-cpu, 2.21 is known to do.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
tensorflow=$("$python" -c 'import importlib.util as u; s = u.find_spec("tensorflow"); print(s.submodule_search_locations[0] if s else "")')
[ -f "$tensorflow/libtensorflow_cc.so.2" ] || {
  echo "$python has no TensorFlow; \`$python -m pip install --no-deps tensorflow-cpu==2.21.0\` brings the libraries" >&2
  exit 1
}
node=$(node -p 'require("node:path").resolve(process.execPath, "../../include/node")')
[ -f "$node/node_api.h" ] || {
  echo "$node has no headers of Node; its package for developers brings them" >&2
  exit 1
}
folder=$PWD/build/tfjs-node
mkdir -p "$folder"
echo '{ "private": true }' >"$folder/package.json"
npm install --prefix "$folder" --ignore-scripts --no-save @tensorflow/tfjs-node@4.22.0
package=$folder/node_modules/@tensorflow/tfjs-node
mkdir -p "$package/lib/napi-v8"
# The binding itself, of N-API 8, without node-gyp.
g++ -O2 -std=c++17 -fPIC -shared -w -DNAPI_VERSION=8 \
  -I"$node" -I"$tensorflow/include" -I"$package" \
  "$package/binding/tfjs_backend.cc" "$package/binding/tfjs_binding.cc" \
  -o "$package/lib/napi-v8/tfjs_binding.node" \
  -L"$tensorflow" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,"$tensorflow"
mkdir -p node_modules/@tensorflow
ln -sfn "$package" node_modules/@tensorflow/tfjs-node
node -e 'const tf = require("@tensorflow/tfjs-node"); console.log(`tfjs-node ${tf.version["tfjs-node"]} on ${tf.getBackend()}`)'
