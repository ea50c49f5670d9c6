// A file in memory that holds the bytes to be read, under a name that can be opened.

#pragma once

#include <QByteArray>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

class MemoryFile
{
public:
    explicit MemoryFile(const QByteArray &bytes) : m_descriptor(memfd_create("fuzz", MFD_CLOEXEC))
    {
        // Ours alone, as a file with a secret must be.
        if (m_descriptor < 0 || fchmod(m_descriptor, 0600) != 0 ||
            write(m_descriptor, bytes.constData(), size_t(bytes.size())) != bytes.size())
            std::abort();
    }
    ~MemoryFile() { close(m_descriptor); }
    MemoryFile(const MemoryFile &) = delete;
    MemoryFile &operator=(const MemoryFile &) = delete;

    [[nodiscard]] QByteArray path() const { return "/proc/self/fd/" + QByteArray::number(m_descriptor); }

private:
    const int m_descriptor;
};
