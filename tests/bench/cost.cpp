// cost: what a command costs, with all its descendants that were waited for. Small itself, because a process that was forked off a large
// one is told to have its peak.
//
//     cost FILE COMMAND [ARGUMENT…]
//
// Writes `CPU_SECONDS PEAK_KB WALL_SECONDS` to FILE; the peak is that of the largest single process. Ends as the command does.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

static double seconds(const timeval &time)
{
    return double(time.tv_sec) + double(time.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        std::fprintf(stderr, "usage: cost FILE COMMAND [ARGUMENT...]\n");
        return 2;
    }
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        std::perror(argv[2]);
        _exit(127);
    }
    int status = 0;
    rusage usage{};
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        std::perror("cost");
        return 1;
    }
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::FILE *const file = std::fopen(argv[1], "w");
    if (!file) {
        std::perror(argv[1]);
        return 1;
    }
    std::fprintf(file, "%.6f %ld %.6f\n", seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss, wall);
    std::fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
