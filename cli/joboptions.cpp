#include "cli/joboptions.h"

#include "cli/configuration.h"
#include "inventory/diagnostic.h"

#include <QFile>
#include <QJsonArray>

#include <algorithm>

namespace collector {

namespace {

// What an inventory says, as it would stand on the command line; nothing where it is no single value.
std::optional<QByteArray> textOf(const OptionSpec &option, const QJsonValue &value)
{
    using Type = OptionSpec::Type;
    const bool isText = option.type == Type::Text || option.type == Type::File || option.type == Type::List;
    if (value.isBool() && isText) // as Ansible puts it into a text
        return value.toBool() ? "True" : "False";
    if (value.isBool())
        return value.toBool() ? "yes" : "no";
    if (value.isDouble())
        return QByteArray::number(value.toDouble(), 'g', 15);
    return value.isString() ? std::optional(value.toString().toUtf8()) : std::nullopt;
}

// Undefined and a reason where it is no value of the option. A list of YAML's is one, whatever commas its items have.
QJsonValue valueOf(const OptionSpec &option, const QJsonValue &value, QString *error)
{
    if (option.type == OptionSpec::Type::List && value.isArray()) {
        QJsonArray items;
        const QJsonArray given = value.toArray();
        for (const QJsonValue item : given) {
            if (const auto text = textOf(option, item); text && !text->trimmed().isEmpty()) {
                items.append(QString::fromUtf8(text->trimmed()));
            } else if (!text) {
                *error = QStringLiteral("takes a list of single values");
                return QJsonValue(QJsonValue::Undefined);
            }
        }
        return items;
    }
    if (const auto text = textOf(option, value))
        return parseOption(option, *text, error);
    *error = QStringLiteral("takes a single value");
    return QJsonValue(QJsonValue::Undefined);
}

// Whether its value is one. What names a file or a choice, or is yes or no, tells none; a time neither.
bool isSecret(const OptionSpec &option)
{
    using Type = OptionSpec::Type;
    const bool isTold =
        option.type == Type::File || option.type == Type::Choice || option.type == Type::Boolean || option.type == Type::Duration;
    return !isTold && isSecretName(option.name);
}

} // namespace

JobOptions::JobOptions(const RunOptions &options, const std::vector<std::shared_ptr<const Manifest>> &plugins)
{
    for (const auto &manifest : plugins) {
        Job job{manifest, Options(manifest), {}, {}, {}, {}};
        job.values.fill(QJsonValue(QJsonValue::Undefined), manifest->options.size());
        job.isFromLine.resize(size_t(manifest->options.size()));
        for (const OptionSpec &option : manifest->options)
            job.variables.push_back(QByteArray(manifest->name + '_' + option.name).replace('-', '_'));
        m_jobs.push_back(std::move(job));
    }
    for (const QString &text : options.config().values(QStringLiteral("O")))
        giveFull(text, false, options.configPath());
    for (const QString &text : options.line().values(QStringLiteral("O")))
        giveFull(text, true, QStringLiteral("-O"));
    for (const CommandLine::Foreign &foreign : options.line().foreign())
        giveForeign(foreign);
    for (Job &job : m_jobs)
        job.common = Options(job.manifest, job.values);
}

void JobOptions::give(Job &job, const QString &option, const QString &value, bool isFromLine, const QString &place)
{
    const OptionSpec *spec = job.manifest->option(option.toUtf8());
    if (!spec) {
        QStringList names;
        for (const OptionSpec &known : job.manifest->options)
            names.append(QString::fromUtf8(known.name));
        throw UsageError(QStringLiteral("%1: the plugin %2 has no option \"%3\"; it has: %4")
                             .arg(place, QString::fromUtf8(job.manifest->name), option, names.join(QStringLiteral(", "))));
    }
    QString error;
    const QString meant = spec->type == OptionSpec::Type::File && !isFromLine ? withHome(value) : value;
    QJsonValue parsed = parseOption(*spec, meant.toUtf8(), &error);
    if (parsed.isUndefined()) {
        const QString name = QStringLiteral("--") + option;
        throw UsageError(QStringLiteral("%1 %2, not \"%3\"").arg(place == name ? name : place + QStringLiteral(": ") + name, error, value));
    }
    const qsizetype index = spec - job.manifest->options.constData();
    if (spec->type == OptionSpec::Type::List && job.isFromLine[size_t(index)] == isFromLine) {
        QJsonArray words = job.values[index].toArray(); // given again, they are added
        for (const QJsonValue word : parsed.toArray())
            words.append(word);
        parsed = words;
    }
    job.values[index] = parsed;
    job.isFromLine[size_t(index)] = isFromLine;
}

// plugin.option=value. A plugin that is not selected is no mistake in a configuration.
void JobOptions::giveFull(const QString &text, bool isFromLine, const QString &place)
{
    const qsizetype dot = text.indexOf(u'.');
    const qsizetype equals = text.indexOf(u'=');
    if (dot <= 0 || equals < dot)
        throw UsageError(QStringLiteral("%1 takes PLUGIN.OPTION=VALUE, not \"%2\"").arg(place, text));
    const QString plugin = text.first(dot);
    const QString option = text.mid(dot + 1, equals - dot - 1);
    const QString value = text.mid(equals + 1);
    const auto job = std::find_if(m_jobs.begin(), m_jobs.end(), [&](const Job &each) { return each.manifest->name == plugin.toUtf8(); });
    if (job == m_jobs.end()) {
        if (isFromLine)
            throw UsageError(QStringLiteral("-O %1: the plugin \"%2\" is not selected with -p").arg(text, plugin));
        return;
    }
    if (option == u"rate" && !job->manifest->option("rate")) {
        bool isNumber = false;
        const double rate = value.toDouble(&isNumber);
        if (!isNumber || !isRate(rate))
            throw UsageError(
                QStringLiteral("-O %1: a rate is a number of starts a second, from 0.0001 to 10000000, or 0 for no limit").arg(text));
        job->rate = rate;
        return;
    }
    give(*job, option, value, isFromLine, place);
}

void JobOptions::giveForeign(const CommandLine::Foreign &foreign)
{
    QList<Job *> owners;
    QStringList known;
    for (Job &job : m_jobs) {
        for (const OptionSpec &option : job.manifest->options)
            known.append(QString::fromUtf8(option.name));
        if (job.manifest->option(foreign.name.toUtf8()))
            owners.append(&job);
    }
    const QString display = QStringLiteral("--") + foreign.name;
    if (owners.isEmpty())
        throw UsageError(unknownOption(display, known));
    if (owners.size() > 1)
        throw UsageError(
            QStringLiteral("%1 is an option of %2 and of %3; say which: -O %2.%4=VALUE")
                .arg(display, QString::fromUtf8(owners[0]->manifest->name), QString::fromUtf8(owners[1]->manifest->name), foreign.name));
    const OptionSpec *spec = owners[0]->manifest->option(foreign.name.toUtf8());
    if (!foreign.value && spec->type != OptionSpec::Type::Boolean)
        throw UsageError(QStringLiteral("%1 needs a value").arg(display));
    give(*owners[0], foreign.name, foreign.value.value_or(QStringLiteral("yes")), true, display);
}

Options JobOptions::forHost(int number, const std::function<QJsonValue(const QByteArray &)> &variable) const
{
    const Job &job = m_jobs[size_t(number)];
    Options options = job.common;
    for (qsizetype i = 0; i < job.manifest->options.size(); ++i) {
        if (job.isFromLine[size_t(i)])
            continue;
        const QJsonValue value = variable(job.variables[size_t(i)]);
        if (value.isUndefined() || value.isNull())
            continue;
        QString error;
        const QJsonValue parsed = valueOf(job.manifest->options[i], value, &error);
        if (parsed.isUndefined()) {
            const QByteArray text = textOf(job.manifest->options[i], value).value_or(value.isArray() ? "a list" : "a dictionary");
            throw JobError(Cause::BadVariable, QStringLiteral("the inventory variable %1 %2, not \"%3\"")
                                                   .arg(QString::fromUtf8(job.variables[size_t(i)]), error, printable(text, 60)));
        }
        options = options.with(i, parsed);
    }
    return options;
}

Options JobOptions::forPreparation(int number, const std::function<bool(const QByteArray &)> &isHostVariable) const
{
    const Job &job = m_jobs[size_t(number)];
    Options options = job.common;
    for (qsizetype i = 0; i < job.manifest->options.size(); ++i) {
        if (!options.isSet(job.manifest->options[i].name) && isHostVariable(job.variables[size_t(i)]))
            options = options.with(i, QJsonValue(QJsonValue::Null));
    }
    return options;
}

template<typename Use>
void JobOptions::forEachGiven(const Use &use) const
{
    for (const Job &job : m_jobs) {
        for (qsizetype i = 0; i < job.values.size(); ++i) {
            const OptionSpec &option = job.manifest->options[i];
            if (!job.values[i].isUndefined())
                use(QString::fromUtf8(job.manifest->name + '.' + option.name), option, job.values[i]);
        }
    }
}

QJsonObject JobOptions::given() const
{
    QJsonObject all;
    forEachGiven([&](const QString &name, const OptionSpec &option, const QJsonValue &value) {
        all.insert(name, isSecret(option) ? QJsonValue(QStringLiteral("***")) : value);
    });
    return all;
}

std::vector<std::pair<QString, QByteArray>> JobOptions::files() const
{
    std::vector<std::pair<QString, QByteArray>> all;
    forEachGiven([&](const QString &, const OptionSpec &option, const QJsonValue &value) {
        if (option.type == OptionSpec::Type::File)
            all.emplace_back(QStringLiteral("--") + QString::fromUtf8(option.name), QFile::encodeName(value.toString()));
    });
    return all;
}

QJsonObject JobOptions::secrets() const
{
    QJsonObject all;
    forEachGiven([&](const QString &name, const OptionSpec &option, const QJsonValue &value) {
        if (isSecret(option))
            all.insert(name, value);
    });
    return all;
}

} // namespace collector
