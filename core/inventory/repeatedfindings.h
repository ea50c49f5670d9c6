// Findings that many hosts may have in common, each told once a file: the line where it stands first, how many hosts, how many lines.
// One thread.
#pragma once

#include "inventory/diagnostic.h"

#include <map>
#include <unordered_set>

namespace collector {

class RepeatedFindings final
{
public:
    /// Of more different ones, the later are not kept.
    explicit RepeatedFindings(size_t most) : m_most(most) {}

    void add(const QByteArray &file, int line, const QByteArray &message, const QByteArray &remedy, quint64 hosts);
    /// Warnings, by file and line.
    [[nodiscard]] QList<Diagnostic> toDiagnostics() const;

private:
    struct Tally
    {
        QByteArray remedy;
        quint64 hosts = 0;
        int firstLine = 0;
        std::unordered_set<int> lines;
    };

    size_t m_most;
    std::map<std::pair<QByteArray, QByteArray>, Tally> m_tallies; // by file and message
};

} // namespace collector
