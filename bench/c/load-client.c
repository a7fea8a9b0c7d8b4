/*
 * The load of the benchmark: one thread, one epoll, many requests to one gateway on 127.0.0.1.
 * Timeline: streams begin over the ramp, everything settles, the window is measured, then open replies may end (drain).
 * Prints one line of JSON. Every reply is checked token by token, or vector by vector; see answer.h and vectors-answer.h
 * for what counts as bad. Where vectors are asked for, each of them counts as a token.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "answer.h"
#include "clock.h"
#include "histogram.h"
#include "http-reply.h"
#include "load-request.h"

enum { READ_BYTES = 256 * 1024, SEND_BYTES = 200 * 1024, EVENTS = 512, RETRIES_MAX = 3, SAMPLE_NS = 200 * 1000 * 1000 };

struct stream {
  int fd, retries;
  bool connecting, waiting, answered, token_seen, measured;
  uint64_t starts_ns, sent_ns;
  struct http_reply reply;
  struct answer answer;
  struct vectors_answer vectors;
};

static struct load_settings settings;
static struct stream *streams;
static int epoll_fd, open_count, begun_count;
static bool in_window, after_window;
static uint64_t now_ns, next_id, asked;
static char read_buffer[READ_BYTES];

/* Results. Only the window counts, except for bad replies, which always do. */
static uint64_t window_tokens, window_replies, replies, bad, unfinished, reconnects;
static char first_bad[160];
static struct histogram first_token, whole_reply, token_delay;

static void begin(struct stream *stream);

/* ---- requests ---- */

static void send_request(struct stream *stream) {
  static char request[REQUEST_MAX], body[EMBED_BODY_MAX];
  uint64_t id = next_id;
  next_id += settings.embed ? (uint64_t)settings.embed : 1;
  if (settings.embed) choose_texts(&stream->vectors, &settings, id);
  int body_bytes = settings.embed ? put_embed_body(body, &settings, &stream->vectors) : put_chat_body(body, &settings, id);
  int bytes = put_request(request, &settings, body, body_bytes);
  http_reply_reset(&stream->reply);
  answer_reset(&stream->answer, (unsigned)settings.tokens, (unsigned)id);
  asked++;
  stream->waiting = true;
  stream->answered = stream->token_seen = false;
  stream->measured = in_window;
  stream->sent_ns = clock_ns();
  /* A request is far smaller than an empty socket buffer, so it is written at once or the connection is dead; then the read says so. */
  if (send(stream->fd, request, (size_t)bytes, MSG_NOSIGNAL) != bytes) shutdown(stream->fd, SHUT_RDWR);
}

/* ---- replies ---- */

static void count_bad(struct stream *stream, const char *fault) {
  bad++;
  if (first_bad[0]) return;
  if (settings.embed) {
    snprintf(first_bad, sizeof first_bad, "%s (status %d, %d of %d vectors)", fault, stream->reply.status, stream->vectors.right,
             stream->vectors.expected);
    return;
  }
  snprintf(first_bad, sizeof first_bad, "%s (status %d, %u of %u tokens)", fault, stream->reply.status,
           stream->answer.tokens.next, stream->answer.expected);
}

static void on_token(void *context, uint32_t stamp_us) {
  struct stream *stream = context;
  if (!stream->token_seen) {
    stream->token_seen = true;
    if (stream->measured && in_window) histogram_add(&first_token, now_ns - stream->sent_ns);
  }
  if (!in_window) return;
  window_tokens++;
  uint32_t delay_us = (uint32_t)(now_ns / 1000) - stamp_us;
  /* Less than a µs of rounding may make the difference negative. */
  histogram_add(&token_delay, delay_us > 0x80000000u ? 0 : (uint64_t)delay_us * 1000);
}

static void on_body(void *context, const char *bytes, size_t count) {
  struct stream *stream = context;
  if (settings.embed) vectors_feed(&stream->vectors, bytes, count);
  else answer_feed(&stream->answer, bytes, count, on_token, stream);
}

/* What is wrong with a reply that is complete, or NULL. */
static const char *end_answer(struct stream *stream) {
  if (!settings.embed) return answer_end(&stream->answer, !settings.whole, on_token, stream);
  const char *fault = vectors_end(&stream->vectors, settings.form);
  if (in_window) window_tokens += (uint64_t)stream->vectors.right;
  return fault;
}

static void close_stream(struct stream *stream) {
  if (stream->fd < 0) return;
  close(stream->fd);
  stream->fd = -1;
  open_count--;
}

