#include "output/compare/factclasses.h"

#include <algorithm>

namespace collector {

namespace {

QByteArray joined(std::span<const QByteArray> path)
{
    QByteArray text;
    for (const QByteArray &segment : path) {
        if (!text.isEmpty())
            text += '.';
        text += segment;
    }
    return text;
}

} // namespace

FactClasses::FactClasses(const Manifests &manifests) : m_rootJob(QByteArrayLiteral("ssh-facts"))
{
    for (const auto &manifest : manifests) {
        if (manifest->factsKey.isEmpty())
            m_rootJob = manifest->name;
        else
            m_jobKeys.append(manifest->factsKey);
        const QByteArray prefix = manifest->factsKey.isEmpty() ? QByteArray() : manifest->factsKey + '.';
        for (const FactSpec &fact : manifest->facts) {
            if (fact.isPattern())
                m_patterns.push_back({(prefix + fact.name).split('.'), fact.factClass});
            else
                m_plain.insert(prefix + fact.name, fact.factClass);
        }
    }
}

FactSpec::Class FactClasses::classOf(std::span<const QByteArray> path) const
{
    for (; !path.empty(); path = path.first(path.size() - 1)) {
        if (const auto plain = m_plain.constFind(joined(path)); plain != m_plain.constEnd())
            return *plain;
        for (const Pattern &pattern : m_patterns) {
            if (std::equal(path.begin(), path.end(), pattern.segments.begin(), pattern.segments.end(),
                           [](const QByteArray &text, const QByteArray &stars) { return matchesStars(stars, text); }))
                return pattern.factClass;
        }
    }
    return FactSpec::Class::Configuration;
}

bool FactClasses::isJobKey(QByteArrayView topKey) const
{
    return std::find(m_jobKeys.begin(), m_jobKeys.end(), topKey) != m_jobKeys.end();
}

QByteArray FactClasses::keyOf(QByteArrayView job) const
{
    if (job == m_rootJob)
        return {};
    return job.toByteArray().replace('-', '_');
}

} // namespace collector
