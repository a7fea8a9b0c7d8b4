/* What one run of the load client is told on its command line. */
#ifndef BENCH_LOAD_SETTINGS_H
#define BENCH_LOAD_SETTINGS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "process-usage.h"
#include "token.h"

struct load_settings {
  int port, streams, tokens, per_write, interval_us;
  int ramp_ms, settle_ms, window_ms, drain_ms;
  bool whole, once, batch;
  const char *path, *model, *headers;
  uint64_t first_id;
  int watched[WATCHED_MAX], watched_count; /* the gateway's processes */
  int backend_pid;
};

static const struct option LOAD_OPTIONS[] = {
    {"port", required_argument, 0, 'p'},      {"path", required_argument, 0, 'u'},
    {"model", required_argument, 0, 'm'},     {"headers", required_argument, 0, 'h'},
    {"streams", required_argument, 0, 's'},   {"tokens", required_argument, 0, 't'},
    {"per-write", required_argument, 0, 'w'}, {"interval-us", required_argument, 0, 'i'},
    {"ramp-ms", required_argument, 0, 'r'},   {"settle-ms", required_argument, 0, 'e'},
    {"window-ms", required_argument, 0, 'd'}, {"drain-ms", required_argument, 0, 'n'},
    {"first-id", required_argument, 0, 'f'},  {"watch", required_argument, 0, 'c'},
    {"backend-pid", required_argument, 0, 'k'},
    {"whole", no_argument, 0, 'W'},           {"once", no_argument, 0, 'o'},
    {"batch", no_argument, 0, 'b'},
    {0, 0, 0, 0},
};

static inline void add_watched(struct load_settings *settings, const char *list) {
  for (char *rest = (char *)list; *rest && settings->watched_count < WATCHED_MAX; rest += *rest == ',')
    settings->watched[settings->watched_count++] = (int)strtol(rest, &rest, 10);
}

/* Bounded on purpose: no run opens more than 5,000 streams or lasts longer than a minute or two. */
static inline bool settings_allowed(const struct load_settings *settings) {
  return settings->port > 0 && settings->port < 65536 && settings->streams > 0 && settings->streams <= 5000 &&
         settings->tokens > 0 && settings->tokens <= TOKEN_MAX_COUNT && settings->per_write > 0 && settings->interval_us >= 0 &&
         settings->ramp_ms >= 0 && settings->settle_ms >= 0 && settings->window_ms > 0 && settings->drain_ms >= 0 &&
         settings->ramp_ms + settings->settle_ms + settings->window_ms + settings->drain_ms <= 90000;
}

static inline struct load_settings load_settings_read(int count, char **arguments) {
  struct load_settings settings = {.streams = 1, .tokens = 16, .per_write = 16, .settle_ms = 300, .window_ms = 1000,
                                   .drain_ms = 2000, .path = "/api/chat", .model = "phi3", .headers = ""};
  for (int option; (option = getopt_long(count, arguments, "", LOAD_OPTIONS, NULL)) != -1;) {
    switch (option) {
      case 'p': settings.port = atoi(optarg); break;
      case 'u': settings.path = optarg; break;
      case 'm': settings.model = optarg; break;
      case 'h': settings.headers = optarg; break;
      case 's': settings.streams = atoi(optarg); break;
      case 't': settings.tokens = atoi(optarg); break;
      case 'w': settings.per_write = atoi(optarg); break;
      case 'i': settings.interval_us = atoi(optarg); break;
      case 'r': settings.ramp_ms = atoi(optarg); break;
      case 'e': settings.settle_ms = atoi(optarg); break;
      case 'd': settings.window_ms = atoi(optarg); break;
      case 'n': settings.drain_ms = atoi(optarg); break;
      case 'f': settings.first_id = strtoull(optarg, NULL, 10); break;
      case 'c': add_watched(&settings, optarg); break;
      case 'k': settings.backend_pid = atoi(optarg); break;
      case 'W': settings.whole = true; break;
      case 'o': settings.once = true; break;
      case 'b': settings.batch = true; break;
      default: exit(2);
    }
  }
  if (!settings_allowed(&settings)) {
    fprintf(stderr, "load-client: settings missing or out of bounds\n");
    exit(2);
  }
  return settings;
}

#endif
