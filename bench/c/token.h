/*
 * The numbered word both programs agree on: ` iiii-tttttttt-gg` and up to three letters of padding, 17 to 20 bytes.
 * iiii is its position in the reply, tttttttt the µs at which it was written (the low 32 bits), gg the low byte of
 * its request's id; all in hexadecimal. Order, count, mixed-up replies and delay can all be read from the text.
 */
#ifndef BENCH_TOKEN_H
#define BENCH_TOKEN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { TOKEN_MIN_BYTES = 17, TOKEN_MAX_BYTES = 20, TOKEN_MAX_COUNT = 0x10000 };

static inline unsigned token_bytes(unsigned index) { return TOKEN_MIN_BYTES + (index & 3); }

static inline void put_hex(char *at, uint32_t value, int digits) {
  for (int i = digits - 1; i >= 0; i--, value >>= 4) at[i] = "0123456789abcdef"[value & 15];
}

/* Writes one token and returns the position behind it. */
static inline char *token_write(char *at, unsigned index, uint32_t stamp_us, unsigned tag) {
  at[0] = ' ';
  put_hex(at + 1, index, 4);
  at[5] = '-';
  put_hex(at + 6, stamp_us, 8);
  at[14] = '-';
  put_hex(at + 15, tag, 2);
  memset(at + TOKEN_MIN_BYTES, 'z', index & 3);
  return at + token_bytes(index);
}

/* Reads a fixed number of hexadecimal digits; false when one of them is not. */
static inline bool take_hex(const char *at, int digits, uint32_t *value) {
  uint32_t sum = 0;
  for (int i = 0; i < digits; i++) {
    unsigned c = (unsigned char)at[i], d = c - '0';
    if (d > 9) {
      d = c - 'a' + 10;
      if (d < 10 || d > 15) return false;
    }
    sum = sum << 4 | d;
  }
  *value = sum;
  return true;
}

/* Follows the tokens of one reply through text that may be cut anywhere. */
struct token_reader {
  unsigned next, tag, partial_bytes;
  char partial[TOKEN_MAX_BYTES];
};

typedef void token_seen(void *context, uint32_t stamp_us);

static inline bool token_check(struct token_reader *reader, const char *at, uint32_t *stamp_us) {
  uint32_t index, tag;
  if (at[0] != ' ' || at[5] != '-' || at[14] != '-') return false;
  if (!take_hex(at + 1, 4, &index) || !take_hex(at + 6, 8, stamp_us) || !take_hex(at + 15, 2, &tag)) return false;
  if (index != reader->next || tag != reader->tag || memcmp(at + TOKEN_MIN_BYTES, "zzz", index & 3)) return false;
  reader->next++;
  return true;
}

/* Checks every token of a piece of text; false at the first that is wrong, missing or out of order. */
static inline bool token_feed(struct token_reader *reader, const char *text, size_t bytes, token_seen *seen, void *context) {
  uint32_t stamp_us = 0;
  while (bytes > 0) {
    unsigned need = token_bytes(reader->next);
    if (reader->partial_bytes == 0 && bytes >= need) {
      if (!token_check(reader, text, &stamp_us)) return false;
      text += need, bytes -= need;
    } else {
      unsigned take = need - reader->partial_bytes < bytes ? need - reader->partial_bytes : (unsigned)bytes;
      memcpy(reader->partial + reader->partial_bytes, text, take);
      reader->partial_bytes += take, text += take, bytes -= take;
      if (reader->partial_bytes < need) return true;
      reader->partial_bytes = 0;
      if (!token_check(reader, reader->partial, &stamp_us)) return false;
    }
    seen(context, stamp_us);
  }
  return true;
}

#endif
