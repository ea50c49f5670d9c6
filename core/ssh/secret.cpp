#include "ssh/secret.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <utility>

namespace collector {

void wipe(void *data, size_t size)
{
    if (size > 0)
        explicit_bzero(data, size);
}

Secret::Secret(std::string_view bytes)
{
    reserve(bytes.size());
    for (const char byte : bytes)
        append(byte);
}

Secret::Secret(Secret &&other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)),
      m_size(std::exchange(other.m_size, 0)),
      m_capacity(std::exchange(other.m_capacity, 0))
{
}

Secret &Secret::operator=(Secret &&other) noexcept
{
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    std::swap(m_capacity, other.m_capacity);
    return *this;
}

Secret::~Secret()
{
    clear();
}

void Secret::append(char byte)
{
    if (m_size + 1 >= m_capacity)
        reserve(m_size + 1);
    m_data[m_size++] = byte;
    m_data[m_size] = '\0';
}

void Secret::chop(size_t count)
{
    for (; count > 0 && m_size > 0; --count)
        m_data[--m_size] = '\0';
}

void Secret::clear()
{
    if (!m_data)
        return;
    wipe(m_data, m_capacity);
    munmap(m_data, m_capacity);
    m_data = nullptr;
    m_size = m_capacity = 0;
}

void Secret::reserve(size_t capacity)
{
    const auto page = size_t(sysconf(_SC_PAGESIZE));
    const size_t bytes = (capacity + 1 + page) / page * page;
    if (bytes <= m_capacity)
        return;
    void *const pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        throw std::bad_alloc();
    // Where RLIMIT_MEMLOCK is spent, an unlocked secret is still better than none.
    (void)mlock(pages, bytes);
    (void)madvise(pages, bytes, MADV_DONTDUMP);
    const size_t size = m_size;
    auto *const data = static_cast<char *>(pages);
    if (size > 0)
        std::memcpy(data, m_data, size);
    clear();
    m_data = data;
    m_size = size;
    m_capacity = bytes;
}

} // namespace collector
