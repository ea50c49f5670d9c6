// Host names with ranges in brackets, "db[01:20]-[a:c].example.com", read by Ansible's rules and counted, not spelled out.
// A value, constant after parsing; any thread.
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <vector>

namespace collector {

class HostRange final
{
public:
    struct Parsed;

    /// `pattern` has a `[`. Errors are those that make Ansible refuse it.
    [[nodiscard]] static Parsed parse(QByteArrayView pattern);

    /// 0 for "[3:1]": no host and no error. 2^64-1 where it is that and more.
    [[nodiscard]] quint64 count() const { return m_count; }
    [[nodiscard]] QByteArray name(quint64 index) const;
    /// The index that has this name.
    [[nodiscard]] std::optional<quint64> indexOf(QByteArrayView name) const;

private:
    struct Part
    {
        QByteArray before; // the text in front of the range
        bool letters = false;
        qint64 begin = 0; // for letters: index in a…zA…Z
        qint64 step = 1;
        quint64 count = 0;
        int width = 0; // zero-padded to, 0 for none
    };
    static const char *parsePart(QByteArrayView bounds, Part &part);
    static QByteArray element(const Part &part, quint64 index);
    [[nodiscard]] std::optional<quint64> match(QByteArrayView name, size_t part, quint64 index) const;

    std::vector<Part> m_parts;
    QByteArray m_after;
    quint64 m_count = 1;
};

struct HostRange::Parsed
{
    HostRange range;
    const char *problem = nullptr;
    qsizetype at = 0; // where, in bytes
};

} // namespace collector