static void finish_reply(struct stream *stream) {
  const char *fault = end_answer(stream);
  if (stream->reply.status != 200) fault = "status is not 200";
  if (fault) count_bad(stream, fault);
  replies++;
  if (in_window) window_replies++;
  if (in_window && stream->measured) histogram_add(&whole_reply, now_ns - stream->sent_ns);
  stream->waiting = false;
  stream->retries = 0;
  bool again = !settings.once && !after_window && (!settings.requests || asked < (uint64_t)settings.requests);
  if (!again || stream->reply.closes) close_stream(stream);
  if (!again) return;
  if (stream->fd < 0) begin(stream);
  else send_request(stream);
}

/* The connection is gone. A kept-alive one may be closed by the other side just as a request is sent: that one is asked again. */
static void on_close(struct stream *stream) {
  bool untouched = stream->waiting && !stream->answered;
  if (stream->waiting && stream->reply.state == REPLY_UNTIL_CLOSE) {
    stream->reply.closes = true;
    finish_reply(stream);
    return;
  }
  close_stream(stream);
  if ((untouched || stream->connecting) && stream->retries++ < RETRIES_MAX && !after_window) {
    reconnects++;
    begin(stream);
  } else if (stream->connecting) {
    count_bad(stream, "no connection");
    stream->connecting = false;
  } else if (stream->waiting) {
    count_bad(stream, "connection closed within the reply");
    stream->waiting = false;
    if (!settings.once && !after_window) begin(stream);
  }
}

static void on_readable(struct stream *stream) {
  ssize_t bytes = recv(stream->fd, read_buffer, sizeof read_buffer, 0);
  now_ns = clock_ns();
  if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (bytes <= 0 || !stream->waiting) {
    on_close(stream);
    return;
  }
  stream->answered = true;
  http_reply_feed(&stream->reply, read_buffer, (size_t)bytes, on_body, stream);
  if (stream->reply.state == REPLY_DONE) {
    finish_reply(stream);
  } else if (stream->reply.state == REPLY_BROKEN) {
    count_bad(stream, "broken HTTP framing");
    stream->waiting = false;
    close_stream(stream);
  }
}

/* ---- connections ---- */

static void watch(struct stream *stream, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = stream};
  epoll_ctl(epoll_fd, operation, stream->fd, &event);
}

static void begin(struct stream *stream) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)settings.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  stream->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (stream->fd < 0) {
    perror("load-client: socket");
    exit(1);
  }
  setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (settings.embed) setsockopt(stream->fd, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BYTES}, sizeof(int));
  open_count++;
  stream->connecting = true;
  connect(stream->fd, (struct sockaddr *)&address, sizeof address);
  watch(stream, EPOLL_CTL_ADD, EPOLLOUT);
}

static void on_event(struct stream *stream, uint32_t events) {
  if (stream->fd < 0) return;
  if (!stream->connecting) {
    on_readable(stream);
  } else if (events & (EPOLLERR | EPOLLHUP)) {
    on_close(stream);
  } else {
    stream->connecting = false;
    watch(stream, EPOLL_CTL_MOD, EPOLLIN);
    send_request(stream);
  }
}

/* ---- timeline ---- */

static int by_start(const void *a, const void *b) {
  uint64_t x = ((const struct stream *)a)->starts_ns, y = ((const struct stream *)b)->starts_ns;
  return (x > y) - (x < y);
}

/* Random moments, so that paced streams do not beat in step; the same ones in each run. */
static void plan_starts(uint64_t begin_ns) {
  uint64_t seed = 0x9e3779b97f4a7c15ull;
  for (int i = 0; i < settings.streams; i++) {
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    streams[i].fd = -1;
    streams[i].starts_ns = begin_ns + (settings.ramp_ms ? (seed >> 11) % ((uint64_t)settings.ramp_ms * 1000000) : 0);
  }
  qsort(streams, (size_t)settings.streams, sizeof *streams, by_start);
}

static void wait_until(uint64_t deadline_ns) {
  static struct epoll_event events[EVENTS];
  uint64_t left = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
  struct timespec timeout = {.tv_sec = (time_t)(left / 1000000000), .tv_nsec = (long)(left % 1000000000)};
  int count = epoll_pwait2(epoll_fd, events, EVENTS, &timeout, NULL);
  now_ns = clock_ns();
  for (int i = 0; i < count; i++) on_event(events[i].data.ptr, events[i].events);
}

static void begin_due(void) {
  while (begun_count < settings.streams && streams[begun_count].starts_ns <= now_ns && !after_window) begin(&streams[begun_count++]);
}

