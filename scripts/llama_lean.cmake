# Leaves out of llama.cpp's build what Chunkbook does not use.
#
# llama-cpp-python forces parts on in its own CMakeLists.txt; llama.cpp includes this file right
# after its project() line (CMAKE_PROJECT_llama.cpp_INCLUDE), which is early enough to say no.

# Argument parsing, downloads and chat templates for llama.cpp's own programs.
set(LLAMA_BUILD_COMMON OFF)

# Thousands of warnings would hide the progress.
set(LLAMA_ALL_WARNINGS OFF)
set(GGML_ALL_WARNINGS OFF)

if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  # The arithmetic is all in ggml-cpu, which keeps -O3. The rest builds graphs and reads files; -O1
  # compiles it in about two thirds of the time.
  cmake_language(DEFER CALL target_compile_options llama PRIVATE -O1)

  # GCC before 14 drops the stores that fill a tile configuration, and every quantised model dies
  # of SIGSEGV at its first batch on a processor with AMX. This header tells it better. (A
  # deferred call looks its variables up when it is made, and then this is not the file in hand.)
  set(CHUNKBOOK_AMX_TILES "${CMAKE_CURRENT_LIST_DIR}/amx_tiles.h")
  cmake_language(
    DEFER CALL target_compile_options ggml-cpu PRIVATE
    "SHELL:-include \"${CHUNKBOOK_AMX_TILES}\"")
endif()

# Attention takes a sequence's entries in multiples of 256, which suits graphics cards. Where many
# short sequences are written side by side that is half of what a processor does; 32 is enough to
# keep its vectors full, and the graph the same from token to token.
set(CHUNKBOOK_CACHE "${CMAKE_CURRENT_SOURCE_DIR}/src/llama-kv-cache.cpp")
if(EXISTS "${CHUNKBOOK_CACHE}")
  file(READ "${CHUNKBOOK_CACHE}" CHUNKBOOK_COARSE)
  string(REPLACE "std::max(n_pad, 256u)" "std::max(n_pad, 32u)" CHUNKBOOK_FINE "${CHUNKBOOK_COARSE}")
  if(CHUNKBOOK_FINE STREQUAL CHUNKBOOK_COARSE)
    message(STATUS "Chunkbook: entries stay in multiples of 256; no such line in ${CHUNKBOOK_CACHE}")
  else()
    file(WRITE "${CHUNKBOOK_CACHE}" "${CHUNKBOOK_FINE}")
  endif()
endif()
