#include "declaredfacts.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

namespace collector {

namespace {

constexpr qint64 largestFile = 8 << 20;
constexpr qsizetype mostNamed = 8;    // in one message
constexpr qsizetype mostFacts = 4000; // of one host: each is looked for among the others

// A text as the type that is declared; undefined where it is none.
QJsonValue converted(const QJsonValue &value, FactSpec::Type type)
{
    OptionSpec spec;
    switch (type) {
    case FactSpec::Type::Any:
        return value;
    case FactSpec::Type::Boolean:
        spec.type = OptionSpec::Type::Boolean;
        break;
    case FactSpec::Type::Integer:
        if (value.isDouble() && value.toDouble() == std::trunc(value.toDouble()))
            return value;
        spec.type = OptionSpec::Type::Integer;
        break;
    case FactSpec::Type::Number:
        if (value.isDouble())
            return value;
        spec.type = OptionSpec::Type::Number;
        break;
    case FactSpec::Type::Text:
        return value.isString() ? value : QJsonValue(QJsonValue::Undefined);
    case FactSpec::Type::List:
        if (value.isArray())
            return value;
        spec.type = OptionSpec::Type::List;
        break;
    case FactSpec::Type::Object:
        return value.isObject() ? value : QJsonValue(QJsonValue::Undefined);
    }
    if (type == FactSpec::Type::Boolean && value.isBool())
        return value;
    QString error;
    return value.isString() ? parseOption(spec, value.toString().toUtf8(), &error) : QJsonValue(QJsonValue::Undefined);
}

QString joined(QStringList names)
{
    const qsizetype rest = names.size() - mostNamed;
    if (rest > 0)
        names = names.first(mostNamed) << QStringLiteral("%1 more").arg(rest);
    return names.join(QStringLiteral(", "));
}

} // namespace

QByteArray readUsersFile(const QString &path, const QString &option)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw JobError(Cause::BadVariable, QStringLiteral("--%1 %2: %3").arg(option, path, file.errorString()));
    const QByteArray bytes = file.read(largestFile + 1);
    if (bytes.size() > largestFile)
        throw JobError(Cause::BadVariable, QStringLiteral("--%1 %2: larger than 8 MiB").arg(option, path));
    return bytes;
}

void DeclaredFacts::load(const QString &path)
{
    if (path.isEmpty())
        return;
    QJsonParseError error{};
    QJsonObject object = QJsonDocument::fromJson(readUsersFile(path, QStringLiteral("manifest")), &error).object();
    if (error.error != QJsonParseError::NoError)
        throw JobError(Cause::BadVariable,
                       QStringLiteral("--manifest %1: %2, at byte %3").arg(path, error.errorString()).arg(error.offset));
    for (const char *needed : {"name", "summary"}) {
        if (!object.contains(QLatin1StringView(needed)))
            object.insert(QLatin1StringView(needed), QStringLiteral("script")); // of a plugin; here it is nobody's
    }
    QStringList defects;
    m_manifest = Manifest::parse(object, &defects);
    if (!m_manifest)
        throw JobError(Cause::BadVariable, QStringLiteral("--manifest %1: %2").arg(path, defects.join(QStringLiteral("; "))));
}

void DeclaredFacts::store(const PrintedFacts &printed, JobContext &job) const
{
    QStringList undeclared, mistyped;
    qsizetype count = 0;
    for (auto fact = printed.facts.begin(); fact != printed.facts.end(); ++fact) {
        if (++count > mostFacts) {
            job.setPartial(Cause::OutputLimit, QStringLiteral("more than %1 facts were printed; the rest was left out").arg(mostFacts));
            break;
        }
        const QByteArray name = fact.key().toUtf8();
        if (name.isEmpty()) {
            job.setPartial(Cause::BadOutput, QStringLiteral("a fact without a name was printed, and left out"));
            continue;
        }
        const auto exact = printed.exact.find(fact.key());
        if (!m_manifest) {
            if (exact == printed.exact.end())
                job.facts().set(name, fact.value());
            else
                job.facts().setBytes(name, exact->second);
            continue;
        }
        const int spec = m_manifest->factIndex(name);
        if (spec < 0) {
            undeclared.append(printable(name, 60));
            continue;
        }
        if (fact.value().isNull())
            continue; // as good as not printed
        const QJsonValue value = converted(fact.value(), m_manifest->facts[spec].type);
        if (value.isUndefined()) {
            mistyped.append(printable(name, 60));
            job.facts().setAbsent(name, Absence::ParseError);
        } else if (value.isString() && exact != printed.exact.end()) {
            job.facts().setBytes(name, exact->second);
        } else {
            job.facts().set(name, value);
        }
    }
    if (m_manifest) {
        for (const FactSpec &spec : m_manifest->facts) {
            const QJsonValue value = printed.facts.value(QString::fromUtf8(spec.name));
            if (!spec.isPattern() && (value.isUndefined() || value.isNull()))
                job.facts().setAbsent(spec.name, Absence::NotApplicable);
        }
    }
    if (!printed.defect.isEmpty())
        job.setPartial(Cause::BadOutput, printed.defect);
    if (!mistyped.isEmpty())
        job.setPartial(Cause::BadOutput, QStringLiteral("not of the type that --manifest declares: %1").arg(joined(mistyped)));
    if (!undeclared.isEmpty())
        job.setPartial(Cause::BadOutput, QStringLiteral("printed, but not declared in --manifest: %1").arg(joined(undeclared)));
}

} // namespace collector
