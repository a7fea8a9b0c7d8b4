/* Takes HTTP/1.1 replies apart, however the bytes are cut. */
#ifndef BENCH_HTTP_REPLY_H
#define BENCH_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum reply_state { REPLY_HEAD, REPLY_SIZED, REPLY_UNTIL_CLOSE, REPLY_CHUNK_SIZE, REPLY_CHUNK, REPLY_CHUNK_END, REPLY_TRAILER, REPLY_DONE, REPLY_BROKEN };

struct http_reply {
  enum reply_state state;
  int status;
  bool closes;
  uint64_t left;      /* bytes to come of a sized body or of a chunk */
  unsigned line_seen; /* bytes of the current framing line */
  bool size_ended;    /* a chunk extension has begun: digits no longer count */
  unsigned head_bytes;
  char head[8192];
};

typedef void reply_body(void *context, const char *bytes, size_t count);

static inline void http_reply_reset(struct http_reply *reply) {
  memset(reply, 0, offsetof(struct http_reply, head));
}

static inline const char *reply_header(const struct http_reply *reply, const char *name) {
  size_t name_bytes = strlen(name);
  for (const char *line = strstr(reply->head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
    if (strncasecmp(line + 2, name, name_bytes) || line[2 + name_bytes] != ':') continue;
    const char *value = line + 3 + name_bytes;
    return value + strspn(value, " \t");
  }
  return NULL;
}

static inline void reply_head_done(struct http_reply *reply) {
  const char *value;
  reply->head[reply->head_bytes] = 0;
  reply->status = strncmp(reply->head, "HTTP/1.", 7) ? 0 : atoi(reply->head + 9);
  value = reply_header(reply, "connection");
  reply->closes = value && !strncasecmp(value, "close", 5);
  value = reply_header(reply, "transfer-encoding");
  if (value && !strncasecmp(value, "chunked", 7)) {
    reply->state = REPLY_CHUNK_SIZE;
    return;
  }
  value = reply_header(reply, "content-length");
  reply->left = value ? strtoull(value, NULL, 10) : 0;
  reply->state = !value ? REPLY_UNTIL_CLOSE : reply->left ? REPLY_SIZED : REPLY_DONE;
}

/* Collects the head up to its empty line; returns how many of the bytes belonged to it. */
static inline size_t reply_take_head(struct http_reply *reply, const char *bytes, size_t count) {
  size_t used = 0;
  while (used < count && reply->state == REPLY_HEAD) {
    const char *newline = memchr(bytes + used, '\n', count - used);
    size_t take = newline ? (size_t)(newline - bytes) + 1 - used : count - used;
    if (reply->head_bytes + take >= sizeof reply->head) {
      reply->state = REPLY_BROKEN;
      return used;
    }
    memcpy(reply->head + reply->head_bytes, bytes + used, take);
    reply->head_bytes += (unsigned)take;
    used += take;
    if (reply->head_bytes >= 4 && !memcmp(reply->head + reply->head_bytes - 4, "\r\n\r\n", 4)) reply_head_done(reply);
  }
  return used;
}

static inline void reply_take_size(struct http_reply *reply, char c) {
  unsigned lower = (unsigned char)c | 32, digit = (unsigned char)c - '0';
  if (digit > 9) digit = lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
  if (c == '\n') {
    reply->state = reply->line_seen == 0 ? REPLY_BROKEN : reply->left ? REPLY_CHUNK : REPLY_TRAILER;
    reply->line_seen = 0, reply->size_ended = false;
  } else if (digit > 15) {
    reply->size_ended = true;
  } else if (!reply->size_ended) {
    reply->left = reply->left << 4 | digit;
    reply->line_seen++;
  }
}

/* Feeds bytes until they or the reply end; returns how many were used. */
static inline size_t http_reply_feed(struct http_reply *reply, const char *bytes, size_t count, reply_body *body, void *context) {
  size_t used = 0;
  while (used < count && reply->state < REPLY_DONE) {
    size_t take = count - used;
    switch (reply->state) {
      case REPLY_HEAD:
        used += reply_take_head(reply, bytes + used, take);
        break;
      case REPLY_UNTIL_CLOSE:
        body(context, bytes + used, take);
        used += take;
        break;
      case REPLY_SIZED:
      case REPLY_CHUNK:
        if (take > reply->left) take = reply->left;
        body(context, bytes + used, take);
        used += take;
        reply->left -= take;
        if (reply->left == 0) reply->state = reply->state == REPLY_SIZED ? REPLY_DONE : REPLY_CHUNK_END;
        break;
      case REPLY_CHUNK_SIZE:
        reply_take_size(reply, bytes[used++]);
        break;
      case REPLY_CHUNK_END:
        if (bytes[used++] == '\n') reply->state = REPLY_CHUNK_SIZE;
        break;
      case REPLY_TRAILER:
        if (bytes[used] == '\n') {
          if (reply->line_seen == 0) reply->state = REPLY_DONE;
          reply->line_seen = 0;
        } else if (bytes[used] != '\r') {
          reply->line_seen++;
        }
        used++;
        break;
      case REPLY_DONE:
      case REPLY_BROKEN:
        break;
    }
  }
  return used;
}

#endif
