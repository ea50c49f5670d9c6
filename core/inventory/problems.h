// Collects what is wrong with the sources while they are read. One thread.
#pragma once

#include "inventory/diagnostic.h"

#include <QSet>

namespace collector {

class Problems final
{
public:
    explicit Problems(int mostErrorsPerFile) : m_most(mostErrorsPerFile) {}

    /// A place in a source: where it stands and the line to show.
    struct Place
    {
        QByteArray file;
        int line = 0;
        int column = 0;
        QByteArrayView text = {};
    };

    void error(const Place &place, QByteArray message, QByteArray remedy = {});
    /// The line is taken out of `text`.
    void errorInText(const QByteArray &file, QByteArrayView text, int line, int column, QByteArray message, QByteArray remedy);
    /// The same text is said once, as Ansible does.
    void warning(const Place &place, QByteArray message, QByteArray remedy = {});
    [[nodiscard]] bool hasErrors() const { return m_errors > 0; }
    [[nodiscard]] QList<Diagnostic> take() { return std::move(m_list); }

private:
    void add(Diagnostic::Severity severity, const Place &place, QByteArray message, QByteArray remedy);

    QList<Diagnostic> m_list;
    QSet<QByteArray> m_warned;
    QByteArray m_file;
    int m_most;
    int m_inFile = 0;
    int m_errors = 0;
};

} // namespace collector
