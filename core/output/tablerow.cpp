#include "output/tablerow.h"

#include <collector/joberror.h>

#include <algorithm>

namespace collector {

void TableRow::cell(QByteArrayView text)
{
    if (!m_isFirst)
        m_out += separator;
    m_isFirst = false;
    const bool isPlain = text.size() < 200 && std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
    if (isPlain)
        m_out += text;
    else
        m_out += printable(text).toUtf8();
}

void TableRow::end()
{
    m_out += '\n';
    m_isFirst = true;
}

} // namespace collector
