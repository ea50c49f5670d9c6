#include "wiretransport.h"

#include "wirecodec.h"

#include <stdexcept>
#include <utility>

namespace collector::fleet {

namespace {

constexpr std::string_view ourBanner = "SSH-2.0-OpenSSH_9.2p1 Fleet";
constexpr std::string_view kexAlgorithm = "curve25519-sha256";
constexpr std::string_view hostKeyAlgorithm = "ssh-ed25519";

constexpr std::uint8_t disconnectMessage = 1;
constexpr std::uint8_t kexinit = 20;
constexpr std::uint8_t newkeys = 21;
constexpr std::uint8_t kexEcdhInit = 30;
constexpr std::uint8_t kexEcdhReply = 31;

constexpr std::size_t plainBlock = 8;
constexpr std::size_t cipherBlock = 16;
constexpr std::size_t largestPacket = 262'144;
constexpr std::size_t longestBanner = 255;

void require(bool condition, const char *what)
{
    if (!condition)
        throw std::runtime_error(what);
}

std::string_view firstOf(std::string_view list)
{
    return list.substr(0, list.find(','));
}

} // namespace

WireTransport::WireTransport(const WireIdentity &identity, bool signsFalsely) : m_identity(identity), m_signsFalsely(signsFalsely)
{
    WireWriter message(kexinit);
    message.raw(randomBytes(16)).text(std::string(kexAlgorithm) + ",curve25519-sha256@libssh.org").text(hostKeyAlgorithm);
    for (const char *list : {"aes128-ctr", "hmac-sha2-256", "none", ""})
        message.text(list).text(list);
    m_ourKexinit = message.byte(0).number(0).bytes();
    m_unsent.append(ourBanner).append("\r\n");
    send(m_ourKexinit);
}

void WireTransport::receive(std::string_view bytes)
{
    m_received.append(bytes);
}

std::optional<std::string> WireTransport::next()
{
    if (m_clientBanner.empty() && !readBanner())
        return std::nullopt;
    while (auto message = readPacket()) {
        require(!message->empty(), "empty message");
        if (!exchangeKeys(*message))
            return message;
    }
    return std::nullopt;
}

void WireTransport::send(std::string_view message)
{
    const std::string plain = packet(message, m_out ? cipherBlock : plainBlock);
    if (m_out)
        m_unsent.append(m_out->apply(plain)).append(m_out->mac(m_outSequence, plain));
    else
        m_unsent.append(plain);
    ++m_outSequence;
}

void WireTransport::sendCorrupt(std::string_view message)
{
    send(message);
    m_unsent.back() = static_cast<char>(m_unsent.back() ^ 1);
}

void WireTransport::sendRaw(std::string_view bytes)
{
    m_unsent.append(m_out ? m_out->apply(bytes) : std::string(bytes));
}

bool WireTransport::readBanner()
{
    const auto end = m_received.find('\n');
    require(end != std::string::npos ? end <= longestBanner : m_received.size() <= longestBanner, "banner too long");
    if (end == std::string::npos)
        return false;
    m_clientBanner = m_received.substr(0, end);
    if (!m_clientBanner.empty() && m_clientBanner.back() == '\r')
        m_clientBanner.pop_back();
    require(m_clientBanner.starts_with("SSH-2.0-"), "not SSH");
    m_received.erase(0, end + 1);
    return true;
}

std::optional<std::string> WireTransport::readPacket()
{
    const std::size_t block = m_in ? cipherBlock : plainBlock;
    const std::size_t macSize = m_in ? WireCipher::macSize : 0;
    if (m_head.empty()) {
        if (m_received.size() < block)
            return std::nullopt;
        const auto head = std::string_view(m_received).substr(0, block);
        m_head = m_in ? m_in->apply(head) : std::string(head);
    }
    const std::size_t size = WireReader(m_head).number() + std::size_t{4};
    require(size >= block && size <= largestPacket && size % block == 0, "bad packet length");
    if (m_received.size() < size + macSize)
        return std::nullopt;
    const auto rest = std::string_view(m_received).substr(block, size - block);
    const std::string plain = m_head + (m_in ? m_in->apply(rest) : std::string(rest));
    if (m_in)
        require(m_in->mac(m_inSequence, plain) == std::string_view(m_received).substr(size, macSize), "bad MAC");
    m_received.erase(0, size + macSize);
    m_head.clear();
    ++m_inSequence;
    const auto padding = static_cast<unsigned char>(plain[4]);
    require(size >= 5U + padding, "bad padding");
    return plain.substr(5, size - 5 - padding);
}

bool WireTransport::exchangeKeys(std::string_view message)
{
    WireReader reader(message);
    switch (reader.byte()) {
    case disconnectMessage:
        throw std::runtime_error("the client leaves");
    case kexinit: {
        require(m_clientKexinit.empty(), "a second key exchange is not ours");
        m_clientKexinit = message;
        static_cast<void>(reader.raw(16));
        const auto theirKex = firstOf(reader.text());
        const auto theirHostKey = firstOf(reader.text());
        for (int i = 0; i < 8; ++i)
            static_cast<void>(reader.text());
        m_ignoresGuess = reader.byte() != 0 && (theirKex != kexAlgorithm || theirHostKey != hostKeyAlgorithm);
        return true;
    }
    case kexEcdhInit:
        require(!m_clientKexinit.empty() && !m_out, "key exchange out of order");
        if (!std::exchange(m_ignoresGuess, false))
            answerExchange(reader.text());
        return true;
    case newkeys:
        require(m_out && !m_in, "NEWKEYS out of order");
        m_in.emplace(key('C', WireCipher::keySize), key('A', cipherBlock), key('E', WireCipher::macSize));
        return true;
    default:
        require(m_in.has_value(), "message before the keys");
        return false;
    }
}

void WireTransport::answerExchange(std::string_view theirPublic)
{
    const WireExchange secret = exchange(theirPublic);
    m_shared = WireWriter().positive(secret.shared).bytes();
    WireWriter hashed;
    for (const std::string_view part :
         {std::string_view(m_clientBanner), ourBanner, std::string_view(m_clientKexinit), std::string_view(m_ourKexinit),
          std::string_view(m_identity.publicBlob), theirPublic, std::string_view(secret.ourPublic)})
        hashed.text(part);
    m_hash = sha256(hashed.raw(m_shared).bytes());
    std::string signature = signEd25519(m_identity.seed, m_hash);
    if (m_signsFalsely)
        signature[0] = static_cast<char>(signature[0] ^ 1);
    send(WireWriter(kexEcdhReply)
             .text(m_identity.publicBlob)
             .text(secret.ourPublic)
             .text(WireWriter().text(hostKeyAlgorithm).text(signature).bytes())
             .bytes());
    send(WireWriter(newkeys).bytes());
    m_out.emplace(key('D', WireCipher::keySize), key('B', cipherBlock), key('F', WireCipher::macSize));
}

// RFC 4253, section 7.2; none of ours is longer than the hash.
std::string WireTransport::key(char letter, std::size_t size) const
{
    return sha256(m_shared + m_hash + letter + m_hash).substr(0, size);
}

std::string WireTransport::packet(std::string_view message, std::size_t block) const
{
    std::size_t padding = block - (message.size() + 5) % block;
    if (padding < 4)
        padding += block;
    return WireWriter()
        .number(static_cast<std::uint32_t>(message.size() + padding + 1))
        .byte(static_cast<std::uint8_t>(padding))
        .raw(message)
        .raw(std::string(padding, '\0'))
        .bytes();
}

} // namespace collector::fleet
