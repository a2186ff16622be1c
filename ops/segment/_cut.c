/* The walk of ops/segment/bare.py over the UTF-8 of one text, for what is clear.
 *
 * What a character is, it asks of Python (`ops/segment/compiled.py`) when it meets it first, and so
 * whatever needs to know more of a word before a full stop than that it is in a list: Python stays
 * the authority. `ops/segment/seek.py` says what the gaps are, `sentences.py` what ends a sentence.
 *
 * Places are bytes, always at the start of a character; spans have no white space at their edges.
 */

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { PARAGRAPH, ITEM, LINE, SENTENCE, WORD, BUDGET, END };       /* why a chunk ends */
enum { TRAITS, ENDS_SENTENCE, WHOLE_CHARACTER };                   /* what is asked */
enum { BLANKS, ITEMS, FINISHED, STOPS, LINES, LEVELS };            /* gaps, from coarse to fine */
enum { COLUMNS = 5, BLOCK = 32, LONGEST = 24, LETTERS = 7, SHORT = 4 };

/* What a character may be, in the order of `compiled.traits`. */
enum {
    KNOWN = 1, SPACE = 2, BREAK = 4, ALNUM = 8, ALPHA = 16, LOWER = 32, DIGIT = 64, STOP = 128,
    FULL = 256, CLOSES = 512, CLOSES_FULL = 1024, ENDS_LINE = 2048, BULLET = 4096, OPENS = 8192,
    LEADS = 16384, ODD = 32768
};

static const size_t NONE = SIZE_MAX;
static const int NAMES[LEVELS] = {PARAGRAPH, ITEM, LINE, SENTENCE, LINE};

typedef int64_t (*Ask)(int kind, int64_t at, int64_t low);

typedef struct {
    const unsigned char *text;
    size_t length, size;
    int ascii;
    uint16_t *traits;                  /* by code point; 0: not asked yet, but for ASCII */
    const uint64_t *words;             /* abbreviations: letters, 1 if something always follows */
    size_t known;
    Ask ask;
    jmp_buf *stopped;
    int64_t *rows;                     /* start and end in characters, both in bytes, why */
    size_t room, count;
    size_t mark;                       /* a place, ... */
    int64_t chars;                     /* ... and the characters before it */
} Text;

typedef struct {
    size_t left, right;
} Gap;

static int goes_on(unsigned char byte) { return (byte & 0xC0) == 0x80; }

static int64_t answered(const Text *t, int64_t answer) {
    if (answer < 0) longjmp(*t->stopped, 1);
    return answer;
}

/* What the character at a place before the end of the text is, and its bytes. */
static unsigned what(const Text *t, size_t at, size_t *width) {
    const unsigned char *s = t->text + at;
    unsigned code = s[0];
    *width = code < 0xC0 ? 1 : code < 0xE0 ? 2 : code < 0xF0 ? 3 : 4;
    if (code < 128) return t->traits[code];
    if (*width > t->length - at) *width = 1;
    code &= 0xFFu >> (*width + 1);
    for (size_t i = 1; i < *width; i++) code = code << 6 | (s[i] & 63u);
    if (code > 0x10FFFF) code = 0xFFFD;
    if (!t->traits[code]) t->traits[code] = (uint16_t)answered(t, t->ask(TRAITS, code, 0));
    return t->traits[code];
}

static unsigned at_place(const Text *t, size_t at) {
    size_t width;
    return what(t, at, &width);
}

/* Where the character begins that ends here; low < at. */
static size_t before(const Text *t, size_t low, size_t at) {
    for (at--; at > low && goes_on(t->text[at]); at--) {}
    return at;
}

static unsigned ahead(const Text *t, size_t low, size_t at) {
    return at_place(t, before(t, low, at));
}

/* The first place from here on that is of none of these kinds. */
static size_t past(const Text *t, size_t at, size_t end, unsigned kinds) {
    size_t width;
    while (at < end && (what(t, at, &width) & kinds)) at += width;
    return at;
}

static size_t skip(const Text *t, size_t at, size_t end) { return past(t, at, end, SPACE); }

