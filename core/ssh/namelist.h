// NameList: the names of a comma-separated list (RFC 4251, 5), one after the other, without a copy of any. The list must outlive it.

#pragma once

#include <QByteArrayView>

#include <optional>

namespace collector {

class NameList
{
public:
    struct End
    {
    };
    class Iterator
    {
    public:
        explicit Iterator(QByteArrayView list) : m_rest(list) { findEnd(); }
        QByteArrayView operator*() const { return m_rest.first(m_size); }
        Iterator &operator++()
        {
            m_isAtEnd = m_size == m_rest.size();
            m_rest = m_rest.sliced(m_isAtEnd ? m_size : m_size + 1);
            findEnd();
            return *this;
        }
        bool operator==(End) const { return m_isAtEnd; }

    private:
        void findEnd()
        {
            const qsizetype comma = m_rest.indexOf(',');
            m_size = comma < 0 ? m_rest.size() : comma;
        }

        QByteArrayView m_rest;
        qsizetype m_size = 0;
        bool m_isAtEnd = false;
    };

    explicit NameList(QByteArrayView list) : m_list(list) {}

    [[nodiscard]] Iterator begin() const { return Iterator(m_list); }
    [[nodiscard]] End end() const { return {}; }

    [[nodiscard]] bool contains(QByteArrayView name) const
    {
        for (const QByteArrayView each : *this) {
            if (each == name)
                return true;
        }
        return false;
    }

    // The first of these that the other list has, as client and server agree on an algorithm (RFC 4253, 7.1).
    [[nodiscard]] std::optional<QByteArrayView> firstIn(NameList other) const
    {
        for (const QByteArrayView each : *this) {
            if (other.contains(each))
                return each;
        }
        return std::nullopt;
    }

private:
    QByteArrayView m_list;
};

} // namespace collector
