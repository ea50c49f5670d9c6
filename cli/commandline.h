// CommandLine: the words after `collector`, split into options, without knowing yet what their values mean. What is no option
// of collector's own is kept for the selected plugins.

#pragma once

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace collector {

// A mistake of the user's: one message, with place and remedy; the program ends with status 2 and contacts nothing.
class UsageError
{
public:
    explicit UsageError(QString message) : m_message(std::move(message)) {}
    [[nodiscard]] const QString &message() const { return m_message; }

private:
    QString m_message;
};

class CommandLine
{
public:
    // A long option that collector does not know: a selected plugin may.
    struct Foreign
    {
        QString name;
        std::optional<QString> value; // after `=`, or the next word where that does not begin with a dash
        bool isValueNextWord = false;
    };

    // Throws UsageError: a value is missing or one too many, a short option is unknown, a word is no option.
    [[nodiscard]] static CommandLine parse(const QStringList &words);

    [[nodiscard]] bool has(const QString &name) const { return m_values.contains(name); }
    [[nodiscard]] int count(const QString &name) const { return int(m_values.value(name).size()); }
    // The last value given; nothing where there is none.
    [[nodiscard]] std::optional<QString> value(const QString &name) const;
    [[nodiscard]] QStringList values(const QString &name) const { return m_values.value(name); }
    [[nodiscard]] const QList<Foreign> &foreign() const { return m_foreign; }

    // Lays a configuration below: what stands here already stays.
    void addDefault(const QString &name, const QStringList &values);
    void addForeignDefault(const QString &name, const QString &value);

private:
    void addCore(const QString &name, const QString &value);

    QHash<QString, QStringList> m_values; // by long name (`O` for -O); a flag has an empty value for each time
    QList<Foreign> m_foreign;
};

// `a,b` and `c` as a, b, c: of an option that takes lists and may be given again. Blanks around a comma are nobody's.
[[nodiscard]] QStringList listed(const QStringList &values);

// The message for an option that nobody knows: its translation where it is one of ssh's or Ansible's, else the nearest.
[[nodiscard]] QString unknownOption(const QString &option, const QStringList &pluginOptions);

} // namespace collector
