// Every name and text of an inventory once, as a number: what keeps a host below 400 bytes. Grows while loading (one thread), then
// constant and readable from any thread. Numbers are dense, from 0, and stay; so do the bytes behind a view.
#pragma once

#include "inventory/chunkedvector.h"

#include <QByteArrayView>

#include <memory>
#include <optional>
#include <vector>

namespace collector {

using TextId = quint32;

class TextPool final
{
public:
    TextPool();

    TextId intern(QByteArrayView text);
    [[nodiscard]] std::optional<TextId> find(QByteArrayView text) const;
    [[nodiscard]] QByteArrayView text(TextId id) const;
    [[nodiscard]] quint32 size() const { return static_cast<quint32>(m_entries.size()); }

private:
    struct Slot
    {
        quint32 hash;
        TextId idPlusOne; // 0: free
    };
    [[nodiscard]] size_t slotOf(QByteArrayView text, quint32 hash) const;
    void grow();
    char *reserve(size_t bytes);

    std::vector<Slot> m_slots;             // a power of two, at most three quarters full
    ChunkedVector<const char *> m_entries; // four bytes of length, then the text
    std::vector<std::unique_ptr<char[]>> m_blocks;
    char *m_free = nullptr;
    size_t m_left = 0;
};

} // namespace collector
