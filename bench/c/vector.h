/*
 * The vector both programs agree on: 768 numbers, of which the first three and the last three are the nine digits of
 * its text's number, three in each, and those between are always the same. So nobody can take it for another text's.
 */
#ifndef BENCH_VECTOR_H
#define BENCH_VECTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VECTOR_NUMBERS = 768, VECTOR_ENDS = 3, VECTOR_MIDDLE = VECTOR_NUMBERS - 2 * VECTOR_ENDS, TEXT_NUMBERS = 1000000000 };
/* Three float32 are twelve bytes, which are sixteen characters of base64. */
enum { END_BASE64_BYTES = 16, VECTOR_BASE64_BYTES = VECTOR_NUMBERS * 16 / 3, MIDDLE_BASE64_BYTES = VECTOR_BASE64_BYTES - 2 * END_BASE64_BYTES };
enum { INPUTS_MAX = 128, VECTOR_JSON_MAX = VECTOR_NUMBERS * 14 };

/* The numbers between, as JSON: of the size and with the digits that a model's have. */
static inline char *put_vector_middle(char *at) {
  uint64_t seed = 0x2545f4914f6cdd1dull;
  for (int i = 0; i < VECTOR_MIDDLE; i++) {
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    unsigned number = 1000000 + (unsigned)(seed >> 33) % 90000000;
    at += sprintf(at, ",%s0.%09u", seed >> 63 ? "-" : "", number);
  }
  return at;
}

static inline char *put_vector_end(char *at, uint32_t text) {
  return at + sprintf(at, "0.%03u,0.%03u,0.%03u", text / 1000000 % 1000, text / 1000 % 1000, text % 1000);
}

/* The whole vector as a JSON array. */
static inline char *put_vector(char *at, uint32_t text) {
  static char middle[VECTOR_JSON_MAX];
  static size_t middle_bytes;
  if (!middle_bytes) middle_bytes = (size_t)(put_vector_middle(middle) - middle);
  *at++ = '[';
  at = put_vector_end(at, text);
  memcpy(at, middle, middle_bytes);
  at += middle_bytes;
  *at++ = ',';
  at = put_vector_end(at, text);
  *at++ = ']';
  return at;
}

static inline char *put_base64(char *at, const unsigned char *bytes, size_t count) {
  static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < count; i += 3) {
    uint32_t group = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) *at++ = DIGITS[group >> shift & 63];
  }
  return at;
}

/* The same vector as little-endian float32 in base64, checked to its last byte. */
static inline bool is_vector_base64(const char *given, size_t bytes, uint32_t text) {
  static char middle[MIDDLE_BASE64_BYTES];
  static bool is_made;
  if (!is_made) {
    static char json[VECTOR_JSON_MAX];
    static float numbers[VECTOR_MIDDLE];
    put_vector_middle(json);
    char *at = json;
    for (int i = 0; i < VECTOR_MIDDLE; i++) numbers[i] = (float)strtod(at + 1, &at);
    put_base64(middle, (const unsigned char *)numbers, sizeof numbers);
    is_made = true;
  }
  float numbers[VECTOR_ENDS] = {(float)(text / 1000000 % 1000 / 1000.0), (float)(text / 1000 % 1000 / 1000.0), (float)(text % 1000 / 1000.0)};
  char end[END_BASE64_BYTES];
  put_base64(end, (const unsigned char *)numbers, sizeof numbers);
  return bytes == VECTOR_BASE64_BYTES && !memcmp(given, end, sizeof end) && !memcmp(given + sizeof end, middle, sizeof middle) &&
         !memcmp(given + sizeof end + sizeof middle, end, sizeof end);
}

/* Reads the number of a text from three numbers of its vector. */
static inline bool vector_end_is(const char *at, uint32_t text) {
  double sum = 0;
  for (int i = 0; i < VECTOR_ENDS; i++) {
    char *end;
    sum = sum * 1000 + (double)(int)(strtod(at, &end) * 1000 + 0.5);
    if (end == at || (i < VECTOR_ENDS - 1 && *end != ',')) return false;
    at = end + 1;
  }
  return sum == (double)text;
}

/* The same vector as numbers behind their opening bracket: both ends and how many there are. */
static inline bool is_vector_json(const char *given, size_t bytes, uint32_t text) {
  int numbers = 1;
  const char *last = given, *end = given + bytes;
  for (const char *comma = given; (comma = memchr(comma, ',', (size_t)(end - comma))); comma++)
    if (++numbers == VECTOR_NUMBERS - VECTOR_ENDS + 1) last = comma + 1;
  return numbers == VECTOR_NUMBERS && vector_end_is(given, text) && vector_end_is(last, text);
}

#endif
