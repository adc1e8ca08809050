/* measure COMMAND [ARGUMENT...]: runs the command and writes one line to file descriptor 3:
 * wall seconds, CPU seconds (user and system), peak resident KiB of its largest process, exit status.
 *
 * A program and not a function of the bench, because Linux carries the peak of the process that calls exec over into the new
 * one: started from Python, a program of 2 MB would be said to take 12. This one is smaller than anything it measures.
 * wait4 counts the whole tree, as far as each process waits for its own children, which shells and xargs do. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("usage: measure COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    double start = now();
    pid_t child = fork();
    if (child == 0) {
        close(3);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    int status = 0;
    struct rusage used;
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        perror("measure");
        return 1;
    }
    double wall = now() - start;
    long peak_kib = used.ru_maxrss;
#ifdef __APPLE__
    peak_kib /= 1024; /* bytes there */
#endif
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    dprintf(3, "%.6f %.6f %ld %d\n", wall, seconds(used.ru_utime) + seconds(used.ru_stime), peak_kib, code);
    return 0;
}
