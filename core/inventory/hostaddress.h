// How Ansible splits "name:port" and what it takes for a valid name (parsing/utils/addresses.py decides it by four expressions, so
// do we, for the few names that hold a colon). Constant after construction; any thread.
#pragma once

#include <QByteArrayView>
#include <QRegularExpression>

#include <optional>

namespace collector {

class HostAddressGrammar final
{
public:
    struct Split
    {
        QByteArray host;
        std::optional<qint64> port;
    };

    HostAddressGrammar();

    /// The name with ranges left in it, and the port. A text that is no address is a name as a whole.
    [[nodiscard]] Split split(QByteArrayView text) const;
    /// Whether the text is an address, with or without port; ranges allowed.
    [[nodiscard]] bool isAddress(QByteArrayView text) const;

private:
    [[nodiscard]] std::optional<Split> parse(QByteArrayView text) const;

    QRegularExpression m_bracketedPort;
    QRegularExpression m_port;
    QRegularExpression m_ipv4;
    QRegularExpression m_ipv6;
    QRegularExpression m_name;
};

} // namespace collector
