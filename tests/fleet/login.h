// Login: answers the authentication requests of one session by its host's rule. Called from libssh's message callback.

#pragma once

#include "faults.h"
#include "fleet.h"

#include <libssh/server.h>

#include <string>

namespace collector::fleet {

class Login
{
public:
    enum class Outcome {
        Answered,   // or left without an answer, which is an answer too
        Disconnect, // say "Too many authentication failures" and leave
        Close,      // leave without a word
    };

    Login(Fleet &fleet, const std::string &host, LoginRule rule);

    void begin(ssh_session session); // names the methods that can continue
    [[nodiscard]] Outcome answer(ssh_session session, ssh_message message);

private:
    [[nodiscard]] Outcome answerKey(ssh_session session, ssh_message message);
    [[nodiscard]] Outcome answerPassword(ssh_message message);
    [[nodiscard]] Outcome answerPrompt(ssh_session session, ssh_message message);
    [[nodiscard]] Outcome accept(ssh_message message, std::string_view method, std::string_view detail);
    [[nodiscard]] Outcome deny(ssh_message message, std::string_view method, std::string_view detail);
    [[nodiscard]] std::string password() const;

    Fleet &m_fleet;
    const std::string &m_host; // outlives us: the connection's
    const LoginRule m_rule;
    std::string m_user;
    bool m_bannerSent = false;
    int m_refused = 0;
    bool m_keyAccepted = false; // KeyThenCode: the first half is done
};

} // namespace collector::fleet
