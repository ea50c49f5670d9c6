// Facts: what a job has learnt of its host, checked against the manifest as it is set. Belongs to one job on one host; on the
// job's thread. Outlives the job's coroutine, so what was set before a failure or a deadline is kept.

#pragma once

#include "manifest.h"

#include <QByteArray>
#include <QJsonValue>
#include <QString>

#include <concepts>
#include <memory>
#include <variant>
#include <vector>

namespace collector {

// Why a fact that was asked for is not there.
enum class Absence : quint8 { Denied, ToolMissing, Timeout, Unsupported, NotApplicable, ParseError, Limit };

// The contract's word, such as "tool_missing".
[[nodiscard]] COLLECTOR_SDK QByteArrayView absenceName(Absence reason);

// A fact as it is kept. The QJsonValue is a list or an object and nothing else: what most facts are needs no document around it
// (core/decisions/facts-as-values.md).
using FactValue = std::variant<bool, qint64, double, QString, QJsonValue>;
[[nodiscard]] COLLECTOR_SDK QJsonValue toJson(const FactValue &value);

// Than those that Facts::set() takes by their own names: between two of these, none would be the nearer.
template<typename Number>
concept OtherWholeNumber =
    std::integral<Number> && !std::same_as<Number, bool> && !std::same_as<Number, int> && !std::same_as<Number, qint64>;

class COLLECTOR_SDK Facts
{
public:
    struct Fact
    {
        int spec;        // index in the manifest's facts
        QByteArray name; // empty: that of the spec
        FactValue value;
    };
    struct Missing
    {
        QByteArray path; // a declared key, or a path below one (`devices.sda.serial`)
        Absence reason;
    };

    explicit Facts(std::shared_ptr<const Manifest> manifest);
    Facts(Facts &&) noexcept;
    Facts &operator=(Facts &&) noexcept;
    ~Facts();

    // Sets a fact, or replaces it. Throws JobError (plugin_error) where the manifest declares no such key or another type, and for a number
    // that is not finite. A null value is as good as none was set.
    void set(QByteArrayView key, const QJsonValue &value);
    void set(QByteArrayView key, std::same_as<bool> auto value) { setTruth(key, value); }
    void set(QByteArrayView key, int value) { set(key, qint64(value)); }
    // Of every other size, as size() and time() have it. Throws as well where a qint64 cannot hold it.
    void set(QByteArrayView key, OtherWholeNumber auto value)
    {
        if constexpr (std::unsigned_integral<decltype(value)>)
            setUnsigned(key, value);
        else
            set(key, qint64(value));
    }
    void set(QByteArrayView key, qint64 value);
    void set(QByteArrayView key, double value);
    void set(QByteArrayView key, const QString &value);
    void set(QByteArrayView key, QLatin1String value) { set(key, QString(value)); }
    void set(QByteArrayView key, const char *utf8) { set(key, QString::fromUtf8(utf8)); }

    // Sets a text from bytes of the host. What is not UTF-8 becomes U+FFFD, and the exact bytes stand beside it as
    // `<key>_base64`.
    void setBytes(QByteArrayView key, QByteArrayView bytes);

    // Says why a fact is not there. A fact that is set is not missing: the last word counts.
    void setAbsent(QByteArrayView path, Absence reason);

    [[nodiscard]] QJsonValue value(QByteArrayView key) const; // undefined where it is not set
    [[nodiscard]] const std::vector<Fact> &facts() const { return m_facts; }
    [[nodiscard]] const std::vector<Missing> &missing() const { return m_missing; }
    [[nodiscard]] QByteArrayView nameOf(const Fact &fact) const;
    [[nodiscard]] const Manifest &manifest() const { return *m_manifest; }
    [[nodiscard]] bool isEmpty() const { return m_facts.empty() && m_missing.empty(); }

    // For JobTester and diff: all of it as an object.
    [[nodiscard]] QJsonObject toJson() const;

private:
    struct Places;
    void setTruth(QByteArrayView key, bool value);
    void setUnsigned(QByteArrayView key, quint64 value);
    void put(QByteArrayView key, FactValue &&value);
    template<typename Held>
    void putHeld(QByteArrayView key, const Held &value);
    void makeRoom();
    void putAnywhere(QByteArrayView key, FactValue &&value);
    [[nodiscard]] int specOf(QByteArrayView key) const;
    [[nodiscard]] size_t placeFor(int spec, QByteArrayView name);
    void store(int spec, QByteArrayView name, FactValue &&value);

    std::shared_ptr<const Manifest> m_manifest;
    std::vector<Fact> m_facts; // in the order in which they were set
    std::vector<Missing> m_missing;
    std::unique_ptr<Places> m_places; // of each by its name, where there are many
    bool m_isAscending = true;        // set in the manifest's order, each once: what lies behind the last is new
};

} // namespace collector
