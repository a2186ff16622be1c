/* The tile instructions of AMX, told to the compiler as what they are: reads and writes of memory.
 *
 * GCC before 14 takes `_tile_loadconfig` for a read of 8 bytes of the 64, and so drops the stores
 * that fill the rest; the first batch of a quantised model then ends the process with SIGSEGV
 * (GCC bug 114098). Included before every file of ggml-cpu (scripts/llama_lean.cmake).
 */
#if defined(__AMX_TILE__)

/* By this symbol Chunkbook knows that the kernels of a build are sound. */
#ifdef __cplusplus
extern "C" {
#endif
__attribute__((weak, visibility("default"))) int chunkbook_amx_tiles = 1;
#ifdef __cplusplus
}
#endif

#if defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>

static inline __attribute__((always_inline)) void chunkbook_tile_loadconfig(const void * config) {
    __asm__ volatile("ldtilecfg\t%0" ::"m"(*(const char(*)[64]) config) : "memory");
}
#define _tile_loadconfig chunkbook_tile_loadconfig

#undef _tile_loadd_internal
#define _tile_loadd_internal(dst, base, stride)                                                  \
    __asm__ volatile("tileloadd\t(%0,%1,1), %%tmm" #dst ::"r"((const void *) (base)),            \
                     "r"((long) (stride))                                                        \
                     : "memory")
#undef _tile_stored_internal
#define _tile_stored_internal(src, base, stride)                                                 \
    __asm__ volatile("tilestored\t%%tmm" #src ", (%0,%1,1)" ::"r"((void *) (base)),              \
                     "r"((long) (stride))                                                        \
                     : "memory")
#endif
#endif
