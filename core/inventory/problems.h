// Collects what is wrong with the sources while they are read. One thread.
#pragma once

#include "inventory/diagnostic.h"

#include <QHash>
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
    /// The same text is said once, as Ansible does. Of more than are listed, it is said that there are more.
    void warning(const Place &place, QByteArray message, QByteArray remedy = {});
    /// How many lines `file` has, of which some may be wrong; else it ends with the last one that is.
    void sawLines(const QByteArray &file, int lines);
    [[nodiscard]] bool hasErrors() const { return !m_files.isEmpty(); }
    /// Of a file that is wrong in so many lines that it may be no inventory at all, a few errors; of all files together, some hundreds.
    /// What is not listed is counted.
    [[nodiscard]] QList<Diagnostic> take();

private:
    /// The errors of one file.
    struct Errors
    {
        int all = 0;
        int listed = 0;
        int lines = 0;
        bool isBinary = false;

        [[nodiscard]] bool isOfNoInventory() const;
    };

    void add(Diagnostic::Severity severity, const Place &place, QByteArray message, QByteArray remedy);

    QList<Diagnostic> m_list;
    QSet<QByteArray> m_warned;
    bool m_hasUnlistedWarnings = false;
    QHash<QByteArray, Errors> m_files;
    int m_most;
};

} // namespace collector
