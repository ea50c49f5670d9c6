// Journal: what happened to the fleet, counted and, if asked for, written down. Any thread may call it.
//
// A log line is `UNIX_MS ADDRESS EVENT DETAIL`, whole in the file before the call returns, so that a test may count contacts
// while the fleet runs. Events: connect, auth, exec, exit, end. Control characters in what a client sent become `?`.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace collector::fleet {

class Journal
{
public:
    explicit Journal(const std::string &logFile); // empty: counts only; throws std::runtime_error
    ~Journal();
    Journal(const Journal &) = delete;
    Journal &operator=(const Journal &) = delete;

    void connected(std::string_view address, std::string_view peer);
    void ended(std::string_view address);
    void authenticated(std::string_view address, std::string_view method, std::string_view detail, bool accepted);
    void executed(std::string_view address, std::string_view command);
    void note(std::string_view address, std::string_view event, std::string_view detail);

    [[nodiscard]] std::string totals() const; // one JSON object and a line end

private:
    int m_log = -1;
    std::atomic<std::int64_t> m_connections{0};
    std::atomic<std::int64_t> m_active{0};
    std::atomic<std::int64_t> m_peak{0};
    std::atomic<std::int64_t> m_accepted{0};
    std::atomic<std::int64_t> m_denied{0};
    std::atomic<std::int64_t> m_commands{0};
};

} // namespace collector::fleet
