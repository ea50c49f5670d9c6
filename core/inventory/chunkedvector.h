// A vector in chunks of a power of two: grows without copying and without ever taking twice its size, which for millions of hosts is
// the difference that counts, and finds an element by a shift. Elements stay where they are. As thread-safe as std::vector.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace collector {

template<typename T>
class ChunkedVector final
{
public:
    ChunkedVector() = default;
    explicit ChunkedVector(size_t size)
    {
        while (m_size < size)
            push_back(T());
    }

    [[nodiscard]] size_t size() const { return m_size; }
    [[nodiscard]] bool empty() const { return m_size == 0; }
    [[nodiscard]] T &operator[](size_t i) { return m_chunks[i >> bits][i & mask]; }
    [[nodiscard]] const T &operator[](size_t i) const { return m_chunks[i >> bits][i & mask]; }
    void push_back(T value)
    {
        if ((m_size & mask) == 0)
            m_chunks.push_back(std::make_unique<T[]>(mask + 1));
        m_chunks[m_size >> bits][m_size & mask] = std::move(value);
        ++m_size;
    }

    /// For range-based for.
    template<typename Vector, typename Element>
    class Iterator final
    {
    public:
        Iterator(Vector &vector, size_t at) : m_vector(vector), m_at(at) {}
        [[nodiscard]] Element &operator*() const { return m_vector[m_at]; }
        Iterator &operator++()
        {
            ++m_at;
            return *this;
        }
        [[nodiscard]] bool operator!=(const Iterator &other) const { return m_at != other.m_at; }

    private:
        Vector &m_vector;
        size_t m_at;
    };
    [[nodiscard]] auto begin() { return Iterator<ChunkedVector, T>(*this, 0); }
    [[nodiscard]] auto end() { return Iterator<ChunkedVector, T>(*this, m_size); }
    [[nodiscard]] auto begin() const { return Iterator<const ChunkedVector, const T>(*this, 0); }
    [[nodiscard]] auto end() const { return Iterator<const ChunkedVector, const T>(*this, m_size); }

private:
    static constexpr size_t bits = 10;
    static constexpr size_t mask = (size_t(1) << bits) - 1;

    std::vector<std::unique_ptr<T[]>> m_chunks;
    size_t m_size = 0;
};

} // namespace collector
