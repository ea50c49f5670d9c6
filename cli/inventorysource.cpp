#include "cli/inventorysource.h"

#include "inventory/connectionvariables.h"
#include "inventory/diagnostic.h"

#include <collector/joberror.h>

#include <QJsonArray>

namespace collector {

namespace {

// Without what stands under the name of a secret, at any depth (that the inventory's readers allow).
QJsonValue withoutSecrets(const QJsonValue &value)
{
    if (value.isArray()) {
        QJsonArray kept;
        const QJsonArray array = value.toArray();
        for (const QJsonValue item : array)
            kept.append(withoutSecrets(item));
        return kept;
    }
    if (!value.isObject())
        return value;
    QJsonObject kept;
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (!isSecretName(it.key().toUtf8()))
            kept.insert(it.key(), withoutSecrets(it.value()));
    }
    return kept;
}

} // namespace

std::unique_ptr<PlannedHost> InventorySource::at(quint64 index) const
{
    const std::optional<SelectedHost> host = m_setup.selection->at(index);
    if (!host)
        return nullptr;
    auto planned = std::make_unique<InventoryHost>(*this, *host);
    if (m_setup.isDone && m_setup.isDone(planned->name()))
        return nullptr;
    return planned;
}

QByteArray InventoryHost::address() const
{
    if (!m_hasVariables && m_host.isNamedByAddress())
        return m_name;
    const auto literal = m_host.literalAddress();
    return literal ? literal->toText() : QByteArray();
}

// Not a copy of the inventory's, whose users all workers would count.
QByteArray InventoryHost::groupsJson() const
{
    const QByteArrayView json = m_host.groupsJson();
    return QByteArray::fromRawData(json.data(), json.size());
}

QJsonValue InventoryHost::variable(QByteArrayView name) const
{
    const std::optional<Variable> found = m_host.variable(name);
    if (!found || found->state != Variable::Ready)
        return QJsonValue(QJsonValue::Undefined);
    return found->value;
}

std::optional<Variable> InventoryHost::usable(QByteArrayView name) const
{
    std::optional<Variable> found = m_host.variable(name);
    if (!found || found->state == Variable::Ready)
        return found && found->value.isNull() ? std::nullopt : found; // "ansible_user:" takes away what a group says
    throw JobError(Cause::BadVariable, QStringLiteral("the variable %1 (%2:%3) cannot be used as it stands: %4; %5")
                                           .arg(QString::fromUtf8(name), QString::fromUtf8(found->file))
                                           .arg(found->line)
                                           .arg(printable(found->problem), QString::fromLatin1(remedyOfVariable(name))));
}

std::optional<QJsonValue> InventoryHost::connectionVariable(QByteArrayView name) const
{
    const std::optional<Variable> found = usable(name);
    return found ? std::optional(found->value) : std::nullopt;
}

std::optional<QByteArray> InventoryHost::connectionText(QByteArrayView name) const
{
    const std::optional<Variable> found = usable(name);
    if (!found)
        return std::nullopt;
    return found->text.isEmpty() ? found->value.toString().toUtf8() : found->text;
}

bool InventoryHost::isLocal() const
{
    return m_hasVariables && isLocalConnection(variable("ansible_connection").toString());
}

Cause InventoryHost::refusal(QString *message) const
{
    if (m_host.isExcluded()) {
        *message = QStringLiteral("excluded by --exclude or by never= of the configuration");
        return Cause::Excluded;
    }
    if (const auto crash = m_source.m_setup.crashed.constFind(m_name); crash != m_source.m_setup.crashed.constEnd()) {
        *message = *crash;
        return Cause::PluginError;
    }
    if (!m_hasVariables)
        return Cause::None;
    if (isTruthy(variable("collector_skip"))) {
        *message = QStringLiteral("excluded by the inventory variable collector_skip");
        return Cause::Excluded;
    }
    try {
        const auto connection = connectionVariable("ansible_connection");
        if (!connection)
            return Cause::None;
        if (isCollectedConnection(connection->toString()))
            return Cause::None;
        const QString kind = connection->toString().section(u'.', -1);
        *message = QStringLiteral("ansible_connection is %1, which is not collected over SSH").arg(printable(kind.toUtf8(), 40));
        return Cause::UnsupportedConnection;
    } catch (const JobError &error) {
        *message = error.message();
        return error.cause();
    }
}

std::optional<Options> InventoryHost::ownOptions(int job) const
{
    if (!m_hasVariables)
        return std::nullopt;
    return m_source.m_setup.jobs->forHost(job, [this](const QByteArray &name) { return variable(name); });
}

QJsonObject InventoryHost::recordedVariables() const
{
    QJsonObject all;
    for (const QByteArray &name : m_source.m_setup.recordedVariables) {
        const QJsonValue value = variable(name);
        if (!value.isUndefined())
            all.insert(QString::fromUtf8(name), withoutSecrets(value));
    }
    return all;
}

} // namespace collector
