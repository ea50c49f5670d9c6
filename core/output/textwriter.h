// TextWriter: appends JSON to a QByteArray through a bare pointer. A record is some sixty pieces of a few bytes each, and a call
// into the library for each of them was a third of what encoding cost (tests/bench/outputbench). Room is made in large steps;
// the array has its right size again once finish() was called, or within a call of through(). On the stack, one array.

#pragma once

#include <QByteArray>
#include <QJsonValue>
#include <QStringView>

#include <cstring>

namespace collector {

class TextWriter
{
public:
    explicit TextWriter(QByteArray &out) : m_out(out) { attach(); }
    ~TextWriter() { finish(); }
    TextWriter(const TextWriter &) = delete;
    TextWriter &operator=(const TextWriter &) = delete;

    void finish()
    {
        if (m_out.size() != size())
            m_out.resize(size());
    }
    [[nodiscard]] qsizetype size() const { return m_at - m_begin; }
    [[nodiscard]] QByteArrayView from(qsizetype start) const { return {m_begin + start, size() - start}; }
    void truncate(qsizetype size) { m_at = m_begin + size; }

    template<size_t length>
    TextWriter &operator<<(const char (&literal)[length])
    {
        reserve(length - 1);
        std::memcpy(m_at, literal, length - 1);
        m_at += length - 1;
        return *this;
    }
    TextWriter &operator<<(QByteArrayView bytes)
    {
        reserve(bytes.size());
        put(bytes.data(), size_t(bytes.size()));
        return *this;
    }
    TextWriter &operator<<(char c)
    {
        reserve(1);
        *m_at++ = c;
        return *this;
    }

    void number(qint64 value)
    {
        reserve(24);
        if (value >= 0 && value < 10) // as most are
            *m_at++ = char('0' + value);
        else
            putNumber(value);
    }
    void decimal(double value);
    void number(const QJsonValue &value); // one that isDouble()
    // JSON strings (model/json.h); the first is false where the bytes are not UTF-8.
    bool string(QByteArrayView utf8);
    void string(QStringView text);

    // Has `append` append to the array itself.
    template<typename Append>
    auto through(Append append)
    {
        finish();
        struct Attach
        {
            TextWriter &writer;
            ~Attach() { writer.attach(); }
        } attachAfterwards{*this};
        return append(m_out);
    }

private:
    // What the array has allocated is there to be written to; finish() makes it part of it.
    void attach()
    {
        m_begin = m_out.data();
        m_at = m_begin + m_out.size();
        m_end = m_begin + m_out.capacity();
    }
    void reserve(qsizetype bytes)
    {
        if (m_end - m_at < bytes)
            grow(bytes);
    }
    void grow(qsizetype bytes);
    void putNumber(qint64 value);

    // Most pieces are of four to 32 bytes: two moves that overlap, where memcpy() would be called to find out how many.
    void put(const char *bytes, size_t size)
    {
        if (size > 32)
            std::memcpy(m_at, bytes, size);
        else if (size >= 16)
            putEnds<16>(bytes, size);
        else if (size >= 8)
            putEnds<8>(bytes, size);
        else if (size >= 4)
            putEnds<4>(bytes, size);
        else
            for (size_t i = 0; i < size; ++i)
                m_at[i] = bytes[i];
        m_at += size;
    }
    template<size_t block>
    void putEnds(const char *bytes, size_t size)
    {
        std::memcpy(m_at, bytes, block);
        std::memcpy(m_at + size - block, bytes + size - block, block);
    }

    QByteArray &m_out;
    char *m_begin = nullptr;
    char *m_at = nullptr;
    char *m_end = nullptr;
};

} // namespace collector
