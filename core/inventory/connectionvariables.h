// What the variables that decide how a host is reached are called, and which of their values are of use. Any thread.
#pragma once

#include <QByteArray>
#include <QJsonValue>

#include <span>

namespace collector {

/// Their names. A run reads each for every host that is not left out, those of becoming where that is wanted.
[[nodiscard]] std::span<const QByteArrayView> connectionVariables();

/// Whether a host of this ansible_connection is collected, over SSH or on this machine; also by its full name (ansible.builtin.ssh).
[[nodiscard]] bool isCollectedConnection(const QString &connection);
/// Whether that is this machine itself, also by its full name.
[[nodiscard]] bool isLocalConnection(const QString &connection);
/// As Ansible takes words and numbers for true: what leaves out a host by collector_skip.
[[nodiscard]] bool isTruthy(const QJsonValue &value);
/// The variable that is meant by one that means nothing: one letter is wrong, missing or too many, or two are swapped. Empty: none.
[[nodiscard]] QByteArray meantVariable(QByteArrayView name);

/// Whether it is looked at only where the host is to become another user.
[[nodiscard]] bool isOfBecoming(QByteArrayView name);

/// What to do about one whose value cannot be used: a vault's, or one that needs more than {{ name }}. A password may come another way.
[[nodiscard]] QByteArray remedyOfVariable(QByteArrayView name);

} // namespace collector