static uint64_t earliest(uint64_t deadline_ns) {
  if (begun_count < settings.streams && streams[begun_count].starts_ns < deadline_ns) return streams[begun_count].starts_ns;
  return deadline_ns;
}

/* Where the requests are counted, the run ends with the last of them. */
static bool is_all_answered(void) { return settings.requests && replies >= (uint64_t)settings.requests; }

static void run_until(uint64_t deadline_ns) {
  while (now_ns < deadline_ns && !is_all_answered()) {
    begin_due();
    wait_until(earliest(deadline_ns));
  }
}

/* In the window the memory is sampled as well; returns the most that was seen. */
static long run_window(uint64_t deadline_ns) {
  long rss_kb = 0;
  while (now_ns < deadline_ns && !is_all_answered()) {
    run_until(now_ns + SAMPLE_NS < deadline_ns ? now_ns + SAMPLE_NS : deadline_ns);
    long sample = process_usage_read(settings.watched, settings.watched_count).rss_kb;
    if (sample > rss_kb) rss_kb = sample;
  }
  return rss_kb;
}

static void drain(uint64_t deadline_ns) {
  while (open_count > 0 && now_ns < deadline_ns) wait_until(deadline_ns);
  for (int i = 0; i < begun_count; i++) unfinished += streams[i].waiting || streams[i].connecting;
}

static int answering(void) {
  int count = 0;
  for (int i = 0; i < begun_count; i++) count += streams[i].waiting && streams[i].token_seen;
  return count;
}

/* The CPU of everybody who does not belong to the measurement: other work on the machine, and the gateway's database. */
static int64_t others_us(const struct process_usage *gateway) {
  int client = getpid();
  uint64_t load_us = process_usage_read(&client, 1).cpu_us + process_usage_read(settings.own, settings.own_count).cpu_us;
  return (int64_t)(machine_busy_us() - load_us - gateway->cpu_us);
}

/* Nothing has no time: null. */
static void print_times(const char *name, const struct histogram *times) {
  if (times->total == 0)
    printf("\"%sP50Us\":null,\"%sP99Us\":null", name, name);
  else
    printf("\"%sP50Us\":%.1f,\"%sP99Us\":%.1f", name, histogram_us(times, 0.5), name, histogram_us(times, 0.99));
}

int main(int count, char **arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  settings = load_settings_read(count, arguments);
  alarm(120);
  /* Where only the rate counts, the client must not be woken for every token in the middle of the backend's turn: they share a CPU. */
  if (settings.batch) sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0});
  streams = calloc((size_t)settings.streams, sizeof *streams);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  next_id = settings.first_id;
  now_ns = clock_ns();
  uint64_t begin_ns = now_ns, window_ns = begin_ns + (uint64_t)(settings.ramp_ms + settings.settle_ms) * 1000000;
  plan_starts(begin_ns);

  run_until(window_ns);
  int open_at_window = answering();
  struct process_usage before = process_usage_read(settings.watched, settings.watched_count);
  int64_t others_before_us = others_us(&before);
  uint64_t from_ns = now_ns = clock_ns();
  in_window = true;
  long rss_kb = run_window(from_ns + (uint64_t)settings.window_ms * 1000000);
  in_window = false, after_window = true;
  struct process_usage after = process_usage_read(settings.watched, settings.watched_count);
  uint64_t window_lasted_ns = clock_ns() - from_ns;
  int64_t others_used_us = others_us(&after) - others_before_us;
  drain(now_ns + (uint64_t)settings.drain_ms * 1000000);

  printf("{\"windowUs\":%llu,\"tokens\":%llu,\"windowReplies\":%llu,\"replies\":%llu,\"answeringAtWindow\":%d,",
         (unsigned long long)window_lasted_ns / 1000, (unsigned long long)window_tokens, (unsigned long long)window_replies,
         (unsigned long long)replies, open_at_window);
  printf("\"bad\":%llu,\"unfinished\":%llu,\"reconnects\":%llu,\"firstBad\":\"%s\",\"nextId\":%llu,", (unsigned long long)bad,
         (unsigned long long)unfinished, (unsigned long long)reconnects, first_bad, (unsigned long long)next_id);
  printf("\"cpuUs\":%llu,\"othersUs\":%lld,\"rssKb\":%ld,\"peakKb\":%ld,", (unsigned long long)(after.cpu_us - before.cpu_us),
         (long long)(others_used_us > 0 ? others_used_us : 0), rss_kb, after.peak_kb);
  print_times("firstToken", &first_token), putchar(',');
  print_times("reply", &whole_reply), putchar(',');
  print_times("delay", &token_delay);
  puts("}");
  return 0;
}