static size_t back(const Text *t, size_t low, size_t at) {
    while (at > low) {
        size_t last = before(t, low, at);
        if (!(at_place(t, last) & SPACE)) break;
        at = last;
    }
    return at;
}

static size_t block_chars(const unsigned char *s) {
    unsigned char found = 0;
    for (int i = 0; i < BLOCK; i++) found += (signed char)s[i] >= -64;
    return found;
}

static int64_t count(const Text *t, size_t from, size_t to) {
    if (t->ascii) return (int64_t)(to - from);
    int64_t found = 0;
    for (; to - from >= BLOCK; from += BLOCK) found += (int64_t)block_chars(t->text + from);
    for (; from < to; from++) found += !goes_on(t->text[from]);
    return found;
}

/* The place so many characters on, at most `end`. */
static size_t advance(const Text *t, size_t at, size_t chars, size_t end) {
    if (t->ascii) return end - at > chars ? at + chars : end;
    for (; end - at >= BLOCK; at += BLOCK) {
        size_t some = block_chars(t->text + at);
        if (some > chars) break;
        chars -= some;
    }
    for (; at < end; at++)
        if (!goes_on(t->text[at]) && chars-- == 0) break;
    return at;
}

/* The characters before a place. Places asked for lie near each other. */
static int64_t chars_at(Text *t, size_t at) {
    t->chars += at >= t->mark ? count(t, t->mark, at) : -count(t, at, t->mark);
    t->mark = at;
    return t->chars;
}

static int64_t ask(Text *t, int kind, size_t at, size_t low) {
    int64_t lowest = low ? chars_at(t, low) : 0;
    return answered(t, t->ask(kind, chars_at(t, at), lowest));
}

static void put(Text *t, size_t start, size_t end, int why) {
    if (t->count < t->room) {
        int64_t *row = t->rows + t->count * COLUMNS;
        row[0] = chars_at(t, start);
        row[1] = chars_at(t, end);
        row[2] = (int64_t)start;
        row[3] = (int64_t)end;
        row[4] = why;
    }
    t->count++;
}

/* The last line feed in [low, at). */
static size_t last_feed(const Text *t, size_t low, size_t at) {
    const unsigned char *s = t->text;
    for (; at - low >= BLOCK; at -= BLOCK) {
        unsigned char found = 0;
        for (int i = 0; i < BLOCK; i++) found |= s[at - BLOCK + i] == '\n';
        if (found) break;
    }
    while (at > low)
        if (s[--at] == '\n') return at;
    return NONE;
}

static size_t next_feed(const Text *t, size_t at, size_t end) {
    const unsigned char *found = at < end ? memchr(t->text + at, '\n', end - at) : NULL;
    return found ? (size_t)(found - t->text) : NONE;
}

static int is_item(Text *t, size_t at) {
    size_t width, digits = 0;
    unsigned c = what(t, at, &width);
    if (!(c & (BULLET | DIGIT))) return 0;
    if (c & BULLET) {
        at += width;
    } else {
        for (; at < t->length && digits < 3 && (what(t, at, &width) & DIGIT); at += width) digits++;
        if (at == t->length || (t->text[at] != '.' && t->text[at] != ')')) return 0;
        at++;
    }
    return at < t->length && t->text[at] != '\n' && (at_place(t, at) & SPACE);
}

static int holds(Text *t, int level, size_t start, Gap gap) {
    if (level == LINES) return 1;
    if (level == BLANKS)
        return gap.right - gap.left > 1 &&
               next_feed(t, next_feed(t, gap.left, gap.right) + 1, gap.right) != NONE;
    if (level == ITEMS) return is_item(t, gap.right);
    return (ahead(t, start, gap.left) & ENDS_LINE) || !(at_place(t, gap.right) & ALNUM);
}

static int line_last(Text *t, int level, size_t start, size_t wide, size_t end, Gap *gap) {
    for (size_t at = wide; (at = last_feed(t, start, at)) != NONE; at = gap->left) {
        *gap = (Gap){back(t, start, at), skip(t, at, end)};
        if (holds(t, level, start, *gap)) return 1;
    }
    return 0;
}

