// One known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), read once.
//
// An exact name costs one binary search however long the file is; names with wildcards or negation are tried one by one; hashed
// names only if asked for. A line that cannot be understood is passed over and spoils no other. Immutable after construction:
// const calls from any thread.

#pragma once

#include "ssh/hashednames.h"
#include "ssh/hostkeys.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <string_view>
#include <vector>

namespace collector {

class KnownHostsFile
{
public:
    // `text` is the whole file; `path` only names it in results.
    KnownHostsFile(QString path, QByteArray text);

    // Appends the keys of the lines that match `name` (lower case, `[host]:port` where the port is not 22), in the file's order.
    enum class Hashed { Skip, Probe };
    void collect(std::string_view name, Hashed hashed, std::vector<KnownKey> &keys) const;

    // Only the lines with a marker among the hashed ones; a plain key must not hide a revocation.
    void collectHashedMarked(std::string_view name, std::vector<KnownKey> &keys) const;

    // Lines that name `name` but hold no key that we know how to read; for a message.
    [[nodiscard]] std::vector<int> unreadableLines(std::string_view name) const;

    [[nodiscard]] bool hasHashedNames() const { return m_hashed.size() + m_hashedMarked.size() > 0; }
    [[nodiscard]] const QString &path() const { return m_path; }

private:
    struct Line
    {
        uint32_t number;
        uint32_t hosts;
        uint32_t hostsEnd;
        uint32_t end;
        KnownKey::Marker marker;
    };

    struct Name
    {
        uint64_t hash;
        uint32_t line;
        bool operator<(const Name &other) const { return hash != other.hash ? hash < other.hash : line < other.line; }
    };

    void addLine(uint32_t number, size_t begin, size_t end);
    void addNames(std::string_view hosts, uint32_t index);
    [[nodiscard]] std::string_view part(size_t begin, size_t end) const;
    [[nodiscard]] std::vector<uint32_t> plainLines(std::string_view name) const;
    void append(std::vector<uint32_t> lines, std::vector<KnownKey> &keys) const;
    [[nodiscard]] QByteArray keyOf(const Line &line) const;

    const QString m_path;
    const QByteArray m_text;
    std::vector<Line> m_lines;
    std::vector<Name> m_names;        // exact ones, sorted
    std::vector<uint32_t> m_patterns; // lines with a wildcard or a negation
    HashedNames m_hashed;
    HashedNames m_hashedMarked;
};

} // namespace collector
