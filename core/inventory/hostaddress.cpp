#include "inventory/hostaddress.h"

#include "model/utf8.h"

#include <QString>

namespace collector {

namespace {

/// Compiled when first matched with, which in most inventories is never.
QRegularExpression expression(const QString &pattern, QRegularExpression::PatternOptions more = {})
{
    return QRegularExpression(pattern, QRegularExpression::UseUnicodePropertiesOption | more);
}

QString ipv6Pattern()
{
    // Only the last alternative is anchored at its end; that is Ansible's, and decides what has a port.
    const QString part = QStringLiteral(R"((?:[0-9a-f]{1,4}|\[(?:[0-9a-f]+:[0-9a-f]+)(?::[0-9]+)?\]))");
    return QStringLiteral(R"(^(?:%1:){7}%1|^(?:%1:){1,6}:|^(?:%1:)(?::%1){1,6}|^(?:%1:){2}(?::%1){1,5}|^(?:%1:){3}(?::%1){1,4})"
                          R"(|^(?:%1:){4}(?::%1){1,3}|^(?:%1:){5}(?::%1){1,2}|^(?:%1:){6}(?::%1)|^:(?::%1){1,6}|^%1?::)"
                          R"(|^(?:0:){6}(?:%1\.){3}%1|^::(?:ffff:)?(?:%1\.){3}%1|^(?:0:){5}ffff:(?:%1\.){3}%1$)")
        .arg(part);
}

QString ipv4Pattern()
{
    const QString part = QStringLiteral(R"((?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|\[(?:[0-9]+:[0-9]+)(?::[0-9]+)?\]))");
    return QStringLiteral(R"(^(?:%1\.){3}%1$)").arg(part);
}

QString namePattern()
{
    const QString range = QStringLiteral(R"(\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\])");
    const QString label = QStringLiteral(R"((?:[\w]|%1)(?:[\w_-]|%1)*(?<![_-]))").arg(range);
    return QStringLiteral(R"(^%1(?:\.%1)*$)").arg(label);
}

} // namespace

HostAddressGrammar::HostAddressGrammar()
    : m_bracketedPort(expression(QStringLiteral(R"(^\[(.+)\]:([0-9]+)$)"))),
      m_port(expression(QStringLiteral(R"(^((?:[^:\[\]]|\[[^\]]*\])*):([0-9]+)$)"))),
      m_ipv4(expression(ipv4Pattern(), QRegularExpression::CaseInsensitiveOption)),
      m_ipv6(expression(ipv6Pattern(), QRegularExpression::CaseInsensitiveOption)),
      m_name(expression(namePattern(), QRegularExpression::CaseInsensitiveOption))
{
}

std::optional<HostAddressGrammar::Split> HostAddressGrammar::parse(QByteArrayView text) const
{
    if (!isUtf8(text))
        return std::nullopt;
    QString address = QString::fromUtf8(text);
    std::optional<qint64> port;
    for (const QRegularExpression *form : {&m_bracketedPort, &m_port}) {
        if (const auto match = form->match(address); match.hasMatch()) {
            port = match.capturedView(2).toLongLong();
            address = match.captured(1);
        }
    }
    for (const QRegularExpression *form : {&m_ipv4, &m_ipv6, &m_name}) {
        if (form->match(address).hasMatch())
            return Split{address.toUtf8(), port};
    }
    return std::nullopt;
}

HostAddressGrammar::Split HostAddressGrammar::split(QByteArrayView text) const
{
    // Only a colon can change anything, and most names have none.
    if (text.contains(':')) {
        if (auto split = parse(text))
            return std::move(*split);
    }
    return {text.toByteArray(), std::nullopt};
}

bool HostAddressGrammar::isAddress(QByteArrayView text) const
{
    return parse(text).has_value();
}

} // namespace collector
