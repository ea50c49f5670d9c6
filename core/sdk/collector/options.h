// Options: the values of a plugin's declared options for one host, after precedence (command line, host variable, group
// variable, configuration, default) and checked against the manifest. Read-only; on the job's thread.

#pragma once

#include "manifest.h"

#include <QJsonValue>

#include <chrono>
#include <memory>

namespace collector {

class COLLECTOR_SDK Options
{
public:
    explicit Options(std::shared_ptr<const Manifest> manifest);

    // Values by the index of Manifest::options; what is undefined is the default.
    Options(std::shared_ptr<const Manifest> manifest, QList<QJsonValue> values);

    // The value; undefined where it was given nowhere and has no default. Of one that is not declared, all throw JobError (plugin_error).
    [[nodiscard]] QJsonValue value(QByteArrayView name) const;
    [[nodiscard]] bool isSet(QByteArrayView name) const { return !value(name).isUndefined(); }
    // These too where it is declared with a type that they do not give: of a whole number or a duration (milliseconds) any of the three
    // that are numbers, of a number number(), of a text, a choice or a file text(). What is not set is false, 0 or empty.
    [[nodiscard]] bool boolean(QByteArrayView name) const { return valueFor(name, Accessor::Boolean).toBool(); }
    [[nodiscard]] qint64 integer(QByteArrayView name) const { return valueFor(name, Accessor::Integer).toInteger(); }
    [[nodiscard]] double number(QByteArrayView name) const { return valueFor(name, Accessor::Number).toDouble(); }
    [[nodiscard]] QByteArray text(QByteArrayView name) const { return valueFor(name, Accessor::Text).toString().toUtf8(); }
    [[nodiscard]] std::chrono::milliseconds duration(QByteArrayView name) const { return std::chrono::milliseconds(integer(name)); }
    [[nodiscard]] QList<QByteArray> list(QByteArrayView name) const;

    [[nodiscard]] const Manifest &manifest() const { return *m_manifest; }

    // Whether these are the very values of `other`, not merely equal ones: most hosts have those that Job::prepare() was given, and what
    // was made of them once, beside a copy, need not be made again.
    [[nodiscard]] bool isSameAs(const Options &other) const
    {
        return m_manifest == other.m_manifest && m_values.size() == other.m_values.size() &&
               m_values.constData() == other.m_values.constData();
    }

    // The same with one value replaced: for a host's own variable.
    [[nodiscard]] Options with(qsizetype index, const QJsonValue &value) const;

private:
    enum class Accessor { Boolean, Integer, Number, Text, List };
    [[nodiscard]] QJsonValue valueFor(QByteArrayView name, Accessor accessor) const;
    [[nodiscard]] const OptionSpec &specOf(QByteArrayView name) const;
    [[nodiscard]] QJsonValue valueOf(const OptionSpec &spec) const;

    std::shared_ptr<const Manifest> m_manifest;
    QList<QJsonValue> m_values; // by index of the manifest's options; shorter or undefined: default
};

// A duration as a person writes it: `10`, `500ms`, `2m`, `1h30m`, `1d` (seconds where no unit stands). Nothing if it is none.
[[nodiscard]] COLLECTOR_SDK std::optional<std::chrono::milliseconds> parseDuration(QByteArrayView text);

// The value of an option from text (command line, configuration, inventory), checked: undefined and a reason if it is none.
// A File is kept as a path; whoever uses it opens it. A List is split at commas.
[[nodiscard]] COLLECTOR_SDK QJsonValue parseOption(const OptionSpec &spec, const QByteArray &text, QString *error);

} // namespace collector
