// ProvenKeys: which key opened a host of a group, to be offered first to the next one. Thread-safe.

#pragma once

#include <QByteArray>

#include <mutex>
#include <unordered_map>

namespace collector {

class ProvenKeys
{
public:
    // The public blob; empty if there is none yet.
    [[nodiscard]] QByteArray of(const QByteArray &group) const
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_keys.find(group);
        return found == m_keys.end() ? QByteArray() : found->second;
    }

    void set(const QByteArray &group, const QByteArray &blob)
    {
        const std::lock_guard lock(m_mutex);
        m_keys[group] = blob;
    }

private:
    struct Hash
    {
        size_t operator()(const QByteArray &bytes) const { return qHash(bytes); }
    };
    mutable std::mutex m_mutex;
    std::unordered_map<QByteArray, QByteArray, Hash> m_keys;
};

} // namespace collector
