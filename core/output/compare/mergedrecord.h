// MergedRecord: writes the one record that a host's registers come to. Pure but for reading the store; one thread.

#pragma once

#include "output/compare/hostregisters.h"

namespace collector {

class MergedRecord
{
public:
    // Both outlive this.
    MergedRecord(const FactClasses &classes, RecordStore &store) : m_classes(classes), m_store(store) {}

    // Appends the record without its closing brace, on one line; false where the store cannot be read.
    [[nodiscard]] bool append(const HostRegisters &registers, QByteArray &out);

    // What of a stored record gives the status, and a plugin's facts; merging again changes nothing in them. Empty where the store
    // cannot be read.
    [[nodiscard]] RecordTexts texts();

private:
    void appendStatus(const RecordView &record, QByteArray &out) const;
    [[nodiscard]] bool collect(const HostRegisters &registers, const RecordView &status);
    // Of the job without a key of its own, what is at none of the keys `taken`.
    void takeJob(const RecordView &record, const QByteArray &plugin, const std::vector<QByteArray> &taken);

    const FactClasses &m_classes;
    RecordStore &m_store;
    // While one is written.
    QByteArray m_text;
    QByteArray m_facts;
    QByteArray m_absent;
    QByteArray m_factsFrom;
};

} // namespace collector
