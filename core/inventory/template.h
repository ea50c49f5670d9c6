// `{{ name }}` in a value, where name is another variable of the same host, inventory_hostname or the like. Everything else of Jinja
// stays and makes the value unusable. Constant, any thread.
#pragma once

#include "inventory/hostview.h"

namespace collector {

class TemplateResolver final
{
public:
    explicit TemplateResolver(const HostView &host) : m_host(host) {}

    struct Result
    {
        Value value;
        Variable::State state = Variable::Ready;
        QByteArray problem;
    };
    [[nodiscard]] Result resolve(const Value &value) { return resolve(value, 0); }

private:
    Result resolve(const Value &value, int depth);
    Result resolveText(const QByteArray &text, int depth);
    Result resolveName(const QByteArray &name, int depth);

    const HostView &m_host;
    qsizetype m_produced = 0;
};

} // namespace collector
