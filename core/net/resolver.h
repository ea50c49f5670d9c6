// Resolver: names to addresses, by getaddrinfo() on threads of its own, so that a dead name server delays nobody who has an address.
//
// A name is looked up once in a run, whoever asks for it; what is definite about it, failures included, is remembered. Literals are never
// looked up. Where names hang, for their servers do not answer, others have further threads: they do not wait for those. Thread-safe;
// outlives the reactors that use it.

#pragma once

#include "net/reactor.h"
#include "net/socketaddress.h"

#include <collector/task.h>

#include <QByteArray>
#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace collector {

struct Resolved
{
    std::vector<SocketAddress> addresses; // in the resolver's order (RFC 6724), each once; port 0
    QString failure;                      // for a person, where there are none
    bool isTemporary = false;             // of the failure: it may be another one in a while
    bool isOurs = false;                  // of the failure: this machine had no descriptor or memory to ask with
};

class Resolver
{
public:
    // What asks the system, replaceable for tests: may block, is called on the resolver's threads.
    using Lookup = Resolved (*)(const std::string &name);

    // `mostThreads`: as long as names are answered.
    explicit Resolver(int mostThreads = 64, Lookup lookup = nullptr);
    ~Resolver(); // waits for nobody: a lookup that hangs is left behind
    Resolver(const Resolver &) = delete;
    Resolver &operator=(const Resolver &) = delete;

    // The addresses of that family, at least one. Throws JobError: dns; local_limit; bad_address for what is neither a name nor an address.
    Task<std::vector<SocketAddress>> resolve(Reactor &reactor, QByteArray name, AddressFamily family, Deadline deadline);

private:
    class Shared;
    class Answer;
    const std::shared_ptr<Shared> m_shared;
};

} // namespace collector