static int line_first(Text *t, int level, size_t start, size_t wide, size_t end, Gap *gap) {
    for (size_t at = wide; (at = next_feed(t, at, end)) != NONE; at = gap->right) {
        *gap = (Gap){back(t, start, at), skip(t, at, end)};
        if (holds(t, level, start, *gap)) return 1;
    }
    return 0;
}

/* The end of the stops from here on and of what closes after them; NONE if that ends nothing. */
static size_t tail(const Text *t, size_t at, size_t end, unsigned kind) {
    at = past(t, past(t, at, end, kind), end, kind == FULL ? CLOSES_FULL : CLOSES);
    return kind == FULL || (at < end && (at_place(t, at) & SPACE)) ? at : NONE;
}

static size_t last_sign(const Text *t, size_t low, size_t at) {
    const unsigned char *s = t->text;
    while (at > low) {
        unsigned char some = at - low < BLOCK;
        for (int i = 0; !some && i < BLOCK; i++) {
            unsigned char c = s[at - BLOCK + i];
            some |= (c == '.') | (c == '!') | (c == '?') | (c > 127);
        }
        size_t from = at - low < BLOCK ? low : at - BLOCK;
        while (some && at > from) {
            if (!goes_on(s[--at]) && (at_place(t, at) & (STOP | FULL))) return at;
        }
        at = from;
    }
    return NONE;
}

/* The same of the end of a sentence. What is far before it does not matter. */
static int ask_end(Text *t, size_t span, size_t at, size_t left) {
    return (int)ask(t, ENDS_SENTENCE, left, at - span > 4 * LONGEST ? 0 : span);
}

/* Whether the stops at `at`, which with what closes after them end at `left`, end a sentence. */
static int ends(Text *t, size_t span, size_t at, size_t left) {
    const unsigned char *s = t->text;
    size_t width, chars = 0, letters = 0, digits = 0;
    unsigned next = 0, dots = 0, odd = 0;
    if (at_place(t, at) & FULL) return 1;
    size_t after = past(t, skip(t, left, t->length), t->length, OPENS);
    if (after < t->length) next = at_place(t, after);
    int lower = (next & LOWER) && (next & ALNUM);
    if (s[at] != '.' || left > at + 1) {
        int loud = (s[at] == '!' || s[at] == '?') && (s[left - 1] == '!' || s[left - 1] == '?');
        return loud || !lower;
    }
    size_t word = at;
    while (word > 0 && chars < LONGEST) {
        unsigned c = ahead(t, 0, word);
        if (c & SPACE) break;
        if (c & FULL) return ask_end(t, span, at, left);
        word = before(t, 0, word);
        letters += (c & ALPHA) && letters == chars;
        chars++;
        if (letters == LETTERS && !lower) return 1; /* no abbreviation is as long */
    }
    if (word == at) return !lower;
    size_t first = word;
    for (; word < at && (what(t, word, &width) & LEADS); word += width) chars--;
    if (word == at) return 0;
    uint64_t key = 0;
    letters = 0;
    for (size_t p = word; p < at; p += width) {
        unsigned c = what(t, p, &width);
        letters += !!(c & ALPHA);
        digits += !!(c & DIGIT);
        odd |= c & ODD;
        dots += s[p] == '.';
        key = key << 8 | (s[p] | 32);
        if (width > 1) key = UINT64_MAX >> 8;
    }
    if (odd) return ask_end(t, span, at, left);
    if (digits == chars && chars < 4) {
        if (lower) return 0;
        if (first == word && word > 1 && s[word - 1] == ' ' && (ahead(t, 0, word - 1) & ALPHA))
            return 1;
        return ask_end(t, span, at, left); /* the number of a list item? */
    }
    if (!(next & ALNUM)) return 1;
    int always = 0, often = 0, alpha = letters == chars;
    for (size_t i = 0; alpha && chars < LETTERS && i < t->known; i++)
        if (t->words[i] >> 1 == key) *(t->words[i] & 1 ? &always : &often) = 1;
    if (always) return 0;
    if (dots) return ask_end(t, span, at, left);
    if (lower) return chars >= SHORT && !often && alpha;
    if (often || (alpha && chars == 1 && key != 'i')) return ask_end(t, span, at, left);
    return 1;
}

