// HostNames: names by number, in one piece of memory: what lists of hosts in a comparison hold four bytes each of. One thread.

#pragma once

#include <QByteArray>

#include <algorithm>
#include <vector>

namespace collector {

using HostNumber = quint32;
using HostNumbers = std::vector<HostNumber>;

class HostNames
{
public:
    HostNumber add(QByteArrayView name)
    {
        m_text += name;
        m_ends.push_back(m_text.size());
        return HostNumber(m_ends.size() - 1);
    }

    [[nodiscard]] QByteArrayView name(HostNumber host) const
    {
        const qsizetype from = host == 0 ? 0 : m_ends[host - 1];
        return QByteArrayView(m_text).sliced(from, m_ends[host] - from);
    }

    void sort(HostNumbers &hosts) const
    {
        std::sort(hosts.begin(), hosts.end(), [this](HostNumber a, HostNumber b) { return name(a).compare(name(b)) < 0; });
    }

private:
    QByteArray m_text;
    std::vector<qsizetype> m_ends;
};

} // namespace collector
