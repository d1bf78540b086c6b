/* The floor: blocking reads and writes on a Unix socket, and nothing else. Speaks the commands of PeerProgram.
   floor - echo | floor - sink | floor ADDRESS */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { SUB = 128, BUCKETS = 64 * SUB, SOCKET_BUFFER_BYTES = 256 * 1024 };

static int connection = -1;
static size_t size;
static char *buffer;
static atomic_bool stopped;
static atomic_ullong counts[BUCKETS]; /* by latency: 7 significant bits */
static atomic_ullong received, last_nanos, sent;
static unsigned long long mark_nanos, mark_received, mark_last;
static char path[108];

static void die(const char *what) {
  perror(what);
  _exit(1);
}

static unsigned long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void answer(const char *text) {
  printf("= %s\n", text);
  fflush(stdout);
}

static void record(unsigned long long nanos) {
  int shift = 0;
  while ((nanos >> shift) >= 2 * SUB) shift++;
  unsigned index = shift == 0 ? nanos : shift * SUB + (nanos >> shift);
  atomic_fetch_add_explicit(&counts[index], 1, memory_order_relaxed);
}

static unsigned long long value_of(unsigned index) {
  return index < 2 * SUB ? index : ((unsigned long long)(index % SUB + SUB)) << (index / SUB - 1);
}

static void write_all(size_t count) {
  for (size_t done = 0; done < count;) {
    ssize_t n = write(connection, buffer + done, count - done);
    if (n <= 0) die("write");
    done += n;
  }
}

static void *echo(void *unused) {
  for (;;) {
    ssize_t n = read(connection, buffer, SOCKET_BUFFER_BYTES);
    if (n == 0) return unused;
    if (n < 0) die("read");
    write_all(n);
  }
}

static void *sink(void *unused) {
  for (;;) {
    ssize_t n = read(connection, buffer, SOCKET_BUFFER_BYTES);
    if (n == 0) return unused;
    if (n < 0) die("read");
    atomic_store(&last_nanos, now());
    atomic_fetch_add(&received, n);
  }
}

static int listening;
static void *(*service)(void *);

static void *serve(void *unused) {
  if ((connection = accept(listening, NULL, NULL)) < 0) die("accept");
  return service(unused);
}

static void *calls(void *unused) {
  while (!atomic_load_explicit(&stopped, memory_order_relaxed)) {
    unsigned long long start = now();
    write_all(size);
    for (size_t done = 0; done < size;) {
      ssize_t n = read(connection, buffer + done, size - done);
      if (n <= 0) die("read");
      done += n;
    }
    record(now() - start);
    atomic_fetch_add_explicit(&sent, 1, memory_order_relaxed);
  }
  return unused;
}

static void *flood(void *unused) {
  while (!atomic_load_explicit(&stopped, memory_order_relaxed)) {
    write_all(size);
    atomic_fetch_add_explicit(&sent, 1, memory_order_relaxed);
  }
  return unused;
}

static void mark(void) {
  for (int i = 0; i < BUCKETS; i++) atomic_store(&counts[i], 0);
  mark_received = received;
  mark_last = last_nanos;
  mark_nanos = now();
}

static void read_out(void) {
  static unsigned long long copy[BUCKETS];
  unsigned long long total = 0, elapsed = now() - mark_nanos, max = 0;
  for (int i = 0; i < BUCKETS; i++) {
    total += copy[i] = atomic_load(&counts[i]);
    if (copy[i]) max = value_of(i);
  }
  printf("= nanos=%llu calls=%llu ", elapsed, total);
  if (total > 0) {
    const double percentiles[] = {50, 75, 90, 95, 99, 99.9, 99.99};
    const char *names[] = {"p50.0", "p75.0", "p90.0", "p95.0", "p99.0", "p99.9", "p99.99"};
    for (int p = 0; p < 7; p++) {
      unsigned long long seen = 0, wanted = total * percentiles[p] / 100;
      int i = 0;
      while (i < BUCKETS - 1 && (seen += copy[i]) <= wanted) i++;
      printf("%s=%llu ", names[p], value_of(i));
    }
    printf("max=%llu ", max);
  }
  printf("receivedBytes=%llu receiptNanos=%llu\n", received - mark_received, last_nanos - mark_last);
  fflush(stdout);
}

static void address_of(struct sockaddr_un *address, const char *name) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  strncpy(address->sun_path, name, sizeof address->sun_path - 1);
}

int main(int count, char **args) {
  struct sockaddr_un address;
  pthread_t thread;
  listening = socket(AF_UNIX, SOCK_STREAM, 0);
  int is_server = count > 2 && strcmp(args[1], "-") == 0;
  if (count < 2 || listening < 0) die("floor: - echo, - sink or an address");
  buffer = calloc(1, SOCKET_BUFFER_BYTES);
  if (is_server) {
    static char folder[] = "/tmp/floor-XXXXXX";
    if (!mkdtemp(folder)) die("mkdtemp");
    snprintf(path, sizeof path, "%s/socket", folder);
    address_of(&address, path);
    if (bind(listening, (struct sockaddr *)&address, sizeof address) || listen(listening, 1)) die("bind");
    service = !strcmp(args[2], "sink") ? sink : echo;
    pthread_create(&thread, NULL, serve, NULL);
  } else {
    address_of(&address, args[1]);
    connection = listening;
    if (connect(connection, (struct sockaddr *)&address, sizeof address)) die("connect");
  }
  int buffer_bytes = SOCKET_BUFFER_BYTES;
  if (!is_server) setsockopt(connection, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  answer("open");
  char line[256];
  while (fgets(line, sizeof line, stdin)) {
    char verb[32] = "", kind[32] = "";
    unsigned long bytes = 0;
    sscanf(line, "%31s %31s %lu", verb, kind, &bytes);
    if (!strcmp(verb, "address")) {
      answer(path);
    } else if (!strcmp(verb, "start")) {
      stopped = 0;
      sent = 0;
      size = bytes;
      free(buffer);
      buffer = calloc(1, size > SOCKET_BUFFER_BYTES ? size : SOCKET_BUFFER_BYTES);
      pthread_create(&thread, NULL, !strcmp(kind, "flood") ? flood : calls, NULL);
      answer("started");
    } else if (!strcmp(verb, "mark")) {
      mark();
      answer("marked");
    } else if (!strcmp(verb, "read")) {
      read_out();
    } else if (!strcmp(verb, "received")) {
      printf("= receivedBytes=%llu\n", received);
      fflush(stdout);
    } else if (!strcmp(verb, "stop")) {
      stopped = 1;
      pthread_join(thread, NULL);
      printf("= sent=%llu\n", sent);
      fflush(stdout);
    } else {
      fprintf(stderr, "command: %s", line);
      return 1;
    }
  }
  if (is_server) {
    unlink(path);
    *strrchr(path, '/') = 0;
    rmdir(path);
  }
  return 0;
}
