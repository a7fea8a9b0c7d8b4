/* What the watched processes have used: CPU of all their threads, and memory. */
#ifndef BENCH_PROCESS_USAGE_H
#define BENCH_PROCESS_USAGE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WATCHED_MAX = 16 };

struct process_usage {
  uint64_t cpu_us;
  long rss_kb, peak_kb;
};

static inline size_t read_proc(int pid, const char *name, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  size_t bytes = fread(text, 1, size - 1, file);
  fclose(file);
  text[bytes] = 0;
  return bytes;
}

static inline long status_kb(const char *status, const char *key) {
  const char *at = strstr(status, key);
  return at ? atol(at + strlen(key)) : 0;
}

/* Adds up the given processes. One that is gone counts as nothing. */
static inline struct process_usage process_usage_read(const int *pids, int count) {
  struct process_usage sum = {0, 0, 0};
  char text[4096];
  for (int i = 0; i < count; i++) {
    unsigned long user = 0, system = 0;
    if (read_proc(pids[i], "stat", text, sizeof text)) {
      /* The command, in parentheses, may itself contain spaces and parentheses. */
      const char *rest = strrchr(text, ')');
      if (rest) sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    }
    sum.cpu_us += (uint64_t)(user + system) * 1000000ull / (uint64_t)sysconf(_SC_CLK_TCK);
    if (read_proc(pids[i], "status", text, sizeof text)) {
      sum.rss_kb += status_kb(text, "VmRSS:");
      sum.peak_kb += status_kb(text, "VmHWM:");
    }
  }
  return sum;
}

/* What all processes of the machine have used together, in µs of one CPU. */
static inline uint64_t machine_busy_us(void) {
  unsigned long long user = 0, nice = 0, system = 0, irq = 0, softirq = 0;
  FILE *file = fopen("/proc/stat", "r");
  if (!file) return 0;
  int found = fscanf(file, "cpu %llu %llu %llu %*u %*u %llu %llu", &user, &nice, &system, &irq, &softirq);
  fclose(file);
  return found == 5 ? (user + nice + system + irq + softirq) * 1000000ull / (uint64_t)sysconf(_SC_CLK_TCK) : 0;
}

#endif