static int stop_last(Text *t, size_t span, size_t start, size_t limit, size_t end, Gap *gap) {
    const unsigned char *s = t->text;
    for (size_t at = limit; (at = last_sign(t, start, at)) != NONE;) {
        unsigned kind = at_place(t, at) & (STOP | FULL);
        if (kind == STOP && s[at + 1] < 128 && (at_place(t, at + 1) & ALNUM)) continue;
        while (at > start && (ahead(t, start, at) & kind)) at = before(t, start, at);
        size_t left = tail(t, at, end, kind);
        if (left > limit || left >= end || !ends(t, span, at, left)) continue;
        *gap = (Gap){left, skip(t, left, end)};
        return 1;
    }
    return 0;
}

static int stop_first(Text *t, size_t span, size_t start, size_t limit, size_t end, Gap *gap) {
    size_t at = limit, width;
    /* A stop before the limit may end beyond it. */
    while (at > start && (ahead(t, start, at) & (STOP | FULL | CLOSES | CLOSES_FULL)))
        at = before(t, start, at);
    while (at < end) {
        unsigned kind = what(t, at, &width) & (STOP | FULL);
        if (!kind) {
            at += width;
            continue;
        }
        size_t left = tail(t, at, end, kind);
        if (left == NONE) {
            at = past(t, at, end, kind);
            continue;
        }
        if (left >= end) return 0;
        if (left > limit && ends(t, span, at, left)) {
            *gap = (Gap){left, skip(t, left, end)};
            return 1;
        }
        at = left;
    }
    return 0;
}

static void words(Text *t, size_t start, size_t end, int why) {
    size_t limit;
    while ((limit = advance(t, start, t->size, end)) < end) {
        size_t at = limit;
        if (!(at_place(t, limit) & BREAK))
            while (at > start && !(ahead(t, start, at) & BREAK)) at = before(t, start, at);
        int reason = at > start ? WORD : BUDGET;
        if (at == start) at = limit;
        if (t->text[at] > 127 || t->text[at] == '\n') {
            int64_t place = ask(t, WHOLE_CHARACTER, at, start);
            while (at > start && t->chars > place) {
                at = before(t, start, at);
                chars_at(t, at);
            }
        }
        put(t, start, back(t, start, at), reason);
        start = skip(t, at, end);
    }
    put(t, start, end, why);
}

/* Cuts a span at the gaps of one level, and what is too long then at those after it. */
static void cut(Text *t, size_t start, size_t end, int why, int level) {
    size_t limit, span = start;
    while ((limit = advance(t, start, t->size, end)) < end) {
        Gap gap;
        if (level == ITEMS && start == span && next_feed(t, start, end) == NONE) level = STOPS;
        if (level == LEVELS) {
            words(t, start, end, why);
            return;
        }
        size_t wide = skip(t, limit, end);
        if (level == STOPS ? stop_last(t, span, start, limit, end, &gap)
                           : line_last(t, level, start, wide, end, &gap)) {
            put(t, start, gap.left, NAMES[level]);
        } else if (level == STOPS ? stop_first(t, span, start, limit, end, &gap)
                                  : line_first(t, level, start, wide, end, &gap)) {
            cut(t, start, gap.left, NAMES[level], level + 1);
        } else {
            level++;
            span = start;
            continue;
        }
        start = gap.right;
    }
    put(t, start, end, why);
}

#ifndef SOURCE
#define SOURCE ""
#endif
/* The hash of this file as it was when it was built. */
const char chunkbook_source[65] = SOURCE;

/* Writes the chunks of a text as far as there is room; says how many there are, -1 if stopped. */
int64_t chunkbook_cut(const char *text, size_t length, int ascii, size_t size,
                      uint16_t *traits, const uint64_t *words, size_t known, Ask asked,
                      int64_t *rows, size_t room) {
    jmp_buf stopped;
    Text t = {.text = (const unsigned char *)text, .length = length, .size = size, .ascii = ascii,
              .traits = traits, .words = words, .known = known, .ask = asked, .stopped = &stopped,
              .rows = rows, .room = room};
    if (setjmp(stopped)) return -1;
    size_t start = skip(&t, 0, length), end = back(&t, start, length);
    if (start < end) cut(&t, start, end, END, BLANKS);
    return (int64_t)t.count;
}
