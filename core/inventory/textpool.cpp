#include "inventory/textpool.h"

#include <QHashFunctions>

#include <cstring>

namespace collector {

namespace {

constexpr size_t blockBytes = 256 * 1024;

quint32 hashOf(QByteArrayView text)
{
    const size_t hash = qHashBits(text.data(), static_cast<size_t>(text.size()), 0x9e3779b9);
    return static_cast<quint32>(hash ^ (hash >> 32));
}

quint32 lengthOf(const char *entry)
{
    quint32 length;
    std::memcpy(&length, entry, sizeof length);
    return length;
}

} // namespace

TextPool::TextPool() : m_slots(1024) {}

QByteArrayView TextPool::text(TextId id) const
{
    const char *entry = m_entries[id];
    return QByteArrayView(entry + sizeof(quint32), static_cast<qsizetype>(lengthOf(entry)));
}

size_t TextPool::slotOf(QByteArrayView text, quint32 hash) const
{
    const size_t mask = m_slots.size() - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        const Slot &slot = m_slots[i];
        if (slot.idPlusOne == 0 || (slot.hash == hash && this->text(slot.idPlusOne - 1) == text))
            return i;
    }
}

std::optional<TextId> TextPool::find(QByteArrayView text) const
{
    const Slot &slot = m_slots[slotOf(text, hashOf(text))];
    return slot.idPlusOne == 0 ? std::nullopt : std::optional(slot.idPlusOne - 1);
}

TextId TextPool::intern(QByteArrayView text)
{
    const quint32 hash = hashOf(text);
    size_t i = slotOf(text, hash);
    if (m_slots[i].idPlusOne != 0)
        return m_slots[i].idPlusOne - 1;
    if ((m_entries.size() + 1) * 4 > m_slots.size() * 3) {
        grow();
        i = slotOf(text, hash);
    }
    const auto length = static_cast<quint32>(text.size());
    char *entry = reserve(sizeof length + length);
    std::memcpy(entry, &length, sizeof length);
    if (length > 0)
        std::memcpy(entry + sizeof length, text.data(), length);
    m_entries.push_back(entry);
    m_slots[i] = {hash, size()};
    return size() - 1;
}

void TextPool::grow()
{
    std::vector<Slot> old(m_slots.size() * 2);
    old.swap(m_slots);
    const size_t mask = m_slots.size() - 1;
    for (const Slot &slot : old) {
        if (slot.idPlusOne == 0)
            continue;
        size_t i = slot.hash & mask;
        while (m_slots[i].idPlusOne != 0)
            i = (i + 1) & mask;
        m_slots[i] = slot;
    }
}

char *TextPool::reserve(size_t bytes)
{
    if (bytes > m_left) {
        const size_t size = std::max(bytes, blockBytes);
        m_blocks.push_back(std::make_unique_for_overwrite<char[]>(size));
        if (bytes >= blockBytes)
            return m_blocks.back().get();
        m_free = m_blocks.back().get();
        m_left = size;
    }
    char *begin = m_free;
    m_free += bytes;
    m_left -= bytes;
    return begin;
}

} // namespace collector
