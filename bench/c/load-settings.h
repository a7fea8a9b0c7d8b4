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
#include "vectors-answer.h"

struct load_settings {
  int port, streams, tokens, per_write, interval_us;
  int ramp_ms, settle_ms, window_ms, drain_ms;
  bool whole, once, batch;
  const char *path, *model, *headers;
  uint64_t first_id;
  int watched[WATCHED_MAX], watched_count; /* the gateway's processes */
  int own[WATCHED_MAX], own_count;         /* what else belongs to the load: the backend, Redis */
  int embed;               /* texts in each request for vectors; 0 asks for chats */
  int texts;               /* so many are asked for again and again; 0 never repeats one */
  int requests;            /* the run ends after so many; 0 ends it by time alone */
  enum vectors_form form;
};

static const struct option LOAD_OPTIONS[] = {
    {"port", required_argument, 0, 'p'},      {"path", required_argument, 0, 'u'},
    {"model", required_argument, 0, 'm'},     {"headers", required_argument, 0, 'h'},
    {"streams", required_argument, 0, 's'},   {"tokens", required_argument, 0, 't'},
    {"per-write", required_argument, 0, 'w'}, {"interval-us", required_argument, 0, 'i'},
    {"ramp-ms", required_argument, 0, 'r'},   {"settle-ms", required_argument, 0, 'e'},
    {"window-ms", required_argument, 0, 'd'}, {"drain-ms", required_argument, 0, 'n'},
    {"first-id", required_argument, 0, 'f'},  {"watch", required_argument, 0, 'c'},
    {"own", required_argument, 0, 'k'},       {"embed", required_argument, 0, 'E'},
    {"texts", required_argument, 0, 'T'},     {"form", required_argument, 0, 'F'},
    {"requests", required_argument, 0, 'R'},
    {"whole", no_argument, 0, 'W'},           {"once", no_argument, 0, 'o'},
    {"batch", no_argument, 0, 'b'},
    {0, 0, 0, 0},
};

/* Numbers between commas; returns how many. */
static inline int read_pids(const char *list, int *pids) {
  int count = 0;
  for (char *rest = (char *)list; *rest && count < WATCHED_MAX; rest += *rest == ',') pids[count++] = (int)strtol(rest, &rest, 10);
  return count;
}

static inline enum vectors_form read_form(const char *name) {
  static const char *const NAMES[] = {"", "base64", "float", "ollama", "hello"};
  for (int i = VECTORS_BASE64; i <= VECTORS_HELLO; i++)
    if (!strcmp(name, NAMES[i])) return (enum vectors_form)i;
  return VECTORS_NONE;
}

/* Bounded on purpose: no run opens more than 5,000 streams or lasts longer than a minute or two. */
static inline bool settings_allowed(const struct load_settings *settings) {
  return settings->port > 0 && settings->port < 65536 && settings->streams > 0 && settings->streams <= 5000 &&
         settings->tokens > 0 && settings->tokens <= TOKEN_MAX_COUNT && settings->per_write > 0 && settings->interval_us >= 0 &&
         settings->embed >= 0 && settings->embed <= INPUTS_MAX && settings->texts >= 0 && settings->texts <= 100000 &&
         settings->requests >= 0 && settings->form != VECTORS_NONE && settings->ramp_ms >= 0 && settings->settle_ms >= 0 && settings->window_ms > 0 && settings->drain_ms >= 0 &&
         settings->ramp_ms + settings->settle_ms + settings->window_ms + settings->drain_ms <= 90000;
}

static inline struct load_settings load_settings_read(int count, char **arguments) {
  struct load_settings settings = {.streams = 1, .tokens = 16, .per_write = 16, .settle_ms = 300, .window_ms = 1000,
                                   .drain_ms = 2000, .path = "/api/chat", .model = "phi3", .headers = "", .form = VECTORS_BASE64};
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
      case 'c': settings.watched_count = read_pids(optarg, settings.watched); break;
      case 'k': settings.own_count = read_pids(optarg, settings.own); break;
      case 'E': settings.embed = atoi(optarg); break;
      case 'T': settings.texts = atoi(optarg); break;
      case 'F': settings.form = read_form(optarg); break;
      case 'R': settings.requests = atoi(optarg); break;
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
