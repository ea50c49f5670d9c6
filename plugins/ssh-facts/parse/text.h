// Small words for reading text of a host: lines, fields, `key: value`, objects of the script. All are bounded by their input
// and allocate views only. Any thread.

#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QJsonArray>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QString>

#include <optional>
#include <utility>

namespace collector::facts {

inline constexpr qsizetype mostLines = 200'000;  // of one block; a parser never sees more
inline constexpr qsizetype mostEntries = 10'000; // in one list or object of facts

// Lines without their ends (LF, CR LF); the empty ones too, but not one after the last newline.
[[nodiscard]] QList<QByteArrayView> linesOf(QByteArrayView text);
// Fields between blanks and tabs.
[[nodiscard]] QList<QByteArrayView> wordsOf(QByteArrayView line);
[[nodiscard]] QList<QByteArrayView> split(QByteArrayView text, char separator);
// `key SEPARATOR value`, both trimmed; without a separator the whole is the key.
[[nodiscard]] std::pair<QByteArrayView, QByteArrayView> keyValue(QByteArrayView line, char separator);
[[nodiscard]] QByteArrayView baseName(QByteArrayView path);
[[nodiscard]] QByteArrayView unquoted(QByteArrayView value); // one pair of quotes around it, as in os-release

[[nodiscard]] std::optional<qint64> toInteger(QByteArrayView text, int base = 10);
// So many units in bytes; 0 where that is less than nothing or more than anything has (an exbibyte).
[[nodiscard]] qint64 bytesOf(qint64 count, qint64 unit);
void addBytes(qint64 &sum, qint64 bytes); // of bytesOf(); stays where it would not fit any more
[[nodiscard]] std::optional<double> toNumber(QByteArrayView text);
[[nodiscard]] QString toText(QByteArrayView utf8); // what is not UTF-8 becomes U+FFFD

// NAME=value lines of a shell fragment (os-release, lsb-release), unquoted. The last of two counts.
class Assignments
{
public:
    explicit Assignments(QByteArrayView text);
    [[nodiscard]] QByteArrayView value(QByteArrayView name) const;
    [[nodiscard]] bool has(QByteArrayView name) const;
    [[nodiscard]] const QList<std::pair<QByteArrayView, QByteArrayView>> &all() const { return m_all; }

private:
    QList<std::pair<QByteArrayView, QByteArrayView>> m_all;
};

// What the script's `@name` opens: attributes in order, a name may come more than once.
struct Thing
{
    QByteArrayView name;
    QList<std::pair<QByteArrayView, QByteArrayView>> attributes;

    [[nodiscard]] bool has(QByteArrayView key) const;
    [[nodiscard]] QByteArrayView value(QByteArrayView key) const; // trimmed
    [[nodiscard]] QList<QByteArrayView> values(QByteArrayView key) const;
    [[nodiscard]] bool isDenied(QByteArrayView key) const; // the script printed `!key`
};

[[nodiscard]] QList<Thing> thingsOf(QByteArrayView text); // attributes before the first @ belong to a thing without a name

// `ls -l` of symbolic links: (link, target).
[[nodiscard]] QList<std::pair<QByteArrayView, QByteArrayView>> linksOf(QByteArrayView listing);

// The same of folders: each is headed by its path and a colon, and links stand there by their names.
[[nodiscard]] QList<std::pair<QByteArray, QByteArrayView>> listedLinksOf(QByteArrayView listing);

// What was gathered by name becomes an object once all is there: a value that is taken out of a QJsonObject, added to and put back is
// copied each time, and many of one name would cost their square.
template<typename Value>
[[nodiscard]] QJsonObject objectOf(const QMap<QString, Value> &map)
{
    QJsonObject object;
    for (auto one = map.begin(); one != map.end(); ++one)
        object.insert(one.key(), one.value());
    return object;
}

// As Ansible writes sizes: `1.50 GB`, from bytes.
[[nodiscard]] QString sizeForPeople(double bytes);

} // namespace collector::facts
