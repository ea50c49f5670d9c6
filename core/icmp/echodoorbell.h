// EchoDoorbell: wakes the ping thread, at the price of a system call only when it sleeps. Any thread rings; the ping thread alone sleeps.

#pragma once

#include <atomic>

namespace collector {

class EchoDoorbell
{
public:
    EchoDoorbell();
    ~EchoDoorbell();
    EchoDoorbell(const EchoDoorbell &) = delete;
    EchoDoorbell &operator=(const EchoDoorbell &) = delete;

    void ring();

    // For the ping thread: after lieDown() every ring makes descriptor() readable; look once more for work before sleeping on it.
    void lieDown();
    void getUp();
    // Whether it has rung since takeRing(), which comes before each look for work.
    [[nodiscard]] bool hasRung() const { return m_hasRung.load(); }
    [[nodiscard]] bool takeRing() { return m_hasRung.exchange(false); }
    [[nodiscard]] int descriptor() const { return m_descriptor; }

private:
    const int m_descriptor;
    std::atomic<bool> m_isAsleep = false;
    std::atomic<bool> m_hasRung = false;
};

} // namespace collector
