/* Connections ordered by the moment of their next token. The connection knows its place, so that it can leave early. */
#ifndef BENCH_DUE_HEAP_H
#define BENCH_DUE_HEAP_H

#include <stdint.h>

enum { HEAP_MAX = 16384, NOT_IN_HEAP = -1 };

struct due_heap {
  int count;
  struct due_entry {
    uint64_t due_ns;
    int fd;
  } entries[HEAP_MAX];
  int place[HEAP_MAX]; /* by file descriptor */
};

static inline void heap_put(struct due_heap *heap, int at, struct due_entry entry) {
  heap->entries[at] = entry;
  heap->place[entry.fd] = at;
}

static inline void heap_sift_up(struct due_heap *heap, int at, struct due_entry entry) {
  for (int parent; at > 0 && heap->entries[parent = (at - 1) / 2].due_ns > entry.due_ns; at = parent)
    heap_put(heap, at, heap->entries[parent]);
  heap_put(heap, at, entry);
}

static inline void heap_sift_down(struct due_heap *heap, int at, struct due_entry entry) {
  for (int child; (child = 2 * at + 1) < heap->count; at = child) {
    if (child + 1 < heap->count && heap->entries[child + 1].due_ns < heap->entries[child].due_ns) child++;
    if (heap->entries[child].due_ns >= entry.due_ns) break;
    heap_put(heap, at, heap->entries[child]);
  }
  heap_put(heap, at, entry);
}

static inline void heap_add(struct due_heap *heap, int fd, uint64_t due_ns) {
  heap_sift_up(heap, heap->count++, (struct due_entry){due_ns, fd});
}

static inline void heap_remove(struct due_heap *heap, int fd) {
  int at = heap->place[fd];
  if (at == NOT_IN_HEAP) return;
  heap->place[fd] = NOT_IN_HEAP;
  struct due_entry last = heap->entries[--heap->count];
  if (at == heap->count) return;
  if (at > 0 && heap->entries[(at - 1) / 2].due_ns > last.due_ns) heap_sift_up(heap, at, last);
  else heap_sift_down(heap, at, last);
}

static inline void heap_init(struct due_heap *heap) {
  heap->count = 0;
  for (int fd = 0; fd < HEAP_MAX; fd++) heap->place[fd] = NOT_IN_HEAP;
}

#endif
