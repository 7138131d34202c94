#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Appends records of 230 bytes, each flushed; prints the microseconds of one. Arguments: file, how many. */
int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  int count = atoi(argv[2]);
  char record[230];
  struct timespec start, end;
  if (file < 0 || count < 1) return 1;
  memset(record, 'x', sizeof record);
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int at = 0; at < count; at++)
    if (write(file, record, sizeof record) < 0 || fdatasync(file) < 0) return 1;
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%.2f\n", ((end.tv_sec - start.tv_sec) * 1e6 + (end.tv_nsec - start.tv_nsec) / 1e3) / count);
  return 0;
}
