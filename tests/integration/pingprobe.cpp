// pingprobe: the ping thread as a program, for tests that must choose its privileges and its network.
//
//     pingprobe [--rate N] [--count N] [--interval MS] [--wait MS] [--method auto|icmp|tcp] [--tries N] FIRST[+COUNT]...
//
// Asks COUNT addresses from FIRST upwards, all at once; those without a reply again, as the engine does, up to --tries in all. Prints a
// line for each: address, sent, received, min, avg, max (µs), ttl, cause, method; then `counters NAME=VALUE …`, and `tries` with how many
// were left after each.

#include "icmp/echoservice.h"

#include <QByteArrayList>
#include <QMap>
#include <QSemaphore>

#include <arpa/inet.h>

#include <cstdio>
#include <cstdlib>
#include <map>

using namespace collector;

namespace {

struct Options
{
    double rate = 0;
    EchoRequest request;
    int tries = 1;
    std::vector<EchoAddress> addresses;
};

EchoAddress plus(EchoAddress address, uint32_t offset)
{
    for (size_t i = 16; i-- > 0 && offset > 0;) {
        offset += address.bytes[i];
        address.bytes[i] = uint8_t(offset);
        offset >>= 8;
    }
    return address;
}

void addRange(Options &options, const QByteArray &text)
{
    const QByteArrayList parts = text.split('+');
    const auto first = EchoAddress::fromText(parts.first());
    if (!first)
        qFatal("not an address: %s", parts.first().constData());
    const uint32_t count = parts.size() > 1 ? parts[1].toUInt() : 1;
    for (uint32_t i = 0; i < count; ++i)
        options.addresses.push_back(plus(*first, i));
}

Options parse(const QByteArrayList &words)
{
    Options options;
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QByteArray &word = words[i];
        const auto value = [&] { return words.value(++i); };
        if (word == "--rate")
            options.rate = value().toDouble();
        else if (word == "--count")
            options.request.count = uint16_t(value().toUInt());
        else if (word == "--interval")
            options.request.interval = std::chrono::milliseconds(value().toInt());
        else if (word == "--wait")
            options.request.wait = std::chrono::milliseconds(value().toInt());
        else if (word == "--tries")
            options.tries = value().toInt();
        else if (word == "--method")
            options.request.method =
                QMap<QByteArray, EchoMethod>{{"icmp", EchoMethod::Icmp}, {"tcp", EchoMethod::Tcp}}.value(value(), EchoMethod::Auto);
        else
            addRange(options, word);
    }
    return options;
}

const char *causeName(EchoCause cause)
{
    static constexpr std::array names{"none", "no_reply", "no_route", "prohibited", "bad_address", "local_limit", "not_permitted"};
    return names[size_t(cause)];
}

void print(const EchoAddress &address, const EchoResult &result)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (address.isV4())
        inet_ntop(AF_INET, address.bytes.data() + 12, text, sizeof text);
    else
        inet_ntop(AF_INET6, address.bytes.data(), text, sizeof text);
    std::printf("%s %d %d %lld %lld %lld %d %s %s\n", text, result.sent, result.received, static_cast<long long>(result.rttMin.count()),
                static_cast<long long>(result.rttAvg.count()), static_cast<long long>(result.rttMax.count()), result.ttl,
                causeName(result.cause), result.method == EchoMethod::Tcp ? "tcp" : "icmp");
}

} // namespace

int main(int argc, char **argv)
{
    QByteArrayList words;
    for (int i = 1; i < argc; ++i)
        words.append(argv[i]);
    const Options options = parse(words);

    EchoService service(options.rate);
    QSemaphore ready;
    const auto mailbox = service.openMailbox({[&ready] { ready.release(); }, {}});
    std::vector<EchoResult> results(options.addresses.size());
    std::vector<uint32_t> open(options.addresses.size());
    for (uint32_t i = 0; i < open.size(); ++i)
        open[i] = i;
    QByteArray left;
    std::vector<EchoResult> some;
    for (int attempt = 0; attempt < options.tries && !open.empty(); ++attempt) {
        EchoRequest request = options.request;
        for (const uint32_t i : open) {
            request.token = i;
            request.address = options.addresses[i];
            mailbox->submit(request);
        }
        for (size_t ended = 0; ended < open.size(); ended += some.size()) {
            ready.acquire();
            mailbox->takeResults(some);
            for (const EchoResult &result : some)
                results[result.token] = result;
        }
        std::erase_if(open, [&](uint32_t i) { return results[i].cause != EchoCause::NoReply; });
        left += ' ' + QByteArray::number(qulonglong(open.size()));
    }
    for (size_t i = 0; i < results.size(); ++i)
        print(options.addresses[i], results[i]);
    const EchoCounters c = service.counters();
    const std::map<const char *, uint64_t> counters{{"sent", c.sent},
                                                    {"answered", c.answered},
                                                    {"late", c.late},
                                                    {"duplicate", c.duplicate},
                                                    {"foreign", c.foreign},
                                                    {"unreachable", c.unreachable},
                                                    {"overflowed", c.overflowed},
                                                    {"repeated", c.repeated},
                                                    {"refused", c.refused}};
    std::printf("counters");
    for (const auto &[name, value] : counters)
        std::printf(" %s=%llu", name, static_cast<unsigned long long>(value));
    std::printf("\ntries%s\n", left.constData());
    mailbox->close();
    return 0;
}
