// WireTransport: the server's side of RFC 4253 without sockets: bytes in, messages out, and back.
//
// One key exchange, fixed algorithms, no compression, no extensions. For the faults that libssh cannot be made to have: whatever
// message, true or not, can be sent. Nothing that a client sends is trusted; what breaks the protocol is std::runtime_error.

#pragma once

#include "wirecrypto.h"

#include <optional>
#include <string>

namespace collector::fleet {

struct WireIdentity
{
    std::string publicBlob; // of ssh-ed25519, as on the wire
    std::string seed;
};

class WireTransport
{
public:
    WireTransport(const WireIdentity &identity, bool signsFalsely);

    void receive(std::string_view bytes);
    [[nodiscard]] std::optional<std::string> next(); // a message of the client's, decrypted; none: it takes more bytes

    void send(std::string_view message);
    void sendCorrupt(std::string_view message); // with a MAC that is none
    void sendRaw(std::string_view bytes);       // as if encrypted

    [[nodiscard]] std::string &unsent() { return m_unsent; } // for the socket

private:
    [[nodiscard]] bool readBanner();
    [[nodiscard]] std::optional<std::string> readPacket();
    [[nodiscard]] bool exchangeKeys(std::string_view message); // true: it was one of the key exchange's
    void answerExchange(std::string_view theirPublic);
    [[nodiscard]] std::string key(char letter, std::size_t size) const;
    [[nodiscard]] std::string packet(std::string_view message, std::size_t block) const;

    const WireIdentity &m_identity;
    const bool m_signsFalsely;
    std::string m_received;
    std::string m_unsent;
    std::string m_clientBanner;
    std::string m_clientKexinit;
    std::string m_ourKexinit;
    std::string m_shared; // as mpint
    std::string m_hash;   // of the exchange, and so the session's identity
    std::optional<WireCipher> m_in;
    std::optional<WireCipher> m_out;
    std::string m_head; // a packet's first block, decrypted before the rest was there
    std::uint32_t m_inSequence = 0;
    std::uint32_t m_outSequence = 0;
    bool m_ignoresGuess = false;
};

} // namespace collector::fleet
