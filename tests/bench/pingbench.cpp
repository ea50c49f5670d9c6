// pingbench: the ping thread alone, driven as a worker would, on loopback addresses.
//
//     pingbench [COUNT [IN_FLIGHT [RATE [icmp|tcp]]]]      default 1048576 20000 0 icmp, from 127.16.0.0 upwards
//
// Prints what a run of that many single pings costs: wall, CPU of the whole process, peak memory, and what was lost.

#include "icmp/echoservice.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace collector;
using Clock = std::chrono::steady_clock;

static double seconds(const timeval &time)
{
    return double(time.tv_sec) + double(time.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    const uint32_t count = argc > 1 ? uint32_t(std::strtoul(argv[1], nullptr, 10)) : 1'048'576;
    const uint32_t window = argc > 2 ? uint32_t(std::strtoul(argv[2], nullptr, 10)) : 20'000;
    const double rate = argc > 3 ? std::strtod(argv[3], nullptr) : 0;
    const bool isTcp = argc > 4 && std::strcmp(argv[4], "tcp") == 0;

    EchoService service(rate);
    const int wake = eventfd(0, EFD_CLOEXEC);
    const auto mailbox = service.openMailbox({[wake] { eventfd_write(wake, 1); }, {}});
    const auto begin = Clock::now();
    uint32_t submitted = 0, ended = 0, alive = 0;
    std::vector<EchoResult> results;
    EchoRequest request;
    request.method = isTcp ? EchoMethod::Tcp : EchoMethod::Auto;
    while (ended < count) {
        for (; submitted < count && submitted - ended < window; ++submitted) {
            request.token = submitted;
            request.address = EchoAddress::fromV4(0x7f100000u + submitted);
            mailbox->submit(request);
        }
        eventfd_t rings;
        eventfd_read(wake, &rings);
        mailbox->takeResults(results);
        for (const EchoResult &result : results)
            alive += result.received > 0;
        ended += uint32_t(results.size());
    }
    const double wall = std::chrono::duration<double>(Clock::now() - begin).count();
    mailbox->close();
    close(wake);

    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    const EchoCounters counters = service.counters();
    std::printf("pingbench hosts=%u alive=%u wall=%.2fs user=%.2f sys=%.2f rss=%ldKB sent=%llu late=%llu duplicate=%llu foreign=%llu "
                "overflowed=%llu repeated=%llu\n",
                ended, alive, wall, seconds(use.ru_utime), seconds(use.ru_stime), use.ru_maxrss,
                static_cast<unsigned long long>(counters.sent), static_cast<unsigned long long>(counters.late),
                static_cast<unsigned long long>(counters.duplicate), static_cast<unsigned long long>(counters.foreign),
                static_cast<unsigned long long>(counters.overflowed), static_cast<unsigned long long>(counters.repeated));
    return alive == count ? 0 : 1;
}
