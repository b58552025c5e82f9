#!/usr/bin/env bash
# Takes reft's benchmark and the Python stack's alternately (A B A B ...) and prints medians and ratios.
# usage: beside.sh MODEL_DIR PYTHON PEER_BENCH.py [ROUNDS] -- measure on a machine that does nothing else
# HIGHEST=1 takes reft's fp32 with precision `highest` too: products by OpenBLAS, whose threads and libtorch's get in each other's way (many minutes).
# TRAIN=1 takes training alone, eight steps a side and round, by peer_train.py in this folder: the number that noise hurts most.
# MODEL_DIR is a Hugging Face directory that both read; reft's own `export` writes one from a GGUF file.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
model=$1 python=$2 peer=$3 rounds=${4:-2}
out=$(mktemp -d)
cd "$here"
mvn -q -B -DskipTests -Dmaven.javadoc.skip=true -pl reft-benchmarks -am package dependency:build-classpath \
    -Dmdep.outputFile="$out/classpath" -Dmdep.includeScope=runtime >"$out/build.log"
classpath=$(ls -d "$here"/reft-*/target/classes | paste -sd:):$(cat "$out/classpath")
reft() { java -Xmx4g -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -cp "$classpath" dev.reft.benchmarks.Benchmark "$model" "$@"; }
for ((round = 1; round <= rounds; round++)); do
    if [[ -n ${TRAIN:-} ]]; then
        reft train-fp32 --medium | sed -u 's/^/reft /'
        "$python" reft-benchmarks/peer_train.py "$model" fp32 medium | sed -u 's/^/peer /'
        reft train-bf16 | sed -u 's/^/reft /; s#bf16/default#bf16/highest#'
        "$python" reft-benchmarks/peer_train.py "$model" bf16 highest | sed -u 's/^/peer /'
        continue
    fi
    reft fp32 --medium | sed -u 's/^/reft /'
    [[ -z ${HIGHEST:-} ]] || reft fp32 --highest | sed -u 's/^/reft /'
    reft bf16 | sed -u 's/^/reft /; s#bf16/default#bf16/highest#'
    "$python" "$peer" "$model" | sed -u 's/^/peer /'
done | tee "$out/all.txt"
echo "medians, and reft / peer:"
grep 'tok/s' "$out/all.txt" | sed -E 's/ +\(.*//; s#^(reft|peer) (.*) ([0-9]+) tok/s$#\1|\2|\3#' | sort -t'|' -k2,2 -k1,1 -k3,3n |
    awk -F'|' '{ key = $2; value[$1, key, ++count[$1, key]] = $3; seen[key] = 1 }
        function median(who, key,  n) { n = count[who, key]; return n == 0 ? 0 : n % 2 ? value[who, key, (n + 1) / 2] : (value[who, key, n / 2] + value[who, key, n / 2 + 1]) / 2 }
        END { for (key in seen) { r = median("reft", key); p = median("peer", key); printf "%-40s reft %6.0f  peer %6.0f  %s\n", key, r, p, p > 0 && r > 0 ? sprintf("%.2f", r / p) : "-" } }' | sort
