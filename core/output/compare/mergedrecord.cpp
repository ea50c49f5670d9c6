#include "output/compare/mergedrecord.h"

#include "output/compare/jsonjoin.h"
#include "output/timestamp.h"

#include "model/json.h"

#include <algorithm>

namespace collector {

namespace {

// The members that a merge writes itself, or leaves out because they follow from the others.
bool isOfMerge(QByteArrayView key)
{
    return key == "facts" || key == "absent" || key == "facts_from" || key == "same_asset_as" || key == "same_asset_by" ||
           Attempts::isField(key);
}

void appendMember(QByteArray &out, QByteArrayView key, QByteArrayView value)
{
    if (!out.isEmpty())
        out += ',';
    appendJsonString(out, key);
    out += ':';
    appendCompact(out, value);
}

// The keys of `facts` that belong to a record's jobs with a key of their own.
void addJobKeys(const RecordView &record, const FactClasses &classes, std::vector<QByteArray> &keys)
{
    for (const QByteArrayView names : {record.jobs, record.factsFrom}) {
        for (JsonMembers job(names); job.next();)
            keys.push_back(classes.keyOf(job.key()));
    }
}

} // namespace

bool MergedRecord::append(const HostRegisters &registers, QByteArray &out)
{
    QByteArray statusText;
    if (!m_store.read(registers.status().ref, statusText))
        return false;
    const auto status = RecordView::of(statusText);
    if (!status)
        return false;
    m_facts.resize(0);
    m_absent.resize(0);
    m_factsFrom.resize(0);
    if (!collect(registers, *status))
        return false;

    appendStatus(*status, out);
    out += ",\"facts\":{" + m_facts + "},\"absent\":{" + m_absent + '}';
    if (!m_factsFrom.isEmpty())
        out += ",\"facts_from\":{" + m_factsFrom + '}';
    registers.attempts().append(out);
    return true;
}

void MergedRecord::appendStatus(const RecordView &record, QByteArray &out) const
{
    char separator = '{';
    for (JsonMembers walk(record.text); walk.next();) {
        if (isOfMerge(walk.key()))
            continue;
        out += separator;
        separator = ',';
        appendJsonString(out, walk.key());
        out += ':';
        appendCompact(out, walk.value());
    }
}

RecordTexts MergedRecord::texts()
{
    const auto status = [this](RecordRef ref) {
        QByteArray text;
        const auto record = m_store.read(ref, m_text) ? RecordView::of(m_text) : std::nullopt;
        if (!record)
            return text;
        appendStatus(*record, text);
        // It gives what its jobs brought that went wrong, too.
        m_facts.resize(0);
        m_absent.resize(0);
        for (JsonMembers job(record->jobs); job.next();) {
            if (const QByteArray plugin = job.key().toByteArray(); !HostRegisters::isGood(*record, plugin, m_classes.rootJob()))
                takeJob(*record, plugin, {});
        }
        return text + '\n' + m_facts + '\n' + m_absent;
    };
    const auto facts = [this](RecordRef ref, const QByteArray &plugin) {
        m_facts.resize(0);
        m_absent.resize(0);
        if (const auto record = m_store.read(ref, m_text) ? RecordView::of(m_text) : std::nullopt)
            takeJob(*record, plugin, {});
        return m_facts + '\n' + m_absent;
    };
    return {status, facts};
}

bool MergedRecord::collect(const HostRegisters &registers, const RecordView &status)
{
    // A record of another hand may name no jobs, and bring what one of these brings: it is there once.
    std::vector<QByteArray> taken;
    for (const auto &[plugin, kept] : registers.facts())
        taken.push_back(m_classes.keyOf(plugin));
    addJobKeys(status, m_classes, taken);
    for (const auto &[plugin, kept] : registers.facts()) {
        if (!m_store.read(kept.ref, m_text))
            return false;
        const auto record = RecordView::of(m_text);
        if (!record)
            return false;
        takeJob(*record, plugin, taken);
        if (kept.moment == registers.status().moment && HostRegisters::isGood(status, plugin, m_classes.rootJob()))
            continue;
        QByteArray from = "{\"run\":";
        appendJsonString(from, QByteArrayView(kept.moment.run));
        from += ",\"started\":\"";
        appendTimestamp(from, kept.moment.ms);
        from += "\"}";
        appendMember(m_factsFrom, plugin, from);
    }
    // What jobs brought that went wrong, where there is nothing better: the output of a command that failed.
    for (JsonMembers job(status.jobs); job.next();) {
        if (!registers.facts().contains(job.key().toByteArray()))
            takeJob(status, job.key().toByteArray(), taken);
    }
    return true;
}

void MergedRecord::takeJob(const RecordView &record, const QByteArray &plugin, const std::vector<QByteArray> &taken)
{
    const QByteArray key = m_classes.keyOf(plugin);
    std::vector<QByteArray> others;
    if (key.isEmpty()) {
        others = taken;
        addJobKeys(record, m_classes, others);
    }
    const auto isOurs = [&](QByteArrayView topKey) {
        if (!key.isEmpty())
            return topKey == key;
        return !m_classes.isJobKey(topKey) && std::find(others.begin(), others.end(), topKey) == others.end();
    };
    for (JsonMembers fact(record.facts); fact.next();) {
        if (isOurs(fact.key()))
            appendMember(m_facts, fact.key(), fact.value());
    }
    for (JsonMembers missing(record.absent); missing.next();) {
        const qsizetype dot = missing.key().indexOf('.');
        if (isOurs(dot < 0 ? missing.key() : missing.key().first(dot)))
            appendMember(m_absent, missing.key(), missing.value());
    }
}

} // namespace collector
