#!/usr/bin/env bash
# Makes .venv and installs Chunkbook into it, at the versions of constraints.txt.
#
# llama-cpp-python comes as source: its llama.cpp is compiled here, for this processor, without the
# parts that Chunkbook does not use (scripts/llama_lean.cmake).
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
log="$venv/install.log"
started=$SECONDS

fail() {
    printf 'error: %s\n  %s\n' "$1" "$2" >&2
    exit 1
}

suits() {
    "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13}; do
        if suits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "no Python 3.11 or later was found" \
        "install one (Debian: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3"
}

make_venv() {
    local python
    if [ -x "$venv/bin/python" ] && suits "$venv/bin/python"; then
        return
    fi
    python=$(find_python)
    echo "making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv" >&2 ||
        fail "$python cannot make a virtual environment" "Debian: apt-get install python3-venv"
}

pip() {
    "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"
}

# Runs a step with its output in the log; shows the log's end if it fails.
logged() {
    "$@" >>"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        fail "the installation failed" "the whole log is in $log"
    }
}

# Of pip's output, the steps of the compiler: each on a terminal, else one in eight.
progress() {
    local terminal=0
    if [ -t 1 ]; then terminal=1; fi
    awk -v terminal="$terminal" -v log_file="$log" '
        { print >> log_file; fflush(log_file) }
        match($0, /\[[0-9]+\/[0-9]+\]/) {
            step = substr($0, RSTART + 1, RLENGTH - 2)
            split(step, of, "/")
            if (terminal) printf "\r  compiling llama.cpp: %s of %s ", of[1], of[2]
            else if (of[1] % 8 == 0 || of[1] == of[2])
                printf "  compiling llama.cpp: %s of %s\n", of[1], of[2]
            shown = 1
            fflush()
        }
        END { if (terminal && shown) print "" }'
}

# Names all that shapes the build: its settings, the compiler and the processor it is for.
build_key() {
    {
        cat scripts/llama_lean.cmake scripts/amx_tiles.h
        echo "$1 ${CMAKE_ARGS:-}"
        ${CXX:-c++} --version
        "$venv/bin/python" --version
        uname -sm
        grep -m1 '^flags' /proc/cpuinfo 2>/dev/null || sysctl -n machdep.cpu.features 2>/dev/null
    } | "$venv/bin/python" -c "
import hashlib, sys
print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:16])"
}

# pip's own cache would hand out a wheel that was built with other settings, so builds are kept here.
build_llama() {
    local wanted key wheels begun=$SECONDS
    wanted=$(grep -i '^llama[-_]cpp[-_]python==' constraints.txt)
    local compiler=${CXX:-c++}
    if ! command -v "${compiler%% *}" >/dev/null; then
        fail "llama.cpp is compiled here, and there is no C++ compiler ($compiler)" \
            "Debian: apt-get install g++; macOS: xcode-select --install; or name one by CXX"
    fi
    key=$(build_key "$wanted")
    if [ -e "$venv/.llama-$key" ]; then
        return
    fi
    wheels=${XDG_CACHE_HOME:-$HOME/.cache}/chunkbook/wheels/$key
    if ! compgen -G "$wheels/*.whl" >/dev/null; then
        echo "building llama.cpp, about 3 minutes on 2 cores"
        mkdir -p "$wheels"
        if ! CMAKE_ARGS="-DLLAVA_BUILD=OFF '-DCMAKE_PROJECT_llama.cpp_INCLUDE=$PWD/scripts/llama_lean.cmake' ${CMAKE_ARGS:-}" \
            pip wheel -v --no-cache-dir --no-deps --no-binary llama-cpp-python "${pins[@]}" \
            --wheel-dir "$wheels" "$wanted" 2>&1 | progress; then
            tail -n 40 "$log" >&2
            fail "llama.cpp could not be built" "the whole log is in $log"
        fi
        echo "  llama.cpp: $((SECONDS - begun)) s"
    fi
    logged pip install "${pins[@]}" "$wheels"/*.whl
    logged pip install --no-deps --force-reinstall "$wheels"/*.whl
    rm -f "$venv"/.llama-*
    touch "$venv/.llama-$key"
}

make_venv
: >"$log"
logged pip install --quiet --constraint constraints.txt --upgrade pip
pins=(--constraint constraints.txt --build-constraint constraints.txt)
build_llama
echo "installing Chunkbook and its packages"
logged pip install "${pins[@]}" --editable '.[test,dev]'
echo "installed in $((SECONDS - started)) s"
