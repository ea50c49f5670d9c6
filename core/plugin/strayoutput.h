// StrayOutput: while it lives, what is written to stdout by whoever does not know better, a plugin or a library that it uses, goes to
// stderr: stdout carries results alone. Main thread; what is to go to stdout has its own copy of the descriptor by then.

#pragma once

namespace collector {

class StrayOutput
{
public:
    StrayOutput();
    ~StrayOutput();
    StrayOutput(const StrayOutput &) = delete;
    StrayOutput &operator=(const StrayOutput &) = delete;

private:
    int m_standardOutput; // -1: no descriptor is left, and it stays as it is
};

} // namespace collector
