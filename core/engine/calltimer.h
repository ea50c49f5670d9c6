// CallTimer: a timer that calls a function. On the reactor's thread.

#pragma once

#include "net/deadlines.h"

#include <functional>
#include <utility>

namespace collector {

class CallTimer final : public Deadlines::Timer
{
public:
    explicit CallTimer(std::function<void()> call) : m_call(std::move(call)) {}

protected:
    void expired() override { m_call(); }

private:
    std::function<void()> m_call;
};

} // namespace collector
