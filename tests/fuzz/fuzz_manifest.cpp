// A plugin's manifest, which is read before anything of the plugin is trusted, or one of a user's script; then a line for each value that a
// host's variables might give to its options, and for each name that a job might set.

#include <collector/facts.h>
#include <collector/joberror.h>
#include <collector/manifest.h>
#include <collector/options.h>

#include "require.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <cmath>

using namespace collector;

namespace {

// The plain way, which may take long: hence the short pattern.
bool matchesPlainly(QByteArrayView pattern, QByteArrayView text)
{
    if (pattern.isEmpty())
        return text.isEmpty();
    if (pattern.front() == '*')
        return matchesPlainly(pattern.sliced(1), text) || (!text.isEmpty() && matchesPlainly(pattern, text.sliced(1)));
    return !text.isEmpty() && text.front() == pattern.front() && matchesPlainly(pattern.sliced(1), text.sliced(1));
}

bool hasType(const QJsonValue &value, OptionSpec::Type type)
{
    switch (type) {
    case OptionSpec::Type::Boolean:
        return value.isBool();
    case OptionSpec::Type::Integer:
    case OptionSpec::Type::Duration:
        return value.isDouble() && value.toDouble() == std::trunc(value.toDouble());
    case OptionSpec::Type::Number:
        return value.isDouble() && std::isfinite(value.toDouble());
    case OptionSpec::Type::List:
        return value.isArray();
    case OptionSpec::Type::Text:
    case OptionSpec::Type::Choice:
    case OptionSpec::Type::File:
        return value.isString();
    }
    return false;
}

void giveToOptions(const Manifest &manifest, const QByteArray &text)
{
    for (const OptionSpec &spec : manifest.options) {
        QString error;
        const QJsonValue value = parseOption(spec, text, &error);
        require(value.isUndefined() ? !error.isEmpty() : hasType(value, spec.type));
        require(manifest.option(spec.name) == &spec);
    }
    if (const auto duration = parseDuration(text))
        require(duration->count() >= 0);
}

void setAsFact(const std::shared_ptr<const Manifest> &manifest, const QByteArray &name)
{
    const int index = manifest->factIndex(name);
    require(index >= -1 && index < manifest->facts.size());
    if (index >= 0 && manifest->facts[index].name.count('*') <= 3 && name.size() < 40)
        require(matchesPlainly(manifest->facts[index].name, name));
    Facts facts(manifest);
    try {
        facts.set(QByteArrayView(name), QJsonValue(QString::fromUtf8(name)));
        facts.setBytes(name, name);
        require(index >= 0);
    } catch (const JobError &error) {
        require(error.cause() == Cause::PluginError);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray input(reinterpret_cast<const char *>(data), qsizetype(size));
    const qsizetype end = input.indexOf('\0');
    const QByteArray json = input.left(end < 0 ? input.size() : end);
    QStringList errors;
    const std::shared_ptr<const Manifest> manifest = Manifest::parse(QJsonDocument::fromJson(json).object(), &errors);
    require((manifest == nullptr) == !errors.isEmpty());
    if (!manifest)
        return 0;
    require(!manifest->name.isEmpty() && !manifest->summary.isEmpty());
    const QByteArrayList values = input.mid(end < 0 ? input.size() : end + 1).split('\n');
    for (const QByteArray &value : values.first(std::min<qsizetype>(values.size(), 20))) {
        giveToOptions(*manifest, value);
        setAsFact(manifest, value);
    }
    return 0;
}
