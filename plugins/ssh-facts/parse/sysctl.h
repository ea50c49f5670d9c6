// sysctl in the dialects of FreeBSD and macOS (`key: value`), NetBSD (`key = value`) and OpenBSD (`key=value`).

#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QHash>

#include <optional>

namespace collector::facts {

class Sysctl
{
public:
    explicit Sysctl(QByteArrayView output);

    [[nodiscard]] QByteArrayView text(const char *key) const; // trimmed; empty where it is not
    [[nodiscard]] std::optional<qint64> number(const char *key) const;
    [[nodiscard]] bool isEmpty() const { return m_values.isEmpty(); }

private:
    QHash<QByteArray, QByteArrayView> m_values;
};

} // namespace collector::facts
