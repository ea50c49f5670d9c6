// FactClasses: which class a path of the record has, from the manifests: identity, hardware, configuration, state, noise,
// sensitive. What no manifest declares is configuration: a change that nobody has judged is better told than lost.
// Immutable after construction; any thread.

#pragma once

#include <collector/manifest.h>

#include <QHash>
#include <QList>

#include <memory>
#include <span>
#include <vector>

namespace collector {

using Manifests = QList<std::shared_ptr<const Manifest>>;

class FactClasses
{
public:
    explicit FactClasses(const Manifests &manifests);

    // The class of the fact at this path below `facts`: the most specific declaration counts, the fact itself before what it
    // lies in (`mounts.size_available` before `mounts`).
    [[nodiscard]] FactSpec::Class classOf(std::span<const QByteArray> path) const;

    // Whether the facts of a job, not a fact of the job at the root, stand under this key of `facts`.
    [[nodiscard]] bool isJobKey(QByteArrayView topKey) const;

    // The key under which the job of that name keeps its facts; empty: at the root.
    [[nodiscard]] QByteArray keyOf(QByteArrayView job) const;

    // The job whose facts stand at the root.
    [[nodiscard]] const QByteArray &rootJob() const { return m_rootJob; }

private:
    struct Pattern
    {
        QList<QByteArray> segments;
        FactSpec::Class factClass;
    };

    QHash<QByteArray, FactSpec::Class> m_plain; // by path, segments joined with dots
    std::vector<Pattern> m_patterns;
    QList<QByteArray> m_jobKeys;
    QByteArray m_rootJob;
};

} // namespace collector
