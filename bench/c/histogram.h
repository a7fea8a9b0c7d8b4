/* Counts durations in ns with less than 0.8 % error, in constant memory. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_SUB_BITS = 7, HISTOGRAM_SUB = 1 << HISTOGRAM_SUB_BITS, HISTOGRAM_BUCKETS = 40 * HISTOGRAM_SUB };

struct histogram {
  uint64_t total;
  uint32_t counts[HISTOGRAM_BUCKETS];
};

static inline void histogram_add(struct histogram *histogram, uint64_t ns) {
  unsigned shift = 0;
  if (ns >> (HISTOGRAM_SUB_BITS + 1)) shift = 63 - (unsigned)__builtin_clzll(ns) - HISTOGRAM_SUB_BITS;
  uint64_t bucket = (uint64_t)shift * HISTOGRAM_SUB + (ns >> shift);
  if (bucket >= HISTOGRAM_BUCKETS) bucket = HISTOGRAM_BUCKETS - 1;
  histogram->counts[bucket]++;
  histogram->total++;
}

/* The middle of the bucket in which the given share of all values is reached, in µs; 0 when there are none. */
static inline double histogram_us(const struct histogram *histogram, double share) {
  uint64_t wanted = (uint64_t)(share * (double)histogram->total), seen = 0;
  if (histogram->total == 0) return 0;
  for (uint64_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
    seen += histogram->counts[i];
    if (seen <= wanted) continue;
    unsigned shift = i < 2 * HISTOGRAM_SUB ? 0 : (unsigned)(i / HISTOGRAM_SUB) - 1;
    uint64_t low = (i - (uint64_t)shift * HISTOGRAM_SUB) << shift;
    return ((double)low + (double)((1ull << shift) - 1) / 2) / 1000;
  }
  return 0;
}

#endif
