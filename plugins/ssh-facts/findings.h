// Findings: what the parsers make of a host's answers, before it goes into the job's Facts. A section's parser is a pure
// function of its bytes and of what the sections before it have found. Any thread, one owner.

#pragma once

#include <collector/facts.h>

#include <QByteArrayView>
#include <QJsonObject>
#include <QList>
#include <QString>

namespace collector::facts {

enum class ByteOrder { Little, Big };

class Findings
{
public:
    struct Missing
    {
        QString path;
        Absence reason;
    };

    Findings() = default;
    // With the manifest whose plain names an interface must not take.
    explicit Findings(const Manifest *manifest) : m_manifest(manifest) {}

    void set(QStringView key, const QJsonValue &value);
    // A text of the host: what is not UTF-8 becomes U+FFFD, with the exact bytes as `<key>_base64`.
    void setText(QStringView key, QByteArrayView bytes);
    // Why a key (or a path below one) is not there; a key that is set is not missing.
    void miss(QStringView path, Absence reason);

    [[nodiscard]] QString text(QStringView key) const { return m_facts.value(key).toString(); }
    [[nodiscard]] QJsonValue value(QStringView key) const { return m_facts.value(key); }
    [[nodiscard]] bool has(QStringView key) const { return m_facts.contains(key); }
    [[nodiscard]] bool isMissing(QStringView key) const; // a reason stands for this very path
    // Whether a name that a host chose cannot be a fact: the manifest declares this very name itself, or none that it fits.
    [[nodiscard]] bool isReserved(QStringView key) const;
    // How the host orders the bytes of a number, which is no fact, but how its kernel prints addresses.
    void setByteOrder(ByteOrder order) { m_byteOrder = order; }
    [[nodiscard]] ByteOrder byteOrder() const { return m_byteOrder; }
    [[nodiscard]] const QJsonObject &facts() const { return m_facts; }
    [[nodiscard]] const QList<Missing> &missing() const { return m_missing; }

private:
    const Manifest *m_manifest = nullptr;
    QJsonObject m_facts;
    QList<Missing> m_missing;
    ByteOrder m_byteOrder = ByteOrder::Little;
};

// Puts a text of the host into an object, with its `_base64` where it is not UTF-8.
void putText(QJsonObject &object, QStringView key, QByteArrayView bytes);

} // namespace collector::facts
