// Secret: a password or passphrase in memory that is locked, kept out of core files and zeroed when it goes.
//
// Moved, never copied; share one by std::shared_ptr<const Secret>. It cannot be printed: no stream, no QDebug, no QVariant. Its bytes
// are to be handed to the call that needs them, at once, and to nothing that copies. Const access from any thread.

#pragma once

#include <QDebug>
#include <QtGlobal>

#include <cstddef>
#include <string_view>

namespace collector {

class Secret
{
public:
    Secret() = default;
    explicit Secret(std::string_view bytes);
    Secret(Secret &&other) noexcept;
    Secret &operator=(Secret &&other) noexcept;
    Secret(const Secret &) = delete;
    Secret &operator=(const Secret &) = delete;
    ~Secret();

    [[nodiscard]] bool isEmpty() const { return m_size == 0; }
    [[nodiscard]] size_t size() const { return m_size; }
    [[nodiscard]] std::string_view bytes() const { return {m_data, m_size}; }
    [[nodiscard]] const char *cString() const { return m_data ? m_data : ""; } // as libssh wants it: ends at the first NUL

    void append(char byte);
    void chop(size_t count); // from the end
    void clear();

private:
    void reserve(size_t capacity);

    char *m_data = nullptr; // whole pages of its own
    size_t m_size = 0;
    size_t m_capacity = 0;
};

QDebug operator<<(QDebug, const Secret &) = delete;

// Overwrites `size` bytes so that the compiler cannot leave it out.
void wipe(void *data, size_t size);

} // namespace collector
