// Host: what a job may know of the host it runs on. Read-only, valid as long as the job runs, on its thread.

#pragma once

#include "export.h"

#include <QByteArray>
#include <QJsonValue>
#include <QList>

namespace collector {

class COLLECTOR_SDK Host
{
public:
    Host();
    virtual ~Host();
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;

    // The inventory's name for it, UTF-8.
    [[nodiscard]] virtual QByteArray name() const = 0;
    // The address in use, as a literal (`10.0.0.7`, `2001:db8::1`, `fe80::1%eth0`); empty until the name has been resolved.
    [[nodiscard]] virtual QByteArray address() const = 0;
    // Group names as Ansible's `group_names`: sorted, ancestors too, without `all`.
    [[nodiscard]] virtual QList<QByteArray> groups() const = 0;
    // An inventory variable after precedence and templates; undefined where there is none.
    [[nodiscard]] virtual QJsonValue variable(QByteArrayView name) const = 0;
};

} // namespace collector
