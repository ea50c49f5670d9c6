// One known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), read once.
//
// Reading looks at nothing but the names of a line and keeps where it begins: some 40 ns a line. An exact name then costs one look into
// a table however long the file is; names with wildcards or negation are tried one by one; hashed names only if asked for, and what
// they need is calculated when that happens first. A line that cannot be understood is passed over and spoils no other. Immutable after
// construction: const calls from any thread.

#pragma once

#include "ssh/hashednames.h"
#include "ssh/hostkeys.h"

#include <QByteArray>
#include <QString>

#include <cstdint>
#include <mutex>
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

    [[nodiscard]] bool hasHashedNames() const { return !m_hashed.lines.empty(); }
    [[nodiscard]] bool hasHashedMarkedNames() const { return !m_hashedMarked.lines.empty(); }
    [[nodiscard]] const QString &path() const { return m_path; }

private:
    struct Place
    {
        uint32_t begin; // in the text
        uint32_t number;
    };

    struct Line
    {
        KnownKey::Marker marker;
        std::string_view hosts;
        std::string_view key; // its type, itself and a comment
    };

    // An exact name. Those in one slot of the table are a list, the latest first.
    struct Name
    {
        uint32_t hash;
        uint32_t line; // an index of m_lines
        uint32_t next; // an index of m_names + 1
    };

    // Lines whose names are hashed.
    struct HashedLines
    {
        std::vector<uint32_t> lines;
        mutable std::once_flag isPrepared;
        mutable HashedNames names;
    };

    [[nodiscard]] static Line parse(std::string_view text);
    [[nodiscard]] std::string_view textAt(size_t begin) const;
    [[nodiscard]] Line lineAt(uint32_t index) const;
    void add(const Line &line, Place place);
    void addNames(std::string_view hosts, uint32_t index);
    void makeTable();
    [[nodiscard]] std::vector<uint32_t> plainLines(std::string_view name) const;
    [[nodiscard]] std::vector<uint32_t> find(const HashedLines &among, std::string_view name) const;
    void append(std::vector<uint32_t> lines, std::vector<KnownKey> &keys) const;
    [[nodiscard]] static QByteArray decoded(const Line &line);

    const QString m_path;
    const QByteArray m_text;
    std::vector<Place> m_lines; // those that have names
    std::vector<Name> m_names;
    std::vector<uint32_t> m_table;    // where a slot's names begin: an index of m_names + 1; a power of two
    std::vector<uint32_t> m_patterns; // lines with a wildcard or a negation
    HashedLines m_hashed;
    HashedLines m_hashedMarked;
};

} // namespace collector
