// RevokedKeys: the file that RevokedHostKeys of ssh_config names, read once: keys that no host may show, whatever its name.
//
// As ssh has it: a list of public keys, one a line, as in a .pub file; where it cannot be read or understood, all keys count as revoked. A
// key revocation list (KRL) is for ssh(1) alone. Immutable; any thread.

#pragma once

#include <QByteArray>
#include <QHash>
#include <QString>

#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace collector {

class RevokedKeys
{
public:
    explicit RevokedKeys(QString path); // reads it
    RevokedKeys(QString path, const QByteArray &text);

    [[nodiscard]] const QString &path() const { return m_path; }
    // Not empty: which keys are revoked is not known. For a person, with what to do.
    [[nodiscard]] const QString &problem() const { return m_problem; }
    [[nodiscard]] bool isRevocationList() const { return m_isRevocationList; }

    // The line that revokes it.
    [[nodiscard]] std::optional<int> lineOf(const QByteArray &blob) const;
    // All of them, in the file's form.
    [[nodiscard]] QByteArray lines() const;

    static constexpr qint64 largest = 64 * 1024 * 1024;

private:
    void take(const QByteArray &text);
    void take(const QByteArray &line, int number);

    const QString m_path;
    QString m_problem;
    bool m_isRevocationList = false;
    QHash<QByteArray, int> m_keys; // blob → line
};

// Those of a run, each read when it is first asked for. Any thread.
class RevokedKeyFiles
{
public:
    // Null for an empty path.
    [[nodiscard]] std::shared_ptr<const RevokedKeys> open(const QString &path);

private:
    std::mutex m_mutex;
    std::map<QString, std::shared_ptr<const RevokedKeys>> m_files;
};

} // namespace collector
